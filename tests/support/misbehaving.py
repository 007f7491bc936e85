"""Servers on the loopback interface that do not speak HTTP as they should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The address of a server that does not speak HTTP as it should; ``serve`` has each connection until the end."""
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                serve(connection, over)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            accepting.join(5)


def silent_after_its_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
    over.wait(10)


def database(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"J\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00mysql_native_password\x00")
    over.wait(10)


def silent(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def trickling_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.02):
        connection.sendall(b"X-A: b\r\n"[:1])


def trickling_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def endless_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not over.is_set():
        connection.sendall(b" " * 2**16)


def hangs_up(connection: socket.socket, _over: threading.Event) -> None:
    connection.recv(1)

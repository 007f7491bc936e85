"""What stands between a client and a workspace: a forward proxy, a gate, a reverse proxy with a path of its own."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.support.api_tools import Respond, send

_KEPT = ("accept", "content-type", "x-auth-token", "x-user-id", "authorization", "x-gate")


def basic(user_and_password: str) -> str:
    """The value of a header of basic authentication."""
    return f"Basic {base64.b64encode(user_and_password.encode()).decode()}"


def forward(handler: BaseHTTPRequestHandler, url: str) -> None:
    """Asks ``url`` what the handler was asked, and hands on the answer."""
    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    headers = {name: value for name, value in handler.headers.items() if name.lower() in _KEPT}
    answer = requests.request(handler.command, url, headers=headers, data=body, timeout=10)
    told = {name.replace("-", "_"): answer.headers[name] for name in ("Content-Type", "Date") if name in answer.headers}
    send(handler, answer.status_code, answer.content, **told)


def gate(workspace: str, wanted: str) -> Respond:
    """Lets through who has the header Authorization that is wanted, and asks others for it as gates do."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("Authorization") == wanted:
            forward(handler, workspace + handler.path)
        else:
            send(handler, 401, b"<h1>401</h1>", WWW_Authenticate='Basic realm="gate"', Content_Type="text/html")

    return respond


def below(path: str, workspace: str) -> Respond:
    """The workspace with a base path; everything else there is a web page, as behind many a reverse proxy."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith(f"{path}/api/"):
            forward(handler, workspace + handler.path.removeprefix(path))
        else:
            send(handler, 200, b"<!DOCTYPE html><title>Chat</title>", Content_Type="text/html")

    return respond


@dataclass
class Proxy:
    """A forward proxy: its address, what it was asked for, and whom it lets through (None: everybody)."""

    port: int = 0
    wanted: str | None = None
    asked: list[str] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)


@contextmanager
def forward_proxy(wanted: str | None = None) -> Iterator[Proxy]:
    """A forward proxy on the loopback interface, for HTTP and for tunnels."""
    proxy = Proxy(wanted=wanted)

    class Handler(BaseHTTPRequestHandler):
        def refused(self) -> bool:
            proxy.asked.append(f"{self.command} {self.path}")
            proxy.authorizations.add(self.headers.get("Proxy-Authorization"))
            if proxy.wanted in (None, self.headers.get("Proxy-Authorization")):
                return False
            send(self, 407, b"", Proxy_Authenticate='Basic realm="proxy"')
            return True

        def do_GET(self) -> None:
            if not self.refused():
                forward(self, self.path)

        do_POST = do_GET

        def do_CONNECT(self) -> None:
            if self.refused():
                return
            host, port = self.path.rsplit(":", 1)
            with socket.create_connection((host, int(port)), 10) as there:
                self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
                back = threading.Thread(target=_pour, args=(there, self.connection), daemon=True)
                back.start()
                _pour(self.connection, there)
                back.join(10)

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    proxy.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _pour(source: socket.socket, sink: socket.socket) -> None:
    """Everything that comes from the one goes into the other, until either ends."""
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return

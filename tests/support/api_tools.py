"""What tests of the client share: clients on a clock of the test, and servers that answer as scripted."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from engagement.api.channel_list import ChannelCounts
from engagement.api.client import Client, Pace
from engagement.demo import DemoServer
from engagement.numbers.periods import Period, windows
from tests.support.clock import Clock


def client_of(server: DemoServer, clock: Clock, who: str = "manager", **more: object) -> Client:
    """A client of the demo workspace on its clock, signed in."""
    pace = Pace(monotonic=clock)
    client = Client(server.url, pace=pace, sleep=clock.sleep, monotonic=clock, **more)  # type: ignore[arg-type]
    client.sign_in(who, who)
    return client


WINDOW = windows(Period(date(2026, 11, 9), date(2026, 11, 15)), timedelta(0))[0]


def counts(client: Client) -> ChannelCounts:
    """What the workspace counted from the 9th to the 15th."""
    return client.channel_counts(WINDOW, every_room=True)


Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(respond: Respond, certificate: Path | None = None, *, keep_alive: bool = False) -> Iterator[str]:
    """The address of a server on the loopback interface whose every answer ``respond`` writes.

    With a certificate it speaks TLS, and its name is ``localhost``.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"

        def do_GET(self) -> None:
            respond(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    scheme, host = "http", "127.0.0.1"
    if certificate is not None:
        scheme, host, context = "https", "localhost", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """One whole answer; underscores in the names of headers stand for hyphens."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)

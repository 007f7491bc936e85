"""No error of the client, nor its traceback or the log, holds a token or a password."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from engagement.api.client import Account, Client, Pace
from engagement.errors import (
    EngagementError,
    Unreachable,
)
from tests.support.api_tools import WINDOW, answering, counts, send
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Sessions and ends", at="server of the test", seen="client")

TOKEN, PASSWORD = "tok-3n-which-nobody-may-see", "pa55word-which-nobody-may-see"
ACCOUNT = Account("user-id-x", TOKEN, True)


def _everything_that_fails(url: str) -> Iterator[Callable[[], object]]:
    def client(**more: object) -> Client:
        return Client(url, ACCOUNT, sleep=lambda _: None, timeout=(1, 0.3), **more)  # type: ignore[arg-type]

    yield client().me
    yield lambda: counts(client())
    yield lambda: client().directory(full=True)
    yield lambda: client().sent_per_day(WINDOW.start, WINDOW.end)
    yield lambda: client().sign_in("ada", PASSWORD, "654321")
    yield lambda: Client(url, sleep=lambda _: None).sign_in_with_token("user-id-x", TOKEN)
    yield lambda: Client(url, Account("user-id-x", TOKEN, False), sleep=lambda _: None).sign_out()


def _echo(handler: BaseHTTPRequestHandler) -> None:
    """A server that throws back whatever it was sent."""
    length = int(handler.headers.get("Content-Length") or 0)
    said = f"{handler.headers} {handler.rfile.read(length).decode()}".replace("\r", " ").replace("\n", " ")
    if handler.path == "/api/info":
        send(handler, 200, b'{"success":true,"version":"8.4"}')
    else:
        escaped = said.replace("\\", " ").replace('"', " ")
        send(handler, 400, f'{{"success":false,"error":"{escaped}"}}'.encode())


def _cut(handler: BaseHTTPRequestHandler) -> None:
    if handler.path == "/api/info":
        send(handler, 200, b'{"success":true,"version":"8.4"}')
    else:
        handler.connection.shutdown(socket.SHUT_RDWR)


def _drop(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


SERVERS = {"_echo": "throws back what it is sent", "_cut": "breaks off after its version", "_drop": "breaks off"}


@fault(
    lambda respond: f"a server that {SERVERS[respond.__name__]}, on each route",
    SAID,
    "no token or password in it, its traceback or the log",
)
@pytest.mark.parametrize("respond", [_echo, _cut, _drop])
def test_no_secret_is_in_any_error_its_traceback_or_the_log(
    respond: Callable[[BaseHTTPRequestHandler], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    failures = 0
    with answering(respond) as url:
        for fail in _everything_that_fails(url):
            try:
                fail()
            except EngagementError as error:
                failures += 1
                shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + str(vars(error))
                assert TOKEN not in shown
                assert PASSWORD not in shown
    assert failures >= 6
    assert TOKEN not in caplog.text
    assert PASSWORD not in caplog.text


def test_foreign_exceptions_in_the_chain_carry_no_request_and_no_frames() -> None:
    with answering(_drop) as url, pytest.raises(Unreachable) as caught:
        Client(url, ACCOUNT, sleep=lambda _: None, pace=Pace()).me()
    cause = caught.value.__cause__
    assert cause is not None
    assert getattr(cause, "request", None) is None
    foreign = traceback.TracebackException.from_exception(cause, capture_locals=True)
    assert TOKEN not in "".join(foreign.format())

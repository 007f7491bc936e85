"""Addresses that visitors type: whatever is behind them does no harm, and gets a sentence in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engagement.api import transport
from engagement.api.client import Client
from engagement.api.guard import Way, may_be_asked
from engagement.api.transport import Bounds
from engagement.demo import DemoServer, Options
from engagement.errors import InvalidAddress, SignedOut, Unreachable
from engagement.storage.sessions import Session
from engagement.ui import asking, session, signin
from engagement.ui import runtime as runtimes
from tests.support.access_tools import process, shows_figures, sign_in, signed_in, tab
from tests.support.api_tools import answering, send
from tests.support.clock import NOON, Clock
from tests.support.faults import REFUSED, SAID, fault
from tests.support.misbehaving import (
    database,
    endless_body,
    hangs_up,
    listening,
    silent,
    trickling_body,
    trickling_head,
)

pytestmark = fault(kind="Addresses and gates", at="typed address", seen="client")

METADATA = "169.254.169.254"


@pytest.fixture
def typed(tmp_path: Path) -> Iterator[runtimes.Runtime]:
    with process(tmp_path, WORKSPACE_ALLOW_TYPED_URL="true") as running:
        yield running


def manager_at(address: str) -> AppTest:
    app = sign_in(address, "manager", "manager")
    assert not app.exception
    assert not shows_figures(app)
    return app


def sentence(app: AppTest) -> str:
    return str(app.error[0].value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.20",
        "100.64.1.1",
        "203.0.113.7",
        "fd12:3456::1",
        "2001:db8::1",
        "::ffff:10.0.0.5",
        "64:ff9b::a00:5",
    ],
)
def test_a_workspace_may_be_on_this_machine_on_the_intranet_or_anywhere(address: str) -> None:
    assert may_be_asked(address)


@fault("{address} behind a typed name", REFUSED, "no connection")
@pytest.mark.parametrize(
    "address",
    [
        METADATA,
        "169.254.170.2",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        f"::ffff:{METADATA}",
        f"::{METADATA}",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:db8::5efe:a9fe:a9fe",
    ],
)
def test_what_networks_and_clouds_keep_for_themselves_may_not_be_asked(address: str) -> None:
    assert not may_be_asked(address)


@fault("{typed_address}", REFUSED, "no connection")
@pytest.mark.parametrize(
    "typed_address",
    [
        f"http://{METADATA}",
        f"http://{METADATA}:80/latest/meta-data",
        f"https://{METADATA}",
        "http://0xa9fea9fe",
        "http://0xa9.0xfe.0xa9.0xfe",
        "http://2852039166",
        "http://0251.0376.0251.0376",
        "http://169.254.43518",
        "http://[fe80::1]",
        f"http://[::ffff:{METADATA}]",
        "http://[64:ff9b::a9fe:a9fe]",
        "http://[fd00:ec2::254]",
        "http://100.100.100.200",
    ],
)
def test_a_link_local_address_in_any_notation_is_refused_without_a_connection(
    typed_address: str, connections: list[Any]
) -> None:
    with pytest.raises(InvalidAddress, match="may not be asked"):
        Client(typed_address, way=Way(guard=True)).release()
    assert connections == []


def resolves_to(*answers: str) -> Callable[..., list[Any]]:
    """A name server that gives one answer after the other, and the last one again and again."""
    left = list(answers)

    def getaddrinfo(_host: str, port: int, *_: object, **__: object) -> list[Any]:
        answer = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answer.split()]

    return getaddrinfo


@fault("a name that leads to {answer}", REFUSED, "no connection", at="name server of the test")
@pytest.mark.parametrize("answer", [METADATA, f"127.0.0.1 {METADATA}"])
def test_a_name_that_leads_to_one_is_refused_without_a_connection(
    answer: str, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolves_to(answer))
    with pytest.raises(InvalidAddress, match=r"metadata\.example\.org may not be asked"):
        Client("http://metadata.example.org", way=Way(guard=True)).release()
    assert connections == []


@fault("a name that leads elsewhere the second time", REFUSED, "no connection", at="name server of the test")
def test_a_name_server_that_changes_its_mind_leads_nowhere_else(
    connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, b'{"success":true,"version":"8.4"}', Connection="close")
        handler.close_connection = True

    with answering(respond) as url:
        port = int(url.rsplit(":", 1)[1])
        monkeypatch.setattr(socket, "getaddrinfo", resolves_to("127.0.0.1", METADATA))
        client = Client(f"http://rebound.example.org:{port}", way=Way(guard=True))
        assert str(client.release()) == "8.4"
        with pytest.raises(InvalidAddress, match="may not be asked"):
            client.release()
    assert connections == [("127.0.0.1", port)]


@fault("http://169.254.169.254", SAID, "no connection", seen="Sign-in")
def test_on_the_sign_in_screen_a_link_local_address_is_one_sentence_and_no_connection(
    typed: runtimes.Runtime, connections: list[Any]
) -> None:
    app = manager_at(f"http://{METADATA}/latest")
    assert f"The server {METADATA} may not be asked" in sentence(app)
    assert connections == []


@fault("{address}", SAID, "no connection", seen="Sign-in")
@pytest.mark.parametrize("address", ["file:///etc/passwd", "gopher://127.0.0.1:70/x", "ftp://127.0.0.1", "unix:///x"])
def test_only_http_and_https_are_asked(typed: runtimes.Runtime, connections: list[Any], address: str) -> None:
    assert "starts with https:// or http://" in sentence(manager_at(address))
    assert connections == []


@fault("a host that leads to another", SAID, "not followed", at="server of the test", seen="Sign-in")
def test_a_host_that_leads_to_another_is_not_followed(typed: runtimes.Runtime) -> None:
    reached: list[str] = []

    def target(handler: BaseHTTPRequestHandler) -> None:
        reached.append(handler.path)
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(target) as elsewhere:

        def redirect(handler: BaseHTTPRequestHandler) -> None:
            send(handler, 307, b"", Location=f"{elsewhere}{handler.path}")

        with answering(redirect) as url:
            app = manager_at(url)
    assert "leads to another one, which is not followed" in sentence(app)
    assert reached == []


@fault(
    "a server whose answer is: {serve}",
    SAID,
    "“… {words}”, in time",
    kind="Broken connections",
    at="server of the test",
    seen="Sign-in",
)
@pytest.mark.parametrize(
    ("serve", "words"),
    [
        (database, "does not answer"),
        (silent, "does not answer"),
        (hangs_up, "does not answer"),
        (trickling_head, "does not answer"),
        (trickling_body, "does not answer"),
        (endless_body, "cannot be read (it has no end)"),
    ],
)
def test_a_server_that_misbehaves_gets_one_sentence_in_time(
    typed: runtimes.Runtime,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[socket.socket, threading.Event], None],
    words: str,
) -> None:
    # The shipped limits in tenths of a second.
    monkeypatch.setattr(asking, "SIGN_IN_TIMEOUT", (0.4, 0.8))
    monkeypatch.setattr(signin, "SIGNING_IN", Bounds(2**20, answer_seconds=1.2, all_seconds=1.2))
    monkeypatch.setattr(transport, "PAUSES", (0.1,))
    began = time.monotonic()
    with listening(serve) as url:
        app = manager_at(url)
    assert words in sentence(app)
    assert time.monotonic() - began < 5
    assert app.text_input(key="signin_url").value == url


def test_nobody_waits_before_the_form_for_more_than_twenty_seconds() -> None:
    silence = asking.SIGN_IN_TIMEOUT[1]
    assert (transport.SIGNING_IN.all_seconds or 99) + silence <= 20
    assert signin.SIGNING_IN is transport.SIGNING_IN


@fault(
    "a server that takes seven seconds for each answer",
    SAID,
    "all calls of a sign-in have twelve",
    kind="Broken connections",
    at="server of the test",
)
def test_all_calls_of_a_sign_in_together_have_one_time_limit() -> None:
    now, asked = [0.0], []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        now[0] += 7
        asked.append(handler.path)
        send(handler, 200 if len(asked) == 1 else 404, b'{"success":true,"version":"8.4"}')

    with answering(respond) as url:
        # Of twelve seconds the first call takes seven and the second one seven: there is no third.
        client = Client(url, bounds=transport.SIGNING_IN, monotonic=lambda: now[0])
        assert str(client.release()) == "8.4"
        with pytest.raises(Unreachable):
            client.release()
    assert asked == ["/api/info", "/api/info"]


@fault("a link, a session and a tab that name another workspace", REFUSED, "it is not asked", seen="Overview")
@pytest.mark.parametrize("settings", [{}, {"WORKSPACE_URL": "https://chat.example.org"}])
def test_without_leave_to_type_nothing_is_asked_whatever_names_another_workspace(
    tmp_path: Path, settings: dict[str, str], connections: list[Any]
) -> None:
    with DemoServer(Options(rooms=20, rate_limit=0), clock=Clock()) as other, process(tmp_path, **settings) as running:
        session_id = signed_in(running, other)
        other.calls.clear()
        connections.clear()
        app = tab(session_id, signin_url=other.url, url=other.url, workspace=other.url)
        assert not app.exception
        assert not shows_figures(app)
        assert not [field for field in app.text_input if field.key == "signin_url"]
        app.session_state["signin_url"] = other.url
        app.run()
        assert other.calls == []
        assert connections == []


@fault("sign-out from a workspace that is configured no more", REFUSED, "it is not asked", seen="sessions")
def test_a_session_of_a_workspace_that_is_configured_no_more_is_not_even_signed_out_there(
    tmp_path: Path, connections: list[Any]
) -> None:
    with DemoServer(Options(rooms=20, rate_limit=0), clock=Clock()) as other, process(tmp_path) as running:
        session_id = signed_in(running, other)
        other.calls.clear()
        connections.clear()
        app = AppTest.from_string("from engagement.ui import signing\nsigning.sign_out()")
        app.session_state[session.ID] = session_id
        assert not app.run().exception
        assert other.calls == []
        assert connections == []


@fault(
    lambda configured, row, same: "" if same else f"a session of {row} where {configured} is configured",
    REFUSED,
    seen="sessions",
    at="database",
)
@pytest.mark.parametrize(
    ("configured", "row", "same"),
    [
        ("https://chat.example.org", "https://chat.example.org", True),
        ("http://chat.example.org", "https://chat.example.org", True),
        ("https://chat.example.org", "http://chat.example.org", False),
        ("https://chat.example.org", "https://chat.example.org.evil.example", False),
        ("https://chat.example.org", "https://chat.example.org:8443", False),
        ("https://example.org/chat", "https://example.org/other", False),
        ("http://example.org/chat", "https://example.org/other", False),
        ("https://example.org/home", "https://example.org", True),
        ("https://example.org/home", "https://example.org/home", True),
        ("https://example.org", "https://example.org/home", False),
    ],
)
def test_the_configured_workspace_is_the_same_one_with_https_and_less_a_page(
    configured: str, row: str, same: bool, tmp_path: Path
) -> None:
    someone = Session(
        workspace=row, user_id="u", username="ada", name="Ada", kind="password", token="t", id="i",
        admitted_at=NOON, expires_at=NOON,
    )  # fmt: skip
    with process(tmp_path, WORKSPACE_URL=configured):
        if same:
            assert asking.allowed(someone) is someone
        else:
            with pytest.raises(SignedOut):
                asking.allowed(someone)

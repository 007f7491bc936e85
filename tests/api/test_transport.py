"""Exchanges that break off, never end, come late or lead elsewhere: what is tried again, and when it is given up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Literal

import pytest

from engagement.api.client import Account, Client
from engagement.api.transport import Bounds
from engagement.demo import DemoServer
from engagement.errors import (
    Gated,
    NotRocketChat,
    ReadingStopped,
    Refused,
    SlowDown,
    Unreachable,
    UnreadableAnswer,
)
from tests.support.api_tools import answering, client_of, counts, send
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, SAID, WAITED, fault, switch
from tests.support.misbehaving import (
    endless_body,
    listening,
    silent,
    silent_after_its_head,
    trickling_body,
    trickling_head,
)

pytestmark = fault(kind="Broken connections", at="demo workspace", seen="client")

CHANNELS = "/engagement-dashboard/channels/list"


@fault("an answer cut off once", WAITED, "asked again after two seconds")
def test_an_answer_cut_off_once_is_read_again_after_a_pause(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "cut")
    counts(client)
    assert server.count(CHANNELS) == 2
    assert clock.slept == [2.0]


HALF_A_MINUTE = [2.0, 4.0, 8.0, 16.0]


@fault("every answer cut off", SAID, "after four pauses, half a minute in all")
def test_answers_cut_off_for_half_a_minute_mean_unreachable(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "cut", times=None)
    with pytest.raises(Unreachable):
        counts(client)
    assert server.count(CHANNELS) == 5
    assert clock.slept == HALF_A_MINUTE


@fault("{status} for good", SAID, "after four pauses, half a minute in all", at="server of the test")
@fault("{status} twice, then the answer", WAITED, "two pauses", at="server of the test")
@pytest.mark.parametrize(("status", "error"), [(500, UnreadableAnswer), (502, Unreachable), (503, Unreachable)])
def test_a_workspace_that_fails_is_asked_again_for_half_a_minute_and_then_given_up(
    status: int, error: type[Exception], clock: Clock
) -> None:
    answers = [status, status, 200, *[status] * 5]

    def respond(handler: BaseHTTPRequestHandler) -> None:
        send(handler, answers.pop(0), b'{"success":true,"version":"8.4","_id":"u","username":"ada"}')

    with answering(respond) as url:
        client = Client(url, Account("u", "t", True), sleep=clock.sleep)
        assert client.me().username == "ada"
        with pytest.raises(error):
            client.me()
    assert clock.slept == [*HALF_A_MINUTE[:2], *HALF_A_MINUTE]


@fault("one 500 and two 502 in a row", WAITED, "three announced pauses; the figures are the same")
def test_one_500_and_two_502_in_a_row_cost_pauses_that_are_announced_and_no_figure(
    server: DemoServer, clock: Clock
) -> None:
    client, told = client_of(server, clock), list[tuple[str, float]]()
    honest = counts(client).rooms
    server.fail_next(CHANNELS, "500")
    server.fail_next(CHANNELS, "502", times=2)
    again = counts(client.with_waits(sleep=clock.sleep, on_wait=lambda why, seconds: told.append((why, seconds))))
    assert again.rooms.equals(honest)
    assert (again.receipt.complete, again.receipt.calls) == (True, 4)
    assert told == [("the workspace failed to answer", seconds) for seconds in (2.0, 4.0, 8.0)]


@fault("429 for good, its reset in the past", SAID, "after fewer than 25 calls", kind="Waits and limits")
def test_a_429_whose_reset_lies_in_the_past_ends_after_a_bounded_number_of_calls(
    server: DemoServer, clock: Clock
) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "429-past", times=None)
    with pytest.raises(SlowDown):
        counts(client)
    assert server.count(CHANNELS) < 25


@fault("a 429 whose reset is a day away", WAITED, "one minute", kind="Waits and limits")
def test_a_429_whose_reset_is_a_day_away_is_waited_out_for_a_minute(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "429-far")
    assert counts(client).receipt.complete
    assert clock.slept == [61]


@fault(
    lambda fault: f"on every route, {switch(fault)}",
    SAID,
    "something in front of the workspace; no session is lost",
    kind="Addresses and gates",
)
@pytest.mark.parametrize("fault", ["gate-401", "gate-403"])
def test_a_gate_in_front_of_the_workspace_is_named_and_neither_a_session_nor_a_right_is_lost(
    server: DemoServer, clock: Clock, fault: Literal["gate-401", "gate-403"]
) -> None:
    client = client_of(server, clock)
    server.fail_next("", fault, times=None)
    for read in (client.me, client.release, client.roles_by_permission, lambda: counts(client), client.sign_out):
        with pytest.raises(Gated, match="in front of the workspace"):
            read()
    with pytest.raises(Gated):
        client_of(server, clock)
    assert not issubclass(Gated, Refused)


@fault("a gate whose refusal is JSON", SAID, "it is named", kind="Addresses and gates", at="server of the test")
def test_a_gate_that_asks_for_a_password_in_json_is_a_gate() -> None:
    body = b'{"success":false,"status":"error","message":"You must be logged in to do this."}'
    with answering(lambda handler: send(handler, 401, body, WWW_Authenticate="Basic")) as url, pytest.raises(Gated):
        Client(url, Account("u", "t", True)).me()


@fault("a sign-in is cut off", SAID, "not sent twice")
def test_a_sign_in_that_broke_off_is_not_sent_twice(server: DemoServer, clock: Clock) -> None:
    server.fail_next("/login", "cut")
    with pytest.raises(Unreachable):
        client_of(server, clock)
    assert server.count("/login") == 1


@fault("a 429", WAITED, "announced, and not asked before its reset", kind="Waits and limits")
def test_a_429_is_waited_out_announced_and_not_asked_again_before_its_reset(server: DemoServer, clock: Clock) -> None:
    waits: list[tuple[str, float]] = []
    client = client_of(server, clock)
    client = client.with_waits(sleep=clock.sleep, on_wait=lambda why, seconds: waits.append((why, seconds)))
    server.fail_next(CHANNELS, "429")
    counts(client)
    assert server.count(CHANNELS) == 2
    assert [why for why, _ in waits] == ["the workspace allows only so many calls a minute"]
    assert 60 <= waits[0][1] <= 62
    assert clock.slept == [waits[0][1]]


@fault("429 after 429", SAID, "after a quarter of an hour, with the seconds left", kind="Waits and limits")
def test_a_wait_longer_than_allowed_is_an_error_with_its_seconds(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "429", times=20)
    with pytest.raises(SlowDown) as caught:
        counts(client)
    assert 60 <= caught.value.seconds <= 62
    # The fifteenth pause of 61 seconds would end after the quarter of an hour.
    assert clock.slept == [61] * 14


def test_a_wait_ends_when_the_reading_is_stopped(server: DemoServer, clock: Clock) -> None:
    stop = threading.Event()
    client = client_of(server, clock).with_waits(sleep=clock.sleep, stop=stop, on_wait=lambda *_: stop.set())
    server.fail_next(CHANNELS, "429")
    with pytest.raises(ReadingStopped):
        counts(client)
    assert clock.slept == []


@fault("no answer in time", SAID, "asked once")
def test_no_answer_in_time_means_unreachable(server: DemoServer) -> None:
    server.fail_next("/api/info", "hang")
    with pytest.raises(Unreachable):
        Client(server.url, timeout=(1, 0.1)).release()
    assert server.count("/api/info") == 1


@fault("a closed port", SAID, "at once, with the address", at="this machine")
def test_a_closed_port_means_unreachable_at_once(clock: Clock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        Client(f"http://127.0.0.1:{port}", sleep=clock.sleep).release()
    assert clock.slept == []


@fault("a name that nobody has", SAID, at="this machine")
def test_an_unknown_name_means_unreachable(clock: Clock) -> None:
    with pytest.raises(Unreachable):
        Client("https://no-such-host.invalid", sleep=clock.sleep).release()


@fault("https where there is only http", SAID)
def test_a_server_without_a_certificate_means_unreachable(server: DemoServer) -> None:
    with pytest.raises(Unreachable):
        Client(server.url.replace("http://", "https://")).release()


BODIES = {
    "a web page": b"<!DOCTYPE html><title>Welcome</title>",
    "a word": b"hello",
    "a list": b"[]",
    "an empty object": b"{}",
    "a version without success": b'{"version":"8.4"}',
    "success without a version": b'{"success":true}',
    "100,000 brackets": b"[" * 100_000,
    "nothing": b"",
}


@fault("{body}, where a version is expected", SAID, "this is not a Rocket.Chat workspace", at="server of the test")
@pytest.mark.parametrize("body", BODIES)
def test_what_does_not_tell_a_version_is_not_a_rocket_chat(body: str) -> None:
    with answering(lambda handler: send(handler, 200, BODIES[body])) as url, pytest.raises(NotRocketChat):
        Client(url).release()


@fault("an address that is no workspace", SAID, "no password is sent", at="server of the test")
def test_a_password_is_never_sent_to_what_is_not_a_rocket_chat() -> None:
    asked: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.command)
        send(handler, 200, b"{}")

    with answering(respond) as url, pytest.raises(NotRocketChat):
        Client(url).sign_in("ada", "never sent")
    assert set(asked) == {"GET"}


@fault(
    lambda location: f"a redirect to {location or 'nowhere'}",
    SAID,
    "it is not followed",
    kind="Addresses and gates",
    at="server of the test",
)
@pytest.mark.parametrize(
    "location",
    [
        "http://other.example.org/api/info",
        "https://other.example.org/api/info",
        "//other.example.org/api/info",
        "/login",
        "http://[::1/api/info",
        "",
    ],
)
def test_a_redirect_out_of_the_workspace_is_not_followed(location: str) -> None:
    asked: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, 302, b"", Location=location)

    with answering(respond) as url, pytest.raises(NotRocketChat):
        Client(url).release()
    assert asked == ["/api/info"]


def test_a_redirect_to_https_on_the_same_host_is_followed_and_kept() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers["Host"]
        send(handler, 301, b"", Location=f"https://{host}{handler.path}")

    with answering(respond) as url:
        client = Client(url)
        # The test server speaks no TLS: that the client tried it is what counts.
        with pytest.raises(Unreachable):
            client.release()
        assert client.address == url.replace("http://", "https://")


@fault("an answer without end", SAID, "“… it has no end”", at="server of the test")
def test_an_answer_without_end_is_given_up() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65_536)

    with answering(respond) as url, pytest.raises(UnreadableAnswer, match="no end"):
        Client(url, bounds=Bounds(largest=2**20)).release()


@fault("an answer in drops", SAID, "at a deadline", at="server of the test")
def test_an_answer_that_comes_in_drops_meets_a_deadline() -> None:
    clock = Clock()
    done = threading.Event()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not done.wait(0.001):
            handler.wfile.write(b" ")
            clock.now += 10

    with answering(respond) as url:
        with pytest.raises(Unreachable):
            Client(url, monotonic=clock).release()
        done.set()


@fault("stopped while the answer is: {serve}", REFUSED, "cut within a second", at="server of the test")
@pytest.mark.parametrize("serve", [silent, trickling_head, silent_after_its_head, trickling_body, endless_body])
def test_an_answer_that_never_ends_is_cut_at_once_when_the_reading_is_stopped(
    serve: Callable[[socket.socket, threading.Event], None],
) -> None:
    stop = threading.Event()

    def served(connection: socket.socket, over: threading.Event) -> None:
        # Later, so that the client waits for what does not come.
        threading.Timer(0.2, stop.set).start()
        serve(connection, over)

    with listening(served) as url:
        began = time.monotonic()
        with pytest.raises(ReadingStopped):
            Client(url, bounds=Bounds(largest=2**40)).with_waits(stop=stop).release()
        assert time.monotonic() - began < 1


def test_jobs_of_one_person_share_the_connections_and_each_has_a_stop_of_its_own() -> None:
    connections: set[int] = set()
    stop, waits = threading.Event(), list[str]()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        connections.add(handler.client_address[1])
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(respond, keep_alive=True) as url, Client(url) as client:
        one = client.with_waits(stop=stop, on_wait=lambda route, _: waits.append(route))
        other = client.with_waits()
        assert [str(job.release()) for job in (client, one, other, one)] == ["8.4"] * 4
        stop.set()
        with pytest.raises(ReadingStopped):
            one.release()
        assert str(other.release()) == "8.4"
    assert len(connections) == 1


@fault("broken compression", SAID, at="server of the test")
def test_compressed_answers_are_read_and_broken_compression_is_said_so() -> None:
    import gzip

    bodies = [gzip.compress(b'{"success":true,"version":"8.4"}'), b"\x1f\x8bnot gzip at all"]

    def respond(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, bodies.pop(0), Content_Encoding="gzip")

    with answering(respond) as url:
        client = Client(url)
        assert str(client.release()) == "8.4"
        with pytest.raises(UnreadableAnswer, match="compression"):
            client.release()


@fault(
    "proxies and a netrc in the environment",
    EXACT,
    "neither is used",
    kind="Surroundings of commands",
    at="environment",
)
def test_nothing_of_the_environment_reaches_a_call(
    server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = tmp_path / "netrc"  # type: ignore[operator]
    netrc.write_text("machine 127.0.0.1 login eve password netrc-password\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    seen: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(respond) as url:
        assert str(Client(url).release()) == "8.4"
    assert seen == [None]

"""Everything that can go wrong between the client and a workspace, as the one error that stands for it."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from engagement.api.client import Account, Client, Pace
from engagement.api.transport import Bounds
from engagement.demo import DemoServer, Options
from engagement.errors import (
    EngagementError,
    NoPermission,
    NoPremiumModule,
    NotRocketChat,
    ReadingStopped,
    RefusedParameters,
    SignedOut,
    SlowDown,
    Unreachable,
    UnreadableAnswer,
)
from engagement.numbers.periods import Period, Window, windows
from tests.support.api_tools import answering, client_of, send
from tests.support.clock import Clock

TOKEN, PASSWORD = "tok-3n-which-nobody-may-see", "pa55word-which-nobody-may-see"
ACCOUNT = Account("user-id-x", TOKEN, True)
WEEK = windows(Period(date(2026, 11, 9), date(2026, 11, 15)), timedelta(0))[0]
CHANNELS = "/engagement-dashboard/channels/list"
RELEASES = [(6, 5), (7, 5), (7, 6), (8, 0), (8, 4), (9, 0)]


@pytest.fixture(params=RELEASES, ids=lambda release: ".".join(map(str, release)))
def any_server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=20, release=request.param, rate_limit=0), clock=Clock()) as running:
        yield running


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=20), clock=clock) as running:
        yield running


def counts(client: Client) -> object:
    return client.channel_counts(WEEK, every_room=True)


def test_an_account_without_the_right_lacks_a_permission_and_not_a_session(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock(), "viewer")
    with pytest.raises(NoPermission) as caught:
        counts(client)
    assert caught.value.permission == "view-engagement-dashboard"
    for read in (lambda: client.directory(full=True),):
        with pytest.raises(NoPermission) as caught:
            read()
        assert caught.value.permission == "view-room-administration"


def test_a_401_of_a_route_that_means_no_permission_is_told_from_one_that_means_signed_out() -> None:
    with DemoServer(Options(rooms=20, release=(8, 4), rate_limit=0)) as server:
        client = client_of(server, Clock(), "analyst")
        server.fail_next(CHANNELS, "unauthorized")
        with pytest.raises(NoPermission):
            counts(client)
        server.sign_out_everyone()
        with pytest.raises(SignedOut):
            counts(client)


def test_a_token_that_is_no_longer_accepted_means_signed_out_everywhere(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock())
    any_server.sign_out_everyone()
    person_free: list[Callable[[], object]] = [
        client.me,
        lambda: counts(client),
        lambda: client.directory(full=True),
        lambda: client.directory(full=False),
        lambda: client.sent_per_day(WEEK.start, WEEK.end),
    ]
    for read in person_free:
        with pytest.raises(SignedOut):
            read()


def test_a_client_without_an_account_is_signed_out_before_any_call(server: DemoServer) -> None:
    with pytest.raises(SignedOut):
        Client(server.url).me()
    assert server.calls == []


def test_a_workspace_without_the_module_says_so_in_every_release(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock())
    any_server.options = Options(rooms=20, release=any_server.options.release, rate_limit=0, unlicensed=True)
    with pytest.raises(NoPremiumModule):
        counts(client)
    with pytest.raises(NoPremiumModule):
        client.sent_per_day(WEEK.start, WEEK.end)
    assert client.directory(full=True).complete


def test_a_web_page_means_no_module_only_where_the_rest_of_the_api_still_answers(server: DemoServer) -> None:
    client = client_of(server, Clock(), "admin")
    server.fail_next(CHANNELS, "html")
    server.fail_next("/me", "html")
    with pytest.raises(NotRocketChat):
        counts(client)


def test_dates_the_server_does_not_take_are_refused_parameters(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    with pytest.raises(RefusedParameters, match="field start"):
        client.channel_counts(Window("2026-11-09", WEEK.end, WEEK.period, WEEK.previous), every_room=True)


@pytest.mark.parametrize("fault", ["garbage", "500"])
def test_an_answer_that_is_not_what_is_documented_is_unreadable(server: DemoServer, clock: Clock, fault: str) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, fault)  # type: ignore[arg-type]
    with pytest.raises(UnreadableAnswer):
        counts(client)


def test_an_answer_cut_off_once_is_read_again_after_a_pause(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "cut")
    counts(client)
    assert server.count(CHANNELS) == 2
    assert clock.slept == [2.0]


def test_an_answer_cut_off_twice_means_unreachable(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, "cut", times=2)
    with pytest.raises(Unreachable):
        counts(client)
    assert server.count(CHANNELS) == 2


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_is_busy_is_asked_once_more(status: int, clock: Clock) -> None:
    answers = [status, 200, status, status]

    def respond(handler: BaseHTTPRequestHandler) -> None:
        send(handler, answers.pop(0), b'{"success":true,"version":"8.4"}')

    with answering(respond) as url:
        client = Client(url, sleep=clock.sleep)
        assert str(client.release()) == "8.4"
        with pytest.raises(Unreachable):
            client.release()
    assert clock.slept == [2.0, 2.0]


def test_a_sign_in_that_broke_off_is_not_sent_twice(server: DemoServer, clock: Clock) -> None:
    server.fail_next("/login", "cut")
    with pytest.raises(Unreachable):
        client_of(server, clock)
    assert server.count("/login") == 1


def test_a_429_is_waited_out_announced_and_not_asked_again_before_its_reset(server: DemoServer, clock: Clock) -> None:
    waits: list[tuple[str, float]] = []
    client = client_of(server, clock, on_wait=lambda route, seconds: waits.append((route, seconds)))
    server.fail_next(CHANNELS, "429")
    counts(client)
    assert server.count(CHANNELS) == 2
    assert [route for route, _ in waits] == ["/api/v1" + CHANNELS]
    assert 60 <= waits[0][1] <= 62
    assert clock.slept == [waits[0][1]]


def test_a_wait_longer_than_allowed_is_an_error_with_its_seconds(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock, max_wait=70)
    server.fail_next(CHANNELS, "429", times=2)
    with pytest.raises(SlowDown) as caught:
        counts(client)
    assert 60 <= caught.value.seconds <= 62
    assert len(clock.slept) == 1


def test_a_wait_ends_when_the_reading_is_stopped(server: DemoServer, clock: Clock) -> None:
    stop = threading.Event()
    client = client_of(server, clock, stop=stop, on_wait=lambda *_: stop.set())
    server.fail_next(CHANNELS, "429")
    with pytest.raises(ReadingStopped):
        counts(client)
    assert clock.slept == []


def test_no_answer_in_time_means_unreachable(server: DemoServer) -> None:
    server.fail_next("/api/info", "hang")
    with pytest.raises(Unreachable):
        Client(server.url, timeout=(1, 0.1)).release()
    assert server.count("/api/info") == 1


def test_a_closed_port_means_unreachable_at_once(clock: Clock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        Client(f"http://127.0.0.1:{port}", sleep=clock.sleep).release()
    assert clock.slept == []


def test_an_unknown_name_means_unreachable(clock: Clock) -> None:
    with pytest.raises(Unreachable):
        Client("https://no-such-host.invalid", sleep=clock.sleep).release()


def test_a_server_without_a_certificate_means_unreachable(server: DemoServer) -> None:
    with pytest.raises(Unreachable):
        Client(server.url.replace("http://", "https://")).release()


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><title>Welcome</title>",
        b"hello",
        b"[]",
        b"{}",
        b'{"version":"8.4"}',
        b'{"success":true}',
        b"[" * 100_000,
        b"",
    ],
)
def test_what_does_not_tell_a_version_is_not_a_rocket_chat(body: bytes) -> None:
    with answering(lambda handler: send(handler, 200, body)) as url, pytest.raises(NotRocketChat):
        Client(url).release()


def test_a_password_is_never_sent_to_what_is_not_a_rocket_chat() -> None:
    asked: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.command)
        send(handler, 200, b"{}")

    with answering(respond) as url, pytest.raises(NotRocketChat):
        Client(url).sign_in("ada", PASSWORD)
    assert set(asked) == {"GET"}


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


def test_an_answer_without_end_is_given_up() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65_536)

    with answering(respond) as url, pytest.raises(UnreadableAnswer, match="no end"):
        Client(url, bounds=Bounds(largest=2**20)).release()


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


def test_a_long_answer_ends_when_the_reading_is_stopped() -> None:
    stop = threading.Event()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        stop.set()
        for _ in range(1000):
            handler.wfile.write(b" " * 65_536)

    with answering(respond) as url, pytest.raises(ReadingStopped):
        Client(url, stop=stop).release()


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


def _everything_that_fails(url: str) -> Iterator[Callable[[], object]]:
    def client(**more: object) -> Client:
        return Client(url, ACCOUNT, sleep=lambda _: None, timeout=(1, 0.3), **more)  # type: ignore[arg-type]

    yield client().me
    yield lambda: counts(client())
    yield lambda: client().directory(full=True)
    yield lambda: client().sent_per_day(WEEK.start, WEEK.end)
    yield lambda: client().sign_in("ada", PASSWORD, "654321")
    yield lambda: Client(url).sign_in_with_token("user-id-x", TOKEN)
    yield lambda: Client(url, Account("user-id-x", TOKEN, False)).sign_out()


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

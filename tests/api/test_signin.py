"""Signing in and out, who one is and what one may do, against the demo workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from engagement.api.client import Account, Client, Pace, Release
from engagement.demo import DemoServer, Options
from engagement.errors import (
    CodeNeeded,
    CodeWrong,
    LockedOut,
    SignedOut,
    SlowDown,
    UnreadableAnswer,
    WrongCredentials,
)
from tests.support.api_tools import answering, client_of, counts, send
from tests.support.clock import Clock
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="client")

RELEASES = [(3, 1), (6, 5), (7, 5), (8, 4), (9, 0)]


@pytest.fixture(params=RELEASES, ids=lambda release: ".".join(map(str, release)))
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=20, release=request.param, rate_limit=0), clock=Clock()) as running:
        yield running


@pytest.fixture
def limited() -> Iterator[tuple[DemoServer, Clock]]:
    clock = Clock()
    with DemoServer(Options(rooms=20), clock=clock) as running:
        yield running, clock


def test_every_release_says_its_name(server: DemoServer) -> None:
    release = Client(server.url).release()
    assert str(release) == ".".join(map(str, server.options.release))


@pytest.mark.parametrize(
    ("text", "release"), [("8.4", Release(8, 4)), ("7.5.1", Release(7, 5)), ("10.0.0-rc.1", Release(10, 0))]
)
def test_a_release_is_its_first_two_numbers(text: str, release: Release) -> None:
    assert Release.of(text) == release


@pytest.mark.parametrize("text", ["", "8", "develop", "8.x", "v8.4", "١.٢x"[2:]])
def test_what_is_no_version_is_not_guessed_at(text: str) -> None:
    with pytest.raises(UnreadableAnswer):
        Release.of(text)


def test_releases_compare_as_numbers() -> None:
    assert Release(6, 9) < Release(6, 11) < Release(10, 0)


def test_a_password_gives_a_login_token_that_signing_out_revokes(server: DemoServer) -> None:
    client = Client(server.url)
    account = client.sign_in(" manager ", "manager")
    assert not account.personal
    person = client.me()
    assert (person.username, person.user_id) == ("manager", account.user_id)
    assert person.roles == {"user", "manager"}
    client.sign_out()
    assert client.account is None
    with pytest.raises(SignedOut):
        Client(server.url, account).me()


def test_signing_out_leaves_a_personal_token_alone(server: DemoServer) -> None:
    user_id, token = server.personal_token("manager")
    client = Client(server.url)
    account = client.sign_in_with_token(user_id, token)
    assert account.personal
    client.sign_out()
    assert server.count("/logout") == 0
    assert Client(server.url, account).me().username == "manager"


def test_signing_out_of_a_session_that_is_over_is_no_error(server: DemoServer) -> None:
    client = Client(server.url)
    client.sign_in("manager", "manager")
    server.sign_out_everyone()
    server.fail_next("/logout", "401")
    client.sign_out()
    assert server.count("/logout") == 1


@fault(lambda part: f"wrong at sign-in: {'token and user id' if part == 'both' else part}", SAID)
@pytest.mark.parametrize("part", ["user_id", "token", "both"])
def test_a_wrong_token_or_user_id_is_said_so_at_sign_in(server: DemoServer, part: str) -> None:
    user_id, token = server.personal_token("manager")
    with pytest.raises(WrongCredentials):
        Client(server.url).sign_in_with_token(
            user_id if part == "token" else "x" * 17, token if part == "user_id" else "y" * 43
        )


@fault(
    lambda token: f"{token!r} as token" if len(token) < 80 else "501 letters as token",
    SAID,
    "before any call; the token is not repeated",
    at="test",
)
@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "snow☃", "x" * 501])
def test_a_token_that_no_header_can_carry_is_wrong_before_any_call(token: str) -> None:
    with pytest.raises(WrongCredentials) as caught:
        Account("someone", token, True)
    assert token not in str(caught.value) or not token


def test_an_account_shows_neither_id_nor_token() -> None:
    account = Account("the-user-id", "the-secret-token", True)
    assert repr(account) == str(account) == "Account(personal=True)"
    assert "the-secret" not in repr(Client("http://127.0.0.1:1", account))


def test_a_second_factor_is_asked_for_with_its_method_where_the_server_tells(server: DemoServer) -> None:
    client = Client(server.url)
    with pytest.raises(CodeNeeded) as caught:
        client.sign_in("twofactor", "twofactor")
    assert caught.value.method == ("unknown" if server.options.release == (9, 0) else "totp")
    assert client.sign_in("twofactor", "twofactor", "123 456").user_id == client.me().user_id


def test_a_code_by_mail_is_asked_for_as_such() -> None:
    with DemoServer(Options(rooms=20)) as server:
        server.accounts.method = "email"
        with pytest.raises(CodeNeeded) as caught:
            Client(server.url).sign_in("twofactor", "twofactor")
    assert caught.value.method == "email"


def test_a_wrong_code_is_told_from_a_wrong_password_where_the_server_does(server: DemoServer) -> None:
    told = server.options.release != (9, 0)
    with pytest.raises(CodeWrong if told else WrongCredentials):
        Client(server.url).sign_in("twofactor", "twofactor", "000000")


def test_a_wrong_password_is_wrong_credentials_or_where_the_server_is_terse_perhaps_a_missing_code(
    server: DemoServer,
) -> None:
    terse = server.options.release == (9, 0)
    with pytest.raises(CodeNeeded if terse else WrongCredentials):
        Client(server.url).sign_in("manager", "wrong")
    with pytest.raises(WrongCredentials):
        Client(server.url).sign_in("manager", "wrong", "123456")
    with pytest.raises(CodeNeeded if terse else WrongCredentials):
        Client(server.url).sign_in("nobody", "nobody")


@fault("eleven wrong passwords", SAID, "locked for some minutes")
def test_after_ten_failures_the_account_is_locked() -> None:
    with DemoServer(Options(rooms=20, rate_limit=0)) as server:
        client = Client(server.url)
        for _ in range(10):
            with pytest.raises(WrongCredentials):
                client.sign_in("manager", "wrong")
        with pytest.raises(LockedOut):
            client.sign_in("manager", "manager")


@fault("the eleventh sign-in of a minute", SAID, "its seconds, at once", kind="Waits and limits")
def test_sign_in_never_waits_for_the_rate_limit(limited: tuple[DemoServer, Clock]) -> None:
    server, clock = limited
    client = Client(server.url, pace=Pace(monotonic=clock), sleep=clock.sleep, monotonic=clock)
    for _ in range(10):
        client.sign_in("manager", "manager")
    with pytest.raises(SlowDown) as caught:
        client.sign_in("manager", "manager")
    assert 55 <= caught.value.seconds <= 62
    assert clock.slept == []
    assert server.count("/login") == 10


@fault("a 429 at sign-in", SAID, "at once; not asked again before its reset", kind="Waits and limits")
def test_a_429_at_sign_in_is_said_at_once_and_not_asked_again_before_its_reset(
    limited: tuple[DemoServer, Clock],
) -> None:
    server, clock = limited
    client = Client(server.url, pace=Pace(monotonic=clock), sleep=clock.sleep, monotonic=clock)
    server.fail_next("/login", "429")
    for _ in range(2):
        with pytest.raises(SlowDown):
            client.sign_in("manager", "manager")
    assert clock.slept == []
    assert server.count("/login") == 1
    clock.now += 62
    assert client.sign_in("manager", "manager")


@pytest.mark.parametrize(
    ("who", "figures", "rooms"),
    [("admin", True, True), ("manager", True, True), ("analyst", True, False), ("viewer", False, False)],
)
def test_rights_are_those_of_the_roles_of_a_person(server: DemoServer, who: str, figures: bool, rooms: bool) -> None:
    client = client_of(server, Clock(), who)
    person, roles = client.me(), client.roles_by_permission()
    permissions = {name for name, having in roles.items() if not person.roles.isdisjoint(having)}
    assert ("view-engagement-dashboard" in permissions) is figures
    assert ("view-room-administration" in permissions) is rooms
    assert "view-c-room" in permissions


def test_the_clock_is_that_of_the_server_and_goes_on_between_its_answers() -> None:
    then = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)
    server_clock, clock = Clock(then.timestamp()), Clock()
    with DemoServer(Options(rooms=20), clock=server_clock) as server:
        client = Client(server.url, monotonic=clock)
        client.release()
        clock.now += 90
        assert client.server_now() == datetime(2026, 8, 21, 12, 1, 30, tzinfo=UTC)


@fault("a sign-in that is answered without a token", SAID, at="server of the test")
def test_an_answer_of_the_sign_in_without_a_token_is_unreadable() -> None:
    def respond(handler: object) -> None:
        body = b'{"success":true,"version":"8.4","status":"success","data":{"userId":"x"}}'
        send(handler, 200, body, Content_Type="application/json")  # type: ignore[arg-type]

    with answering(respond) as url, pytest.raises(UnreadableAnswer):
        Client(url).sign_in("ada", "lovelace")


@fault("an account that is not yet {word}", SAID, "it is told so", at="server of the test")
@pytest.mark.parametrize(
    ("code", "word"), [("error-user-is-not-activated", "activated"), ("error-invalid-email", "confirmed")]
)
def test_an_account_that_is_not_let_in_is_told_why(code: str, word: str) -> None:
    def respond(handler: object) -> None:
        path = handler.path  # type: ignore[attr-defined]
        body = f'{{"success":false,"status":"error","error":"{code}","message":"x"}}'.encode()
        ok = b'{"success":true,"version":"8.4"}'
        send(handler, 401 if path.endswith("login") else 200, body if path.endswith("login") else ok)  # type: ignore[arg-type]

    with answering(respond) as url, pytest.raises(Exception, match=word):
        Client(url).sign_in("ada", "lovelace")


@fault("an account that signs out while a reading of its pauses", SAID, "no connection is opened any more")
def test_a_reading_whose_account_signs_out_opens_no_connection_any_more(limited: tuple[DemoServer, Clock]) -> None:
    server, clock = limited
    client = client_of(server, clock)
    reading = client.with_waits(sleep=lambda _: client.close())
    server.fail_next("/engagement-dashboard/channels/list", "cut")
    with pytest.raises(SignedOut):
        counts(reading)
    with pytest.raises(SignedOut):
        counts(client)
    assert server.count("/engagement-dashboard/channels/list") == 1

"""What the server refuses, and what it answers instead of data, as the one error that stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engagement.api.client import Client
from engagement.demo import DemoServer, Options
from engagement.errors import (
    NoPermission,
    NoPremiumModule,
    NotRocketChat,
    RefusedParameters,
    SignedOut,
    UnreadableAnswer,
)
from engagement.numbers.periods import Window
from tests.support.api_tools import WINDOW, client_of, counts
from tests.support.clock import Clock
from tests.support.faults import NOTED, SAID, fault, switch

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace, releases 6.5 to 9.0", seen="client")

CHANNELS = "/engagement-dashboard/channels/list"
RELEASES = [(6, 5), (7, 5), (7, 6), (8, 0), (8, 4), (9, 0)]


@pytest.fixture(params=RELEASES, ids=lambda release: ".".join(map(str, release)))
def any_server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=20, release=request.param, rate_limit=0), clock=Clock()) as running:
        yield running


@fault("an account without the permission", SAID, "the permission is named")
def test_an_account_without_the_right_lacks_a_permission_and_not_a_session(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock(), "viewer")
    with pytest.raises(NoPermission) as caught:
        counts(client)
    assert caught.value.permission == "view-engagement-dashboard"
    for read in (lambda: client.directory(full=True),):
        with pytest.raises(NoPermission) as caught:
            read()
        assert caught.value.permission == "view-room-administration"


@fault("a 401 that means no permission", SAID, "not taken for the end of the session", at="demo workspace")
def test_a_401_of_a_route_that_means_no_permission_is_told_from_one_that_means_signed_out() -> None:
    with DemoServer(Options(rooms=20, release=(8, 4), rate_limit=0)) as server:
        client = client_of(server, Clock(), "analyst")
        server.fail_next(CHANNELS, "401")
        with pytest.raises(NoPermission):
            counts(client)
        server.sign_out_everyone()
        with pytest.raises(SignedOut):
            counts(client)


@fault("a token that is no longer accepted, on each route", SAID, "signed out")
def test_a_token_that_is_no_longer_accepted_means_signed_out_everywhere(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock())
    any_server.sign_out_everyone()
    person_free: list[Callable[[], object]] = [
        client.me,
        lambda: counts(client),
        lambda: client.directory(full=True),
        lambda: client.directory(full=False),
        lambda: client.sent_per_day(WINDOW.start, WINDOW.end),
    ]
    for read in person_free:
        with pytest.raises(SignedOut):
            read()


def test_a_client_without_an_account_is_signed_out_before_any_call(server: DemoServer) -> None:
    with pytest.raises(SignedOut):
        Client(server.url).me()
    assert server.calls == []


@fault("no Premium module", SAID, "it is named; the directory is whole")
def test_a_workspace_without_the_module_says_so_in_every_release(any_server: DemoServer) -> None:
    client = client_of(any_server, Clock())
    any_server.options = Options(rooms=20, release=any_server.options.release, rate_limit=0, unlicensed=True)
    with pytest.raises(NoPremiumModule):
        counts(client)
    with pytest.raises(NoPremiumModule):
        client.sent_per_day(WINDOW.start, WINDOW.end)
    assert client.directory(full=True).receipt.complete


@fault("web pages on all routes", SAID, "not a workspace, rather than no module", at="demo workspace")
def test_a_web_page_means_no_module_only_where_the_rest_of_the_api_still_answers(server: DemoServer) -> None:
    client = client_of(server, Clock(), "admin")
    server.fail_next(CHANNELS, "html")
    server.fail_next("/me", "html")
    with pytest.raises(NotRocketChat):
        counts(client)


@fault(
    "a web page or a 404 where the module has just answered",
    SAID,
    "not “no module”; the next is whole",
    at="demo workspace",
)
def test_a_web_page_where_the_module_has_just_answered_does_not_mean_that_it_is_gone() -> None:
    with DemoServer(Options(rooms=20, release=(6, 5), rate_limit=0), clock=Clock()) as server:
        client = client_of(server, Clock())
        counts(client)
        for fault in ("html", "404"):
            server.fail_next(CHANNELS, fault)  # type: ignore[arg-type]
            with pytest.raises(UnreadableAnswer):
                counts(client)
        assert counts(client).receipt.complete


@fault("the licence ends", SAID, "no Premium module", at="demo workspace")
def test_a_refusal_that_names_the_missing_licence_is_believed_whatever_answered_before(server: DemoServer) -> None:
    client = client_of(server, Clock())
    counts(client)
    server.options = Options(rooms=20, unlicensed=True)
    with pytest.raises(NoPremiumModule):
        counts(client)


@fault(lambda fault: f"/api/info: {switch(fault)}", NOTED, "the figures are the same; the release is unknown")
@pytest.mark.parametrize("fault", ["gate-401", "gate-403", "403", "500", "nonsense"])
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: ".".join(map(str, release)))
def test_where_the_release_is_not_told_the_figures_are_the_same(release: tuple[int, int], fault: str) -> None:
    with DemoServer(Options(rooms=120, release=release, rate_limit=0), clock=Clock()) as server:
        known = client_of(server, Clock())
        honest, rooms = known.channel_counts(WINDOW, every_room=False), known.directory(full=True).rooms
        for path in ("/api/info", "/api/v1/info"):
            server.fail_next(path, fault, times=None)  # type: ignore[arg-type]
        client = client_of(server, Clock())
        assert str(client.release()) == "unknown"
        assert client.channel_counts(WINDOW, every_room=False).rooms.equals(honest.rooms)
        assert client.directory(full=True).rooms.equals(rooms)


@fault("dates that the server does not take", SAID, "its own reason", at="demo workspace")
def test_dates_the_server_does_not_take_are_refused_parameters(server: DemoServer, clock: Clock) -> None:
    client = client_of(server, clock)
    with pytest.raises(RefusedParameters, match="field start"):
        client.channel_counts(Window("2026-11-09", WINDOW.end, WINDOW.period, WINDOW.previous), every_room=True)


@fault(lambda fault: f"channel list: {switch(fault)}, for good", SAID, "it cannot be read", at="demo workspace")
@pytest.mark.parametrize("fault", ["garbage", "500"])
def test_an_answer_that_is_not_what_is_documented_is_unreadable(server: DemoServer, clock: Clock, fault: str) -> None:
    client = client_of(server, clock)
    server.fail_next(CHANNELS, fault, times=None)  # type: ignore[arg-type]
    with pytest.raises(UnreadableAnswer):
        counts(client)

"""Calls in the background: half of each route's limit stays free, and none goes while anybody else waits."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from engagement.api.client import Client
from engagement.api.pace import Pace, Turn
from engagement.demo.limiter import RateLimiter
from engagement.errors import ReadingStopped, SlowDown
from tests.support.clock import Clock
from tests.support.faults import WAITED, fault

pytestmark = fault(kind="Waits and limits", at="headers and a clock of a test", seen="client")

ROUTE = "/api/v1/engagement-dashboard/channels/list"


class Server:
    """Counts calls as the demo workspace does, which its tests hold against the real one; refuses none in a test."""

    def __init__(self, clock: Clock, limit: int = 10) -> None:
        self.limiter, self.clock, self.limit = RateLimiter(clock), clock, limit

    def call(self, pace: Pace, who: str = "ada", **more: object) -> float:
        """A call of ``who`` when it has a place; the seconds waited for it."""
        waited = pace.take_place(ROUTE, who, **{"sleep": self.clock.sleep, **more})  # type: ignore[arg-type]
        said = self.limiter.call(ROUTE, "here", self.limit)
        assert said.allowed
        date = {"Date": formatdate(int(self.clock()), usegmt=True)}
        pace.answered(ROUTE, who, said.headers() | date, success=True)
        return waited


def calls_at_once(server: Server, pace: Pace, **more: object) -> int:
    """How many calls go before one would have to wait."""
    for number in range(100):
        try:
            server.call(pace, longest_wait=0, **more)
        except SlowDown:
            return number
    raise AssertionError("no call has to wait")


@pytest.mark.parametrize(("limit", "behind", "left"), [(10, 5, 5), (3, 1, 2), (2, 1, 1)])
def test_calls_in_the_background_leave_half_of_the_limit_to_whoever_looks(
    clock: Clock, limit: int, behind: int, left: int
) -> None:
    server, pace = Server(clock, limit), Pace(monotonic=clock)
    for _ in range(3):
        assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == behind
        assert calls_at_once(server, pace) == left
        clock.forward(seconds=61)


def test_where_one_call_a_minute_is_allowed_it_goes_in_the_background_too(clock: Clock) -> None:
    server, pace = Server(clock, 1), Pace(monotonic=clock)
    assert [server.call(pace, turn=Turn.BACKGROUND) for _ in range(3)] == [0, 61, 61]


def test_what_others_used_is_no_part_of_the_half_that_stays_free(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    for _ in range(3):
        server.call(pace)
    assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 2
    assert calls_at_once(server, pace) == 5


def test_half_of_a_ceiling_of_our_own_stays_free_in_any_minute(clock: Clock) -> None:
    server, pace = Server(clock, 1000), Pace(6, monotonic=clock)
    assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 3
    assert calls_at_once(server, pace) == 3
    clock.forward(seconds=61)
    assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 3


def test_an_exempt_account_is_as_fast_in_the_background_as_ever(clock: Clock) -> None:
    pace = Pace(monotonic=clock)
    for _ in range(50):
        assert pace.take_place(ROUTE, "admin", sleep=clock.sleep, turn=Turn.BACKGROUND) == 0
        pace.answered(ROUTE, "admin", {}, success=True)


@fault("two copies read in the background", WAITED, "half of the limit stays free for both together")
def test_copies_together_leave_half_of_the_limit_free(clock: Clock) -> None:
    server = Server(clock)
    copies = [Pace(copies=2, monotonic=clock) for _ in range(2)]
    # A copy's part is five: two in the background, as three of each would be more than half.
    assert [calls_at_once(server, pace, turn=Turn.BACKGROUND) for pace in copies] == [2, 2]
    assert [calls_at_once(server, pace) for pace in copies] == [3, 3]


@fault("a window opens for one who waits and for the background", WAITED, "who looks goes first")
def test_nothing_goes_in_the_background_while_anybody_waits(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    calls_at_once(server, pace)
    refused = []

    def sleep(seconds: float) -> None:
        # The window opens, and the background wakes first.
        clock.sleep(seconds)
        with pytest.raises(SlowDown) as told:
            server.call(pace, turn=Turn.BACKGROUND, longest_wait=0)
        refused.append(told.value.seconds)

    assert server.call(pace, sleep=sleep) == 61
    assert refused == [1]
    assert server.call(pace, turn=Turn.BACKGROUND) == 0


@fault("somebody always waits, for half an hour", WAITED, "the background goes on afterwards")
def test_the_background_gives_up_for_no_one_who_waits_for_long(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    calls_at_once(server, pace)

    def sleep(_: float) -> None:
        # Whoever waits goes first in every window, until half an hour is over.
        clock.sleep(61)
        if clock.now < begun + 30 * 60:
            with pace._in_line(ROUTE, Turn.ASKED):
                assert pace._reserve(ROUTE, "ada", Turn.BACKGROUND) > 0
            calls_at_once(server, pace)

    begun = clock.now
    assert server.call(pace, turn=Turn.BACKGROUND, sleep=sleep) > 15 * 60
    assert clock.now >= begun + 30 * 60


def test_who_stops_waiting_holds_up_nothing_in_the_background(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    calls_at_once(server, pace)

    def stopped(_: float) -> None:
        raise ReadingStopped

    with pytest.raises(ReadingStopped):
        server.call(pace, sleep=stopped)
    with pytest.raises(SlowDown):
        server.call(pace, longest_wait=0)
    assert server.call(pace, turn=Turn.BACKGROUND) == 61


def test_a_client_in_the_background_knows_its_share_and_keeps_its_waits(clock: Clock) -> None:
    pace, told = Pace(8, copies=2, monotonic=clock), list[float]()
    client = Client("https://chat.example.org", pace=pace).with_waits(
        sleep=clock.sleep, on_wait=lambda _, seconds: told.append(seconds)
    )
    behind = client.at_turn(Turn.BACKGROUND)
    assert (client.calls_a_minute, behind.calls_a_minute) == (4, 2)
    for _ in range(3):
        behind._transport._take_place(ROUTE, "ada", 100)
    assert (told, clock.slept) == ([61], [61])


@pytest.mark.parametrize(("limit", "in_sight"), [(10, 9), (2, 1), (1, 1)])
def test_what_arrives_in_sight_leaves_one_call_to_who_asks(clock: Clock, limit: int, in_sight: int) -> None:
    server, pace = Server(clock, limit), Pace(monotonic=clock)
    assert calls_at_once(server, pace, turn=Turn.IN_SIGHT) == in_sight
    assert calls_at_once(server, pace) == limit - in_sight


@fault("days are read in sight while weeks are read behind them", WAITED, "the days go first")
def test_nothing_goes_in_the_background_between_two_calls_in_sight(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    for _ in range(3):
        assert server.call(pace, turn=Turn.IN_SIGHT) == 0
        assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 0
        clock.forward(seconds=5)
    assert calls_at_once(server, pace, turn=Turn.IN_SIGHT) == 6
    clock.forward(seconds=61)
    assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 5


def test_what_arrives_in_sight_lets_who_asks_go_first(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    with pace._in_line(ROUTE, Turn.ASKED):
        assert calls_at_once(server, pace, turn=Turn.IN_SIGHT) == 0
    assert calls_at_once(server, pace, turn=Turn.IN_SIGHT) == 9


def test_an_exempt_account_reads_in_the_background_whatever_arrives_in_sight(clock: Clock) -> None:
    pace = Pace(monotonic=clock)
    for turn in (Turn.IN_SIGHT, Turn.BACKGROUND, Turn.IN_SIGHT, Turn.BACKGROUND):
        assert pace.take_place(ROUTE, "admin", sleep=clock.sleep, turn=turn) == 0
        pace.answered(ROUTE, "admin", {}, success=True)


def test_what_comes_last_waits_until_the_background_has_what_it_wanted(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    assert server.call(pace, turn=Turn.BACKGROUND) == 0
    assert calls_at_once(server, pace, turn=Turn.LAST) == 0
    clock.forward(seconds=11)
    assert calls_at_once(server, pace, turn=Turn.LAST) == 4
    assert calls_at_once(server, pace) == 5


def test_whoever_is_about_to_read_in_sight_is_waited_for(clock: Clock) -> None:
    server, pace = Server(clock), Pace(monotonic=clock)
    server.call(pace)
    client = Client("https://chat.example.org", pace=pace).at_turn(Turn.IN_SIGHT)
    assert client.calls_a_minute == 9
    assert calls_at_once(server, pace, turn=Turn.BACKGROUND) == 0

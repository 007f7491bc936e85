"""The rate limit: waiting before the server refuses, and no longer than needed."""

from __future__ import annotations

import gc
import threading
import weakref
from email.utils import formatdate

import pytest

from engagement.api.pace import Pace, Turn, shared_pace
from engagement.errors import ReadingStopped, SlowDown
from tests.support.clock import Clock
from tests.support.faults import SAID, WAITED, fault

pytestmark = fault(kind="Waits and limits", at="headers and a clock of a test", seen="client")

ROUTE = "/api/v1/me"
NOON = 1_795_348_800.0


def headers(clock: Clock, remaining: int, reset: float, limit: int = 10, ahead: float = 0.0) -> dict[str, str]:
    """Headers of an answer given now by a server whose clock is ``ahead`` of ours; ``reset`` is seconds from now."""
    there = clock() + ahead
    return {
        "Date": formatdate(int(there), usegmt=True),
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(round((there + reset) * 1000)),
    }


def call(pace: Pace, clock: Clock, answer: dict[str, str], who: str = "ada") -> float:
    waited = pace.take_place(ROUTE, who, sleep=clock.sleep)
    pace.answered(ROUTE, who, answer, success=True)
    return waited


def test_calls_go_on_at_once_while_the_server_announces_room() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    for remaining in range(9, -1, -1):
        assert call(pace, clock, headers(clock, remaining, 60)) == 0
    assert clock.slept == []


def test_an_account_that_is_exempt_has_no_limit_though_signing_in_and_others_have_one() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    pace.take_place("/api/v1/login", "", sleep=clock.sleep)
    pace.answered("/api/v1/login", "", headers(clock, 9, 60), success=True)
    call(pace, clock, {})
    assert (pace.limit(), pace.limit("ada"), pace.allowed("ada")) == (10, None, None)
    call(pace, clock, headers(clock, 6, 60, limit=7), who="bob")
    assert (pace.limit("ada"), pace.limit("bob"), pace.allowed("bob", Turn.BACKGROUND)) == (None, 7, 3)


@fault("no call is left in this minute", WAITED, "until a second after the reset")
def test_without_room_the_next_call_waits_until_a_second_after_the_reset() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42))
    assert call(pace, clock, headers(clock, 9, 60)) == 43
    assert clock.slept == [43]


@fault("a server whose clock is 90 days behind", WAITED, "as long as on its own clock")
def test_the_reset_is_read_on_the_clock_of_the_server() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42, ahead=-86_400 * 90))
    call(pace, clock, headers(clock, 9, 60, ahead=-86_400 * 90))
    assert clock.slept == [43]


@fault("no call left, and no Date", WAITED, "a whole minute")
def test_a_server_that_tells_no_time_is_given_a_whole_minute() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    answer = headers(clock, 0, 5)
    del answer["Date"]
    call(pace, clock, answer)
    call(pace, clock, headers(clock, 9, 60))
    assert clock.slept == [61]


@fault("a reset a day away, with an answer or a 429", WAITED, "one minute, then the route is open to all")
def test_a_reset_a_day_away_is_not_believed_whether_it_comes_with_an_answer_or_a_refusal() -> None:
    day = 86_400.0
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, day))
    assert call(pace, clock, headers(clock, 9, 60)) == 61
    for refusal in (headers(clock, 0, day), {"Retry-After": "86400"}, {}):
        pace.take_place(ROUTE, "ada", sleep=clock.sleep)
        text = "You must wait 86400 seconds before trying this endpoint again."
        assert pace.refused(ROUTE, "ada", refusal, text) == 61
    # The route is open again for everybody after one window, and what the next answer tells holds.
    assert call(pace, clock, headers(clock, 9, 60), who="bob") == 61
    assert call(pace, clock, headers(clock, 8, 60), who="bob") == 0


@fault("a limit for five minutes", WAITED, "until its reset")
def test_a_limit_whose_windows_last_some_minutes_is_kept() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 240))
    assert call(pace, clock, headers(clock, 9, 300)) == 241


@fault("429 after 429 whose reset lies a minute back", WAITED, "pauses from 1 to 60 seconds")
def test_refusals_whose_reset_is_over_make_pauses_that_grow() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    pauses = []
    for refusals in range(1, 9):
        pace.take_place(ROUTE, "ada", sleep=clock.sleep)
        pauses.append(pace.refused(ROUTE, "ada", headers(clock, 0, -60), "", refusals))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_each_wait_is_announced_before_it_begins() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42))
    told: list[tuple[str, float, int]] = []
    pace.take_place(ROUTE, "ada", sleep=clock.sleep, on_wait=lambda why, s: told.append((why, s, len(clock.slept))))
    assert told == [("the workspace allows only so many calls a minute", 43, 0)]


def test_all_accounts_share_the_limit_of_a_route_and_none_that_of_another() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42), who="ada")
    assert pace.take_place("/api/v1/other", "bob", sleep=clock.sleep) == 0
    assert pace.take_place(ROUTE, "bob", sleep=clock.sleep) == 43


def test_calls_under_way_count_as_made() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 2, 30))
    assert [pace.take_place(ROUTE, "ada", sleep=clock.sleep) for _ in range(2)] == [0, 0]
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 31


def test_a_new_window_has_room_for_the_limit_and_no_more() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 10, limit=3))
    assert [pace.take_place(ROUTE, "ada", sleep=clock.sleep) for _ in range(3)] == [11, 0, 0]
    with pytest.raises(SlowDown) as caught:
        pace.take_place(ROUTE, "ada", sleep=clock.sleep, longest_wait=0)
    assert caught.value.seconds == 61


@fault("an answer slower than its window", WAITED, "no pause: it says nothing of the next")
def test_an_answer_that_took_longer_than_its_window_says_nothing_of_the_next() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 10))
    call(pace, clock, headers(clock, 9, 60))
    pace.take_place(ROUTE, "ada", sleep=clock.sleep)
    pace.answered(ROUTE, "ada", headers(clock, 0, -5), success=True)
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 0


def test_an_account_without_the_headers_is_exempt_and_not_held_up_by_others() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, {"Date": formatdate(NOON, usegmt=True)}, who="admin")
    call(pace, clock, headers(clock, 0, 42), who="ada")
    assert [call(pace, clock, {}, who="admin") for _ in range(50)] == [0] * 50
    assert call(pace, clock, headers(clock, 9, 60), who="ada") == 43


def test_calls_of_an_exempt_account_do_not_use_up_the_room_of_others() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, {}, who="admin")
    call(pace, clock, headers(clock, 1, 42), who="ada")
    for _ in range(5):
        pace.take_place(ROUTE, "admin", sleep=clock.sleep)
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 0


@fault("an error without the headers of the limit", WAITED, "the account is not taken for exempt")
def test_an_error_without_the_headers_does_not_make_an_account_exempt() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 1, 42))
    pace.take_place(ROUTE, "ada", sleep=clock.sleep)
    pace.answered(ROUTE, "ada", {}, success=False)
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 43


@fault("an account loses its exemption", WAITED, "it is held to the limit at once")
def test_an_account_that_loses_its_exemption_is_held_to_the_limit_again() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, {}, who="ada")
    call(pace, clock, headers(clock, 0, 42), who="ada")
    assert call(pace, clock, headers(clock, 9, 60), who="ada") == 43


@fault("a call that is never answered", WAITED, "it counts as made")
def test_a_call_without_answer_counts_as_made() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 1, 42))
    pace.take_place(ROUTE, "ada", sleep=clock.sleep)
    pace.failed(ROUTE, "ada")
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 43


@fault("servers behind one address that count apart", WAITED, "the least room holds")
def test_behind_a_load_balancer_the_least_room_of_all_servers_holds() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 1, 30))
    call(pace, clock, headers(clock, 9, 50))
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 0
    assert pace.take_place(ROUTE, "ada", sleep=clock.sleep) == 51


@fault(
    lambda answer, text: {
        "reset": "a 429 with a reset and another time in words",
        "retry": "a 429 with Retry-After alone",
        "none": "a 429 with a time in words alone" if text else "a 429 that tells no time",
    }[answer],
    WAITED,
    "{seconds} seconds, for everybody",
)
@pytest.mark.parametrize(
    ("answer", "text", "seconds"),
    [
        ("reset", "You must wait 7 seconds before trying", 43),
        ("retry", "You must wait 7 seconds before trying", 21),
        ("none", "You must wait 7 seconds before trying this endpoint again. [error-too-many-requests]", 8),
        ("none", "", 61),
    ],
)
def test_a_429_closes_the_route_for_everybody_until_its_reset(answer: str, text: str, seconds: float) -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    said = {"reset": headers(clock, 0, 42), "retry": {"Retry-After": "20"}, "none": {}}[answer]
    pace.take_place(ROUTE, "ada", sleep=clock.sleep)
    assert pace.refused(ROUTE, "ada", said, text) == seconds
    assert pace.take_place(ROUTE, "bob", sleep=clock.sleep) == seconds


@fault("a pause longer than allowed", SAID, "its seconds, without waiting")
def test_a_wait_that_would_be_too_long_is_refused_without_sleeping() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42))
    with pytest.raises(SlowDown) as caught:
        pace.take_place(ROUTE, "ada", sleep=clock.sleep, longest_wait=40)
    assert caught.value.seconds == 43
    assert clock.slept == []


def test_a_wait_can_be_ended_by_its_sleep() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    call(pace, clock, headers(clock, 0, 42))

    def stopped(_: float) -> None:
        raise ReadingStopped

    with pytest.raises(ReadingStopped):
        pace.take_place(ROUTE, "ada", sleep=stopped)
    clock.sleep(43)
    assert pace.take_place(ROUTE, "ada", sleep=stopped) == 0


@fault("an exempt account, and a ceiling of ours", WAITED, "three calls in any minute")
def test_our_own_ceiling_holds_in_any_minute_for_everybody() -> None:
    clock = Clock(NOON)
    pace = Pace(3, monotonic=clock)
    times = []
    for _ in range(7):
        pace.take_place(ROUTE, "admin", sleep=clock.sleep)
        pace.answered(ROUTE, "admin", {}, success=True)
        times.append(clock() - NOON)
        clock.now += 5
    assert times == [0, 5, 10, 61, 66, 71, 122]
    assert min(later - earlier for earlier, later in zip(times, times[3:], strict=False)) > 60


@fault("20 at once where five calls are left", WAITED, "five go, and no more")
def test_threads_together_never_take_more_places_than_there_are() -> None:
    pace = Pace(monotonic=lambda: 0.0)
    answer = headers(Clock(NOON), 5, 60)
    pace.take_place(ROUTE, "ada", sleep=lambda _: None)
    pace.answered(ROUTE, "ada", answer, success=True)
    taken: list[int] = []

    def take() -> None:
        try:
            pace.take_place(ROUTE, "ada", sleep=lambda _: None, longest_wait=0)
            taken.append(1)
        except SlowDown:
            pass

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 5


def test_one_workspace_has_one_pace_in_a_process() -> None:
    first = shared_pace("https://one.example", 5)
    assert shared_pace("https://one.example", 6) is first
    assert first.calls_a_minute == 6
    assert shared_pace("https://two.example") is not first


@fault("two copies share one limit", WAITED, "each takes half")
def test_two_copies_take_half_of_the_announced_limit_each_and_an_exempt_account_all_it_wants() -> None:
    clock = Clock(NOON)
    pace = Pace(copies=2, monotonic=clock)
    for remaining in (9, 8, 7, 6, 5):
        assert call(pace, clock, headers(clock, remaining, 60)) == 0
    assert call(pace, clock, {}, who="admin") == 61
    for _ in range(20):
        assert call(pace, clock, {}, who="admin") == 0


def test_copies_share_a_ceiling_of_our_own_and_each_has_at_least_one_call() -> None:
    clock = Clock(NOON)
    half, least = Pace(6, copies=2, monotonic=clock), Pace(2, copies=5, monotonic=clock)
    assert [call(half, clock, {}) for _ in range(4)] == [0, 0, 0, 61]
    assert [call(least, clock, {}) for _ in range(3)] == [0, 61, 61]


def test_of_many_addresses_only_those_in_use_and_the_latest_are_remembered() -> None:
    in_use = shared_pace("https://in-use.example")
    forgotten = weakref.ref(shared_pace("https://forgotten.example"))
    for number in range(1_000):
        shared_pace(f"https://{number}.example")
    latest = shared_pace("https://999.example")
    gc.collect()
    assert forgotten() is None
    assert shared_pace("https://in-use.example") is in_use
    assert shared_pace("https://999.example") is latest
    assert sum(isinstance(one, Pace) for one in gc.get_objects()) < 200


def test_of_many_exempt_accounts_the_latest_are_remembered() -> None:
    clock = Clock(NOON)
    pace = Pace(monotonic=clock)
    for number in range(20_000):
        call(pace, clock, {}, who=f"account {number}")
    route = pace._routes[ROUTE]
    assert len(route.exempt) <= 1_000
    assert len(route.under_way) == 0
    # No room for anybody else: the exempt still need none.
    call(pace, clock, headers(clock, 0, 60), who="ada")
    assert call(pace, clock, {}, who="account 19999") == 0
    assert call(pace, clock, {}, who="account 0") == 61


def test_no_more_calls_are_remembered_than_the_last_minute_saw() -> None:
    clock = Clock(NOON)
    pace = Pace(copies=2, monotonic=clock)
    for _ in range(10_000):
        pace.take_place(ROUTE, "ada", sleep=clock.sleep)
        pace.failed(ROUTE, "ada")
        clock.now += 1
    assert len(pace._routes[ROUTE].sent) <= 62

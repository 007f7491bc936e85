"""Subscriptions are rows: due at an hour of every week in their zone, taken by one run, not lost by one that dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engagement.errors import InvalidInput, StoreUnavailable, SubscriptionGone
from engagement.storage import subscriptions
from engagement.storage.database import Store
from engagement.storage.subscriptions import (
    ENDED_KEPT,
    MOST_OF_ONE,
    Hour,
    Subscription,
    Subscriptions,
    Went,
    Wish,
)
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = fault(kind="Posts", at="database", seen="archive")

WISH = Wish("last-week", "previous", ("channel", "private"), ("room-9",), if_news=True)
MONDAY = Hour(0, 8, "Europe/Berlin")
ONE = Subscription("ada-id", "ada", "room-1", WISH, MONDAY)


@pytest.fixture
def kept(store: Store) -> Subscriptions:
    return Subscriptions(store, "https://chat.example.org one")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last", "next_"),
    [
        # 8 o'clock in Berlin is 7 in UTC in winter, and 6 in summer.
        ("2026-11-23T06:59", "2026-11-16T07:00", "2026-11-23T07:00"),
        ("2026-11-23T07:00", "2026-11-23T07:00", "2026-11-30T07:00"),
        ("2026-11-29T23:30", "2026-11-23T07:00", "2026-11-30T07:00"),
        ("2026-10-25T12:00", "2026-10-19T06:00", "2026-10-26T07:00"),
        ("2026-03-28T12:00", "2026-03-23T07:00", "2026-03-30T06:00"),
    ],
)
def test_an_hour_of_the_week_is_that_of_its_zone_across_clock_changes(now: str, last: str, next_: str) -> None:
    assert (MONDAY.last(utc(now)), MONDAY.next(utc(now))) == (utc(last), utc(next_))


def test_an_hour_that_a_clock_change_leaves_out_or_repeats_is_one_instant() -> None:
    sunday = Hour(6, 2, "Europe/Berlin")
    assert sunday.last(utc("2026-03-29T12:00")) == utc("2026-03-29T01:00")
    assert sunday.last(utc("2026-10-25T12:00")) == utc("2026-10-25T00:00")
    assert sunday.next(utc("2026-10-25T00:30")) == utc("2026-11-01T01:00")
    # A week after the Sunday that had no hour of 2 o'clock in Berlin, and half of none on Lord Howe.
    assert sunday.next(utc("2026-03-29T12:00")) == utc("2026-04-05T00:00")
    assert Hour(6, 2, "Australia/Lord_Howe").next(utc("2026-10-04T12:00")) == utc("2026-10-10T15:00")


def test_what_is_kept_comes_back(kept: Subscriptions) -> None:
    added = kept.add(ONE)
    assert kept.of("ada-id") == [added]
    assert replace(added, id="", created_at=ONE.created_at, at=ONE.at, slot=ONE.slot) == ONE
    assert kept.of("bob-id") == []
    assert replace(kept, workspace="https://chat.example.org two").all() == []


# The clock of the tests stands at noon on Friday, 20 November 2026.
def test_one_is_due_at_its_next_hour_once_a_week(kept: Subscriptions, clock: Clock) -> None:
    added = kept.add(ONE)
    assert kept.take() is None
    clock.forward(days=2, hours=18, minutes=59)
    assert kept.take() is None
    clock.forward(minutes=1)
    taken = kept.take()
    assert taken is not None
    assert taken.id == added.id
    assert kept.take() is None
    kept.ran(added.id, Went.DONE, "posted")
    clock.forward(days=6)
    assert kept.take() is None
    assert [(one.went, one.result) for one in kept.all()] == [(Went.DONE, "posted")]
    clock.forward(days=1)
    assert kept.take() is not None


@fault("a clock that was years ahead for a moment", SAID, "the reports of the weeks until then come all the same")
def test_one_that_was_run_on_a_clock_far_ahead_is_due_again_when_the_clock_is_right(
    kept: Subscriptions, clock: Clock
) -> None:
    added = kept.add(ONE)
    clock.forward(days=1_000)
    assert kept.take() is not None
    kept.ran(added.id, Went.DONE, "posted")
    # The Saturday before its first Monday: it is run once now, and in its hour.
    clock.forward(days=-999)
    assert kept.take() is not None
    kept.ran(added.id, Went.DONE, "posted before")
    assert kept.take() is None
    clock.forward(days=2)
    assert kept.take() is not None


def test_of_two_clocks_that_differ_by_minutes_one_runs_it(kept: Subscriptions, clock: Clock) -> None:
    added = kept.add(ONE)
    clock.forward(days=2, hours=19)
    assert kept.take() is not None
    kept.ran(added.id, Went.DONE, "posted")
    clock.forward(minutes=-10)
    assert kept.take() is None


def test_a_machine_that_was_off_on_monday_runs_it_later_and_once(kept: Subscriptions, clock: Clock) -> None:
    kept.add(ONE)
    clock.forward(days=16)
    assert kept.take() is not None
    assert kept.take() is None


@fault("a run that is ended in the middle of a subscription", REFUSED, "taken again after 20 minutes, within a day")
def test_a_run_that_was_cut_off_or_failed_is_due_again_within_a_day(kept: Subscriptions, clock: Clock) -> None:
    added = kept.add(ONE)
    clock.forward(days=3)
    assert kept.take() is not None
    clock.forward(minutes=20)
    assert kept.take() is None
    clock.forward(seconds=1)
    assert kept.take() is not None
    kept.ran(added.id, Went.FAILED, "no answer")
    assert kept.take() is None
    clock.forward(minutes=21)
    assert kept.take() is not None
    kept.ran(added.id, Went.FAILED, "no answer")
    clock.forward(days=1)
    assert kept.take() is None


@fault("two copies of the timer at once", REFUSED, "one of them runs it")
def test_of_two_copies_at_once_one_takes_it(kept: Subscriptions, store_url: str, clock: Clock) -> None:
    kept.add(ONE)
    clock.forward(days=3)
    others = [Store(store_url, clock=clock.moment) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda one: Subscriptions(one, kept.workspace).take(), others))
    for other in others:
        other.close()
    assert [one is None for one in taken].count(True) == 1


def test_one_that_is_ended_is_told_for_a_month_and_never_run(kept: Subscriptions, clock: Clock) -> None:
    added = kept.add(ONE)
    kept.ran(added.id, Went.ENDED, "ended: ada may not see the figures any more")
    clock.forward(days=8)
    assert kept.take() is None
    assert [one.result for one in kept.all()] == ["ended: ada may not see the figures any more"]
    clock.put(ahead=ENDED_KEPT)
    kept.add(ONE)
    assert len(kept.all()) == 2
    clock.forward(seconds=1)
    kept.add(replace(ONE, room_id="room-2"))
    assert [one.room_id for one in kept.all()] == ["room-1", "room-2"]


@fault("a subscription of somebody else", REFUSED, kind="Doors")
def test_only_its_owner_stops_one_and_once(kept: Subscriptions) -> None:
    added = kept.add(ONE)
    with pytest.raises(SubscriptionGone):
        kept.stop(added.id, "bob-id")
    kept.stop(added.id, "ada-id")
    assert kept.all() == []
    with pytest.raises(SubscriptionGone, match="not there any more"):
        kept.stop(added.id, "ada-id")


@fault("the same subscription twice, or more than there may be", SAID)
def test_the_same_twice_and_too_many_are_refused(kept: Subscriptions) -> None:
    kept.add(ONE)
    with pytest.raises(InvalidInput, match="already"):
        kept.add(ONE)
    for number in range(MOST_OF_ONE - 1):
        kept.add(replace(ONE, room_id=f"other-{number}"))
    with pytest.raises(InvalidInput, match="at most 20"):
        kept.add(replace(ONE, room_id="one-more"))
    assert kept.add(replace(ONE, owner_id="bob-id"))


def test_whoever_has_few_is_told_where_the_workspace_has_too_many(
    kept: Subscriptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MOST_OF_ALL", 2)
    for owner in ("ada-id", "bob-id"):
        kept.add(replace(ONE, owner_id=owner))
    with pytest.raises(InvalidInput, match="at most 2 subscriptions in all; somebody must stop one"):
        kept.add(replace(ONE, owner_id="carol-id"))


@fault("the database of subscriptions is away", SAID, kind="Surroundings of commands")
def test_a_dead_database_is_said(tmp_path: object) -> None:
    dead = Subscriptions(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"), "one")
    for use in (dead.all, lambda: dead.add(ONE), dead.take, lambda: dead.stop("x", "ada-id")):
        with pytest.raises(StoreUnavailable):
            use()

"""A period whose weeks are all kept is shown as they were last read before anybody is asked, and then read anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from engagement.api.client import Client
from engagement.demo import DemoServer
from engagement.numbers.filters import Filters
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.reading.facts import Facts
from engagement.reading.jobs import Teller
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.report import content, html
from engagement.report.wishes import Wishes
from engagement.storage.archive import Archive, WindowMeta
from tests.support.asking import empty_archive, reader_of
from tests.support.clock import NOON, Clock
from tests.support.faults import EXACT, NOTED, REFUSED, fault
from tests.support.weeks import DAY, LAST, SIX, six_weeks, visit

pytestmark = fault(kind="A past that changes", at="demo workspace, weeks kept before", seen="reading")

# 91 messages after 84, and 175 after 147.
WEEK, TWO_WEEKS = SIX[3], Period(SIX[2].start, SIX[3].end)
AS_OF = "As of 2026-11-20 12:00 UTC, when its weeks were last read; being read anew."


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with six_weeks(clock) as running:
        yield running


@pytest.fixture
def archive() -> Archive:
    return empty_archive()


@pytest.fixture
def reader(server: DemoServer, clock: Clock, archive: Archive) -> Reader:
    """Who has read six weeks and the room directory at noon, an hour ago."""
    first = visit(server, clock, archive)
    facts = first.facts().result(60)
    first.history(facts, LAST, 6).result(60)
    first.directory(facts).result(60)
    clock.forward(hours=1)
    server.calls.clear()
    return first


def read(
    reader: Reader, facts: Facts, period: Period, *, held: int = 1, before: Callable[[], None] = lambda: None
) -> tuple[Activity | None, Activity]:
    """What is shown of ``period`` when all ``held`` jobs that read for it are about to ask, and what they bring.

    ``before`` they ask, that is done.
    """
    asking, go_on = threading.Semaphore(0), threading.Event()

    def make_client(tell: Teller[Any]) -> Client:
        asking.release()
        assert go_on.wait(60)
        return reader.make_client(tell)

    activity = replace(reader, make_client=make_client).activity(facts, period)
    assert all(asking.acquire(timeout=60) for _ in range(held))
    early = activity.latest
    before()
    go_on.set()
    return early, activity.result(60)


def counts(activity: Activity, room_id: str = "general") -> tuple[int, int]:
    row = activity.rooms.set_index("room_id").loc[room_id]
    return row["messages"], row["previous_messages"]


def part_of(reader: Reader, period: Period) -> Activity:
    early, _ = read(reader, reader.facts().result(60), period)
    assert early is not None
    return early


@pytest.mark.parametrize(("period", "expected"), [(WEEK, (91, 84)), (TWO_WEEKS, (175, 147))])
def test_figures_of_kept_weeks_are_there_before_the_first_call_and_are_those_that_are_read(
    reader: Reader, server: DemoServer, period: Period, expected: tuple[int, int]
) -> None:
    asked = list[object]()
    early, whole = read(reader, reader.facts().result(60), period, before=lambda: asked.extend(server.calls))
    assert early is not None
    assert (counts(early), asked) == (expected, [])
    assert server.calls
    pd.testing.assert_frame_equal(early.rooms, whole.rooms)
    pd.testing.assert_series_equal(early.daily, whole.daily)
    assert early.previous == whole.previous


def test_figures_of_kept_weeks_say_of_when_they_are_until_they_are_read_anew(reader: Reader, clock: Clock) -> None:
    early, whole = read(reader, reader.facts().result(60), TWO_WEEKS)
    assert early is not None
    assert (early.receipt.complete, early.receipt.notes, early.read_at) == (False, (AS_OF,), NOON)
    assert (whole.receipt.complete, whole.receipt.notes, whole.read_at) == (True, (), clock.moment())


def test_a_report_of_kept_weeks_says_that_it_is_not_complete(reader: Reader) -> None:
    report = content.build(part_of(reader, TWO_WEEKS), Filters(), Wishes())
    assert ("Complete", "no") in report.about
    assert AS_OF in html.document(report)
    assert [part for part in report.caption if part.startswith("INCOMPLETE")]
    assert "read 20 Nov 2026, 12:00 UTC" in report.caption


def test_figures_of_kept_weeks_have_the_verdicts_that_follow(reader: Reader) -> None:
    facts = reader.facts().result(60)
    judged = reader.judged_history(facts, WEEK)
    assert judged is not None
    early, whole = (found and found.judged(judged.result(60)) for found in read(reader, facts, WEEK))
    assert early is not None
    assert whole is not None
    pd.testing.assert_frame_equal(early.rooms, whole.rooms)


@fault("messages that are deleted after their week was kept", EXACT, "shown as of then, and replaced by what is read")
def test_messages_deleted_meanwhile_are_gone_as_soon_as_the_period_has_been_read(
    reader: Reader, server: DemoServer, archive: Archive
) -> None:
    server.workspace.add("general", WEEK.start, -5)
    facts = reader.facts().result(60)
    early, whole = read(reader, facts, WEEK)
    assert early is not None
    assert (counts(early), counts(whole)) == ((91, 84), (86, 84))
    kept = archive.weeks(reader.scope(facts), [WEEK], RULE)
    assert kept.counts[list(kept.room_ids).index("general"), 0] == 86


@fault("a room that is gone since its week was kept", NOTED, "left out, and that is said")
def test_a_room_that_the_directory_does_not_name_is_left_out_and_that_is_said(
    reader: Reader, archive: Archive, clock: Clock
) -> None:
    facts = reader.facts().result(60)
    told = pd.Series({"general": 88, "gone": 3})
    archive.put(reader.scope(facts), WEEK, told, WindowMeta(clock.moment(), announced=2, received=2, complete=True))
    early, whole = read(reader, facts, WEEK)
    assert early is not None
    assert (counts(early), counts(whole)) == ((88, 84), (91, 84))
    assert "gone" not in set(early.rooms["room_id"])
    left_out = "1 room that had messages then is not in the room directory and left out meanwhile."
    assert early.receipt.notes == (left_out, AS_OF)
    assert (early.whole, whole.whole) == (False, True)


@fault("a kept week with more messages than its days", EXACT, "not shown before it is read anew")
def test_a_kept_week_that_the_days_contradict_is_not_shown(reader: Reader, archive: Archive, clock: Clock) -> None:
    facts = reader.facts().result(60)
    told = pd.Series({"general": 92})
    archive.put(reader.scope(facts), WEEK, told, WindowMeta(clock.moment(), announced=1, received=1, complete=True))
    early, whole = read(reader, facts, WEEK)
    assert (early, counts(whole)) == (None, (91, 84))


def test_a_week_that_is_not_kept_whole_is_not_shown(reader: Reader, archive: Archive, clock: Clock) -> None:
    facts = reader.facts().result(60)
    broken = WindowMeta(clock.moment(), announced=2, received=1, complete=False)
    archive.put(reader.scope(facts), SIX[2], pd.Series({"general": 84}), broken)
    early, whole = read(reader, facts, WEEK)
    assert (early, counts(whole)) == (None, (91, 84))


def test_a_week_that_is_compared_with_one_that_is_not_kept_is_not_shown(reader: Reader) -> None:
    early, whole = read(reader, reader.facts().result(60), SIX[0])
    assert (early, counts(whole)) == (None, (70, 70))


def test_as_many_days_that_are_no_weeks_are_not_shown(reader: Reader) -> None:
    across = Period(TWO_WEEKS.start + 2 * DAY, TWO_WEEKS.end + 2 * DAY)
    facts = reader.facts().result(60)
    # Totals that have deleted rooms too contradict nothing.
    early, whole = read(reader, replace(facts, daily=2 * facts.daily), across)
    # Two days of ten and the number of the week go, two of a week later come.
    assert (early, counts(whole)) == (None, (175 - 2 * 12 + 2 * 14, 147 - 2 * 10 + 2 * 12))


@fault("a week that was kept and has a day that is no longer counted", EXACT, "not shown before it is read anew")
def test_a_week_with_a_day_that_nobody_counted_is_not_shown(
    reader: Reader, server: DemoServer, archive: Archive, clock: Clock
) -> None:
    server.workspace.stop_counting(WEEK.start, WEEK.start)
    scope, told = reader.scope(reader.facts().result(60)), pd.Series({"general": 91 - 13})
    archive.put(scope, WEEK, told, WindowMeta(clock.moment(), announced=1, received=1, complete=True))
    other = replace(visit(server, clock, archive), remembers=False)
    facts = other.facts().result(60)
    assert WEEK.start in facts.uncounted
    other.directory(facts).result(60)
    assert read(other, facts, WEEK)[0] is None


@fault("weeks that somebody with other rights has read", REFUSED, "nobody else is shown them")
def test_who_may_see_less_is_not_shown_what_was_kept_for_others(
    reader: Reader, server: DemoServer, archive: Archive, clock: Clock
) -> None:
    analyst = reader_of(server, "analyst", jobs=reader.jobs, archive=archive, now=clock.moment)
    facts = replace(analyst.facts().result(60), remembered=False)
    analyst.directory(facts).result(60)
    assert read(analyst, facts, WEEK)[0] is None


def test_without_a_directory_in_memory_nothing_is_shown_early(reader: Reader) -> None:
    facts = reader.facts().result(60)
    reader.directory(facts).forget()
    early, whole = read(reader, facts, WEEK, held=2)
    assert (early, counts(whole)) == (None, (91, 84))


def test_by_what_is_only_remembered_nothing_is_shown_early(server: DemoServer, clock: Clock, reader: Reader) -> None:
    other = visit(server, clock, reader.archive)
    facts = other.facts().result(60)
    assert facts.remembered
    other.directory(facts).result(60)
    assert read(other, facts, WEEK)[0] is None
    assert read(other, replace(facts, remembered=False), TWO_WEEKS)[0] is not None

"""The past changes: what was purged or edited later replaces what was kept, and a page never has two numbers for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from engagement.api.client import Pace
from engagement.cli import sync
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import PREVIOUS, Period
from engagement.numbers.rooms import Activity
from engagement.numbers.verdict import NO_CLEAR_CHANGE, RISING, TOO_FEW_WEEKS
from engagement.numbers.weeks import weeks_until
from engagement.reading.weeks import RULE, Again
from engagement.reading.workspace import Reader
from engagement.report.words import sentences, written
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive, note_check
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault
from tests.support.reasons import why
from tests.support.weeks import DAY, LAST, lists_asked, visit

pytestmark = fault(kind="A past that changes", at="demo workspace, purged", seen="reading")

QUARTER_WEEKS = weeks_until(LAST, 13)
TEN = {day: 10 for week in weeks_until(LAST, 14) for day in week.dates()}
# Spam on Wednesday the 11th: 630 messages more than the usual 70.
SPAM = date(2026, 11, 11)


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    made = community([RoomSpec("general"), RoomSpec("help")], {"general": TEN | {SPAM: 640}, "help": TEN})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


def judged(reader: Reader, period: Period = LAST) -> Activity:
    facts = reader.facts().result(60)
    activity, history = reader.activity(facts, period).result(60), reader.judged_history(facts, period)
    assert history is not None
    return activity.judged(history.result(60))


def row(activity: Activity, room_id: str = "general") -> dict[str, object]:
    found: dict[str, object] = activity.rooms.set_index("room_id").loc[room_id].to_dict()
    return found


def without_spam(server: DemoServer) -> None:
    server.workspace.purge("general", SPAM, SPAM)
    server.workspace.add("general", SPAM, 10)


def kept(archive: Archive, reader: Reader, week: Period) -> dict[str, float]:
    found = archive.weeks(reader.scope(reader.facts().result(60)), [week], RULE)
    return pd.Series(found.counts[:, 0], index=found.room_ids).to_dict()


@fault("spam of a kept week is purged", EXACT, "count, change, signal and reason tell the week of now")
def test_after_a_purge_the_row_and_its_verdict_tell_the_same_week(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    before = row(judged(visit(server, clock, archive)))
    assert (before["messages"], before["signal"]) == (700, RISING)
    without_spam(server)
    clock.forward(hours=1)
    activity = judged(visit(server, clock, archive))
    after = row(activity)
    assert (after["messages"], after["previous_messages"], after["signal"]) == (70, 70, NO_CLEAR_CHANGE)
    assert why(after).startswith("70 messages, usually")
    told = " ".join(written(parts) for parts in sentences(activity, activity.rooms, people=False))
    assert "rising" not in told
    assert "700" not in told


@fault("weeks in memory from before a purge", EXACT, "the reason is that of a fresh reading")
def test_a_history_in_memory_from_before_the_purge_does_not_outlive_it(server: DemoServer, clock: Clock) -> None:
    reader = visit(server, clock, empty_archive())
    facts = reader.facts().result(60)
    judged(reader)
    without_spam(server)
    reader.jobs.forget(reader._key(facts, "activity", LAST, PREVIOUS), reader.viewer)
    assert why(row(judged(reader))) == why(row(judged(visit(server, clock, empty_archive()))))
    assert facts.counted


@fault("a purge and a late edit in kept weeks", EXACT, "what is read replaces what is kept")
def test_what_was_read_of_a_week_and_the_one_before_replaces_what_was_kept(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    reader = visit(server, clock, archive)
    judged(reader)
    without_spam(server)
    server.workspace.add("help", date(2026, 11, 3), 5)
    clock.forward(hours=1)
    later = visit(server, clock, archive)
    later.activity(later.facts().result(60), LAST).result(60)
    assert kept(archive, later, LAST) == {"general": 70, "help": 70}
    assert kept(archive, later, LAST.previous) == {"general": 70, "help": 75}


@fault("a kept week that no longer fits into the month read now", NOTED, "too few weeks to judge by")
def test_weeks_that_do_not_fit_into_the_period_read_now_are_not_judged_by(server: DemoServer, clock: Clock) -> None:
    archive, month = empty_archive(), Period(date(2026, 10, 19), date(2026, 11, 15))
    assert row(judged(visit(server, clock, archive), month))["signal"] == RISING
    without_spam(server)
    clock.forward(hours=1)
    activity = judged(visit(server, clock, archive), month)
    # Four weeks of 70 cannot hold one of 700.
    assert (row(activity)["messages"], row(activity)["signal"]) == (280, TOO_FEW_WEEKS)
    assert "700" not in why(row(activity))
    assert row(activity, "help")["signal"] == NO_CLEAR_CHANGE
    told = " ".join(written(parts) for parts in sentences(activity, activity.rooms, people=False))
    assert "770" not in told, "the week of all rooms together is not known either"


@fault("a purge in a week that nobody asks for", EXACT, "weeks of a quarter are read again, two at a time")
def test_a_kept_week_of_the_last_quarter_is_due_again_after_a_week_two_at_a_time_newest_first(
    server: DemoServer, clock: Clock
) -> None:
    archive = empty_archive()
    judged(visit(server, clock, archive))
    without_spam(server)
    clock.forward(days=6)
    reader = replace(visit(server, clock, archive), shared=True)
    facts = reader.facts().result(60)
    assert reader.history(facts, LAST).result(60).missing == ()
    assert not renewal(reader)
    clock.forward(days=1, seconds=1)
    note_check(archive, server, clock.moment)
    asked = []
    for _ in range(3):
        reader = replace(visit(server, clock, archive), shared=True)
        facts = reader.facts().result(60)
        server.calls.clear()
        reader.history(facts, LAST).result(60)
        assert renewal(reader)
        asked.append(lists_asked(server))
    assert asked == [["2026-11-09"], ["2026-10-26"], ["2026-10-12"]]
    assert kept(archive, reader, LAST) == {"general": 70, "help": 70}
    # What is in memory is not older than what is kept.
    assert reader.history(facts, LAST).result(60).counts.loc["general"].iloc[-1] == 70


def renewal(reader: Reader) -> bool:
    """Whether the reading in the background, which ``reader`` began, read anything."""
    key = reader._key(reader.facts().result(60), "renewal", LAST)
    running = reader.jobs.ask(key, "test", lambda tell: pytest.fail("none began"), keep=600)
    return bool(running.result(60))


@fault("weeks are due again and no call is left", EXACT, "given up after one call; nobody waits")
def test_nobody_waits_for_the_rate_limit_because_of_weeks_that_are_due_again(clock: Clock) -> None:
    archive = empty_archive()
    rooms = [RoomSpec(f"room {number}") for number in range(30)]
    made = community(rooms, {room.room_id: TEN for room in rooms})
    options = Options(timezone="UTC", rate_limit=10, page_cap=10, unlimited=False)
    with DemoServer(options, clock=clock, community=made) as server:
        judged(visit(server, clock, archive))
        clock.forward(days=8)
        reader = replace(visit(server, clock, archive, "manager", pace=Pace(monotonic=clock)), shared=True)
        facts = reader.facts().result(60)
        clock.forward(minutes=2)
        server.calls.clear()
        reader.history(facts, LAST).result(60)
        assert not renewal(reader)
        # Three pages would be needed; after the first it gives up.
        assert len(lists_asked(server)) == 1


@fault("a purge older than a quarter", EXACT, "sync --again reads all of it", seen="sync")
def test_a_sync_reads_the_weeks_that_are_due_and_all_of_them_when_asked(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    sync.run(visit(server, clock, archive), 14)
    without_spam(server)
    server.workspace.add("help", QUARTER_WEEKS[0].start - DAY, 1)
    clock.forward(hours=1)
    assert sync.run(visit(server, clock, archive), 14)[0].endswith("kept: 14 from before, 0 read now")
    clock.forward(days=1)
    reader = visit(server, clock, archive)
    assert sync.run(reader, 14, again=Again(14))[0].endswith("kept: 0 from before, 14 read now")
    assert kept(archive, reader, LAST) == {"general": 70, "help": 70}
    assert kept(archive, reader, QUARTER_WEEKS[0].previous) == {"general": 70, "help": 71}
    clock.forward(days=7, seconds=1)
    # Of the 13 last weeks one is new and twelve are due; the one before the quarter stays as it is.
    assert sync.run(visit(server, clock, archive), 14)[0].endswith("kept: 1 from before, 13 read now")

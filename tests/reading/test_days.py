"""Days room by room: read once, newest first, kept like weeks, and never something else than the period says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from engagement.api.client import Pace
from engagement.demo import DemoServer, Options
from engagement.numbers.days import Bars
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.reading.days import AGAIN_AFTER
from engagement.reading.facts import Facts
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, REFUSED, WAITED, fault
from tests.support.weeks import CHANNELS, DAY, LAST, SIX, lists_asked, six_weeks, visit, without_one

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="reading")

DAYS = [Period(day, day) for day in LAST.dates()]
TODAY = date(2026, 11, 20)


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with six_weeks(clock) as running:
        yield running


@pytest.fixture
def archive() -> Archive:
    return empty_archive()


def shown(reader: Reader, period: Period = LAST) -> tuple[Facts, Activity, Bars]:
    """The activity of ``period`` as it is read anew, and the bars of all of its rooms."""
    facts = reader.facts().result(60)
    activity = reader.activity(facts, period).result(60)
    return facts, activity, activity.bars(reader.days(facts, period).result(60), activity.rooms)


def messages(bars: Bars) -> list[int | None]:
    return [bar.messages for bar in bars.bars]


def days_asked(server: DemoServer) -> list[str]:
    """The days that were asked for by themselves."""
    calls = [query for _, path, query in server.calls if path.endswith(CHANNELS)]
    return [query["start"][:10] for query in calls if query["start"][:10] == query["end"][:10]]


def test_days_come_newest_first_those_of_the_period_before_any_other_and_one_call_each(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    _, activity, bars = shown(visit(server, clock, archive))
    assert days_asked(server) == [str(day) for week in (LAST, LAST.previous) for day in reversed([*week.dates()])]
    assert messages(bars) == [15, 15, 15, 15, 15, 15, 19]
    assert [bar.previous for bar in bars.bars] == [14, 12, 14, 14, 14, 14, 14]
    assert (bars.messages, bars.previous, bars.astray) == (109, 96, 0)
    assert activity.rooms["messages"].sum() == 109


def test_a_second_visit_asks_for_no_day_that_is_over(server: DemoServer, clock: Clock, archive: Archive) -> None:
    *_, first = shown(visit(server, clock, archive))
    server.calls.clear()
    # Somebody else, after a restart, on the same day and weeks later.
    for days in (0, 15):
        clock.forward(days=days)
        *_, again = shown(visit(server, clock, archive))
        assert again.bars == first.bars
    assert days_asked(server) == []


def test_today_is_what_is_left_of_the_period_and_is_neither_asked_for_nor_kept(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    server.workspace.add("general", TODAY - DAY, 8)
    server.workspace.add("general", TODAY, 5)
    period = Period(TODAY - DAY, TODAY + DAY)
    reader = visit(server, clock, archive)
    facts, _, bars = shown(reader, period)
    assert messages(bars) == [8, 5, None]
    assert [bar.unfinished for bar in bars.bars] == [False, True, False]
    assert str(TODAY) not in days_asked(server)
    today = Period(TODAY, TODAY)
    assert archive.kept(reader.scope(facts), [today], RULE) == {}
    server.calls.clear()
    assert messages(shown(reader, today)[2]) == [5]
    assert str(TODAY) in lists_asked(server), "asked for as a period, once"
    assert days_asked(server).count(str(TODAY)) == 1


@fault("a message of a kept day that is edited or deleted later", EXACT, "its day is read again, and no other")
def test_days_that_no_longer_add_up_are_read_again_newest_first_until_they_do(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    shown(visit(server, clock, archive))
    clock.forward(minutes=20)
    server.workspace.add("general", DAYS[5].start, 3)
    server.calls.clear()
    *_, bars = shown(visit(server, clock, archive))
    assert messages(bars) == [15, 15, 15, 15, 15, 18, 19]
    assert bars.astray == 0
    assert days_asked(server) == [str(DAYS[6].start), str(DAYS[5].start)]


@fault("a message that is written between the period and its days", NOTED, "the days say that they are astray")
def test_days_that_were_just_read_are_not_asked_for_again_at_every_look(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    shown(visit(server, clock, archive))
    clock.forward(seconds=AGAIN_AFTER.total_seconds() - 60)
    server.workspace.add("general", DAYS[5].start, -2)
    server.calls.clear()
    *_, bars = shown(visit(server, clock, archive))
    assert (bars.astray, days_asked(server)) == (2, [])


@fault("a room that is announced for a day and does not arrive", NOTED, "unknown on that day, and no other room is")
def test_a_room_that_did_not_arrive_on_a_day_is_unknown_on_that_day_alone(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = without_one(visit(server, clock, archive), DAYS[6], "late")
    facts = reader.facts().result(60)
    activity = reader.activity(facts, LAST).result(60)
    read = reader.days(facts, LAST).result(60)
    assert not read.receipt.complete
    whole = activity.bars(read, activity.rooms)
    assert messages(whole) == [15, 15, 15, 15, 15, 15, None]
    assert whole.bars[6].why == "not all rooms arrived"
    general = activity.rooms[activity.rooms["room_id"] == "general"]
    assert messages(activity.bars(read, general)) == [15] * 7


@fault("a kept day with more messages than the server says of it", NOTED, "read again; said, where it stays so")
def test_a_day_with_more_messages_than_the_total_of_the_day_is_said(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = visit(server, clock, archive)
    facts = reader.facts().result(60)
    activity = reader.activity(facts, LAST).result(60)
    fewer = facts.daily.where(facts.daily.index != str(DAYS[2].start), 9)
    sent = reader.make_client

    def make_client(tell: object) -> object:
        client = sent(tell)  # type: ignore[arg-type]
        told = client.sent_per_day
        client.sent_per_day = lambda *of: replace(told(*of), messages=told(*of).messages.clip(upper=9))  # type: ignore[method-assign]
        return client

    read = replace(reader, make_client=make_client).days(replace(facts, daily=fewer), LAST).result(60)  # type: ignore[arg-type]
    note = "The rooms have 15 messages from 2026-11-11 to 2026-11-11, more than the 9 that the server counted in all."
    assert read.receipt.notes == (note,)
    assert messages(activity.bars(read, activity.rooms)) == [15, 15, None, 15, 15, 15, 19]


@fault("days that somebody with other rights has read", REFUSED, "nobody else is shown them")
def test_who_may_see_less_reads_days_of_their_own(server: DemoServer, clock: Clock, archive: Archive) -> None:
    shown(visit(server, clock, archive))
    server.calls.clear()
    *_, bars = shown(visit(server, clock, archive, "analyst"))
    assert len(days_asked(server)) == 14
    assert sum(filter(None, messages(bars))) == bars.messages


def test_the_weeks_of_a_long_period_are_those_that_are_kept_and_only_its_ends_are_read(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = visit(server, clock, archive)
    facts = reader.facts().result(60)
    reader.history(facts, LAST, 6).result(60)
    server.calls.clear()
    # From a Thursday to a Tuesday.
    period = Period(SIX[0].start + 3 * DAY, LAST.end + 2 * DAY)
    *_, bars = shown(reader, period)
    assert lists_asked(server) == [str(period.start), "2026-11-16", str(period.start)]
    # Nothing is counted from Monday on.
    assert messages(bars) == [40, 77, 84, 91, 96, 109, None]
    assert (bars.unit, bars.astray) == ("week", 0)


def test_weeks_are_held_against_those_that_are_kept_where_these_have_the_same_weekdays(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = visit(server, clock, archive)
    facts = reader.facts().result(60)
    # Six weeks beside the six before them, of which two have counts: 60 and 70 messages.
    period = Period(SIX[0].start, LAST.end)
    reader.history(facts, LAST, 12).result(60)
    server.calls.clear()
    *_, bars = shown(reader, period)
    assert bars.unit == "week"
    # Signals need no week in which counting began.
    assert [day for day in lists_asked(server) if day != str(period.start)] == ["2026-08-31"]
    assert [bar.previous for bar in bars.bars] == [None, 60, 70, 70, 70, 70]
    assert messages(bars) == [70, 77, 84, 91, 96, 109]


def test_very_many_days_are_months_read_one_by_one(server: DemoServer, clock: Clock, archive: Archive) -> None:
    period = Period(date(2026, 4, 20), LAST.end)
    *_, bars = shown(visit(server, clock, archive), period)
    assert bars.unit == "month"
    assert [bar.part.start for bar in bars.bars][:2] == [date(2026, 4, 20), date(2026, 5, 1)]
    # Nothing was counted before September.
    assert messages(bars) == [None] * 5 + [300, 10 * 4 + 70 + 77 + 84 + 91 - 13, 13 + 98 - 2 + 105 + 4]
    assert (bars.astray, bars.messages) == (0, sum(filter(None, messages(bars))))


@fault("days on which nothing was counted", EXACT, "null, and never 0", kind="Uncounted days")
def test_a_day_that_nobody_counted_is_null_for_every_room(server: DemoServer, clock: Clock, archive: Archive) -> None:
    server.workspace.stop_counting(DAYS[2].start, DAYS[2].start)
    *_, bars = shown(visit(server, clock, archive))
    assert messages(bars) == [15, 15, None, 15, 15, 15, 19]
    assert bars.bars[2].why == "nothing was counted"
    assert (bars.alike, bars.astray) == (False, 0)


@fault(
    "ten calls a minute, and seventeen weeks wanted as well",
    WAITED,
    "a week of days is there first",
    kind="Waits and limits",
)
def test_a_week_of_days_is_there_before_the_first_pause_and_the_weeks_come_behind_it() -> None:
    clock, there = Clock(), list[int]()
    with six_weeks(clock) as server:
        server.options = replace(server.options, rate_limit=10)

        def pause(seconds: float) -> None:
            part = days.latest
            assert part is not None
            there.append(activity.bars(part, activity.rooms).read)
            clock.now += seconds

        pace = Pace(monotonic=clock)
        reader = replace(visit(server, clock, empty_archive(), "manager", pace=pace, sleep=pause), shared=True)
        facts = reader.facts().result(60)
        activity = reader.activity(facts, LAST).result(60)
        days = reader.days(facts, LAST)
        assert not days.result(60).missing
        assert not reader.history(facts, LAST, 17, year=True).result(60).missing
    assert there
    assert set(there) == {7}
    lists = [query for _, path, query in server.calls if path.endswith(CHANNELS)]
    # The two of the counting check have the figures of the period too, and one call is left to who asks next.
    assert [query["start"][:10] for query in lists[2:9]] == [str(day) for day in reversed([*LAST.dates()])]


def test_while_days_arrive_somebody_who_asks_for_a_new_period_does_not_wait() -> None:
    clock, waits = Clock(), list[float]()
    with DemoServer(Options(rooms=60, timezone="UTC", rate_limit=10), clock=clock) as server:
        pace = Pace(monotonic=clock)
        bob = visit(server, clock, empty_archive(), "manager", pace=pace, sleep=clock.sleep)
        facts = bob.facts().result(60)
        others = iter(Period(date(2026, 10, n), date(2026, 10, n + 3)) for n in range(1, 20))

        def pause(seconds: float) -> None:
            began = clock.now
            bob.activity(facts, next(others)).result(60)
            waits.append(clock.now - began)
            clock.now += seconds

        ada = visit(server, clock, empty_archive(), "manager", pace=pace, sleep=pause)
        month = Period(LAST.end - 27 * DAY, LAST.end)
        *_, bars = shown(replace(ada, shared=True, viewer="ada"), month)
    assert bars.read == 28
    assert waits == [0] * len(waits) != []

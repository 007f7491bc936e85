"""The same counts never give two answers: whatever page asks, a room is judged by the same weeks, and all rooms too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest

from engagement import figures
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.basis import Basis
from engagement.numbers.measures import by_week
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import SIGNAL_WEEKS, History, signals, total_signal, weeks_until
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive, WindowMeta
from tests.support.asking import empty_archive, note_check
from tests.support.clock import NOON, Clock
from tests.support.weeks import DAY, LAST, visit

YEAR = weeks_until(LAST, 52)
MINE = Basis(CONSTANT_BAR, LAST, 60)
# What each room had in its last weeks, and before them: made-up stories with a known truth.
STORIES = {
    "falls": ([8] * 4, 30),
    "silent": ([0] * 4, 9),
    "burst": ([14, 14, 800, 14, 14, 14], 14),
    "rises": ([700], 70),
    "steady": ([], 77),
    # What it was like before the seventeen weeks that are looked at would make it a fall.
    "long-ago": ([21] * 17, 2100),
}
COUNTS = {
    room: dict(zip([week.start for week in YEAR], [before] * (52 - len(last)) + last, strict=True))
    for room, (last, before) in STORIES.items()
}

# All write on Mondays alone, and did so again in the week that is not over.
COUNTS["steady"][LAST.end + DAY] = 77


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    made = community([RoomSpec(room) for room in STORIES], COUNTS)
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


def fill(archive: Archive, reader: Reader, weeks: list[Period]) -> None:
    scope = reader.scope(reader.facts().result(60))
    for week in weeks:
        counts = pd.Series({room: days[week.start] for room, days in COUNTS.items()}, dtype="int64")
        read_at = datetime.combine(week.end, time(), NOON.tzinfo) + timedelta(days=30)
        archive.put(scope, week, counts[counts > 0], WindowMeta(read_at, 6, 6, complete=True, rule=RULE))


def asked(server: DemoServer, clock: Clock, kept: list[Period]) -> tuple[Reader, Activity]:
    archive = empty_archive()
    note_check(archive, server, clock.moment)
    reader = visit(server, clock, archive)
    fill(archive, reader, kept)
    return reader, reader.activity(reader.facts().result(60), LAST).result(60)


def history(reader: Reader, weeks: int, period: Period = LAST) -> History:
    assert period.end == LAST.end
    return reader.history(reader.facts().result(60), LAST, max(weeks, SIGNAL_WEEKS), year=True).result(60)


def told(rows: pd.DataFrame) -> dict[str, tuple[object, ...]]:
    fields = ["signal", "usual_low", "usual_high", "news_above", "surprise", "weeks_known", "reason"]
    return {room: tuple(row) for room, *row in zip(rows["room_id"], *(rows[name] for name in fields), strict=True)}


@pytest.mark.parametrize("period", [LAST, Period(LAST.start - 21 * DAY, LAST.end)], ids=["a week", "four weeks"])
def test_a_room_is_judged_alike_wherever_it_is_shown(server: DemoServer, clock: Clock, period: Period) -> None:
    reader, _ = asked(server, clock, YEAR)
    activity = reader.activity(reader.facts().result(60), period).result(60)
    table = told(activity.judged(history(reader, SIGNAL_WEEKS, period), MINE).rooms)
    assert set(table) == set(STORIES)
    for weeks in (13, 26, 52):
        ours = activity.agreed(history(reader, weeks), MINE)
        one_by_one = [
            pd.concat([one.reset_index(drop=True), signals(one, ours).reset_index(drop=True)], axis=1)
            for one in (activity.rooms[activity.rooms["room_id"] == room] for room in STORIES)
        ]
        assert told(pd.concat(one_by_one)) == table


def test_what_was_longer_ago_than_the_window_says_nothing_of_a_room(server: DemoServer, clock: Clock) -> None:
    reader, activity = asked(server, clock, YEAR)
    rooms = activity.judged(history(reader, 52), MINE).rooms.set_index("room_id")
    assert rooms.loc["long-ago", "signal"] == "no clear change"
    assert rooms.loc["rises", "signal"] == "rising"


def test_all_rooms_together_are_judged_alike_wherever_they_are_shown(server: DemoServer, clock: Clock) -> None:
    reader, activity = asked(server, clock, YEAR)
    answers = set()
    for weeks in (SIGNAL_WEEKS, 13, 26, 52):
        ours = activity.agreed(history(reader, weeks), MINE)
        weekly = by_week(ours, activity.rooms)
        total = total_signal(ours, weekly["messages"])
        line = figures.weekly_totals(weekly, ours, figures.Context.of(activity, people=False), weeks)
        assert len(line.weeks) == weeks
        assert line.signal == total["signal"]
        answers.add((*total[["signal", "usual_low", "usual_high", "reason"]], line.weeks[-1]))
    assert len(answers) == 1


def test_weeks_that_another_page_has_read_are_known_to_all(server: DemoServer, clock: Clock) -> None:
    reader, _ = asked(server, clock, YEAR[-20:])
    short = history(reader, SIGNAL_WEEKS)
    assert [len(short.weeks), int(short.silence.notna().sum())] == [52, 20]
    long = history(reader, 26)
    assert int(long.silence.notna().sum()) == 26
    pd.testing.assert_frame_equal(history(reader, SIGNAL_WEEKS).counts, long.counts)


def test_nobody_is_asked_for_more_weeks_than_signals_look_at(server: DemoServer, clock: Clock) -> None:
    reader, _ = asked(server, clock, [])
    server.calls.clear()
    read = history(reader, SIGNAL_WEEKS)
    assert int(read.silence.notna().sum()) == SIGNAL_WEEKS
    assert read.missing == ()
    # Two weeks come with each answer, and the newest two with the activity itself.
    assert server.count("channels/list") == 8


@pytest.mark.parametrize(("days", "judged"), [(7, 7), (27, 7), (28, 28), (31, 28), (90, 28)])
def test_a_period_of_four_weeks_is_judged_by_its_last_four(
    server: DemoServer, clock: Clock, days: int, judged: int
) -> None:
    reader, _ = asked(server, clock, YEAR)
    facts, period = reader.facts().result(60), Period(LAST.end - (days - 1) * DAY, LAST.end)
    ours = reader.activity(facts, period).result(60).agreed(history(reader, SIGNAL_WEEKS, period))
    assert ours.judged_period == Period(LAST.end - (judged - 1) * DAY, date(2026, 11, 15))

"""Ten made-up weeks of a workspace that counts nothing, by the counters of its rooms, against what was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest

from engagement.cli import sync
from engagement.numbers.counters import Span
from engagement.numbers.measures import totals
from engagement.numbers.periods import Period
from engagement.numbers.rooms import ACTIVE, COUNTER_FELL, DORMANT, FELL_SILENT, NEVER_USED, Activity
from engagement.numbers.weeks import NO_READING
from engagement.reading.facts import Facts
from engagement.reading.jobs import Jobs
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive, reader_of
from tests.support.counters import (
    AFTER,
    BEFORE,
    FIRST,
    LAST,
    MADE_ON,
    PRUNED_ON,
    WEEKS,
    Unlicensed,
    live,
    live_with_sync,
    unlicensed,
)
from tests.support.faults import EXACT, NOTED, fault

pytestmark = fault(kind="A past that changes", at="demo workspace without the Premium module", seen="reading")

EVERY = {"general", "help", "pruned", "short", "moved", "made", "board", "unused", "pair"}
# Its counter is that of the last seven days: as much is pruned as is written.
KEPT_SHORT = "short"


@dataclass(frozen=True)
class Lived:
    workspace: Unlicensed
    archive: Archive
    said: list[str]

    def reader(self, user: str = "manager") -> Reader:
        return reader_of(self.workspace.server, user, archive=self.archive, now=self.workspace.clock.moment)

    def activity(self, period: Period = LAST) -> tuple[Reader, Facts, Activity]:
        reader = self.reader()
        facts = reader.facts().result(60)
        return reader, facts, reader.activity(facts, period).result(60)

    def truth(self, days: Period) -> dict[str, int]:
        return {room: self.workspace.in_days(room, days) for room in EVERY}


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    archive = empty_archive()
    with unlicensed() as workspace:
        yield Lived(workspace, archive, live_with_sync(workspace, archive))


def of(rooms: pd.DataFrame, column: str) -> dict[str, object]:
    values = rooms.set_index("room_id")[column]
    return {room: None if pd.isna(value) else value for room, value in values.items()}


def test_from_the_second_week_on_the_weeks_are_known(lived: Lived) -> None:
    assert lived.said[0].startswith("1 reading of the rooms' counters kept, of 14 Sep 2026, 00:10 UTC; 0 of the 10")
    assert lived.said[1].startswith("2 readings of the rooms' counters kept, from 14 Sep 2026, 00:10 to 21 Sep 2026, ")
    assert "; 1 of the 10 weeks of 2026-07-13 to 2026-09-20 known by them, net of deleted" in lived.said[1]
    assert "; 10 of the 10 weeks of 2026-09-14 to 2026-11-22 known by them" in lived.said[-1]


@fault("rooms renamed, made, deleted and pruned", EXACT, "each is right, or unknown where its counter fell")
def test_the_messages_of_both_weeks_are_what_was_written(lived: Lived) -> None:
    # What is remembered of the server may say otherwise until it has answered; what is shown does not.
    _, _, activity = lived.activity()
    assert activity.net
    assert of(activity.rooms, "messages") == lived.truth(LAST) | {KEPT_SHORT: None}
    assert of(activity.rooms, "previous_messages") == lived.truth(BEFORE) | {KEPT_SHORT: 0}
    assert activity.readings is not None
    monday = datetime.combine(AFTER, time(0, 10), UTC)
    week = timedelta(weeks=1)
    assert activity.readings.span == Span(monday - week, monday)
    assert activity.readings.before == Span(monday - 2 * week, monday - week)
    assert activity.alike
    assert activity.receipt.complete


def test_a_renamed_room_is_one_room_and_a_deleted_one_is_none(lived: Lived) -> None:
    _, _, activity = lived.activity()
    assert of(activity.rooms, "name")["moved"] == "new-name"
    assert "gone" not in set(activity.rooms["room_id"])


def test_states_are_those_of_the_counters_and_last_messages(lived: Lived) -> None:
    _, _, activity = lived.activity()
    assert of(activity.rooms, "state") == dict.fromkeys(EVERY, ACTIVE) | {
        "help": FELL_SILENT,
        "pair": FELL_SILENT,
        "unused": NEVER_USED,
    }
    assert {room for room, said in of(activity.rooms, "remark").items() if said == COUNTER_FELL} == {KEPT_SHORT}
    earlier = Period(FIRST, FIRST + timedelta(days=27))
    _, _, before = lived.activity(earlier)
    assert of(before.rooms, "state")["pair"] in {DORMANT, "unknown"}
    assert "made" not in set(before.rooms["room_id"])


@fault("a room is pruned", NOTED, "its week is unknown, and it is in no total of it")
def test_a_week_in_which_a_counter_fell_is_unknown_for_that_room_alone(lived: Lived) -> None:
    week = next(week for week in WEEKS if PRUNED_ON in week)
    _, _, activity = lived.activity(week)
    assert of(activity.rooms, "messages") == lived.truth(week) | {"pruned": None, KEPT_SHORT: 0, "pair": 0}
    assert of(activity.rooms, "state")["pruned"] == "unknown"
    of_all = totals(activity.rooms, activity.previous)["messages"]
    ours = EVERY - {"pruned", KEPT_SHORT}
    assert of_all.now == sum(lived.truth(week)[room] for room in ours)
    assert of_all.before == sum(lived.truth(week.previous)[room] for room in ours)
    assert not (activity.rooms["messages"] < 0).any()


def test_the_weeks_are_what_was_written_in_each(lived: Lived) -> None:
    reader, facts, _ = lived.activity()
    history = reader.history(facts, LAST, 13).result(60)
    assert history.net
    assert history.gaps == [NO_READING] * 3 + [""] * 10
    for week in WEEKS:
        told = history.counts[pd.Timestamp(week.start)].to_dict()
        expected = {room: float(n) for room, n in lived.truth(week).items()} | {KEPT_SHORT: 0.0}
        # In the first week its counter begins with nothing, and nothing of it is old enough to go.
        expected |= {KEPT_SHORT: 28.0} if week == WEEKS[0] else {}
        lost = {"pruned"} if PRUNED_ON in week else set()
        assert {room for room, n in told.items() if np.isnan(n)} == lost
        assert {room: n for room, n in told.items() if room not in lost} == {
            room: n for room, n in expected.items() if room not in lost
        }
    assert [note for note in history.receipt.notes if "In no total of weeks: 1 room " in note]


def test_a_room_has_nothing_in_the_weeks_before_it_was_made(lived: Lived) -> None:
    reader, facts, _ = lived.activity()
    made = reader.history(facts, LAST, 13).result(60).of(["made"]).iloc[0]
    assert list(made[-10:]) == [lived.workspace.in_days("made", week) for week in WEEKS]
    assert list(made[-10:-4]) == [0] * 6
    assert MADE_ON in WEEKS[6]


def test_the_days_of_the_period_are_what_was_written_and_add_up_to_it(lived: Lived) -> None:
    reader, facts, activity = lived.activity()
    known = activity.rooms[~activity.rooms["room_id"].isin([KEPT_SHORT])]
    bars = activity.bars(reader.days(facts, LAST).result(60), known)
    ours = EVERY - {KEPT_SHORT}
    told = {day: sum(lived.truth(Period(day, day))[room] for room in ours) for day in LAST.dates()}
    assert {bar.part.start: bar.messages for bar in bars.bars} == told
    assert bars.messages == sum(told.values()) == totals(known, BEFORE)["messages"].now


def test_of_a_long_period_the_weeks_that_it_is_held_against_are_there_too(lived: Lived) -> None:
    six_weeks = Period(LAST.end - timedelta(days=41), LAST.end)
    reader, facts, activity = lived.activity(six_weeks)
    read = reader.days(facts, six_weeks).result(60)
    assert read.weeks == tuple(Period(LAST.end - timedelta(days=83), LAST.end).blocks(7))
    # There are readings of ten weeks.
    told = dict(zip(read.weeks, read.of(["general"]).to_numpy()[0].tolist(), strict=True))
    assert {week: told[week] for week in WEEKS} == {week: lived.truth(week)["general"] for week in WEEKS}
    assert np.isnan([told[week] for week in read.weeks[:2]]).all()
    # What is not known of the whole is not nothing in its parts.
    general = activity.rooms[activity.rooms["room_id"].eq("general")]
    bars = activity.bars(read, general)
    assert [bar.messages for bar in bars.bars] == [lived.truth(bar.part)["general"] for bar in bars.bars]
    assert {bar.previous for bar in bars.bars} == {None} == {bars.previous}


def test_signals_rest_on_thresholds_that_were_not_found_on_counted_weeks(lived: Lived) -> None:
    reader, facts, activity = lived.activity()
    history, basis = reader.judged_history(facts, LAST), reader.basis(facts).result(60)
    assert history is not None
    judged = activity.judged(history.result(60), basis).rooms
    assert basis.net
    assert basis.period is None
    # Five times as much as in nine even weeks.
    assert of(judged, "signal")["general"] == "rising"
    assert of(judged, "signal")["moved"] == "no clear change"


def test_this_week_so_far_ends_with_the_last_reading_and_days_without_one_are_unknown(lived: Lived) -> None:
    clock = lived.workspace.clock
    clock.now = datetime.combine(AFTER + timedelta(days=1), time(18, 0), UTC).timestamp()
    lived.workspace.server.workspace.add("general", AFTER, 11)
    reader, facts, activity = lived.activity(Period(AFTER, AFTER + timedelta(days=1)))
    assert activity.unfinished
    assert activity.readings is not None
    assert activity.readings.span == Span(datetime.combine(AFTER, time(0, 10), UTC), clock.moment())
    assert of(activity.rooms, "messages")["general"] == 11
    # Nobody looked at midnight.
    bars = activity.bars(reader.days(facts, activity.period).result(60), activity.rooms)
    assert bars.bars[0].messages is None
    assert bars.bars[0].why == NO_READING


@fault("the module is switched on", EXACT, "counted weeks alone; counters stay apart")
def test_with_the_module_nothing_of_the_counters_is_shown_and_without_it_nothing_that_was_counted(lived: Lived) -> None:
    server, clock = lived.workspace.server, lived.workspace.clock
    clock.now = datetime.combine(AFTER + timedelta(days=2), time(9), UTC).timestamp()
    server.options = replace(server.options, unlicensed=False)
    try:
        _, facts, activity = lived.activity()
        assert facts.counted
        assert not activity.net
        assert of(activity.rooms, "messages")["pruned"] == 70
        assert of(activity.rooms, "messages")[KEPT_SHORT] == 28
        reader = lived.reader()
        assert not reader.history(facts, LAST, 13).result(60).net
    finally:
        server.options = replace(server.options, unlicensed=True)
    # What is remembered of the server may say otherwise until it has answered; what is shown does not.
    _, _, activity = lived.activity()
    assert activity.net
    assert of(activity.rooms, "messages")[KEPT_SHORT] is None


@fault("an account with fewer rights", NOTED, "readings of its own; the directory alone until there are two")
def test_whoever_may_see_less_is_shown_nothing_that_was_read_with_more_rights(lived: Lived) -> None:
    reader = lived.reader("analyst")
    facts = reader.facts().result(60)
    activity = reader.activity(facts, LAST).result(60)
    assert not activity.counted
    assert activity.readings is not None
    assert activity.readings.number == 1
    assert "board" not in set(activity.rooms["room_id"])
    assert activity.rooms["total_messages"].max() > 0


def test_weekly_looks_make_weeks_of_the_times_of_the_looks_and_no_days() -> None:
    archive = empty_archive()
    with unlicensed() as workspace:
        reader = reader_of(workspace.server, "manager", archive=archive, now=workspace.clock.moment)

        def on_mondays() -> None:
            if workspace.clock.moment().date().weekday() == 0:
                sync.run(replace(reader, jobs=Jobs()), 4)

        live(workspace, on_mondays, time(9, 30))
        reader = replace(reader, jobs=Jobs())
        facts = reader.facts().result(60)
        activity = reader.activity(facts, LAST).result(60)
        assert activity.readings is not None
        monday = datetime.combine(AFTER, time(9, 30), UTC)
        assert activity.readings.span == Span(monday - timedelta(weeks=1), monday)
        assert of(activity.rooms, "messages")["general"] == workspace.in_days("general", LAST)
        bars = activity.bars(reader.days(facts, LAST).result(60), activity.rooms)
        assert {bar.messages for bar in bars.bars} == {None}


@pytest.mark.parametrize("day", [date(2026, 9, 14), date(2026, 9, 20)])
def test_before_there_are_two_readings_the_directory_tells_what_it_tells(day: date) -> None:
    with unlicensed() as workspace:
        workspace.clock.now = datetime.combine(day, time(12), UTC).timestamp()
        reader = reader_of(workspace.server, "manager", now=workspace.clock.moment)
        facts = reader.facts().result(60)
        activity = reader.activity(facts, Period(date(2026, 9, 7), date(2026, 9, 13))).result(60)
    assert not activity.counted
    assert not activity.net
    assert activity.readings is not None
    assert (activity.readings.number, activity.readings.span) == (1, None)
    assert activity.rooms["total_messages"].max() == 900

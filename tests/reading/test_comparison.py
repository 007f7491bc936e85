"""What a period is compared with: the days right before, the same weekdays, a year before, or days from one on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.display.tiles import tiles
from engagement.errors import InvalidPeriod
from engagement.numbers.periods import SAME_WEEKDAYS, YEAR_BEFORE, Against, Period
from engagement.numbers.rooms import Activity
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.report.words import sentences, written
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.weeks import DAY, LAST, lists_asked, visit

YEAR_AGO = Period(date(2025, 11, 10), date(2025, 11, 16))
# Ten a day; four a day in the week a year ago, and twenty a day from the 1st to the 7th of July.
COUNTS = (
    every_day(date(2025, 9, 1), LAST.end, 10)
    | dict.fromkeys(YEAR_AGO.dates(), 4)
    | dict.fromkeys(Period(date(2026, 7, 1), date(2026, 7, 7)).dates(), 20)
)


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    rooms = [RoomSpec("general", created=date(2024, 1, 2)), RoomSpec("gone", created=date(2024, 1, 2))]
    made = community(rooms, {"general": COUNTS, "gone": {date(2025, 11, 12): 6}})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


@pytest.fixture
def archive() -> Archive:
    return empty_archive()


@pytest.fixture
def reader(server: DemoServer, clock: Clock, archive: Archive) -> Reader:
    return visit(server, clock, archive)


def read(reader: Reader, against: Against, period: Period = LAST) -> Activity:
    return reader.activity(reader.facts().result(60), period, against).result(60)


def counted(activity: Activity) -> dict[str, tuple[int, int, str]]:
    columns = (activity.rooms[name] for name in ("room_id", "messages", "previous_messages", "change_word"))
    return {room: (int(now), int(before), word) for room, now, before, word in zip(*columns, strict=True)}


def test_the_same_week_a_year_before_is_a_second_window_and_both_readings_add_up(
    server: DemoServer, reader: Reader
) -> None:
    plain = read(reader, "previous").receipt
    server.calls.clear()
    activity = read(reader, YEAR_BEFORE)
    assert activity.previous == YEAR_AGO
    assert counted(activity) == {"general": (70, 28, "more"), "gone": (0, 6, "fell silent")}
    assert lists_asked(server) == ["2026-11-09", "2025-11-10"]
    # The week itself and the one before came with the counting check.
    assert activity.receipt.calls == plain.calls + 2
    assert activity.receipt.complete
    bars = activity.bars(reader.days(reader.facts().result(60), LAST, YEAR_BEFORE).result(60), activity.rooms).bars
    assert [(bar.messages, bar.previous) for bar in bars] == [(10, 4), (10, 4), (10, 10), *[(10, 4)] * 4]


def test_words_and_tiles_name_the_days_compared_with_where_they_do_not_lie_right_before(reader: Reader) -> None:
    activity = read(reader, YEAR_BEFORE)
    first = written(sentences(activity, activity.rooms, people=False)[0])
    assert first.startswith("70 messages, 36 more than the 34 of 10–16 Nov 2025 (+106")
    assert "The change is against 10–16 Nov 2025." in tiles(activity, activity.rooms)[0].meaning
    before = read(reader, "previous")
    assert written(sentences(before, before.rooms, people=False)[0]).startswith("70 messages, the same as before")


def test_days_from_one_on_are_as_many(reader: Reader) -> None:
    activity = read(reader, date(2026, 7, 1))
    assert activity.previous == Period(date(2026, 7, 1), date(2026, 7, 7))
    assert counted(activity)["general"] == (70, 140, "fewer")


def test_thirty_days_are_compared_with_the_same_weekdays_five_weeks_before(reader: Reader) -> None:
    thirty = Period(date(2026, 10, 17), LAST.end)
    activity = read(reader, SAME_WEEKDAYS, thirty)
    assert activity.previous == Period(date(2026, 9, 12), date(2026, 10, 11))
    assert activity.same_weekdays
    assert not read(reader, "previous", thirty).same_weekdays
    assert counted(activity)["general"] == (300, 300, "the same")


def test_signals_are_the_same_whatever_a_period_is_compared_with(reader: Reader) -> None:
    facts = reader.facts().result(60)
    history = reader.judged_history(facts, LAST)
    assert history is not None
    judged = [read(reader, against).judged(history.result(60)).rooms for against in ("previous", YEAR_BEFORE)]
    plain, year = (table.set_index("room_id")[["signal", "usual_low", "usual_high"]].sort_index() for table in judged)
    assert plain.loc["general", "signal"] == "no clear change"
    assert plain.equals(year)


def test_only_full_weeks_are_kept_of_what_is_compared_with(reader: Reader, archive: Archive) -> None:
    scope = reader.scope(reader.facts().result(60))
    read(reader, YEAR_BEFORE)
    read(reader, date(2026, 7, 1))
    asked = [LAST, YEAR_AGO, Period(date(2026, 7, 1), date(2026, 7, 7))]
    assert [week in archive.kept(scope, [week], RULE) for week in asked] == [True, True, False]


def test_days_that_do_not_lie_before_the_period_are_refused(reader: Reader) -> None:
    with pytest.raises(InvalidPeriod, match="lies before it: from 2026-11-02 or earlier"):
        read(reader, LAST.start - 6 * DAY)

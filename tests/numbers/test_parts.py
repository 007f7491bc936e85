"""The parts of a period: days, weeks or months, which add up to it, of any rooms."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.days import bars_of, out_of_date, parts_of, unit_of
from engagement.numbers.periods import MONDAY, SUNDAY, Period, month_of, week_of
from tests.support.parts import parts_read
from tests.support.rooms import WEEK, rooms_table


@given(
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    days=st.integers(1, 366),
    week_start=st.sampled_from([MONDAY, SUNDAY]),
)
def test_the_parts_of_a_period_are_all_of_its_days_once_and_in_order(start: date, days: int, week_start: int) -> None:
    period = Period(start, start + timedelta(days=days - 1))
    parts = parts_of(period, week_start)
    assert [day for part in parts for day in part.dates()] == [*period.dates()]
    assert len(parts) <= (35 if days <= 35 else 27 if days <= 180 else 13)
    inside = parts[1:-1]
    if unit_of(period) == "week":
        assert all(part == week_of(part.start, week_start) for part in inside)
    elif unit_of(period) == "month":
        assert all(part == month_of(part.start) for part in inside)


@pytest.mark.parametrize(("days", "unit"), [(1, "day"), (35, "day"), (36, "week"), (180, "week"), (181, "month")])
def test_up_to_35_days_are_days_and_up_to_180_are_weeks(days: int, unit: str) -> None:
    period = Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))
    assert unit_of(period) == unit


WEEK_OF_TWO = {"a": dict.fromkeys(WEEK.dates(), 10), "b": {WEEK.start: 3, WEEK.end: 4}}
DAYS = parts_of(WEEK)
OVER = WEEK.end + timedelta(days=1)


def two_rooms(**counts: int) -> pd.DataFrame:
    return rooms_table(*({"name": name, "messages": messages} for name, messages in counts.items()))


def test_the_last_day_to_be_read_is_what_the_others_leave_of_the_period() -> None:
    rooms = two_rooms(a=70, b=7)
    for missing, read in ((DAYS[:1], 7), (DAYS[:2], 5)):
        bars = bars_of(parts_read(WEEK, WEEK_OF_TWO, OVER, missing=missing), rooms, WEEK, WEEK.previous, OVER)
        told = [13, 10] if read == 7 else [None, None]
        assert [bar.messages for bar in bars.bars] == [*told, 10, 10, 10, 10, 14]
        assert (bars.read, bars.begun, bars.astray) == (read, 7, 0)


def test_a_day_on_which_a_room_shown_is_not_known_is_null_and_no_day_is_guessed_beside_it() -> None:
    read = parts_read(WEEK, WEEK_OF_TWO, OVER, incomplete=DAYS[2:3], missing=DAYS[:1])
    both = bars_of(read, two_rooms(a=70, b=7), WEEK, WEEK.previous, OVER)
    assert [bar.messages for bar in both.bars] == [None, 10, None, 10, 10, 10, 14]
    assert [bar.why for bar in both.bars][:3] == ["not read yet", "", "not all rooms arrived"]
    alone = bars_of(read, two_rooms(a=70), WEEK, WEEK.previous, OVER)
    assert [bar.messages for bar in alone.bars] == [10] * 7


def test_a_room_whose_count_of_the_period_is_not_known_is_in_no_bar() -> None:
    rooms = two_rooms(a=70, b=7)
    rooms["messages"] = rooms["messages"].astype("float64").mask(rooms["room_id"] == "b")
    bars = bars_of(parts_read(WEEK, WEEK_OF_TWO, OVER), rooms, WEEK, WEEK.previous, OVER)
    assert (bars.messages, [bar.messages for bar in bars.bars]) == (70, [10] * 7)


def test_days_after_today_have_not_begun_and_today_is_the_rest() -> None:
    today = WEEK.start + timedelta(days=2)
    bars = bars_of(parts_read(WEEK, WEEK_OF_TWO, today), two_rooms(a=27, b=3), WEEK, WEEK.previous, today)
    assert [bar.messages for bar in bars.bars] == [13, 10, 7, None, None, None, None]
    assert [bar.why for bar in bars.bars][2:4] == ["", "not begun"]
    assert (bars.read, bars.begun) == (3, 3)


def test_a_part_with_some_uncounted_days_has_what_was_counted_and_says_so() -> None:
    period = Period(date(2026, 10, 1), date(2026, 11, 15))
    lost = [date(2026, 10, 20), *Period(date(2026, 10, 26), date(2026, 11, 1)).dates()]
    counts = {"a": {day: 1 for day in period.dates() if day not in lost}}
    rooms = two_rooms(a=sum(counts["a"].values()))
    bars = bars_of(parts_read(period, counts, OVER), rooms, period, period.previous, OVER, lost)
    assert [bar.messages for bar in bars.bars] == [4, 7, 7, 6, None, 7, 7]
    assert [bar.why for bar in bars.bars][3:5] == ["nothing was counted on some of its days", "nothing was counted"]
    assert (bars.alike, bars.astray) == (False, 0)


@pytest.mark.parametrize(("messages", "stale"), [(70, False), (69, True), (72, True)])
def test_days_are_out_of_date_where_one_room_has_something_else_in_the_period(messages: int, stale: bool) -> None:
    rooms = two_rooms(a=messages, b=7)
    assert out_of_date(parts_read(WEEK, WEEK_OF_TWO, OVER), rooms, WEEK) is stale
    assert not out_of_date(parts_read(WEEK, WEEK_OF_TWO, OVER, missing=DAYS[:1]), rooms, WEEK)

"""Messages from the counters of rooms: which readings stand for a day's ends, and what two of them tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.counters import DAYS_KEPT, Readings, Span, known, nearest, net, span_of, to_keep
from engagement.numbers.periods import MONDAY, Period
from engagement.numbers.zone import Zone

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
DAY = Period(date(2026, 11, 9), date(2026, 11, 9))
UTC_DAYS = Zone()


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


NOW = at(20, 12)


def test_the_readings_nearest_to_both_midnights_stand_for_a_week_and_say_when_they_were() -> None:
    moments = [at(8, 9), at(8, 23), at(9, 3), at(12), at(15, 20), at(16, 9)]
    assert span_of(WEEK, moments, UTC_DAYS, NOW) == Span(at(8, 23), at(15, 20))


@pytest.mark.parametrize(
    ("start", "end", "known"),
    [
        (at(8, 12), at(16, 12), True),
        (at(8, 11), at(16), False),
        (at(9), at(16, 13), False),
        (at(9), at(9, 1), False),
    ],
)
def test_a_week_is_known_where_readings_lie_within_twelve_hours_of_its_ends(
    start: datetime, end: datetime, known: bool
) -> None:
    assert (span_of(WEEK, [start, end], UTC_DAYS, NOW) is not None) is known


def test_a_day_needs_readings_within_a_fourteenth_of_it() -> None:
    assert span_of(DAY, [at(9, 1, 42), at(9, 22, 18)], UTC_DAYS, NOW) == Span(at(9, 1, 42), at(9, 22, 18))
    assert span_of(DAY, [at(9, 1, 43), at(10)], UTC_DAYS, NOW) is None
    assert span_of(DAY, [at(9)], UTC_DAYS, NOW) is None


def test_one_reading_does_not_stand_for_both_ends() -> None:
    assert span_of(DAY, [at(9, 12)], UTC_DAYS, NOW) is None


def test_days_are_those_of_the_zone() -> None:
    berlin = Zone(ZoneInfo("Europe/Berlin"))
    assert berlin.midnight(date(2026, 11, 9)) == at(8, 23)
    assert berlin.midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert Zone.fixed(timedelta(hours=-5)).midnight(date(2026, 11, 9)) == at(9, 5)
    assert span_of(DAY, [at(8, 23), at(9, 23)], berlin, NOW) == Span(at(8, 23), at(9, 23))


def test_what_is_not_over_ends_with_the_last_reading() -> None:
    this_week = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert span_of(this_week, [at(16), at(19), at(20, 11, 30)], UTC_DAYS, NOW) == Span(at(16), at(20, 11, 30))
    today = Period(date(2026, 11, 20), date(2026, 11, 20))
    assert span_of(today, [at(20), at(20, 11)], UTC_DAYS, NOW) == Span(at(20), at(20, 11))
    assert span_of(today, [at(20), at(20, 9)], UTC_DAYS, NOW) is None


def told(first: list[float], last: list[float], created: list[str]) -> list[float | None]:
    moments = np.array(created, dtype="datetime64[us]")
    found = net(np.array(first), np.array(last), moments, Span(at(9), at(16)))
    return [None if np.isnan(one) else one for one in found]


def test_two_readings_tell_what_came_between() -> None:
    assert told([100.0, 7.0, 50.0], [130.0, 7.0, 20.0], ["2024-01-01"] * 3) == [30.0, 0.0, -30.0]


def test_a_room_that_was_not_there_yet_began_at_nothing_and_one_that_was_is_not_known() -> None:
    missing = float("nan")
    first, last = [missing, missing, missing, 5.0], [12.0, missing, 12.0, missing]
    created = ["2026-11-10", "2026-11-17", "2026-11-01", "2026-11-01"]
    assert told(first, last, created) == [12.0, 0.0, None, None]
    assert told([missing], [12.0], ["NaT"]) == [None]


def test_a_counter_that_fell_is_unknown_and_never_negative() -> None:
    messages, fallen = np.array([-1.0, 90.0, 89.0, 0.0, 0.0]), np.array([0.0, 10.0, 11.0, 0.0, 1.0])
    # 100 written and 10 deleted are 90 net; of 100 written and 11 deleted too much is gone.
    found = known(messages, fallen)
    assert [None if np.isnan(one) else one for one in found] == [None, 90.0, None, 0.0, None]


def test_spans_of_other_lengths_are_not_alike() -> None:
    week, before = Span(at(9), at(16)), Span(at(2), at(9))
    assert Readings(3, at(2), at(16), week, before).alike
    assert Readings(3, at(2), at(16), week, Span(at(2, 11), at(9))).alike
    assert not Readings(3, at(2), at(16), week, Span(at(2, 13), at(9))).alike
    assert Readings(2, at(9), at(16), week).alike


def test_the_nearest_of_two_that_are_as_near_is_the_earlier() -> None:
    assert nearest([at(8, 23), at(9, 1)], at(9), timedelta(hours=2)) == at(8, 23)
    assert nearest([], at(9), timedelta(hours=2)) is None


readings = st.lists(st.integers(0, 200 * 24), min_size=1, max_size=120, unique=True).map(sorted)


@given(readings)
def test_no_week_and_no_day_of_the_last_ten_weeks_is_lost_with_what_is_dropped(hours: list[int]) -> None:
    moments = [datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in hours]
    now = moments[-1]
    kept = sorted(to_keep(moments, UTC_DAYS, MONDAY, now))
    first = date(2026, 5, 4)
    weeks = [Period(first + timedelta(days=7 * n), first + timedelta(days=7 * n + 6)) for n in range(28)]
    days = [day for week in weeks for day in week.blocks(1) if day.start > (now - DAYS_KEPT).date()]
    for window in (window for window in (*weeks, *days) if window.over(now.date())):
        assert span_of(window, kept, UTC_DAYS, now) == span_of(window, moments, UTC_DAYS, now)


def test_of_a_year_of_hours_a_reading_for_each_day_and_week_is_kept() -> None:
    now = at(20)
    moments = [now - timedelta(hours=hour) for hour in reversed(range(365 * 24))]
    # 48 of the last two days, 70 of the ten weeks before, those of 42 weeks and of months besides.
    assert 150 < len(to_keep(moments, UTC_DAYS, MONDAY, now)) < 190

"""Which days a period means, and that a server counts exactly those."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.errors import InvalidPeriod
from engagement.numbers.periods import (
    COMPARISONS,
    DAY,
    MONDAY,
    PRESETS,
    PREVIOUS,
    SUNDAY,
    Period,
    Way,
    checked_period,
    compared_with,
    instant_text,
    last_full_weeks,
    preset_period,
    same_weekdays,
    week_of,
    windows,
)
from tests.support.zones import ZONES

SUNDAY_22_NOV = date(2026, 11, 22)


def days(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("last-week", "2026-11-09", "2026-11-15"),
        ("last-7-days", "2026-11-15", "2026-11-21"),
        ("last-4-weeks", "2026-10-19", "2026-11-15"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last-30-days", "2026-10-23", "2026-11-21"),
        ("last-90-days", "2026-08-24", "2026-11-21"),
        ("this-week", "2026-11-16", "2026-11-22"),
    ],
)
def test_presets_on_a_sunday_when_weeks_start_on_monday(name: str, start: str, end: str) -> None:
    assert preset_period(name, SUNDAY_22_NOV) == days(start, end)


def test_a_week_that_starts_on_sunday_has_just_begun_on_a_sunday() -> None:
    assert preset_period("this-week", SUNDAY_22_NOV, SUNDAY) == days("2026-11-22", "2026-11-22")
    assert preset_period("last-week", SUNDAY_22_NOV, SUNDAY) == days("2026-11-15", "2026-11-21")


def test_an_unknown_preset_is_refused_by_name() -> None:
    with pytest.raises(InvalidPeriod, match="last-decade"):
        preset_period("last-decade", SUNDAY_22_NOV)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidPeriod, match="ends"):
        days("2026-11-15", "2026-11-09")


def test_a_period_in_the_future_is_refused_and_one_that_reaches_into_today_is_not() -> None:
    with pytest.raises(InvalidPeriod, match="still 2026-11-22"):
        checked_period(date(2026, 11, 23), date(2026, 11, 24), SUNDAY_22_NOV, longest=366)
    period = checked_period(date(2026, 11, 20), SUNDAY_22_NOV, SUNDAY_22_NOV, longest=366)
    assert not period.over(SUNDAY_22_NOV)
    assert days("2026-11-20", "2026-11-21").over(SUNDAY_22_NOV)


def test_a_period_longer_than_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(InvalidPeriod, match=r"366.*31"):
        checked_period(date(2025, 1, 1), date(2026, 1, 1), SUNDAY_22_NOV, longest=31)


def test_the_instants_of_a_week_make_the_server_compare_seven_days_with_seven() -> None:
    [window] = windows(days("2026-11-09", "2026-11-15"))
    assert (window.start, window.end) == ("2026-11-09T09:45:00.000Z", "2026-11-15T08:15:00.000Z")
    assert window.previous == days("2026-11-02", "2026-11-08")


def test_a_single_day_is_asked_for_at_local_noon_and_the_day_before_by_itself() -> None:
    asked = windows(days("2026-11-09", "2026-11-09"), timedelta(hours=-5))
    assert [(w.start, w.end, w.previous) for w in asked] == [
        ("2026-11-09T17:00:00.000Z", "2026-11-09T17:00:00.000Z", None),
        ("2026-11-08T17:00:00.000Z", "2026-11-08T17:00:00.000Z", None),
    ]


def test_blocks_cover_both_periods_without_overlap_and_none_is_longer_than_four_days() -> None:
    asked = windows(days("2026-11-09", "2026-11-15"), way=Way.SWAPPED)
    assert [w.period for w in asked] == [
        days("2026-11-02", "2026-11-05"),
        days("2026-11-06", "2026-11-08"),
        days("2026-11-09", "2026-11-12"),
        days("2026-11-13", "2026-11-15"),
    ]
    assert {w.previous for w in asked} == {None}


def test_an_instant_is_written_with_milliseconds_and_a_z() -> None:
    moment = datetime(2026, 3, 1, 1, 2, 3, 4567, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert instant_text(moment) == "2026-02-28T19:32:03.004Z"


periods = st.builds(
    lambda start, length: Period(start, start + timedelta(days=length - 1)),
    st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    st.integers(1, 90),
)


@given(periods)
def test_the_previous_period_is_as_long_and_ends_the_day_before(period: Period) -> None:
    assert period.previous.days == period.days
    assert period.previous.end + timedelta(days=1) == period.start


@given(periods, st.integers(1, 9))
def test_blocks_put_together_are_the_period(period: Period, longest: int) -> None:
    together = [day for block in period.blocks(longest) for day in block.dates()]
    assert together == list(period.dates())
    assert max(block.days for block in period.blocks(longest)) <= longest


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.sampled_from([MONDAY, SUNDAY]), st.integers(1, 60))
def test_full_weeks_are_whole_weeks_that_ended_before_today(today: date, week_start: int, weeks: int) -> None:
    period = last_full_weeks(today, weeks, week_start)
    assert period.days == 7 * weeks
    assert period.start.weekday() == week_start
    assert today - timedelta(days=7) <= period.end < today
    assert today in week_of(today, week_start)


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.sampled_from(sorted(PRESETS)))
def test_every_preset_can_be_asked_for(today: date, name: str) -> None:
    period = preset_period(name, today)
    assert checked_period(period.start, period.end, today, longest=366) == period
    assert period.over(today) == (name != "this-week")


MORE_ZONES = ("Pacific/Pago_Pago", "America/St_Johns", "Europe/Berlin", "Pacific/Chatham")


def counted_by_server(start: str, end: str, zone: ZoneInfo) -> tuple[Period, Period]:
    """The days that a server in ``zone`` counts, as section 1 of the facts about the channel list describes it."""
    first = datetime.fromisoformat(start).astimezone(zone).replace(tzinfo=None)
    last = datetime.fromisoformat(end).astimezone(zone).replace(tzinfo=None)
    length = int((last - first) / timedelta(days=1)) + 1
    end_before = first.date() - timedelta(days=1)
    return Period(first.date(), last.date()), Period(end_before - timedelta(days=length), end_before)


@given(periods, st.sampled_from([*ZONES, *MORE_ZONES]), st.booleans(), st.booleans())
def test_a_server_in_any_zone_counts_exactly_the_days_meant(
    period: Period, name: str, winter: bool, blocks: bool
) -> None:
    zone = ZoneInfo(name)
    # The offset is read on one day of the year, perhaps on the other side of a daylight-saving change.
    offset = datetime(2026, 1 if winter else 7, 10, 12, tzinfo=UTC).astimezone(zone).utcoffset()
    if name == "America/Anchorage":
        offset = timedelta(hours=-9)  # The westernmost of a year's offsets is what the client hands over.
    asked = windows(period, offset, Way.SWAPPED if blocks else Way.DOCUMENTED)
    for window in asked:
        counted, before = counted_by_server(window.start, window.end, zone)
        assert counted == window.period
        assert window.previous in (None, before)
    both = [p for w in asked for p in (w.period, w.previous) if p]
    assert sorted(d for p in both for d in p.dates()) == [*period.previous.dates(), *period.dates()]


@pytest.mark.parametrize(
    ("asked", "previous"),
    [
        (("2026-11-16", "2026-11-19"), ("2026-11-09", "2026-11-12")),
        (("2026-11-16", "2026-11-22"), ("2026-11-09", "2026-11-15")),
        # Ten days from a Monday on: the same ten weekdays, which do not overlap.
        (("2026-11-16", "2026-11-25"), ("2026-11-02", "2026-11-11")),
        # Not from the start of a week, or over already: the days right before.
        (("2026-11-17", "2026-11-19"), ("2026-11-14", "2026-11-16")),
        (("2026-11-09", "2026-11-12"), ("2026-11-05", "2026-11-08")),
    ],
)
def test_a_running_period_from_the_start_of_a_week_is_compared_with_the_same_weekdays(asked, previous):
    assert compared_with(days(*asked), date(2026, 11, 19)) == days(*previous)


@pytest.mark.parametrize(
    ("asked", "against", "previous"),
    [
        (("2026-11-09", "2026-11-15"), "previous", ("2026-11-02", "2026-11-08")),
        (("2026-11-09", "2026-11-15"), "same-weekdays", ("2026-11-02", "2026-11-08")),
        (("2026-11-09", "2026-11-15"), "year-before", ("2025-11-10", "2025-11-16")),
        # 30 days are five weeks back, the days between are in neither; 90 are thirteen.
        (("2026-10-17", "2026-11-15"), "same-weekdays", ("2026-09-12", "2026-10-11")),
        (("2026-08-18", "2026-11-15"), "same-weekdays", ("2026-05-19", "2026-08-16")),
        # More than 52 weeks do not overlap either.
        (("2025-11-10", "2026-11-15"), "year-before", ("2023-11-13", "2024-11-17")),
        (("2026-11-16", "2026-11-19"), "year-before", ("2025-11-17", "2025-11-20")),
        (("2026-11-09", "2026-11-15"), date(2026, 7, 1), ("2026-07-01", "2026-07-07")),
    ],
)
def test_a_period_is_compared_with_as_many_days_before_it(asked, against, previous):
    assert compared_with(days(*asked), date(2026, 11, 19), against=against) == days(*previous)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 800), st.sampled_from(COMPARISONS))
def test_what_is_compared_with_is_as_long_and_lies_before_and_keeps_its_weekdays(start, length, against):
    period = Period(start, start + (length - 1) * DAY)
    previous = compared_with(period, date(2040, 1, 1), against=against)
    assert previous.days == period.days
    assert previous.end < period.start
    assert against == PREVIOUS or same_weekdays(period, previous)


def test_what_cannot_be_compared_with_is_refused():
    with pytest.raises(InvalidPeriod, match="from 2026-11-02 or earlier"):
        compared_with(days("2026-11-09", "2026-11-15"), date(2026, 11, 19), against=date(2026, 11, 3))
    with pytest.raises(InvalidPeriod, match="no comparison 'last-year'"):
        compared_with(days("2026-11-09", "2026-11-15"), date(2026, 11, 19), against="last-year")


def test_days_that_do_not_lie_right_before_are_asked_for_on_their_own():
    asked = windows(days("2026-11-16", "2026-11-19"), previous=days("2026-11-09", "2026-11-12"))
    assert [(window.period, window.previous) for window in asked] == [
        (days("2026-11-16", "2026-11-19"), None),
        (days("2026-11-09", "2026-11-12"), None),
    ]

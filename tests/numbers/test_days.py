"""Which days without any count are told as not counted: by the workspace's own past, never by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from engagement.numbers.days import spans, uncounted, uncounted_note
from engagement.numbers.periods import Period

MONDAY = date(2026, 8, 31)
TODAY = MONDAY + timedelta(weeks=10)


def ten_weeks(week: list[int], **changes: int) -> pd.Series:
    """Ten times the same week; ``changes`` are other counts by day, as ``d20`` for the 21st day."""
    counts = week * 10
    for day, count in changes.items():
        counts[int(day[1:])] = count
    return pd.Series(counts, index=pd.date_range(MONDAY, periods=70))


def places(daily: pd.Series, today: date = TODAY) -> list[int]:
    return [(day - MONDAY).days for day in uncounted(daily, today)]


OFFICE = [20, 20, 20, 20, 20, 0, 0]
ALWAYS = [20, 20, 20, 20, 20, 9, 9]


@pytest.mark.parametrize(
    ("daily", "found"),
    [
        (ten_weeks(ALWAYS), []),
        (ten_weeks(ALWAYS, d37=0, d38=0), [37, 38]),
        # An office is empty on weekends; a Monday without a message is none of its habits.
        (ten_weeks(OFFICE), []),
        (ten_weeks(OFFICE, d35=0), [35]),
        # Sundays of a real community, between 8 and 54 messages: one without any is chance; a Monday is not.
        (ten_weeks(ALWAYS, d6=17, d13=8, d20=11, d27=54, d34=0, d41=11, d48=11, d55=30, d62=17), []),
        # Beside that Monday it is none: counting had stopped already. The silent weekend of an office is a habit still.
        (ten_weeks(ALWAYS, d6=17, d13=8, d20=11, d27=54, d34=0, d35=0, d41=11, d48=11, d55=30, d62=17), [34, 35]),
        (ten_weeks(OFFICE, d32=0), [32]),
        # So few that a day without any is chance.
        (ten_weeks([2] * 7, d37=0), []),
        # A week and more is hardly ever silence, however small the workspace is.
        (ten_weeks([2] * 7, **{f"d{n}": 0 for n in range(30, 37)}), list(range(30, 37))),
        # A long gap is no evidence that such days are usual.
        (ten_weeks(ALWAYS, **{f"d{n}": 0 for n in range(10, 45)}, d60=0), [*range(10, 45), 60]),
        # More deletions than messages were counted all the same.
        (ten_weeks(ALWAYS, d37=-4), []),
    ],
)
def test_a_day_without_a_count_is_told_where_the_past_makes_it_unusual(daily: pd.Series, found: list[int]) -> None:
    assert places(daily) == found


def test_today_is_never_a_gap_and_days_that_are_not_there_are_not_judged() -> None:
    daily = ten_weeks(ALWAYS, d69=0)
    assert places(daily, MONDAY + timedelta(days=69)) == []
    assert places(daily.drop(daily.index[40])) == [69]
    assert places(daily[:0]) == []


def test_days_are_written_as_the_fewest_periods() -> None:
    days = [date(2026, 11, 14), date(2026, 11, 11), date(2026, 11, 12)]
    assert spans(days) == [Period(days[1], days[2]), Period(days[0], days[0])]
    assert uncounted_note(days) == (
        "Nothing was counted on 2026-11-11 to 2026-11-12, 2026-11-14: no data, or nobody wrote."
    )

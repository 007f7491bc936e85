"""Why a room has its signal, in words: one sentence that agrees with the counts and the range beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engagement.display.reasons import in_short, told
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.verdict import judge
from engagement.report.words import sentences, written
from tests.support.reasons import why
from tests.support.report_tools import activity_of, history_of


def of(*weeks: float, month: bool = False) -> pd.Series:
    return judge(np.array([weeks], dtype=float), month=month).iloc[0]


def test_a_fall_by_several_low_weeks_says_so_where_the_last_alone_is_usual() -> None:
    # Before the three weeks: sixteen of 27 or 28; 5 to 62 is usual, so that 4 alone is below it and 6 is not.
    weeks = [30, 18, 25, 40, 22, 28, 35, 26] * 2
    row = of(*weeks, 5, 4, 6)
    assert row["usual_low"] <= 6 <= row["usual_high"]
    assert (row["signal"], why(row)) == (
        "falling",
        "15 messages in 3 weeks, usually about 86; no single week is news",
    )


def test_a_table_without_reasons_says_over_how_many_weeks_a_room_falls() -> None:
    weeks = [30, 18, 25, 40, 22, 28, 35, 26] * 2
    rooms = judge(np.array([[*weeks, 5, 4, 6], [*weeks, 27, 28, 300], [*weeks, 27, 28, 29]], dtype=float))
    assert in_short(rooms).tolist() == ["falling over 3 weeks", "rising", "no clear change"]


def test_weeks_below_zero_are_told_as_they_were_counted_and_explained() -> None:
    row = of(*[60.0] * 13, 0, 0, 0, -7, month=True)
    assert (row["signal"], why(row)) == (
        "unusually silent",
        "−7 messages in four weeks, more deleted than written, usually about 60 a week",
    )
    # 12 written and 19 deleted are −7 as in the table, though a week with fewer than none speaks as a silent one.
    assert why(of(*[60.0] * 13, 0, 12, 0, -19, month=True)).startswith("−7 messages in four weeks, more deleted")


def test_silent_weeks_of_which_some_are_below_zero_say_so() -> None:
    silent = of(*[60.0] * 13, 0, -21, 0)
    assert (silent["signal"], why(silent)) == (
        "unusually silent",
        "no messages for 3 weeks, usually about 60 a week, in some of them more deleted than written",
    )
    back = of(*[0.0] * 12, -21, 0, 0, 0, 40)
    assert (back["signal"], why(back)) == (
        "returned",
        "40 messages after at least 4 silent weeks, in some of them more deleted than written",
    )
    assert why(of(*[0.0] * 11, -21, 0, 0, 0, 0, 40)) == "40 messages after at least 4 silent weeks"


MONTH = Period(date(2026, 10, 17), date(2026, 11, 15))


def longer(weeks: list[float], period: Period = MONTH) -> Activity:
    """A room in a period that holds more than the weeks that are judged."""
    activity = activity_of({"name": "a", "messages": 400, "previous_messages": 400}, period=period)
    return replace(activity, previous=period.previous).judged(history_of({"a": weeks}))


@pytest.mark.parametrize(
    ("weeks", "said"),
    [
        ([100.0] * 17, "400 messages in the four weeks 19 Oct – 15 Nov 2026, usually "),
        ([*[100.0] * 13, *[0.0] * 4], "no messages for 4 weeks until 15 Nov 2026, usually about 100 a week"),
        ([*[100.0] * 13, 100, np.nan, 100, 100], "not all of the four weeks 19 Oct – 15 Nov 2026 are known"),
    ],
)
def test_a_reason_names_the_days_that_are_judged_where_they_are_not_the_period(weeks: list[float], said: str) -> None:
    assert why(longer(weeks).rooms.iloc[0]).startswith(said)


def test_a_reason_names_no_days_where_they_are_those_of_the_row() -> None:
    assert why(longer([100.0] * 17, Period(date(2026, 10, 19), date(2026, 11, 15))).rooms.iloc[0]).startswith(
        "400 messages in four weeks, usually "
    )


def test_all_rooms_together_outside_of_what_is_usual_are_not_yet_news() -> None:
    weeks = [100.0, 112, 95, 104, 90, 108] * 8
    activity = activity_of({"name": "a", "messages": 122, "previous_messages": 108})
    told_of = activity.judged(history_of({"a": [*weeks, 122.0]}))
    first = written(sentences(told_of, told_of.rooms, people=False)[0])
    assert "no clear change, usually" in first
    assert first.endswith("; not yet news.")


def test_the_parts_of_a_reason_make_its_sentence() -> None:
    row = of(*[0.0] * 16, 40)
    parts = told(row["reason"])
    assert (parts.count, parts.since, parts.usual, parts.more) == (
        "40 messages",
        " after at least 4 silent weeks",
        "",
        "",
    )
    assert parts.text == why(row)

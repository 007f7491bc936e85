"""The figures of one room: its weekdays, signals on its line, its place among others, and others beside it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures.room import Given, Standing, _apart
from engagement.numbers.days import Weekday, bars_of
from engagement.numbers.periods import MONDAY, SUNDAY, Period
from engagement.numbers.reasons import Reason
from engagement.numbers.verdict import judge
from tests.support.figure_tools import CONTEXT, WEEK, rooms_table
from tests.support.figure_tools import room as row
from tests.support.parts import parts_read

STARTS = pd.DatetimeIndex(["2026-10-26", "2026-11-02", "2026-11-09"])
UNREAD = float("nan")


def year(messages, signals):
    table = pd.DataFrame({"messages": messages, "low": 10.0, "level": 20.0, "high": 30.0}, index=STARTS)
    judged = judge(np.array([[20.0] * 16 + [20.0]])).iloc[0]
    line = figures.room_line("#general", table, judged, CONTEXT)
    reasons = [Reason("", signal, number, 16) for number, signal in enumerate(signals, start=1)]
    told = pd.DataFrame({"signal": signals, "reason": reasons}, index=STARTS)
    return figures.room_year(line, told)


def test_each_earlier_signal_is_a_triangle_that_points_its_way():
    info = year([90, 2, 20], ["rising", "falling", "no clear change"])
    assert info.given == (Given(0, "rising", "1 message"), Given(1, "falling", "2 messages"))
    assert info.subtitle.endswith(" · triangles: earlier signals, by the thresholds of today")
    *_, marks = info.figure(LIGHT).data
    assert (marks.x, marks.y) == ((0, 1), (90, 2))
    assert marks.marker.symbol == ("triangle-up", "triangle-down")
    assert marks.marker.color == (LIGHT.up, LIGHT.down)
    assert marks.hovertext[1] == "<b>2–8 Nov 2026</b><br>falling<br>2 messages"


def test_the_signal_of_the_last_week_has_its_word_and_no_triangle():
    info = year([20, 20, 90], ["too few weeks", "no clear change", "rising"])
    assert info.given == ()
    assert "triangles" not in info.subtitle
    assert len(info.figure(LIGHT).data) == 4


def test_a_signal_of_a_week_that_is_not_known_is_not_drawn():
    assert year([UNREAD, 20, 20], ["returned", "no clear change", "no clear change"]).given == ()


def standing(ranks, shares, gaps=()):
    return figures.standing(pd.DataFrame({"rank": ranks, "share": shares}, index=STARTS), 40, CONTEXT, gaps)


def test_the_place_of_a_room_is_told_now_and_at_best():
    info = standing([5, 2, 3], [4.0, 20.0, 12.5])
    assert info.title == "Rank 3, 13\u00a0% of all in the last full week; at best 2, 2–8 Nov 2026"
    assert info.subtitle.startswith("By messages per week, among the 40 rooms shown")
    assert info.weeks[0] == Standing(date(2026, 10, 26), 5, 4.0)
    shares, ranks = info.figure(LIGHT).data
    assert shares.y == (4.0, 20.0, 12.5)
    assert ranks.y == pytest.approx(np.log10([5, 2, 3]), abs=1e-4)
    low, high = info.figure(LIGHT).layout.yaxis.range
    assert low > high


def test_a_room_at_its_best_is_not_told_when_it_was_there_before():
    assert standing([5, 2, 2], [4.0, 20.0, 18.0]).title == "Rank 2, 18\u00a0% of all in the last full week"


def test_of_several_best_weeks_the_latest_is_told():
    assert standing([1, 1, 4], [50.0, 50.0, 5.0]).title.endswith("at best 1, 2–8 Nov 2026")


def test_a_week_that_is_not_known_is_a_gap_and_says_why():
    info = standing([5, UNREAD, UNREAD], [4.0, UNREAD, 0.0], ["", "not all rooms arrived", ""])
    assert info.title.startswith("No rank in the last full week")
    _, ranks = info.figure(LIGHT).data
    assert ranks.y[1:] == (None, None)
    assert ranks.hovertext[1:] == (
        "<b>2–8 Nov 2026</b><br>not known: not all rooms arrived",
        "<b>9–15 Nov 2026</b><br>no message<br>0\u00a0% of all messages",
    )


def test_a_room_without_a_message_in_any_week_has_no_rank():
    info = standing([UNREAD] * 3, [0.0] * 3)
    assert (info.title, info.weeks) == ("No rank yet", ())
    assert info.empty == "No week with a message of this room is known of all rooms shown."


def beside(*rows):
    weekly = pd.DataFrame(rows, columns=STARTS)
    return figures.beside([f"#room {number}" for number in range(len(rows))], weekly, CONTEXT)


def test_other_rooms_are_lines_over_one_scale_and_the_room_itself_is_the_strongest():
    info = beside([10, 20, 30], [5, UNREAD, 300], [1, 2, -4])
    assert info.title == "#room 0 beside 2 other rooms"
    drawn = info.figure(LIGHT)
    # The room itself lies on top of the others.
    assert [line.y for line in drawn.data] == [(1, 2, 0), (5, None, 300), (10, 20, 30)]
    assert [line.line.color for line in drawn.data] == [LIGHT.others[1], LIGHT.others[0], LIGHT.this]
    assert drawn.data[2].line.width > drawn.data[1].line.width
    assert drawn.layout.yaxis.range[1] > 300
    assert [name.text for name in drawn.layout.annotations] == ["#room 0", "#room 1", "#room 2"]
    assert [name.font.color for name in drawn.layout.annotations] == [LIGHT.this, *LIGHT.others[:2]]


def test_names_of_lines_that_end_together_stand_apart_and_inside():
    heights = _apart([0.0, 1.0, 2.0, 229.0, 230.0], 230.0)
    ordered = sorted(heights)
    assert all(above - below >= 16 for below, above in pairwise(ordered))
    assert (ordered[0], ordered[-1]) == (0.0, 230.0)
    assert _apart([50.0, 100.0], 230.0) == [50.0, 100.0]


def test_weeks_that_nobody_knows_are_said_in_a_sentence():
    info = beside([UNREAD] * 3, [UNREAD] * 3)
    assert info.empty == "No week of these rooms has been counted yet."
    assert not info.figure(LIGHT).data


def weekdays(before, now, period=WEEK, today=date(2026, 11, 16), week_start=MONDAY, **lost):
    """The weekdays of one room that had so many messages on each day of the period and of the one before."""
    previous = period.previous
    by_day = dict(zip([*previous.dates(), *period.dates()], [*before, *now], strict=True))
    uncounted = lost.pop("uncounted", ())
    read = parts_read(period, {"general": by_day}, today, previous=previous, **lost)
    bars = bars_of(read, rooms_table(row("general", sum(now), sum(before))), period, previous, today, uncounted)
    return figures.weekdays(bars, figures.Context("w", period, previous), "#general", week_start)


def test_a_weekday_is_the_mean_of_its_days_in_both_periods():
    info = weekdays([10, 20, 30, 40, 50, 0, 1], [20, 20, 30, 41, 70, 0, 0])
    assert [(one.mean, one.days) for one in info.rows] == [
        (15, 2), (20, 2), (30, 2), (40.5, 2), (60, 2), (0, 2), (0.5, 2),
    ]  # fmt: skip
    assert info.title == "#general: most on Fridays, 60 messages a day; fewest on Saturdays, 0"
    assert info.subtitle == (
        "Mean of messages per weekday, over as many days as stand below it · days of 2–8 Nov 2026 and 9–15 Nov 2026 · w"
    )
    drawn = info.figure(LIGHT)
    assert drawn.data[0].y == (15, 20, 30, 40.5, 60, 0, 0.5)
    assert drawn.data[0].text == ("15", "20", "30", "40.5", "60", "0", "0.5")
    assert drawn.data[0].hovertext[3] == "<b>Thu</b><br>40.5 messages a day<br>mean of 2 days"
    assert drawn.layout.xaxis.ticktext[3] == "Thu<br>2 days"


def test_days_that_are_not_known_are_in_no_mean_and_said():
    tuesday, wednesday_and_thursday = date(2026, 11, 10), Period(date(2026, 11, 4), date(2026, 11, 5)).blocks(1)
    info = weekdays([10] * 7, [20, 0, *[20] * 5], missing=wednesday_and_thursday, uncounted=[tuesday])
    assert info.rows[:3] == (Weekday(0, 15.0, 2), Weekday(1, 10.0, 1), Weekday(2, 20.0, 1))
    assert " · 3 days not known, left out · " in info.subtitle
    assert info.figure(LIGHT).layout.xaxis.ticktext[1] == "Tue<br>1 day"


def test_the_day_that_is_not_over_is_in_no_mean():
    info = weekdays([10] * 7, [10, 10, 10, 10, 10, 10, 1], today=date(2026, 11, 15))
    assert info.rows[6] == Weekday(6, 10.0, 1)
    assert "not known" not in info.subtitle
    assert info.title == "#general: as much on every weekday, 10 messages a day"


def test_weekdays_stand_in_the_order_of_the_week_of_the_workspace():
    info = weekdays([1, 0, 0, 0, 0, 0, 7], [1, 0, 0, 0, 0, 0, 7], week_start=SUNDAY)
    assert [one.weekday for one in info.rows] == [6, 0, 1, 2, 3, 4, 5]
    assert info.figure(LIGHT).layout.xaxis.ticktext[:2] == ("Sun<br>2 days", "Mon<br>2 days")


@pytest.mark.parametrize(
    ("start", "days"),
    # A weekday without a day; and weeks instead of days.
    [(date(2026, 11, 9), 3), (date(2026, 9, 28), 42)],
)
def test_without_a_whole_week_of_days_nothing_is_said_of_weekdays(start, days):
    period = Period(start, date.fromordinal(start.toordinal() + days - 1))
    info = weekdays([5] * days, [5] * days, period)
    assert (info.rows, info.title) == ((), "#general: nothing to tell of weekdays")
    assert info.empty == "No whole week of its days is known that has a message."


def test_a_room_that_was_silent_all_the_time_has_one_sentence_instead_of_bars():
    info = weekdays([0] * 7, [0] * 7)
    assert (info.rows, info.empty) == ((), "No whole week of its days is known that has a message.")
    assert not info.figure(LIGHT).data


def test_more_deleted_than_written_goes_below_the_line():
    drawn = weekdays([10, 10, 10, 10, 10, 10, -4], [10, 10, 10, 10, 10, 10, -5]).figure(LIGHT)
    assert (drawn.data[0].y[6], drawn.data[0].text[6]) == (-4.5, "−4.5")
    assert drawn.layout.yaxis.range[0] < -4.5

"""Messages per day and per week: what is compared with what, and what is not known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from engagement import figures
from engagement.display.palette import DARK, LIGHT
from engagement.figures import calendar, weeks
from engagement.figures.events import weeks_from
from engagement.figures.heat import Heat, RoomWeeks
from engagement.numbers.days import bars_of
from engagement.numbers.events import Events, event
from engagement.numbers.periods import Period
from engagement.numbers.reasons import Reason
from engagement.numbers.weeks import History
from tests.support.figure_tools import CONTEXT, WEEK, room, rooms_table
from tests.support.parts import parts_read


def days_of(before, now, period=WEEK, today=date(2026, 11, 16), uncounted=(), missing=()):
    """The days of a period and those before, of one room that had so many messages on each."""
    previous = period.previous
    by_day = dict(zip([*previous.dates(), *period.dates()], [*before, *now], strict=True))
    read = parts_read(period, {"general": by_day}, today, previous=previous, missing=missing)
    one = rooms_table(room("general", sum(now), sum(before)))
    return bars_of(read, one, period, previous, today, uncounted)


def test_days_are_laid_over_the_days_of_the_same_number():
    period = Period(date(2026, 11, 14), date(2026, 11, 15))
    context = figures.Context("w", period, period.previous)
    info = figures.messages_per_day(days_of([15, 9], [20, 10], period), context)
    assert [(bar.part.start, bar.messages, bar.before.start, bar.previous) for bar in info.bars] == [
        (date(2026, 11, 14), 20, date(2026, 11, 12), 15),
        (date(2026, 11, 15), 10, date(2026, 11, 13), 9),
    ]
    assert info.title == "30 messages, 6 more than the 2 days before (+25\u00a0%)"
    assert info.subtitle == "Messages per day · bar: 14–15 Nov 2026 · tick: 12–13 Nov 2026 · w"


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ([10] * 7, "70 messages, as many as the week before"),
        ([5] * 7, "70 messages, 35 more than the week before (+100\u00a0%)"),
        ([12] * 7, "70 messages, 14 fewer than the week before (−17\u00a0%)"),
        ([0] * 7, "70 messages, 70 more than the week before"),
    ],
)
def test_the_title_of_the_days_compares_both_periods(before, title):
    info = figures.messages_per_day(days_of(before, [10] * 7), CONTEXT)
    assert info.title == title
    assert figures.messages_per_day(days_of(before, [10] * 7), CONTEXT, "#general").title == f"#general: {title}"


def test_a_room_alone_without_a_message_says_so_of_itself_and_sends_nobody_to_other_rooms():
    info = figures.messages_per_day(days_of([0] * 7, [0] * 7), CONTEXT, "#general")
    assert info.title == "#general: no messages in this period"
    assert info.empty == "No message of this room is known in it, nor in the week before."
    assert "No room that is shown here" in figures.messages_per_day(days_of([0] * 7, [0] * 7), CONTEXT).empty


def test_periods_with_a_day_that_nobody_counted_are_not_compared():
    lost = date(2026, 11, 10)
    info = figures.messages_per_day(days_of([10] * 7, [10, 0, *[10] * 5], uncounted=[lost]), CONTEXT)
    assert info.title == "60 messages"
    assert [bar.messages for bar in info.bars] == [10, None, 10, 10, 10, 10, 10]
    drawn = info.figure(LIGHT)
    assert drawn.data[-1].hovertext == (
        "<b>Tue 10 Nov 2026</b><br>not known<br>nothing was counted<br>Tue 3 Nov 2026: 10",
    )
    assert list(drawn.data[-1].x) == [1]


def test_an_unfinished_period_compares_the_days_that_are_over_and_nothing_else():
    context = figures.Context("w", WEEK, WEEK.previous, unfinished=True)
    # Wednesday the 11th is today. The days after it are asked for, and nobody knows anything of them.
    bars = days_of([10, 20, 30, 40, 50, 60, 70], [11, 4, 9, 0, 0, 0, 0], today=date(2026, 11, 11))
    info = figures.messages_per_day(bars, context)
    assert info.title == "24 messages so far; 15 on the days that are over, 30 on those of the week before"
    assert [bar.unfinished for bar in info.bars] == [False, False, True, False, False, False, False]
    assert [bar.messages for bar in info.bars] == [11, 4, 9, None, None, None, None]
    drawn = info.figure(LIGHT)
    assert list(drawn.data[0].marker.pattern.shape) == ["", "", "/", "", "", "", ""]
    assert "bar: 9–15 Nov 2026 (not over yet)" in info.subtitle
    assert "read" not in info.subtitle


def test_on_the_first_day_of_a_period_there_is_nothing_to_compare_yet():
    bars = days_of([10] * 7, [3, *[0] * 6], today=date(2026, 11, 9))
    context = figures.Context("w", WEEK, WEEK.previous, unfinished=True)
    assert figures.messages_per_day(bars, context).title == "3 messages so far"


def test_while_days_are_read_the_chart_says_how_many_are_there():
    late = [Period(day, day) for day in WEEK.dates()]
    some = figures.messages_per_day(days_of([10] * 7, [10] * 7, missing=late[:3]), CONTEXT)
    assert some.title == "70 messages, as many as the week before"
    assert some.subtitle.startswith("Messages per day · 4 of 7 days read · bar: ")
    assert [bar.messages for bar in some.bars] == [None] * 3 + [10] * 4
    assert "not read yet" in some.figure(LIGHT).data[-1].hovertext[0]
    none = figures.messages_per_day(days_of([10] * 7, [10] * 7, missing=late), CONTEXT)
    assert none.empty == "None of its days has been read yet."


def test_days_that_were_read_at_another_time_than_the_period_say_so():
    read = parts_read(WEEK, {"general": dict.fromkeys(WEEK.dates(), 10)}, date(2026, 11, 16))
    bars = bars_of(read, rooms_table(room("general", 68)), WEEK, WEEK.previous, date(2026, 11, 16))
    info = figures.messages_per_day(bars, CONTEXT)
    assert info.title.startswith("68 messages")
    assert "the days were read at another time: +2 in all" in info.subtitle


def test_many_days_are_weeks_and_very_many_are_months():
    today, counts = date(2026, 11, 16), {"general": dict.fromkeys(Period(date(2025, 1, 1), WEEK.end).dates(), 1)}
    for first, unit, starts in (
        (date(2026, 9, 10), "week", ["10 Sep", "14 Sep"]),
        (date(2026, 1, 15), "month", ["15 Jan", "1 Feb"]),
    ):
        period = Period(first, WEEK.end)
        bars = bars_of(
            parts_read(period, counts, today), rooms_table(room("general", period.days)), period, period.previous, today
        )
        context = figures.Context("w", period, period.previous)
        info = figures.messages_per_day(bars, context)
        assert info.subtitle.startswith(f"Messages per {unit} · bar: ")
        assert [f"{bar.part.start.day} {bar.part.start:%b}" for bar in info.bars][:2] == starts
        drawn = info.figure(LIGHT)
        assert sum(drawn.data[0].y) == period.days
        assert not drawn.layout.shapes, "no day is a weekend here"
        assert "tick" not in info.subtitle
        assert f"narrow: part of a {unit}" in info.subtitle
        first, second, *_, last = drawn.data[0].width
        assert first < second == 0.72
        # The period ends with a Sunday, in the middle of a month.
        assert (last == second) is (unit == "week")


def test_weeks_have_the_ticks_of_the_weeks_that_they_are_held_against():
    """Ten weeks from a Thursday on, of a message a day, after as many with two; the first four days are part of one."""
    period, today = Period(date(2026, 9, 10), date(2026, 11, 18)), date(2026, 11, 19)
    counts = dict.fromkeys(period.previous.dates(), 2) | dict.fromkeys(period.dates(), 1)
    read = parts_read(period, {"general": counts}, today, previous=period.previous)
    bars = bars_of(read, rooms_table(room("general", 70, 140)), period, period.previous, today)
    assert [bar.previous for bar in bars.bars] == [8, *[14] * 9, 6]
    assert [bar.before.start for bar in bars.bars if bar.before][:2] == [date(2026, 7, 2), date(2026, 7, 6)]
    info = figures.messages_per_day(bars, figures.Context("w", period, period.previous))
    assert "tick: 2 Jul – 9 Sep 2026" in info.subtitle
    assert info.title == "70 messages, 70 fewer than the 70 days before (−50\u00a0%)"
    assert "29 Jun" not in info.figure(LIGHT).data[0].hovertext[0]
    assert "2–5 Jul 2026: 8" in info.figure(LIGHT).data[0].hovertext[0]


def test_weeks_of_other_weekdays_have_no_ticks():
    period, today = Period(date(2026, 8, 18), WEEK.end), date(2026, 11, 16)
    counts = dict.fromkeys(Period(date(2026, 1, 1), WEEK.end).dates(), 1)
    read = parts_read(period, {"general": counts}, today, previous=period.previous)
    bars = bars_of(read, rooms_table(room("general", 90, 90)), period, period.previous, today)
    assert {bar.before for bar in bars.bars} == {None}


def test_a_day_with_more_deletions_than_messages_is_drawn_below_the_line():
    info = figures.messages_per_day(days_of([0] * 7, [10, -4, *[0] * 5]), CONTEXT)
    assert info.figure(LIGHT).layout.yaxis.range[0] < -4


def test_two_silent_periods_are_an_empty_picture_of_days():
    zero = figures.messages_per_day(days_of([0] * 7, [0] * 7), CONTEXT)
    assert (zero.title, zero.bars) == ("No messages in this period", ())


def weekly_table(rows, first="2026-10-26"):
    starts = pd.date_range(first, periods=len(next(iter(rows.values()))), freq="7D")
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(starts), dtype="float64")


def test_the_heat_map_keeps_zero_apart_from_no_data():
    rooms = rooms_table(room("a", 1), room("b", 2), room("c", 0))
    weekly = weekly_table({"b": [np.nan, 0, 4], "a": [5, 6, 7], "c": [0, 0, 0], "deleted": [9, 9, 9]})
    assert figures.heat(rooms, weekly, CONTEXT) == Heat(
        title="Of the 2 busiest rooms, 2 had their strongest week last and none its weakest",
        subtitle="Messages per room and week · 26 Oct – 1 Nov 2026 to 9–15 Nov 2026 · "
        "each room shaded by its own strongest week, whose count ends its row · hatched: no data · chat.example.org",
        rows=(RoomWeeks("#a", (5, 6, 7)), RoomWeeks("#b", (None, 0, 4))),
        starts=(date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)),
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([1, 1, 1], "1 had its strongest week last and none its weakest"),
        ([4, 5, 2], "1 had its strongest week last and 1 its weakest"),
        ([4, 5, np.nan], "1 had its strongest week last and none its weakest"),
        ([np.nan, np.nan, 3], "1 had its strongest week last and none its weakest"),
    ],
)
def test_the_heat_map_says_for_how_many_rooms_the_last_week_was_an_extreme(other, said):
    rooms = rooms_table(room("a", 1), room("b", 2))
    info = figures.heat(rooms, weekly_table({"a": [5, 6, 7], "b": other}), CONTEXT)
    assert info.title == f"Of the 2 busiest rooms, {said}"


@pytest.mark.parametrize(
    ("counts", "what"),
    [([1, 2, 3], "its strongest"), ([3, 2, 1], "its weakest"), ([1, 1, 1], "neither its strongest nor its weakest")],
)
def test_the_heat_map_of_one_room_says_it_of_that_room(counts, what):
    info = figures.heat(rooms_table(room("a", 1)), weekly_table({"a": counts}), CONTEXT)
    assert info.title == f"#a had {what} week last"


def test_each_row_of_the_heat_map_has_its_own_scale_which_is_told_behind_it_and_a_legend():
    rooms = rooms_table(room("feed", 1), room("small", 2))
    drawn = figures.heat(rooms, weekly_table({"feed": [5000, 2500, 0], "small": [1, 2, 2]}), CONTEXT).drawn(LIGHT)
    assert drawn.traces[0]["z"] == [[1, 0.51, 0], [0.51, 1, 1]]
    texts = [note["text"] for note in drawn.layout["annotations"]]
    assert texts[-4:] == ["5,000", "2", "no message", "few to its strongest week"]
    assert [shape["fillcolor"] for shape in drawn.layout["shapes"]] == list(LIGHT.heat)


def test_zero_in_the_heat_map_has_the_colour_of_the_panel_and_no_data_none():
    rooms = rooms_table(room("a", 1))
    drawn = figures.heat(rooms, weekly_table({"a": [np.nan, 0, 9]}), CONTEXT).figure(DARK)
    heat = drawn.data[0]
    assert list(heat.z[0]) == [None, 0, 1]
    assert heat.colorscale[0] == (0, DARK.panel)


def all_rooms(*messages: float, events: Events = ()) -> weeks.WeeklyTotals:
    """All rooms together in these weeks, of which the last is that of CONTEXT."""
    starts = [date(2026, 11, 9) - timedelta(days=7 * back) for back in range(len(messages) - 1, -1, -1)]
    weekly = pd.DataFrame({"messages": messages, "active_rooms": 4}, index=starts, dtype="float64")
    history = History(tuple(weeks_from(starts)), weekly[["messages"]].T, (), events=events)
    return figures.weekly_totals(weekly, history, CONTEXT, 4)


def test_all_rooms_by_week_are_one_chart_of_messages_over_what_is_usual_with_the_active_rooms_below():
    info = all_rooms(*[100] * 20, 900)
    assert info.title == "Activity in all rooms shown: rising, 900 messages, usually 85 to 117"
    assert [week.messages for week in info.weeks] == [100, 100, 100, 900]
    assert info.active_rooms == (4, 4, 4, 4)
    drawn = info.drawn(LIGHT)
    line = next(trace for trace in drawn.traces if trace.get("mode") == "lines+markers")
    rooms = drawn.traces[-1]
    assert (line["y"], rooms["y"]) == ([100, 100, 100, 900], (4, 4, 4, 4))
    assert drawn.layout["yaxis"]["domain"][0] > drawn.layout["yaxis2"]["domain"][1]


def test_weeks_without_a_message_after_one_that_is_not_shown_are_no_messages():
    info = all_rooms(300, 0, 0, 0, 0)
    assert (info.title, info.weeks) == ("No messages in this period", ())


def test_weeks_of_which_none_is_known_are_not_said_to_be_without_messages():
    info = all_rooms(*[np.nan] * 6)
    assert (info.title, info.weeks) == ("Activity in all rooms shown: no data", ())
    assert info.empty == "No week of all rooms together is known."
    assert info.drawn(LIGHT).layout
    assert not info.numbers.rows


def test_a_week_that_is_not_comparable_is_held_against_nothing():
    offsite = event("offsite", date(2026, 11, 11), date(2026, 11, 12), not_comparable=True)
    info = all_rooms(*[100] * 20, 9, events=(offsite,))
    assert "usually" not in info.title
    assert "median" not in info.title
    assert info.title.startswith("Activity in all rooms shown: too few weeks, ")


def test_the_line_of_a_room_says_its_signal_and_what_is_usual():
    table = pd.DataFrame(
        {"messages": [10, np.nan, 120], "low": [np.nan, 4, 20], "level": [np.nan, 9, 45], "high": [np.nan, 30, 80.4]},
        index=pd.date_range("2026-10-26", periods=3, freq="7D"),
    )
    said = Reason("", "rising", 120, 16, low=20, high=80, level=45)
    edges = {"news_below": 4.0, "news_above": 110.0, "seen_tripling": 0.42}
    judged = pd.Series({"signal": "rising", "reason": said, **edges})
    info = figures.room_line("#general", table, judged, CONTEXT, ["", "not all rooms arrived", ""])
    assert info.title == "#general: rising, 120 messages, usually 20 to 80"
    assert info.weeks == (
        weeks.RoomWeek(date(2026, 10, 26), 10, None, None, None),
        weeks.RoomWeek(date(2026, 11, 2), None, 4, 9, 30, "not all rooms arrived"),
        weeks.RoomWeek(date(2026, 11, 9), 120, 20, 45, 80.4),
    )
    drawn = info.figure(LIGHT)
    assert drawn.data[-1].marker.color == LIGHT.up
    assert "would be news below 4 or above 110" in info.subtitle
    assert drawn.data[-2].hovertext[1] == "<b>2–8 Nov 2026</b><br>no data: not all rooms arrived<br>usually 4 to 30"
    assert (
        drawn.data[-1]
        .hovertext[0]
        .endswith(
            "<br>120 messages, usually 20 to 80<br>would be news below 4 or above 110"
            "<br>a tripling of this room would show within a month about 4 times in 10"
        )
    )
    assert "<b>▲ rising</b> 120" in [note.text for note in drawn.layout.annotations]
    word = drawn.layout.annotations[-1]
    assert (word.y, word.yanchor, word.bgcolor) == (120, "bottom", None)
    falling = pd.Series({**judged, "signal": "falling"})
    fallen = figures.room_line("#general", table.assign(messages=[300, 200, 5]), falling, CONTEXT)
    assert fallen.figure(LIGHT).layout.annotations[-1].y >= 80.4
    gone = Reason("no data", "too few weeks", None, 16, gap="not all rooms arrived")
    lost = {"signal": "too few weeks", "reason": gone}
    unsure = figures.room_line(
        "#general", table.assign(messages=[300, 200, np.nan]), pd.Series({**judged, **lost}), CONTEXT
    )
    assert unsure.title == "#general: too few weeks, this week is not known: not all rooms arrived"


def test_weeks_are_labelled_sparsely_with_months_in_words_and_the_year_once():
    starts = [date(2026, 11, 30) + timedelta(days=7 * week) for week in range(10)]
    assert calendar.week_labels(starts) == {"tickvals": [1, 5, 9], "ticktext": ["Dec<br>2026", "Jan<br>2027", "Feb"]}
    assert calendar.week_labels(starts[:2])["ticktext"] == ["30 Nov<br>2026", "7 Dec"]
    year = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(52)]
    assert len(calendar.week_labels(year)["ticktext"]) == 6


@pytest.mark.parametrize(("narrow", "labels"), [(False, 13), (True, 7)])
def test_months_are_labelled_so_that_their_names_do_not_touch(narrow, labels):
    starts = [date(2025 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(13)]
    told = calendar._labels(starts, "month", narrow)["ticktext"]
    assert (len(told), told[0], told[-1]) == (labels, "Nov<br>2025", "Nov")
    assert "Jan<br>2026" in told


@pytest.mark.parametrize(("days", "width"), [(1, 0.18), (2, 0.36), (4, 0.72), (7, 0.72)])
def test_few_days_are_bars_and_no_walls(days, width):
    period = Period(date(2026, 11, 9), date(2026, 11, 8) + timedelta(days=days))
    drawn = figures.messages_per_day(days_of([4] * days, [5] * days, period), CONTEXT).figure(LIGHT)
    assert list(drawn.data[0].width) == [pytest.approx(width)] * days
    # The tick of the day before is a little broader than its bar.
    assert drawn.data[1].x[1] - drawn.data[1].x[0] == pytest.approx(width * 0.88 / 0.72)

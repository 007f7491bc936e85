"""The numbers and texts of every figure, and that every figure can be drawn over awkward rooms."""

import math
import tomllib
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from engagement import figures
from engagement.display.palette import DARK, LIGHT, faded
from engagement.figures import calendar, frame, oneroom, ranked, silence, spread, weeks
from engagement.numbers import naming
from engagement.numbers.periods import Period
from tests import ROOT

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
CONTEXT = figures.Context("chat.example.org", WEEK, WEEK.previous)
BAR_AND_TICK = "bar: 9–15 Nov 2026 · tick: 2–8 Nov 2026 · chat.example.org"

HOSTILE = [
    "<b>bold</b><script>alert(1)</script>",
    "%{x} $a$ {{y}}",
    "x" * 300,
    "שלום-חברים-וחברות-בישראל-ובעולם",
    "👩‍👩‍👧‍👦 🚀 launch 🎉 party for the whole company",
    "general",
    "general",
    "",
    "line\nbreak\x00and\x1bescape",
    "&lt;already&gt; &amp; escaped",
]


def rooms_table(*rows):
    """A rooms table; each row is a mapping with at least name, messages and previous_messages."""
    filled = [{**_row(number, row), **row} for number, row in enumerate(rows)]
    columns = list(_row(0, {"name": "", "messages": 0, "previous_messages": 0}))
    return pd.DataFrame(filled, columns=columns).astype({"messages": "int64", "previous_messages": "int64"})


def _row(number, row):
    messages, previous = row["messages"], row["previous_messages"]
    return {
        "room_id": f"id{number}",
        "name": row["name"],
        "type": "channel",
        "kind": "room",
        "messages": messages,
        "previous_messages": previous,
        "change": messages - previous,
        "state": "active" if messages > 0 else "went quiet" if previous > 0 else "dormant",
        "movement": "",
        "silent_days": 0.0 if messages > 0 else 9.0,
        "total_messages": math.nan,
    }


def room(name, messages, previous=0, **more):
    return {"name": name, "messages": messages, "previous_messages": previous, **more}


def silent(state, days=math.nan):
    return room("quiet", 0, state=state, silent_days=days)


NO_ROOMS = rooms_table()


def test_the_busiest_rooms_are_ranked_and_silent_rooms_do_not_appear():
    rooms = rooms_table(
        room("small", 10, 20), room("big", 60, 0, movement="back"), room("gone", 0, 50, movement="went quiet"),
        room("second", 30, 30), room("minus", -4, 3),
    )  # fmt: skip
    assert figures.top_rooms_info(rooms, CONTEXT, n=2) == ranked.TopRooms(
        title="Two of 3 active rooms hold 90\u00a0% of the conversation",
        subtitle=f"Messages per room · {BAR_AND_TICK}",
        rows=(
            ranked.RoomBar("id1", "#big", 60, None, "back"),
            ranked.RoomBar("id3", "#second", 30, 30, ""),
        ),
        total=100,
    )


def test_equally_busy_rooms_stand_in_the_order_of_the_previous_period_then_of_their_names():
    rooms = rooms_table(room("b", 5, 1), room("a", 5, 1), room("c", 5, 9), room("a", 5, 1))
    shown = figures.top_rooms_info(rooms, CONTEXT).rows
    assert [row.room_id for row in shown] == ["id2", "id1", "id3", "id0"]


@pytest.mark.parametrize(
    ("counts", "n", "title"),
    [
        ([7], 10, "One room holds the whole conversation"),
        ([7, 5], 10, "12 messages in 2 rooms"),
        ([3, 1], 1, "One of 2 active rooms holds 75\u00a0% of the conversation"),
        ([99_990, 9, 1], 2, "Two of 3 active rooms hold 99.9\u00a0% of the conversation"),
        ([10] * 40, 20, "Twenty of 40 active rooms hold 50\u00a0% of the conversation"),
        ([10] * 1300, 13, "13 of 1,300 active rooms hold 1.0\u00a0% of the conversation"),
    ],
)
def test_the_title_of_the_busiest_rooms_is_true_for_any_number(counts, n, title):
    rooms = rooms_table(*(room(f"r{number}", messages) for number, messages in enumerate(counts)))
    assert figures.top_rooms_info(rooms, CONTEXT, n=n).title == title


def test_people_in_direct_messages_are_named_only_when_asked_for():
    rooms = rooms_table(room("ada × bob", 5, 0, type="direct", total_messages=9.0), room("z", 1, 9))
    asked = figures.Context("w", WEEK, WEEK.previous, show_people=True)
    weekly = pd.DataFrame({pd.Timestamp("2026-11-09"): [5.0]}, index=["id0"])
    for info in (
        figures.top_rooms_info, figures.movers_info, figures.current_vs_previous_info, figures.busiest_by_total_info,
        lambda table, of: figures.heat_info(table, weekly, of),
    ):  # fmt: skip
        assert "ada" not in repr(info(rooms, CONTEXT))
        assert "ada × bob" in repr(info(rooms, asked))


def test_movers_show_the_largest_gains_above_the_largest_losses():
    rooms = rooms_table(
        room("up", 30, 10), room("upmost", 100, 0, movement="new"), room("down", 0, 40, movement="went quiet"),
        room("same", 5, 5), room("little", 6, 5), room("downmost", 10, 93),
    )  # fmt: skip
    assert figures.movers_info(rooms, CONTEXT, each=2) == ranked.Movers(
        title="#upmost gained most (+100), #downmost lost most (−83)",
        subtitle="Change in messages per room · 9–15 Nov 2026 less 2–8 Nov 2026 · chat.example.org",
        rows=(
            ranked.Mover("id1", "#upmost", 100, 100, 0, "new"),
            ranked.Mover("id0", "#up", 20, 30, 10, ""),
            ranked.Mover("id2", "#down", -40, 0, 40, "went quiet"),
            ranked.Mover("id5", "#downmost", -83, 10, 93, ""),
        ),
    )


def test_movers_in_one_direction_only_speak_of_one_direction():
    assert figures.movers_info(rooms_table(room("a", 3, 1)), CONTEXT).title == "#a gained most (+2)"
    assert figures.movers_info(rooms_table(room("a", 1, 3)), CONTEXT).title == "#a lost most (−2)"
    unchanged = figures.movers_info(rooms_table(room("a", 3, 3)), CONTEXT)
    assert (unchanged.title, unchanged.rows) == ("No room changed", ())
    assert unchanged.empty == "Every room shown here has as many messages as in the week before."


def test_busiest_by_counter_leaves_out_zero_and_unknown():
    rooms = rooms_table(
        room("a", 0, total_messages=250.0), room("b", 0), room("c", 0, total_messages=750.0),
        room("d", 0, total_messages=0.0),
    )  # fmt: skip
    info = figures.busiest_by_total_info(rooms, CONTEXT)
    assert info.title == "#c holds 75\u00a0% of all messages ever sent"
    assert info.rows == (ranked.RoomBar("id2", "#c", 750), ranked.RoomBar("id0", "#a", 250))
    assert info.total == 1000


def daily(start, *counts):
    return pd.Series(counts, index=pd.date_range(start, periods=len(counts)), dtype="float64")


def test_days_are_laid_over_the_days_of_the_same_number():
    period = Period(date(2026, 11, 14), date(2026, 11, 15))
    context = figures.Context("w", period, period.previous)
    info = figures.messages_per_day_info(daily("2026-11-14", 20, 10), daily("2026-11-12", 15, np.nan), context)
    assert info.days == (
        calendar.Day(date(2026, 11, 14), 20, date(2026, 11, 12), 15),
        calendar.Day(date(2026, 11, 15), 10, date(2026, 11, 13), None),
    )
    assert info.title == "30 messages"
    assert info.subtitle == "Messages per day · bar: 14–15 Nov 2026 · tick: 12–13 Nov 2026 · w"


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ([10] * 7, "70 messages, as many as the week before"),
        ([5] * 7, "70 messages, 35 more than the week before (100\u00a0%)"),
        ([12] * 7, "70 messages, 14 fewer than the week before (17\u00a0%)"),
        ([0] * 7, "70 messages, 70 more than the week before"),
    ],
)
def test_the_title_of_the_days_compares_both_periods(before, title):
    info = figures.messages_per_day_info(daily("2026-11-09", *[10] * 7), daily("2026-11-02", *before), CONTEXT)
    assert info.title == title


def test_a_count_of_all_rooms_says_so_in_its_title():
    days = (daily("2026-11-09", *[10] * 7), daily("2026-11-02", *[5] * 7))
    whole = figures.Context("w", WEEK, WEEK.previous, notes=("all rooms, direct messages included",))
    masked = figures.Context("w", WEEK, WEEK.previous, notes=("names replaced",))
    said = "70 messages, 35 more than the week before (100\u00a0%)"
    assert figures.messages_per_day_info(*days, whole).title == f"Whole workspace: {said}"
    assert figures.messages_per_day_info(*days, masked).title == said


def test_an_unfinished_period_is_compared_with_the_same_days_only():
    context = figures.Context("w", WEEK, WEEK.previous, unfinished=True)
    info = figures.messages_per_day_info(daily("2026-11-09", 10, 4), daily("2026-11-02", *[10] * 7), context)
    assert info.title == "14 messages so far; the week before had 20 on the same days"
    assert [day.unfinished for day in info.days] == [False, True, False, False, False, False, False]
    assert [day.messages for day in info.days] == [10, 4, None, None, None, None, None]
    assert "bar: 9–15 Nov 2026 (not over yet)" in info.subtitle


def test_two_silent_periods_are_an_empty_picture_of_days():
    zero = figures.messages_per_day_info(daily("2026-11-09", *[0] * 7), daily("2026-11-02", *[0] * 7), CONTEXT)
    nothing = figures.messages_per_day_info(daily("2026-11-09"), daily("2026-11-02"), CONTEXT)
    assert zero == nothing
    assert (zero.title, zero.days) == ("No messages in this period", ())


def test_inactive_rooms_are_grouped_by_state_and_age():
    rooms = rooms_table(
        room("active", 3), silent("went quiet", 8), silent("dormant", 20), silent("dormant", 30), silent("dormant", 31),
        silent("dormant", 90), silent("dormant", 180), silent("dormant", 365), silent("dormant", 366),
        silent("never used"), silent("unused so far"), silent("unknown"),
    )  # fmt: skip
    info = figures.inactive_states_info(rooms, CONTEXT)
    assert info.title == "11 of 12 rooms had no message: 1 went quiet, 1 never used"
    assert [(group.name, group.rooms, group.age) for group in info.groups] == [
        ("Went quiet", 1, None),
        ("Dormant up to 30 days", 2, 0),
        ("Dormant 31–90 days", 2, 1),
        ("Dormant 91–180 days", 1, 2),
        ("Dormant 181–365 days", 1, 3),
        ("Dormant over 365 days", 1, 4),
        ("Never used", 1, None),
        ("Unused so far", 1, None),
        ("Last message unknown", 1, None),
    ]
    assert (info.inactive, info.total) == (11, 12)


def test_rare_states_are_not_shown_at_zero():
    info = figures.inactive_states_info(rooms_table(silent("dormant", 400), room("a", 1)), CONTEXT)
    assert info.title == "1 of 2 rooms had no message"
    assert [group.name for group in info.groups][-1] == "Never used"
    assert sum(group.rooms for group in info.groups) == 1


def test_silence_is_counted_by_age_for_all_rooms_that_ever_spoke():
    rooms = rooms_table(
        room("active", 3), silent("went quiet", 7), silent("dormant", 30), silent("dormant", 100),
        silent("dormant", 400), silent("never used"), silent("never used"), silent("unused so far"), silent("unknown"),
    )  # fmt: skip
    assert figures.silence_age_info(rooms, CONTEXT) == silence.SilenceAge(
        title="2 of 4 rooms that fell silent said nothing for over 90 days",
        subtitle="Inactive rooms by days since their last message · counted to 15 Nov 2026 · "
        "2 rooms of unknown age left out · chat.example.org",
        columns=(
            silence.Group("up to 30 days", 2, age=0),
            silence.Group("31–90 days", 0, age=1),
            silence.Group("91–180 days", 1, age=2),
            silence.Group("181–365 days", 0, age=3),
            silence.Group("over 365 days", 1, age=4),
            silence.Group("never used", 2),
        ),
        left_out=2,
    )


def test_rooms_that_all_spoke_leave_nothing_to_draw_about_silence():
    spoke = rooms_table(room("a", 1), room("b", 2))
    for info in (figures.inactive_states_info(spoke, CONTEXT), figures.silence_age_info(spoke, CONTEXT)):
        assert info.title == "All 2 rooms had messages"
        assert info.empty == "No room was inactive, 9–15 Nov 2026."


def test_every_room_with_messages_in_either_period_is_a_dot():
    rooms = rooms_table(room("up", 30, 10), room("same", 5, 5), room("down", -2, 7), room("silent", 0, 0))
    assert figures.current_vs_previous_info(rooms, CONTEXT, named=1) == spread.CurrentVsPrevious(
        title="1 room had more messages than the week before, 1 had fewer",
        subtitle="Each dot is a room · up: 9–15 Nov 2026 · across: 2–8 Nov 2026 · "
        "pale: fewer than 10 messages in both · 1 room silent in both left out · chat.example.org",
        points=(
            spread.Point("id0", "#up", 30, 10, named=True),
            spread.Point("id1", "#same", 5, 5),
            spread.Point("id2", "#down", -2, 7),
        ),
    )


def test_many_dots_are_drawn_by_the_graphics_card():
    many = rooms_table(*(room(f"r{number}", number % 50, number % 31) for number in range(1200)))
    few = rooms_table(*(room(f"r{number}", number % 50, number % 31) for number in range(900)))
    kinds = [
        {trace.type for trace in figures.current_vs_previous_figure(info, LIGHT).data}
        for info in (figures.current_vs_previous_info(rooms, CONTEXT) for rooms in (many, few))
    ]
    assert kinds == [{"scattergl"}, {"scatter"}]


def test_the_share_of_the_busiest_rooms_adds_up_rank_by_rank():
    rooms = rooms_table(room("a", 50), room("b", 30), room("c", 15), room("d", 5), room("e", 0), room("f", -9))
    info = figures.concentration_info(rooms, CONTEXT)
    assert info.title == "One of 4 rooms holds 50\u00a0% of the conversation"
    assert info.curve == tuple(spread.Share(rank, share) for rank, share in ((1, 50), (2, 80), (3, 95), (4, 100)))
    assert info.marks == (spread.Share(1, 50), spread.Share(3, 95))
    assert info.rooms == 4


def test_a_long_curve_is_thinned_out_and_keeps_both_ends():
    rooms = rooms_table(*(room(f"r{number}", 1) for number in range(5000)))
    curve = figures.concentration_info(rooms, CONTEXT).curve
    assert len(curve) <= 401
    assert (curve[0], curve[-1]) == (spread.Share(1, 0.02), spread.Share(5000, 100))


def weekly_table(rows, first="2026-10-26"):
    starts = pd.date_range(first, periods=len(next(iter(rows.values()))), freq="7D")
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(starts), dtype="float64")


def test_the_heat_map_keeps_zero_apart_from_no_data():
    rooms = rooms_table(room("a", 1), room("b", 2), room("c", 0))
    weekly = weekly_table({"id1": [np.nan, 0, 4], "id0": [5, 6, 7], "id2": [0, 0, 0], "deleted": [9, 9, 9]})
    assert figures.heat_info(rooms, weekly, CONTEXT) == weeks.Heat(
        title="1 of the 2 busiest rooms had messages in every week",
        subtitle="Messages per room and week · 26 Oct – 1 Nov 2026 to 9–15 Nov 2026 · "
        "logarithmic colours, strongest: 7 · hatched: no data · chat.example.org",
        rows=(weeks.HeatRow("id0", "#a", (5, 6, 7)), weeks.HeatRow("id1", "#b", (None, 0, 4))),
        starts=(date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)),
    )


@pytest.mark.parametrize(("other", "which"), [([1, 1, 1], "All 2"), ([0, 1, 1], "1 of the 2")])
def test_the_heat_map_says_how_many_rooms_were_never_silent(other, which):
    rooms = rooms_table(room("a", 1), room("b", 2))
    info = figures.heat_info(rooms, weekly_table({"id0": [5, 6, 7], "id1": other}), CONTEXT)
    assert info.title == f"{which} busiest rooms had messages in every week"


def test_zero_in_the_heat_map_has_the_colour_of_the_panel_and_no_data_none():
    rooms = rooms_table(room("a", 1))
    drawn = figures.heat_figure(figures.heat_info(rooms, weekly_table({"id0": [np.nan, 0, 9]}), CONTEXT), DARK)
    heat = drawn.data[0]
    assert list(heat.z[0]) == [None, 0, 1]
    assert heat.colorscale[0] == (0, DARK.panel)


def test_weekly_totals_compare_the_last_full_week_with_the_median_of_those_before():
    table = pd.DataFrame(
        {"messages": [100, 300, 200, 120, 9], "active_rooms": [4, 5, 6, 7, 1]},
        index=pd.date_range("2026-10-19", periods=5, freq="7D"),
    )
    running = figures.Context("w", WEEK, WEEK.previous, unfinished=True)
    info = figures.weekly_totals_info(table, running)
    assert info.title == "120 messages in 7 rooms in the last full week; the median of the weeks before is 200"
    assert info.weeks[0] == weeks.Week(date(2026, 10, 19), 100, 4)
    assert info.unfinished
    assert figures.weekly_totals_info(table, CONTEXT).title == (
        "9 messages in 1 room in the last full week; the median of the weeks before is 160"
    )


def test_the_line_of_a_room_says_its_verdict_and_what_was_expected():
    table = pd.DataFrame(
        {"messages": [10, np.nan, 120], "low": [np.nan, 4, 20], "level": [np.nan, 9, 45], "high": [np.nan, 30, 80.4]},
        index=pd.date_range("2026-10-26", periods=3, freq="7D"),
    )
    info = figures.room_line_info("#general", table, "growing", CONTEXT, reason="above its band")
    assert info.title == "#general is growing: 120 messages, expected 20 to 80"
    assert info.weeks == (
        oneroom.RoomWeek(date(2026, 10, 26), 10, None, None, None),
        oneroom.RoomWeek(date(2026, 11, 2), None, 4, 9, 30),
        oneroom.RoomWeek(date(2026, 11, 9), 120, 20, 45, 80.4),
    )
    drawn = figures.room_line_figure(info, LIGHT)
    assert drawn.data[-1].marker.color == LIGHT.up
    assert "<b>growing</b> 120" in [note.text for note in drawn.layout.annotations]
    word = drawn.layout.annotations[-1]
    assert (word.y, word.yanchor, word.bgcolor) == (120, "bottom", None)
    fallen = figures.room_line_info("#general", table.assign(messages=[300, 200, 5]), "shrinking", CONTEXT)
    assert figures.room_line_figure(fallen, LIGHT).layout.annotations[-1].y >= 80.4
    unsure = figures.room_line_info("#general", table, "too few to tell", CONTEXT)
    assert unsure.title == "#general: too few to tell: 120 messages, expected 20 to 80"


def test_a_small_chart_has_whole_floats_and_no_gaps():
    assert figures.sparkline([9, 1, np.nan, -2, 4], last=4) == [1.0, 0.0, 0.0, 4.0]
    assert figures.sparkline([]) == []


def every_info(rooms, context):
    """One info of every figure over ``rooms``."""
    starts = [context.period.end - timedelta(days=6 + 7 * back) for back in range(29, -1, -1)]
    weekly = pd.DataFrame(
        [[(number * 7 + week) % 11 for week in range(30)] for number in range(len(rooms))],
        index=rooms["room_id"], columns=starts, dtype="float64",
    )  # fmt: skip
    weekly.iloc[:2, :4] = np.nan
    totals = pd.DataFrame({"messages": weekly.sum(), "active_rooms": (weekly > 0).sum()})
    line = pd.DataFrame({"messages": range(30), "low": 3.0, "level": 9.0, "high": 40.0}, index=starts)
    line.iloc[:8, 1:] = np.nan
    label = naming.room_labels(rooms).iloc[0] if len(rooms) else "#none"
    days = [pd.Series(3 if len(rooms) else 0, index=list(of.dates())) for of in (context.period, context.previous)]
    return {
        "top_rooms": figures.top_rooms_info(rooms, context),
        "movers": figures.movers_info(rooms, context),
        "messages_per_day": figures.messages_per_day_info(*days, context),
        "inactive_states": figures.inactive_states_info(rooms, context),
        "silence_age": figures.silence_age_info(rooms, context),
        "current_vs_previous": figures.current_vs_previous_info(rooms, context),
        "concentration": figures.concentration_info(rooms, context),
        "heat": figures.heat_info(rooms, weekly, context),
        "weekly_totals": figures.weekly_totals_info(totals, context),
        "room_line": figures.room_line_info(label, line if len(rooms) else line.iloc[:0], "steady", context),
        "busiest_by_total": figures.busiest_by_total_info(rooms, context),
    }


def draw(name, info, theme):
    return getattr(figures, f"{name}_figure")(info, theme)


def texts_of(node):
    """Every text in a drawn figure."""
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts_of(value)]
    if isinstance(node, (list, tuple)):
        return [text for value in node for text in texts_of(value)]
    return [node] if isinstance(node, str) else []


def long_context(days):
    period = Period(date(2026, 3, 1) - timedelta(days=days - 1), date(2026, 3, 1))
    return figures.Context("w <i>x</i>", period, period.previous, unfinished=True, notes=("2 rooms left out",))


AWKWARD = {
    "no rooms": NO_ROOMS,
    "one room": rooms_table(room("general", 5, 3, total_messages=9.0)),
    "one silent room": rooms_table(room("general", 0, 0)),
    "only negative counts": rooms_table(room("a", -3, -1), room("b", -1, 0)),
    "hostile names": rooms_table(
        *(
            room(name, 40 - 9 * number, 7 * number, type=kind, total_messages=number * 2.0 + 1, movement="new")
            for number, (name, kind) in enumerate(zip(HOSTILE, ["channel", "private"] * 5, strict=True))
        )
    ),
    "hundreds of rooms": rooms_table(
        *(room(f"r{n}", (n * n) % 977 - 3, (n * 31) % 409, total_messages=float(n)) for n in range(1100))
    ),
}


@pytest.mark.parametrize(("days", "theme"), [(1, LIGHT), (7, DARK), (366, LIGHT)], ids=["day", "week", "year"])
@pytest.mark.parametrize("rooms", AWKWARD.values(), ids=AWKWARD.keys())
def test_every_figure_can_be_drawn(rooms, days, theme):
    for name, info in every_info(rooms, long_context(days)).items():
        drawn = draw(name, info, theme)
        assert isinstance(drawn, go.Figure)
        assert drawn.layout.title.text
        assert "2 rooms left out" in info.subtitle
        assert drawn.layout.paper_bgcolor == theme.paper
        assert drawn.layout.height > 80
        for text in texts_of(drawn.to_plotly_json()):
            bare = text.replace("<br>", "").replace("<b>", "").replace("</b>", "")
            assert "<" not in bare, (name, text)
            assert "%{" not in bare, (name, text)
            assert "\x00" not in bare, (name, text)


def test_a_figure_without_rows_has_a_title_and_one_sentence():
    for name, info in every_info(NO_ROOMS, CONTEXT).items():
        drawn = draw(name, info, LIGHT)
        assert info.empty.endswith("."), name
        assert len(drawn.data) == 0, name
        assert len(drawn.layout.annotations) == 1, name
        assert drawn.layout.annotations[0].text.replace("<br>", " ") == info.empty
        assert info.alt == f"{info.title}. {info.subtitle}. {info.empty}"


def test_two_rooms_of_the_same_name_keep_their_own_bars():
    rooms = rooms_table(room("general", 5, 3), room("general", 4, 9))
    bars = figures.top_rooms_figure(figures.top_rooms_info(rooms, CONTEXT), LIGHT).data[0]
    assert (list(bars.x), list(bars.y)) == ([5, 4], [0, 1])
    bars = figures.movers_figure(figures.movers_info(rooms, CONTEXT), LIGHT).data[0]
    assert (list(bars.x), list(bars.y)) == ([2, -5], [0, 1])


def test_a_long_name_is_short_beside_its_bar_and_whole_when_pointed_at():
    rooms = rooms_table(room("incident-2026-11-08-database-failover-postmortem", 5))
    name = figures.top_rooms_figure(figures.top_rooms_info(rooms, CONTEXT), LIGHT).layout.annotations[0]
    assert name.text == "#incident-202…r-postmortem"
    assert name.hovertext.startswith("<b>#incident-2026-11-08-database-failover-postmortem</b>")


def test_different_rooms_never_have_the_same_name_beside_their_bars():
    start, end = "#release-notes-of-", "-for-the-whole-company"
    written = frame.axis_names([f"{start}spring{end}", f"{start}autumn{end}", "#general", f"{start}spring{end}"])
    assert written == ["#release-notes-of-spring-fo…", "#release-notes-of-autumn-fo…", "#general", written[0]]
    deep = frame.axis_names([f"#{'x' * 60}{year}{'y' * 60}" for year in (2025, 2026)])
    assert deep[0] != deep[1]
    assert all("2025" in deep[0] and frame.text_width(name, frame.TEXT) <= frame.LONGEST_NAME for name in deep)


def test_the_tick_of_a_very_short_bar_is_thin_and_has_no_rim():
    rooms = rooms_table(room("giant", 5000, 4000), room("small", 20, 30))
    _, rim, tick, fine = figures.top_rooms_figure(figures.top_rooms_info(rooms, CONTEXT), LIGHT).data
    assert [trace.x[0] for trace in (rim, tick, fine)] == [4000, 4000, 30]
    assert (rim.line.color, tick.line.color, fine.line.color) == (LIGHT.paper, LIGHT.previous, LIGHT.previous)
    assert fine.line.width < tick.line.width < rim.line.width


def test_changes_to_both_sides_have_one_mark_a_side():
    rooms = rooms_table(room("up", 450, 0), room("down", 0, 50))
    axis = figures.movers_figure(figures.movers_info(rooms, CONTEXT), LIGHT).layout.xaxis
    assert axis.ticktext == ("0", "+400")


def test_names_of_dots_do_not_lie_over_each_other():
    near = rooms_table(*(room(f"near-{n}", 1000 + n, 100 + n) for n in range(6)))
    info = figures.current_vs_previous_info(near, CONTEXT)
    names = [
        note.text for note in figures.current_vs_previous_figure(info, LIGHT).layout.annotations if "near" in note.text
    ]
    assert 1 <= len(names) < 6


def test_title_subtitle_and_names_start_at_the_same_edge():
    rooms = rooms_table(room("general", 5, 3), room("off-topic", 4, 9))
    for fitted in (
        figures.top_rooms_figure(figures.top_rooms_info(rooms, CONTEXT), LIGHT),
        figures.fit(figures.movers_figure(info := figures.movers_info(rooms, CONTEXT), LIGHT), info, width=900, pad=24),
    ):
        title, margin = fitted.layout.title, fitted.layout.margin
        assert (title.x, title.xref, title.xanchor) == (0, "container", "left")
        assert {margin.l + name.xshift for name in fitted.layout.annotations} == {title.pad.l}


def test_fitting_wraps_the_title_and_keeps_the_size_of_the_chart():
    info = figures.movers_info(rooms_table(room("a-rather-long-name", 500), room("another-long-name", 0, 70)), CONTEXT)
    drawn = figures.movers_figure(info, LIGHT)

    def chart():
        return drawn.layout.height - drawn.layout.margin.t - drawn.layout.margin.b

    before = chart()
    figures.fit(drawn, info, width=240, pad=10)
    assert drawn.layout.title.text.count("<br>") == 3
    assert chart() == before
    figures.fit(drawn, info, width=240, pad=10)
    assert chart() == before
    figures.fit(drawn, info, width=2000)
    assert "<br>" not in drawn.layout.title.text
    figures.untitled(drawn)
    assert (drawn.layout.title.text, chart()) == ("", before)


def test_lines_break_between_parts_before_they_break_inside_them():
    assert frame.wrapped("one two · three four · five", 10, 110) == ["one two · three four", "five"]
    assert frame.wrapped("one two three four", 10, 50) == ["one two", "three four"]
    assert frame.wrapped("", 10, 50) == [""]


@pytest.mark.parametrize(
    ("high", "low", "marks"),
    [
        (0, 0, [0]),
        (1, 0, [0, 1]),
        (3, 0, [0, 2]),
        (44, 0, [0, 20, 40]),
        (1000, 0, [0, 500, 1000]),
        (36, -62, [-50, 0]),
    ],
)
def test_marks_on_an_axis_are_round_whole_numbers(high, low, marks):
    assert frame.ticks(high, low, parts=2) == marks


def test_weeks_are_labelled_sparsely_with_months_in_words_and_the_year_once():
    starts = [date(2026, 11, 30) + timedelta(days=7 * week) for week in range(10)]
    assert calendar.week_labels(starts) == {"tickvals": [1, 5, 9], "ticktext": ["Dec<br>2026", "Jan<br>2027", "Feb"]}
    assert calendar.week_labels(starts[:2])["ticktext"] == ["30 Nov<br>2026", "7 Dec"]
    year = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(52)]
    assert len(calendar.week_labels(year)["ticktext"]) == 6


def test_nothing_of_a_figure_can_be_uploaded():
    assert figures.CONFIG["showSendToCloud"] is False
    assert figures.CONFIG["displaylogo"] is False
    assert figures.CONFIG["displayModeBar"] is False


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read_and_told_apart(theme):
    for colour in (theme.ink, theme.muted, theme.this, theme.up, theme.down):
        assert contrast(colour, theme.paper) >= 4.5
        assert contrast(colour, theme.panel) >= 4.5
    ages = [contrast(colour, theme.paper) for colour in theme.silent]
    assert ages == sorted(ages)
    assert ages[0] >= 1.6
    heat = [contrast(colour, theme.paper) for colour in theme.heat]
    assert heat == sorted(heat)
    assert len(set(theme.categorical)) >= 10


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_theme_of_the_pages_has_the_colours_of_the_figures(theme):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    set_there = config["theme"][theme.name]
    assert set_there["textColor"] == theme.ink
    assert set_there["backgroundColor"] == theme.paper
    assert set_there["secondaryBackgroundColor"] == theme.panel
    assert set_there["borderColor"] == theme.line
    assert (set_there["blueColor"], set_there["blueTextColor"]) == (theme.up, theme.up)
    assert (set_there["orangeColor"], set_there["orangeTextColor"]) == (theme.down, theme.down)
    assert set_there["grayTextColor"] == theme.muted
    assert tuple(set_there["chartCategoricalColors"]) == theme.categorical
    assert len(set_there["chartSequentialColors"]) == len(set_there["chartDivergingColors"]) == 10
    # Streamlit writes white on the primary colour in both themes.
    assert contrast(set_there["primaryColor"], "#FFFFFF") >= 4


def test_a_faded_colour_keeps_its_hue():
    assert faded("#FF8000", 0.5) == "rgba(255, 128, 0, 0.5)"

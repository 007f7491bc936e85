"""Every figure can be drawn over awkward rooms, and can be read."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from engagement import figures
from engagement.display.palette import DARK, LIGHT
from engagement.figures import frame
from engagement.figures.events import weeks_from
from engagement.numbers import naming
from engagement.numbers.days import bars_of
from engagement.numbers.periods import Period
from engagement.numbers.reasons import Reason
from engagement.numbers.verdict import judge
from engagement.numbers.weeks import History
from tests.support.faults import EXACT, fault
from tests.support.figure_tools import CONTEXT, room, rooms_table
from tests.support.parts import parts_read

pytestmark = fault(kind="Odd values", at="rooms of a test", seen="charts")

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


NO_ROOMS = rooms_table()


# What an HTML report holds, as plain JSON.
REPORTED = ("top_rooms", "movers", "silence", "weekly_totals", "busiest_by_total")


def every_info(rooms, context):
    """One info of every figure over ``rooms``."""
    starts = [context.period.end - timedelta(days=6 + 7 * back) for back in range(29, -1, -1)]
    weekly = pd.DataFrame(
        [[(number * 7 + week) % 11 for week in range(30)] for number in range(len(rooms))],
        index=rooms["room_id"], columns=starts, dtype="float64",
    )  # fmt: skip
    weekly.iloc[:2, :4] = np.nan
    totals = pd.DataFrame({"messages": weekly.sum(), "active_rooms": (weekly > 0).sum()})
    history = History(tuple(weeks_from(starts)), weekly, ())
    line = pd.DataFrame({"messages": range(30), "low": 3.0, "level": 9.0, "high": 40.0}, index=starts)
    line.iloc[:8, 1:] = np.nan
    label = naming.room_labels(rooms).iloc[0] if len(rooms) else "#none"
    judged = judge(np.arange(30.0)[None, :]).iloc[0]
    today = context.period.end + timedelta(days=1)
    by_day = dict.fromkeys([*context.previous.dates(), *context.period.dates()], 3)
    read = parts_read(context.period, dict.fromkeys(rooms["room_id"].head(1), by_day), today, previous=context.previous)
    days = bars_of(read, rooms, context.period, context.previous, today)
    signals = [("rising", "falling", "returned", "no clear change")[week % 4] for week in range(30)]
    reasons = [Reason("", signal, week, 16, low=2, high=9) for week, signal in enumerate(signals)]
    told = pd.DataFrame({"signal": signals, "reason": reasons}, index=starts)
    place = pd.DataFrame({"rank": [*range(1, 30), np.nan], "share": 3.5}, index=starts)
    labels = [*naming.room_labels(rooms)[:5]] or ["#none"]
    side = weekly.head(5) if len(rooms) else pd.DataFrame(np.nan, index=["none"], columns=starts)
    room_line = figures.room_line(label, line if len(rooms) else line.iloc[:0], judged, context)
    return {
        "top_rooms": figures.top_rooms(rooms, context),
        "movers": figures.movers(rooms, context),
        "messages_per_day": figures.messages_per_day(days, context),
        "silence": figures.silence(rooms, context),
        "current_vs_previous": figures.current_vs_previous(rooms, context),
        "heat": figures.heat(rooms, weekly, context),
        "weekly_totals": figures.weekly_totals(totals, history, context, 26),
        "room_line": room_line,
        "room_year": figures.room_year(room_line, told if len(rooms) else told.iloc[:0]),
        "standing": figures.standing(place if len(rooms) else place.iloc[:0], len(rooms), context),
        "beside": figures.beside(labels, side, context),
        "weekdays": figures.weekdays(days, context, label),
        "busiest_by_total": figures.busiest_by_total(rooms, context),
    }


def draw(name, info, theme):
    return info.figure(theme)


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
            room(name, 40 - 9 * number, 7 * number, type=kind, total_messages=number * 2.0 + 1, created="2026-11-05")
            for number, (name, kind) in enumerate(zip(HOSTILE, ["channel", "private"] * 5, strict=True))
        )
    ),
    "hundreds of rooms": rooms_table(
        *(room(f"r{n}", (n * n) % 977 - 3, (n * 31) % 409, total_messages=float(n)) for n in range(1100))
    ),
}


@fault("every chart over {rooms}", EXACT, "drawn, and no markup from a name")
@pytest.mark.parametrize(("days", "theme"), [(1, LIGHT), (7, DARK), (366, LIGHT)], ids=["day", "week", "year"])
@pytest.mark.parametrize("rooms", AWKWARD)
def test_every_figure_can_be_drawn(rooms, days, theme):
    for name, info in every_info(AWKWARD[rooms], long_context(days)).items():
        drawn = draw(name, info, theme)
        # No page waits for this check of Plotly's.
        assert json.loads(go.Figure(drawn.to_dict()).to_json()) == json.loads(drawn.to_json())
        if name in REPORTED:
            canvas = info.drawn(theme)
            plain = json.loads(json.dumps([canvas.traces, canvas.layout], allow_nan=False))
            assert plain[0] == json.loads(drawn.to_json())["data"], name
        assert info.title
        assert "2 rooms left out" in info.subtitle
        assert drawn.layout.paper_bgcolor == theme.paper
        assert drawn.layout.height > 60
        for text in texts_of(drawn.to_plotly_json()):
            if (name, text) == ("heat", "%{y}<br>%{text}"):
                # Ours, and it takes what it puts in as it is.
                continue
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


@fault("two rooms of one name", EXACT, "a bar for each")
def test_two_rooms_of_the_same_name_keep_their_own_bars():
    rooms = rooms_table(room("general", 5, 3), room("general", 4, 9))
    bars = figures.top_rooms(rooms, CONTEXT).figure(LIGHT).data[0]
    assert (list(bars.x), list(bars.y)) == ([5, 4], [0, 1])
    bars = figures.movers(rooms, CONTEXT).figure(LIGHT).data[0]
    assert (list(bars.x), list(bars.y)) == ([2, -5], [0, 1])


def test_a_long_name_is_short_beside_its_bar_and_whole_when_pointed_at():
    rooms = rooms_table(room("incident-2026-11-08-database-failover-postmortem", 5))
    name = figures.top_rooms(rooms, CONTEXT).figure(LIGHT).layout.annotations[0]
    assert name.text == "#incident-20…-postmortem"
    assert name.hovertext.startswith("<b>#incident-2026-11-08-database-failover-postmortem</b>")


def test_different_rooms_never_have_the_same_name_beside_their_bars():
    start, end = "#release-notes-of-", "-for-the-whole-company"
    written = frame.axis_names([f"{start}spring{end}", f"{start}autumn{end}", "#general", f"{start}spring{end}"])
    assert written == ["#release-notes-of-sprin…", "#release-notes-of-autum…", "#general", written[0]]
    deep = frame.axis_names([f"#{'x' * 60}{year}{'y' * 60}" for year in (2025, 2026)])
    assert deep[0] != deep[1]
    assert all("2025" in deep[0] and frame.text_width(name, frame.TEXT) <= frame.LONGEST_NAME for name in deep)


def test_a_tick_has_no_rim_that_would_cut_its_bar_into_pieces():
    rooms = rooms_table(room("large", 50, 40), room("small", 20, 30), room("fresh", 9))
    _, ticks = figures.top_rooms(rooms, CONTEXT).figure(LIGHT).data
    assert list(ticks.x) == [40, 40, None, 30, 30, None]
    assert ticks.line.color == LIGHT.ink


def test_a_bar_that_towers_over_the_others_is_broken_with_its_numbers_written():
    rooms = rooms_table(room("feed", 5000, 6000), room("large", 100, 80), room("small", 50, 60))
    info = figures.top_rooms(rooms, CONTEXT)
    bars, breaks, ticks = info.figure(LIGHT).data
    assert list(bars.x) == pytest.approx([130, 100, 50])
    assert breaks.line.color == LIGHT.paper
    assert all(0.8 * 130 < x < 130 for x in breaks.x if x is not None)
    # The tick of the feed is beyond the chart, so what it would say is written.
    assert [x for x in ticks.x if x is not None] == [80, 80, 60, 60]
    assert bars.text == ("before: 6,000", "", "")
    assert info.figure(LIGHT).layout.yaxis.ticktext == ("5,000", "100", "50")
    assert "broken bar: longer than drawn" in info.subtitle
    assert info.numbers.rows[0][:3] == ("#feed", "5,000", "6,000")


def test_a_broken_bar_of_all_messages_ever_is_told_as_well():
    rooms = rooms_table(
        *(room(name, 0, total_messages=of) for name, of in (("feed", 5000.0), ("a", 100.0), ("b", 50.0)))
    )
    info = figures.busiest_by_total(rooms, CONTEXT)
    assert list(info.figure(LIGHT).data[0].x) == pytest.approx([130, 100, 50])
    assert "broken bar: longer than drawn" in info.subtitle
    assert "broken" not in figures.busiest_by_total(rooms.iloc[1:], CONTEXT).subtitle


@pytest.mark.parametrize(
    ("sizes", "reach"),
    [
        ([300, 100, 90], 130),
        ([900, 800, 100, 90], 130),
        # Nobody towers over a single other one, nor over nothing, and twice as much is no tower.
        ([900, 100], math.inf),
        ([900, 0, 0], math.inf),
        ([200, 100, 90], math.inf),
        ([], math.inf),
    ],
)
def test_bars_are_broken_where_one_or_two_tower_over_the_others(sizes, reach):
    assert frame.cut_at(sizes) == pytest.approx(reach)


def test_changes_to_both_sides_have_one_mark_a_side_and_a_line_at_zero_without_a_number():
    rooms = rooms_table(room("up", 450, 0), room("down", 0, 50))
    axis = figures.movers(rooms, CONTEXT).figure(LIGHT).layout.xaxis
    assert axis.ticktext == ("+400",)
    assert axis.zeroline
    rooms = rooms_table(room("up", 450, 0), room("down", 0, 450))
    assert figures.movers(rooms, CONTEXT).figure(LIGHT).layout.xaxis.ticktext == ("−400", "+400")


def test_names_start_at_the_left_edge_of_the_figure():
    rooms = rooms_table(room("general", 5, 3), room("off-topic", 4, 9))
    for drawn in (
        figures.top_rooms(rooms, CONTEXT).figure(LIGHT),
        figures.movers(rooms, CONTEXT).figure(LIGHT),
    ):
        assert {drawn.layout.margin.l + name.xshift for name in drawn.layout.annotations} == {0}


def test_lines_break_between_words():
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


def test_nothing_of_a_figure_can_be_uploaded():
    assert figures.CONFIG["showSendToCloud"] is False
    assert figures.CONFIG["displaylogo"] is False
    assert figures.CONFIG["displayModeBar"] is False

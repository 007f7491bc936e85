"""All rooms at once: now against before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures import spread
from engagement.figures.frame import text_width
from tests.support.figure_tools import CONTEXT, room, rooms_table


def test_every_room_with_messages_in_either_period_is_a_dot():
    rooms = rooms_table(room("up", 30, 10), room("same", 5, 5), room("down", -2, 7), room("silent", 0, 0))
    assert figures.current_vs_previous(rooms, CONTEXT) == spread.CurrentVsPrevious(
        title="1 room had more messages than the week before, 1 had fewer",
        subtitle="Each dot is a room · up: 9–15 Nov 2026 · across: 2–8 Nov 2026 · "
        "pale: fewer than 10 messages in both · 1 room silent in both left out · chat.example.org",
        dots=(
            spread.Dot("#up", 30, 10),
            spread.Dot("#down", -2, 7, "fell silent"),
            spread.Dot("#same", 5, 5),
        ),
    )


def test_where_no_room_had_more_that_is_what_the_title_says():
    info = figures.current_vs_previous(rooms_table(room("down", 3, 7), room("less", 0, 1)), CONTEXT)
    assert info.title == "No room had more messages than the week before, 2 had fewer"


def test_of_many_rooms_those_with_the_same_counts_share_a_dot_and_the_largest_changes_keep_theirs():
    # 100 rooms that rose by 901 to 1,000 messages, and 900 that all went from 7 to 5.
    rose = [room(f"rose {n}", 901 + n, 0) for n in range(100)]
    rooms = rooms_table(*rose, *(room(f"fell {n:03}", 5, 7) for n in range(900)))
    info = figures.current_vs_previous(rooms, CONTEXT)
    assert [dot.label for dot in info.dots[:2]] == ["#rose 99", "#rose 98"]
    assert [dot.rooms for dot in info.dots] == [*[1] * 100, 900]
    assert info.dots[-1] == spread.Dot("#fell 000", 5, 7, rooms=900)
    assert "several with about the same counts" in info.subtitle
    hover = info.figure(LIGHT).data[0].hovertext[0]
    assert hover.endswith("5, before: 7 (-2)<br>and 899 rooms like it".replace("-", "\u2212"))


def test_however_many_rooms_there_are_every_one_is_in_a_dot_and_dots_are_few():
    rooms = rooms_table(*(room(f"r{number}", number * 37 % 9973, number * 91 % 9871) for number in range(20_000)))
    info = figures.current_vs_previous(rooms, CONTEXT)
    silent = sum(number * 37 % 9973 == 0 and number * 91 % 9871 == 0 for number in range(20_000))
    assert len(info.dots) <= spread.MOST_DOTS
    assert sum(dot.rooms for dot in info.dots) == 20_000 - silent


def test_only_what_is_news_has_a_colour_and_a_triangle_of_its_way():
    rooms = rooms_table(room("up", 30, 10), room("down", 10, 30), room("more", 90, 10))
    told = rooms.assign(
        signal=rooms["name"].map({"up": "rising", "down": "falling", "more": "no clear change"}),
        surprise=rooms["name"].map({"up": 1.0, "down": -1.0, "more": 0.0}),
    )
    info = figures.current_vs_previous(told, CONTEXT)
    assert "triangle: with a signal" in info.subtitle
    looks = {
        (info.dots[trace["customdata"][0]].label, trace["marker"]["symbol"], trace["marker"]["color"])
        for trace in info.drawn(LIGHT).traces
    }
    assert looks == {
        ("#up", "triangle-up", LIGHT.up),
        ("#down", "triangle-down", LIGHT.down),
        ("#more", "circle", LIGHT.muted),
    }
    assert "triangle" not in figures.current_vs_previous(rooms, CONTEXT).subtitle


def test_names_of_dots_do_not_lie_over_each_other():
    near = rooms_table(*(room(f"near-{n}", 1000 + n, 100 + n) for n in range(6)))
    info = figures.current_vs_previous(near, CONTEXT)
    names = [note.text for note in info.figure(LIGHT).layout.annotations if "near" in note.text]
    assert 1 <= len(names) < 6


@pytest.mark.parametrize(("narrow", "wide"), [(False, 430), (False, 1000), (True, 290)])
def test_no_name_of_a_dot_leaves_the_chart_or_meets_another_however_wide_it_is(narrow, wide):
    crowd = [room(f"room-with-a-name-{n}", 3000 - 7 * n, 2400 + 130 * n) for n in range(6)]
    rooms = rooms_table(*crowd, room("gone", 0, 9000), room("fresh", 9000, 0), room("help", 30, 20))
    drawn = figures.current_vs_previous(rooms, CONTEXT).drawn(replace(LIGHT, narrow=narrow))
    low, top = drawn.layout["xaxis"]["range"]
    across, up = ((pixels / (top - low)) for pixels in (wide - drawn.left - 10, 394))
    boxes = []
    for one in drawn.layout["annotations"]:
        if one.get("xref") == "paper":
            continue
        long = text_width(one["text"], 12)
        left = (one["x"] - low) * across + one["xshift"] - {"left": 0, "center": 0.5, "right": 1}[one["xanchor"]] * long
        bottom = (one["y"] - low) * up + one["yshift"] - {"bottom": 0, "middle": 8.5, "top": 17}[one["yanchor"]]
        boxes.append((left, left + long, bottom, bottom + 17))
    assert len(boxes) >= 4
    for number, (left, right, bottom, ceiling) in enumerate(boxes):
        assert left >= 0
        assert right <= (top - low) * across
        assert 0 <= bottom
        assert ceiling <= 394
        for other in boxes[:number]:
            assert right <= other[0] or other[1] <= left or ceiling <= other[2] or other[3] <= bottom

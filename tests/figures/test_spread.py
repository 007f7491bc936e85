"""All rooms at once: now against before, and the share of the busiest."""

from __future__ import annotations

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures import bars, spread
from tests.support.figure_tools import CONTEXT, room, rooms_table


def test_every_room_with_messages_in_either_period_is_a_dot():
    rooms = rooms_table(room("up", 30, 10), room("same", 5, 5), room("down", -2, 7), room("silent", 0, 0))
    assert figures.current_vs_previous(rooms, CONTEXT) == spread.CurrentVsPrevious(
        title="1 room had more messages than the week before, 1 had fewer",
        subtitle="Each dot is a room · up: 9–15 Nov 2026 · across: 2–8 Nov 2026 · "
        "pale: fewer than 10 messages in both · 1 room silent in both left out · chat.example.org",
        points=(
            bars.RoomBar("#up", 30, 10),
            bars.RoomBar("#down", -2, 7, "went quiet"),
            bars.RoomBar("#same", 5, 5),
        ),
    )


def test_many_dots_are_drawn_by_the_graphics_card():
    many = rooms_table(*(room(f"r{number}", number % 50, number % 31) for number in range(1200)))
    few = rooms_table(*(room(f"r{number}", number % 50, number % 31) for number in range(900)))
    kinds = [
        {trace.type for trace in info.figure(LIGHT).data}
        for info in (figures.current_vs_previous(rooms, CONTEXT) for rooms in (many, few))
    ]
    assert kinds == [{"scattergl"}, {"scatter"}]


def test_the_share_of_the_busiest_rooms_adds_up_rank_by_rank():
    rooms = rooms_table(room("a", 50), room("b", 30), room("c", 15), room("d", 5), room("e", 0), room("f", -9))
    info = figures.concentration(rooms, CONTEXT)
    assert info.title == "One of 4 rooms holds 50\u00a0% of the conversation"
    assert info.curve == ((1, 50), (2, 80), (3, 95), (4, 100))
    assert info.figure(LIGHT).data[1].y == (50, 95)


def test_a_long_curve_is_thinned_out_and_keeps_both_ends():
    rooms = rooms_table(*(room(f"r{number}", 1) for number in range(5000)))
    curve = figures.concentration(rooms, CONTEXT).curve
    assert len(curve) <= 401
    assert (curve[0], curve[-1]) == ((1, 0.02), (5000, 100))


def test_names_of_dots_do_not_lie_over_each_other():
    near = rooms_table(*(room(f"near-{n}", 1000 + n, 100 + n) for n in range(6)))
    info = figures.current_vs_previous(near, CONTEXT)
    names = [note.text for note in info.figure(LIGHT).layout.annotations if "near" in note.text]
    assert 1 <= len(names) < 6

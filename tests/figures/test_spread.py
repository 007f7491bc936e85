"""All rooms at once: now against before, and the share of the busiest."""

from __future__ import annotations

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures import spread
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

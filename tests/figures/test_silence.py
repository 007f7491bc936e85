"""Inactive rooms by state and by age."""

from __future__ import annotations

from engagement import figures
from engagement.figures import bars
from tests.support.figure_tools import CONTEXT, room, rooms_table, silent


def test_inactive_rooms_are_grouped_by_state_and_age():
    rooms = rooms_table(
        room("active", 3), silent(8, previous_messages=1), silent(20), silent(30), silent(31),
        silent(90), silent(180), silent(365), silent(366),
        silent(), silent(created="2026-11-10"), silent(last_message_known=False),
    )  # fmt: skip
    info = figures.inactive_states(rooms, CONTEXT)
    assert info.title == "11 of 12 rooms had no message: 1 fell silent, 1 never used"
    assert [(group.name, group.rooms, group.age) for group in info.groups] == [
        ("Fell silent", 1, None),
        ("Dormant up to 30 days", 2, 0),
        ("Dormant 31–90 days", 2, 1),
        ("Dormant 91–180 days", 1, 2),
        ("Dormant 181–365 days", 1, 3),
        ("Dormant over 365 days", 1, 4),
        ("Never used", 1, None),
        ("Unused so far", 1, None),
        ("Last message unknown", 1, None),
    ]
    assert info.inactive == 11


def test_rare_states_are_not_shown_at_zero():
    info = figures.inactive_states(rooms_table(silent(400), room("a", 1)), CONTEXT)
    assert info.title == "1 of 2 rooms had no message"
    assert [group.name for group in info.groups][-1] == "Never used"
    assert sum(group.rooms for group in info.groups) == 1


def test_silence_is_counted_by_age_for_all_rooms_that_ever_spoke():
    rooms = rooms_table(
        room("active", 3), silent(7, previous_messages=1), silent(30), silent(100),
        silent(400), silent(), silent(), silent(created="2026-11-10"), silent(last_message_known=False),
    )  # fmt: skip
    assert figures.silence_age(rooms, CONTEXT) == bars.SilenceAge(
        title="2 of 4 rooms that once had messages have been silent for over 90 days",
        subtitle="Inactive rooms by days since their last message · counted to 15 Nov 2026 · "
        "2 rooms of unknown age left out · chat.example.org",
        columns=(
            bars.Group("up to 30 days", 2, age=0),
            bars.Group("31–90 days", 0, age=1),
            bars.Group("91–180 days", 1, age=2),
            bars.Group("181–365 days", 0, age=3),
            bars.Group("over 365 days", 1, age=4),
            bars.Group("never used", 2),
        ),
    )


def test_rooms_that_all_spoke_leave_nothing_to_draw_about_silence():
    spoke = rooms_table(room("a", 1), room("b", 2))
    for info in (figures.inactive_states(spoke, CONTEXT), figures.silence_age(spoke, CONTEXT)):
        assert info.title == "All 2 rooms had messages"
        assert info.empty == "No room was inactive, 9–15 Nov 2026."

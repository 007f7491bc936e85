"""Inactive rooms by the age of their silence, and which of them fell silent just now."""

from __future__ import annotations

from dataclasses import replace

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures.silence import Group
from engagement.numbers.periods import DAY, Period
from engagement.numbers.rooms import Rules
from tests.support.figure_tools import CONTEXT, WEEK, room, rooms_table, silent


def test_inactive_rooms_are_grouped_by_age_those_that_fell_silent_among_them():
    rooms = rooms_table(
        room("active", 3), silent(8, previous_messages=1), silent(20), silent(30), silent(31),
        silent(90), silent(180), silent(365), silent(366),
        silent(), silent(created="2026-11-10"), silent(last_message_known=False),
    )  # fmt: skip
    info = figures.silence(rooms, CONTEXT)
    assert info.title == "11 of 12 rooms had no message: 1 fell silent, 3 silent for over 90 days, 1 never used"
    assert [(group.name, group.rooms, group.fell_silent, group.age) for group in info.groups] == [
        ("Up to 30 days", 3, 1, 0),
        ("31–90 days", 2, 0, 1),
        ("91–180 days", 1, 0, 2),
        ("181–365 days", 1, 0, 3),
        ("Over 365 days", 1, 0, 4),
        ("Never used", 1, 0, None),
        ("Unused so far", 1, 0, None),
        ("Unknown", 1, 0, None),
    ]
    assert info.inactive == sum(group.rooms for group in info.groups) == 11


def test_no_age_is_shown_that_no_room_can_have_after_so_many_days_without_a_message():
    year = Period(WEEK.end - 365 * DAY, WEEK.end)
    context = replace(CONTEXT, period=year, previous=year.previous)
    ages = [group.name for group in figures.silence(rooms_table(silent(366), silent(20)), context).groups]
    # One that wrote twenty days ago by the directory, and never by the server, is there all the same.
    assert ages == ["Up to 30 days", "Over 365 days"]
    quarter = replace(context, period=Period(WEEK.end - 89 * DAY, WEEK.end))
    ages = [group.name for group in figures.silence(rooms_table(silent(400)), quarter).groups]
    assert ages == ["31–90 days", "91–180 days", "181–365 days", "Over 365 days"]


def test_in_a_period_that_is_not_over_no_room_is_said_to_have_fallen_silent():
    rooms = rooms_table(silent(8, previous_messages=1), silent(400), room("busy", 3))
    info = figures.silence(rooms, replace(CONTEXT, unfinished=True))
    assert info.title == "2 of 3 rooms had no message so far: 1 silent for over 90 days"
    assert "blue: had messages in the week before" in info.subtitle


def test_what_fell_silent_is_drawn_inside_the_bar_of_its_age_and_told_as_a_number():
    rooms = rooms_table(silent(8, previous_messages=1), silent(20), silent(400), silent(), room("busy", 3))
    info = figures.silence(rooms, CONTEXT)
    ages, fell = info.drawn(LIGHT).traces
    assert ages["x"] == [2, 0, 0, 0, 1, 1]
    assert fell["x"] == [1, 0, 0, 0, 0, 0]
    assert (fell["offset"], fell["width"]) == (ages["offset"], ages["width"])
    assert "1 of them fell silent" in ages["hovertext"][0]
    assert "blue: fell silent, had messages in the week before" in info.subtitle
    assert info.numbers.names == ("Silent for", "Rooms", "Share", "Fell silent", "Dormant")
    assert info.numbers.rows[0] == ("Up to 30 days", "2", "50\u00a0%", "1", "1")
    assert info.numbers.rows[-1] == ("Never used", "1", "25\u00a0%", "", "")


def test_only_what_has_no_last_message_is_hatched():
    marker = figures.silence(rooms_table(silent(20), silent()), CONTEXT).drawn(LIGHT).traces[0]["marker"]
    assert marker["pattern"]["shape"] == ["", "", "", "", "", "/"]
    assert marker["color"][:5] == list(LIGHT.silent)


def test_a_room_without_an_age_is_shown_only_where_there_is_one():
    info = figures.silence(rooms_table(silent(400), room("a", 1)), CONTEXT)
    assert info.title == "1 of 2 rooms had no message: 1 silent for over 90 days"
    assert info.groups[-1] == Group("Over 365 days", 1, age=4)
    assert "blue" not in info.subtitle


def test_rooms_that_all_spoke_leave_nothing_to_draw_about_silence():
    info = figures.silence(rooms_table(room("a", 1), room("b", 2)), CONTEXT)
    assert info.title == "All 2 rooms had messages"
    assert info.empty == "No room was inactive, 9–15 Nov 2026."


def test_a_room_that_is_called_inactive_nowhere_is_not_said_to_have_had_messages():
    rooms = rooms_table(room("a", 1), room("kept", 0), rules=Rules(exempt=("kept",)))
    assert figures.silence(rooms, CONTEXT).title == "No room was inactive"

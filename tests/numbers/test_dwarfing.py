"""One room that dwarfs all others: three times the second, and so few members that a machine writes in it."""

from __future__ import annotations

import pytest

from engagement.numbers.rankings import dwarfing
from tests.support.rooms import rooms_table


def room(name: str, messages: int, members: object = 12) -> dict[str, object]:
    return {"name": name, "messages": messages, "members": members}


def test_a_feed_of_few_members_with_three_times_the_messages_of_the_next_room_is_found() -> None:
    found = dwarfing(rooms_table(room("calm", 7), room("general", 100), room("build-feed", 640, 2)))
    assert found is not None
    assert (found.room_id, found.members, found.times) == ("build-feed", 2, 6.4)
    assert found.room["name"].tolist() == ["build-feed"]


@pytest.mark.parametrize(
    ("busiest", "members", "is_found"),
    [(300, 10, True), (299, 10, False), (300, 11, False), (300, 0, True), (300, None, False)],
)
def test_the_borders_are_three_times_the_second_and_ten_members(busiest: int, members: object, is_found: bool) -> None:
    table = rooms_table(room("general", 100), room("feed", busiest, members))
    assert (dwarfing(table) is not None) is is_found


@pytest.mark.parametrize(
    "rooms",
    [
        [],
        [room("alone", 300, 2)],
        [room("alone", 300, 2), room("silent", 0), room("deleted", -4)],
        [room("silent", 0, 2), room("dead", 0, 2)],
        [room("one feed", 300, 2), room("another feed", 200, 2), room("general", 10)],
    ],
)
def test_nothing_is_found_where_there_are_no_bars_to_dwarf_or_two_feeds(rooms: list[dict[str, object]]) -> None:
    assert dwarfing(rooms_table(*rooms)) is None

"""What is known of one room, in words."""

from __future__ import annotations

import math

from engagement.display.facts import facts, per_member
from tests.support.rooms import rooms_table


def test_what_the_directory_tells_of_a_room_in_words() -> None:
    room = rooms_table(
        {"name": "ops", "type": "private", "read_only": True, "owner": "grace", "total_messages": 12345,
         "created": "2025-02-03", "last_message": "2026-11-01", "spoke_from": "2026-11-01", "spoke_to": "2026-11-01"}
    )  # fmt: skip
    assert facts(room) == [
        ("Type", "Private, read-only"),
        ("Owner", "grace"),
        ("Created", "3 Feb 2025"),
        ("Last message", "1 Nov 2026 (14 days before the end of the period)"),
        ("All messages", "12,345"),
        ("State", "dormant"),
    ]


def test_what_is_not_known_is_a_dash_and_never_a_nan() -> None:
    room = rooms_table(
        {"name": "x", "owner": None, "created": None, "members": None, "total_messages": None,
         "last_message_known": False}
    )  # fmt: skip
    told = dict(facts(room))
    assert {told[name] for name in ("Owner", "Created", "Last message", "All messages")} == {"–"}
    assert told["State"] == "silence not known"
    assert math.isnan(per_member(room))


def test_a_room_that_is_nobodys_is_told_from_one_whose_owner_is_not_known() -> None:
    assert dict(facts(rooms_table({"name": "x", "owner": ""})))["Owner"] == "no owner"
    assert dict(facts(rooms_table({"name": "x", "owner": None})))["Owner"] == "–"


def test_a_discussion_is_called_one_and_an_active_room_has_no_state() -> None:
    room = rooms_table({"name": "x", "kind": "discussion", "messages": 3, "members": 12, "archived": True})
    assert dict(facts(room))["Type"] == "Discussion, archived"
    assert "State" not in dict(facts(room))
    assert per_member(room) == 0.25


def test_a_room_without_members_has_no_messages_per_member() -> None:
    assert math.isnan(per_member(rooms_table({"name": "x", "messages": 3, "members": 0})))

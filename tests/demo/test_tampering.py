"""Answers of the demo workspace that contradict themselves, or hold what no room has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engagement.demo.community import RoomSpec
from engagement.demo.tampering import ODD_VALUES, Total, key_twice, odd_value, room_twice, total, unannounced
from tests.support.demo_tools import CHANNELS, SENT, WEEK, Caller, workspaces

THURSDAY = date(2026, 11, 12)


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Ten rooms, of which the n-th had 10 - n messages, in pages of four; ten direct messages besides."""
    rooms = [RoomSpec(f"r{n}") for n in range(10)]
    talks = [RoomSpec(f"d{n}", type="d", usernames=("ada", "ben")) for n in range(10)]
    counts = {room.room_id: {THURSDAY: 10 - n} for n, room in enumerate(rooms)}
    with workspaces() as start:
        yield Caller(start(rooms + talks, counts, page_cap=4, unlimited=False))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("negative", [-11, -11, -11, -11]),
        ("zero", [0, 0, 0, 0]),
        ("fewer than rows", [2, 2, 1, 0]),
        ("rows of the page", [4, 4, 2, 0]),
        ("shrinking", [9, 8, 7, 6]),
        ("one page ahead", [8, 12, 12, 62]),
    ],
)
def test_a_total_can_be_wrong_in_six_ways(caller: Caller, kind: Total, told: list[int]) -> None:
    caller.server.fail_next(CHANNELS, total(kind), times=None)
    pages = [caller.channels(offset=offset) for offset in (0, 4, 8, 12)]
    assert [page["total"] for page in pages] == told
    assert [len(page["channels"]) for page in pages] == [4, 4, 2, 0]
    caller.server.heal()
    assert caller.channels()["total"] == 10


def test_a_total_can_be_wrong_in_every_list(caller: Caller) -> None:
    for route in ("rooms.adminRooms", "channels.list", "im.list.everyone"):
        caller.server.fail_next(route, total("negative"))
        assert caller.get(route).json()["total"] < 0


def test_a_key_can_stand_twice_in_one_object(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, key_twice("r1", "messages", 500))
    assert '"messages":9,"lastWeekMessages":0,"diffFromLastWeek":9,"messages":500}' in caller.get(CHANNELS, **WEEK).text
    caller.server.fail_next(CHANNELS, key_twice("r1", "_id", "other"))
    assert caller.get(CHANNELS, **WEEK).text.count('"_id":"other"') == 1
    caller.server.fail_next(CHANNELS, key_twice(None, "total", 3))
    assert caller.get(CHANNELS, **WEEK).text.endswith('"total":10,"offset":0,"count":4,"success":true,"total":3}')


def test_one_room_can_come_twice_with_different_counts(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, room_twice("r1", messages=500))
    body = caller.channels()
    assert [row["messages"] for row in body["channels"] if row["room"]["_id"] == "r1"] == [9, 500]
    assert (body["count"], body["total"]) == (5, 10)


def test_more_rooms_can_come_than_are_announced(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, unannounced(2), times=None)
    pages = [caller.channels(offset=offset) for offset in (0, 4, 8)]
    seen = [row["room"]["_id"] for page in pages for row in page["channels"]]
    assert (len(set(seen)), {page["total"] for page in pages}) == (12, {10})


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize(
    ("route", "key", "room_id", "field"),
    [
        (CHANNELS, "channels", "r2", "messages"),
        (CHANNELS, "channels", "r2", "name"),
        ("rooms.adminRooms", "rooms", "r2", "usersCount"),
        ("channels.list", "channels", "r2", "lm"),
        ("im.list.everyone", "ims", "d2", "usernames"),
        (SENT, "days", "2026-11-12T00:00:00.000Z", "messages"),
    ],
)
def test_one_field_of_one_room_can_hold_anything(
    caller: Caller, route: str, key: str, room_id: str, field: str, value: object
) -> None:
    def rows() -> dict[str, dict[str, Any]]:
        listed = caller.get(route, **(WEEK if route in (CHANNELS, SENT) else {})).json()[key]
        flat = [{**row, **row.get("room", {})} for row in listed]
        return {row.get("_id", row.get("day")): row for row in flat}

    caller.server.options = replace(caller.server.options, page_cap=100)
    honest = rows()
    caller.server.fail_next(route, odd_value(room_id, field, value))
    odd = rows()
    assert odd[room_id][field] == value
    odd[room_id].pop(field)
    honest[room_id].pop(field, None)
    for row in (odd[room_id], honest[room_id]):
        row.pop("room", None)
    assert odd == honest


def test_a_lone_surrogate_goes_over_the_wire_as_an_escape(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, odd_value("r0", "name", ODD_VALUES["lone surrogate"]))
    assert '"name":"\\ud800"' in caller.get(CHANNELS, **WEEK).text


def test_a_body_can_be_changed_in_any_way(caller: Caller) -> None:
    caller.server.fail_next("permissions.listAll", lambda body: body.pop("update"))
    assert caller.get("permissions.listAll").json() == {"remove": [], "success": True}


def test_a_refusal_is_not_changed(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, total("zero"))
    assert caller.get(CHANNELS).json() == {"success": False, "error": "Match error: Missing key 'start'"}

"""The room directory of the demo workspace."""

from __future__ import annotations

import json
from copy import copy
from datetime import date, datetime
from typing import Any

import pytest

from engagement.demo.community import RoomSpec
from tests.support.demo_tools import TODAY, Caller, Start, refusal

ALL_TYPES = {"types[]": ["c", "p", "d", "discussions", "teams"]}
ROOMS = [
    RoomSpec(
        "open",
        name="general",
        created=datetime(2024, 1, 2, 9),
        updated=datetime(2026, 5, 6, 7),
        last_message=datetime(2026, 11, 10, 8, 30),
        members=12,
        owner="ada",
        default=True,
        topic="News",
        announcement="Hello",
    ),
    RoomSpec("closed", type="p", name="board", archived=True, read_only=True, last_message=date(2026, 11, 11)),
    RoomSpec("two", type="d", usernames=("ada", "ben"), last_message=None),
    RoomSpec("talk", name="x7Kq2mPz9RtYw4LsB", title="What next?", discussion_of="open", last_message=TODAY),
    RoomSpec("crew", type="p", name="crew", team="team1", team_main=True, last_message=None),
    RoomSpec("crew-open", name="crew-open", team="team1"),
    RoomSpec("visitor", type="l", last_message=None),
]


@pytest.fixture
def start(start: Start) -> Start:
    """Starts a workspace of the rooms above, new ones each time."""
    return lambda **options: start([copy(room) for room in ROOMS], {"open": {TODAY: 7}}, **options)


def ids(answer: Any, key: str = "rooms") -> list[str]:
    assert answer.status_code == 200, answer.text
    return [room["_id"] for room in answer.json()[key]]


def test_the_administration_lists_every_room_when_asked_for_every_type(start: Start) -> None:
    answer = Caller(start()).get("rooms.adminRooms", **ALL_TYPES, sort='{"_id":1}')
    assert ids(answer) == ["closed", "crew", "crew-open", "open", "talk", "two"]
    assert {key: answer.json()[key] for key in ("count", "offset", "total", "success")} == {
        "count": 6,
        "offset": 0,
        "total": 6,
        "success": True,
    }


def test_the_administration_leaves_out_discussions_and_teams_unless_asked(start: Start) -> None:
    caller = Caller(start())
    by_id = {"sort": '{"_id":1}'}
    assert ids(caller.get("rooms.adminRooms", **by_id)) == ["closed", "crew-open", "open", "two", "visitor"]
    assert ids(caller.get("rooms.adminRooms", **{"types[]": ["p", "teams"]}, **by_id)) == ["closed", "crew"]
    assert ids(caller.get("rooms.adminRooms", **{"types[]": ["c", "discussions"]}, **by_id)) == [
        "crew-open",
        "open",
        "talk",
    ]


def test_release_three_lists_discussions_alone(start: Start) -> None:
    caller = Caller(start(release=(3, 18)))
    assert ids(caller.get("rooms.adminRooms", **ALL_TYPES)) == ["talk"]
    without = caller.get("rooms.adminRooms", **{"types[]": ["c", "p", "d", "teams"]}, sort='{"_id":1}')
    assert ids(without) == ["closed", "crew", "crew-open", "open", "two"]


def test_the_administration_never_tells_the_last_message(start: Start) -> None:
    answer = Caller(start()).get("rooms.adminRooms", **ALL_TYPES)
    rooms = {room["_id"]: room for room in answer.json()["rooms"]}
    assert rooms["open"] == {
        "_id": "open",
        "t": "c",
        "name": "general",
        "fname": "general",
        "u": {"_id": "user-ada", "username": "ada"},
        "usersCount": 12,
        "msgs": 7,
        "ts": "2024-01-02T09:00:00.000Z",
        "ro": False,
        "default": True,
        "topic": "News",
        "announcement": "Hello",
    }
    assert rooms["closed"]["archived"] is True
    assert rooms["talk"]["prid"] == "open"
    assert rooms["talk"]["fname"] == "What next?"
    assert (rooms["crew"]["teamMain"], rooms["crew"]["teamId"]) == (True, "team1")
    assert "name" not in rooms["two"]
    for room in rooms.values():
        assert not {"lm", "lastMessage", "_updatedAt"} & set(room)


def test_older_administrations_do_not_tell_when_a_room_was_made(start: Start) -> None:
    def told(release: tuple[int, int]) -> bool:
        rooms = Caller(start(release=release)).get("rooms.adminRooms").json()["rooms"]
        return all("ts" in room for room in rooms)

    assert not told((6, 9))
    assert told((6, 10))


def test_rooms_can_be_sorted_by_a_last_message_that_is_not_told(start: Start) -> None:
    caller = Caller(start())
    oldest_first = ["crew", "crew-open", "two", "open", "closed", "talk"]
    assert ids(caller.get("rooms.adminRooms", **ALL_TYPES, sort='{"lm":1,"_id":1}')) == oldest_first
    newest_first = caller.get("rooms.adminRooms", **ALL_TYPES, sort='{"lm":-1,"_id":-1}')
    assert ids(newest_first) == oldest_first[::-1]


def test_a_sort_that_cannot_be_read_is_refused(start: Start) -> None:
    for text in ("lm", '{"lm":"up"}', "[1]"):
        status, body = refusal(Caller(start()).get("rooms.adminRooms", sort=text))
        assert (status, body["errorType"]) == (400, "error-invalid-sort")


def test_newer_administrations_refuse_parameters_they_do_not_know(start: Start) -> None:
    body = {"success": False, "error": "must NOT have additional properties", "errorType": "error-invalid-params"}
    assert refusal(Caller(start()).get("rooms.adminRooms", query="{}")) == (400, body)
    assert Caller(start(release=(7, 5))).get("rooms.adminRooms", query="{}").status_code == 200


def test_lists_hold_whole_documents_with_the_text_of_the_last_message(start: Start) -> None:
    caller = Caller(start())
    channels = {room["_id"]: room for room in caller.get("channels.list").json()["channels"]}
    assert channels["open"]["lm"] == "2026-11-10T08:30:00.000Z"
    assert channels["open"]["_updatedAt"] == "2026-05-06T07:00:00.000Z"
    assert channels["open"]["lastMessage"]["msg"]
    assert channels["open"]["lastMessage"]["u"]["username"] == "ada"
    # A day without an hour is its noon.
    assert caller.get("groups.listAll").json()["groups"][0]["lm"] == "2026-11-11T12:00:00.000Z"
    # Nobody ever wrote here.
    assert not {"lm", "lastMessage"} & set(caller.get("im.list.everyone").json()["ims"][0])


def test_each_list_has_its_own_kind_of_room(start: Start) -> None:
    caller = Caller(start())
    assert set(ids(caller.get("groups.listAll"), "groups")) == {"closed", "crew"}
    assert ids(caller.get("im.list.everyone"), "ims") == ["two"]


def test_channels_of_a_team_are_listed_only_for_those_who_joined(start: Start) -> None:
    server = start()
    for number in range(20):
        server.workspace.add_room(RoomSpec(f"team-room-{number}", team="team1"))
    listed = {name: set(ids(Caller(server, name).get("channels.list"), "channels")) for name in ("admin", "viewer")}
    for rooms in listed.values():
        assert {"open", "talk"} <= rooms
        assert 0 < sum(room.startswith("team-room-") for room in rooms) < 20
    assert listed["admin"] != listed["viewer"]
    everything = ids(Caller(server).get("rooms.adminRooms", **ALL_TYPES, count=100))
    assert sum(room.startswith("team-room-") for room in everything) == 20


def test_whoever_may_not_see_channels_sees_those_joined_at_most(start: Start) -> None:
    server = start()
    for number in range(20):
        server.workspace.add_room(RoomSpec(f"room-{number}"))
    viewer = Caller(server, "viewer")
    before = ids(viewer.get("channels.list", count=0), "channels")
    server.revoke("view-c-room", "user")
    server.grant("view-joined-room", "user")
    after = ids(viewer.get("channels.list", count=0), "channels")
    assert len(after) < len(before)
    assert set(after) < set(before)


def test_a_directory_is_paged(start: Start) -> None:
    server = start(page_cap=2, unlimited=False)
    caller = Caller(server)
    seen = []
    for offset in (0, 2, 4):
        answer = caller.get("rooms.adminRooms", **ALL_TYPES, sort='{"_id":1}', offset=offset, count=100)
        assert (answer.json()["count"], answer.json()["total"]) == (2, 6)
        seen += ids(answer)
    assert seen == ["closed", "crew", "crew-open", "open", "talk", "two"]
    assert ids(caller.get("rooms.adminRooms", **ALL_TYPES, offset=6)) == []


def test_a_directory_without_tie_break_changes_its_order_where_asked_to(start: Start) -> None:
    server = start(shuffle_ties=True)
    for number in range(40):
        server.workspace.add_room(RoomSpec(f"dm-{number}", type="d", usernames=("a", f"b{number}")))
    caller = Caller(server)
    one, other = (ids(caller.get("im.list.everyone", count=0), "ims") for _ in range(2))
    assert one != other
    assert sorted(one) == sorted(other)
    fixed = [ids(caller.get("im.list.everyone", count=0, sort='{"_id":1}'), "ims") for _ in range(2)]
    assert fixed == [sorted(one)] * 2


def test_changes_show_at_once(start: Start) -> None:
    server = start()
    caller = Caller(server)
    assert "open" in ids(caller.get("channels.list"), "channels")
    server.workspace.room("open").title = "Renamed"
    server.workspace.touch()
    titles = {room["_id"]: room["fname"] for room in caller.get("channels.list").json()["channels"]}
    assert titles["open"] == "Renamed"
    server.workspace.remove_room("open")
    assert "open" not in ids(caller.get("channels.list"), "channels")
    assert "open" not in ids(caller.get("rooms.adminRooms", **ALL_TYPES))


def test_answers_are_json_that_names_no_null(start: Start) -> None:
    answer = Caller(start()).get("rooms.adminRooms", **ALL_TYPES)
    assert answer.headers["Content-Type"] == "application/json"
    assert "null" not in answer.text
    assert json.loads(answer.text) == answer.json()

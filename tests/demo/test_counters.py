"""The counters of rooms on a workspace without the Premium module, hour by hour, with deletion and pruning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec
from tests.support.clock import Clock
from tests.support.demo_tools import TODAY, Caller, Start, every_day

YESTERDAY = TODAY - timedelta(days=1)


def counters(server: DemoServer) -> dict[str, int]:
    answer = Caller(server).get("rooms.adminRooms", **{"types[]": ["c", "p", "d", "discussions", "teams"]})
    return {room["_id"]: room["msgs"] for room in answer.json()["rooms"]}


def test_a_counter_holds_what_was_written_until_now_and_the_rest_of_the_day_as_it_goes_on(
    start: Start, clock: Clock
) -> None:
    days = {YESTERDAY: 100, TODAY: 30, TODAY + timedelta(days=1): 1000}
    server = start([RoomSpec("a"), RoomSpec("old", messages_total=50)], {"a": days}, unlicensed=True)
    # It is half past one: six and a half of the fifteen hours are over in which people write.
    assert counters(server) == {"a": 113, "old": 50}
    clock.forward(hours=9)
    assert counters(server)["a"] == 130
    clock.forward(hours=3)
    assert counters(server)["a"] == 130
    clock.forward(days=2)
    assert counters(server)["a"] == 1130


def test_what_is_written_now_is_in_the_counter_at_once_and_what_is_deleted_is_not(start: Start) -> None:
    server = start([RoomSpec("a")], {"a": {YESTERDAY: 100}}, unlicensed=True)
    server.workspace.add("a", TODAY, 5)
    assert counters(server) == {"a": 105}
    server.workspace.purge("a", YESTERDAY, YESTERDAY)
    assert counters(server) == {"a": 5}


def test_what_is_pruned_is_in_no_counter_and_stays_in_what_a_licensed_server_counted(start: Start) -> None:
    rooms = [RoomSpec("a"), RoomSpec("short", keeps=3)]
    days = every_day(date(2026, 11, 9), date(2026, 11, 15))
    server = start(rooms, {"a": days, "short": every_day(date(2026, 11, 1), YESTERDAY)}, unlicensed=True)
    server.workspace.prune("a", date(2026, 11, 14))
    # Of the last three days before today.
    assert counters(server) == {"a": 20, "short": 30}
    licensed = start([RoomSpec("a")], {"a": days})
    licensed.workspace.prune("a", date(2026, 11, 14))
    assert Caller(licensed).counts()["a"] == (70, 0)


def test_a_renamed_room_keeps_its_counter_and_a_deleted_one_is_gone(start: Start) -> None:
    server = start([RoomSpec("a"), RoomSpec("b")], {"a": {YESTERDAY: 7}, "b": {YESTERDAY: 3}}, unlicensed=True)
    server.workspace.room("a").name = "renamed"
    server.workspace.touch()
    server.workspace.remove_room("b")
    assert counters(server) == {"a": 7}


def test_the_counters_of_a_made_up_workspace_grow_by_what_its_rooms_count(clock: Clock) -> None:
    options = Options(rooms=40, today=TODAY, rate_limit=0, timezone="UTC")
    clock.forward(hours=10)
    with (
        DemoServer(options, clock=clock) as licensed,
        DemoServer(replace(options, unlicensed=True), clock=clock) as server,
    ):
        before = counters(server)
        clock.forward(days=7)
        after = counters(server)
        week = {"start": "2026-11-23T09:45:00.000Z", "end": "2026-11-29T08:15:00.000Z"}
        counted = {room: now for room, (now, _) in Caller(licensed).counts(**week).items()}
    # The feed keeps a month of its messages, so that its counter tells little of them.
    [feed] = [room.room_id for room in server.workspace.rooms if room.keeps]
    lasting = before.keys() & after.keys() - {feed}
    assert {room: after[room] - before[room] for room in lasting} == {room: counted.get(room, 0) for room in lasting}
    assert sum(counted[room] for room in lasting & counted.keys()) > 500
    assert after[feed] - before[feed] != counted[feed]

"""What the demo workspace calls a room of which the files tell the title alone, or no name at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.demo import DemoServer, Options
from tests.support.clock import Clock
from tests.support.demo_tools import NOW, TODAY, Caller

ROOMS = """room_id,type,title,usernames
c1,c,Zebra crossing,
c2,c,,
p1,p,Yellow pages,
p2,p,,
d1,d,Ada and friends,ada;ben;cleo
d2,d,,ada;ben
"""
DAILY = "date,room_id,messages\n" + "".join(f"2026-11-12,{room},1\n" for room in ("c1", "c2", "p1", "p2", "d1", "d2"))
NAMES = {
    "c1": "Zebra crossing",
    "c2": "c2",
    "p1": "Yellow pages",
    "p2": "p2",
    "d1": "Ada and friends",
    "d2": None,
}
LISTS = {
    "rooms.adminRooms": "rooms",
    "channels.list": "channels",
    "groups.listAll": "groups",
    "im.list.everyone": "ims",
}


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    (tmp_path / "rooms.csv").write_text(ROOMS, encoding="utf-8")
    (tmp_path / "daily.csv").write_text(DAILY, encoding="utf-8")
    options = Options(data=tmp_path, today=TODAY, rate_limit=0, timezone="UTC")
    with DemoServer(options, clock=Clock(NOW)) as server:
        yield Caller(server)


def test_the_channel_list_names_a_room_by_its_title_and_only_without_one_by_its_id(caller: Caller) -> None:
    rooms = [row["room"] for row in caller.channels(count=0)["channels"]]
    assert {room["_id"]: room.get("name") for room in rooms} == NAMES


@pytest.mark.parametrize("route", LISTS)
def test_every_list_of_the_directory_names_it_so_too(caller: Caller, route: str) -> None:
    rooms = caller.get(route, count=0).json()[LISTS[route]]
    assert rooms
    for room in rooms:
        assert room.get("name") == NAMES[room["_id"]]
        # A direct message has a title only where it is told one.
        assert room.get("fname") == NAMES[room["_id"]]


@pytest.mark.parametrize("field", ["name", "fname"])
def test_rooms_are_sorted_by_what_they_are_called(caller: Caller, field: str) -> None:
    rooms = caller.get("rooms.adminRooms", count=0, sort=f'{{"{field}":1}}').json()["rooms"]
    assert [room["_id"] for room in rooms] == ["d2", "d1", "p1", "c1", "c2", "p2"]


def test_rooms_are_sorted_by_as_many_people_as_they_show(caller: Caller) -> None:
    rooms = caller.get("im.list.everyone", sort='{"usersCount":-1}').json()["ims"]
    assert [(room["_id"], room["usersCount"]) for room in rooms] == [("d1", 3), ("d2", 2)]
    rooms = caller.get("im.list.everyone", sort='{"usersCount":1}').json()["ims"]
    assert [room["_id"] for room in rooms] == ["d2", "d1"]

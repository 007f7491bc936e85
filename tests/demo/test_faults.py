"""What can go wrong on any route of the demo workspace, for a number of calls or for good; and a past that changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import requests

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.faults import Named
from engagement.demo.generated import generate
from tests.support.clock import Clock
from tests.support.demo_tools import CHANNELS, NOW, SENT, TODAY, WEEK, Caller, every_day, workspaces

MONDAY, SUNDAY = date(2026, 11, 9), date(2026, 11, 15)
ROUTES = [
    "me",
    "permissions.listAll",
    CHANNELS,
    SENT,
    "rooms.adminRooms",
    "channels.list",
    "groups.listAll",
    "im.list.everyone",
]


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Two rooms with ten messages a day."""
    days = every_day(date(2026, 11, 1), TODAY)
    with workspaces() as start:
        yield Caller(start([RoomSpec("a"), RoomSpec("b", type="p")], {"a": days, "b": days}))


def told(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers["Content-Type"].partition(";")[0]


@pytest.mark.parametrize("route", ROUTES)
def test_any_route_can_fail_for_good_until_it_is_healed(caller: Caller, route: str) -> None:
    asked = WEEK if route in (CHANNELS, SENT) else {}
    caller.server.fail_next(route, "500", times=None)
    assert [caller.get(route, **asked).status_code for _ in range(3)] == [500, 500, 500]
    caller.server.heal()
    assert caller.get(route, **asked).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        ("401", 401, "application/json"),
        ("403", 403, "application/json"),
        ("404", 404, "text/plain"),
        ("500", 500, "application/json"),
        ("502", 502, "text/html"),
        ("gate-401", 401, "text/html"),
        ("gate-403", 403, "text/html"),
        ("html", 200, "text/html"),
        ("nonsense", 200, "application/json"),
    ],
)
def test_a_fault_has_the_status_and_the_content_of_the_real_thing(
    caller: Caller, fault: Named, status: int, content: str
) -> None:
    caller.server.fail_next("groups.listAll", fault)
    assert told(caller.get("groups.listAll")) == (status, content)
    assert told(caller.get("groups.listAll")) == (200, "application/json")


def test_nonsense_is_json_that_answers_something_else(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, "nonsense")
    assert caller.get(CHANNELS, **WEEK).json() == {"weather": "fine"}


def test_a_gate_asks_for_basic_authentication_and_is_not_the_workspace(caller: Caller) -> None:
    caller.server.fail_next("me", "gate-401")
    answer = caller.get("me")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Restricted"'
    assert "Rocket.Chat" not in answer.text


def test_the_version_can_be_closed_to_everybody(caller: Caller) -> None:
    faults: tuple[Named, ...] = ("401", "403")
    for fault in faults:
        caller.server.fail_next("/api/info", fault, times=None)
        assert requests.get(f"{caller.server.url}/api/info", timeout=10).status_code == int(fault)
        caller.server.heal()


def test_a_fault_can_wait_until_some_calls_went_well(caller: Caller) -> None:
    caller.server.fail_next(CHANNELS, "html", after=2)
    assert [told(caller.get(CHANNELS, **WEEK))[1] for _ in range(4)] == [
        "application/json",
        "application/json",
        "text/html",
        "application/json",
    ]


@pytest.mark.parametrize(("fault", "reset"), [("429", 60), ("429-past", -60), ("429-far", 86_400)])
def test_a_limit_can_end_in_a_minute_in_the_past_or_far_in_the_future(caller: Caller, fault: Named, reset: int) -> None:
    caller.server.fail_next("me", fault)
    answer = caller.get("me")
    assert answer.status_code == 429
    assert int(answer.headers["X-RateLimit-Reset"]) == round((NOW + reset) * 1000)
    assert f"You must wait {max(reset, 0)} seconds" in answer.json()["error"]


def test_days_can_be_left_uncounted_for_all_rooms(caller: Caller) -> None:
    workspace = caller.server.workspace
    workspace.add("a", date(2026, 11, 11), 5)
    spoken = workspace.room("a").last_message
    workspace.stop_counting(date(2026, 11, 10), date(2026, 11, 12))
    assert caller.counts() == {"a": (40, 70), "b": (40, 70)}
    days = [
        row["day"][8:10] for row in caller.get(SENT, start="2026-11-07T00:00:00.000Z", end=WEEK["end"]).json()["days"]
    ]
    assert days == ["15", "14", "13", "09", "08", "07"]
    assert workspace.room("a").last_message == spoken
    workspace.add("a", date(2026, 11, 11), 3)
    assert caller.counts()["a"] == (43, 70)


def test_uncounted_days_stay_so_when_a_room_is_made_and_when_the_day_changes() -> None:
    clock = Clock(NOW)
    with DemoServer(Options(rooms=60, rate_limit=0, timezone="UTC"), clock=clock) as server:
        caller = Caller(server)
        assert any(messages for messages, _ in caller.counts(count=0).values())
        server.workspace.stop_counting(MONDAY, SUNDAY)
        server.workspace.add_room(RoomSpec("late"))
        clock.now += 86_400
        assert {messages for messages, _ in caller.counts(count=0).values()} == {0}


def test_a_purge_takes_back_what_past_days_counted(caller: Caller) -> None:
    caller.server.workspace.purge("a", date(2026, 11, 8), date(2026, 11, 10))
    assert caller.counts() == {"a": (50, 60), "b": (70, 70)}
    sent = caller.get(SENT, start="2026-11-10T00:00:00.000Z", end="2026-11-11T00:00:00.000Z").json()["days"]
    assert [row["messages"] for row in sent] == [20, 10]
    # Days that count nothing are days that were counted.
    caller.server.workspace.purge("a", date(2026, 11, 1), TODAY)
    assert caller.counts()["a"] == (0, 0)
    with pytest.raises(KeyError):
        caller.server.workspace.purge("nowhere", MONDAY, SUNDAY)


def test_another_community_can_take_the_address_without_an_id(caller: Caller) -> None:
    assert set(caller.counts()) == {"a", "b"}
    assert len(caller.get("rooms.adminRooms").json()["rooms"]) == 2
    caller.server.swap(community([RoomSpec("other")], {"other": {SUNDAY: 3}}))
    # Of the tokens that the one before had issued the other knows nothing.
    assert caller.get("me").status_code == 401
    caller = Caller(caller.server)
    assert caller.counts() == {"other": (3, 0)}
    assert [room["_id"] for room in caller.get("rooms.adminRooms").json()["rooms"]] == ["other"]
    caller.server.swap(generate(20, 5, TODAY))
    assert "GENERAL" in Caller(caller.server).counts(count=0)
    assert "cloudWorkspaceId" not in requests.get(f"{caller.server.url}/api/info", timeout=10).json()


def test_two_administrators_see_the_last_messages_of_different_team_channels(caller: Caller) -> None:
    server = caller.server
    for number in range(20):
        server.workspace.add_room(RoomSpec(f"team-{number}", team="team1", last_message=SUNDAY))
    server.grant("view-room-administration", "user")

    def seen(username: str) -> tuple[set[str], list[str]]:
        asked = Caller(server, username)
        told = {room["_id"] for room in asked.get("channels.list", count=0).json()["channels"] if "lm" in room}
        rooms = asked.get("rooms.adminRooms", count=0, sort='{"lm":-1,"_id":1}').json()["rooms"]
        assert not any("lm" in room for room in rooms)
        return told, [room["_id"] for room in rooms]

    (one, in_order), (other, also_in_order) = seen("admin"), seen("viewer")
    assert one != other
    # The order of last messages, which are not shown, is the same for both.
    assert in_order == also_in_order
    assert in_order[:2] == ["a", "b"]

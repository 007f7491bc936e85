"""The channel list of the demo workspace: its three behaviours, its pages, and what may change while it is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from tests.support.clock import Clock
from tests.support.demo_tools import CHANNELS, NOW, SENT, TODAY, WEEK, Caller, Start, every_day, refusal

THURSDAY = date(2026, 11, 12)
THE_WEEK_BEFORE = date(2026, 11, 5)
HIDE = {"hideRoomsWithNoActivity": "true"}


def every_kind(start: Start, **options: object) -> Caller:
    """Active, silent, before, direct, livechat, and one whose messages were deleted again."""
    rooms = [
        RoomSpec("active"),
        RoomSpec("silent", last_message=None),
        RoomSpec("before", type="p"),
        RoomSpec("direct", type="d", usernames=("ada", "ben")),
        RoomSpec("visitor", type="l"),
        RoomSpec("undone"),
        RoomSpec("long-ago"),
    ]
    counts = {
        "active": {THURSDAY: 5},
        "before": {THE_WEEK_BEFORE: 4},
        "direct": {THURSDAY: 9},
        "undone": {THURSDAY: 0},
        "long-ago": {date(2026, 3, 3): 50},
    }
    return Caller(start(rooms, counts, **options))


@pytest.mark.parametrize("release", [(3, 18), (6, 5), (6, 10)])
def test_old_releases_list_every_room_of_every_type(start: Start, release: tuple[int, int]) -> None:
    caller = every_kind(start, release=release)
    assert caller.counts() == {
        "direct": (9, 0),
        "active": (5, 0),
        "silent": (0, 0),
        "before": (0, 4),
        "visitor": (0, 0),
        "undone": (0, 0),
        "long-ago": (0, 0),
    }
    assert caller.channels(**HIDE)["total"] == 7


@pytest.mark.parametrize("release", [(6, 11), (7, 10)])
def test_releases_between_hide_silent_rooms_only_when_told_to(start: Start, release: tuple[int, int]) -> None:
    caller = every_kind(start, release=release)
    for hide in ({}, {"hideRoomsWithNoActivity": "false"}, {"hideRoomsWithNoActivity": "1"}):
        assert set(caller.counts(**hide)) == {"direct", "active", "silent", "before", "undone", "long-ago"}
        assert caller.channels(**hide)["total"] == 6
    assert set(caller.counts(**HIDE)) == {"direct", "active", "before", "undone"}
    assert caller.channels(**HIDE)["total"] == 4


@pytest.mark.parametrize("release", [(8, 0), (8, 4), (9, 0)])
def test_new_releases_leave_silent_rooms_out(start: Start, release: tuple[int, int]) -> None:
    caller = every_kind(start, release=release)
    expected = {"direct": (9, 0), "active": (5, 0), "before": (0, 4), "undone": (0, 0)}
    for hide in ({}, HIDE, {"hideRoomsWithNoActivity": "false"}):
        assert caller.counts(**hide) == expected
    assert caller.channels()["total"] == 4


def test_only_the_releases_between_announce_that_the_parameter_is_missing(start: Start) -> None:
    def announced(release: tuple[int, int], **query: str) -> set[str]:
        headers = every_kind(start, release=release).get(CHANNELS, **WEEK, **query).headers
        return {name.lower() for name in headers if name.lower().startswith("x-deprecation")}

    told = {"x-deprecation-type", "x-deprecation-message", "x-deprecation-version"}
    assert announced((7, 5)) == told
    assert announced((7, 5), hideRoomsWithNoActivity="false") == set()
    assert announced((6, 5)) == announced((8, 4)) == set()


def test_a_row_says_who_the_room_is_and_no_more(start: Start) -> None:
    rooms = [
        RoomSpec(
            "r1", name="general", title="General", created=date(2024, 1, 2), updated=date(2025, 3, 4), owner="ada"
        ),
        RoomSpec("r2", type="d", usernames=("ada", "ben"), created=date(2024, 1, 2)),
        RoomSpec("r3", type="p", name="x7Kq2mPz9RtYw4LsB", title="What next?", discussion_of="r1"),
    ]
    counts = {"r1": {THURSDAY: 3}, "r2": {THURSDAY: 2}, "r3": {THURSDAY: -1}}
    body = Caller(start(rooms, counts)).channels()
    moments = {"ts": "2024-01-02T12:00:00.000Z", "_updatedAt": "2024-01-02T12:00:00.000Z"}
    spoken = {"ts": "2026-11-12T12:00:00.000Z", "_updatedAt": "2026-11-12T12:00:00.000Z"}
    general = {"_id": "r1", "name": "general", "t": "c", **moments, "_updatedAt": "2025-03-04T12:00:00.000Z"}
    assert body == {
        "channels": [
            {"room": general, "messages": 3, "lastWeekMessages": 0, "diffFromLastWeek": 3},
            {
                "room": {"_id": "r2", "t": "d", **moments, "usernames": ["ada", "ben"]},
                "messages": 2,
                "lastWeekMessages": 0,
                "diffFromLastWeek": 2,
            },
            {
                "room": {"_id": "r3", "name": "x7Kq2mPz9RtYw4LsB", "t": "p", **spoken},
                "messages": -1,
                "lastWeekMessages": 0,
                "diffFromLastWeek": -1,
            },
        ],
        "total": 3,
        "offset": 0,
        "count": 3,
        "success": True,
    }


def many(start: Start, **options: object) -> Caller:
    """One hundred and twenty rooms, of which each three have the same count."""
    rooms = [RoomSpec(f"room-{n:03d}") for n in range(120)]
    counts = {room.room_id: {THURSDAY: 1 + n // 3} for n, room in enumerate(rooms)}
    return Caller(start(rooms, counts, **options))


def test_a_page_holds_fifty_rows_unless_told_otherwise_and_no_more_than_the_cap(
    start: Start,
) -> None:
    caller = many(start)

    def asked(**query: int) -> tuple[int, int, int]:
        body = caller.channels(**query)
        assert body["count"] == len(body["channels"])
        return body["count"], body["offset"], body["total"]

    assert asked() == (50, 0, 120)
    assert asked(count=7, offset=5) == (7, 5, 120)
    assert asked(count=500) == (100, 0, 120)
    assert asked(count=100, offset=100) == (20, 100, 120)
    assert asked(offset=120) == (0, 120, 120)
    assert asked(count=0) == (120, 0, 120)
    assert asked(count=0, offset=50) == (70, 50, 120)


def test_everything_at_once_is_fifty_rows_where_it_is_not_allowed(start: Start) -> None:
    assert many(start, unlimited=False).channels(count=0)["count"] == 50
    small = many(start, unlimited=False, page_cap=25)
    assert [small.channels(**query)["count"] for query in ({"count": 0}, {}, {"count": 100})] == [25, 25, 25]


def test_a_negative_page_is_refused(start: Start) -> None:
    assert refusal(many(start).get(CHANNELS, **WEEK, count=-1))[0] == 400


def test_rows_come_by_messages_and_stay_in_one_order(start: Start) -> None:
    caller = many(start)
    rows = caller.channels(count=0)["channels"]
    messages = [row["messages"] for row in rows]
    assert messages == sorted(messages, reverse=True)
    pages = [caller.channels(count=50, offset=offset)["channels"] for offset in (0, 50, 100)]
    assert [row["room"]["_id"] for page in pages for row in page] == [row["room"]["_id"] for row in rows]


def test_without_a_tie_break_pages_repeat_and_skip_rooms(start: Start) -> None:
    rooms = [RoomSpec(f"room-{n:03d}") for n in range(120)]
    caller = Caller(start(rooms, {room.room_id: {THURSDAY: 1} for room in rooms}, shuffle_ties=True))
    pages = [caller.channels(count=50, offset=offset)["channels"] for offset in (0, 50, 100)]
    seen = Counter(row["room"]["_id"] for page in pages for row in page)
    assert seen.total() == 120
    # That three independent orders meet without a repetition has a chance of about 1 in 10**60.
    assert len(seen) < 120
    messages = [row["messages"] for row in many(start, shuffle_ties=True).channels(count=0)["channels"]]
    assert messages == sorted(messages, reverse=True)


def test_a_deleted_room_vanishes_from_the_list_and_stays_in_the_totals(start: Start) -> None:
    server = start([RoomSpec("a"), RoomSpec("b")], {"a": {THURSDAY: 5}, "b": {THURSDAY: 3}})
    caller = Caller(server)
    server.workspace.remove_room("a")
    assert caller.counts() == {"b": (3, 0)}
    assert caller.channels()["total"] == 1
    assert caller.get(SENT, **WEEK).json()["days"] == [{"day": "2026-11-12T00:00:00.000Z", "messages": 8}]


def test_counts_and_rooms_can_change_between_two_pages(start: Start) -> None:
    caller = many(start)
    server = caller.server
    asked: list[int] = []

    def change() -> None:
        asked.append(1)
        if len(asked) == 2:
            server.workspace.add("room-000", THURSDAY, 1000)
            server.workspace.remove_room("room-119")
            server.workspace.add_room(RoomSpec("late"))
            server.workspace.add("late", THURSDAY, 2000)
            server.options = replace(server.options, page_cap=10)

    server.on_page = change
    first, second = caller.channels(), caller.channels()
    assert len(asked) == 2
    assert (first["channels"][0]["room"]["_id"], first["count"]) == ("room-117", 50)
    assert [row["room"]["_id"] for row in second["channels"]][:2] == ["late", "room-000"]
    assert (second["count"], second["total"]) == (10, 120)
    assert "room-119" not in caller.counts(count=0)


def test_what_is_added_can_be_negative_and_moves_the_last_message_only_forward(
    start: Start,
) -> None:
    server = start([RoomSpec("a")], {"a": {THURSDAY: 5}})
    caller = Caller(server)
    server.workspace.add("a", THURSDAY, -7)
    server.workspace.add("a", THE_WEEK_BEFORE, 2)
    assert caller.counts() == {"a": (-2, 2)}
    assert caller.get("channels.list").json()["channels"][0]["lm"].startswith("2026-11-12T")
    server.workspace.add("a", TODAY, 1)
    assert caller.get("channels.list").json()["channels"][0]["lm"] == "2026-11-22T12:00:00.000Z"
    with pytest.raises(KeyError):
        server.workspace.add("nowhere", TODAY, 1)


def test_generated_livechat_rooms_are_listed_by_old_releases_alone() -> None:
    def types(release: tuple[int, int]) -> set[str]:
        with DemoServer(Options(rooms=30, release=release, rate_limit=0), clock=Clock(NOW)) as server:
            return {row["room"]["t"] for row in Caller(server).channels(count=0)["channels"]}

    assert "l" in types((6, 10))
    assert "l" not in types((6, 11)) | types((8, 4))


def test_a_whole_workspace_agrees_with_its_own_counts() -> None:
    with DemoServer(Options(rooms=200, seed=3, rate_limit=0), clock=Clock(NOW)) as server:
        listed = Caller(server).counts(count=0)
        made = server.workspace.community
        first, last = date(2026, 11, 9), date(2026, 11, 15)
        for room in made.rooms:
            daily = made.daily(room.room_id)
            now = sum(n for day, n in daily.items() if first <= day <= last)
            before = sum(n for day, n in daily.items() if first - timedelta(days=7) <= day < first)
            known = listed.get(room.room_id, (0, 0))
            assert known == (now, before) or room.room_id in made.gone
        assert not set(listed) & made.gone
        assert len(listed) > 20


def test_every_day_of_a_long_window_is_counted() -> None:
    counts = {"a": every_day(date(2025, 1, 1), TODAY)}
    with DemoServer(Options(rate_limit=0), clock=Clock(NOW), community=community([RoomSpec("a")], counts)) as server:
        year = {"start": "2025-11-01T09:45:00.000Z", "end": "2026-10-31T08:15:00.000Z"}
        assert Caller(server).counts(**year) == {"a": (3650, 3040)}

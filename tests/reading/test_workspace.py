"""The whole way from a server of any release to one table: the same rooms, counts and silences everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.errors import NoPermission
from engagement.numbers.periods import Period, Way, windows
from engagement.numbers.rooms import Activity
from engagement.reading.directory import PRIVATE_UNKNOWN_NOTE
from engagement.reading.facts import COUNTING_NOTE
from tests.support.api_tools import client_of
from tests.support.asking import ask
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, fault

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace", seen="reading")

TODAY = date(2026, 11, 22)
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
RELEASES = [(6, 5), (7, 5), (8, 4), (9, 0)]
AWKWARD = {"unlimited": False, "page_cap": 100, "shuffle_ties": True}


def options(rooms: int, release: tuple[int, int] = (8, 4), **more: object) -> Options:
    return Options(rooms=rooms, release=release, today=TODAY, rate_limit=0, timezone="UTC", **more)


def comparable(activity: Activity) -> pd.DataFrame:
    """What must not depend on the release or on how pages are cut.

    When a room was created does, and so whether it is unused so far or unknown: before 6.10 the administration's list
    does not say it of silent team channels.
    """
    rooms = activity.rooms.sort_values("room_id", ignore_index=True).drop(columns=["created"])
    return rooms.assign(state=rooms["state"].replace("unused so far", "unknown"))


@fault(
    lambda flags: f"four releases with answers of their own, {'ties shuffled in pages' if flags else 'at once'}",
    EXACT,
    "one table",
    kind="Contradictory answers",
)
@pytest.mark.parametrize("rooms", [20, 250])
@pytest.mark.parametrize("flags", [{}, AWKWARD], ids=["at once", "page by page"])
def test_every_release_gives_the_same_rooms_counts_and_silences(rooms: int, flags: dict[str, object]) -> None:
    tables = []
    for release in RELEASES:
        with DemoServer(options(rooms, release, **flags), clock=Clock()) as server:
            _, activity = ask(server, WEEK)
        assert activity.receipt.complete, activity.receipt.notes
        assert activity.release == f"{release[0]}.{release[1]}"
        tables.append(comparable(activity))
    assert len(tables[0]) > rooms * 0.8
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


def test_five_thousand_rooms_page_by_page_are_the_same_as_at_once() -> None:
    with DemoServer(options(5000), clock=Clock()) as server:
        _, at_once = ask(server, WEEK)
    for release in RELEASES:
        with DemoServer(options(5000, release, **AWKWARD), clock=Clock()) as server:
            _, paged = ask(server, WEEK)
        assert paged.receipt.complete, paged.receipt.notes
        pd.testing.assert_frame_equal(comparable(paged), comparable(at_once))


def test_the_receipt_has_every_list_that_was_read_the_directory_included() -> None:
    with DemoServer(options(250, **AWKWARD), clock=Clock()) as server:
        _, activity = ask(server, WEEK)
        asked = {
            name: server.count(f"/{name}")
            for name in (
                "engagement-dashboard/channels/list",
                "engagement-dashboard/messages/messages-sent",
                "rooms.adminRooms",
                "channels.list",
                "groups.listAll",
                "im.list.everyone",
            )
        }
    assert all(asked.values())
    assert activity.receipt.calls == sum(asked.values())
    assert activity.receipt.pages == sum(asked.values()) - asked["engagement-dashboard/messages/messages-sent"]


def test_the_receipt_tells_how_long_the_rate_limit_made_the_reading_wait() -> None:
    clock = Clock(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
    with DemoServer(replace(options(250, **AWKWARD), rate_limit=1), clock=clock) as server:
        counts = client_of(server, clock).channel_counts(windows(WEEK, timedelta(0))[0], every_room=False)
    assert clock.slept
    assert counts.receipt.waited == timedelta(seconds=sum(clock.slept))


@fault("who may not list all rooms", NOTED, "every active room; what is missing is said")
def test_who_may_not_see_all_rooms_is_told_what_is_missing_and_sees_every_active_room() -> None:
    with DemoServer(options(250), clock=Clock()) as server:
        _, all_of_it = ask(server, WEEK)
        _, some = ask(server, WEEK, "analyst")
    assert PRIVATE_UNKNOWN_NOTE in some.receipt.notes
    assert PRIVATE_UNKNOWN_NOTE not in all_of_it.receipt.notes
    seen, everything = some.rooms.set_index("room_id"), all_of_it.rooms.set_index("room_id")
    assert set(seen.index) <= set(everything.index)
    pd.testing.assert_series_equal(
        seen["messages"].sort_index(), everything["messages"].loc[seen.index].sort_index(), check_index=False
    )
    missing = everything.drop(index=seen.index)
    assert len(missing)
    assert set(missing["state"]) <= {"never used", "unused so far", "dormant", "unknown"}
    assert not missing["last_message"].ge(pd.Timestamp("2024-12-01")).any()
    assert (missing["messages"].eq(0) & missing["previous_messages"].eq(0)).all()
    private = seen[seen["type"] != "channel"]
    assert len(private)
    # Nothing of the private directory: no owner, no members, no date of a last message.
    assert private["owner"].isna().all()
    assert private["members"].isna().all()
    assert private["last_message"].isna().all()


@fault("an account without the permission", SAID, "the permission is named")
def test_an_account_without_the_permission_is_refused_by_name() -> None:
    with (
        DemoServer(options(20), clock=Clock()) as server,
        pytest.raises(NoPermission, match="view-engagement-dashboard"),
    ):
        ask(server, WEEK, "viewer")


@fault("no Premium module", NOTED, "no counts; silence by the directory")
@pytest.mark.parametrize("release", [(6, 5), (8, 4)])
def test_without_the_premium_module_the_directory_still_tells_who_is_silent(release: tuple[int, int]) -> None:
    with DemoServer(options(60, release, unlicensed=True), clock=Clock()) as server:
        facts, activity = ask(server, WEEK)
    assert not facts.counted
    assert not activity.counted
    assert not activity.no_data
    assert activity.rooms["total_messages"].max() > 0
    assert set(activity.rooms["state"]) >= {"dormant"}


@fault("a build that begins its windows too late", NOTED, "every room is right; a note", kind="Counting and zones")
def test_a_build_whose_windows_begin_too_late_is_found_said_and_read_in_blocks() -> None:
    with DemoServer(options(120), clock=Clock()) as server:
        _, right = ask(server, WEEK)
    with DemoServer(options(120, counting="swapped"), clock=Clock()) as server:
        facts, activity = ask(server, WEEK)
    assert facts.way is Way.SWAPPED
    assert COUNTING_NOTE in activity.receipt.notes
    pd.testing.assert_frame_equal(comparable(activity), comparable(right))


def test_messages_per_day_of_the_server_are_no_fewer_than_those_of_the_rooms() -> None:
    with DemoServer(options(120), clock=Clock()) as server:
        _, activity = ask(server, WEEK)
    now = activity.daily[pd.Timestamp(WEEK.start) : pd.Timestamp(WEEK.end)]  # type: ignore[misc]
    assert len(now) == 7
    # They also hold rooms that were deleted since, and rooms of other types.
    assert now.sum() >= activity.rooms["messages"].sum()
    assert now.sum() <= activity.rooms["messages"].sum() * 1.2

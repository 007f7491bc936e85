"""What a list, the daily totals, the permissions or the release cost when they cannot be read: never the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from engagement.api.client import Client
from engagement.demo import DemoServer, Options
from engagement.demo.community import Community, RoomSpec, community
from engagement.demo.tampering import ODD_VALUES, odd_value, room_twice, total
from engagement.errors import NoPermission
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.reading.directory import RIGHTS_UNREAD_NOTE
from engagement.reading.facts import DAYS_NOTE, RELEASE_NOTE
from engagement.reading.jobs import Jobs
from engagement.reading.rights import admit
from engagement.reading.workspace import Reader
from tests.support.asking import checked_archive, reader_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, WAITED, fault, switch

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace", seen="reading")

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp()
LIST, DAYS = "channels/list", "messages/messages-sent"
FAULTS = ["500", "403", "html", "nonsense", "garbage", "gate-403"]


def small() -> Community:
    days = [date(2026, 10, 5) + n * timedelta(days=1) for n in range(44)]
    rooms = [
        RoomSpec("busy", name="busy", last_message=date(2026, 11, 17)),
        RoomSpec("calm", name="calm", type="p", last_message=date(2026, 11, 17)),
        RoomSpec("still", name="still", last_message=date(2026, 3, 1)),
    ]
    return community(rooms, {"busy": dict.fromkeys(days, 10), "calm": dict.fromkeys(days, 2)})


def workspace(**more: Any) -> DemoServer:
    return DemoServer(Options(timezone="UTC", rate_limit=0, **more), clock=Clock(NOON), community=small())


def reader(server: DemoServer, user: str = "admin", *, later: float = 0) -> Reader:
    """A reader whose pauses take no time, some seconds ``later`` than noon."""
    clock = Clock(NOON + later)
    return reader_of(server, user, now=clock.moment, archive=checked_archive(server), sleep=clock.sleep)


def activity(one: Reader) -> Activity:
    return one.activity(one.facts().result(60), WEEK).result(60)


def figures(found: Activity) -> dict[str, tuple[int, int]]:
    rows = found.rooms[["room_id", "messages", "previous_messages"]].itertuples(index=False)
    return {room_id: (now, before) for room_id, now, before in rows}


RIGHT = {"busy": (70, 70), "calm": (14, 14), "still": (0, 0)}


@fault(lambda fault: f"messages-sent: {switch(fault)}", NOTED, "the counts stand, days are not known; a note")
@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_daily_totals_the_figures_stand_and_days_are_not_known(fault: Any) -> None:
    with workspace() as server:
        server.fail_next(DAYS, fault, times=None)
        found = activity(reader(server))
    assert figures(found) == RIGHT
    assert found.counted
    assert found.daily.empty
    assert not found.receipt.complete
    assert DAYS_NOTE in found.receipt.notes


@fault(lambda route, fault: f"{route}: {switch(fault)}", NOTED, "what only this list tells is unknown; a note")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("route", ["rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone"])
def test_without_one_list_of_the_directory_the_figures_stand(route: str, fault: Any) -> None:
    with workspace() as server:
        one = reader(server)
        server.fail_next("/" + route, fault, times=None)
        found = activity(one)
    assert figures(found) == RIGHT
    assert not found.receipt.complete
    states = found.rooms.set_index("room_id")["state"].to_dict()
    still = "unknown" if route == "channels.list" else "dormant"
    assert states == {"busy": "active", "calm": "active", "still": still}


@fault(
    lambda fault: f"/api/info: {switch(fault)}",
    NOTED,
    "the figures are the same; the release is unknown",
    at="demo workspace, releases 6.5 to 9.0",
)
@pytest.mark.parametrize("fault", ["gate-401", "gate-403", "403", "401"])
def test_a_closed_release_costs_a_note(fault: Any) -> None:
    with workspace() as server:
        for path in ("/api/info", "/api/v1/info"):
            server.fail_next(path, fault, times=None)
        found = activity(reader(server))
    assert figures(found) == RIGHT
    assert (found.release, found.receipt.complete) == ("unknown", True)
    assert found.receipt.notes == (RELEASE_NOTE,)


@fault(
    lambda fault: f"permissions.listAll: {switch(fault)}",
    NOTED,
    "the figures, and of the directory what everybody may see; shared with nobody; a note",
)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("user", ["manager", "analyst"])
def test_without_the_permissions_an_account_sees_the_figures_and_what_everybody_may_see(user: str, fault: Any) -> None:
    with workspace() as server:
        server.fail_next("permissions.listAll", fault, times=None)
        one = reader(server, user)
        found = activity(one)
    assert not one.access.all_rooms
    # What is read without knowing whose rights are the same is nobody else's.
    assert one.access.person.user_id in one.access.rights
    assert {key: both for key, both in figures(found).items() if any(both)} == {"busy": (70, 70), "calm": (14, 14)}
    assert not found.receipt.complete
    assert RIGHTS_UNREAD_NOTE in found.receipt.notes


@fault("no list of permissions, for who may not see the figures", SAID, "the permission is named")
def test_without_the_permissions_an_account_that_may_not_see_the_figures_is_still_refused() -> None:
    with workspace() as server:
        server.fail_next("permissions.listAll", "nonsense", times=None)
        client = Client(server.url)
        client.sign_in("viewer", "viewer")
        with pytest.raises(NoPermission):
            admit(client)


@fault("messages-sent fails for a moment", WAITED, "asked again within four minutes, then whole")
def test_what_did_not_arrive_whole_is_asked_for_again_after_some_minutes() -> None:
    clock = Clock(NOON)
    with workspace() as server:
        one = replace(reader(server), jobs=Jobs(clock))
        server.fail_next(DAYS, "500", times=5)
        assert DAYS_NOTE in one.facts().result(60).receipt.notes
        clock.forward(minutes=4)
        healed = one.facts().result(60)
    assert healed.receipt.complete
    assert healed.daily[pd.Timestamp(WEEK.start) : pd.Timestamp(WEEK.end)].tolist() == [12] * 7  # type: ignore[misc]


@fault(
    "a text as count of a room that the directory knows", NOTED, "in no table, but expected; a note", kind="Odd values"
)
def test_a_room_whose_count_cannot_be_read_is_in_no_table_and_all_others_stand() -> None:
    with workspace() as server:
        one = reader(server)
        facts = one.facts().result(60)
        server.fail_next(LIST, odd_value("busy", "messages", "many"), times=None)
        found = one.activity(facts, WEEK).result(60)
    assert figures(found) == {"calm": (14, 14), "still": (0, 0)}
    assert not found.receipt.complete
    assert found.rooms_expected == 3
    assert "What the server said of 1 of the rooms cannot be read." in found.receipt.notes


@fault(
    "a count that is wrong and agrees with its own row",
    NOTED,
    "held against the days; not kept; heals",
    kind="Contradictory answers",
)
def test_rooms_that_have_more_messages_than_their_days_are_not_complete() -> None:
    def more(body: dict[str, Any]) -> None:
        # A count that is wrong and agrees with everything else in its answer.
        row = next(row for row in body["channels"] if row["room"]["_id"] == "busy")
        row["messages"], row["diffFromLastWeek"] = row["messages"] + 5, row["diffFromLastWeek"] + 5

    with workspace() as server:
        one = reader(server)
        facts = one.facts().result(60)
        server.fail_next(LIST, more, times=None)
        found = one.activity(facts, WEEK).result(60)
        history = one.history(facts, WEEK, 4).result(60)
        assert figures(found)["busy"] == (75, 70)
        all_days = "more than the 84 that the server counted in all"
        note = f"The rooms have 89 messages from 2026-11-09 to 2026-11-15, {all_days}."
        assert (found.receipt.complete, found.receipt.notes) == (False, (note,))
        # Nothing of it is kept for good, and it heals.
        assert WEEK in history.incomplete
        server.heal()
        again = replace(reader(server, later=60), archive=one.archive)
        assert again.history(facts, WEEK, 4).result(60).receipt.complete
        assert activity(again).receipt.complete


@fault("a room deleted and a late edit since the days were read", EXACT, "no contradiction", kind="A past that changes")
def test_rooms_that_are_gone_and_late_edits_make_no_contradiction() -> None:
    with workspace() as server:
        one = reader(server)
        facts = one.facts().result(60)
        server.workspace.remove_room("calm")
        server.workspace.add("busy", WEEK.start, 3)
        found = one.activity(facts, WEEK).result(60)
        history = one.history(facts, WEEK, 4).result(60)
    assert figures(found) == {"busy": (73, 70), "still": (0, 0)}
    assert (found.receipt.complete, history.receipt.complete) == (True, True)


TORN = {
    "a negative total": total("negative"),
    "a room twice, and differently": room_twice("busy", messages=5, diffFromLastWeek=-65),
}


@fault("weeks with {torn}", NOTED, "not kept; read again later, then whole", kind="Contradictory answers")
@pytest.mark.parametrize("torn", TORN)
def test_weeks_that_contradict_themselves_are_read_again(torn: str) -> None:
    with workspace() as server:
        one = reader(server)
        facts = one.facts().result(60)
        server.fail_next(LIST, TORN[torn], times=None)
        read = one.history(facts, WEEK, 4).result(60)
        assert not read.receipt.complete
        server.heal()
        healed = replace(reader(server, later=60), archive=one.archive).history(facts, WEEK, 4).result(60)
    assert healed.receipt.complete
    assert healed.counts.loc["busy"].tolist() == [70.0] * 4


@fault("type of a room, in every list: {odd}", NOTED, "shown as private; a note", kind="Odd values")
@pytest.mark.parametrize("odd", ODD_VALUES)
def test_a_room_whose_type_no_list_tells_is_private_and_that_is_said(odd: str) -> None:
    with workspace() as server:
        one = reader(server)
        facts = one.facts().result(60)
        for route in (LIST, "/rooms.adminRooms", "/channels.list", "/groups.listAll"):
            server.fail_next(route, odd_value("calm", "t", ODD_VALUES[odd]), times=None)
        found = one.activity(facts, WEEK).result(60)
    assert figures(found) == RIGHT
    assert found.rooms.set_index("room_id")["type"].to_dict()["calm"] == "private"
    assert not found.receipt.complete
    assert "The type of 1 of the rooms cannot be read." in found.receipt.notes

"""Two administrators who have joined different channels of teams see the same table, and nothing wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.directory import joined
from engagement.numbers.periods import Period
from engagement.numbers.rankings import age
from engagement.numbers.rooms import Activity
from tests.support.asking import ask
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.faults import EXACT, NOTED, fault

pytestmark = fault(kind="Last messages", at="demo workspace, releases 6.5 to 9.0", seen="reading")

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
CREATED = datetime(2024, 1, 2, 9, 0)
ADMINISTERED = "rooms.adminRooms"
# Open rooms spoke last every tenth day at noon, channels of a team an hour later or on the days between.
OPEN = [10 * n for n in range(1, 40)]
IN_TEAM = sorted({*OPEN[:12], *range(13, 200, 7), 55})


def spoken(days_ago: int, hour: int) -> datetime:
    return datetime(2026, 11, 18, hour) - timedelta(days=days_ago)


def rooms() -> list[RoomSpec]:
    return [
        RoomSpec("general", created=CREATED),
        RoomSpec("a unused", created=CREATED, last_message=None),
        RoomSpec("m unused", created=CREATED, last_message=None),
        *(RoomSpec(f"open {n}", created=CREATED, last_message=spoken(n, 12)) for n in OPEN),
        RoomSpec("crew", created=CREATED, team="crew", team_main=True, last_message=spoken(1, 9)),
        *(RoomSpec(f"crew {n}", created=CREATED, team="crew", last_message=spoken(n, 13)) for n in IN_TEAM),
        *(RoomSpec(f"{letter} crew", created=CREATED, team="crew", last_message=None) for letter in "bcdefz"),
    ]


@pytest.fixture(params=[(6, 5), (7, 5), (8, 4), (9, 0)], ids=lambda release: ".".join(map(str, release)))
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    options = Options(release=request.param, timezone="UTC", rate_limit=0, page_cap=30)
    counts = {"general": every_day(date(2026, 9, 1), date(2026, 11, 17))}
    made = community(rooms(), counts)
    with DemoServer(options, clock=Clock(NOON.timestamp()), community=made) as running:
        yield running


def seen_by(server: DemoServer, user: str) -> Activity:
    return ask(server, WEEK, user, now=lambda: NOON, sleep=Clock().sleep)[1]


@fault(
    lambda unlimited: f"two administrators of other teams, lists {'at once' if unlimited else 'in pages'}",
    EXACT,
    "one table for both",
)
@pytest.mark.parametrize("unlimited", [True, False], ids=["at once", "in pages"])
def test_administrators_of_different_teams_see_the_same_table(server: DemoServer, unlimited: bool) -> None:
    server.options = Options(
        release=server.options.release, timezone="UTC", rate_limit=0, page_cap=30, unlimited=unlimited
    )
    people = server.accounts.people
    of_team = [room for room in server.workspace.rooms if room.team and not room.team_main]
    ada, mika = ({room.room_id for room in of_team if joined(people[name], room)} for name in ("admin", "manager"))
    assert ada - mika
    assert mika - ada
    first, second = seen_by(server, "admin"), seen_by(server, "manager")
    pd.testing.assert_frame_equal(first.rooms, second.rooms)
    assert first.receipt.notes == second.receipt.notes
    assert (first.receipt.announced, first.receipt.received) == (second.receipt.announced, second.receipt.received)


@fault("last messages of a team’s channels are not shown", NOTED, "what their order proves; the rest is unknown")
def test_what_the_order_tells_of_channels_of_a_team_is_true_and_the_rest_unknown(server: DemoServer) -> None:
    table = seen_by(server, "manager").rooms
    table = table.assign(age=age(table)).set_index("room_id")
    # 20 days ago at 13:00 is after the open room of that day and before the one ten days later: up to 30 days either
    # way. 27 days ago is between 30 and 20 days; 34 between 40 and 30; 55 between 60 and 50. (Ends: three days ago.)
    assert table.loc["crew 20", ["state", "age"]].tolist() == ["dormant", 0]
    assert table.loc["crew 27", ["state", "age"]].tolist() == ["dormant", 0]
    assert table.loc["crew 34", "state"] == "dormant"
    assert pd.isna(table.loc["crew 34", "age"])
    assert table.loc["crew 55", ["state", "age"]].tolist() == ["dormant", 1]
    assert pd.isna(table.loc["crew 55", "last_message"])
    assert table.loc["crew 55", ["silent_least", "silent_most"]].tolist() == [47, 57]
    # Between two rooms that were never used stands another; behind both may be one that spoke once.
    assert [table.loc[f"{letter} crew", "state"] for letter in "bcdef"] == ["never used"] * 5
    assert table.loc["z crew", "state"] == "unknown"


def test_neighbours_of_one_day_tell_the_day(server: DemoServer) -> None:
    for hour in (10, 16):
        server.workspace.add_room(
            RoomSpec(f"at {hour}", created=CREATED, messages_total=1, last_message=datetime(2026, 10, 6, hour))
        )
    # 43 days before the 18th of November is the 6th of October.
    server.workspace.add_room(
        RoomSpec("crew 43", created=CREATED, team="crew", messages_total=1, last_message=spoken(43, 13))
    )
    room = seen_by(server, "manager").rooms.set_index("room_id").loc["crew 43"]
    assert (room["state"], room["last_message"], room["silent_days"]) == ("dormant", pd.Timestamp("2026-10-06"), 40)


@fault("a room speaks between the lists", NOTED, "no other is dated by it")
def test_a_room_that_speaks_while_the_lists_are_read_is_no_neighbour(server: DemoServer) -> None:
    plain = seen_by(server, "manager").rooms.set_index("room_id")
    assert plain.loc["crew 55", ["silent_least", "silent_most"]].tolist() == [47, 57]

    def speaks(body: dict[str, object]) -> dict[str, object]:
        room = server.workspace.room("open 50")
        room.messages_total = 99
        room.last_message = NOON.replace(tzinfo=None)
        server.workspace.touch()
        return body

    # After the first list and before the others.
    server.fail_next("channels.list", speaks)
    moved = seen_by(server, "manager").rooms.set_index("room_id")
    assert moved.loc["crew 55", ["silent_least", "silent_most"]].tolist() == [37, 57]


def test_no_team_costs_no_call_more() -> None:
    made = community([RoomSpec("general", last_message=date(2026, 11, 12))])
    with DemoServer(Options(timezone="UTC"), clock=Clock(NOON.timestamp()), community=made) as server:
        seen_by(server, "admin")
        assert server.count(ADMINISTERED) == 1


@fault("the order of last messages is refused", NOTED, "the counts stand; a note", at="demo workspace")
@fault("the order would take too many calls", NOTED, "the counts stand; a note", at="demo workspace")
def test_where_the_order_takes_too_many_calls_or_is_refused_this_is_said_and_the_figures_stand() -> None:
    clock = Clock(NOON.timestamp())
    counts = {"general": every_day(date(2026, 9, 1), date(2026, 11, 17))}
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=community(rooms(), counts)) as server:
        server.fail_next(ADMINISTERED, "500", None, after=1)
        refused = seen_by(server, "admin")
        server.heal()
        # More than fifty rooms, one a page.
        server.options = Options(timezone="UTC", rate_limit=0, page_cap=1, unlimited=False)
        before = server.count(ADMINISTERED)
        skipped = seen_by(server, "admin")
        assert server.count(ADMINISTERED) - before == len(rooms()) + 2
    for activity, why in ((refused, "could not be read"), (skipped, "takes too many calls here")):
        assert [note for note in activity.receipt.notes if why in note]
        table = activity.rooms.set_index("room_id")
        assert table.loc["general", "messages"] == 70
        assert table.loc["crew 20", "state"] == "unknown"

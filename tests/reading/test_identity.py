"""Another workspace at the same address: its weeks and readings are never mixed with those of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from engagement.cli import sync
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.errors import Unrecognised
from engagement.reading.jobs import Jobs
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive, name_in
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, fault
from tests.support.swapped import WEEKS, at_one_address, live_system, trial_system
from tests.support.weeks import CHANNELS, LAST, lists_asked, visit

pytestmark = fault(kind="Another workspace", at="demo workspace", seen="reading")


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with at_one_address(clock) as running:
        yield running


def weeks_of(reader: Reader) -> set[float]:
    """What GENERAL had in each of the last seventeen weeks, once each."""
    history = reader.history(reader.facts().result(60), LAST).result(60)
    assert history.receipt.complete
    assert list(history.weeks) == WEEKS
    return set(history.counts.loc["GENERAL"])


def rooms_of(reader: Reader) -> set[str]:
    """The rooms of the last week, the directory's among them."""
    return set(reader.activity(reader.facts().result(60), LAST).result(60).rooms["room_id"])


@fault(
    "two workspaces of release {release} without an id that take turns at one address",
    EXACT,
    "each finds its own weeks again",
)
@pytest.mark.parametrize("release", [(3, 1), (6, 4), (8, 4)])
def test_two_workspaces_that_take_turns_at_one_address_keep_weeks_of_their_own(
    release: tuple[int, int], clock: Clock
) -> None:
    archive = empty_archive()
    with at_one_address(clock, release) as server:
        assert weeks_of(visit(server, clock, archive)) == {70}
        server.swap(live_system())
        assert weeks_of(visit(server, clock, archive)) == {231}
        for back, had in ((trial_system(), 70), (live_system(), 231)):
            server.swap(back)
            reader = visit(server, clock, archive)
            reader.facts().result(60)
            server.calls.clear()
            assert weeks_of(reader) == {had}
            assert lists_asked(server) == [], "its own weeks are found again"


@fault(
    "a workspace that is swapped for another one while readings of it are in memory",
    EXACT,
    "whoever signs in at the other one shares none of them",
)
def test_what_is_in_memory_is_not_shared_with_whoever_signs_in_at_the_other_workspace(
    server: DemoServer, clock: Clock
) -> None:
    archive, jobs = empty_archive(), Jobs()
    before = visit(server, clock, archive, jobs=jobs)
    assert (weeks_of(before), len(rooms_of(before))) == ({70}, 80)
    server.swap(live_system())
    after = replace(visit(server, clock, archive, jobs=jobs), session="a second one")
    assert weeks_of(after) == {231}
    assert not any(room.startswith("trial") for room in rooms_of(after))


@fault(
    "a workspace that is swapped for another one while it is read",
    EXACT,
    "whoever signs in at the other one does not join that reading",
)
def test_a_running_reading_is_not_joined_from_the_other_workspace(server: DemoServer, clock: Clock) -> None:
    archive, jobs = empty_archive(), Jobs()
    before = visit(server, clock, archive, jobs=jobs)
    facts = before.facts().result(60)
    server.fail_next(CHANNELS, "hang")
    hanging = before.history(facts, LAST)
    while not server.count(CHANNELS) > 2:
        hanging.wait(0.01)
    server.swap(live_system())
    assert weeks_of(replace(visit(server, clock, archive, jobs=jobs), session="a second one")) == {231}
    assert hanging.running
    hanging.leave()


def test_everybody_with_a_token_of_one_workspace_shares_its_readings(server: DemoServer, clock: Clock) -> None:
    archive, jobs = empty_archive(), Jobs()
    first = visit(server, clock, archive, jobs=jobs)
    rooms_of(first)
    server.calls.clear()
    again = replace(visit(server, clock, archive, jobs=jobs), session="a second one")
    assert again.facts().result(60) == first.facts().result(60)
    rooms_of(again)
    asked = [path.removeprefix("/api/v1/") for _, path, _ in server.calls]
    # A sign-in (three calls before it is admitted), then which release and which oldest channels, once.
    assert asked.count("channels.list") == 1
    assert not [path for path in asked if "engagement-dashboard" in path or path == "rooms.adminRooms"]


@fault("the oldest rooms of a workspace without an id that are deleted bit by bit", EXACT, "its weeks are found again")
def test_a_workspace_is_known_again_after_its_oldest_rooms_were_deleted_bit_by_bit(
    server: DemoServer, clock: Clock
) -> None:
    archive = empty_archive()
    weeks_of(visit(server, clock, archive))
    name = name_in(archive, server)
    for deleted in (range(1, 25), range(25, 49)):
        for number in deleted:
            server.workspace.remove_room(f"trial-{number:02}")
        reader = visit(server, clock, archive)
        reader.facts().result(60)
        server.calls.clear()
        assert weeks_of(reader) == {70}
        assert lists_asked(server) == []
    # Of the first fifty only two are left, but those that came after them are known by now.
    assert name_in(archive, server) == name


@fault(
    "an id that appears with an upgrade",
    EXACT,
    "the weeks from before are found again, and not by a copy without the id",
)
def test_an_id_that_appears_later_keeps_the_weeks_and_is_enough_from_then_on(clock: Clock) -> None:
    archive = empty_archive()
    options = Options(rooms=60, timezone="UTC", rate_limit=0, release=(6, 4))
    with DemoServer(options, clock=clock) as server:
        weeks_of(visit(server, clock, archive))
        name = name_in(archive, server)
        for more in ({"release": (6, 5)}, {"release": (8, 4)}):
            server.options = replace(server.options, **more)  # type: ignore[arg-type]
            reader = visit(server, clock, archive)
            asked = server.count("channels.list")
            facts = reader.facts().result(60)
            assert facts.identity.name == name
            server.calls.clear()
            weeks_of(reader)
            assert lists_asked(server) == []
        assert asked == server.count("channels.list") + asked, "an id that is known needs no call more"
        # A copy of it for tests, which has no id, may have another present.
        server.options = replace(server.options, unregistered=True)
        copy = name_in(archive, server)
        assert copy != name
        server.swap(live_system())
        assert name_in(archive, server) not in {name, copy}


@fault("an id that cannot be asked for, as a gate is closed", EXACT, "the oldest rooms tell which workspace it is")
def test_a_workspace_whose_release_is_not_told_is_known_by_its_rooms_all_the_same(clock: Clock) -> None:
    archive = empty_archive()
    with DemoServer(Options(rooms=60, timezone="UTC", rate_limit=0, release=(6, 4)), clock=clock) as server:
        without = name_in(archive, server)
        server.options = replace(server.options, release=(8, 4))
        assert name_in(archive, server) == without
        server.fail_next("/info", "gate-403", None)
        assert name_in(archive, server) == without


def test_accounts_of_different_rights_and_teams_know_it_by_the_same_rooms(clock: Clock) -> None:
    archive = empty_archive()
    with at_one_address(clock) as server:
        for number in range(30):
            server.workspace.add_room(RoomSpec(f"team-{number}", team="team", created=date(2019, 1, 1)))
        users = ("admin", "manager", "analyst")
        names = {visit(server, clock, archive, user).facts().result(60).identity.name for user in users}
    assert len(names) == 1


def unrecognised(reader: Reader, archive: Archive) -> list[str]:
    """The notes of a reading that neither takes nor keeps a week, nor the outcome of a check."""
    facts = reader.facts().result(60)
    assert weeks_of(reader) == {70}
    assert rooms_of(reader)
    with pytest.raises(Unrecognised):
        sync.run(reader, 4)
    assert not facts.identity.known
    assert archive.kept(reader.scope(facts), WEEKS) == {}
    assert archive.check(facts.identity.name, str(facts.identity.release)) is None
    return [note for note in facts.receipt.notes if "another one at the same address" in note]


@fault("no id, and a list of the oldest rooms that cannot be read", SAID, "nothing can be kept", seen="sync")
@fault(
    "no id, and a list of the oldest rooms that cannot be read",
    NOTED,
    "past weeks are read anew and not kept, the note says",
)
def test_what_nothing_tells_from_others_is_read_without_the_archive(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    weeks_of(visit(server, clock, archive))
    server.fail_next("/channels.list", "nonsense", None)
    reader = visit(server, clock, archive)
    assert len(unrecognised(reader, archive)) == 1
    server.heal()
    reader.forget(reader.facts().result(60), LAST)
    facts = reader.facts().result(60)
    assert facts.identity.known
    assert not [note for note in facts.receipt.notes if "at the same address" in note]
    assert len(archive.kept(reader.scope(facts), WEEKS)) == len(WEEKS)


@fault("no id, and no public room", NOTED, "past weeks are read anew and not kept, the note says")
def test_a_workspace_without_a_public_room_is_not_told_from_others(clock: Clock) -> None:
    days = {day: 10 for week in WEEKS for day in week.dates()} | {WEEKS[0].previous.start: 1}
    made = community([RoomSpec("GENERAL", type="p")], {"GENERAL": days})
    archive = empty_archive()
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        assert len(unrecognised(visit(server, clock, archive), archive)) == 1


@fault(
    "no id, and an account that may not list channels", NOTED, "past weeks are read anew and not kept, the note says"
)
def test_an_account_that_may_not_list_channels_keeps_nothing_where_there_is_no_id(
    server: DemoServer, clock: Clock
) -> None:
    archive = empty_archive()
    server.revoke("view-c-room", "user")
    reader = visit(server, clock, archive, "analyst")
    assert len(unrecognised(reader, archive)) == 1
    assert visit(server, clock, archive, "admin").facts().result(60).identity.known

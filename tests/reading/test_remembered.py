"""Facts that were read earlier the same day are not asked for again, and never outlive an answer that denies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import Period, Way
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import weeks_until
from engagement.reading.facts import COUNTING_NOTE, DAYS_NOTE
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.demo_tools import SENT
from tests.support.faults import EXACT, NOTED, fault
from tests.support.swapped import at_one_address, live_system
from tests.support.weeks import CHANNELS, LAST, lists_asked, visit

pytestmark = fault(kind="Counting and zones", at="demo workspace, a second visit of the same day", seen="reading")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# The n-th day has n messages: a day beside shows in every sum.
FIRST = date(2026, 3, 1)
BY_DAY = {FIRST + n * timedelta(days=1): n for n in range(1, 265)}


def messages(period: Period) -> int:
    return sum(BY_DAY[day] for day in period.dates())


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    made = community([RoomSpec("general", created=LONG_AGO)], {"general": BY_DAY})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


@pytest.fixture
def archive(server: DemoServer, clock: Clock) -> Archive:
    """What a first visit two hours ago has left."""
    kept = empty_archive()
    reader = visit(server, clock, kept)
    reader.activity(reader.facts().result(60), LAST).result(60)
    clock.forward(hours=2)
    return kept


def second(server: DemoServer, clock: Clock, archive: Archive, user: str = "admin") -> Reader:
    reader = visit(server, clock, archive, user)
    server.calls.clear()
    return reader


def asked(server: DemoServer) -> list[str]:
    return [path.rpartition("/")[2] for _, path, _ in server.calls]


def activity(reader: Reader, period: Period = LAST) -> Activity:
    return reader.activity(reader.facts().result(60), period).result(60)


def exact(found: Activity) -> bool:
    room = found.rooms.set_index("room_id").loc["general"]
    both = Period(found.previous.start, found.period.end)
    right = (room["messages"], room["previous_messages"]) == (messages(found.period), messages(found.previous))
    return right and found.daily.to_dict() == {pd.Timestamp(day): BY_DAY[day] for day in both.dates()}


def test_a_second_visit_asks_which_workspace_it_is_and_then_for_the_figures(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = second(server, clock, archive)
    facts = reader.facts().result(60)
    # Which workspace answers, by its release and, as it has no id, its oldest channels.
    assert asked(server) == ["info", "channels.list"]
    assert (facts.remembered, facts.way, facts.checked, facts.first_counted) == (
        True,
        Way.DOCUMENTED,
        True,
        FIRST + timedelta(days=1),
    )
    found = activity(reader)
    assert exact(found)
    assert (found.receipt.complete, found.receipt.notes) == (True, ())
    assert (server.count(CHANNELS), server.count(SENT)) == (1, 1)


def test_who_may_see_less_remembers_the_same_days(server: DemoServer, clock: Clock, archive: Archive) -> None:
    reader = second(server, clock, archive, "analyst")
    facts = reader.facts().result(60)
    assert facts.remembered
    assert server.count(SENT) == 0
    assert exact(activity(reader))


def test_what_was_read_yesterday_is_not_enough(server: DemoServer, clock: Clock, archive: Archive) -> None:
    clock.forward(hours=11)
    facts = second(server, clock, archive).facts().result(60)
    assert not facts.remembered
    assert server.count(SENT) == 1


@fault("an upgrade to a build that begins its windows too late", NOTED, "read anew before any figure, in blocks")
def test_facts_of_another_release_are_not_remembered(server: DemoServer, clock: Clock, archive: Archive) -> None:
    server.options = replace(server.options, release=(9, 0), counting="swapped")
    reader = second(server, clock, archive)
    facts = reader.facts().result(60)
    assert (facts.remembered, facts.way) == (False, Way.SWAPPED)
    assert exact(activity(reader))


@fault("a build that begins its windows too late, under the same release", NOTED, "found before any figure; blocks")
def test_a_build_that_begins_its_windows_too_late_is_found_by_the_first_answer(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    server.options = replace(server.options, counting="swapped")
    reader = second(server, clock, archive)
    assert reader.facts().result(60).remembered
    found = activity(reader)
    assert exact(found)
    assert COUNTING_NOTE in found.receipt.notes
    assert reader.facts().result(60).way is Way.SWAPPED
    kept = archive.weeks(reader.scope(reader.facts().result(60)), [LAST.previous, LAST], RULE)
    assert kept.counts[list(kept.room_ids).index("general")].tolist() == [messages(LAST.previous), messages(LAST)]


@fault("such a build, before past weeks are read", NOTED, "found before any week is kept; blocks")
def test_past_weeks_are_not_read_by_what_is_only_remembered(server: DemoServer, clock: Clock, archive: Archive) -> None:
    server.options = replace(server.options, counting="swapped")
    reader = second(server, clock, archive)
    facts = reader.facts().result(60)
    history = reader.history(facts, LAST, 6).result(60)
    assert history.counts.loc["general"].tolist() == [messages(week) for week in weeks_until(LAST, 6)]


def test_past_weeks_that_are_all_kept_are_not_asked_for_and_nothing_is_confirmed(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    reader = second(server, clock, archive)
    facts = reader.facts().result(60)
    server.calls.clear()
    assert reader.history(facts, LAST, 3).result(60).missing == ()
    assert server.calls == []
    assert reader.history(facts, LAST, 5).result(60).missing == ()
    assert (server.count(SENT), lists_asked(server)) == (1, ["2026-10-19"])


@fault("the server moves to {zone}", EXACT, "found by the first answer; every day is of its new calendar")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"])
def test_a_server_that_moves_to_another_zone_is_read_in_its_new_calendar(
    server: DemoServer, clock: Clock, archive: Archive, zone: str
) -> None:
    server.clock.zone = ZoneInfo(zone)
    reader = second(server, clock, archive)
    assert reader.facts().result(60).remembered
    assert exact(activity(reader))
    facts = reader.facts().result(60)
    assert not facts.remembered
    assert facts.today(clock.moment()) == server.clock.today()


@fault("the module is switched off", NOTED, "no counts; silence by the directory, as on a first visit")
def test_a_module_that_is_switched_off_is_found_by_the_first_answer(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    server.options = replace(server.options, unlicensed=True)
    reader = second(server, clock, archive)
    assert reader.facts().result(60).remembered
    found = activity(reader)
    fresh = activity(visit(server, clock, empty_archive()))
    assert not found.counted
    pd.testing.assert_frame_equal(found.rooms, fresh.rooms)
    assert found.receipt.notes == fresh.receipt.notes
    assert not reader.facts().result(60).counted


@fault("messages-sent: JSON that answers something else", NOTED, "nothing is taken from memory: as on a first visit")
def test_what_cannot_be_confirmed_is_as_unknown_as_on_a_first_visit(
    server: DemoServer, clock: Clock, archive: Archive
) -> None:
    server.fail_next(SENT, "nonsense", None)
    found = activity(second(server, clock, archive))
    fresh = activity(visit(server, clock, empty_archive()))
    assert DAYS_NOTE in found.receipt.notes
    assert (found.receipt.complete, found.receipt.notes) == (False, fresh.receipt.notes)
    assert found.daily.empty


@fault("another workspace at the address", EXACT, "it remembers nothing of the one before", kind="Another workspace")
def test_another_workspace_at_the_address_has_days_of_its_own(clock: Clock) -> None:
    archive = empty_archive()
    with at_one_address(clock) as server:
        visit(server, clock, archive).facts().result(60)
        server.swap(live_system())
        other = second(server, clock, archive)
        facts = other.facts().result(60)
        assert not facts.remembered
        assert set(facts.daily[pd.Timestamp(LAST.start) : pd.Timestamp(LAST.end)]) == {66}  # type: ignore[misc]


@fault("a day is over since", EXACT, "its messages are read, and it is not taken for uncounted", kind="Uncounted days")
def test_a_day_that_had_hardly_begun_is_not_uncounted_when_it_is_over(clock: Clock) -> None:
    made = community([RoomSpec("general", created=LONG_AGO)], {"general": BY_DAY})
    archive = empty_archive()
    clock.forward(hours=-11, minutes=-50)
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        today = server.clock.today()
        server.workspace.add("general", today, -BY_DAY[today])
        visit(server, clock, archive).facts().result(60)
        server.workspace.add("general", today, BY_DAY[today])
        clock.forward(days=1)
        facts = visit(server, clock, archive).facts().result(60)
    assert today not in facts.uncounted

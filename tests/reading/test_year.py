"""A year of daily totals is read once: later its last days, and all of it where what is kept does not fit or is old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import text

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import Way
from engagement.reading.facts import ZONE_NOTE, Facts
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from tests.support.asking import empty_archive, name_in, note_check
from tests.support.clock import Clock
from tests.support.demo_tools import SENT, every_day
from tests.support.faults import EXACT, fault
from tests.support.weeks import visit

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="reading")

FIRST, TODAY = date(2026, 3, 2), date(2026, 11, 20)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    """Ten messages on every day since the second of March, in a room that was created at one moment in any zone."""
    made = community([RoomSpec("general", created=LONG_AGO)], {"general": every_day(FIRST, TODAY)})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


def seen(server: DemoServer, clock: Clock, archive: Archive) -> Facts:
    """The facts as another process reads them, with the first days of the totals that it asks for."""
    reader = visit(server, clock, archive)
    server.calls.clear()
    return reader.facts().result(60)


def asked_from(server: DemoServer) -> list[date]:
    return [date.fromisoformat(query["start"][:10]) for _, path, query in server.calls if path.endswith(SENT)]


def on(facts: Facts, day: date) -> int:
    return int(facts.daily[pd.Timestamp(day)])


# 400 days and two more before today, which the server cuts; 35 days and two more before tomorrow.
A_YEAR, LAST_DAYS = [date(2025, 10, 14)], [date(2026, 10, 15)]


@fault(
    "a late edit of yesterday and one of two months ago", EXACT, "the last days are read again, the others in a week"
)
def test_the_day_after_only_the_last_days_are_read_and_after_a_week_all(server: DemoServer, clock: Clock) -> None:
    archive, yesterday, in_september = empty_archive(), TODAY - timedelta(days=1), date(2026, 9, 1)
    first = seen(server, clock, archive)
    assert asked_from(server) == A_YEAR
    assert first.first_counted == FIRST
    server.workspace.add("general", yesterday, 5)
    server.workspace.add("general", in_september, 5)
    clock.forward(days=1)
    second = seen(server, clock, archive)
    assert asked_from(server) == LAST_DAYS
    assert (on(second, yesterday), on(second, in_september)) == (15, 10)
    assert (second.first_counted, len(second.daily)) == (FIRST, len(first.daily))
    clock.forward(days=6, minutes=1)
    note_check(archive, server, clock.moment)
    third = seen(server, clock, archive)
    assert asked_from(server) == [A_YEAR[0] + timedelta(days=7)]
    assert (on(third, yesterday), on(third, in_september)) == (15, 15)


@fault("the last days of a year are purged", EXACT, "seen on the next day, and they are uncounted")
def test_days_that_are_gone_among_the_last_are_gone_from_the_year(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    seen(server, clock, archive)
    server.workspace.stop_counting(date(2026, 11, 4), date(2026, 11, 5))
    clock.forward(days=1)
    facts = seen(server, clock, archive)
    assert asked_from(server) == LAST_DAYS
    assert {date(2026, 11, 4), date(2026, 11, 5)} <= facts.uncounted


@fault("an upgrade, with totals kept from before", EXACT, "all of the year is read anew", kind="Counting and zones")
def test_what_another_release_told_is_not_added_to(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    seen(server, clock, archive)
    server.options = replace(server.options, release=(9, 0))
    clock.forward(days=1)
    seen(server, clock, archive)
    assert asked_from(server) == [A_YEAR[0] + timedelta(days=1)]


@fault(
    "the server moves to {zone}, with totals kept from before",
    EXACT,
    "all of the year is read anew, in its calendar",
    kind="Counting and zones",
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_days_of_two_calendars_are_never_put_together(server: DemoServer, clock: Clock, zone: str) -> None:
    archive = empty_archive()
    seen(server, clock, archive)
    server.clock.zone = ZoneInfo(zone)
    clock.forward(days=1)
    facts = seen(server, clock, archive)
    assert asked_from(server)[1:] == [A_YEAR[0] + timedelta(days=1)]
    assert facts.zone.day(datetime(2026, 11, 20, 22, 45, tzinfo=UTC)) == (
        datetime(2026, 11, 20, 22, 45, tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    )
    assert facts.first_counted == FIRST
    assert ZONE_NOTE not in facts.receipt.notes


@fault("kept totals dated in the future", EXACT, "read anew", at="database")
def test_totals_of_a_clock_that_went_wrong_are_not_believed(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    clock.forward(days=3)
    seen(server, clock, archive)
    clock.forward(days=-3)
    seen(server, clock, archive)
    assert asked_from(server) == A_YEAR


@fault("damaged daily totals", EXACT, "read anew", at="database")
@pytest.mark.parametrize("block", [b"", b"damaged", b"x\x9c\x8b6\xd0Q\x88\x05\x00\x04\x1e\x01\x85"])
def test_totals_that_are_damaged_are_read_anew(server: DemoServer, clock: Clock, block: bytes) -> None:
    archive = empty_archive()
    first = seen(server, clock, archive)
    with store_of(archive).writing() as connection:
        connection.execute(text("UPDATE totals SET block = :block"), {"block": block})
    facts = seen(server, clock, archive)
    assert asked_from(server) == A_YEAR
    pd.testing.assert_series_equal(facts.daily, first.daily)


def store_of(archive: Archive) -> Store:
    return archive._store


def test_what_tells_one_day_of_each_season_is_not_kept(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    server.options = replace(server.options, counting="swapped")
    assert seen(server, clock, archive).way is Way.SWAPPED
    assert archive.totals(name_in(archive, server)) is None

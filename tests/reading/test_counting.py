"""The counting check: found where needed, made once, never kept when it proved nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import Period, last_full_weeks
from engagement.reading.jobs import Jobs
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.weeks import CHANNELS, lists_asked, six_weeks, visit, without_one


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with six_weeks(clock) as running:
        yield running


def outcome(server: DemoServer, clock: Clock, archive: Archive, user: str = "admin", **more: object) -> Reader:
    reader = visit(server, clock, archive, user, **more)
    reader.facts().result(60)
    return reader


def test_the_counting_check_is_made_once_for_a_release_whoever_looks(server: DemoServer, clock: Clock) -> None:
    archive, jobs = empty_archive(), Jobs()
    outcome(server, clock, archive, jobs=jobs)
    assert server.count(CHANNELS) == 2
    checked_at = archive.check(server.url, "8.4")
    for user in ("manager", "analyst"):
        clock.now += 60
        outcome(server, clock, archive, user, jobs=jobs)
        outcome(server, clock, archive, user)
    assert server.count(CHANNELS) == 2
    assert archive.check(server.url, "8.4") == checked_at


def test_a_new_release_is_checked_anew(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    assert outcome(server, clock, archive).facts().result(60).block_days is None
    server.options = replace(server.options, release=(9, 0), counting="swapped")
    reader = outcome(server, clock, archive)
    assert reader.facts().result(60).block_days == 4
    sound, unsound = archive.check(server.url, "8.4"), archive.check(server.url, "9.0")
    assert sound is not None
    assert unsound is not None
    assert (sound.sound, unsound.sound) == (True, False)


def test_a_check_of_empty_weeks_proves_nothing_and_is_not_kept(clock: Clock) -> None:
    made = community([RoomSpec("general")], {"general": {date(2026, 11, 18): 5}})
    archive = empty_archive()
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        facts = outcome(server, clock, archive).facts().result(60)
        assert facts.block_days is None
        assert not facts.checked
        assert archive.check(server.url, "8.4") is None
        assert any("cannot be checked before a full week" in note for note in facts.receipt.notes)
        for day in Period(date(2026, 11, 9), date(2026, 11, 20)).dates():
            server.workspace.add("general", day, 10)
        clock.now += 7 * 86_400
        facts = outcome(server, clock, archive).facts().result(60)
        assert facts.checked
        assert facts.receipt.notes == ()
        kept = archive.check(server.url, "8.4")
    assert kept is not None
    assert kept.sound


def test_a_quiet_fortnight_is_checked_on_the_last_weeks_that_were_not(clock: Clock) -> None:
    made = community([RoomSpec("general")], {"general": every_day(date(2026, 8, 3), date(2026, 9, 20), 10)})
    archive = empty_archive()
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        facts = outcome(server, clock, archive).facts().result(60)
        assert lists_asked(server) == ["2026-09-14", "2026-09-21"]
        assert facts.receipt.notes == ()
        assert archive.check(server.url, "8.4") is not None


def test_a_list_that_did_not_arrive_whole_is_never_called_wrong_counting(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    week = last_full_weeks(date(2026, 11, 20))
    reader = without_one(visit(server, clock, archive), week, "general")
    facts = reader.facts().result(60)
    assert facts.block_days is None
    assert any("did not arrive whole" in note for note in facts.receipt.notes)
    assert archive.check(server.url, "8.4") is None
    assert outcome(server, clock, archive).facts().result(60).receipt.notes == ()
    assert archive.check(server.url, "8.4") is not None


def test_an_edit_between_the_two_requests_of_the_check_is_forgiven(server: DemoServer, clock: Clock) -> None:
    pages: list[int] = []

    def edit() -> None:
        pages.append(1)
        if len(pages) == 2:
            server.workspace.add("general", date(2026, 11, 4), 1)

    server.on_page = edit
    archive = empty_archive()
    assert outcome(server, clock, archive).facts().result(60).block_days is None
    assert len(pages) == 4
    kept = archive.check(server.url, "8.4")
    assert kept is not None
    assert kept.sound

"""The bar of a workspace is found on a year of its sound weeks, kept with them, found again as weeks come, and is the
same for all who ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.errors import InternalError
from engagement.numbers.bar import CONSTANT_BAR, Bar
from engagement.numbers.basis import MOST_WEEKS, Basis
from engagement.numbers.events import event
from engagement.numbers.periods import Period
from engagement.numbers.weeks import weeks_until
from engagement.reading import calibration
from engagement.reading.jobs import Jobs
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive, WindowMeta
from engagement.storage.database import Store
from tests.support.asking import empty_archive, note_check
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.faults import EXACT, NOTED, fault
from tests.support.weeks import DAY, LAST, visit

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="reading")

# Monday the 20th of October 2025 is the first Monday of the 400 days before the 20th of November 2026. The weeks from
# the 22nd of December to the 11th of January lie around the turn of the year.
YEAR = weeks_until(LAST, 56)
TURN = weeks_until(Period(date(2026, 1, 5), date(2026, 1, 11)), 3)
SOUND = [week for week in YEAR if week not in TURN]
MINE = replace(CONSTANT_BAR, weeks=1)
COUNTED = {"general": every_day(date(2025, 9, 1), date(2027, 1, 10)), "help": every_day(date(2025, 9, 1), LAST.end, 3)}


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    made = community([RoomSpec("general"), RoomSpec("help")], COUNTED)
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as running:
        yield running


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """What a bar was looked for on: which of the weeks were known, and which are left out. It is always MINE."""
    seen: list[pd.DataFrame] = []

    def found(history: np.ndarray, made: np.ndarray, left_out: Sequence[bool]) -> Bar:
        known = (~np.isnan(history)).all(axis=0)
        assert (known == (~np.isnan(history)).any(axis=0)).all()
        assert made.tolist() == [0, 0]
        seen.append(pd.DataFrame({"known": known, "left_out": left_out}))
        return replace(MINE, weeks=int(known.sum()))

    monkeypatch.setattr(calibration, "found", found)
    return seen


def fill(archive: Archive, reader: Reader, weeks: Sequence[Period], **odd: Any) -> None:
    """Keeps ``weeks`` as the workspace would tell them, each read a month after its end."""
    scope = reader.scope(reader.facts().result(60))
    for week in weeks:
        read_at = datetime.combine(week.end, time(), reader.now().tzinfo) + timedelta(days=30)
        meta = WindowMeta(read_at, 2, 2, complete=True, rule=RULE)
        archive.put(scope, week, pd.Series({"general": 70, "help": 21}), replace(meta, **odd))


def year(server: DemoServer, clock: Clock, archive: Archive, weeks: Sequence[Period] = YEAR) -> Reader:
    """A reader of an archive that knows ``weeks``."""
    note_check(archive, server, clock.moment)
    reader = visit(server, clock, archive)
    fill(archive, reader, weeks)
    return reader


def found_by(reader: Reader, **more: bool) -> bool:
    return reader.calibrated(reader.facts().result(60), **more).result(60)


def basis(reader: Reader) -> Basis:
    return reader.basis(reader.facts().result(60)).result(60)


def test_a_bar_is_found_on_a_year_and_is_the_same_for_all_copies(
    server: DemoServer, clock: Clock, store: Store, store_url: str, looked: list[pd.DataFrame]
) -> None:
    reader = year(server, clock, Archive(store))
    assert basis(reader) == Basis(CONSTANT_BAR, None, known=53)
    assert found_by(reader)
    # Three of the 56 weeks lie around the turn of the year.
    mine = Basis(replace(MINE, weeks=53), Period(YEAR[0].start, LAST.end), 53)
    assert basis(reader) == mine
    assert [(frame["known"].sum(), frame["left_out"].sum()) for frame in looked] == [(53, 3)]
    other = Store(store_url, clock=clock.moment)
    copy = visit(server, clock, Archive(other))
    assert basis(copy) == mine
    assert not found_by(copy)
    other.close()
    assert len(looked) == 1


def test_until_there_is_about_a_year_of_weeks_the_constants_stand(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive = empty_archive()
    # 47 sound weeks, one less than are needed.
    reader = year(server, clock, archive, SOUND[6:])
    assert not found_by(reader)
    assert basis(reader) == Basis(CONSTANT_BAR, None, known=47)
    assert looked == []
    fill(archive, reader, SOUND[5:6])
    assert found_by(visit(server, clock, archive))


@fault("weeks that are not whole, or of days that nobody counted", EXACT, "the bar is not found on them")
def test_a_bar_is_not_found_on_weeks_of_which_something_is_missing(clock: Clock, looked: list[pd.DataFrame]) -> None:
    gap = date(2026, 6, 10)
    counted = {room: {day: n for day, n in days.items() if day != gap} for room, days in COUNTED.items()}
    made = community([RoomSpec("general"), RoomSpec("help")], counted)
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        archive = empty_archive()
        reader = year(server, clock, archive)
        incomplete = Period(date(2026, 3, 2), date(2026, 3, 8))
        fill(archive, reader, [incomplete], complete=False, read_at=clock.moment())
        assert found_by(reader)
    (frame,) = looked
    unknown = [week for week, known in zip(YEAR, frame["known"], strict=True) if not known]
    assert unknown == [*TURN, incomplete, Period(date(2026, 6, 8), date(2026, 6, 14))]


def test_weeks_before_the_daily_totals_are_not_used_as_nobody_knows_their_days(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    reader = year(server, clock, empty_archive(), weeks_until(LAST, MOST_WEEKS))
    assert found_by(reader)
    assert basis(reader).period == Period(YEAR[0].start, LAST.end)


def test_a_bar_is_found_again_when_four_more_weeks_are_known(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive = empty_archive()
    assert found_by(year(server, clock, archive))
    for weeks in range(1, 5):
        clock.put(ahead=timedelta(weeks=weeks))
        reader = visit(server, clock, archive)
        fill(archive, reader, [Period(LAST.start + 7 * weeks * DAY, LAST.end + 7 * weeks * DAY)])
        assert found_by(reader) == (weeks == 4)
    # The first four weeks are longer ago than the 400 days by now.
    assert basis(reader).period == Period(date(2025, 11, 17), date(2026, 12, 13))
    assert basis(reader).known == 53


@fault("kept weeks that are doubted, and a bar found on them", EXACT, "found anew with the weeks that are read anew")
def test_what_is_read_anew_is_calibrated_anew(server: DemoServer, clock: Clock, looked: list[pd.DataFrame]) -> None:
    archive = empty_archive()
    reader = year(server, clock, archive)
    assert [found_by(reader), found_by(reader, anew=True)] == [True, True]
    assert len(looked) == 2
    assert basis(reader).known == 53


def test_a_bar_found_on_doubted_weeks_goes_where_too_few_are_left(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive = empty_archive()
    reader = year(server, clock, archive)
    found_by(reader)
    fill(archive, reader, SOUND[:10], complete=False, read_at=clock.moment())
    assert basis(reader).bar.weeks == 53
    assert found_by(reader, anew=True)
    assert basis(reader) == Basis(CONSTANT_BAR, None, known=43)


def test_a_bar_that_an_older_rule_found_is_found_anew(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = empty_archive()
    assert found_by(year(server, clock, archive))
    monkeypatch.setattr(calibration, "BAR_RULE", "4.1")
    later = visit(server, clock, archive)
    assert basis(later) == Basis(CONSTANT_BAR, None, known=53)
    assert found_by(later)
    assert basis(later).bar.weeks == 53


@fault("damaged thresholds in the archive", EXACT, "the constants stand until they are found anew", at="database")
def test_a_damaged_bar_is_found_anew(
    server: DemoServer, clock: Clock, store: Store, looked: list[pd.DataFrame]
) -> None:
    archive = Archive(store)
    assert found_by(year(server, clock, archive))
    with store.writing() as connection:
        connection.execute(text("UPDATE bars SET bar = '{'"))
    later = visit(server, clock, archive)
    assert basis(later) == Basis(CONSTANT_BAR, None, known=53)
    assert found_by(later)
    assert basis(later).bar.weeks == 53


def test_a_workspace_whose_weeks_give_no_bar_is_not_searched_at_every_look(
    server: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "found", lambda *_: CONSTANT_BAR)
    archive = empty_archive()
    assert found_by(year(server, clock, archive))
    later = visit(server, clock, archive)
    assert not found_by(later)
    assert basis(later) == Basis(CONSTANT_BAR, None, known=53)


def test_a_room_is_not_taken_for_silent_before_its_first_message(
    server: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, list[float]] = {}

    def found(history: np.ndarray, made: np.ndarray, _: Sequence[bool]) -> Bar:
        told.update(first=[row[int(at)] for row, at in zip(history, made, strict=True)], made=made.tolist())
        return CONSTANT_BAR

    monkeypatch.setattr(calibration, "found", found)
    archive = empty_archive()
    reader = year(server, clock, archive)
    scope = reader.scope(reader.facts().result(60))
    meta = archive.kept(scope, [YEAR[40]], RULE)[YEAR[40]].meta
    later = replace(meta, read_at=meta.read_at + DAY)
    archive.put(scope, YEAR[40], pd.Series({"general": 70, "help": 21, "late": 5}), later)
    assert found_by(reader)
    assert told == {"first": [70, 21, 5], "made": [0, 0, 40]}


def test_who_looks_at_weeks_has_the_bar_found_behind_the_answer(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive = empty_archive()
    reader = replace(year(server, clock, archive), shared=True)
    facts = reader.facts().result(60)
    reader.history(facts, LAST).result(60)
    assert reader.calibrated(facts).result(60)
    assert len(looked) == 1
    assert basis(reader).bar.weeks == 53


@fault("the search for a bar breaks", NOTED, "weeks and figures stand, by the constants")
def test_a_search_that_breaks_costs_nobody_the_weeks(
    server: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Bar:
        raise ZeroDivisionError

    monkeypatch.setattr(calibration, "found", broken)
    reader = replace(year(server, clock, empty_archive()), shared=True)
    facts = reader.facts().result(60)
    assert reader.history(facts, LAST).result(60).missing == ()
    assert isinstance(calibrated_error(reader), InternalError)
    assert basis(reader) == Basis(CONSTANT_BAR, None, known=53)


def calibrated_error(reader: Reader) -> object:
    job = reader.calibrated(reader.facts().result(60))
    job.wait(60)
    return job.error


def test_accounts_with_other_rights_have_bars_of_their_own(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive, jobs = empty_archive(), Jobs()
    admin = replace(year(server, clock, archive), jobs=jobs)
    found_by(admin)
    viewer = replace(visit(server, clock, archive, "analyst"), jobs=jobs)
    assert basis(viewer) == Basis(CONSTANT_BAR, None, known=0)
    assert basis(admin).bar.weeks == 53


def test_an_event_whose_weeks_can_be_compared_leaves_what_signals_rest_on(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    reader = year(server, clock, empty_archive())
    facts = reader.facts().result(60)
    assert reader.calibrated(facts).result(60)
    kept = reader.basis(facts).result(60)
    assert reader.basis(facts, (event("release", LAST.start),)).result(60) is kept
    assert len(looked) == 1
    # What is not comparable has it found on the weeks that are left.
    offsite = event("offsite", LAST.start, not_comparable=True)
    assert reader.basis(facts, (offsite,)).result(60).known == 52
    assert len(looked) == 2

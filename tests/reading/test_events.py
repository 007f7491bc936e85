"""Events of the reading: kept for one workspace, and a bar is not found on weeks that they make unlike others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from engagement.demo import DemoServer
from engagement.errors import Unrecognised
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.basis import Basis
from engagement.numbers.events import event
from engagement.reading.events import book, known_events
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from tests.reading.test_calibration import MINE, SOUND, YEAR, looked, server, year
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault
from tests.support.weeks import LAST, visit

__all__ = ["looked", "server"]

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="reading")

STRIKE = event("strike", date(2026, 6, 10), not_comparable=True)
PARTY = event("party", date(2026, 6, 18))


def test_a_bar_is_not_found_on_weeks_with_an_event_that_is_not_comparable(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    reader = year(server, clock, empty_archive())
    facts = reader.facts().result(60)
    assert reader.calibrated(facts, (STRIKE, PARTY)).result(60)
    [frame] = looked
    # Three weeks lie around the turn of the year, and one has the strike.
    assert (frame["known"].sum(), frame["left_out"].sum()) == (52, 4)
    assert [week.start for week, out in zip(YEAR, frame["left_out"], strict=True) if out][-1] == date(2026, 6, 8)


@fault("a week of which it is said later that it is not comparable", EXACT, "the bar is found anew without it")
def test_a_bar_that_was_found_on_such_a_week_is_found_anew_before_anything_is_judged_by_it(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    archive = empty_archive()
    reader = year(server, clock, archive)
    facts = reader.facts().result(60)
    assert reader.calibrated(facts).result(60)
    assert reader.basis(facts, (PARTY,)).result(60).known == 53
    assert len(looked) == 1
    assert reader.basis(facts, (STRIKE,)).result(60).bar == replace(MINE, weeks=52)
    # Without the strike one week more is known, which is no reason to look again.
    assert not visit(server, clock, archive).calibrated(facts).result(60)
    assert len(looked) == 2


def test_a_bar_goes_where_events_leave_too_few_weeks(
    server: DemoServer, clock: Clock, looked: list[pd.DataFrame]
) -> None:
    reader = year(server, clock, empty_archive(), SOUND[5:])
    facts = reader.facts().result(60)
    assert reader.calibrated(facts).result(60)
    assert reader.basis(facts, (STRIKE,)).result(60) == Basis(CONSTANT_BAR, None, known=47)
    assert len(looked) == 1


def test_events_are_those_of_the_workspace_that_answers(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    reader = year(server, clock, archive, [LAST])
    identity = reader.facts().result(60).identity
    [strike] = book(archive, identity).add([STRIKE], "ada")
    assert reader.events(reader.facts().result(60)) == known_events(archive, identity) == (strike,)
    assert known_events(archive, replace(identity, name="another one")) == ()


@fault("events of a workspace that nothing tells from others", NOTED, "none is kept", kind="Another workspace")
def test_a_workspace_that_nothing_tells_from_others_has_no_events(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    identity = year(server, clock, archive, [LAST]).facts().result(60).identity
    with pytest.raises(Unrecognised):
        book(archive, replace(identity, known=False))
    assert known_events(archive, replace(identity, known=False)) == ()


@fault("the database is away when events are asked for", NOTED, "the figures come without", at="database")
def test_events_that_cannot_be_had_spoil_nothing(server: DemoServer, clock: Clock, tmp_path: object) -> None:
    identity = year(server, clock, empty_archive(), [LAST]).facts().result(60).identity
    assert known_events(Archive(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3")), identity) == ()

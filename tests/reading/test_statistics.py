"""Years of a workspace: read once, page by page, kept, and shown to nobody whom the workspace does not tell them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.reading.jobs import Jobs
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive, reader_of
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.faults import EXACT, NOTED, REFUSED, fault

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace without the Premium module", seen="reading")

# 250 rows on the 20th of November.
BEGAN = date(2026, 11, 20) - timedelta(days=249)
ROUTE = "/api/v1/statistics.list"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    made = community([RoomSpec("general")], {"general": every_day(BEGAN, date(2026, 12, 31))})
    options = Options(unlicensed=True, rate_limit=0, timezone="UTC")
    with DemoServer(options, clock=clock, community=made) as running:
        yield running


def years(server: DemoServer, archive: Archive, clock: Clock, user: str = "admin") -> pd.DataFrame | None:
    reader = replace(reader_of(server, user, archive=archive, now=clock.moment), jobs=Jobs())
    return reader.statistics(reader.facts().result(60)).result(60).rows


def offsets(server: DemoServer) -> list[str]:
    return [query["offset"] for _, path, query in server.calls if path == ROUTE]


def test_all_rows_are_read_once_and_later_the_new_ones_alone(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    rows = years(server, archive, clock)
    assert rows is not None
    assert offsets(server) == ["0", "100", "200"]
    assert len(rows) == 250
    assert list(rows["messages"].diff().dropna().unique()) == [10]
    server.calls.clear()
    clock.forward(days=3)
    more = years(server, archive, clock)
    assert more is not None
    # The last one that is kept, and three more.
    assert offsets(server) == ["249"]
    assert len(more) == 253
    pd.testing.assert_frame_equal(more.iloc[:250], rows, check_freq=False)


@fault("an account without the permission", REFUSED, "nothing that was read for another")
def test_whom_the_workspace_refuses_is_told_nothing_of_what_is_kept(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    assert years(server, archive, clock) is not None
    assert years(server, archive, clock, "manager") is None


def test_each_session_asks_by_itself(server: DemoServer, clock: Clock) -> None:
    jobs, archive = Jobs(), empty_archive()
    told = []
    for user in ("admin", "manager"):
        reader = replace(reader_of(server, user, archive=archive, now=clock.moment), jobs=jobs, session=user)
        told.append(reader.statistics(reader.facts().result(60)).result(60).rows is not None)
    assert told == [True, False]


@fault("another past in the place of what is kept", EXACT, "all of it is read anew")
def test_another_past_is_read_anew(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    assert years(server, archive, clock) is not None
    name = reader_of(server, archive=archive, now=clock.moment).facts().result(60).identity.name
    kept = archive.statistics(name)
    assert kept is not None
    archive.keep_statistics(name, replace(kept, rows=kept.rows.set_axis(kept.rows.index - pd.Timedelta(hours=1))))
    server.calls.clear()
    rows = years(server, archive, clock)
    assert rows is not None
    assert offsets(server)[:2] == ["249", "0"]
    assert len(rows) == 250
    assert {moment.hour for moment in rows.index} == {2}


@fault("statistics that cannot be read", NOTED, "no years; everything else")
def test_without_an_answer_there_are_no_years(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    server.fail_next("statistics.list", "nonsense", times=None)
    assert years(server, archive, clock) is None

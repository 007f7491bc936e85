"""The bars of any filter and period add up to the tile: in seven time zones, from 3.1 to 9.0, paged or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagement.demo import DemoServer, Options
from engagement.reading.facts import Facts
from engagement.reading.workspace import Reader
from tests.support.adding_up import filters, periods, proved
from tests.support.asking import reader_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, fault
from tests.support.zones import ZONES

pytestmark = fault(kind="Counting and zones", at="demo workspace", seen="reading")

TODAY = date(2026, 11, 20)
RELEASES = ((3, 1), (4, 8), (6, 10), (6, 12), (7, 10), (8, 4), (9, 0))
# Each zone with a release, half of them in pages, and the builds that count otherwise.
BUILDS = [
    *(
        Options(rooms=24, rate_limit=0, page_cap=7, timezone=zone, release=release, unlimited=bool(number % 2))
        for number, (zone, release) in enumerate(zip(ZONES, RELEASES, strict=True))
    ),
    Options(rooms=24, rate_limit=0, timezone="Pacific/Auckland", counting="swapped", release=(8, 5)),
    Options(rooms=24, rate_limit=0, timezone="America/Anchorage", counting="shortened", release=(8, 5)),
]


def _named(build: Options) -> str:
    pages = "at once" if build.unlimited else "in pages"
    return f"{build.timezone}, {'.'.join(map(str, build.release))}, {pages}, {build.counting}"


@pytest.fixture(scope="module", params=BUILDS, ids=_named)
def asked(request: pytest.FixtureRequest) -> Iterator[tuple[Reader, Facts]]:
    clock = Clock()
    with DemoServer(request.param, clock=clock) as server:
        reader = reader_of(server, now=clock.moment)
        yield reader, reader.facts().result(60)


@fault("single days in seven zones, on every release", EXACT, "the bars of any filter add up to the tile")
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_bars_of_any_filter_and_period_add_up_to_the_tile(asked: tuple[Reader, Facts], data: st.DataObject) -> None:
    reader, facts = asked
    period = data.draw(periods(date(2026, 2, 1), TODAY))
    proved(reader, facts, period, lambda room_ids: data.draw(filters(room_ids)))

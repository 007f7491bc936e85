"""Six weeks of a small workspace on a clock of its own, for tests of what is read and kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import Period
from engagement.numbers.weeks import weeks_until
from engagement.reading.jobs import Teller
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import reader_of
from tests.support.clock import Clock
from tests.support.demo_tools import every_day

DAY = timedelta(days=1)
CHANNELS = "channels/list"
LAST = Period(date(2026, 11, 9), date(2026, 11, 15))
SIX = weeks_until(LAST, 6)


COUNTS = {
    # Ten a day, and the number of the week more: weeks of 70, 77, 84, …, the last one of 105.
    "general": {day: 10 + number for number, week in enumerate(SIX) for day in week.dates()},
    "late": {date(2026, 11, 15): 4},
    "below": {date(2026, 11, 3): -2},
}


@contextmanager
def six_weeks(clock: Clock) -> Iterator[DemoServer]:
    """A workspace with COUNTS, and with messages long enough before that the first week is not that of the first."""
    rooms = [RoomSpec(name) for name in ("general", "late", "below")] + [RoomSpec("silent", last_message=None)]
    counts = COUNTS | {"general": COUNTS["general"] | every_day(date(2026, 9, 1), date(2026, 10, 4), 10)}
    options = Options(timezone="UTC", rate_limit=0)
    with DemoServer(options, clock=clock, community=community(rooms, counts)) as running:
        yield running


def visit(server: DemoServer, clock: Clock, archive: Archive, user: str = "admin", **more: object) -> Reader:
    """A reader that has read nothing yet but what the archive holds."""
    return reader_of(server, user, archive=archive, now=clock.moment, **more)  # type: ignore[arg-type]


def lists_asked(server: DemoServer) -> list[str]:
    """The first day of each window asked for."""
    return [query["start"][:10] for _, path, query in server.calls if path.endswith(CHANNELS)]


def without_one(reader: Reader, week: Period, hidden: str) -> Reader:
    """The same reader, to whom ``hidden`` is announced for ``week`` and never arrives."""
    make = reader.make_client

    def spoiling(tell: Teller[object]) -> object:
        client = make(tell)
        plain = client._read

        def read(route: str, params: object = ()) -> object:
            reply = plain(route, params)  # type: ignore[arg-type]
            if route.endswith(CHANNELS) and dict(params)["start"].startswith(str(week.start)):  # type: ignore[call-overload]
                body: Any = reply.body
                shown = [row for row in body["channels"] if row["room"]["_id"] != hidden]
                return replace(reply, body={**body, "channels": shown})
            return reply

        client._read = read  # type: ignore[method-assign,assignment]
        return client

    return replace(reader, make_client=spoiling)

"""Two workspaces without an id that answer at one address in turn, for tests of what is kept of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from engagement.demo import DemoServer, Options
from engagement.demo.community import Community, RoomSpec, community
from engagement.numbers.weeks import SIGNAL_WEEKS, weeks_until
from tests.support.clock import Clock
from tests.support.weeks import DAY, LAST

WEEKS = weeks_until(LAST, SIGNAL_WEEKS)


def workspace(name: str, a_day: int, founded: date) -> Community:
    """Eighty public rooms, one made a day, of which GENERAL and the youngest have ``a_day`` messages every day."""
    ids = ["GENERAL", *(f"{name}-{number:02}" for number in range(1, 80))]
    days = {day: a_day for week in weeks_until(LAST, SIGNAL_WEEKS + 2) for day in week.dates()}
    rooms = [RoomSpec(room, created=founded + number * DAY) for number, room in enumerate(ids)]
    return community(rooms, {ids[0]: days, ids[-1]: days})


def trial_system() -> Community:
    """The one with 10 messages a day: 70 a week."""
    return workspace("trial", 10, date(2020, 1, 6))


def live_system() -> Community:
    """The one with 33 messages a day: 231 a week."""
    return workspace("live", 33, date(2021, 3, 1))


@contextmanager
def at_one_address(clock: Clock, release: tuple[int, int] = (6, 4)) -> Iterator[DemoServer]:
    """A server at which the trial system answers, until ``swap`` puts another in its place."""
    options = Options(timezone="UTC", rate_limit=0, release=release, unregistered=True)
    with DemoServer(options, clock=clock, community=trial_system()) as running:
        yield running

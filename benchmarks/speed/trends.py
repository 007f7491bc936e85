"""The trend picture over 52 weeks of an archive that has them all, and the signals on them, against loading them.

*Loading the counts* is the archive alone: blocks read, unpacked and put into one table, with the ids of the rooms.
*Loading the weeks* is what every page waits for before it can say anything of a week: the same, then which weeks are
whole and counted, and the table in line with that of the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from statistics import median
from types import SimpleNamespace
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.speed.figures import Measured, alternating, seconds, taken
from benchmarks.speed.site import Site
from engagement import figures
from engagement.demo import DemoServer
from engagement.figures.heat import Heat
from engagement.figures.weeks import WeeklyTotals
from engagement.numbers import measures
from engagement.numbers.bar import Bar
from engagement.numbers.calibration import found
from engagement.numbers.filters import Filters
from engagement.numbers.periods import Period, last_full_weeks
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History, signals, weeks_until
from engagement.reading.calibration import first_heard
from engagement.reading.jobs import Jobs
from engagement.reading.weeks import RULE
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.storage.database import Store
from tests.support.asking import reader_of
from tests.support.store_fixtures import postgresql

MOST, MOST_OF_SIGNALS = 1.5, 2.0
STEEPEST = 1.0
# In a small workspace the counts are loaded in no time.
JUDGED_FROM = 100_000
WEEKS = 52
# Of rooms like these nearly all have a message within a year, and most in a month: the hardest that there may be.
EACH_SPOKE = (-1.0, 2.2)
ROWS = 40
LONGEST = 600.0
SETTLED = timedelta(days=30)


def measure(site: Site) -> Iterator[Measured]:
    """With SQLite, then with PostgreSQL."""
    yield from _with(site, "SQLite", f"sqlite:///{site.folder()}/archive.sqlite3")
    with ExitStack() as stack:
        yield from _with(site, "PostgreSQL", stack.enter_context(postgresql()))


def _with(site: Site, name: str, url: str) -> Iterator[Measured]:
    store = Store(url)
    try:
        # Of a server the reader takes the address alone.
        server = cast(DemoServer, SimpleNamespace(url=site.workspace.url))
        reader = reader_of(server, archive=Archive(store), now=lambda: datetime.now(UTC))
        facts = reader.facts().result(LONGEST)
        last = last_full_weeks(facts.today(reader.now()), 1, reader.week_start)
        activity = reader.activity(facts, last).result(LONGEST)
        weeks, scope = weeks_until(last, WEEKS), reader.scope(facts)
        _fill(reader.archive, scope, weeks, activity.rooms, _usual(activity.rooms))

        def load() -> float:
            # As the first visit after a start does: nothing is in memory, not even the ids of rooms.
            return taken(lambda: Archive(store).weeks(scope, weeks, RULE))

        def anew() -> float:
            # Nothing of it is kept but in the archive.
            unasked = replace(reader, archive=Archive(store), jobs=Jobs())
            return taken(lambda: picture(activity, unasked.history(facts, last, WEEKS).result(LONGEST)))

        def read() -> History:
            return replace(reader, archive=Archive(store), jobs=Jobs()).history(facts, last, WEEKS).result(LONGEST)

        anew()
        took = alternating({"here": anew, "there": load}, site.few)
        here, there = (median(ones) for ones in took.values())
        large = site.rooms >= JUDGED_FROM
        limit = MOST if large else None
        what, floor = f"numbers of the picture, {name}", "loading the counts"
        yield Measured(what, site.rooms, here, seconds, floor, there, limit, grows=True, steepest=STEEPEST)
        yield from _of_signals(site, name, activity, read, load)
        levels = np.random.default_rng(1).lognormal(*EACH_SPOKE, len(activity.rooms))
        _fill(reader.archive, scope, weeks, activity.rooms, levels)
        yield from _of_signals(site, f"each spoke, {name}", activity, read, load)
    finally:
        store.close()


def _of_signals(
    site: Site, name: str, activity: Activity, read: Callable[[], History], load: Callable[[], float]
) -> Iterator[Measured]:
    """Thresholds and signals against the loading of their weeks, and that against the loading of the counts."""
    history = activity.agreed(read())
    work = {
        "signals": lambda: taken(lambda: judged(activity, history)),
        "weeks": lambda: taken(lambda: activity.agreed(read())),
        "counts": load,
    }
    signalled, aligned, counted = (median(ones) for ones in alternating(work, site.few).values())
    what, floor = f"thresholds found and every room judged, {name}", "loading the weeks"
    limit = MOST_OF_SIGNALS if site.rooms >= JUDGED_FROM else None
    yield Measured(what, site.rooms, signalled, seconds, floor, aligned, limit, grows=True, steepest=STEEPEST)
    yield Measured(f"loading the weeks, {name}", site.rooms, aligned, seconds, "loading the counts", counted)


def _usual(rooms: pd.DataFrame) -> npt.NDArray[np.float64]:
    """As many messages a week as in the ones that were read."""
    counted = rooms[["messages", "previous_messages"]].clip(lower=0).fillna(0)
    return counted.mean(axis=1).to_numpy(dtype=np.float64)


def _fill(
    archive: Archive,
    scope: Scope,
    weeks: Sequence[Period],
    rooms: pd.DataFrame,
    usual: npt.NDArray[np.float64],
) -> None:
    """Puts weeks in which the rooms had about as many messages as ``usual`` into the archive."""
    dice = np.random.default_rng(1)
    for week in weeks:
        counts = pd.Series(dice.poisson(usual), index=pd.Index(rooms["room_id"]), dtype="int64")
        counts = counts[counts > 0]
        # Late enough that nothing is read again.
        read_at = datetime.combine(week.end, time(), UTC) + SETTLED
        archive.put(scope, week, counts, WindowMeta(read_at, len(counts), len(counts), complete=True, rule=RULE))


def judged(activity: Activity, history: History) -> tuple[Bar, pd.DataFrame]:
    """The thresholds that all weeks give, and the signal of every room by its last weeks."""
    counts = history.counts.to_numpy(dtype=np.float64)
    bar = found(counts, first_heard(counts), history.left_out)
    return bar, signals(activity.rooms, history)


def picture(activity: Activity, history: History) -> tuple[WeeklyTotals, Heat]:
    """What the page says of all weeks, less the drawing."""
    agreed, rooms = activity.agreed(history), Filters().keep(activity.rooms)
    context = figures.Context.of(activity, people=False)
    totals = measures.by_week(agreed, rooms)
    return (
        figures.weekly_totals(totals, agreed, context, WEEKS),
        figures.heat(rooms, agreed.counts, context, ROWS),
    )

"""The trend picture over 52 weeks of an archive that has them all, and the signals on them, against loading them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from statistics import median
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd

from benchmarks.speed.figures import Measured, alternating, seconds, taken
from benchmarks.speed.site import Site
from engagement import figures
from engagement.demo import DemoServer
from engagement.figures.heat import Heat
from engagement.figures.weeks import RoomLine, WeeklyTotals
from engagement.numbers import measures
from engagement.numbers.bar import Bar
from engagement.numbers.calibration import found
from engagement.numbers.filters import Filters
from engagement.numbers.periods import Period, last_full_weeks
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History, signals, weeks_until
from engagement.reading.jobs import Jobs
from engagement.reading.weeks import RULE
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.storage.database import Store
from engagement.ui import trends
from tests.support.asking import reader_of
from tests.support.store_fixtures import postgresql

MOST, MOST_OF_SIGNALS = 1.5, 2.0
STEEPEST = 1.0
# In a small workspace the counts are loaded in no time.
JUDGED_FROM = 100_000
WEEKS = 52
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
        _fill(reader.archive, scope, weeks, activity.rooms)

        def load() -> float:
            # As the first visit after a start does: nothing is in memory, not even the ids of rooms.
            return taken(lambda: Archive(store).weeks(scope, weeks, RULE))

        def anew() -> float:
            # Nothing of it is kept but in the archive.
            unasked = replace(reader, archive=Archive(store), jobs=Jobs())
            return taken(lambda: picture(activity, unasked.history(facts, last, WEEKS).result(LONGEST)))

        history = activity.agreed(replace(reader, jobs=Jobs()).history(facts, last, WEEKS).result(LONGEST))
        anew()
        took = alternating(
            {"here": anew, "signals": lambda: taken(lambda: judged(activity, history)), "there": load}, site.few
        )
        here, signalled, there = (median(ones) for ones in took.values())
        floor, large = "loading the counts", site.rooms >= JUDGED_FROM
        for what, seen, most in (
            (f"numbers of the picture, {name}", here, MOST),
            (f"thresholds found and every room judged, {name}", signalled, MOST_OF_SIGNALS),
        ):
            limit = most if large else None
            yield Measured(what, site.rooms, seen, seconds, floor, there, limit, grows=True, steepest=STEEPEST)
    finally:
        store.close()


def _fill(archive: Archive, scope: Scope, weeks: Sequence[Period], rooms: pd.DataFrame) -> None:
    """Puts weeks like the one that was read into the archive."""
    dice = np.random.default_rng(1)
    usual = rooms[["messages", "previous_messages"]].clip(lower=0).fillna(0).mean(axis=1).to_numpy(dtype=np.float64)
    for week in weeks:
        counts = pd.Series(dice.poisson(usual), index=pd.Index(rooms["room_id"]), dtype="int64")
        counts = counts[counts > 0]
        # Late enough that nothing is read again.
        read_at = datetime.combine(week.end, time(), UTC) + SETTLED
        archive.put(scope, week, counts, WindowMeta(read_at, len(counts), len(counts), complete=True, rule=RULE))


def judged(activity: Activity, history: History) -> tuple[Bar, pd.DataFrame]:
    """The thresholds that all weeks give, and the signal of every room by its last weeks."""
    bar = found(history.counts.to_numpy(dtype=np.float64), None, history.left_out)
    return bar, signals(activity.rooms, history)


def picture(activity: Activity, history: History) -> tuple[WeeklyTotals, RoomLine, Heat]:
    """What the page says of all weeks, less the drawing."""
    agreed, rooms = activity.agreed(history), Filters().keep(activity.rooms)
    context = figures.Context.of(activity, people=False)
    totals = measures.by_week(agreed, rooms)
    return (
        figures.weekly_totals(totals, context),
        trends.all_together(totals, agreed, context, WEEKS),
        figures.heat(rooms, agreed.counts, context, ROWS),
    )

"""What the rooms' own counters tell where the server counts nothing: kept whenever the directory is read, and held
against one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.api.client import Directory
from engagement.errors import StoreUnavailable
from engagement.numbers.counters import Floats, Readings, Span, known, net, span_of, to_keep
from engagement.numbers.days import before_of, parts_of
from engagement.numbers.periods import Period
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.weeks import History, places
from engagement.reading.counts import NAMED, Counts
from engagement.reading.facts import NO_DAYS, Facts
from engagement.storage.archive import Archive, Scope


def keep_counters(archive: Archive, scope: Scope, facts: Facts, listed: Directory, at: datetime, start: int) -> bool:
    """Keeps the counters of the rooms ``listed`` as they were read ``at`` a moment of the server's clock; False where
    that was done less than an hour before. Weeks begin on the weekday ``start``. Raises StoreUnavailable.
    """
    at = at.replace(microsecond=0)
    totals = listed.rooms.set_index("room_id")["total_messages"].dropna().astype("int64")
    useful = partial(to_keep, zone=facts.zone, week_start=start, now=at)
    return archive.keep_counters(scope, totals, at, useful)


def readings_of(archive: Archive, scope: Scope) -> Readings:
    """The readings that are kept, whatever period they are about. Raises StoreUnavailable."""
    return _readings(archive.counter_moments(scope))


def _readings(moments: Sequence[datetime]) -> Readings:
    return Readings(len(moments), moments[0], moments[-1]) if moments else Readings()


def net_counts(
    archive: Archive, scope: Scope, facts: Facts, period: Period, previous: Period, listed: Directory, now: datetime
) -> Counts:
    """The messages of both periods as far as readings of the counters tell them by ``now``, by the server's clock:
    without rooms where those of the period are not known.
    """
    rooms, readings = None, Readings()
    # Without a database there is no reading, and the directory tells what it tells without one.
    with suppress(StoreUnavailable):
        moments = archive.counter_moments(scope)
        spans = [span_of(window, moments, facts.zone, now) for window in (period, previous)]
        readings = replace(_readings(moments), span=spans[0], before=spans[1])
        if spans[0] is not None:
            told = _windows(archive, scope, listed, spans, whole=True)
            rooms = listed.rooms[NAMED].assign(messages=told[0], previous_messages=told[1])
    return Counts(period, previous, rooms, NO_DAYS, NOTHING_READ, NOTHING_READ, now, readings=readings)


def net_weeks(
    archive: Archive, scope: Scope, facts: Facts, weeks: Sequence[Period], listed: Directory, now: datetime
) -> History:
    """The history of ``weeks``, as far as readings lie near their ends. Raises StoreUnavailable."""
    return _history(archive, scope, facts, weeks, listed, now, whole=True)


def net_parts(
    archive: Archive,
    scope: Scope,
    facts: Facts,
    period: Period,
    previous: Period,
    listed: Directory,
    now: datetime,
    start: int,
) -> History:
    """The parts of ``period`` and before them those that they are held against; weeks begin on the weekday ``start``.

    Their messages add up to those of the period, so a room may have fewer than none on a day on which its counter fell.
    Raises StoreUnavailable.
    """
    parts = [*before_of(period, previous, start), *parts_of(period, start)]
    return _history(archive, scope, facts, parts, listed, now, whole=False)


def _history(
    archive: Archive,
    scope: Scope,
    facts: Facts,
    windows: Sequence[Period],
    listed: Directory,
    now: datetime,
    *,
    whole: bool,
) -> History:
    moments, today = archive.counter_moments(scope), facts.zone.day(now)
    spans = [span_of(window, moments, facts.zone, now) if window.over(today) else None for window in windows]
    told = _windows(archive, scope, listed, spans, whole=whole)
    columns = [pd.Timestamp(window.start) for window in windows]
    table = pd.DataFrame(told.T, index=pd.Index(listed.rooms["room_id"]), columns=columns, copy=False)
    lost = int(_lost(told).sum()) if whole else 0
    notes = (_LOST.format(rooms="1 room" if lost == 1 else f"{lost:,} rooms"),) if lost else ()
    return History(tuple(windows), table, (), Receipt(notes=notes), net=True)


_LOST = "In no total of weeks: {rooms} whose counter fell or was not read in one of them."


def _lost(told: Floats) -> npt.NDArray[np.bool_]:
    """Which rooms are not known in some week that is known of others."""
    lost = np.isnan(told)
    return np.array((lost & ~lost.all(axis=1, keepdims=True)).any(axis=0))


def _windows(archive: Archive, scope: Scope, listed: Directory, spans: Sequence[Span | None], *, whole: bool) -> Floats:
    """The messages of the rooms ``listed`` (columns) between the readings of each span (rows), NaN where it is none.

    ``whole``: where a counter fell, they are not known.
    """
    moments = sorted({moment for span in spans if span for moment in (span.start, span.end)})
    read, rooms = archive.counters(scope, moments), listed.rooms
    at = places(rooms["room_id"], read.room_ids)
    totals, fallen = (np.full((len(moments), len(rooms)), empty) for empty in (np.nan, 0.0))
    totals[:, at >= 0], fallen[:, at >= 0] = read.totals.T[:, at[at >= 0]], read.fallen.T[:, at[at >= 0]]
    created = rooms["created"].dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    told = np.full((len(spans), len(rooms)), np.nan)
    for row, span in zip(told, spans, strict=True):
        if span is not None:
            first, last = moments.index(span.start), moments.index(span.end)
            row[:] = net(totals[first], totals[last], created, span)
            if whole:
                row[:] = known(row, fallen[last] - fallen[first])
    return told

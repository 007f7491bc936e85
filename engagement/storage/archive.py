"""What was read from workspaces and is kept: windows of counts, one row with one compact block each, and what was found
on them.

A window that is over changes only by late edits and deletions, so it is read once, and dropped when it is old. No
message text is kept.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Row, column, delete, insert, select, table, text, tuple_

from engagement.errors import DamagedBlock
from engagement.numbers.periods import DAY, Period
from engagement.numbers.receipt import Receipt
from engagement.settings.keys import ArchivePlace
from engagement.storage import counters
from engagement.storage.bars import KeptBar, drop_bars_without_weeks, forget_bar, load_bar, write_bar
from engagement.storage.checks import CountingCheck, load_check, write_check
from engagement.storage.counters import KeptCounters, Reading, Useful
from engagement.storage.database import Store
from engagement.storage.events import EventBook
from engagement.storage.first_views import FirstView
from engagement.storage.migrations import lock
from engagement.storage.positions import Positions, load, pack, unpack, write
from engagement.storage.recognition import Rooms, name_by_id, name_by_rooms
from engagement.storage.statistics import KeptStatistics, load_statistics, write_statistics
from engagement.storage.totals import KeptTotals, forget_totals, load_totals, write_totals

SETTLES_AFTER = timedelta(days=2)
# An old window that was asked for is kept so long, or it would be read at every look.
_OLD_KEPT = timedelta(weeks=1)
# The last zone in which a day ends: with one that cannot be read, a window settles late rather than early.
_WESTERNMOST = timezone(timedelta(hours=-12))
_SCOPES_IN_MEMORY = 8

_WINDOWS = table(
    "windows",
    *(column(name) for name in ("scope_id", "start_day", "end_day", "read_at", "zone", "rule")),
    *(column(name) for name in ("announced", "received", "complete", "notes", "block")),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scope:
    """Whose rooms: the name that a workspace has here, and what the account that read it may see. Scopes never mix."""

    workspace: str
    rights: str


@dataclass(frozen=True)
class WindowMeta:
    """How a window was read: when, how many rooms the server announced and sent, what is missing.

    ``zone`` is the server's, as ``UTC`` or ``UTC+02:00``; ``rule`` is the version of how windows are
    asked for and counted.
    """

    read_at: datetime
    announced: int
    received: int
    complete: bool
    notes: tuple[str, ...] = ()
    rule: int = 1
    zone: str = "UTC"

    @classmethod
    def of(cls, receipt: Receipt, read_at: datetime, *, rule: int, zone: str) -> WindowMeta:
        """What is kept of the receipt of a window."""
        return cls(read_at, receipt.announced, receipt.received, receipt.complete, receipt.notes, rule, zone)


@dataclass(frozen=True)
class KeptWindow:
    """A window in the archive."""

    period: Period
    meta: WindowMeta

    @property
    def settled(self) -> bool:
        """True when it had been over for two days when it was read, so that it need not be read again."""
        ended = datetime.combine(self.period.end + DAY, time(), tzinfo=_zone(self.meta.zone))
        return self.meta.read_at >= ended + SETTLES_AFTER


@dataclass(frozen=True)
class WeekMatrix:
    """Counts of ``room_ids`` (rows) in ``periods`` (columns), as floats.

    A column is NaN where the window is not kept. Where it is, a room that it does not hold counted 0, or NaN if the
    window is not complete. ``windows`` holds the kept ones.
    """

    room_ids: pd.Index
    periods: tuple[Period, ...]
    counts: npt.NDArray[np.float64]
    windows: Mapping[Period, KeptWindow]

    @property
    def to_read(self) -> list[Period]:
        """The periods that are not kept, not complete, or were read too early, in order."""
        kept = self.windows
        return [
            period
            for period in self.periods
            if period not in kept or not kept[period].settled or not kept[period].meta.complete
        ]


class Archive:
    """The windows of the last ``weeks`` in ``store``. Every method raises StoreUnavailable when the database does not
    answer.
    """

    def __init__(self, store: Store, weeks: int = ArchivePlace.weeks) -> None:
        self._store = store
        self._lasts = timedelta(weeks=weeks)
        self._positions: dict[int, Positions] = {}
        self._lock = threading.Lock()

    def name_by_id(self, address: str, own_id: str) -> str | None:
        """What the workspace with this id is kept as; None where it may be one that had no id before."""
        with self._store.reading() as connection:
            return name_by_id(connection, address, own_id)

    def name_by_rooms(self, address: str, own_id: str | None, rooms: Rooms, *, id_told: bool) -> str | None:
        """What the workspace with these oldest rooms is kept as from now on; None where it may be either of two.

        ``id_told`` is False where nothing is known about an id.
        """
        with self._store.writing() as connection:
            return name_by_rooms(connection, address, own_id, rooms, id_told=id_told)

    def put(self, scope: Scope, period: Period, counts: pd.Series, meta: WindowMeta) -> None:
        """Keep a window, whole or not at all; one that was read later stays. Old windows of all scopes go.

        ``counts`` are whole numbers by room id, each room once. Raises ValueError when they are otherwise.
        """
        if not pd.api.types.is_integer_dtype(counts.dtype):
            raise ValueError("The counts of a window are whole numbers.")
        with self._store.writing() as connection:
            lock(connection)
            scope_id, revision = _scope_for_writing(connection, scope)
            key = {"scope_id": scope_id, "start_day": str(period.start), "end_day": str(period.end)}
            if _newer_is_kept(connection, key, meta.read_at):
                return
            grown = self._grown(connection, scope_id, revision, counts.index)
            block = pack(grown.of(counts.index), counts.to_numpy(dtype=np.int64))
            _replace(connection, key, meta, block)
            # A server whose clock is ahead makes nothing old, and one whose today is long ago does not find itself old.
            _drop_old(connection, min(meta.read_at, self._store.clock()), self._lasts)
        self._remember(scope_id, grown)

    def kept(self, scope: Scope, periods: Iterable[Period], rule: int | None = None) -> dict[Period, KeptWindow]:
        """Those of ``periods`` that are kept, without their counts; with ``rule``, only those read by it."""
        with self._store.reading() as connection:
            found = _scope(connection, scope)
            rows = _rows(connection, found[0], list(periods), rule, blocks=False) if found else []
        return {window.period: window for window, _ in rows}

    def weeks(self, scope: Scope, periods: Sequence[Period], rule: int | None = None) -> WeekMatrix:
        """The counts of all rooms of the scope in ``periods``; with ``rule``, windows read by another are not kept."""
        with self._store.reading() as connection:
            found = _scope(connection, scope)
            if found is None:
                return WeekMatrix(pd.Index([], dtype="str"), tuple(periods), np.empty((0, len(periods))), {})
            rows = _rows(connection, found[0], periods, rule, blocks=True)
            positions = load(connection, *found, self._positions.get(found[0]))
        self._remember(found[0], positions)
        # One row per period while filling: a column of the result is then one piece of memory.
        matrix = np.full((len(periods), len(positions.ids)), np.nan)
        columns = {period: number for number, period in enumerate(periods)}
        windows = {}
        for window, block in rows:
            try:
                places, counts = unpack(block)
            except DamagedBlock:
                _log.warning("The window %s of a workspace is damaged in the archive.", window.period)
                continue
            if window.meta.complete:
                matrix[columns[window.period]] = 0
            matrix[columns[window.period], places] = counts
            windows[window.period] = window
        return WeekMatrix(positions.ids, tuple(periods), matrix.T, windows)

    def keep_counters(self, scope: Scope, totals: pd.Series, at: datetime, useful: Useful) -> bool:
        """Keep the counters of rooms (whole numbers by room id, each once) as they were read; False where others were
        read within an hour. Those that are not ``useful`` any more go, and all that are old.
        """
        with self._store.writing() as connection:
            lock(connection)
            scope_id, revision = _scope_for_writing(connection, scope)
            grown = self._grown(connection, scope_id, revision, totals.index)
            oldest = min(at, self._store.clock()) - self._lasts
            read = Reading(at, grown.of(totals.index), totals.to_numpy(dtype=np.int64))
            kept = counters.keep(connection, scope_id, read, useful, oldest)
        self._remember(scope_id, grown)
        return kept

    def counter_moments(self, scope: Scope) -> list[datetime]:
        """When the counters of the rooms of the scope were read, as far as they are kept, in order."""
        with self._store.reading() as connection:
            found = _scope(connection, scope)
            return counters.moments_of(connection, found[0]) if found else []

    def counters(self, scope: Scope, moments: Sequence[datetime]) -> KeptCounters:
        """The counters of all rooms of the scope as they were read at ``moments``, which are in order."""
        with self._store.reading() as connection:
            found = _scope(connection, scope)
            if found is None or not moments:
                nothing = np.empty((0, len(moments)))
                return KeptCounters(pd.Index([], dtype="str"), tuple(moments), nothing, nothing)
            positions = load(connection, *found, self._positions.get(found[0]))
            read = counters.load_counters(connection, found[0], positions, moments)
        self._remember(found[0], positions)
        return read

    def keep_check(self, workspace: str, release: str, check: CountingCheck) -> None:
        """Keep how a counting check ended, in place of an earlier one."""
        with self._store.writing() as connection:
            lock(connection)
            write_check(connection, workspace, release, check)

    def check(self, workspace: str, release: str) -> CountingCheck | None:
        """How the last counting check of this release of the workspace ended; None when none is kept with its way."""
        with self._store.reading() as connection:
            return load_check(connection, workspace, release)

    def totals(self, workspace: str) -> KeptTotals | None:
        """The daily totals that are kept of a workspace, which are the same for all who may see figures."""
        with self._store.reading() as connection:
            return load_totals(connection, workspace)

    def keep_totals(self, workspace: str, totals: KeptTotals | None) -> None:
        """Keep daily totals in place of earlier ones, or none any more."""
        with self._store.writing() as connection:
            lock(connection)
            if totals is None:
                forget_totals(connection, workspace)
            else:
                write_totals(connection, workspace, totals)

    def statistics(self, workspace: str) -> KeptStatistics | None:
        """The statistics that are kept of a workspace, for whoever it gives them to."""
        with self._store.reading() as connection:
            return load_statistics(connection, workspace)

    def keep_statistics(self, workspace: str, kept: KeptStatistics) -> None:
        """Keep statistics in place of earlier ones."""
        with self._store.writing() as connection:
            lock(connection)
            write_statistics(connection, workspace, kept)

    def bar(self, scope: Scope, rule: str) -> KeptBar | None:
        """The bar that was found on the weeks of the scope by this rule, where one is kept."""
        with self._store.reading() as connection:
            found = _scope(connection, scope)
            return load_bar(connection, found[0], rule) if found else None

    def keep_bar(self, scope: Scope, kept: KeptBar | None) -> None:
        """Keep a bar in place of an earlier one, or none any more."""
        with self._store.writing() as connection:
            lock(connection)
            scope_id, _ = _scope_for_writing(connection, scope)
            if kept is None:
                forget_bar(connection, scope_id)
            else:
                write_bar(connection, scope_id, kept)

    def events(self, workspace: str) -> EventBook:
        """What people say has happened in a workspace, the same for all who may see it."""
        return EventBook(self._store, workspace)

    def first_view(self, workspace: str, person: str) -> FirstView:
        """What a person has kept as their first view of a workspace."""
        return FirstView(self._store, workspace, person)

    def _grown(self, connection: Connection, scope_id: int, revision: int, room_ids: pd.Index) -> Positions:
        """The positions of a scope, with a place for each of the rooms."""
        known = load(connection, scope_id, revision, self._positions.get(scope_id))
        grown = known.grown(room_ids)
        if grown is not known:
            write(connection, scope_id, grown, before=len(known.ids))
            changed = {"revision": grown.revision, "id": scope_id}
            connection.execute(text("UPDATE scopes SET revision = :revision WHERE id = :id"), changed)
        return grown

    def _remember(self, scope_id: int, positions: Positions) -> None:
        with self._lock:
            held = self._positions.pop(scope_id, None)
            self._positions[scope_id] = held if held and held.revision > positions.revision else positions
            while len(self._positions) > _SCOPES_IN_MEMORY:
                del self._positions[next(iter(self._positions))]


def _scope(connection: Connection, scope: Scope) -> tuple[int, int] | None:
    row = connection.execute(
        text("SELECT id, revision FROM scopes WHERE workspace = :workspace AND rights = :rights"),
        {"workspace": scope.workspace, "rights": scope.rights},
    ).one_or_none()
    return None if row is None else (row.id, row.revision)


def _scope_for_writing(connection: Connection, scope: Scope) -> tuple[int, int]:
    if found := _scope(connection, scope):
        return found
    connection.execute(
        text(
            "INSERT INTO scopes (id, workspace, rights, revision) "
            "SELECT coalesce(max(id), 0) + 1, :workspace, :rights, 0 FROM scopes"
        ),
        {"workspace": scope.workspace, "rights": scope.rights},
    )
    return _scope_for_writing(connection, scope)


def _newer_is_kept(connection: Connection, key: Mapping[str, object], read_at: datetime) -> bool:
    kept = connection.execute(select(_WINDOWS.c.read_at).filter_by(**key)).scalar_one_or_none()
    return kept is not None and kept > read_at.timestamp()


def _replace(connection: Connection, key: Mapping[str, object], meta: WindowMeta, block: bytes) -> None:
    connection.execute(delete(_WINDOWS).filter_by(**key))
    connection.execute(
        insert(_WINDOWS),
        {
            **key,
            "read_at": meta.read_at.timestamp(),
            "zone": meta.zone,
            "rule": meta.rule,
            "announced": meta.announced,
            "received": meta.received,
            "complete": meta.complete,
            "notes": json.dumps(meta.notes),
            "block": block,
        },
    )


def _drop_old(connection: Connection, now: datetime, lasts: timedelta) -> None:
    """Drop the windows that ended longer ago than they last, and were not read lately, and bars with their last one."""
    ended, read = _WINDOWS.c.end_day < str((now - lasts).date()), _WINDOWS.c.read_at < (now - _OLD_KEPT).timestamp()
    connection.execute(delete(_WINDOWS).where(ended, read))
    drop_bars_without_weeks(connection)


def _rows(
    connection: Connection, scope_id: int, periods: Sequence[Period], rule: int | None, *, blocks: bool
) -> list[tuple[KeptWindow, bytes]]:
    """The kept windows among ``periods``, with their blocks where asked for, else with none."""
    columns = [column for column in _WINDOWS.c if blocks or column.name != "block"]
    days = [(str(period.start), str(period.end)) for period in periods]
    query = select(*columns).where(
        _WINDOWS.c.scope_id == scope_id, tuple_(_WINDOWS.c.start_day, _WINDOWS.c.end_day).in_(days)
    )
    if rule is not None:
        query = query.where(_WINDOWS.c.rule == rule)
    return [(_window(row), bytes(row.block) if blocks else b"") for row in connection.execute(query)]


def _window(row: Row[Any]) -> KeptWindow:
    period = Period(date.fromisoformat(row.start_day), date.fromisoformat(row.end_day))
    meta = WindowMeta(
        read_at=datetime.fromtimestamp(row.read_at, UTC),
        announced=row.announced,
        received=row.received,
        complete=bool(row.complete),
        notes=tuple(json.loads(row.notes)),
        rule=row.rule,
        zone=row.zone,
    )
    return KeptWindow(period, meta)


def _zone(name: str) -> tzinfo:
    try:
        return datetime.strptime(name, "UTC" if name == "UTC" else "UTC%z").tzinfo or UTC
    except ValueError:
        return _WESTERNMOST

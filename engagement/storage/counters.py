"""The counters of rooms as they are kept: one row with one compact block for each reading of a scope, and what fell
since the one before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, bindparam, text

from engagement.errors import DamagedBlock
from engagement.storage.positions import Integers, Positions, pack, unpack

# Readings that lie nearer together would tell little more.
APART = timedelta(hours=1)
# Which of the moments of readings, in order, are still of use.
Useful = Callable[[Sequence[datetime]], Collection[datetime]]
_NOTHING: Integers = np.empty(0, dtype=np.int64)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Reading:
    """The counters of rooms, by their ``places``, as they were read ``at`` a moment."""

    at: datetime
    places: Integers
    totals: Integers


@dataclass(frozen=True, eq=False)
class KeptCounters:
    """The counters of ``room_ids`` (rows) at ``moments`` (columns), NaN where they were not read; ``fallen`` is by how
    much each was seen to fall until then, since the first of the moments.
    """

    room_ids: pd.Index
    moments: tuple[datetime, ...]
    totals: npt.NDArray[np.float64] = field(repr=False)
    fallen: npt.NDArray[np.float64] = field(repr=False)


def moments_of(connection: Connection, scope_id: int) -> list[datetime]:
    """When the counters of the scope were read, in order."""
    found = connection.execute(
        text("SELECT read_at FROM counters WHERE scope_id = :scope ORDER BY read_at"), {"scope": scope_id}
    )
    return [datetime.fromtimestamp(at, UTC) for at in found.scalars()]


def keep(connection: Connection, scope_id: int, reading: Reading, useful: Useful, oldest: datetime) -> bool:
    """Keeps a reading, with what has fallen since the one before; False where another lies within an hour. Those that
    are not ``useful`` any more, or older than ``oldest``, go.
    """
    at, key = reading.at, {"scope": scope_id, "at": reading.at.timestamp()}
    moments = moments_of(connection, scope_id)
    if any(abs(moment - at) < APART for moment in moments):
        return False
    before = connection.execute(
        text("SELECT block FROM counters WHERE scope_id = :scope AND read_at < :at ORDER BY read_at DESC LIMIT 1"), key
    ).scalar_one_or_none()
    fell = _fallen(b"" if before is None else bytes(before), reading)
    connection.execute(
        text("INSERT INTO counters (scope_id, read_at, block, fallen) VALUES (:scope, :at, :block, :fallen)"),
        key | {"block": pack(reading.places, reading.totals), "fallen": pack(*fell)},
    )
    moments = sorted([*moments, at])
    kept = useful(moments)
    _drop(connection, scope_id, [one for one in moments if one not in kept or one < oldest])
    return True


def _fallen(before: bytes, reading: Reading) -> tuple[Integers, Integers]:
    """Which counters stand lower than before, and by how much."""
    known, stood = _read(before) if before else (_NOTHING, _NOTHING)
    _, then, now = np.intersect1d(known, reading.places, assume_unique=True, return_indices=True)
    by = stood[then] - reading.totals[now]
    return known[then][by > 0], by[by > 0]


def _drop(connection: Connection, scope_id: int, moments: Iterable[datetime]) -> None:
    """Drops readings; what fell until one of them is kept with the next."""
    for moment in moments:
        key = {"scope": scope_id, "at": moment.timestamp()}
        own = connection.execute(
            text("SELECT fallen FROM counters WHERE scope_id = :scope AND read_at = :at"), key
        ).scalar_one_or_none()
        following = connection.execute(
            text(
                "SELECT read_at, fallen FROM counters WHERE scope_id = :scope AND read_at > :at "
                "ORDER BY read_at LIMIT 1"
            ),
            key,
        ).one_or_none()
        connection.execute(text("DELETE FROM counters WHERE scope_id = :scope AND read_at = :at"), key)
        if own is not None and following is not None:
            connection.execute(
                text("UPDATE counters SET fallen = :fallen WHERE scope_id = :scope AND read_at = :at"),
                {"scope": scope_id, "at": following.read_at, "fallen": _joined(bytes(own), bytes(following.fallen))},
            )


def _joined(one: bytes, other: bytes) -> bytes:
    told = [_read(block) for block in (one, other)]
    places = np.concatenate([place for place, _ in told])
    kept, at = np.unique(places, return_inverse=True)
    sums = np.bincount(at, np.concatenate([by for _, by in told]), minlength=len(kept))
    return pack(kept, np.rint(sums).astype(np.int64))


def _read(block: bytes) -> tuple[Integers, Integers]:
    """What a block holds, nothing where it is damaged."""
    try:
        return unpack(block)
    except DamagedBlock:
        _log.warning("A reading of the counters of a workspace is damaged in the archive.")
        return _NOTHING, _NOTHING


def load_counters(
    connection: Connection, scope_id: int, positions: Positions, moments: Sequence[datetime]
) -> KeptCounters:
    """The readings at these ``moments``, which are in order."""
    totals = np.full((len(moments), len(positions.ids)), np.nan)
    fallen = np.zeros_like(totals)
    columns = {moment.timestamp(): number for number, moment in enumerate(moments)}
    between = {"scope": scope_id, "first": min(columns, default=0.0), "last": max(columns, default=0.0)}
    fell = text(
        "SELECT read_at, fallen FROM counters WHERE scope_id = :scope AND read_at > :first AND read_at <= :last "
        "ORDER BY read_at"
    )
    number = 1
    for row in connection.execute(fell, between):
        while moments[number].timestamp() < row.read_at:
            number += 1
        places, by = _read(bytes(row.fallen))
        fallen[number, places] += by
    stood = text("SELECT read_at, block FROM counters WHERE scope_id = :scope AND read_at IN :at")
    for row in connection.execute(
        stood.bindparams(bindparam("at", expanding=True)), {"scope": scope_id, "at": list(columns)}
    ):
        places, told = _read(bytes(row.block))
        totals[columns[row.read_at], places] = told
    return KeptCounters(positions.ids, tuple(moments), totals.T, fallen.cumsum(axis=0).T)

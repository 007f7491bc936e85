"""The rooms of one scope of the archive: each has a position for good, and the details that were read last."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, text

from engagement.errors import DamagedBlock

Integers = npt.NDArray[np.int64]

# Rooms are stored by the thousand: a row for each takes seconds for 100,000 rooms, one row for all would be
# written anew for every room that is renamed.
PART = 5_000
COLUMNS = ("room_id", "name", "type", "created")
_DETAILS = COLUMNS[1:]
_BLOCK_VERSION = 1
_HEAD = struct.Struct("<BBBI")
_WIDTHS = ("<i1", "<i2", "<i4", "<i8")
_NO_DAY = np.iinfo(np.int64).min  # how numpy writes NaT


@dataclass(frozen=True)
class Roster:
    """Every room that any window of the scope holds. ``rooms`` has the columns room_id, name, type (str) and created
    (datetime64, NaT unknown); a row's number is the room's position. ``merged`` are the details known to be in it.
    """

    revision: int
    rooms: pd.DataFrame
    ids: pd.Index
    merged: pd.DataFrame | None = None

    def positions(self, room_ids: pd.Index) -> Integers:
        """The position of each room, -1 for those that are not in the roster."""
        if room_ids.equals(self.ids):
            return np.arange(len(self.ids), dtype=np.int64)
        return self.ids.get_indexer(room_ids).astype(np.int64)


@dataclass(frozen=True)
class Growth:
    """A roster after a window: the positions of the window's rooms, and where the parts that changed begin."""

    roster: Roster
    places: Integers
    changed: list[int]


def load(connection: Connection, scope_id: int, revision: int, known: Roster | None = None) -> Roster:
    """The roster of a scope at its ``revision``; only what changed since ``known`` is read."""
    known = known or _roster(0, _frame([[], [], [], []]))
    if known.revision >= revision:
        return known
    parts = connection.execute(
        text("SELECT first, block FROM rooms WHERE scope_id = :scope AND revision > :known ORDER BY first"),
        {"scope": scope_id, "known": known.revision},
    ).all()
    fresh = {row.first: _unpack(bytes(row.block)) for row in parts}
    if not len(known.ids):
        return _roster(revision, _frame([list(chain(*columns)) for columns in zip(*fresh.values(), strict=True)]))
    starts = sorted({*range(0, len(known.ids), PART), *fresh})
    frames = [_frame(fresh[at]) if at in fresh else known.rooms.iloc[at : at + PART] for at in starts]
    return _roster(revision, pd.concat(frames, ignore_index=True))


def grown(roster: Roster, room_ids: pd.Index, details: pd.DataFrame) -> Growth:
    """The roster with ``room_ids`` and the latest ``details``, which has its columns.

    Rooms that no window holds are left out. Raises ValueError when a room is named twice.
    """
    places = roster.positions(room_ids)
    added = room_ids[places < 0]
    if not added.is_unique:
        raise ValueError("A window names each room once.")
    if not len(added) and _same(roster.merged, details):
        return Growth(roster, places, [])
    larger = roster
    if len(added):
        places = np.where(places < 0, len(roster.ids) + np.cumsum(places < 0) - 1, places)
        larger = _roster(roster.revision, pd.concat([roster.rooms, _nameless(added)], ignore_index=True))
    named = pd.Index(details["room_id"])
    rooms, renamed = _renamed(larger.rooms, places if named.equals(room_ids) else larger.positions(named), details)
    touched = np.concatenate([np.arange(len(roster.ids), len(rooms)), renamed])
    changed = [int(part) * PART for part in np.flatnonzero(np.bincount(touched // PART))]
    return Growth(Roster(roster.revision + bool(changed), rooms, larger.ids, details), places, changed)


def write(connection: Connection, scope_id: int, roster: Roster, changed: Iterable[int]) -> None:
    """Store the parts of the roster that begin at ``changed``."""
    for first in changed:
        part = {"scope": scope_id, "first": first}
        connection.execute(text("DELETE FROM rooms WHERE scope_id = :scope AND first = :first"), part)
        connection.execute(
            text("INSERT INTO rooms (scope_id, first, revision, block) VALUES (:scope, :first, :revision, :block)"),
            part | {"revision": roster.revision, "block": _pack(roster.rooms.iloc[first : first + PART])},
        )


def _roster(revision: int, rooms: pd.DataFrame) -> Roster:
    return Roster(revision, rooms, pd.Index(rooms["room_id"], name=None))


def _nameless(room_ids: pd.Index) -> pd.DataFrame:
    none: list[None] = [None] * len(room_ids)
    return _frame([room_ids.to_list(), none, none, none])


def _renamed(rooms: pd.DataFrame, places: Integers, details: pd.DataFrame) -> tuple[pd.DataFrame, Integers]:
    """The rooms with the details of the rows at ``places``, and the places where that made a difference."""
    held = np.flatnonzero(places >= 0)
    places = places[held]
    before, after = rooms.iloc[places], details.iloc[held]
    differs = np.zeros(len(places), dtype=bool)
    for column in _DETAILS:
        old, new = before[column].array, after[column].array
        differs |= ~((old == new) | (old.isna() & new.isna())).astype(bool)
    if not differs.any():
        return rooms, places[differs]
    fresh = {}
    for column in _DETAILS:
        kind = None if column == "created" else object
        values = rooms[column].to_numpy(dtype=kind, copy=True)
        values[places[differs]] = after[column].to_numpy(dtype=kind)[differs]
        fresh[column] = pd.Series(values, dtype=rooms[column].dtype)
    return rooms.assign(**fresh), places[differs]


def _same(one: pd.DataFrame | None, other: pd.DataFrame) -> bool:
    return one is not None and all(one[column].equals(other[column]) for column in COLUMNS)


def _frame(columns: list[list[Any]]) -> pd.DataFrame:
    """A roster's table from lists of texts and, for ``created``, days since 1970; None is unknown."""
    texts = {name: pd.array(column, dtype="str") for name, column in zip(COLUMNS[:3], columns, strict=False)}
    days = np.array([_NO_DAY if day is None else day for day in columns[3]], dtype=np.int64)
    return pd.DataFrame(texts | {"created": days.view("datetime64[D]").astype("datetime64[us]")})


def _pack(rooms: pd.DataFrame) -> bytes:
    columns = [rooms[name].astype(object).where(rooms[name].notna(), None).to_list() for name in COLUMNS[:3]]
    days = rooms["created"].to_numpy().astype("datetime64[D]").view(np.int64)
    columns.append([None if day == _NO_DAY else day for day in days.tolist()])
    return zlib.compress(json.dumps(columns, ensure_ascii=False).encode(), 1)


def _unpack(block: bytes) -> list[list[Any]]:
    columns: list[list[Any]] = json.loads(zlib.decompress(block))
    return columns


def pack(positions: Integers, counts: Integers) -> bytes:
    """Rooms, by their positions in a roster, with their counts. Raises ValueError when a room is there twice."""
    if np.any(np.diff(positions) <= 0):
        order = np.argsort(positions)
        positions, counts = positions[order], counts[order]
        if np.any(np.diff(positions) == 0):
            raise ValueError("A window names each room once.")
    # The steps between ascending positions are small numbers, mostly 1.
    steps, width = _narrow(np.diff(positions, prepend=0))
    values, value_width = _narrow(counts)
    body = zlib.compress(steps.tobytes() + values.tobytes(), 1)
    return _HEAD.pack(_BLOCK_VERSION, width, value_width, len(positions)) + body


def unpack(block: bytes) -> tuple[Integers, Integers]:
    """The positions and counts that were packed. Raises DamagedBlock."""
    try:
        version, width, value_width, rooms = _HEAD.unpack_from(block)
        body = zlib.decompress(block[_HEAD.size :])
        split = rooms * np.dtype(_WIDTHS[width]).itemsize
        steps = np.frombuffer(body[:split], _WIDTHS[width])
        counts = np.frombuffer(body[split:], _WIDTHS[value_width])
    except (struct.error, zlib.error, ValueError, IndexError) as exc:
        raise DamagedBlock from exc
    if version != _BLOCK_VERSION or len(steps) != rooms or len(counts) != rooms:
        raise DamagedBlock
    return np.cumsum(steps, dtype=np.int64), counts.astype(np.int64)


def _narrow(values: Integers) -> tuple[npt.NDArray[np.signedinteger], int]:
    """The same numbers in the narrowest type that holds them all, and its place in ``_WIDTHS``."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for code, name in enumerate(_WIDTHS):
        limits = np.iinfo(name)
        if limits.min <= low and high <= limits.max:
            return values.astype(name), code
    raise ValueError("These are not 64-bit integers.")

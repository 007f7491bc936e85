"""Which place a room has in the blocks of counts of a scope: it is given once, and for good."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, text

from engagement.errors import DamagedBlock

Integers = npt.NDArray[np.int64]

# Rooms are stored by the thousand: a row for each takes seconds for 100,000 rooms, one row for all would be
# written anew for every room that is added.
PART = 5_000
_BLOCK_VERSION = 1
_HEAD = struct.Struct("<BBBI")
_WIDTHS = ("<i1", "<i2", "<i4", "<i8")


@dataclass(frozen=True)
class Positions:
    """The ``ids`` of every room that any window of a scope holds, each at its place. A revision adds rooms."""

    revision: int
    ids: pd.Index

    def of(self, room_ids: pd.Index) -> Integers:
        """The place of each room, -1 for those that have none."""
        if room_ids.equals(self.ids):
            return np.arange(len(self.ids), dtype=np.int64)
        return self.ids.get_indexer(room_ids).astype(np.int64)

    def grown(self, room_ids: pd.Index) -> Positions:
        """With a place for those of ``room_ids`` that have none. Raises ValueError when one of them is named twice."""
        added = room_ids[self.of(room_ids) < 0]
        if not added.is_unique:
            raise ValueError("A window names each room once.")
        return Positions(self.revision + 1, _ids([*self.ids, *added])) if len(added) else self


def load(connection: Connection, scope_id: int, revision: int, known: Positions | None = None) -> Positions:
    """The positions of a scope at its ``revision``; only what was added since ``known`` is read."""
    known = known or Positions(0, _ids([]))
    if known.revision >= revision:
        return known
    parts = connection.execute(
        text("SELECT first, block FROM rooms WHERE scope_id = :scope AND revision > :known ORDER BY first"),
        {"scope": scope_id, "known": known.revision},
    )
    ids = known.ids.to_list()
    for part in parts:
        # Earlier releases kept names, types and days of creation behind the ids.
        ids[part.first : part.first + PART] = json.loads(zlib.decompress(part.block))[0]
    return Positions(revision, _ids(ids))


def write(connection: Connection, scope_id: int, positions: Positions, before: int) -> None:
    """Store the parts that hold more rooms than the first ``before``."""
    for first in range(before - before % PART, len(positions.ids), PART):
        part = {"scope": scope_id, "first": first}
        block = zlib.compress(json.dumps([positions.ids[first : first + PART].to_list()]).encode(), 1)
        connection.execute(text("DELETE FROM rooms WHERE scope_id = :scope AND first = :first"), part)
        connection.execute(
            text("INSERT INTO rooms (scope_id, first, revision, block) VALUES (:scope, :first, :revision, :block)"),
            part | {"revision": positions.revision, "block": block},
        )


def _ids(room_ids: list[str]) -> pd.Index:
    return pd.Index(room_ids, dtype="str")


def pack(places: Integers, counts: Integers) -> bytes:
    """The places of rooms with their counts, as bytes. Raises ValueError when a room is there twice."""
    if np.any(np.diff(places) <= 0):
        order = np.argsort(places)
        places, counts = places[order], counts[order]
        if np.any(np.diff(places) == 0):
            raise ValueError("A window names each room once.")
    # The steps between ascending places are small numbers, mostly 1.
    steps, width = _narrow(np.diff(places, prepend=0))
    values, value_width = _narrow(counts)
    body = zlib.compress(steps.tobytes() + values.tobytes(), 1)
    return _HEAD.pack(_BLOCK_VERSION, width, value_width, len(places)) + body


def unpack(block: bytes) -> tuple[Integers, Integers]:
    """The places and counts that were packed. Raises DamagedBlock."""
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

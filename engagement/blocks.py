"""The counts of one window as one compact block of bytes."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

from engagement.errors import EngagementError

Integers = npt.NDArray[np.int64]

_VERSION = 1
_HEAD = struct.Struct("<BBBI")
_WIDTHS = ("<i1", "<i2", "<i4", "<i8")


class DamagedBlock(EngagementError):
    """The bytes are not what was stored."""

    def __init__(self) -> None:
        super().__init__("A week kept in the archive is damaged. It is read from the workspace again.")


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
    return _HEAD.pack(_VERSION, width, value_width, len(positions)) + body


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
    if version != _VERSION or len(steps) != rooms or len(counts) != rooms:
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

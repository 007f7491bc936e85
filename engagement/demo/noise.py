"""Random numbers that depend on nothing but their keys, so that a day's counts never change afterwards."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1
# Rocket.Chat's ids are written without letters that look alike.
_ID_LETTERS = np.frombuffer(b"23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz", dtype=np.uint8)
_ID_LENGTH = 17
# A mean below the first number never comes near the second.
_LARGE_MEAN, _MOST_STEPS = 20, 200


def keys(*parts: npt.ArrayLike, seed: int, stream: str) -> Keys:
    """One 64-bit number for each combination of the (broadcast) parts; the mixing is that of SplitMix64."""
    start = np.uint64((seed * _GOLDEN + zlib.crc32(stream.encode()) * 0xD1342543DE82EF95) & _WORD)
    mixed = _mix(np.full(1, start, dtype=np.uint64))
    for part in parts:
        mixed = _mix(mixed + np.asarray(part).astype(np.uint64) * np.uint64(_GOLDEN))
    return mixed


def uniform(*parts: npt.ArrayLike, seed: int, stream: str) -> Floats:
    """Numbers between 0 and 1, both excluded."""
    return ((keys(*parts, seed=seed, stream=stream) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(*parts: npt.ArrayLike, seed: int, stream: str) -> Floats:
    """Standard normal numbers (Box and Muller)."""
    word = keys(*parts, seed=seed, stream=stream)
    radius = ((word >> np.uint64(32)).astype(np.float64) + 0.5) * 2.0**-32
    angle = (word & np.uint64(0xFFFFFFFF)).astype(np.float64) * (2 * np.pi * 2.0**-32)
    drawn: Floats = np.sqrt(-2 * np.log(radius)) * np.cos(angle)
    return drawn


def gamma(shape: Floats, *parts: npt.ArrayLike, seed: int, stream: str) -> Floats:
    """Gamma numbers of the given shapes and scale 1 (Wilson and Hilferty one shape higher, then scaled down)."""
    higher = shape + 1
    root = normal(*parts, seed=seed, stream=stream + " root") / (3 * np.sqrt(higher)) + 1 - 1 / (9 * higher)
    down = uniform(*parts, seed=seed, stream=stream + " down") ** (1 / shape)
    drawn: Floats = higher * np.maximum(root, 0) ** 3 * down
    return drawn


def poisson(mean: Floats, *parts: npt.NDArray[np.generic], seed: int, stream: str) -> npt.NDArray[np.int64]:
    """Poisson numbers of the given means, each with its own keys: by inversion, from 20 on by the normal curve."""
    drawn = np.zeros(len(mean), dtype=np.int64)
    large = np.flatnonzero(mean >= _LARGE_MEAN)
    swing = normal(*(part[large] for part in parts), seed=seed, stream=stream + " large")
    drawn[large] = np.maximum(np.rint(mean[large] + np.sqrt(mean[large]) * swing), 0).astype(np.int64)
    small = np.flatnonzero(mean < _LARGE_MEAN)
    left = uniform(*(part[small] for part in parts), seed=seed, stream=stream + " small")
    level, term = mean[small], np.exp(-mean[small])
    for step in range(1, _MOST_STEPS):
        left = left - term
        more = left > 0
        if not more.any():
            break
        small, level, left, term = small[more], level[more], left[more], term[more]
        drawn[small] = step
        term = term * level / step
    return drawn


def _mix(word: Keys) -> Keys:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def ids(*parts: npt.ArrayLike, seed: int, stream: str) -> list[str]:
    """Ids of seventeen letters, as the server makes them."""
    first, second = (keys(*parts, seed=seed, stream=stream + half) for half in (" first", " second"))
    letters = np.empty((len(first), _ID_LENGTH), dtype=np.uint8)
    for position in range(_ID_LENGTH):
        word = first if position < 9 else second
        letters[:, position] = _ID_LETTERS[(word >> np.uint64(7 * (position % 9))) % np.uint64(len(_ID_LETTERS))]
    return [bytes(row).decode() for row in letters]

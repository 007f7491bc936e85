"""Which rooms a generated workspace has on a day, when each was born, and what kind of life it leads."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import numpy.typing as npt

from engagement.demo.names import FOUNDING
from engagement.demo.noise import normal, uniform

Ints = npt.NDArray[np.int64]

FOUNDED = date(2016, 2, 1)
_SETTLED = date(2019, 12, 31)
# Projects and events: rooms that come in an even stream and are deleted after six years, four years of which at most
# are active. So what a day counted does not depend on which of them still exist.
_STREAM_BEGAN = date(2000, 1, 3)
_STREAM_SPAN = 6 * 364
_LONGEST_LIFE = 4 * 364
_SHARE_CORE = 0.4
_DELETED_EARLY = 0.02
_STREAM_KEY = 1 << 32

NEVER, EVENT, FADING, STEADY = 0, 1, 2, 3
_FATES_CORE = (0.05, 0.08, 0.40)
_FATES_STREAM = (0.10, 0.36, 0.80)
LOG_SD = 1.8
CHANNEL, PRIVATE, DIRECT, DISCUSSION = 0, 1, 2, 3
_KINDS = (0.45, 0.70, 0.92)
# Two people say less than a room full of them, and a discussion is about one question.
_LOUDNESS_OF_KIND = np.array([1.0, 1.0, 0.5, 0.25])
_LOUDEST_OF_KIND = np.array([240, 240, 90, 30])
# Messages a week of the room in the middle, in a workspace of 1,200 rooms; where there are more, each is quieter.
_USUAL_RATE, _USUAL_ROOMS, _QUIETER = 4.5, 1200, 0.3


class Born(NamedTuple):
    """One room. Days are ordinals; ``first_use`` to ``end`` are the days on which it may be used.

    ``number`` counts lasting rooms and passing ones apart, ``key`` is different for all of them. ``rate`` is messages
    a week at the beginning, ``founding`` the number in FOUNDING or -1, ``gone`` says that it was deleted.
    """

    key: int
    number: int
    lasting: bool
    birth: int
    first_use: int
    end: int
    kind: int
    fate: int
    rate: float
    founding: int
    gone: bool


# Rooms as an array with a column for each field of Born.
Population = np.recarray[Any, np.dtype[np.void]]
_COLUMNS = np.dtype(list(get_type_hints(Born).items()))


def population(rooms: int, seed: int, today: date) -> Population:
    """The rooms of the workspace on ``today``: ``rooms`` that exist, and some that were deleted.

    Raises ValueError before 2020, when the workspace is not there yet.
    """
    if today <= _SETTLED:
        raise ValueError("The generated workspace begins in 2020; choose a later day, or rooms of your own.")
    lasting = min(rooms, max(12, round(_SHARE_CORE * rooms)))
    scale = loudness(rooms)
    core, stream = _core(lasting, seed, scale), _stream(rooms - lasting, seed, scale, today.toordinal())
    return np.concatenate([core, stream]).view(np.recarray)


def loudness(rooms: int) -> float:
    """How loud a room is in a workspace of this size, against one of 1,200 rooms."""
    return float(min(1.5, (_USUAL_ROOMS / rooms) ** _QUIETER))


def _core(size: int, seed: int, scale: float) -> Population:
    number = np.arange(size)
    rooms = _rooms(number, number, seed, _FATES_CORE)
    rooms.lasting = True
    span = _SETTLED.toordinal() - FOUNDED.toordinal()
    rooms.birth = FOUNDED.toordinal() + (span * uniform(number, seed=seed, stream="birth") ** 1.5).astype(np.int64)
    rate = scale * np.exp(np.log(_USUAL_RATE) + LOG_SD * normal(number, seed=seed, stream="rate"))
    # The busiest rooms of a young workspace would otherwise be strangers to everybody.
    rooms.rate = np.minimum(rate * _LOUDNESS_OF_KIND[rooms.kind], _LOUDEST_OF_KIND[rooms.kind])
    known = min(size, len(FOUNDING))
    rooms.founding[:known] = number[:known]
    rooms.birth[:known] = FOUNDED.toordinal() + 9 * number[:known]
    rooms.kind[:known] = CHANNEL
    rooms.fate[:known] = [NEVER if room.uncounted else STEADY for room in FOUNDING[:known]]
    rooms["rate"][:known] = [room.rate for room in FOUNDING[:known]]
    rooms.first_use = rooms.birth + 1
    lifetime = (200 - 2600 * np.log(uniform(number, seed=seed, stream="lifetime"))).astype(np.int64)
    stays = (rooms.fate == STEADY) | (rooms.founding >= 0)
    rooms.end = rooms.birth + np.where(stays, 100_000, lifetime)
    return rooms


def _stream(size: int, seed: int, scale: float, today: int) -> Population:
    began = _STREAM_BEGAN.toordinal()
    newest = (today - began + 1) * size // _STREAM_SPAN + 1
    oldest = newest - int(size * (1 + 3 * _DELETED_EARLY)) - 40
    number = np.arange(oldest, newest + 1) if size else np.arange(0)
    key = number + _STREAM_KEY
    rooms = _rooms(key, number, seed, _FATES_STREAM)
    spread = 0.9 * uniform(key, seed=seed, stream="birth")
    rooms.birth = began + ((number + spread) * (_STREAM_SPAN / max(size, 1))).astype(np.int64)
    # Every third room waits a week or two for its first message, so some of the newest are always unused.
    wait = (12 * uniform(key, seed=seed, stream="wait") ** 3).astype(np.int64)
    rooms.first_use = rooms.birth + np.where(number % 3 == 1, 7 + wait // 2, wait)
    deleted = uniform(key, seed=seed, stream="deleted") < _DELETED_EARLY
    deletion = rooms.birth + 60 + (400 * uniform(key, seed=seed, stream="deletion")).astype(np.int64)
    rooms.gone = deleted & (deletion <= today)
    lifetime = np.minimum(60 - 1200 * np.log(uniform(key, seed=seed, stream="lifetime")), _LONGEST_LIFE)
    rooms.end = np.minimum(rooms.birth + lifetime.astype(np.int64), np.where(deleted, deletion, 10**7))
    # A room that fades, or that is an event, begins louder than one that stays.
    begins = np.select([rooms.fate == EVENT, rooms.fate == FADING], [np.log(14), np.log(9)], np.log(_USUAL_RATE))
    rate = scale * np.exp(begins + LOG_SD * 0.85 * normal(key, seed=seed, stream="rate"))
    rooms.rate = np.minimum(rate * _LOUDNESS_OF_KIND[rooms.kind], 2 * _LOUDEST_OF_KIND[rooms.kind])
    born = rooms[rooms.birth <= today].view(np.recarray)
    # Of those that exist the newest, and what was deleted among them.
    existing = np.flatnonzero(~born.gone)
    first = existing[len(existing) - size] if len(existing) > size else 0
    return born[first:].view(np.recarray)


def _rooms(key: Ints, number: Ints, seed: int, fates: tuple[float, ...]) -> Population:
    rooms = np.zeros(len(key), _COLUMNS).view(np.recarray)
    rooms.key, rooms.number, rooms.founding = key, number, -1
    rooms.fate = np.searchsorted(fates, uniform(key, seed=seed, stream="fate"))
    rooms.kind = np.searchsorted(_KINDS, uniform(key, seed=seed, stream="kind"))
    return rooms

"""Why a room has its signal, as plain data; ``display/reasons.py`` makes a sentence of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.periods import Period

Column = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]

# Why the last weeks of a room are not judged.
LEFT_OUT, NO_DATA, CREATED, FEW_OF_MONTH = "left out", "no data", "created just now", "few of the month"
UNJUDGED = ("", LEFT_OUT, NO_DATA, CREATED, FEW_OF_MONTH)
# More than nothing, and told as nothing.
_LITTLE = 0.1


class Reason(NamedTuple):
    """What the reason of one signal is told from; rooms that are told the same share one, so the rest has no value.

    ``why`` it is not judged, empty where it is, with the ``gap`` of the weeks where there is one. ``counted`` in the
    judged week, or in the four of a ``month``, were so many: below zero where more was deleted than written. ``known``
    weeks before are known, ``needed`` where those are too few. It was silent for the last ``silent`` weeks; ``run``
    weeks ``together`` speak for a fall. ``level`` was usual in a week, or in such a run of them; ``low`` to ``high``
    held nine of ten, which of all rooms together ``rests_on`` so many weeks. ``deleted``: in some of the weeks told
    of, more was deleted than written. ``against``: the change in the same row goes the other way. ``days`` are those
    judged where they are not the period asked for.
    """

    why: str
    signal: str
    counted: float | None
    known: int
    needed: int = 0
    silent: int = 0
    run: int = 1
    together: float = 0.0
    level: float | None = None
    low: float | None = None
    high: float | None = None
    rests_on: int = 0
    month: bool = False
    deleted: bool = False
    gap: str = ""
    against: bool = False
    days: Period | None = None


def rounded(level: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """All that is told of a level: the nearest whole number, and whether it is none at all."""
    told: npt.NDArray[np.float64] = np.where(level == 0, 0.0, np.maximum(np.round(level), _LITTLE))
    return told


def distinct(columns: Sequence[Column]) -> tuple[Ints, Ints]:
    """Where each distinct row of the columns stands first, and which of these each row is like; in order where all are
    distinct.
    """
    table = pd.DataFrame(dict(enumerate(columns)), copy=False)
    of_row, found = pd.factorize(pd.util.hash_pandas_object(table, index=False).to_numpy())
    first = np.empty(len(found), dtype=np.int64)
    # Of several places that are written to one, the last stays: the first of the rows.
    first[of_row[::-1]] = np.arange(len(table))[::-1]
    return first, of_row


def reasons(
    why: tuple[Sequence[str], Ints],
    signal: tuple[Sequence[str], Ints],
    facts: Mapping[str, Column],
    *,
    needed: int,
    month: bool,
) -> npt.NDArray[np.object_]:
    """The reason of every room, from its facts by the names of ``Reason``; many rooms share one.

    ``why`` and ``signal`` are places in the words that come with them.
    """
    first, of_room = distinct([why[1], signal[1], *facts.values()])
    told: dict[str, Iterable[Any]] = {name: _plain(fact[first]) for name, fact in facts.items()}
    for name, (words, places) in {"why": why, "signal": signal}.items():
        told[name] = [words[place] for place in places[first].tolist()]
    told |= {"needed": repeat(needed), "month": repeat(month)}
    given = (told.get(name, repeat(Reason._field_defaults.get(name))) for name in Reason._fields)
    return as_column(list(map(Reason._make, zip(*given, strict=False))), of_room)


def _plain(fact: Column) -> list[Any]:
    """As values of Python; NaN is not equal to itself, and reasons are, so that it is None."""
    values: list[Any] = fact.tolist()
    return [None if value != value else value for value in values] if fact.dtype.kind == "f" else values


def as_column(made: list[Reason], of_room: Ints) -> npt.NDArray[np.object_]:
    """One of the reasons for each room, by their places."""
    return np.fromiter(made, dtype=np.object_, count=len(made))[of_room]


def each(column: npt.NDArray[np.object_]) -> tuple[list[Reason], Ints]:
    """The different reasons of a column, and which of them each room has."""
    places = np.fromiter(map(id, column), dtype=np.int64, count=len(column))
    _, first, of_room = np.unique(places, return_index=True, return_inverse=True)
    return column[first].tolist(), of_room


def changed(column: pd.Series, which: npt.NDArray[np.bool_], **facts: Any) -> pd.Series:
    """The column with other ``facts`` in the reasons of the rooms marked in ``which``."""
    if not which.any():
        return column
    told = column.to_numpy().copy()
    made, of_room = each(told[which])
    told[which] = as_column([one._replace(**facts) for one in made], of_room)
    return pd.Series(told, index=column.index, dtype="object")

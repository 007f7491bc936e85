"""Why a room has its signal, as plain data; ``display/reasons.py`` makes a sentence of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.periods import Period

# Why the last weeks of a room are not judged.
LEFT_OUT, NO_DATA, CREATED, FEW_OF_MONTH = "left out", "no data", "created just now", "few of the month"
# More than nothing, and told as nothing.
_LITTLE = 0.1


@dataclass(frozen=True)
class Reason:
    """What the reason of one signal is told from.

    ``why`` it is not judged, empty where it is, with the ``gap`` of the weeks where there is one. ``count`` was counted
    in the judged week, or in the four of a ``month``: below zero where more was deleted than written. ``known``
    weeks before are known, ``needed`` where those are too few. It was silent for the last ``silent`` weeks; ``run``
    weeks ``together`` speak for a fall. ``level`` was usual in a week, or in such a run of them; ``low`` to ``high``
    held nine of ten. ``deleted``: in some of the weeks told of, more was deleted than written. ``against``: the change
    in the same row goes the other way. ``days`` are those judged where they are not the period asked for.
    """

    why: str
    signal: str
    count: float | None
    known: int
    needed: int = 0
    silent: int = 0
    run: int = 1
    together: float = 0.0
    level: float | None = None
    low: float | None = None
    high: float | None = None
    month: bool = False
    deleted: bool = False
    gap: str = ""
    against: bool = False
    days: Period | None = None


def rounded(level: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """All that is told of a level: the nearest whole number, and whether it is none at all."""
    told: npt.NDArray[np.float64] = np.where(level == 0, 0.0, np.maximum(np.round(level), _LITTLE))
    return told


def distinct(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each distinct row stands first, and which of these each row is like; in order where all are distinct."""
    of_row, found = pd.factorize(pd.util.hash_pandas_object(rows, index=False).to_numpy())
    first = np.empty(len(found), dtype=np.int64)
    # Of several places that are written to one, the last stays: the first of the rows.
    first[of_row[::-1]] = np.arange(len(rows))[::-1]
    return first, of_row


def reasons(facts: Mapping[str, npt.NDArray[Any]], *, needed: int, month: bool) -> npt.NDArray[np.object_]:
    """The reason of every room, from its facts by the names of ``Reason``; many rooms share one."""
    numbers = pd.DataFrame(
        {name: pd.factorize(fact)[0] if fact.dtype.kind in "OUT" else fact for name, fact in facts.items()}
    )
    first, of_room = distinct(numbers)
    stories = zip(*(fact[first].tolist() for fact in facts.values()), strict=True)
    made = [_reason(dict(zip(facts, story, strict=True)), needed, month) for story in stories]
    return as_column(made, of_room)


def _reason(facts: dict[str, Any], needed: int, month: bool) -> Reason:
    # NaN is not equal to itself, and reasons are.
    known: dict[str, Any] = {name: None if fact != fact else fact for name, fact in facts.items()}
    return Reason(**known, needed=needed, month=month)


def as_column(made: list[Reason], of_room: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """One of the reasons for each room, by their places."""
    each = np.empty(len(made), dtype=object)
    each[:] = made
    return each[of_room]


def each(column: npt.NDArray[np.object_]) -> tuple[list[Reason], npt.NDArray[np.int64]]:
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
    told[which] = as_column([replace(one, **facts) for one in made], of_room)
    return pd.Series(told, index=column.index, dtype="object")

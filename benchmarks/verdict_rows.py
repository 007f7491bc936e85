"""The weeks of real rooms as rows to judge: as they were, in another order, and with a change planted in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engagement.demo.generated import generate
from engagement.numbers import verdict
from engagement.numbers.bar import Bar
from engagement.numbers.periods import DAY, Period

ROOMS, TODAY = 300, date(2026, 11, 20)
BACK, AHEAD, TRAILING, SPAN, MONTH = 26, 7, 8, 26, 4
CHANGE = 3.0
# Of each count of a planted rise so much is its own and the rest that of another week, so that the size of the
# negative binomial grows 1.4 times, as it did in rooms whose mean really changed 2 to 5 times.
OWN_PART = 0.827
# How often orders, or rooms, are drawn anew to see how far that moves a figure.
DRAWN = 40

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Rows:
    """One row per judged week: the 26 weeks before and itself, the seven after, its room and its class.

    ``level`` and ``size`` are those of the half year of the room that the week is of; ``order`` tells rows of several
    orders of the weeks apart.
    """

    history: Array
    ahead: Array
    made: Array
    room: Array
    week: Array
    kind: Array
    trailing: Array
    seasonal: Array
    level: Array
    size: Array
    order: Array

    def judged(self, bar: Bar, *, month: bool = False) -> pd.DataFrame:
        """What the package says of every row, the weeks around the turn of the year unknown."""
        return verdict.judge(np.where(self.seasonal, np.nan, self.history), self.made, bar=bar, month=month)

    @property
    def four(self) -> Array:
        """The counts of the judged week and the three after it."""
        return np.concatenate([self.history[:, -1:], self.ahead[:, : MONTH - 1]], axis=1)

    def moved(self, weeks: int, counts: Array) -> Rows:
        """The rows ``weeks`` later, with ``counts`` [rows, 4] instead of what was counted from now on."""
        history = np.concatenate([self.history[:, :-1], counts[:, : weeks + 1]], axis=1)[:, weeks:]
        empty = np.zeros((len(history), weeks), dtype=bool)
        seasonal = np.concatenate([self.seasonal, empty], axis=1)[:, weeks:]
        return replace(self, history=history, made=self.made - weeks, seasonal=seasonal)

    def picked(self, which: Array) -> Rows:
        """Some of the rows."""
        return Rows(**{name: values[which] for name, values in vars(self).items()})


def weekly(folder: Path, leave_out: Iterable[str]) -> tuple[Array, Array, list[Period]]:
    """Messages [rooms, complete ISO weeks], NaN before a room's first week; that week of each room; the weeks."""
    daily = pd.read_csv(folder / "daily.csv", dtype={"room_id": str}, parse_dates=["date"])
    if daily.empty:
        raise SystemExit("daily.csv has no rows.")
    first, last = daily["date"].min(), daily["date"].max()
    if left_out := set(leave_out):
        rooms = pd.read_csv(folder / "rooms.csv", dtype=str)
        names = rooms["name"] if "name" in rooms else rooms["room_id"]
        named = rooms[names.isin(left_out) | rooms["room_id"].isin(left_out)]
        if unknown := left_out - set(names) - set(named["room_id"]):
            raise SystemExit(f"No room of that name: {', '.join(sorted(unknown))}")
        daily = daily[~daily["room_id"].isin(named["room_id"])]
    return _by_week(daily, first, last)


def made_up(seed: int) -> tuple[Array, Array, list[Period]]:
    """The same of a demo workspace of ROOMS rooms and two years."""
    counts = generate(ROOMS, seed, TODAY).counts
    days = pd.to_datetime(counts.days - date(1970, 1, 1).toordinal(), unit="D")
    daily = pd.DataFrame({"date": days, "room_id": counts.rooms, "messages": np.maximum(counts.messages, 0)})
    return _by_week(daily, daily["date"].min(), daily["date"].max())


def _by_week(daily: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> tuple[Array, Array, list[Period]]:
    monday = daily["date"] - pd.to_timedelta(daily["date"].dt.day_of_week, unit="D")
    table = daily.groupby(["room_id", monday])["messages"].sum().unstack(fill_value=0)
    mondays = pd.date_range(first - pd.Timedelta(days=first.weekday()), last, freq="7D")
    complete = mondays[(mondays >= first) & (mondays + pd.Timedelta(days=6) <= last)]
    counts = table.reindex(columns=complete, fill_value=0).to_numpy(dtype=float)
    counts = counts[(counts > 0).any(axis=1)] if counts.shape[1] else counts[:0]
    start = (counts > 0).argmax(axis=1) if len(counts) else np.zeros(0, dtype=int)
    counts[np.arange(counts.shape[1]) < start[:, None]] = np.nan
    return counts, start, [Period(day.date(), day.date() + 6 * DAY) for day in complete]


def shuffled(counts: Array, start: Array, rng: np.random.Generator) -> Array:
    """The weeks of each room in random order inside each 26 weeks of its life, so that nothing really changes."""
    mixed = counts.copy()
    for row, first in enumerate(start):
        for at in range(first, counts.shape[1], SPAN):
            mixed[row, at : at + SPAN] = rng.permutation(mixed[row, at : at + SPAN])
    return mixed


def in_orders(counts: Array, start: Array, weeks: list[Period], orders: int, rng: np.random.Generator) -> Rows:
    """The rows of so many orders of the weeks, whose next three weeks are known."""
    every = []
    for order in range(orders):
        rows = with_month(all_rows(shuffled(counts, start, rng), start, weeks, seasons=False))
        every.append(replace(rows, order=np.full_like(rows.room, order)))
    return Rows(**{name: np.concatenate([getattr(one, name) for one in every]) for name in vars(every[0])})


def all_rows(counts: Array, start: Array, weeks: list[Period], *, seasons: bool = True) -> Rows:
    """Every week outside the turn of the year that has eight whole weeks of its room before it, one with a message."""
    rooms, length = counts.shape
    padded = np.concatenate([np.full((rooms, BACK), np.nan), counts, np.full((rooms, AHEAD), np.nan)], axis=1)
    turning = np.array([False] * BACK + [seasons and verdict.turn_of_year(week) for week in weeks])
    room, week = np.nonzero(np.arange(length) - start[:, None] > TRAILING)
    columns = week[:, None] + np.arange(BACK + 1)
    history = padded[room[:, None], columns]
    trailing = history[:, -1 - TRAILING : -1].mean(axis=1)
    seasonal = turning[columns]
    ahead = padded[room[:, None], week[:, None] + BACK + 1 + np.arange(AHEAD)]
    kind = np.where(trailing < 10, 0, np.where(trailing <= 100, 1, 2))
    made = (start[room] - week + BACK).astype(float)
    level, size = (values[room, week] for values in _half_years(counts, start))
    rows = Rows(history, ahead, made, room, week, kind, trailing, seasonal, level, size, np.zeros_like(room))
    return rows.picked((trailing > 0) & ~seasonal[:, -1])


def _half_years(counts: Array, start: Array) -> tuple[Array, Array]:
    """The mean of each half year of each room's life, and its size by moments: what nobody knows beforehand."""
    level, size = np.full(counts.shape, 1 / 8), np.full(counts.shape, 0.05)
    for row, first in enumerate(start):
        for at in range(first, counts.shape[1], SPAN):
            weeks = counts[row, at : at + SPAN]
            mean = weeks.mean()
            variance = weeks.var(ddof=1) if len(weeks) > 1 else mean
            level[row, at : at + SPAN] = max(mean, 1 / 8)
            if mean:
                size[row, at : at + SPAN] = np.clip(mean**2 / max(variance - mean, 1e-9), 0.03, 200)
    return level, size


def with_month(rows: Rows) -> Rows:
    """The rows whose next three weeks are known."""
    return rows.picked(~np.isnan(rows.ahead[:, : MONTH - 1]).any(axis=1))


def planted(rows: Rows, rng: np.random.Generator) -> dict[str, Array]:
    """The four weeks from the judged one on: as they were, and with each lasting change in them.

    Every count times three, which keeps a room as bursty as it was; three times as many conversations; every message
    kept with one chance in three.
    """
    four = rows.four
    other = np.nan_to_num(rows.history[:, -1 - TRAILING : -1 - TRAILING + MONTH])
    return {
        "as they were": four,
        "×3": four * CHANGE,
        "×3 conv.": np.round(CHANGE * (OWN_PART * four + (1 - OWN_PART) * other)),
        "÷3": rng.binomial(four.astype(np.int64), 1 / CHANGE).astype(float),
    }


def oracle(rows: Rows, counts: Array, factor: float) -> Array:
    """The evidence of the best possible test: level, spread, week and factor of the change all known."""
    stays, moved = rows.size + rows.level, rows.size + rows.level * factor
    slope, offset = np.log(factor * stays / moved), rows.size * np.log(moved / stays)
    evidence: Array = counts.sum(axis=1) * slope - counts.shape[1] * offset
    return evidence


def standard_error(value: Callable[[Array], float], of: Array) -> float:
    """The standard error of a value of rows that come in groups: its spread over groups drawn anew with replacement.

    Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982).
    """
    groups, group = np.unique(of, return_inverse=True)
    if len(groups) < 2:
        return math.nan
    rows = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    drawn = np.random.default_rng(1).integers(len(rows), size=(DRAWN, len(rows)))
    return float(np.nanstd([value(np.concatenate([rows[one] for one in ones])) for ones in drawn]))

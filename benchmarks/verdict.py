"""How well the verdict tells change from noise in real rooms, beside the plain ±50 % rule.

    python benchmarks/verdict.py DIR [--leave-out ROOM ...] [--designs] [--shuffles 5] [--seed 1]

DIR holds daily.csv (date,room_id,messages; UTC days, a missing row is no message) and, so that rooms can be left out
by name, rooms.csv (room_id,name,...). Every complete ISO week of every room is judged that has eight whole weeks of the
room before it, one of them with a message. A flag is growing, shrinking or went quiet. Exit status
1 when a bound does not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engagement.numbers import verdict
from engagement.numbers.bar import CONSTANT_BAR, Bar
from engagement.numbers.periods import DAY, Period

BACK, AHEAD, TRAILING, SPAN = 26, 4, 8, 26
CLASSES = ("below 10", "10 to 100", "above 100")
MOST_OF_PLAIN = (1 / 10, 1 / 10, 1 / 3)
LEAST_HOLD, FEWEST_ROOMS, FEWEST_FLAGS = 1.4, 5, 50
WITHIN = (1, 2, 4)

Array = np.ndarray[Any, Any]
Rule = Callable[["Rows"], Array]


@dataclass(frozen=True)
class Rows:
    """One row per judged week: the 26 weeks before and itself, the four after, its room and its class."""

    history: Array
    ahead: Array
    made: Array
    room: Array
    kind: Array
    trailing: Array
    seasonal: Array

    def judged(self, bar: Bar = CONSTANT_BAR) -> pd.DataFrame:
        """The verdict of the package on every row, the weeks around the turn of the year left out."""
        return verdict.judge(np.where(self.seasonal, np.nan, self.history), self.made, bar=bar)

    def moved(self, weeks: int, counts: Array) -> Rows:
        """The rows ``weeks`` later, with ``counts`` [rows, 4] instead of what was counted from now on."""
        history = np.concatenate([self.history[:, :-1], counts[:, : weeks + 1]], axis=1)[:, weeks:]
        empty = np.zeros((len(history), weeks), dtype=bool)
        seasonal = np.concatenate([self.seasonal, empty], axis=1)[:, weeks:]
        return Rows(history, self.ahead, self.made - weeks, self.room, self.kind, self.trailing, seasonal)


def plain_rule(rows: Rows) -> Array:
    """+1 above 150 % of the week before, -1 below 50 %, 0 else or where the week before had no message."""
    before, last = rows.history[:, -2], rows.history[:, -1]
    return np.where(before > 0, (last > 1.5 * before).astype(int) - (last < 0.5 * before), 0)


def our_rule(rows: Rows) -> Array:
    """+1 growing, -1 shrinking or went quiet, 0 else."""
    words = rows.judged()["signal"].to_numpy()
    return (words == verdict.RISING).astype(int) - np.isin(words, [verdict.FALLING, verdict.UNUSUALLY_SILENT])


def weekly(folder: Path, leave_out: Iterable[str]) -> tuple[Array, Array, list[Period]]:
    """Messages [rooms, complete ISO weeks], NaN before a room's first week; that week of each room; the weeks."""
    daily = pd.read_csv(folder / "daily.csv", dtype={"room_id": str}, parse_dates=["date"])
    first, last = daily["date"].min(), daily["date"].max()
    if left_out := set(leave_out):
        rooms = pd.read_csv(folder / "rooms.csv", dtype=str)
        named = rooms[rooms["name"].isin(left_out) | rooms["room_id"].isin(left_out)]
        if unknown := left_out - set(named["name"]) - set(named["room_id"]):
            raise SystemExit(f"No room of that name: {', '.join(sorted(unknown))}")
        daily = daily[~daily["room_id"].isin(named["room_id"])]
    monday = daily["date"] - pd.to_timedelta(daily["date"].dt.day_of_week, unit="D")
    table = daily.groupby(["room_id", monday])["messages"].sum().unstack(fill_value=0)
    mondays = pd.date_range(first - pd.Timedelta(days=first.weekday()), last, freq="7D")
    complete = mondays[(mondays >= first) & (mondays + pd.Timedelta(days=6) <= last)]
    counts = table.reindex(columns=complete, fill_value=0).to_numpy(dtype=float)
    counts = counts[(counts > 0).any(axis=1)]
    start = (counts > 0).argmax(axis=1)
    counts[np.arange(counts.shape[1]) < start[:, None]] = np.nan
    return counts, start, [Period(day.date(), day.date() + 6 * DAY) for day in complete]


def shuffled(counts: Array, start: Array, rng: np.random.Generator) -> Array:
    """The weeks of each room in random order inside each 26 weeks of its life, so that nothing really changes."""
    mixed = counts.copy()
    for row, first in enumerate(start):
        for at in range(first, counts.shape[1], SPAN):
            mixed[row, at : at + SPAN] = rng.permutation(mixed[row, at : at + SPAN])
    return mixed


def all_rows(counts: Array, start: Array, weeks: list[Period], *, seasons: bool = True) -> Rows:
    """Every week that has eight whole weeks of its room before it, one of them with a message."""
    rooms, length = counts.shape
    padded = np.concatenate([np.full((rooms, BACK), np.nan), counts, np.full((rooms, AHEAD), np.nan)], axis=1)
    turning = np.array([False] * BACK + [seasons and verdict.turn_of_year(week) for week in weeks])
    room, week = np.nonzero(np.arange(length) - start[:, None] > TRAILING)
    columns = week[:, None] + np.arange(BACK + 1)
    history = padded[room[:, None], columns]
    trailing = history[:, -1 - TRAILING : -1].mean(axis=1)
    seasonal = turning[columns]
    seasonal[:, -1] = False
    ahead = padded[room[:, None], week[:, None] + BACK + 1 + np.arange(AHEAD)]
    kind = np.where(trailing < 10, 0, np.where(trailing <= 100, 1, 2))
    made = (start[room] - week + BACK).astype(float)
    rows = Rows(history, ahead, made, room, kind, trailing, seasonal)
    return picked(rows, trailing > 0)


def picked(rows: Rows, which: Array) -> Rows:
    """Some of the rows."""
    return Rows(**{name: values[which] for name, values in vars(rows).items()})


def holds(rows: Rows, flags: Array) -> tuple[Array, Array]:
    """Which flags have four weeks after them, and which of those held: mean at least 1.5 times, or at most half."""
    after = rows.ahead.mean(axis=1)
    known = (flags != 0) & ~np.isnan(after)
    return known, known & np.where(flags > 0, after >= 1.5 * rows.trailing, after <= 0.5 * rows.trailing)


def planted(rows: Rows, rng: np.random.Generator) -> tuple[Rows, dict[int, Array]]:
    """Rows whose next three weeks are known, and the four weeks from the judged one on with a lasting change in them.

    +1: every count times three, so that the room is as bursty as before; -1: every message kept with one chance in
    three; 0: as they were.
    """
    known = ~np.isnan(rows.ahead[:, : AHEAD - 1]).any(axis=1)
    rows = picked(rows, known)
    counts = np.concatenate([rows.history[:, -1:], rows.ahead[:, : AHEAD - 1]], axis=1)
    thinned = rng.binomial(counts.astype(np.int64), 1 / 3).astype(float)
    return rows, {0: counts, 1: counts * 3, -1: thinned}


@dataclass(frozen=True)
class Figures:
    """What one rule does in one class of rooms."""

    weeks: int
    rooms: int
    flagged: float
    shuffled: float
    flags: int
    held: float
    found: dict[int, tuple[float, ...]]
    anyhow: dict[int, float]


def measure(rule: Rule, real: Rows, mixed: list[Rows], change: tuple[Rows, dict[int, Array]]) -> list[Figures]:
    """The figures of a rule, one per class."""
    flags = rule(real)
    known, held = holds(real, flags)
    mixed_flags = [rule(rows) for rows in mixed]
    base, counts = change
    found = {kind: np.stack([rule(base.moved(week, counts[kind])) for week in range(AHEAD)], 1) for kind in counts}
    return [_figures(kind, real, flags, known, held, mixed, mixed_flags, base, found) for kind in range(len(CLASSES))]


def _figures(
    kind: int,
    real: Rows,
    flags: Array,
    known: Array,
    held: Array,
    mixed: list[Rows],
    mixed_flags: list[Array],
    base: Rows,
    found: dict[int, Array],
) -> Figures:
    inside = real.kind == kind
    changed = base.kind == kind
    pairs = list(zip(mixed_flags, mixed, strict=True))
    within = {
        sign: tuple(_share((found[sign][changed, :weeks] == sign).any(axis=1)) for weeks in WITHIN) for sign in (1, -1)
    }
    return Figures(
        weeks=int(inside.sum()),
        rooms=len(set(real.room[inside])),
        flagged=_share(flags[inside] != 0),
        shuffled=_share(np.concatenate([one[rows.kind == kind] != 0 for one, rows in pairs])),
        flags=int((known & inside).sum()),
        held=_share(held[known & inside]),
        found=within,
        anyhow={sign: _share((found[0][changed] == sign).any(axis=1)) for sign in (1, -1)},
    )


def _share(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def table(names: list[str], figures: list[list[Figures]]) -> str:
    """One line per class and rule."""
    head = (
        f"{'messages a week':16}{'rooms':>6}{'weeks':>7}  {'rule':34}{'flags':>7}{'shuffled':>10}{'holds':>7}{'of':>6}"
        f"   {'×3 in 1, 2, 4 weeks (anyhow)':30}{'÷3 in 1, 2, 4 weeks (anyhow)':30}"
    )
    lines = [head]
    for kind, name in enumerate(CLASSES):
        for at, (rule, of_rule) in enumerate(zip(names, figures, strict=True)):
            one = of_rule[kind]
            label = f"{name:16}{one.rooms:>6}{one.weeks:>7}" if not at else " " * 29
            lines.append(
                f"{label}  {rule:34}{one.flagged:>7.1%}{one.shuffled:>10.1%}{one.held:>7.2f}{one.flags:>6}"
                f"   {_found(one, 1):30}{_found(one, -1):30}".rstrip()
            )
    return "\n".join(lines)


def _found(one: Figures, sign: int) -> str:
    return " / ".join(f"{share:4.0%}" for share in one.found[sign]) + f"  ({one.anyhow[sign]:.0%})"


def bounds(plain: list[Figures], ours: list[Figures]) -> list[tuple[bool | None, str]]:
    """Which of the required bounds hold; None where there is too little to judge."""
    said: list[tuple[bool | None, str]] = []
    for name, a, b, most in zip(CLASSES, plain, ours, MOST_OF_PLAIN, strict=True):
        few = f" (only {a.rooms} rooms)" if a.rooms < FEWEST_ROOMS else ""
        ratio = b.shuffled / a.shuffled if a.shuffled else float("nan")
        text = f"{name}: on shuffled weeks {ratio:.3f} of the plain rule's flags, at most {most:.3f} wanted{few}"
        said.append((None if few else ratio <= most, text))
        few = few or (f" (fewer than {FEWEST_FLAGS} flags)" if b.flags < FEWEST_FLAGS else "")
        times = b.held / a.held if a.held else float("nan")
        text = (
            f"{name}: {b.flags} flags hold {times:.2f} times as often as the plain rule's, at least {LEAST_HOLD} wanted"
        )
        said.append((None if few else times >= LEAST_HOLD, f"{text}{few}"))
    return said


def words(real: Rows) -> str:
    """How often each verdict is given, by class."""
    given = pd.crosstab(
        np.array(CLASSES, dtype=object)[real.kind], real.judged()["signal"].to_numpy(), normalize="index"
    )
    given = given.reindex(index=[name for name in CLASSES if name in given.index])
    return given.map("{:.1%}".format).rename_axis(index=None, columns=None).to_string()


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the verdict on a folder of daily counts.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="ROOM", help="rooms to leave out, by name or id")
    parser.add_argument("--designs", action="store_true", help="the other rules that were tried, too")
    parser.add_argument("--shuffles", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    rng = np.random.default_rng(asked.seed)
    counts, start, weeks = weekly(asked.folder, asked.leave_out)
    real = all_rows(counts, start, weeks)
    mixed = [all_rows(shuffled(counts, start, rng), start, weeks, seasons=False) for _ in range(asked.shuffles)]
    change = planted(real, rng)
    rules: dict[str, Rule] = {"±50 %": plain_rule, "our verdict": our_rule}
    if asked.designs:
        from verdict_designs import DESIGNS

        rules |= DESIGNS
    figures = [measure(rule, real, mixed, change) for rule in rules.values()]
    print(f"{len(counts)} rooms, {len(weeks)} complete weeks, {weeks[0].start} to {weeks[-1].end}\n")
    print(table(list(rules), figures))
    print(f"\nHow often each verdict is given\n{words(real)}\n")
    said = bounds(figures[0], figures[1])
    marks = {True: "holds     ", False: "FAILS     ", None: "not judged"}
    print("\n".join(f"{marks[held]}  {text}" for held, text in said))
    print(f"\n{time.monotonic() - began:.0f} seconds")
    return 1 if any(held is False for held, _ in said) else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How well the signals tell change from noise in real rooms, beside the plain ±50 % rule and the best possible test.

    python benchmarks/verdict.py DIR [--leave-out ROOM ...] [--designs] [--trials] [--shuffles N] [--seed 1]
    python benchmarks/verdict.py --demo SEED ...

DIR holds daily.csv (date,room_id,messages; UTC days, a missing row is no message) and, so that rooms can be left out
by name, rooms.csv (room_id,name,...); --demo makes up the rooms of a demo workspace instead. Every complete ISO week of
every room is judged that has eight whole weeks of the room before it, one of them with a message, and three after it;
weeks around the turn of the year are not. Rising, returned, falling and unusually silent are flags. Thresholds are
found on the first 60 % of the weeks and judged on the others; then those that hold without a past are judged on all
weeks. Exit status 1 when a bound does not hold.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import verdict_first as first
from benchmarks.verdict_rows import (
    MONTH,
    Array,
    Rows,
    all_rows,
    in_orders,
    made_up,
    oracle,
    planted,
    standard_error,
    weekly,
    with_month,
)
from benchmarks.verdict_trials import table as trials
from engagement.numbers import totals, verdict
from engagement.numbers.bar import CONSTANT_BAR, Bar
from engagement.numbers.calibration import found

CLASSES = ("below 10", "10 to 100", "above 100")
MOST_OF_PLAIN, COVERED, LEAST_OF_FIRST, LEAST_FOR_MONTH = (0.085, 0.085, 0.25), (0.87, 0.93), 1.0, 1.15
# So many orders of the weeks, of which each draws other bursts together: twelve orders of 32 rooms found a tripling .99
# to 1.24 times as often as by another rule.
ENOUGH_ROWS, FEWEST_ORDERS, MOST_ORDERS = 150_000, 3, 60
FOUND_ON, FEWEST_ROOMS, FEWEST_ROWS = 0.6, 5, 300
PLANTED = {"×3": 1, "×3 conv.": 1, "÷3": -1}
UNTOUCHED = "as they were"

Rule = Callable[[Rows], Array]


@dataclass(frozen=True)
class Data:
    """Rows as they were and in another order, and the four weeks of the latter with each change planted in them."""

    real: Rows
    mixed: Rows
    changes: dict[str, Array]

    @cached_property
    def first(self) -> dict[str, Array]:
        """The highest score of the first version within four weeks, for each planted change and direction."""
        found: dict[str, Array] = {}
        for name, counts in self.changes.items():
            looks = [first.scores(self.mixed.moved(week, counts)) for week in range(MONTH)]
            for sign, side in ((1, 0), (-1, 1)):
                found[f"{name} {sign}"] = np.max([look[side] for look in looks], axis=0)
        return found


@dataclass(frozen=True)
class Share:
    """One part of another, and its standard errors: what other orders of the weeks would change, and other rooms."""

    value: float
    of_orders: float
    of_rooms: float


@dataclass(frozen=True)
class Figures:
    """What one rule does in one class of rooms; NaN where there is nothing to count."""

    weeks: int
    rooms: int
    flagged: float
    shuffled: float
    flags: int
    held: float
    held_by_chance: float
    false: dict[int, float]
    seen: dict[str, float]
    of_best: dict[str, float]
    first_of_best: dict[str, float]
    times_first: dict[str, Share]


def plain_rule(rows: Rows, weeks: int = 1) -> Array:
    """+1 above 150 % of the weeks before, -1 below 50 %, 0 else or where those had no message."""
    last, before = rows.history[:, -weeks:].sum(axis=1), rows.history[:, -2 * weeks : -weeks].sum(axis=1)
    return np.where(before > 0, (last > 1.5 * before).astype(int) - (last < 0.5 * before), 0)


def our_rule(rows: Rows, bar: Bar, *, month: bool = False) -> Array:
    """+1 rising or returned, -1 falling or unusually silent, 0 else."""
    return signs(rows.judged(bar, month=month)["signal"].to_numpy())


def first_rule(rows: Rows) -> Array:
    """The same of the first version, where a return was news, too."""
    up, down = first.scores(rows)
    return np.where((up > 0) | first.returned(rows), 1, np.where(down > 0, -1, 0))


def signs(signals: Array) -> Array:
    """+1 for news upwards, -1 downwards, 0 for none."""
    up = np.isin(signals, [verdict.RISING, verdict.RETURNED])
    return up.astype(int) - np.isin(signals, [verdict.FALLING, verdict.UNUSUALLY_SILENT])


def measure(rule: Rule, data: Data, *, month: bool) -> list[Figures]:
    """The figures of a rule, one per class; with ``month`` it looks once, when the four weeks are over."""
    looks = (MONTH - 1,) if month else tuple(range(MONTH))
    real = rule(data.real.moved(looks[0], data.real.four))
    flags = {
        name: np.stack([rule(data.mixed.moved(week, counts)) for week in looks], 1)
        for name, counts in data.changes.items()
    }
    return [_figures(kind, looks, real, flags, data) for kind in range(len(CLASSES))]


def _figures(kind: int, looks: tuple[int, ...], real: Array, flags: dict[str, Array], data: Data) -> Figures:
    inside, mixed = data.real.kind == kind, data.mixed.kind == kind
    untouched = flags[UNTOUCHED]
    known, held = holds(data.real, real, looks[0])
    known_by_chance, held_by_chance = holds(data.mixed, untouched[:, 0], looks[0])
    false = {sign: _share((untouched[mixed] == sign).any(axis=1)) for sign in (1, -1)}
    seen = {name: _share((flags[name][mixed] == sign).any(axis=1)) for name, sign in PLANTED.items()}
    best, firsts, times = {}, {}, {}
    for name, sign in PLANTED.items():
        changed = {key: oracle(data.mixed, data.changes[key], 3.0**sign)[mixed] for key in (UNTOUCHED, name)}
        most = _share(changed[name] > _edge(changed[UNTOUCHED], false[sign]))
        times[name] = _times_first(name, sign, flags, mixed, data)
        best[name] = seen[name] / most if most else math.nan
        firsts[name] = best[name] / times[name].value if times[name].value else math.nan
    return Figures(
        weeks=int(inside.sum()),
        rooms=len(set(data.real.room[inside])),
        flagged=_share(real[inside] != 0),
        shuffled=_share(untouched[mixed, 0] != 0),
        flags=int((known & inside).sum()),
        held=_share(held[known & inside]),
        held_by_chance=_share(held_by_chance[known_by_chance & mixed]),
        false=false,
        seen=seen,
        of_best=best,
        first_of_best=firsts,
        times_first=times,
    )


def _times_first(name: str, sign: int, flags: dict[str, Array], inside: Array, data: Data) -> Share:
    """How many times as often a change is seen as by the first version at as many false alarms.

    Both on the same weeks, so that most of what is drawn is in both.
    """
    ours = {key: (flags[key][inside] == sign).any(axis=1) for key in (UNTOUCHED, name)}
    theirs = {key: data.first[f"{key} {sign}"][inside] for key in (UNTOUCHED, name)}

    def times(which: Array) -> float:
        edge = _edge(theirs[UNTOUCHED][which], _share(ours[UNTOUCHED][which]))
        seen = _share(theirs[name][which] > edge)
        return _share(ours[name][which]) / seen if seen else math.nan

    of_orders, of_rooms = (standard_error(times, of[inside]) for of in (data.mixed.order, data.mixed.room))
    return Share(times(np.arange(inside.sum())), of_orders, of_rooms)


def _edge(scores: Array, share: float) -> float:
    """The score that so many are above of."""
    return float(np.quantile(scores, 1 - share, method="higher")) if len(scores) and share == share else math.nan


def holds(rows: Rows, flags: Array, week: int) -> tuple[Array, Array]:
    """Which flags of ``week`` have four weeks after them, and which of those held.

    Their mean is at least 1.5 times, or at most half, that of the weeks before: eight, or thirteen before a month.
    """
    after = rows.ahead[:, week : week + MONTH].mean(axis=1)
    before = np.nanmean(rows.history[:, -14:-1], axis=1) if week else rows.trailing
    known = (flags != 0) & ~np.isnan(after)
    return known, known & np.where(flags > 0, after >= 1.5 * before, after <= 0.5 * before)


def _share(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def covered(rows: Rows, bar: Bar) -> tuple[list[float], list[float]]:
    """The share of weeks that "usually a to b" held, by class, and of sums of four weeks."""
    shares = []
    for month in (False, True):
        moved = rows.moved(MONTH - 1, rows.four) if month else rows
        judged = moved.judged(bar, month=month)
        count = moved.history[:, -MONTH:].sum(axis=1) if month else moved.history[:, -1]
        low, high = judged["usual_low"].to_numpy(), judged["usual_high"].to_numpy()
        inside, there = (low <= count) & (count <= high), ~np.isnan(low)
        shares.append([_share(inside[there & (rows.kind == kind)]) for kind in range(len(CLASSES))])
    return shares[0], shares[1]


def covered_total(counts: Array, turning: Array, begin: int, *, month: bool) -> tuple[float, float]:
    """The same for the whole workspace, and the share of its weeks that were news."""
    total, inside, news = np.nansum(counts, axis=0), [], []
    for week in range(begin, len(total)):
        judged = totals.judge_total(total[: week + 1], turning[: week + 1], month=month)
        if judged["level"] == judged["level"]:
            count = total[week - MONTH + 1 : week + 1].sum() if month else total[week]
            inside.append(judged["usual_low"] <= count <= judged["usual_high"])
            news.append(judged["signal"] in verdict.NEWS)
    return _share(np.array(inside)), _share(np.array(news))


def table(measured: dict[str, list[Figures]]) -> str:
    """One line per class and rule."""
    head = (
        f"{'messages a week':16}{'rooms':>6}{'weeks':>7}  {'rule':26}{'flags':>7}{'shuffled':>9}{'of plain':>9}"
        f"{'holds':>7}{'less chance':>12}{'of':>6}  {'false in 4 weeks':18}"
        + "".join(f"{name + ' seen, of best (first)':>30}" for name in PLANTED)
    )
    lines = [head]
    for kind, name in enumerate(CLASSES):
        for at, (rule, figures) in enumerate(measured.items()):
            one, plain = figures[kind], measured["±50 %, months" if "month" in rule else "±50 %"][kind]
            label = f"{name:16}{one.rooms:>6}{one.weeks:>7}" if not at else " " * 29
            ratio = one.shuffled / plain.shuffled if plain.shuffled else math.nan
            found_of = "".join(
                f"{one.seen[kind_of]:>14.0%} {one.of_best[kind_of]:>7.2f} ({one.first_of_best[kind_of]:.2f})"
                for kind_of in PLANTED
            )
            lines.append(
                f"{label}  {rule:26}{one.flagged:>7.1%}{one.shuffled:>9.1%}{ratio:>9.3f}{one.held:>7.2f}"
                f"{one.held - one.held_by_chance:>12.2f}{one.flags:>6}   {one.false[1]:5.1%} up"
                f" {one.false[-1]:5.1%} down"
                f"{found_of}"
            )
    return "\n".join(lines)


Said = list[tuple[bool | None, str]]


def bounds(measured: dict[str, list[Figures]], ours: str, *, month: bool) -> Said:
    """Which of the required bounds hold; None where there is too little to judge."""
    said: Said = []
    plain = measured["±50 %, months" if month else "±50 %"]
    for kind, (name, most) in enumerate(zip(CLASSES, MOST_OF_PLAIN, strict=True)):
        one = measured[ours][kind]
        few = one.rooms < FEWEST_ROOMS or one.weeks < FEWEST_ROWS
        note = f" (only {one.weeks} weeks of {one.rooms} rooms)" if few else ""
        ratio = one.shuffled / plain[kind].shuffled if plain[kind].shuffled else math.nan
        text = f"{ours}, {name}: on shuffled weeks {ratio:.3f} of the plain rule's flags, at most {most:.3f} wanted"
        said.append((None if few else ratio <= most, text + note))
        for change in PLANTED:
            least = LEAST_FOR_MONTH if month and kind == 1 else LEAST_OF_FIRST
            times = one.times_first[change]
            text = f"{ours}, {name}: {change} seen {times.value:.2f} times as often as by the first version"
            text += f" at as many alarms (± {times.of_orders:.2f} by the orders drawn, ± {times.of_rooms:.2f} by rooms)"
            held = None if few or math.isnan(times.value) else times.value >= least
            said.append((held, f"{text}, at least {least} wanted{note}"))
    return said


def bounds_of_cover(names: list[str], shares: list[float], rows: list[int], rooms: list[int]) -> Said:
    """Whether what is called usual holds nine of ten; of few rooms, or weeks, that says nothing."""
    low, high = COVERED
    said: Said = []
    for name, share, weeks, of in zip(names, shares, rows, rooms, strict=True):
        few = weeks < FEWEST_ROWS / 3 or of < FEWEST_ROOMS
        note = f" (only {weeks} weeks of {of} rooms)" if few else ""
        text = f"{name}: usual holds {share:.1%}, {low:.0%} to {high:.0%}"
        said.append((None if few else low <= share <= high, text + note))
    return said


def words(rows: Rows, bar: Bar) -> str:
    """How often each signal is given, by class."""
    signals = rows.judged(bar)["signal"].to_numpy()
    given = pd.crosstab(np.array(CLASSES, dtype=object)[rows.kind], signals, normalize="index")
    given = given.reindex(index=[name for name in CLASSES if name in given.index])
    return given.map("{:.1%}".format).rename_axis(index=None, columns=None).to_string()


def told_and_seen(data: Data, bar: Bar) -> str:
    """How many triplings were seen of the rooms of which so much is told, in weeks and in months together."""
    rules = (("within four weeks", tuple(range(MONTH)), False), ("in a month", (MONTH - 1,), True))
    lines = []
    for name, looks, month in rules:
        told = data.mixed.moved(looks[0], data.mixed.four).judged(bar, month=month)["seen_tripling"].to_numpy()
        flags = [our_rule(data.mixed.moved(week, data.changes["×3"]), bar, month=month) == 1 for week in looks]
        seen, tenth = np.any(flags, axis=0), np.floor(10 * told)
        shares = (f"{n / 10:.1f} {_share(seen[tenth == n]):.2f} ({(tenth == n).sum()})" for n in range(10))
        lines.append(f"a tripling {name}, told and seen: {', '.join(shares)}")
    return "\n".join(lines)


def report(data: Data, bar: Bar, counts: Array, turning: Array, begin: int, designs: dict[str, Rule]) -> Said:
    """Prints all figures of a bar and says which bounds hold."""
    rules: dict[str, tuple[Rule, bool]] = {
        "±50 %": (plain_rule, False),
        "first version": (first_rule, False),
        "signal": (partial(our_rule, bar=bar), False),
        **{name: (rule, False) for name, rule in designs.items()},
        **({"month, asked every week": (partial(our_rule, bar=bar, month=True), False)} if designs else {}),
        "±50 %, months": (partial(plain_rule, weeks=MONTH), True),
        "signal, months": (partial(our_rule, bar=bar, month=True), True),
    }
    measured = {name: measure(rule, data, month=month) for name, (rule, month) in rules.items()}
    print(table(measured))
    print(f"\nHow often each signal is given\n{words(data.real, bar)}\n\n{told_and_seen(data, bar)}\n")
    said = bounds(measured, "signal", month=False) + bounds(measured, "signal, months", month=True)
    number = [int((data.real.kind == kind).sum()) for kind in range(len(CLASSES))]
    rooms = [one.rooms for one in measured["signal"]]
    for span, shares in zip(("a week", "four weeks"), covered(data.real, bar), strict=True):
        said += bounds_of_cover([f"{span}, {name}" for name in CLASSES], shares, number, rooms)
    for span, month in (("a week", False), ("four weeks", True)):
        share, news = covered_total(counts, turning, begin, month=month)
        name = f"{span}, all rooms together ({news:.1%} news)"
        said += bounds_of_cover([name], [share], [counts.shape[1] - begin], [len(counts)])
    marks = {True: "holds     ", False: "FAILS     ", None: "not judged"}
    print("\n".join(f"{marks[held]}  {text}" for held, text in said), "\n")
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the signals on a folder of daily counts.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("folder", type=Path, metavar="DIR", nargs="?")
    where.add_argument("--demo", type=int, metavar="SEED", help="300 made-up rooms of two years instead")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="ROOM", help="rooms to leave out, by name or id")
    parser.add_argument("--designs", action="store_true", help="the other rules that were tried, too")
    parser.add_argument("--trials", action="store_true", help="other constants at equal false alarms, too")
    parser.add_argument("--shuffles", type=int, help=f"how many orders of weeks; {FEWEST_ORDERS} to {MOST_ORDERS}")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    rng = np.random.default_rng(asked.seed)
    try:
        counts, start, weeks = made_up(asked.demo) if asked.folder is None else weekly(asked.folder, asked.leave_out)
    except (OSError, ValueError, KeyError, AttributeError) as exc:
        raise SystemExit(f"{asked.folder} holds no daily counts that can be read: {exc}") from exc
    if not len(counts) or not weeks:
        raise SystemExit("There is no complete week with a message.")
    turning = np.array([verdict.turn_of_year(week) for week in weeks])
    real = with_month(all_rows(counts, start, weeks))
    if not len(real.week):
        raise SystemExit(f"{len(weeks)} complete weeks are too few: no week can be judged.")
    times = asked.shuffles or min(max(FEWEST_ORDERS, round(ENOUGH_ROWS / len(real.week))), MOST_ORDERS)
    together = in_orders(counts, start, weeks, times, rng)
    cut = int(FOUND_ON * len(weeks))
    print(f"{len(counts)} rooms, {len(weeks)} complete weeks in {times} orders, {weeks[0].start} to {weeks[-1].end}\n")
    designs: dict[str, Rule] = {}
    if asked.designs:
        from benchmarks.verdict_designs import DESIGNS

        designs = DESIGNS
    own = found(counts[:, :cut], start.astype(float), turning[:cut])
    said: Said = []
    for title, bar, begin in (
        (f"Thresholds of the first {cut} weeks, judged on the {len(weeks) - cut} others", own, cut),
        ("Thresholds that hold without a past, judged on all weeks", CONSTANT_BAR, 0),
    ):
        some = together.picked(together.week >= begin)
        data = Data(real.picked(real.week >= begin), some, planted(some, rng))
        print(f"{title}\n{bar.to_json()}")
        said += report(data, bar, counts, turning, begin, designs)
        if asked.trials:
            print(trials(data.mixed, data.changes, CLASSES), "\n")
    print(f"{time.monotonic() - began:.0f} seconds")
    return 1 if any(held is False for held, _ in said) else 0


if __name__ == "__main__":
    raise SystemExit(main())

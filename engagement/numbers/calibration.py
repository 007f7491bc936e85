"""The bar that a workspace sets itself: thresholds found on its own past, its weeks in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engagement.numbers import evidence
from engagement.numbers.bar import CLASSES, CONSTANT_BAR, Bar, ByClass, Thresholds, room_class
from engagement.numbers.evidence import MONTH, WINDOW, Base, Floats, Ints, Weeks
from engagement.numbers.verdict import checked, compared, unknown_first

# Fewer weeks than about a year say too little of what comes by chance, so the constants stand.
FEWEST_WEEKS_OF_BAR = 48
# False alarms, as a share of those of the plain rule (beyond ±50 %) on the same shuffled weeks: well below the tenth
# and the third that are promised, as weeks to come are not those that the thresholds were found on.
MOST_OF_PLAIN = np.array([0.07, 0.07, 0.18])
# Which part of them may be rises: falls of small rooms can hardly be seen.
RISES = np.array([0.85, 0.6, 0.45])
# Half a year, inside which weeks change places: longer ago a room was another one. At least so often; in a workspace of
# few rooms more often, as what is found there would hang on the orders that were drawn.
SHUFFLED_WEEKS, SHUFFLES, MOST_SHUFFLES = 26, 3, 12
# Of one week in twenty the count is lower than usual, and of one in ten it is lower or higher; of four weeks a few more
# of those that it is found on, as of those to come it held more.
BELOW_USUAL, BEYOND_USUAL, BEYOND_USUAL_OF_MONTHS = 0.045, 0.09, 0.11
# The constants count like so many weeks of rooms of a class, and a class needs so many rooms.
WEEKS_OF_CONSTANTS, FEWEST_ROOMS = 500, 5
# So many weeks before must be known.
ENOUGH_WEEKS = 8
# More rooms of a class, and more windows of weeks, say nothing new.
MOST_ROOMS, MOST_WINDOWS = 300, 15_000


_ONE: ByClass = (1.0, 1.0, 1.0)
_ZERO: ByClass = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class _Rows:
    """Windows of weeks, a row each, and which room each is of."""

    weeks: Weeks
    room: Ints


def found(
    history: Floats,
    created_week: Floats | None = None,
    left_out: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
) -> Bar:
    """The bar of a workspace from the weeks of its rooms, arguments as in ``verdict.judge``.

    False alarms on its own weeks in another order stay a margin below what is promised; classes with few rooms keep
    the constants. CONSTANT_BAR where fewer than FEWEST_WEEKS_OF_BAR weeks are known.
    """
    counts, made, marked = checked(history, created_week, left_out)
    chosen = _sampled(counts)
    by_week = compared(counts.T[:, chosen], made[chosen], marked)
    told = int((~np.isnan(by_week)).any(axis=1).sum())
    if told < FEWEST_WEEKS_OF_BAR:
        return CONSTANT_BAR
    weeks, chance = unknown_first(by_week).T, np.random.default_rng(1)
    number = min(int(np.count_nonzero(~np.isnan(weeks))), MOST_WINDOWS)
    times = min(max(SHUFFLES, SHUFFLES * MOST_WINDOWS // max(number, 1)), MOST_SHUFFLES)
    real, orders = _windows(weeks), [_windows(_shuffled(weeks, chance)) for _ in range(times)]
    week, month = (_with_odds(_with_usual(real, month=month), orders, month=month) for month in (False, True))
    return Bar(week, month, told)


def _sampled(counts: Floats) -> Ints:
    """At most MOST_ROOMS rooms of each class, evenly among those that spoke."""
    # By weeks: each is one piece of memory, and few copies are made of what may be a hundred thousand rooms.
    level = np.zeros(len(counts))
    for week in counts.T:
        level += np.fmax(week, 0.0)
    level /= counts.shape[1]
    kind = room_class(level)
    chosen = []
    for one in range(CLASSES):
        at = np.flatnonzero((kind == one) & (level > 0))
        chosen.append(at[np.linspace(0, len(at) - 1, min(len(at), MOST_ROOMS)).astype(np.int64)])
    return np.concatenate(chosen)


def _shuffled(weeks: Floats, chance: np.random.Generator) -> Floats:
    """The weeks of each room in another order inside each half year, so that nothing really changes."""
    half = (np.arange(weeks.shape[1])[::-1] // SHUFFLED_WEEKS)[::-1]
    # Unknown weeks stand first and stay there.
    order = np.where(np.isnan(weeks), np.arange(weeks.shape[1]) / weeks.shape[1] - 1, 0.0)
    order = np.where(order < 0, order, (half.max() - half) + chance.random(weeks.shape))
    return np.take_along_axis(weeks, np.argsort(order, axis=1), axis=1)


def _windows(weeks: Floats) -> _Rows:
    """Every known week of every room, and the weeks before it.

    Those of rooms that were silent or not there before are none of what is promised, and cost nothing.
    """
    known = np.flatnonzero(~np.isnan(weeks))
    few = known[np.linspace(0, len(known) - 1, min(len(known), MOST_WINDOWS)).astype(np.int64)]
    few = few[_spoke_before(weeks).ravel()[few]]
    room = few // weeks.shape[1]
    padded = np.pad(weeks, ((0, 0), (WINDOW - 1, 0)), constant_values=np.nan).ravel()
    # By weeks: each is one piece of memory.
    first, counts = few + (WINDOW - 1) * room, np.empty((WINDOW, len(few)))
    for week in range(WINDOW):
        counts[week] = padded[week:][first]
    return _Rows(Weeks(counts), room)


def _spoke_before(weeks: Floats) -> npt.NDArray[np.bool_]:
    """Before which weeks a room was there for ENOUGH_WEEKS and spoke in so many before them, or before a month."""
    far = ENOUGH_WEEKS + MONTH
    heard = np.pad(np.cumsum(weeks > 0, axis=1), ((0, 0), (far, 0)))[:, : weeks.shape[1] + far - 1]
    spoke = heard[:, far - 1 :] > heard[:, : weeks.shape[1]]
    known: Ints = np.arange(weeks.shape[1]) - np.isnan(weeks).sum(axis=1)[:, None]
    return spoke & (known >= ENOUGH_WEEKS)


def _with_usual(rows: _Rows, *, month: bool) -> Thresholds:
    """The constants with the margins of what is usual that held nine of ten of these weeks."""
    constants = CONSTANT_BAR.of(month=month)
    plain = replace(constants, usual_low=_ONE, usual_high=_ONE)
    count, (low, high), base = evidence.usual(rows.weeks, plain, month=month)
    found: list[tuple[float, float]] = []
    for kind, of_kind in enumerate(_by_kind(rows, count, base, month=month)):
        held = constants.usual_low[kind], constants.usual_high[kind]
        if trust := _trust(rows.room[of_kind]):
            margin = evidence.margin_of(low[of_kind], high[of_kind], base.weeks[of_kind], month=month)
            below, above = (((count[of_kind] + 1) / (edge[of_kind] + 1)) ** (1 / margin) for edge in (low, high))
            least = min(float(np.quantile(below, BELOW_USUAL)), 1.0)
            beyond = (BEYOND_USUAL_OF_MONTHS if month else BEYOND_USUAL) - float((below < least).mean())
            most = float(np.quantile(above, 1 - beyond))
            held = _between(trust, least, held[0]), _between(trust, most, held[1])
        found.append(held)
    return replace(constants, usual_low=_of(found, 0), usual_high=_of(found, 1))


def _with_odds(bar: Thresholds, orders: Sequence[_Rows], *, month: bool) -> Thresholds:
    """The thresholds that give as many false alarms on these shuffled weeks as there may be."""
    # One order after the other: so many windows fit where a processor reaches them at once, and all of them do not.
    scores = zip(*(_scores(bar, rows, month=month) for rows in orders), strict=True)
    found: list[tuple[float, float, float]] = []
    for kind, of_kind in enumerate(scores):
        room, rise, fall, plain = (np.concatenate(values) for values in zip(*of_kind, strict=True))
        held = bar.up[kind], bar.down[kind], bar.chance[kind]
        if trust := _trust(room, len(orders)):
            wanted = MOST_OF_PLAIN[kind] * plain.mean()
            up, down = (
                _between(trust, float(np.quantile(score, 1 - wanted * part, method="higher")), constant)
                for score, part, constant in ((rise, RISES[kind], held[0]), (fall, 1 - RISES[kind], held[1]))
            )
            held = up, down, round(float(((rise > up) | (fall > down)).mean()), 4)
        found.append(held)
    return replace(bar, up=_of(found, 0), down=_of(found, 1), chance=_of(found, 2))


def _scores(bar: Thresholds, rows: _Rows, *, month: bool) -> list[tuple[Ints, Floats, Floats, npt.NDArray[np.bool_]]]:
    """For each class the rooms of the rows, how much they speak for a rise and for a fall, and whether they are beyond
    ±50 %."""
    count, _, edges = evidence.looked_at(rows.weeks, replace(bar, up=_ZERO, down=_ZERO), month=month)
    rise = np.where(count > edges.above, edges.rise, 0.0)
    fall = np.where(count < edges.below, edges.fall, 0.0)
    span = MONTH if month else 1
    before = rows.weeks.counts[-2 * span : -span].sum(axis=0)
    plain = (before > 0) & ((count > 1.5 * before) | (count < 0.5 * before))
    kinds = _by_kind(rows, count, edges.base, month=month)
    return [(rows.room[one], rise[one], fall[one], plain[one]) for one in kinds]


def _by_kind(rows: _Rows, count: Floats, base: Base, *, month: bool) -> list[npt.NDArray[np.bool_]]:
    """Which rows are of each class, of those with eight weeks before, in which they spoke.

    Of those, false alarms are promised to be few.
    """
    span = MONTH if month else 1
    heard = np.fmax.reduce(rows.weeks.counts[-span - ENOUGH_WEEKS : -span]) > 0
    there = (base.weeks >= ENOUGH_WEEKS) & heard & ~np.isnan(count)
    return [there & (base.kind == one) for one in range(CLASSES)]


def _trust(rooms: Ints, shuffles: int = 1) -> float:
    """How far the rows of these rooms are believed, beside the constants: 0 to 1."""
    if np.count_nonzero(np.bincount(rooms)) < FEWEST_ROOMS:
        return 0.0
    return len(rooms) / (len(rooms) + shuffles * WEEKS_OF_CONSTANTS)


def _between(trust: float, found: float, constant: float) -> float:
    return round(trust * found + (1 - trust) * constant, 3)


def _of(found: Sequence[tuple[float, ...]], which: int) -> ByClass:
    below, middle, above = (values[which] for values in found)
    return below, middle, above

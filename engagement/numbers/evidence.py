"""What the counts of a room say: how well a lasting change explains them, and the range that its weeks kept to.

Weekly counts of chat rooms are far noisier than chance alone would make them, so two negative binomial models are
compared: the level of a room's weeks before, and a lasting change of that level by CHANGE. Where the constants come
from, what else was tried and how well each does on real communities: docs/verdict.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engagement.numbers.bar import ByClass, Thresholds, room_class

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# All that is looked at: four weeks together and the thirteen before them.
WINDOW, MONTH = 17, 4
# Fewer weeks before are compared with nothing.
FEWEST_WEEKS = 4
# The lasting change that is worth a word: three times as much, or a third.
CHANGE = 3.0
# From so many known weeks on, what is usual does not hang on the highest or lowest alone.
WEEKS_TO_SKIP_ONE = 8
# Where the high count is six times the low one (of four weeks: three times), the whole margin of a class is used; a
# part of it is everywhere.
WHOLE_MARGIN, WHOLE_MARGIN_OF_MONTHS, LEAST_MARGIN = 6.0, 3.0, 0.3
# By how much more of it a room needs of which nothing is known: of rooms with eight known weeks, four together held
# eight of ten with the margin of rooms with all.
UNSEEN = 1.0
# Counts cannot fall below zero, so one low week says little, and several together say more.
LOW_RUNS = (1, 3, 4)
# The weeks of a room alone are a poor measure of spread, so that of a typical room of the level counts like four more.
TYPICAL_WEEKS = 4
# Rooms that speak less are like those with a message in four weeks: what they say is as much or nothing.
LEAST_LEVEL = 1 / 4
# Half of all revivals are a handful of messages and no more, so fewer than seven are never news.
FEWEST_MESSAGES = 7
# One burst is no level: the highest of the weeks before counts at most twice the second highest, and five.
BURST, BURST_MESSAGES = 2.0, 5.0
# What a room with half as many weeks known must say more clearly, as a logarithm of odds.
YOUNG = 0.5

# Where half of all triplings are seen, and how fast that grows, by the logarithm of level × 3 to the edge.
SEEN_IN_FOUR_WEEKS, SEEN_IN_A_MONTH = (-0.4, 1.1), (0.5, 1.2)

# The size of the negative binomial (variance = level + level² / size) whose central 95 % held 94 to 98 % of the
# weeks of rooms of that level, in 329 rooms of five public communities.
_LEVELS = np.array([0.5, 2, 5.5, 17, 55, 170, 500])
_SIZES = np.array([0.05, 0.14, 0.26, 0.46, 0.75, 1.9, 4.2])


@dataclass(frozen=True)
class Base:
    """The weeks before, one value per room: mean and size without a single burst, and how many are known.

    ``level`` is the mean, or the least that can be seen.
    """

    mean: Floats
    level: Floats
    size: Floats
    weeks: Ints

    def line(self, factor: float) -> tuple[Floats, Floats]:
        """Slope and offset of the log of how many times better ``level × factor`` explains a week's count.

        That ratio of two negative binomials of the same size is a straight line in the count.
        """
        stays, moved = self.size + self.level, self.size + self.level * factor
        return np.log(factor * stays / moved), self.size * np.log(moved / stays)


@dataclass(frozen=True)
class Edges:
    """From where a count is news, one value per room, and how far beyond the bar it is (negative: short of it).

    ``run`` is how many weeks together speak for a fall, ``together`` their messages, and ``before`` the level before.
    """

    base: Base
    below: Floats
    above: Floats
    fall: Floats
    rise: Floats
    run: Ints
    together: Floats
    before: Floats


def typical_spread(level: Floats) -> Floats:
    """1 / size of the negative binomial that rooms of a level (messages a week) have; straight between logarithms."""
    spread: Floats = np.exp(-np.interp(np.log(level), np.log(_LEVELS), np.log(_SIZES)))
    return spread


def base_of(before: Floats) -> Base:
    """The level and spread of ``before`` [rooms, weeks], NaN where not known."""
    known = ~np.isnan(before)
    number = known.sum(axis=1)
    counts = without_burst(before)
    total = np.maximum(number, 1)
    mean = counts.sum(axis=1) / total
    level = np.maximum(mean, LEAST_LEVEL)
    typical = typical_spread(level)
    variance = np.maximum(np.square(counts).sum(axis=1) - total * np.square(mean), 0.0) / np.maximum(number - 1, 1)
    spoken = mean > 0
    own = np.where(spoken, np.maximum(variance - mean, 0.0) / np.where(spoken, mean, 1.0) ** 2, typical)
    return Base(mean, level, (number + TYPICAL_WEEKS) / (number * own + TYPICAL_WEEKS * typical), number)


def without_burst(weeks: Floats) -> Floats:
    """The counts with the highest of each room cut to what one burst may count; 0 where not known."""
    counts = np.nan_to_num(weeks)
    second = np.partition(counts, -2, axis=1)[:, -2]
    cut: Floats = np.minimum(counts, (BURST * second + BURST_MESSAGES)[:, None])
    return cut


def usual_week(known: Floats, bar: Thresholds) -> tuple[Floats, Floats]:
    """The range that nine of ten weeks after those before the last of ``known`` [rooms, WINDOW] kept to.

    The second lowest and second highest of the weeks before, so that no single one decides, and a margin.
    """
    ordered = np.sort(known[:, :-1], axis=1)
    number = (~np.isnan(ordered)).sum(axis=1)
    skip = np.where(number >= WEEKS_TO_SKIP_ONE, 1, 0)
    return _stretched(ordered, number, skip, base_of(known[:, :-1]), bar.usual_low, bar.usual_high)


def usual_month(known: Floats, bar: Thresholds) -> tuple[Floats, Floats]:
    """The same for the last MONTH weeks together: the lowest and highest such sum of the weeks before, and a margin."""
    before = known[:, :-MONTH]
    weeks = np.where(np.isnan(before), np.nan, without_burst(before))
    sums = np.sort(np.lib.stride_tricks.sliding_window_view(weeks, MONTH, axis=1).sum(axis=2), axis=1)
    number = (~np.isnan(sums)).sum(axis=1)
    return _stretched(sums, number, np.zeros_like(number), base_of(before), bar.usual_low, bar.usual_high, MONTH)


def _stretched(
    ordered: Floats, number: Ints, skip: Ints, base: Base, low: ByClass, high: ByClass, weeks: int = 1
) -> tuple[Floats, Floats]:
    kind, level = room_class(base.level), weeks * base.mean
    least, most = (
        np.take_along_axis(ordered, np.maximum(at, 0)[:, None], axis=1)[:, 0] for at in (skip, number - 1 - skip)
    )
    margin = margin_of(least, most, base.weeks, month=weeks > 1)
    return (
        np.clip(np.ceil((least + 1) * np.array(low)[kind] ** margin - 1), 0.0, np.floor(level)),
        np.maximum(np.floor((most + 1) * np.array(high)[kind] ** margin - 1), np.ceil(level)),
    )


def margin_of(least: Floats, most: Floats, known: Ints, *, month: bool) -> Floats:
    """Which part of the margin of its class a room needs: less where its weeks hardly differed, more of few ``known``.

    Few weeks have not shown their whole spread yet.
    """
    whole = WHOLE_MARGIN_OF_MONTHS if month else WHOLE_MARGIN
    weeks = WINDOW - MONTH if month else WINDOW - 1
    part = np.clip(np.log((most + 1) / (least + 1)) / np.log(whole), LEAST_MARGIN, 1.0)
    margin: Floats = part * (1 + UNSEEN * np.maximum(weeks - known, 0) / weeks)
    return margin


def week_edges(known: Floats, usual: tuple[Floats, Floats], bar: Thresholds) -> Edges:
    """What makes the last week of ``known`` [rooms, WINDOW] news: that week alone, or with the low ones before it."""
    base = base_of(known[:, :-1])
    count = known[:, -1]
    slope, offset = base.line(CHANGE)
    most = _needed(bar.up, base)
    above = np.maximum(np.maximum(np.floor((most + offset) / slope), FEWEST_MESSAGES - 1.0), usual[1])
    runs = [_run(known, run, base_of(known[:, :-run]) if run > 1 else base, bar) for run in LOW_RUNS]
    neutral = runs[0].neutral
    edges = np.stack([np.minimum(runs[0].edge, usual[0]), *(run.edge for run in runs[1:])])
    fall = np.stack([run.excess for run in runs])
    chosen = np.where(count < edges, fall, -np.inf).argmax(axis=0), np.arange(len(known))
    return Edges(
        base=base,
        below=np.maximum(np.minimum(edges.max(axis=0), neutral), 0.0),
        above=above,
        fall=fall[chosen],
        rise=count * slope - offset - most,
        run=np.array(LOW_RUNS)[chosen[0]],
        together=np.stack([run.together for run in runs])[chosen],
        before=np.stack([run.base.mean for run in runs])[chosen],
    )


@dataclass(frozen=True)
class _Run:
    """Some last weeks together: below which count of the last one they are news, and how far beyond the bar they are.

    From ``neutral`` down the last week itself speaks for a fall.
    """

    base: Base
    edge: Floats
    excess: Floats
    neutral: Floats
    together: Floats


def _run(known: Floats, weeks: int, base: Base, bar: Thresholds) -> _Run:
    slope, offset = base.line(1 / CHANGE)
    needed = _needed(bar.down, base)
    earlier = known[:, -weeks:-1].sum(axis=1)
    together = earlier + known[:, -1]
    edge = np.ceil((needed + weeks * offset) / slope - earlier)
    excess = together * slope - weeks * offset - needed
    enough = (base.weeks >= FEWEST_WEEKS) & ~np.isnan(earlier)
    edge, excess = np.where(enough, edge, -np.inf), np.where(enough, excess, -np.inf)
    return _Run(base, edge, excess, np.ceil(offset / slope), together)


def month_edges(known: Floats, usual: tuple[Floats, Floats], bar: Thresholds) -> Edges:
    """What makes the last MONTH weeks of ``known`` [rooms, WINDOW] together news, against those before."""
    base = base_of(known[:, :-MONTH])
    together = known[:, -MONTH:].sum(axis=1)
    sides = []
    for factor, thresholds in ((CHANGE, bar.up), (1 / CHANGE, bar.down)):
        slope, offset = base.line(factor)
        needed = _needed(thresholds, base)
        sides.append(((needed + MONTH * offset) / slope, together * slope - MONTH * offset - needed))
    (high, rise), (low, fall) = sides
    above = np.maximum(np.maximum(np.floor(high), FEWEST_MESSAGES - 1.0), usual[1])
    below = np.maximum(np.ceil(low), 0.0)
    return Edges(base, below, above, fall, rise, np.full(len(known), MONTH), together, base.mean)


def _needed(thresholds: ByClass, base: Base) -> Floats:
    whole = WINDOW - MONTH
    young = YOUNG * np.maximum(whole - base.weeks, 0) / whole
    needed: Floats = np.array(thresholds)[room_class(base.level)] + young
    return needed


def seen_tripling(edges: Edges, *, month: bool) -> Floats:
    """The chance that a tripling of each room would be news within four weeks, or in these four weeks together.

    A logistic curve of how far the level times three is from the edge, fitted on two communities: docs/verdict.md.
    """
    weeks = MONTH if month else 1
    middle, slope = SEEN_IN_A_MONTH if month else SEEN_IN_FOUR_WEEKS
    tripled = np.log(CHANGE * weeks * edges.base.level / edges.above)
    chance: Floats = 1 / (1 + np.exp(-slope * (tripled - middle)))
    return chance


def windows(weeks: Floats) -> Floats:
    """Every week (last axis) as the last of WINDOW, with those before it; NaN before the first."""
    before = np.full((*weeks.shape[:-1], WINDOW - 1), np.nan)
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([before, weeks], axis=-1), WINDOW, axis=-1)


def looked_at(known: Floats, bar: Thresholds, *, month: bool) -> tuple[Floats, tuple[Floats, Floats], Edges]:
    """The count of the last week of ``known``, or of the last four together, what is usual for it, and its edges."""
    if month:
        usual = usual_month(known, bar)
        return known[:, -MONTH:].sum(axis=1), usual, month_edges(known, usual, bar)
    usual = usual_week(known, bar)
    return known[:, -1], usual, week_edges(known, usual, bar)

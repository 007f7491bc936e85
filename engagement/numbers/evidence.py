"""What the counts of a room say: how well a lasting change explains them, and the range that its weeks kept to.

Weekly counts of chat rooms are far noisier than chance alone would make them, so two negative binomial models are
compared: the level of a room's weeks before, and a lasting change of that level by CHANGE. Where the constants come
from, what else was tried and how well each does on real communities: docs/verdict.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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
# The weeks of a room alone are a poor measure of spread, so that of a typical room of the level counts like four more;
# like twelve for a rise, as bursts come once in a dozen weeks or two, and sixteen without one say little of the next.
TYPICAL_WEEKS, TYPICAL_WEEKS_OF_RISES = 4, 12
# Rooms that speak less are like those with a message in four weeks: what they say is as much or nothing.
LEAST_LEVEL = 1 / 4
# Half of all revivals are a handful of messages and no more, so fewer than seven are never news.
FEWEST_MESSAGES = 7
# One burst is no level: the highest of the weeks before counts at most twice the second highest, and twenty, as one
# conversation of twenty messages is what the weeks of a small room are like; in what is usual of four weeks, and five.
BURST, BURST_MESSAGES, BURST_MESSAGES_OF_MONTHS = 2.0, 20.0, 5.0
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

    A rise is held against ``size_of_rises``. ``level`` is the mean, or the least that can be seen, and ``kind`` the
    class of rooms that it is in; ``highest`` and ``second`` are the two highest counts.
    """

    mean: Floats
    level: Floats
    size: Floats
    size_of_rises: Floats
    weeks: Ints
    kind: Ints
    highest: Floats
    second: Floats

    def line(self, factor: float) -> tuple[Floats, Floats]:
        """Slope and offset of the log of how many times better ``level × factor`` explains a week's count.

        That ratio of two negative binomials of the same size is a straight line in the count.
        """
        size = self.size_of_rises if factor > 1 else self.size
        stays, moved = size + self.level, size + self.level * factor
        return np.log(factor * stays / moved), size * np.log(moved / stays)


@dataclass(frozen=True, eq=False)
class Weeks:
    """WINDOW weeks of many rooms, the last of them judged: ``counts`` [weeks, rooms], NaN where not known, those first.

    A week of all rooms is one piece of memory, through which each step goes once.
    """

    counts: Floats
    _bases: dict[int, Base] = field(default_factory=dict)

    def before(self, last: int) -> Base:
        """The weeks before the ``last`` ones, worked out once."""
        if last not in self._bases:
            self._bases[last] = _base(*self._sums[WINDOW - last])
        return self._bases[last]

    @cached_property
    def _sums(self) -> dict[int, tuple[Ints, Floats, Floats, Floats, Floats]]:
        """Of so many weeks: how many are known, the two highest counts, and sum and squares of all but the highest."""
        known = np.zeros(self.counts.shape[1], dtype=np.int64)
        highest, second, others, squares = np.zeros((4, len(known)))
        wanted = {WINDOW - last for last in (1, MONTH, *LOW_RUNS)}
        found = {}
        for number, week in enumerate(self.counts[: max(wanted)], start=1):
            count = np.fmax(week, 0.0)
            lower = np.minimum(count, highest)
            known += ~np.isnan(week)
            others += lower
            squares += np.square(lower)
            np.maximum(second, lower, out=second)
            np.maximum(highest, count, out=highest)
            if number in wanted:
                found[number] = (known.copy(), highest.copy(), second.copy(), others.copy(), squares.copy())
        return found


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


def _base(known: Ints, highest: Floats, second: Floats, others: Floats, squares: Floats) -> Base:
    top = np.minimum(highest, BURST * second + BURST_MESSAGES)
    total = np.maximum(known, 1)
    mean = (others + top) / total
    level = np.maximum(mean, LEAST_LEVEL)
    typical = typical_spread(level)
    variance = np.maximum(squares + np.square(top) - total * np.square(mean), 0.0) / np.maximum(known - 1, 1)
    spoken = mean > 0
    own = np.where(spoken, np.maximum(variance - mean, 0.0) / np.where(spoken, mean, 1.0) ** 2, typical)
    size, size_of_rises = (
        (known + weeks) / (known * own + weeks * typical) for weeks in (TYPICAL_WEEKS, TYPICAL_WEEKS_OF_RISES)
    )
    return Base(mean, level, size, size_of_rises, known, room_class(level), highest, second)


def usual_week(weeks: Weeks, bar: Thresholds) -> tuple[Floats, Floats]:
    """The range that nine of ten weeks after those before the last kept to.

    The second lowest and second highest of the weeks before, so that no single one decides, and a margin.
    """
    base = weeks.before(1)
    lowest, next_lowest = np.full((2, len(base.mean)), np.inf)
    for week in weeks.counts[:-1]:
        np.fmin(next_lowest, np.maximum(lowest, week), out=next_lowest)
        np.fmin(lowest, week, out=lowest)
    many = base.weeks >= WEEKS_TO_SKIP_ONE
    least = np.where(base.weeks > 0, np.where(many, next_lowest, lowest), np.nan)
    return _stretched(least, np.where(many, base.second, base.highest), base, bar)


def usual_month(weeks: Weeks, bar: Thresholds) -> tuple[Floats, Floats]:
    """The same for the last MONTH weeks together: the lowest and highest such sum of the weeks before, and a margin."""
    base = weeks.before(MONTH)
    counts = np.minimum(weeks.counts[:-MONTH], BURST * base.second + BURST_MESSAGES_OF_MONTHS)
    # Added week by week, each of which is one piece of memory.
    sums = sum(counts[first : len(counts) - MONTH + first + 1] for first in range(MONTH))
    return _stretched(np.fmin.reduce(sums), np.fmax.reduce(sums), base, bar, MONTH)


def _stretched(least: Floats, most: Floats, base: Base, bar: Thresholds, weeks: int = 1) -> tuple[Floats, Floats]:
    level = weeks * base.mean
    margin = margin_of(least, most, base.weeks, month=weeks > 1)
    low, high = (np.array(of_class)[base.kind] ** margin for of_class in (bar.usual_low, bar.usual_high))
    return (
        np.clip(np.ceil((least + 1) * low - 1), 0.0, np.floor(level)),
        np.maximum(np.floor((most + 1) * high - 1), np.ceil(level)),
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


def week_edges(weeks: Weeks, usual: tuple[Floats, Floats], bar: Thresholds) -> Edges:
    """What makes the last week news: that week alone, or with the low ones before it."""
    base, count = weeks.before(1), weeks.counts[-1]
    slope, offset = base.line(CHANGE)
    most = _needed(bar.up, base)
    above = np.maximum(np.maximum(np.floor((most + offset) / slope), FEWEST_MESSAGES - 1.0), usual[1])
    first, *longer = (_run(weeks, run, bar) for run in LOW_RUNS)
    below = np.minimum(first.edge, usual[0])
    most_said = np.where(count < below, first.excess, -np.inf)
    fall, run, together, before = first.excess, np.full(len(count), LOW_RUNS[0]), first.together, base.mean.copy()
    for number, several in zip(LOW_RUNS[1:], longer, strict=True):
        said = np.where(count < several.edge, several.excess, -np.inf)
        # Few rooms have low weeks that say more together.
        at = np.flatnonzero(said > most_said)
        most_said[at] = fall[at] = said[at]
        run[at], together[at], before[at] = number, several.together[at], several.base.mean[at]
        below = np.maximum(below, several.edge)
    below = np.maximum(np.minimum(below, first.neutral), 0.0)
    return Edges(base, below, above, fall, count * slope - offset - most, run, together, before)


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


def _run(weeks: Weeks, run: int, bar: Thresholds) -> _Run:
    base = weeks.before(run)
    slope, offset = base.line(1 / CHANGE)
    needed = _needed(bar.down, base)
    earlier = weeks.counts[-run:-1].sum(axis=0)
    together = earlier + weeks.counts[-1]
    edge = np.ceil((needed + run * offset) / slope - earlier)
    excess = together * slope - run * offset - needed
    enough = (base.weeks >= FEWEST_WEEKS) & ~np.isnan(earlier)
    edge, excess = np.where(enough, edge, -np.inf), np.where(enough, excess, -np.inf)
    return _Run(base, edge, excess, np.ceil(offset / slope), together)


def month_edges(weeks: Weeks, usual: tuple[Floats, Floats], bar: Thresholds) -> Edges:
    """What makes the last MONTH weeks together news, against those before."""
    base = weeks.before(MONTH)
    together = weeks.counts[-MONTH:].sum(axis=0)
    sides = []
    for factor, thresholds in ((CHANGE, bar.up), (1 / CHANGE, bar.down)):
        slope, offset = base.line(factor)
        needed = _needed(thresholds, base)
        sides.append(((needed + MONTH * offset) / slope, together * slope - MONTH * offset - needed))
    (high, rise), (low, fall) = sides
    above = np.maximum(np.maximum(np.floor(high), FEWEST_MESSAGES - 1.0), usual[1])
    below = np.maximum(np.ceil(low), 0.0)
    return Edges(base, below, above, fall, rise, np.full(len(together), MONTH), together, base.mean)


def _needed(thresholds: ByClass, base: Base) -> Floats:
    whole = WINDOW - MONTH
    young = YOUNG * np.maximum(whole - base.weeks, 0) / whole
    needed: Floats = np.array(thresholds)[base.kind] + young
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
    return sliding_window_view(np.concatenate([before, weeks], axis=-1), WINDOW, axis=-1)


def looked_at(weeks: Weeks, bar: Thresholds, *, month: bool) -> tuple[Floats, tuple[Floats, Floats], Edges]:
    """The count of the last week, or of the last four together, what is usual for it, and its edges."""
    count, held, _ = usual(weeks, bar, month=month)
    return count, held, (month_edges if month else week_edges)(weeks, held, bar)


def usual(weeks: Weeks, bar: Thresholds, *, month: bool) -> tuple[Floats, tuple[Floats, Floats], Base]:
    """The count of the last week, or of the last four together, what is usual for it, and the weeks before."""
    if month:
        return weeks.counts[-MONTH:].sum(axis=0), usual_month(weeks, bar), weeks.before(MONTH)
    return weeks.counts[-1], usual_week(weeks, bar), weeks.before(1)

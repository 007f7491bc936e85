"""The other rules that were tried against noise; each answers +1, -1 or 0 per row of histories [rows, weeks]."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.verdict_rows import Array, Rows
from engagement.numbers import evidence, verdict
from engagement.numbers.bar import CONSTANT_BAR, Bar

Rule = Callable[[Rows], Array]
WEEKS, LEAST_LEVEL = 8, 1 / 8


def signs(up: Array, down: Array) -> Array:
    """+1, -1 or 0."""
    return np.where(up, 1, np.where(down, -1, 0))


def log_factorials(most: int) -> Array:
    """log(0!) to log(most!)."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def quantiles(chance: float, levels: Array) -> Array:
    """Quantiles of the negative binomial of each level, by summing."""
    found = []
    for level, size in zip(levels, 1 / evidence.typical_spread(levels), strict=True):
        count = np.arange(int(level * (20 if level > 5 else 200)) + 60)
        gammas = np.concatenate([[0.0], np.cumsum(np.log(size + count[:-1]))])
        logs = gammas - log_factorials(len(count) - 1) + count * math.log(level / (size + level))
        found.append(np.searchsorted(np.cumsum(np.exp(logs + size * math.log(size / (size + level)))), chance))
    return np.array(found, dtype=float)


GRID = np.exp(np.linspace(math.log(1 / 8), math.log(2000), 250))


def nb_band(chance: float) -> Rule:
    """Outside the negative binomial band around the mean of the eight weeks before, typical size."""
    low, high = quantiles((1 - chance) / 2, GRID), quantiles((1 + chance) / 2, GRID)

    def rule(rows: Rows) -> Array:
        level = np.nanmean(rows.history[:, -1 - WEEKS : -1], axis=1)
        at = np.clip(np.searchsorted(GRID, level), 0, len(GRID) - 1)
        return signs(rows.history[:, -1] > high[at], rows.history[:, -1] < low[at])

    return rule


def log_scores(history: Array, weeks: int) -> Array:
    """How many standard deviations log(1 + count) of the last weeks is from the eight before; spread half typical."""
    logs = np.log1p(history)
    before = slice(-weeks - WEEKS, -weeks)
    level = np.maximum(np.nanmean(history[:, before], axis=1), 0.2)
    typical = np.minimum(np.log1p(evidence.typical_spread(level) + 1 / level), 2.5)
    spread = np.sqrt((np.nanvar(logs[:, before], axis=1) + typical) / 2)
    return (logs[:, -weeks:] - np.nanmean(logs[:, before], axis=1)[:, None]) / spread[:, None]


def log_band(times: float) -> Rule:
    """Outside mean ± times the standard deviation of log(1 + count)."""

    def rule(rows: Rows) -> Array:
        score = log_scores(rows.history, 1)[:, 0]
        return signs(score > times, score < -times)

    return rule


def confirmed(times: float) -> Rule:
    """Two weeks in a row outside the narrower band of the eight weeks before them."""

    def rule(rows: Rows) -> Array:
        scores = log_scores(rows.history, 2)
        return signs(scores.min(axis=1) > times, scores.max(axis=1) < -times)

    return rule


def record(weeks: int, exceptions: int) -> Rule:
    """Each of the last weeks above, or below, all but so many of the eight before: the room's own history alone."""

    def rule(rows: Rows) -> Array:
        before = np.sort(rows.history[:, -weeks - WEEKS : -weeks], axis=1)
        last = rows.history[:, -weeks:]
        return signs(last.min(axis=1) > before[:, -1 - exceptions], last.max(axis=1) < before[:, exceptions])

    return rule


def own_spread(weeks: Array, typical: Array) -> tuple[Array, Array]:
    """1 / size of the known weeks by moments, and how many are known; ``typical`` where all are silent."""
    number = (~np.isnan(weeks)).sum(axis=1)
    mean = np.nansum(weeks, axis=1) / number
    variance = np.nansum((weeks - mean[:, None]) ** 2, axis=1) / (number - 1)
    own = (variance - mean) / np.maximum(mean, LEAST_LEVEL) ** 2
    return np.where(mean > 0, np.maximum(own, 0), typical), number


def summed(odds: float, longest: int, spread_weeks: int) -> Rule:
    """Evidence for ×3 or ÷3 added up over the last one to ``longest`` weeks, the last of them speaking for it too."""

    def rule(rows: Rows) -> Array:
        best = {factor: np.full(len(rows.history), -np.inf) for factor in (3.0, 1 / 3)}
        for weeks in range(1, longest + 1):
            known = np.maximum(rows.history, 0)
            level = np.maximum(np.nanmean(known[:, -weeks - WEEKS : -weeks], axis=1), LEAST_LEVEL)
            typical = evidence.typical_spread(level)
            own, number = own_spread(known[:, -weeks - spread_weeks : -weeks], typical)
            size = (number + WEEKS) / (own * number + typical * WEEKS)
            for factor, most in best.items():
                stays, moved = size + level, size + level * factor
                slope, offset = np.log(factor * stays / moved), size * np.log(moved / stays)
                speaks = known[:, -weeks:] * slope[:, None] - offset[:, None]
                best[factor] = np.where(speaks[:, -1] > 0, np.maximum(most, speaks.sum(axis=1)), most)
        return signs(best[3.0] > math.log(odds), best[1 / 3] > math.log(odds))

    return rule


def ours(bar: Bar = CONSTANT_BAR, **constants: object) -> Rule:
    """The signals of the package with another bar or other constants."""

    def rule(rows: Rows) -> Array:
        with replaced(constants):
            return _signs_of(rows.judged(bar))

    return rule


def week_bar(**thresholds: tuple[float, float, float]) -> Bar:
    """The constants of the package with other thresholds of a week."""
    return replace(CONSTANT_BAR, week=replace(CONSTANT_BAR.week, **thresholds))


def _signs_of(judged: pd.DataFrame) -> Array:
    signals = judged["signal"]
    return signs(
        signals.isin([verdict.RISING, verdict.RETURNED]), signals.isin([verdict.FALLING, verdict.UNUSUALLY_SILENT])
    )


@contextmanager
def replaced(constants: dict[str, object]) -> Iterator[None]:
    """The constants of the evidence replaced for a while."""
    before = {name: getattr(evidence, name) for name in constants}
    vars(evidence).update(constants)
    try:
        yield
    finally:
        vars(evidence).update(before)


DESIGNS: dict[str, Rule] = {
    "NB band 95 % (first try)": nb_band(0.95),
    "log band, 2.1 sd": log_band(2.1),
    "two weeks beyond 1.3 sd": confirmed(1.3),
    "record of nine weeks": record(1, 0),
    "three weeks beyond 7 of 8": record(3, 1),
    "odds 4, one week": summed(4, 1, 8),
    "odds 4, spread of 25 weeks": summed(4, 1, 25),
    "odds 10, 1 to 4 weeks": summed(10, 4, 8),
    "signal, one low week only": ours(LOW_RUNS=(1,)),
    "signal, 1 to 6 low weeks": ours(LOW_RUNS=(1, 2, 3, 4, 5, 6)),
    "signal, typical counts 8 for falls": ours(TYPICAL_WEEKS=8),
    "signal, typical counts 1 for falls": ours(TYPICAL_WEEKS=1),
    "signal, bursts uncut": ours(BURST=1e9),
    "signal, least level 1/8": ours(LEAST_LEVEL=1 / 8),
    "signal, ×2 and ÷2": ours(CHANGE=2.0),
    "signal, ×5 and ÷5": ours(CHANGE=5.0),
    "signal, bar of first version": ours(week_bar(up=(1.25, 1.25, 1.1), down=(1.8, 1.8, 1.8))),
}

"""The other rules that were tried against noise; each answers +1, -1 or 0 per row of histories [rows, weeks]."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from engagement.numbers import verdict
from engagement.numbers.bar import CONSTANT_BAR, Bar

Array = np.ndarray[Any, Any]


class HasHistory(Protocol):
    """Rows with 26 weeks and the judged one."""

    @property
    def history(self) -> Array:
        """Messages [rows, weeks], NaN where not known."""

    def judged(self, bar: Bar = CONSTANT_BAR) -> pd.DataFrame:
        """The verdict of the package on every row."""


Rule = Callable[[HasHistory], Array]
WEEKS = verdict.OWN_WEEKS


def signs(up: Array, down: Array) -> Array:
    """+1, -1 or 0."""
    return np.where(up, 1, np.where(down, -1, 0))


def log_factorials(most: int) -> Array:
    """log(0!) to log(most!)."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def quantiles(chance: float, levels: Array) -> Array:
    """Quantiles of the negative binomial of each level, by summing."""
    found = []
    for level, size in zip(levels, 1 / verdict.typical_spread(levels), strict=True):
        count = np.arange(int(level * (20 if level > 5 else 200)) + 60)
        gammas = np.concatenate([[0.0], np.cumsum(np.log(size + count[:-1]))])
        logs = gammas - log_factorials(len(count) - 1) + count * math.log(level / (size + level))
        found.append(np.searchsorted(np.cumsum(np.exp(logs + size * math.log(size / (size + level)))), chance))
    return np.array(found, dtype=float)


GRID = np.exp(np.linspace(math.log(1 / 8), math.log(2000), 250))


def nb_band(chance: float) -> Rule:
    """Outside the negative binomial band around the mean of the eight weeks before, typical size."""
    low, high = quantiles((1 - chance) / 2, GRID), quantiles((1 + chance) / 2, GRID)

    def rule(rows: HasHistory) -> Array:
        level = np.nanmean(rows.history[:, -1 - WEEKS : -1], axis=1)
        at = np.clip(np.searchsorted(GRID, level), 0, len(GRID) - 1)
        return signs(rows.history[:, -1] > high[at], rows.history[:, -1] < low[at])

    return rule


def log_scores(history: Array, weeks: int) -> Array:
    """How many standard deviations log(1 + count) of the last weeks is from the eight before; spread half typical."""
    logs = np.log1p(history)
    before = slice(-weeks - WEEKS, -weeks)
    level = np.maximum(np.nanmean(history[:, before], axis=1), 0.2)
    typical = np.minimum(np.log1p(verdict.typical_spread(level) + 1 / level), 2.5)
    spread = np.sqrt((np.nanvar(logs[:, before], axis=1) + typical) / 2)
    return (logs[:, -weeks:] - np.nanmean(logs[:, before], axis=1)[:, None]) / spread[:, None]


def log_band(times: float) -> Rule:
    """Outside mean ± times the standard deviation of log(1 + count)."""

    def rule(rows: HasHistory) -> Array:
        score = log_scores(rows.history, 1)[:, 0]
        return signs(score > times, score < -times)

    return rule


def confirmed(times: float) -> Rule:
    """Two weeks in a row outside the narrower band of the eight weeks before them."""

    def rule(rows: HasHistory) -> Array:
        scores = log_scores(rows.history, 2)
        return signs(scores.min(axis=1) > times, scores.max(axis=1) < -times)

    return rule


def record(weeks: int, exceptions: int) -> Rule:
    """Each of the last weeks above, or below, all but so many of the eight before: the room's own history alone."""

    def rule(rows: HasHistory) -> Array:
        before = np.sort(rows.history[:, -weeks - WEEKS : -weeks], axis=1)
        last = rows.history[:, -weeks:]
        return signs(last.min(axis=1) > before[:, -1 - exceptions], last.max(axis=1) < before[:, exceptions])

    return rule


def own_spread(weeks: Array, typical: Array) -> tuple[Array, Array]:
    """1 / size of the known weeks by moments, and how many are known; ``typical`` where all are silent."""
    number = (~np.isnan(weeks)).sum(axis=1)
    mean = np.nansum(weeks, axis=1) / number
    variance = np.nansum((weeks - mean[:, None]) ** 2, axis=1) / (number - 1)
    own = (variance - mean) / np.maximum(mean, verdict.LEAST_LEVEL) ** 2
    return np.where(mean > 0, np.maximum(own, 0), typical), number


def summed(odds: float, longest: int, spread_weeks: int) -> Rule:
    """Evidence for ×3 or ÷3 added up over the last one to ``longest`` weeks, the last of them speaking for it too."""

    def rule(rows: HasHistory) -> Array:
        best = {factor: np.full(len(rows.history), -np.inf) for factor in (3.0, 1 / 3)}
        for weeks in range(1, longest + 1):
            known = np.maximum(rows.history, 0)
            level = np.maximum(np.nanmean(known[:, -weeks - WEEKS : -weeks], axis=1), verdict.LEAST_LEVEL)
            typical = verdict.typical_spread(level)
            own, number = own_spread(known[:, -weeks - spread_weeks : -weeks], typical)
            size = (number + verdict.TYPICAL_WEEKS) / (own * number + typical * verdict.TYPICAL_WEEKS)
            model = verdict._Model(level, level, size, np.full(len(level), odds), number)
            for factor, most in best.items():
                evidence = model.evidence(known[:, -weeks:], factor)
                best[factor] = np.where(evidence[:, -1] > 0, np.maximum(most, evidence.sum(axis=1)), most)
        return signs(best[3.0] > math.log(odds), best[1 / 3] > math.log(odds))

    return rule


def week_bar(odds: float) -> Bar:
    """The constants of the package with other odds of one week below 100."""
    return replace(CONSTANT_BAR, week=(math.log(odds), math.log(odds), CONSTANT_BAR.week[2]))


def ours(bar: Bar = CONSTANT_BAR, **constants: float) -> Rule:
    """The verdict of the package with another bar or other constants."""

    def rule(rows: HasHistory) -> Array:
        with replaced(constants):
            words = rows.judged(bar)["signal"].to_numpy()
        return signs(words == verdict.RISING, np.isin(words, [verdict.FALLING, verdict.UNUSUALLY_SILENT]))

    return rule


@contextmanager
def replaced(constants: dict[str, float]) -> Iterator[None]:
    """The module's constants replaced for a while."""
    before = {name: getattr(verdict, name) for name in constants}
    vars(verdict).update(constants)
    try:
        yield
    finally:
        vars(verdict).update(before)


DESIGNS: dict[str, Rule] = {
    "NB band 95 % (first try)": nb_band(0.95),
    "log band, 2.1 sd": log_band(2.1),
    "two weeks outside log band 1.3 sd": confirmed(1.3),
    "record of nine weeks": record(1, 0),
    "three weeks beyond 7 of 8": record(3, 1),
    "odds 4, one week": summed(4, 1, 8),
    "odds 4, own spread from 25 weeks": summed(4, 1, 25),
    "odds 4, summed over 1 to 4 weeks": summed(4, 4, 8),
    "odds 10, summed over 1 to 4 weeks": summed(10, 4, 8),
    "our verdict, odds 3": ours(week_bar(3.0)),
    "our verdict, odds 6": ours(week_bar(6.0)),
    "our verdict, no run of low weeks": ours(ODDS_OF_RUN=math.inf),
    "our verdict, typical spread alone": ours(TYPICAL_WEEKS=1e6),
    "our verdict, ×2 and ÷2": ours(CHANGE=2.0),
    "our verdict, ×5 and ÷5": ours(CHANGE=5.0),
}

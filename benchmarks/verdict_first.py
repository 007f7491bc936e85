"""The rule of the first version, as scores: how far each row is beyond its bar upwards and downwards."""

from __future__ import annotations

import numpy as np

from benchmarks.verdict_rows import Array, Rows
from engagement.numbers.evidence import typical_spread

OWN_WEEKS, LEAST_LEVEL = 8, 1 / 8
ODDS, ODDS_WHEN_BUSY, ODDS_WHEN_YOUNG, BUSY_LEVEL = 3.5, 3.0, 6.0, 100.0
ODDS_OF_RUN, ODDS_OF_SILENCE = 6.0, 10.0


def scores(rows: Rows) -> tuple[Array, Array]:
    """The log odds less the bar for a rise and for a fall (one week, three low ones, a silence); news above 0."""
    history = np.where(rows.seasonal, np.nan, rows.history)
    history = np.where(np.arange(history.shape[1]) <= rows.made[:, None], np.nan, history)
    order = np.argsort(~np.isnan(history[:, :-1]), axis=1, kind="stable")
    known = np.hstack([np.take_along_axis(history[:, :-1], order, axis=1), history[:, -1:]])
    level, size, odds, _ = _model(known, 1)
    up = _evidence(known[:, -1:], level, size, 3.0)[:, 0] - np.log(odds)
    up = np.where(known[:, -1] >= 7, up, -np.inf)
    down = _evidence(known[:, -1:], level, size, 1 / 3)[:, 0] - np.log(odds)
    level, size, _, weeks = _model(known, 3)
    low = np.minimum(np.partition(known[:, -11:-3], 1, axis=1)[:, 1], np.floor(level))
    run = _evidence(known[:, -3:], level, size, 1 / 3).sum(axis=1) - np.log(ODDS_OF_RUN)
    down = np.maximum(down, np.where((weeks >= OWN_WEEKS) & (known[:, -3:].max(axis=1) < low), run, -np.inf))
    for length in (2, 3, 4):
        level, size, _, weeks = _model(known, length)
        silent = (known[:, -length:] == 0).all(axis=1) & (weeks >= OWN_WEEKS)
        evidence = _evidence(known[:, -length:], level, size, 1 / 3).sum(axis=1) - np.log(ODDS_OF_SILENCE)
        down = np.maximum(down, np.where(silent, evidence, -np.inf))
    return up, down


def returned(rows: Rows) -> Array:
    """Four silent weeks, then seven messages: news of its own."""
    silent: Array = (rows.history[:, -5:-1] == 0).all(axis=1) & (rows.history[:, -1] >= 7)
    return silent


def _model(known: Array, judged_weeks: int) -> tuple[Array, Array, Array, Array]:
    before = known[:, :-judged_weeks][:, -OWN_WEEKS:]
    weeks = (~np.isnan(before)).sum(axis=1)
    mean = np.nansum(before, axis=1) / np.maximum(weeks, 1)
    level = np.maximum(mean, LEAST_LEVEL)
    typical = typical_spread(level)
    variance = np.square(before - mean[:, None]).sum(axis=1) / (OWN_WEEKS - 1)
    own = np.where(mean > 0, np.maximum((variance - mean) / np.where(mean > 0, mean, 1.0) ** 2, 0.0), typical)
    young = weeks < OWN_WEEKS
    odds = np.where(young, ODDS_WHEN_YOUNG, np.where(level < BUSY_LEVEL, ODDS, ODDS_WHEN_BUSY))
    return level, 1 / np.where(young, typical, (own + typical) / 2), odds, weeks


def _evidence(counts: Array, level: Array, size: Array, factor: float) -> Array:
    stays, moved = size + level, size + level * factor
    evidence: Array = counts * np.log(factor * stays / moved)[:, None] - (size * np.log(moved / stays))[:, None]
    return evidence

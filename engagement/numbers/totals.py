"""The whole workspace: its last week, or last four, against the spread of its own weeks and nothing else.

What is usual for rooms of a level says nothing of a sum of many rooms, which may differ by a few per cent or by half.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.errors import InvalidInput
from engagement.numbers.evidence import CHANGE, FEWEST_WEEKS, MONTH, Floats
from engagement.numbers.reasons import FEW_OF_MONTH, LEFT_OUT, NO_DATA, Reason
from engagement.numbers.verdict import (
    FALLING,
    NO_CLEAR_CHANGE,
    RISING,
    TOO_FEW_WEEKS,
    UNUSUALLY_SILENT,
)

# A total is held against the median of so many known weeks before it, and its spread is that of a year.
LEVEL_WEEKS, YEAR = 8, 52
# The part of all weeks that what is usual holds, and how much further news begins: where a year stayed within a fifth,
# the loss of a third is beyond it.
HELD, NEWS = 0.9, 1.75
# Week by week, what is usual is widened where it missed and narrowed where it held, by so much, so that in the end it
# misses one in ten whatever the weeks are like. Of four weeks together, of which the next three share most, it learns
# too late to miss as few, so fewer are aimed at.
STEP, MISSED, MISSED_OF_MONTHS = 0.2, 0.1, 0.07
# Few weeks have not shown their whole spread yet.
FEWEST_RATIOS, ENOUGH_RATIOS, UNSEEN = 4, 9, 4.0


@dataclass(frozen=True)
class _Usual:
    """What a week is held against: the level, and how far from it weeks stray, as logarithms."""

    level: float
    ratios: Floats
    stray: float

    def edges(self, times: float) -> tuple[float, float]:
        """The lowest and the highest count within ``times`` the usual range."""
        return math.ceil(self.level * math.exp(-times * self.stray)), math.floor(
            self.level * math.exp(times * self.stray)
        )


def judge_total(
    weekly: Floats, left_out: Sequence[bool] | npt.NDArray[np.bool_] | None = None, *, month: bool = False
) -> pd.Series:
    """The signal of the last week of ``weekly``, the messages of many rooms together, NaN where not known.

    With ``month`` the last four weeks together are judged. Fields as the columns of ``verdict.judge``. Raises
    InvalidInput when the weeks left out do not fit.
    """
    counts, marked = _checked(weekly, left_out)
    span = MONTH if month else 1
    known = np.where(marked, np.nan, counts)
    weeks_known = int((~np.isnan(known[:-1])).sum())
    usual = _usual(known, span)
    count = float(counts[-span:].sum())
    if marked[-span:].any() or math.isnan(count) or usual is None:
        unknown = NO_DATA if math.isnan(counts[-1]) else FEW_OF_MONTH
        why = LEFT_OUT if marked[-span:].any() else unknown if math.isnan(count) else ""
        told = None if math.isnan(count) else count
        return _row(TOO_FEW_WEEKS, Reason(why, TOO_FEW_WEEKS, told, weeks_known, month=month), weeks_known)
    low, high = (span * edge for edge in usual.edges(1.0))
    below, above = (span * edge for edge in usual.edges(NEWS))
    signal = RISING if count > above else FALLING if count < below else NO_CLEAR_CHANGE
    if signal == FALLING and count <= 0:
        signal = UNUSUALLY_SILENT
    ratio = math.log((max(count, 0.0) / span + 1) / (usual.level + 1))
    rests_on = min(int((~np.isnan(known[:-span])).sum()), YEAR)
    reason = Reason(
        "", signal, count, weeks_known, level=usual.level, low=low, high=high, rests_on=rests_on, month=month
    )
    numbers = (low, high, below, above, usual.level)
    beyond = math.copysign(abs(ratio) / usual.stray - NEWS, ratio) if signal != NO_CLEAR_CHANGE else 0.0
    seen = float((usual.ratios + math.log(CHANGE) > NEWS * usual.stray).mean())
    return _row(signal, reason, weeks_known, numbers, beyond, seen)


def total_band(
    weekly: pd.Series, left_out: Sequence[bool] | npt.NDArray[np.bool_] | None = None, last: int | None = None
) -> pd.DataFrame:
    """What is usual in every week of ``weekly``, or the ``last`` of them, as ``judge_total`` says it of the last one.

    Comes back with its index and the columns low, level, high; NaN where too few weeks before are known.
    """
    rows: list[tuple[float, float, float]] = []
    if len(weekly):
        counts, marked = _checked(weekly.to_numpy(dtype=np.float64), left_out)
        known = np.where(marked, np.nan, counts)
        for week in range(0 if last is None else max(len(known) - last, 0), len(known)):
            usual = None if marked[week] else _usual(known[: week + 1], 1)
            low, high = usual.edges(1.0) if usual else (math.nan, math.nan)
            rows.append((low, usual.level if usual else math.nan, high))
    index = weekly.index[len(weekly) - len(rows) :]
    return pd.DataFrame(rows, index=index, columns=["low", "level", "high"], dtype="float64")


def _checked(
    weekly: Floats, left_out: Sequence[bool] | npt.NDArray[np.bool_] | None
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    if weekly.ndim != 1 or not len(weekly):
        raise InvalidInput("The weeks of a total are one row of at least one.")
    marked = np.zeros(len(weekly), dtype=np.bool_) if left_out is None else np.array(left_out, dtype=np.bool_)
    if marked.shape != weekly.shape:
        raise InvalidInput("The weeks to leave out do not fit the history: one mark per week is needed.")
    return weekly.astype(np.float64), marked


def _usual(known: Floats, span: int) -> _Usual | None:
    """What the last ``span`` of the weeks are held against; None where too few weeks before are known."""
    told = np.append(known[:-1][~np.isnan(known[:-1])][-YEAR:], 0.0)
    ends = range(FEWEST_WEEKS + span, len(told) + 1)
    levels = [float(np.median(told[max(end - span - LEVEL_WEEKS, 0) : end - span])) for end in ends]
    if len(levels) <= FEWEST_RATIOS:
        return None
    means = np.array([np.maximum(told[end - span : end].mean(), 0.0) for end in ends])
    ratios = np.log((means[:-1] + 1) / (np.array(levels[:-1]) + 1))
    # The last weeks may be part of a change that they would hide, and the level of the first is that of a few weeks.
    spread = np.abs(ratios[:-MONTH] if len(ratios) >= ENOUGH_RATIOS + MONTH else ratios)
    spread = spread[LEVEL_WEEKS - FEWEST_WEEKS :] if len(spread) >= ENOUGH_RATIOS + LEVEL_WEEKS else spread
    # Even messages that know nothing of each other stray by the root of their number.
    stray = max(_stray(spread, MISSED if span == 1 else MISSED_OF_MONTHS), 1.65 / math.sqrt(span * levels[-1] + 1))
    return _Usual(levels[-1], ratios, stray)


def _stray(spread: Floats, missed: float) -> float:
    """How far the next week strays at most, but for one in ten, from how far each one before it did, oldest first.

    A quantile that learns from its own misses: Angelopoulos, Candès and Tibshirani, Conformal PID Control for Time
    Series Prediction (2023).
    """
    number = len(spread)
    if number < ENOUGH_RATIOS:
        return float(spread.max()) * (1 + UNSEEN / number)
    stray = float(np.quantile(spread, min(HELD * (number + 1) / number, 1.0)))
    for one in spread:
        stray *= math.exp(STEP * (float(one > stray) - missed))
    return stray


def _row(
    signal: str,
    reason: Reason,
    weeks_known: int,
    numbers: tuple[float, float, float, float, float] = (math.nan,) * 5,
    surprise: float = 0.0,
    seen: float = math.nan,
) -> pd.Series:
    names = ("usual_low", "usual_high", "news_below", "news_above", "level")
    return pd.Series(
        {
            "signal": signal,
            **dict(zip(names, numbers, strict=True)),
            "weeks_known": weeks_known,
            "surprise": surprise,
            "seen_tripling": seen,
            "reason": reason,
        }
    )

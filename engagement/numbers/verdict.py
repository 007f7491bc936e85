"""Rising, falling or just noise: the last full week of a room against its own recent weeks.

Weekly counts of chat rooms are far noisier than chance alone would make them, so a room is compared with two
negative binomial models: its recent level, and a lasting change of that level by CHANGE. The signal needs the
second to explain the week several times better than the first. Where the constants come from, what else was
tried and how well each does on real communities: docs/verdict.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.errors import InvalidInput
from engagement.numbers.bar import CONSTANT_BAR, Bar, room_class
from engagement.numbers.periods import Period

RISING, FALLING, UNUSUALLY_SILENT, RETURNED = "rising", "falling", "unusually silent", "returned"
NO_CLEAR_CHANGE, TOO_FEW_WEEKS = "no clear change", "too few weeks"
NEWS = (RISING, FALLING, UNUSUALLY_SILENT, RETURNED)
SIGNALS = (*NEWS, NO_CLEAR_CHANGE, TOO_FEW_WEEKS)

# The lasting change that is worth a word: three times as much, or a third.
CHANGE = 3.0
# Rooms whose own spread is not known yet need a bar of their own, a higher one.
ODDS_WHEN_YOUNG = 6.0
# The same for several weeks together, which give chance more to choose from: a run of low ones, a silence.
ODDS_OF_RUN, ODDS_OF_SILENCE = 6.0, 10.0

# What a room was like longer ago says nearly nothing: its weeks are hardly correlated over more than eight.
OWN_WEEKS, FEWEST_WEEKS = 8, 4
# Eight weeks alone are a poor measure of spread, so that of a typical room of the level counts like eight more.
TYPICAL_WEEKS = 8
# One message in eight weeks is the lowest level that can be seen.
LEAST_LEVEL = 1 / OWN_WEEKS
# So many low weeks in a row are a change even where one alone is not; of the eight weeks before, one may be as low.
RUN_WEEKS, LOWER_WEEKS = 3, 1
LONGEST_SILENCE = 4
_LONGEST_LOOK = OWN_WEEKS + max(LONGEST_SILENCE, RUN_WEEKS) + 1
# Half of all revivals are a handful of messages and no more, so fewer than seven are never news.
SILENT_WEEKS, COMEBACK_MESSAGES = 4, 7

# The size of the negative binomial (variance = level + level² / size) whose central 95 % held 94 to 98 % of the
# weeks of rooms of that level, in 329 rooms of five public communities.
_LEVELS = np.array([0.5, 2, 5.5, 17, 55, 170, 500])
_SIZES = np.array([0.05, 0.14, 0.26, 0.46, 0.75, 1.9, 4.2])

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Model:
    """What a room's weeks look like while nothing changes: one value per room."""

    mean: Floats
    level: Floats
    size: Floats
    odds: Floats
    weeks: Floats

    def surprise(self, counts: Floats) -> Floats:
        """How far one count is above the bar for a rise (positive) or a fall (negative); 0 between them."""
        rise, fall = (
            self.evidence(counts[:, None], factor)[:, 0] - np.log(self.odds) for factor in (CHANGE, 1 / CHANGE)
        )
        return np.maximum(rise, 0.0) - np.maximum(fall, 0.0)

    def evidence(self, counts: Floats, factor: float) -> Floats:
        """The log of how many times better ``level × factor`` explains each of ``counts`` [rooms, weeks]."""
        slope, offset = self._line(factor)
        return counts * slope[:, None] - offset[:, None]

    def band(self) -> Floats:
        """The lowest count of one week that is no news, the level, and the highest such count [3, rooms]."""
        rise, least_rise = self._line(CHANGE)
        fall, least_fall = self._line(1 / CHANGE)
        bar = np.log(self.odds)
        high = np.floor((bar + least_rise) / rise)
        low = np.ceil((bar + least_fall) / fall)
        return np.stack([np.maximum(low, 0.0), self.mean, np.maximum(high, COMEBACK_MESSAGES - 1.0)])

    def _line(self, factor: float) -> tuple[Floats, Floats]:
        # The log-likelihood ratio of two negative binomials of the same size is a straight line in the count.
        moved = self.size + self.level * factor
        stays = self.size + self.level
        return np.log(factor * stays / moved), self.size * np.log(moved / stays)


def turn_of_year(period: Period) -> bool:
    """True when the period touches 23 December to 8 January: the quiet weeks and the week after them.

    Two of five communities fell to a third in those days, so that the week after always looks like growth.
    """
    years = range(period.start.year - 1, period.end.year + 1)
    return any(period.start <= date(year + 1, 1, 8) and period.end >= date(year, 12, 23) for year in years)


def judge(
    history: Floats,
    created_week: Floats | None = None,
    left_out: Sequence[bool] | Bools | None = None,
    bar: Bar = CONSTANT_BAR,
) -> pd.DataFrame:
    """A signal per room on the last column of ``history`` [rooms, weeks], oldest week first, NaN where not known.

    ``created_week`` is the column in which a room was made (NaN or negative: before them all); the weeks marked in
    ``left_out`` (``turn_of_year``) are not compared with; ``bar`` is how clearly the counts must speak. Columns: signal
    (one of SIGNALS); usual_low, usual_high, news_below, news_above, level (messages a
    week; NaN where too few weeks are known); weeks_known (before the last); surprise (how far beyond the bar,
    positive upwards, 0 where nothing is said); seen_tripling (the chance to see one; NaN where not known); reason.
    Raises InvalidInput when the shapes do not fit.
    """
    weeks = _checked(history)
    made = _made(created_week, len(weeks))
    # The week in which a room was made is not a whole one, so it is compared with nothing.
    weeks = np.where(np.arange(weeks.shape[1]) <= made[:, None], np.nan, weeks)
    counted = history[:, -1].astype(np.float64)
    aligned = _right_aligned(_without(weeks, left_out))
    known = aligned[:, -_LONGEST_LOOK:]
    model = _model(known, 1, bar)
    band = model.band()

    judged = known[:, -1]
    young = model.weeks < FEWEST_WEEKS
    grew = (judged > band[2]) & ~young
    fell = (judged < band[0]) & ~young
    run, run_band = _low_run(known, bar)
    run &= ~grew & ~fell
    silent, silence_band = _silence(known, fell | run, bar)
    new = made > weeks.shape[1] - 2
    long_silent = (weeks[:, -1 - SILENT_WEEKS : -1] == 0).sum(axis=1) == SILENT_WEEKS
    came_back = long_silent & (weeks[:, -1] >= COMEBACK_MESSAGES)

    signal = np.select(
        [np.isnan(counted), new, came_back, young, silent > 0, grew, fell | run],
        [TOO_FEW_WEEKS, TOO_FEW_WEEKS, RETURNED, TOO_FEW_WEEKS, UNUSUALLY_SILENT, RISING, FALLING],
        NO_CLEAR_CHANGE,
    )
    by_run = run & (signal == FALLING)
    band = np.select([young | np.isnan(counted), silent > 1, run], [np.nan, silence_band, run_band], band)
    weeks_known = (~np.isnan(aligned[:, :-1])).sum(axis=1)
    facts = (signal, new, band[0], band[2], band[1], weeks_known, counted, silent, by_run)
    reasons = [_reason(*fact) for fact in zip(*(fact.tolist() for fact in facts), strict=True)]
    surprise = np.where(np.isin(signal, NEWS), model.surprise(np.nan_to_num(judged)), 0.0)
    return pd.DataFrame(
        {
            "signal": pd.array(signal, dtype="str"),
            "usual_low": band[0],
            "usual_high": band[2],
            "news_below": band[0],
            "news_above": band[2],
            "level": band[1],
            "weeks_known": weeks_known,
            "surprise": surprise,
            "seen_tripling": np.full(len(weeks), np.nan),
            "reason": pd.array(reasons, dtype="str"),
        }
    )


def expected_band(
    weekly: pd.Series, left_out: Sequence[bool] | Bools | None = None, bar: Bar = CONSTANT_BAR
) -> pd.DataFrame:
    """The band that ``judge`` expects for every week of one room or of the whole workspace, from the weeks before it.

    ``weekly`` holds messages a week, oldest first, NaN where not known. Comes back with its index and the columns low,
    level, high; NaN where fewer than FEWEST_WEEKS weeks before are known.
    """
    counts = weekly.to_numpy(dtype=np.float64)
    length = len(counts)
    compared = _without(counts[None, :], left_out, keep_last=False)[0]
    before = np.concatenate([np.full(length, np.nan), compared, [0.0]])
    rows = np.lib.stride_tricks.sliding_window_view(before, length + 1)[:length].copy()
    rows[:, -1] = 0.0
    model = _model(_right_aligned(rows), 1, bar)
    band = np.where(model.weeks < FEWEST_WEEKS, np.nan, model.band())
    return pd.DataFrame(band.T, index=weekly.index, columns=["low", "level", "high"])


def _checked(history: Floats) -> Floats:
    if history.ndim != 2 or history.shape[1] < 1:
        raise InvalidInput("A history has one row per room and at least one week.")
    # Deletions can outnumber messages; for a level, nothing is the least there can be.
    return np.maximum(history.astype(np.float64), 0.0)


def _made(created_week: Floats | None, rooms: int) -> Floats:
    if created_week is None:
        return np.full(rooms, -1.0)
    made = np.asarray(created_week, dtype=np.float64)
    if made.shape != (rooms,):
        raise InvalidInput("The weeks in which rooms were made do not fit the history: one per room is needed.")
    return np.nan_to_num(made, nan=-1.0)


def _without(weeks: Floats, left_out: Sequence[bool] | Bools | None, *, keep_last: bool = True) -> Floats:
    """The weeks with those left out unknown; the week judged stays."""
    if left_out is None:
        return weeks
    marked = np.array(left_out, dtype=np.bool_)
    if marked.shape != (weeks.shape[1],):
        raise InvalidInput("The weeks to leave out do not fit the history: one mark per week is needed.")
    if keep_last:
        marked[-1] = False
    return np.where(marked, np.nan, weeks)


def _right_aligned(weeks: Floats) -> Floats:
    """The known weeks of each room moved together before the last one, so that unknown ones stand first."""
    before = weeks[:, :-1]
    order = np.argsort(~np.isnan(before), axis=1, kind="stable")
    return np.hstack([np.take_along_axis(before, order, axis=1), weeks[:, -1:]])


def _model(known: Floats, judged_weeks: int, bar: Bar) -> _Model:
    """The model of each room from the known weeks before the last ``judged_weeks``."""
    before = known[:, :-judged_weeks][:, -OWN_WEEKS:]
    weeks = (~np.isnan(before)).sum(axis=1).astype(np.float64)
    mean = np.nansum(before, axis=1) / np.maximum(weeks, 1.0)
    level = np.maximum(mean, LEAST_LEVEL)
    typical = typical_spread(level)
    young = weeks < OWN_WEEKS
    mixed = (OWN_WEEKS * _own_spread(before, mean, typical) + TYPICAL_WEEKS * typical) / (OWN_WEEKS + TYPICAL_WEEKS)
    odds = np.where(young, ODDS_WHEN_YOUNG, np.exp(np.array(bar.week))[room_class(mean)])
    return _Model(mean, level, 1 / np.where(young, typical, mixed), odds, weeks)


def typical_spread(level: Floats) -> Floats:
    """1 / size of the negative binomial that rooms of a level (messages a week) have; straight between logarithms."""
    spread: Floats = np.exp(-np.interp(np.log(level), np.log(_LEVELS), np.log(_SIZES)))
    return spread


def _own_spread(weeks: Floats, mean: Floats, typical: Floats) -> Floats:
    """1 / size of each room by moments, from variance = mean + mean² / size; ``typical`` where all weeks are silent."""
    variance = np.square(weeks - mean[:, None]).sum(axis=1) / max(weeks.shape[1] - 1, 1)
    spoken = mean > 0
    own = (variance - mean) / np.where(spoken, mean, 1.0) ** 2
    return np.where(spoken, np.maximum(own, 0.0), typical)


def _low_run(known: Floats, bar: Bar) -> tuple[Bools, Floats]:
    """Rooms whose last RUN_WEEKS weeks are all low and together speak for a lasting fall; the band before them."""
    if known.shape[1] < RUN_WEEKS + OWN_WEEKS:
        return np.zeros(len(known), dtype=np.bool_), np.full((3, len(known)), np.nan)
    model = _model(known, RUN_WEEKS, bar)
    reference = known[:, -RUN_WEEKS - OWN_WEEKS : -RUN_WEEKS]
    last = known[:, -RUN_WEEKS:]
    low = np.minimum(np.partition(reference, LOWER_WEEKS, axis=1)[:, LOWER_WEEKS], np.floor(model.mean))
    evidence = model.evidence(last, 1 / CHANGE).sum(axis=1)
    run = (model.weeks >= OWN_WEEKS) & (last.max(axis=1) < low) & (evidence > np.log(ODDS_OF_RUN))
    return run, np.stack([low, model.mean, model.band()[2]])


def _silence(known: Floats, fell: Bools, bar: Bar) -> tuple[npt.NDArray[np.int64], Floats]:
    """For how many weeks each room has been silent where that is news, else 0; the band before the silence."""
    quiet = known[:, -1] == 0
    weeks = np.where(fell & quiet, 1, 0)
    band = np.full((3, len(known)), np.nan)
    for length in range(2, min(LONGEST_SILENCE, known.shape[1] - OWN_WEEKS) + 1):
        quiet = quiet & (known[:, -length] == 0)
        model = _model(known, length, bar)
        evidence = model.evidence(known[:, -length:], 1 / CHANGE).sum(axis=1)
        news = (model.weeks >= OWN_WEEKS) & (evidence > np.log(ODDS_OF_SILENCE))
        longer = quiet & ((weeks > 0) | news)
        weeks = np.where(longer, length, weeks)
        band = np.where(longer, model.band(), band)
    return weeks, band


def _reason(
    signal: str, new: bool, low: float, high: float, level: float, known: int, count: float, silent: int, by_run: bool
) -> str:
    if count != count:
        return "no data for this week"
    said = {0.0: "no messages", 1.0: "1 message"}.get(count, f"{count:,.0f} messages")
    if new:
        return f"{said}, created just now"
    if signal == RETURNED:
        return f"{said} after at least {SILENT_WEEKS} silent weeks"
    if signal == TOO_FEW_WEEKS:
        return f"{said}, only {known} of the {FEWEST_WEEKS} weeks before that a signal needs are known"
    if signal == UNUSUALLY_SILENT:
        heard = f"no messages for {silent} weeks" if silent > 1 else said
        return f"{heard}, usually about {level:,.0f} a week"
    if level == 0:
        return f"{said}, none in the {min(known, OWN_WEEKS)} weeks before"
    usual = f"usually {low:,.0f} to {high:,.0f}"
    return f"{said}, third low week in a row, {usual}" if by_run else f"{said}, {usual}"

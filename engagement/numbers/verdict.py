"""The signal of every room: whether its last full week, or its last four, speak clearly against its own past.

The numbers behind it are in ``evidence``; what it rests on and how often it is wrong: docs/verdict.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.errors import InvalidInput
from engagement.numbers import evidence
from engagement.numbers.bar import CONSTANT_BAR, Bar, room_class
from engagement.numbers.evidence import FEWEST_WEEKS, MONTH, WINDOW, Edges, Floats, Ints, Weeks
from engagement.numbers.periods import Period
from engagement.numbers.reasons import CREATED, FEW_OF_MONTH, LEFT_OUT, NO_DATA, UNJUDGED, distinct, reasons, rounded

RISING, FALLING, UNUSUALLY_SILENT, RETURNED = "rising", "falling", "unusually silent", "returned"
NO_CLEAR_CHANGE, TOO_FEW_WEEKS = "no clear change", "too few weeks"
NEWS = (RISING, FALLING, UNUSUALLY_SILENT, RETURNED)
# The two that point down.
FALLS = (FALLING, UNUSUALLY_SILENT)
SIGNALS = (*NEWS, NO_CLEAR_CHANGE, TOO_FEW_WEEKS)
_SIGNAL = {name: place for place, name in enumerate(SIGNALS)}
_JUDGED = UNJUDGED.index("")

# A room that was silent for so long and rises has returned.
SILENT_WEEKS = 4

Bools = npt.NDArray[np.bool_]


def turn_of_year(period: Period) -> bool:
    """True when the period touches 23 December to 8 January: the quiet weeks and the week after them.

    Two of five communities fell to a third in those days, so that the week after always looks like a rise.
    """
    years = range(period.start.year - 1, period.end.year + 1)
    return any(period.start <= date(year + 1, 1, 8) and period.end >= date(year, 12, 23) for year in years)


def judge(
    history: Floats,
    created_week: Floats | None = None,
    left_out: Sequence[bool] | Bools | None = None,
    bar: Bar = CONSTANT_BAR,
    *,
    month: bool = False,
) -> pd.DataFrame:
    """A signal per room on the last column of ``history`` [rooms, weeks], oldest week first, NaN where not known.

    With ``month`` the last four weeks together are judged. Only the last WINDOW weeks are looked at. ``created_week``
    is the column in which a room was made (NaN or negative: before them all); the weeks marked in ``left_out``
    (``turn_of_year``) are neither judged nor compared with; ``bar`` is how clearly the counts must speak. Columns:
    signal (one of SIGNALS); usual_low, usual_high, news_below, news_above (of one week or of four together), level
    (messages a week), all NaN where nothing is judged; weeks_known (before the last); surprise (how far beyond the bar,
    positive upwards, 0 where there is no signal); seen_tripling (the chance to see one within four weeks, NaN where
    nothing is judged); reason (``reasons.Reason``). Raises InvalidInput when the shapes do not fit.
    """
    judged, first, of_room = judged_once(history, created_week, left_out, bar, month=month)
    return judged if len(first) == len(of_room) else judged.take(of_room).reset_index(drop=True)


def judged_once(
    history: Floats,
    created_week: Floats | None,
    left_out: Sequence[bool] | Bools | None,
    bar: Bar,
    *,
    month: bool,
) -> tuple[pd.DataFrame, Ints, Ints]:
    """What ``judge`` says of each distinct history, where each stands first, and which of them each room has.

    Most rooms of a large workspace are silent, and small ones have few histories between them.
    """
    counts, made, marked = checked(history, created_week, left_out)
    over = max(counts.shape[1] - WINDOW, 0)
    weeks, made = np.ascontiguousarray(counts[:, over:].T), np.clip(made - over, -1.0, WINDOW)
    first, of_room = distinct([*weeks, made])
    if len(first) < len(made):
        weeks, made = weeks.take(first, axis=1), made[first]
    return _judged(_window(weeks, made, marked[over:]), bar, month=month), first, of_room


def _judged(window: _Window, bar: Bar, *, month: bool) -> pd.DataFrame:
    """The columns of ``judge``, a row per room of the window."""
    count, usual, edges = evidence.looked_at(window.known, bar.of(month=month), month=month)
    why = window.unjudged(month=month)
    judged = (why == _JUDGED) & (edges.base.weeks >= FEWEST_WEEKS)
    rose, fell = judged & (count > edges.above), judged & (count < edges.below)
    span = MONTH if month else 1
    back = rose & (window.known.counts[-span - SILENT_WEEKS : -span] == 0).all(axis=0)
    signal = np.full(len(count), _SIGNAL[TOO_FEW_WEEKS])
    signal[judged] = _SIGNAL[NO_CLEAR_CHANGE]
    signal[fell] = np.where(count[fell] <= 0, _SIGNAL[UNUSUALLY_SILENT], _SIGNAL[FALLING])
    signal[rose] = np.where(back[rose], _SIGNAL[RETURNED], _SIGNAL[RISING])
    numbers = {
        "usual_low": usual[0],
        "usual_high": usual[1],
        "news_below": edges.below,
        "news_above": edges.above,
        "level": edges.base.mean,
    }
    numbers = {name: np.where(judged, values, np.nan) for name, values in numbers.items()}
    return pd.DataFrame(
        {
            "signal": pd.array(SIGNALS, dtype="str").take(signal),
            **numbers,
            "weeks_known": window.weeks,
            "surprise": np.where(rose, np.maximum(edges.rise, 0.0), np.where(fell, -np.maximum(edges.fall, 0.0), 0.0)),
            "seen_tripling": np.where(judged, evidence.seen_tripling(edges, month=month), np.nan),
            "reason": _reasons(window, edges, why, signal, numbers, month=month),
        }
    )


def _reasons(
    window: _Window, edges: Edges, why: Ints, signal: Ints, numbers: dict[str, Floats], *, month: bool
) -> npt.NDArray[np.object_]:
    """The reason of every room. What few of them tell is worked out for those, so that the others share theirs."""
    span = MONTH if month else 1
    count = window.counted(span)
    falls = np.isin(signal, [_SIGNAL[one] for one in FALLS])
    together = (signal == _SIGNAL[FALLING]) & (edges.run > span)
    run = np.where(together, edges.run, 1)
    none_before = edges.base.mean == 0
    of_level = falls | (count < 0) | none_before
    level = edges.before * run
    silent, deleted = window.silences(np.flatnonzero(falls | (signal == _SIGNAL[RETURNED])), signal, span=span)
    facts = {
        "counted": count,
        "known": np.where(none_before | (signal == _SIGNAL[TOO_FEW_WEEKS]), edges.base.weeks, 0),
        "silent": silent,
        "run": run,
        "together": np.where(together, edges.together, 0.0),
        "level": np.where(of_level, rounded(level), np.nan),
        "low": numbers["usual_low"],
        "high": numbers["usual_high"],
        "deleted": deleted,
    }
    return reasons((UNJUDGED, why), (SIGNALS, signal), facts, needed=FEWEST_WEEKS, month=month)


def by_chance(rooms: pd.DataFrame, bar: Bar = CONSTANT_BAR, *, month: bool = False) -> float:
    """How many of the signals of ``rooms``, the columns of ``judge``, come by chance: 0 to 1, NaN without a signal.

    As many as rooms in which nothing changed would give, by class.
    """
    judged = rooms[rooms["level"].notna()]
    expected = np.array(bar.of(month=month).chance)[room_class(judged["level"].to_numpy())].sum()
    news = int(judged["signal"].isin(NEWS).sum())
    return min(float(expected) / news, 1.0) if news else float("nan")


def expected_band(
    weekly: pd.Series, left_out: Sequence[bool] | Bools | None = None, bar: Bar = CONSTANT_BAR
) -> pd.DataFrame:
    """What is usual in every week of one room, from the weeks before it, as ``judge`` says it of the last one.

    ``weekly`` holds messages a week, oldest first, NaN where not known. Comes back with its index and the columns low,
    level, high; NaN where fewer than FEWEST_WEEKS weeks before are known, and in the weeks left out.
    """
    length = len(weekly)
    marked = _marked(left_out, length)
    if not length:
        return pd.DataFrame({name: weekly for name in ("low", "level", "high")})
    before = evidence.windows(np.where(marked, np.nan, weekly.to_numpy(dtype=np.float64))).copy()
    # The week itself decides nothing about its band, so one that is not known has a band, too.
    before[:, -1] = 0.0
    band = judge(before, None, None, bar)[["usual_low", "level", "usual_high"]].to_numpy()
    return pd.DataFrame(np.where(marked[:, None], np.nan, band), index=weekly.index, columns=["low", "level", "high"])


@dataclass(frozen=True)
class _Window:
    """The last WINDOW weeks of every room: ``known`` ones moved together before the last, so that unknown stand first,
    and ``counts`` [weeks, rooms] as they are.
    """

    known: Weeks
    counts: Floats
    weeks: Ints
    of_month: Ints
    new: Bools
    turning: Bools

    def unjudged(self, *, month: bool) -> Ints:
        """Why the last weeks of each room are not judged, as a place in UNJUDGED."""
        few = (self.of_month < MONTH) & np.array(month)
        conditions = [self.turning[-1] | (few & self.turning.any()), np.isnan(self.counts[-1]), self.new, few]
        places = [UNJUDGED.index(why) for why in (LEFT_OUT, NO_DATA, CREATED, FEW_OF_MONTH)]
        return np.select(conditions, places, _JUDGED)

    def counted(self, span: int) -> Floats:
        """What was counted in the last ``span`` weeks."""
        last = self.counts[-span:]
        # Before a room was made, nothing is known of it or needed.
        count: Floats = np.where(self.new, np.nansum(last, axis=0), last.sum(axis=0))
        return count

    def silences(self, rooms: Ints, signal: Ints, *, span: int) -> tuple[Ints, Bools]:
        """For how many weeks some of the rooms have been silent, and whether more was deleted than written in one of
        those that are told of: rooms that returned were silent before them. 0 and False for the others.
        """
        silent, deleted = np.zeros(len(signal), dtype=np.int64), np.zeros(len(signal), dtype=np.bool_)
        silent[rooms] = (self.known.counts[::-1, rooms] != 0).argmax(axis=0)
        back = signal[rooms] == _SIGNAL[RETURNED]
        told_of = np.where(back, span + SILENT_WEEKS, np.maximum(silent[rooms], span))
        weeks_ago = np.arange(len(self.counts))[::-1]
        deleted[rooms] = ((self.counts[:, rooms] < 0) & (weeks_ago[:, None] < told_of)).any(axis=0)
        return silent, deleted


def _window(counts: Floats, made: Floats, marked: Bools) -> _Window:
    known = np.full((WINDOW, counts.shape[1]), np.nan)
    known[WINDOW - len(counts) :] = compared(counts, made, marked)
    known[-1] = np.where(made == len(counts) - 1, np.nan, np.maximum(counts[-1], 0.0))
    gaps = np.isnan(known)
    known[:-1] = unknown_first(known[:-1])
    return _Window(
        known=Weeks(known),
        counts=counts,
        weeks=(~gaps[:-1]).sum(axis=0),
        of_month=(~gaps[-MONTH:]).sum(axis=0),
        new=made > len(counts) - 2,
        turning=marked[-MONTH:],
    )


def checked(
    history: Floats, created_week: Floats | None, left_out: Sequence[bool] | Bools | None
) -> tuple[Floats, Floats, Bools]:
    """The arguments of ``judge`` as arrays, maybe those given. Raises InvalidInput when they do not fit each other."""
    if history.ndim != 2 or history.shape[1] < 1:
        raise InvalidInput("A history has one row per room and at least one week.")
    rooms, weeks = history.shape
    made = np.full(rooms, -1.0) if created_week is None else np.asarray(created_week, dtype=np.float64)
    if made.shape != (rooms,):
        raise InvalidInput("The weeks in which rooms were made do not fit the history: one per room is needed.")
    return np.asarray(history, dtype=np.float64), np.nan_to_num(made, nan=-1.0), _marked(left_out, weeks)


def compared(counts: Floats, made: Floats, marked: Bools) -> Floats:
    """Those of ``counts`` [weeks, rooms] that may be compared with, NaN in place of the others.

    The week in which a room was made is not a whole one. Deletions can outnumber messages; for a level, nothing is the
    least there can be.
    """
    weeks: Floats = np.maximum(counts, 0.0)
    weeks[marked] = np.nan
    young = np.flatnonzero(made >= 0)
    weeks[:, young] = np.where(np.arange(len(counts))[:, None] <= made[young], np.nan, weeks[:, young])
    return weeks


def unknown_first(weeks: Floats) -> Floats:
    """The known of ``weeks`` [weeks, rooms] moved together at the end, in their order."""
    gaps = np.isnan(weeks)
    unknown = gaps.all(axis=1)
    # Weeks that are not known of any room go at once, and in most rooms that is all; sorting is for the others.
    order = np.concatenate([np.flatnonzero(unknown), np.flatnonzero(~unknown)])
    moved: Floats = weeks[order]
    gaps = gaps[order]
    mixed = np.flatnonzero((gaps[1:] & ~gaps[:-1]).any(axis=0))
    places = np.argsort(~gaps[:, mixed], axis=0, kind="stable")
    moved[:, mixed] = np.take_along_axis(moved[:, mixed], places, axis=0)
    return moved


def _marked(left_out: Sequence[bool] | Bools | None, weeks: int) -> Bools:
    marked = np.zeros(weeks, dtype=np.bool_) if left_out is None else np.array(left_out, dtype=np.bool_)
    if marked.shape != (weeks,):
        raise InvalidInput("The weeks to leave out do not fit the history: one mark per week is needed.")
    return marked

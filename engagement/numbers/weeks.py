"""Messages per room and week, and what the last of the weeks is held to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engagement.numbers import reasons
from engagement.numbers.basis import CONSTANTS, Basis
from engagement.numbers.events import Events, unlike
from engagement.numbers.evidence import MONTH, WINDOW
from engagement.numbers.periods import DAY, Period, week_of
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.totals import YEAR, judge_total
from engagement.numbers.verdict import FALLS, NO_CLEAR_CHANGE, judged_once

# The weeks that the signal of a room looks at: four that may be judged together, and thirteen to compare them with.
SIGNAL_WEEKS = WINDOW
# What all rooms together had in a year says what is usual for them. Of the weeks before those that signals look at,
# what is kept does: nobody is asked for more.
YEAR_WEEKS = YEAR
# From so many days on, a period is judged by four weeks together.
MONTH_DAYS = 28
# The weeks that small bars beside a number show.
LINE_WEEKS = 8
# Why a week or a day is not known.
NOT_READ, NOT_COUNTED, COUNTED_IN_PART, NO_READING = (
    "not read yet",
    "nothing was counted",
    "nothing was counted on some of its days",
    "no reading of the counters lies near enough to its ends",
)


@dataclass(frozen=True, eq=False)
class History:
    """Messages per room and week: ``counts`` has room ids as index and the first day of each week as columns.

    NaN where nothing is known: the week was not read yet, the server counted nothing in it or not yet all of it, it has
    days on which nothing was counted (``uncounted``), or the room did not arrive in a week of ``incomplete``.
    ``missing`` are the weeks still to be read. ``receipt`` is that of what was read just now, as kept weeks cost
    nothing; its notes say what is incomplete. Signals rest on ``basis``, and are on the last four weeks together where
    ``month``; ``asked`` is the period that they are given for. Some weeks are unlike others by the ``events``. Where it
    is ``net``, it comes from the counters of rooms (``numbers.counters``). Shared: never assign to its table.
    """

    weeks: tuple[Period, ...]
    counts: pd.DataFrame
    missing: tuple[Period, ...]
    receipt: Receipt = NOTHING_READ
    incomplete: tuple[Period, ...] = ()
    uncounted: tuple[Period, ...] = ()
    basis: Basis = CONSTANTS
    month: bool = False
    events: Events = ()
    asked: Period | None = None
    net: bool = False

    @property
    def judged_weeks(self) -> tuple[Period, ...]:
        """The weeks that signals are on, together."""
        return self.weeks[-MONTH:] if self.month else self.weeks[-1:]

    @property
    def judged_period(self) -> Period:
        """The days that signals are on."""
        return Period(self.judged_weeks[0].start, self.judged_weeks[-1].end)

    @property
    def elsewhere(self) -> Period | None:
        """The days that signals are on, where they are not all of the period asked for."""
        return self.judged_period if self.asked not in (None, self.judged_period) else None

    @property
    def gap(self) -> str:
        """Why the last of the judged weeks that is not known of all rooms is not; empty where all are."""
        return next(filter(None, reversed(self.gaps[-len(self.judged_weeks) :])), "")

    def last(self, number: int) -> History:
        """The last ``number`` weeks of it."""
        if number >= len(self.weeks):
            return self
        weeks = self.weeks[-number:]
        missing, incomplete, uncounted = (
            tuple(week for week in of if week in weeks) for of in (self.missing, self.incomplete, self.uncounted)
        )
        counts = self.counts.iloc[:, -number:]
        return replace(self, weeks=weeks, counts=counts, missing=missing, incomplete=incomplete, uncounted=uncounted)

    @cached_property
    def silence(self) -> pd.Series:
        """What a room that was not counted had in each week (first day as index): 0, or NaN where that is not known."""
        whole = self.counts.notna().any() & ~self.counts.columns.isin([pd.Timestamp(w.start) for w in self.incomplete])
        return whole.map({True: 0.0, False: np.nan})

    @property
    def gaps(self) -> list[str]:
        """Why each week is not known of all rooms, in words; empty where it is."""
        why = dict.fromkeys(self.missing, NOT_READ) | dict.fromkeys(self.incomplete, "not all rooms arrived")
        why |= dict.fromkeys(self.uncounted, COUNTED_IN_PART)
        told = zip(self.weeks, self.silence.notna(), strict=True)
        otherwise = NO_READING if self.net else NOT_COUNTED
        return ["" if known else why.get(week, otherwise) for week, known in told]

    def of(self, room_ids: Iterable[str]) -> pd.DataFrame:
        """Messages per week of these rooms (rows); 0 where only others were counted, NaN where that is not known."""
        index = pd.Index(room_ids)
        at = places(index, self.counts.index)
        # By weeks: each is one piece of memory, a room is none.
        by_week = np.repeat(self.silence.to_numpy()[:, None], len(at), axis=1)
        by_week[:, at >= 0] = self.counts.to_numpy().T[:, at[at >= 0]]
        return pd.DataFrame(by_week.T, index=index, columns=self.counts.columns, copy=False)

    @property
    def unlike(self) -> list[str]:
        """Why each week is neither judged nor compared with (``events.unlike``); empty where it is."""
        return [unlike(week, self.events) for week in self.weeks]

    @property
    def left_out(self) -> list[bool]:
        """Which weeks are neither judged nor compared with."""
        return [bool(why) for why in self.unlike]

    @property
    def unjudged(self) -> str:
        """Why the weeks that signals are on are not judged, the latest of them first; empty where they are."""
        return next(filter(None, reversed(self.unlike[-len(self.judged_weeks) :])), "")


def places(room_ids: Iterable[str], known: Iterable[str]) -> npt.NDArray[np.int64]:
    """Where each room stands among the ``known``, each of which stands there once; -1 where it does not.

    Where both are many, the indexes of pandas take four times as long: they take every text out of its column.
    """
    found = pc.index_in(_texts(room_ids), value_set=_texts(known))
    return np.array(found.cast(pa.int64()).fill_null(-1))


def among(known: Iterable[str], room_ids: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Which of ``room_ids`` are among the ``known``, each of which stands there once."""
    return places(room_ids, known) >= 0


def _texts(texts: Iterable[str]) -> pa.Array:
    made = pa.array(texts, pa.large_string())
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def weeks_until(end: Period, number: int) -> list[Period]:
    """``number`` weeks, the last of them ``end``, oldest first."""
    return [end.earlier(n) for n in reversed(range(number))]


def last_full_week(period: Period, week_start: int, today: date) -> Period | None:
    """The last full week inside ``period`` that is over on ``today`` of the server; None where there is none."""
    last = min(period.end, today - DAY)
    week = week_of(last, week_start)
    if week.end > last:
        week = week.previous
    return week if week.start >= period.start else None


def holding(days: Iterable[date], weeks: Iterable[Period]) -> tuple[Period, ...]:
    """Those of the weeks that hold one of the days: on which nothing was counted, say, so that they are not known."""
    told = {*days}
    return tuple(week for week in weeks if not told.isdisjoint(week.dates()))


def by_month(period: Period) -> bool:
    """Whether signals on ``period`` are on its last four full weeks together; else they are on its last one."""
    return period.days >= MONTH_DAYS


def agreed(
    history: History,
    period: Period,
    previous: Period,
    rooms: pd.DataFrame,
    *,
    whole: bool,
    uncounted: Sequence[date] = (),
) -> History:
    """The history with what a rooms table counted in ``period`` and ``previous`` in place of what was kept of them.

    Where weeks make up the period and have other messages than all of it, what was kept of them is out of date, and
    they are not known for that room; on the days around other weeks more can have been deleted than written. ``whole``
    is False where rooms may be missing: then none of those without a message is known to be silent. Weeks with
    ``uncounted`` days are not known.
    """
    ids, told = history.counts.index, rooms[["messages", "previous_messages"]].to_numpy(dtype=np.float64).T
    at = places(rooms["room_id"], ids)
    added = (at < 0) & (told != 0).any(axis=0)
    ids = ids.append(pd.Index(rooms["room_id"])[added])
    at[added] = np.arange(len(ids) - added.sum(), len(ids))
    counts = history.counts.to_numpy(dtype=np.float64).T.copy()
    if added.any():
        counts = np.append(counts, np.repeat(history.silence.to_numpy()[:, None], added.sum(), axis=1), axis=1)
    ours, listed = np.full((2, len(ids)), np.nan), np.zeros(len(ids), dtype=np.bool_)
    ours[:, at[at >= 0]], listed[at[at >= 0]] = told[:, at >= 0], True
    inside = [n for n, week in enumerate(history.weeks) if week.start >= period.start and week.end <= period.end]
    kept = counts[inside]
    made_up = ~np.isnan(kept).any(axis=0) & (7 * len(inside) == period.days)
    sums = np.nansum(kept, axis=0)
    if whole and period not in history.weeks:
        counts[np.ix_(inside, made_up & (sums != ours[0]))] = np.nan
    weeks = [week for week in (previous, period) if week in history.weeks]
    lacking = {*history.uncounted, *holding(uncounted, history.weeks)}
    for week in weeks:
        row, now = history.weeks.index(week), ours[0 if week == period else 1]
        # Of a room that did not arrive, nothing is known here, whatever was kept of it.
        known = ~np.isnan(now) if whole else listed
        counts[row, known] = now[known] if whole else np.where(now[known] == 0, np.nan, now[known])
        if not np.nansum(np.abs(now)):
            counts[row] = np.nan
    counts[[week in lacking for week in history.weeks]] = np.nan
    incomplete = {*history.incomplete}.difference(weeks) if whole else {*history.incomplete, *weeks}
    table = pd.DataFrame(counts.T, index=ids, columns=history.counts.columns, copy=False)
    return replace(
        history,
        counts=table,
        incomplete=tuple(sorted(incomplete)),
        uncounted=tuple(sorted(lacking)),
    )


def lines(history: History, room_ids: pd.Series, weeks: int) -> list[list[float]]:
    """Messages of each room in the last ``weeks`` weeks, oldest first, from the week after the last unknown one on."""
    counts = history.of(room_ids).iloc[:, -weeks:].to_numpy(dtype=np.float64)
    first = np.where(np.isnan(counts).any(axis=1), counts.shape[1] - np.isnan(counts)[:, ::-1].argmax(axis=1), 0)
    return [row[begin:].tolist() for row, begin in zip(counts, first, strict=True)]


def signals(rooms: pd.DataFrame, history: History) -> pd.DataFrame:
    """A signal for every room of a rooms table on the last week of the history, with ``room_id`` as index.

    The columns are those of ``verdict.judge``. Rooms that the history never counted were silent in its known weeks.
    """
    index, history = pd.Index(rooms["room_id"]), history.last(SIGNAL_WEEKS)
    first_day = pd.Timestamp(history.weeks[0].start)
    days = (rooms["created"] - first_day).dt.days.astype("float64")
    made_in_week = np.floor(days.to_numpy(dtype=np.float64) / 7)
    counts, made, of_room = _lives(history, index, made_in_week)
    judged, first, of_life = judged_once(counts, made, history.left_out, history.basis.bar, month=history.month)
    counts, span = counts[first], len(history.judged_weeks)
    # By the weeks judged, whatever the row is of and compared with: every page gives the same signal.
    agree(judged, (counts[:, -span:].sum(axis=1) > 0) & (counts[:, -2 * span : -span].sum(axis=1) <= 0))
    reason = judged["reason"]
    if gap := history.unjudged or history.gap:
        which = np.logical_or(np.isnan(counts[:, -span:]).any(axis=1), bool(history.unjudged))
        reason = reasons.changed(reason, which, gap=gap)
    if history.elsewhere:
        reason = reasons.changed(reason, np.ones(len(reason), dtype=np.bool_), days=history.elsewhere)
    judged["reason"] = reason
    return judged.take(of_life[of_room]).set_axis(index, axis="index")


def _lives(
    history: History, room_ids: pd.Index, made_in_week: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The counts of lives, the weeks in which their rooms were made, and which life each of ``room_ids`` had.

    Of rooms that were never counted only those weeks differ, so that many of them cost as much as few.
    """
    at, weeks = places(room_ids, history.counts.index), len(history.weeks)
    # In the order of the history, as its weeks are one piece of memory each.
    ours = np.zeros(len(history.counts), dtype=np.bool_)
    ours[at[at >= 0]] = True
    counted, life = np.flatnonzero(ours), np.cumsum(ours) - 1
    made_in_week = np.clip(np.nan_to_num(made_in_week, nan=-1.0), -1.0, weeks)
    of_room = len(counted) + 1 + made_in_week.astype(np.int64)
    of_room[at >= 0] = life[at[at >= 0]]
    made = np.append(np.zeros(len(counted)), np.arange(-1.0, weeks + 1))
    made[of_room] = made_in_week
    by_week = np.repeat(history.silence.to_numpy()[:, None], len(made), axis=1)
    by_week[:, : len(counted)] = history.counts.to_numpy(dtype=np.float64).T.take(counted, axis=1)
    return by_week.T, made, of_room


def agree(judged: pd.DataFrame, begun: npt.NDArray[np.bool_]) -> None:
    """Takes back in place, and explains, that a room falls that has ``begun`` to speak again, however little."""
    against = begun & judged["signal"].isin(FALLS).to_numpy()
    if not against.any():
        return
    judged["signal"] = judged["signal"].mask(against, NO_CLEAR_CHANGE)
    judged["surprise"] = judged["surprise"].mask(against, 0.0)
    judged["reason"] = reasons.changed(judged["reason"], against, signal=NO_CLEAR_CHANGE, against=True)


def total_signal(history: History, weekly: pd.Series) -> pd.Series:
    """The signal on the last week of ``weekly``, the messages of many rooms together; fields as in ``signals``."""
    judged = judge_total(weekly.to_numpy(dtype=np.float64), history.left_out, month=history.month)
    unknown = weekly.iloc[-len(history.judged_weeks) :].isna().any()
    gap = history.gap or "what was kept of some room is out of date"
    told = history.unjudged or (gap if unknown else "")
    judged["reason"] = judged["reason"]._replace(gap=told, days=history.elsewhere)
    return judged

"""The parts of a period, which its bars stand for, and the days on which nobody counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.periods import DAY, MONDAY, Period, month_of, same_weekdays, week_of
from engagement.numbers.weeks import COUNTED_IN_PART, NOT_COUNTED, NOT_READ, History

# Nobody writes for a day in a small workspace now and then, and hardly ever for a week. A day without any count is one
# of those where chance alone would bring it at least once in 500 days like the nearest of the same weekday.
LONG_SILENCE, NEAREST, CHANCE, HALF = 7, 8, 1 / 500, 1 / 2
# More bars than these say less.
MOST_DAYS, MOST_DAYS_OF_WEEKS = 35, 180


@dataclass(frozen=True)
class Bar:
    """One part of the period, and the part of the same number in the previous one, where both are days or weeks.

    None is not known, ``why`` in words. ``unfinished`` says that today on the server is in it.
    """

    part: Period
    messages: int | None
    before: Period | None = None
    previous: int | None = None
    unfinished: bool = False
    why: str = ""


@dataclass(frozen=True)
class Bars:
    """Every part of a period in order, of some rooms, and what these have in all of it: ``messages``, after
    ``previous``; None where nothing is known.

    ``unit`` is ``day``, ``week`` or ``month``; ``alike`` is False where some day of either period was not counted.
    """

    bars: tuple[Bar, ...]
    unit: str
    messages: int | None
    previous: int | None
    alike: bool = True

    @property
    def read(self) -> int:
        """How many of the parts that have begun are there."""
        return sum(bar.messages is not None or bar.why not in _UNREAD for bar in self.bars)

    @property
    def over(self) -> int | None:
        """The messages of the parts that are over and known in both periods; None where there is none."""
        return sum(now for now, _ in self._both) if self._both else None

    @property
    def before(self) -> int | None:
        """The same of the previous period."""
        return sum(then for _, then in self._both) if self._both else None

    @property
    def _both(self) -> list[tuple[int, int]]:
        over = [(bar.messages, bar.previous) for bar in self.bars if not bar.unfinished and bar.why != NOT_BEGUN]
        return [(now, then) for now, then in over if now is not None and then is not None]

    @property
    def begun(self) -> int:
        """How many parts have begun."""
        return sum(bar.why != NOT_BEGUN for bar in self.bars)

    @property
    def astray(self) -> int:
        """How many messages more all bars have together than the period, which was read at another moment."""
        known = [bar.messages for bar in self.bars if bar.messages is not None]
        whole = self.messages is not None and all(bar.messages is not None or bar.why in _NOTHING for bar in self.bars)
        return sum(known) - (self.messages or 0) if whole else 0


NOT_BEGUN = "not begun"
_FOLLOWS = "follows when the others have been read"
_FELL = "the counters fell by more than they rose"
_UNREAD = (NOT_BEGUN, NOT_READ, _FOLLOWS)
_NOTHING = (NOT_BEGUN, NOT_COUNTED)


def unit_of(period: Period) -> str:
    """What the bars of ``period`` stand for: ``day``, ``week`` or ``month``."""
    return "day" if period.days <= MOST_DAYS else "week" if period.days <= MOST_DAYS_OF_WEEKS else "month"


def parts_of(period: Period, week_start: int = MONDAY) -> list[Period]:
    """The days of ``period``, its weeks where these are many, or its months: in order, the first and the last as much
    of a week or month as lies in the period.
    """
    unit = unit_of(period)
    if unit == "day":
        return period.blocks(1)
    found, start = list[Period](), period.start
    while start <= period.end:
        whole = week_of(start, week_start) if unit == "week" else month_of(start)
        found.append(Period(start, min(whole.end, period.end)))
        start = whole.end + DAY
    return found


def before_of(period: Period, previous: Period, week_start: int = MONDAY) -> list[Period]:
    """The parts of ``previous`` that those of ``period`` are held against: its days, or its weeks, where these are as
    much of a week each; none of months.
    """
    return parts_of(previous, week_start) if _held_against(period, previous) else []


def _held_against(period: Period, previous: Period) -> bool:
    unit = unit_of(period)
    return unit == "day" or (unit == "week" and same_weekdays(period, previous))


def asked_of(parts: Sequence[Period], today: date) -> list[Period]:
    """Those of all ``parts`` of a period that have to be read: not what is left of it when the others are known."""
    return [part for part in parts if part.over(today)] if len(parts) > 1 else []


def bars_of(
    read: History, rooms: pd.DataFrame, period: Period, previous: Period, today: date, uncounted: Collection[date] = ()
) -> Bars:
    """The bars of the ``rooms`` of a rooms table, which add up to their messages, out of the parts of both periods that
    are ``read`` of every room.

    The part that is not over has what the others leave of the period, and so does the last one that is still to be
    read, or the only one. Parts with a room that is not known are not known, nor those without a counted day, nor those
    of ``net`` counts in which more fell than was written.
    """
    counts = read.of(rooms["room_id"]).to_numpy(dtype=np.float64)
    sums, totals = dict[Period, int | None](), dict[Period, int | None]()
    for window, column in ((period, "messages"), (previous, "previous_messages")):
        known = in_totals(rooms, column).to_numpy()
        total = as_count(rooms[column][known].sum()) if known.any() else None
        inside = [(n, part) for n, part in enumerate(read.weeks) if part.start in window]
        unknown = total is None and len(rooms) > 0
        of = {
            part: None if unknown or _lost(part, uncounted) else as_count(counts[known, n].sum()) for n, part in inside
        }
        if total is not None:
            of |= _rest(of, total, today, read.missing, uncounted)
        sums |= {part: None if read.net and (one or 0) < 0 else one for part, one in of.items()}
        totals[window] = total
    gaps = dict(zip(read.weeks, read.gaps, strict=True))
    before = [part for part in read.weeks if part.start in previous]
    held = iter(before if _held_against(period, previous) else ())
    bars = tuple(
        _bar(part, next(held, None), sums, today, _why(part, sums, gaps, today, uncounted))
        for part in (part for part in read.weeks if part.start in period)
    )
    return Bars(bars, unit_of(period), totals[period], totals[previous], alike=not uncounted)


@dataclass(frozen=True)
class Weekday:
    """The ``mean`` of messages on so many known ``days`` of one weekday (0 is Monday)."""

    weekday: int
    mean: float
    days: int


def by_weekday(bars: Bars, week_start: int = MONDAY) -> tuple[tuple[Weekday, ...], int]:
    """Each weekday, from ``week_start`` on, by the known days of both periods that are over, and how many of those are
    not known; no weekday where some has no known day.
    """
    over = [(bar.part.start, bar.messages) for bar in bars.bars if not bar.unfinished and bar.why != NOT_BEGUN]
    over += [(bar.before.start, bar.previous) for bar in bars.bars if bar.before is not None]
    days = dict(over) if bars.unit == "day" else {}
    of = dict[int, list[int]]()
    for day, messages in days.items():
        if messages is not None:
            of.setdefault(day.weekday(), []).append(messages)
    unknown = len(days) - sum(map(len, of.values()))
    order = ((week_start + n) % 7 for n in range(7)) if len(of) == 7 else ()
    return tuple(Weekday(one, sum(of[one]) / len(of[one]), len(of[one])) for one in order), unknown


def _bar(part: Period, before: Period | None, sums: dict[Period, int | None], today: date, why: str) -> Bar:
    then = None if before is None else sums[before]
    return Bar(part, sums[part], before, then, part.start <= today <= part.end, why)


def _rest(
    of: dict[Period, int | None], total: int, today: date, missing: Sequence[Period], uncounted: Collection[date]
) -> dict[Period, int | None]:
    """What the one part has that has not been read, or not yet as today is in it, when the others are known; empty
    where there is no such part, or more of them.
    """
    begun = [part for part in of if part.start <= today and not _lost(part, uncounted)]
    asked = asked_of([*of], today)
    left = [part for part in begun if part in missing or part not in asked]
    others = [of[part] for part in begun if part not in left]
    if len(left) != 1 or None in others:
        return {}
    return {left[0]: total - sum(one or 0 for one in others)}


def _lost(part: Period, uncounted: Collection[date]) -> bool:
    return all(day in uncounted for day in part.dates())


def _why(
    part: Period, sums: dict[Period, int | None], gaps: dict[Period, str], today: date, uncounted: Collection[date]
) -> str:
    """Why nothing is known of a part, or not of all its days; empty where everything is."""
    if part.start > today:
        return NOT_BEGUN
    if _lost(part, uncounted):
        return NOT_COUNTED
    if sums[part] is None:
        return gaps[part] or _FELL if part.over(today) else _FOLLOWS
    return COUNTED_IN_PART if any(day in uncounted for day in part.dates()) else ""


def out_of_date(read: History, rooms: pd.DataFrame, period: Period) -> bool:
    """Whether some room has more or fewer messages in the parts ``read`` of ``period`` than in a rooms table of it.

    Nothing is said of rooms of which a part is not known.
    """
    inside = [n for n, part in enumerate(read.weeks) if part.start in period]
    sums = read.of(rooms["room_id"]).to_numpy(dtype=np.float64)[:, inside].sum(axis=1)
    messages = rooms["messages"].to_numpy(dtype=np.float64)
    return bool((~np.isnan(sums) & ~np.isnan(messages) & (sums != messages)).any())


def index_of(days: Iterable[date]) -> pd.DatetimeIndex:
    """Days as the index of a series."""
    return pd.DatetimeIndex([pd.Timestamp(day) for day in days])


def in_totals(rooms: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Which rooms of a rooms table stand in a total of ``messages`` or ``previous_messages``: those of which both are
    known, so that like is compared with like; where one is known of no room, those of which the other is.
    """
    known, other = (rooms[name].notna() for name in (column, _OTHER[column]))
    return known & other if other.any() else known


_OTHER = {"messages": "previous_messages", "previous_messages": "messages"}


def as_count(value: float) -> int | None:
    """A whole number; None where it is missing."""
    return None if pd.isna(value) else round(float(value))


def uncounted(daily: pd.Series, today: date) -> tuple[date, ...]:
    """The days before ``today`` on which nothing was counted, where the workspace's own past makes that unusual.

    ``daily`` are the messages of all rooms on each day (naive midnights); days that it does not hold are not judged.
    Such a day was not counted, or nobody wrote: nothing in the answers of a server tells one from the other. The
    silent days beside it are taken for the same, unless most days of their weekday are silent.
    """
    known = daily.dropna().sort_index()
    days = np.array([day.date().toordinal() for day in pd.DatetimeIndex(known.index)], dtype=np.int64)
    over = days < today.toordinal()
    days, counts = days[over], known.to_numpy(dtype=np.float64)[over]
    empty = counts == 0
    runs = np.cumsum(np.r_[True, (np.diff(days) != 1) | (np.diff(empty) != 0)]) if len(days) else days
    long = empty & (np.bincount(runs)[runs] >= LONG_SILENCE) if len(days) else empty
    found = []
    for run in np.unique(runs[empty]):
        others = ~long & (runs != run)
        rows = np.flatnonzero(runs == run)
        chances = [0.0 if long[row] else _chance_of_none(days[row], days[others], counts[others]) for row in rows]
        lost = rows[np.array(chances) < HALF] if min(chances) < CHANCE else rows[:0]
        found += [date.fromordinal(int(day)) for day in days[lost]]
    return tuple(found)


def _chance_of_none(day: int, others: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]) -> float:
    """How often a day of this weekday is silent by chance: the zero of a negative binomial (chat is bursty) with the
    mean and the variance of the nearest ``others``; 0 where there is none.
    """
    same = (others - day) % 7 == 0
    nearest = counts[same][np.argsort(np.abs(others[same] - day), kind="stable")[:NEAREST]].clip(min=0)
    if not len(nearest):
        return 0.0
    mean = float(nearest.mean())
    spare = float(nearest.var(ddof=1)) - mean if len(nearest) > 1 else 0.0
    if spare <= 0:
        # No more variance than that of chance alone: Poisson.
        return float(np.exp(-mean))
    size = mean**2 / spare
    return float((1 + mean / size) ** -size)


def spans(days: Iterable[date]) -> list[Period]:
    """The days as the fewest periods, in order."""
    found: list[Period] = []
    for day in sorted(days):
        if found and found[-1].end + DAY == day:
            found[-1] = Period(found[-1].start, day)
        else:
            found.append(Period(day, day))
    return found


def uncounted_note(days: Iterable[date]) -> str:
    """What is said of days on which nothing was counted."""
    told = ", ".join(str(span) if span.days > 1 else str(span.start) for span in spans(days))
    return f"Nothing was counted on {told}: no data, or nobody wrote."

"""The days of a period beside those of the previous one, and the days on which nobody counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.periods import DAY, Period

# Nobody writes for a day in a small workspace now and then, and hardly ever for a week. A day without any count is one
# of those where chance alone would bring it at least once in 500 days like the nearest of the same weekday.
LONG_SILENCE, NEAREST, CHANCE = 7, 8, 1 / 500


@dataclass(frozen=True)
class Day:
    """One day of the period and the day of the same number in the previous one; None is not known.

    ``unfinished`` says that it is today on the server.
    """

    day: date
    messages: int | None
    previous_day: date
    previous: int | None
    unfinished: bool = False


@dataclass(frozen=True)
class Days:
    """Every day of the period in order. ``over`` and ``before`` are the messages of the ``compared`` days, those
    that are over and known in both periods; None where there is no such day.
    """

    days: tuple[Day, ...]
    messages: int
    over: int | None
    before: int | None
    compared: int = 0


def aligned(daily: pd.Series, period: Period, previous: Period, today: date) -> Days:
    """The days of both periods by their number, from ``daily``: messages by day of the server (naive midnights).

    Days after ``today`` and days that ``daily`` does not hold are not known.
    """
    told = {pd.Timestamp(str(day)).date(): as_count(value) for day, value in daily.items()}
    counts = {day: number for day, number in told.items() if day <= today}
    days = tuple(
        Day(day, counts.get(day), other, counts.get(other), day == today)
        for day, other in zip(period.dates(), previous.dates(), strict=True)
    )
    both = [(one.messages, one.previous) for one in days if one.day < today]
    comparable = [(now, before) for now, before in both if now is not None and before is not None]
    return Days(
        days,
        messages=sum(one.messages or 0 for one in days),
        over=sum(now for now, _ in comparable) if comparable else None,
        before=sum(before for _, before in comparable) if comparable else None,
        compared=len(comparable),
    )


def index_of(days: Iterable[date]) -> pd.DatetimeIndex:
    """Days as the index of a series."""
    return pd.DatetimeIndex([pd.Timestamp(day) for day in days])


def as_count(value: float) -> int | None:
    """A whole number; None where it is missing."""
    return None if pd.isna(value) else round(float(value))


def uncounted(daily: pd.Series, today: date) -> tuple[date, ...]:
    """The days before ``today`` on which nothing was counted, where the workspace's own past makes that unusual.

    ``daily`` are the messages of all rooms on each day (naive midnights); days that it does not hold are not judged.
    Such a day was not counted, or nobody wrote: nothing in the answers of a server tells one from the other.
    """
    known = daily.dropna().sort_index()
    days = np.array([day.date().toordinal() for day in pd.DatetimeIndex(known.index)], dtype=np.int64)
    over = days < today.toordinal()
    days, counts = days[over], known.to_numpy(dtype=np.float64)[over]
    empty = counts == 0
    runs = np.cumsum(np.r_[True, (np.diff(days) != 1) | (np.diff(empty) != 0)]) if len(days) else days
    long = empty & (np.bincount(runs)[runs] >= LONG_SILENCE) if len(days) else empty
    found = []
    for row in np.flatnonzero(empty):
        others = ~long & (runs != runs[row])
        if long[row] or not _usual(days[row], days[others], counts[others]):
            found.append(date.fromordinal(int(days[row])))
    return tuple(found)


def _usual(day: int, others: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]) -> bool:
    """Whether a day of this weekday may be silent by chance: the zero of a negative binomial (chat is bursty) with the
    mean and the variance of the nearest ``others``.
    """
    same = (others - day) % 7 == 0
    nearest = counts[same][np.argsort(np.abs(others[same] - day), kind="stable")[:NEAREST]].clip(min=0)
    if not len(nearest):
        return False
    mean = float(nearest.mean())
    spare = float(nearest.var(ddof=1)) - mean if len(nearest) > 1 else 0.0
    if spare <= 0:
        # No more variance than that of chance alone: Poisson.
        return bool(np.exp(-mean) >= CHANCE)
    size = mean**2 / spare
    return bool((1 + mean / size) ** -size >= CHANCE)


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

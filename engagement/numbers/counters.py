"""Messages per room from the rooms' own counters, where the server counts none: two readings tell what came between.

A counter holds every message of a room that was not deleted or pruned since, so that the difference is net of these.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from engagement.numbers.periods import DAY, Period
from engagement.numbers.zone import Zone

Floats = npt.NDArray[np.float64]

# A reading stands for a midnight that it lies near: within a fourteenth of the days asked for, twelve hours of a week
# and less than two of a day, and never further.
NEAR, NEAREST = 14, timedelta(hours=12)
# What is not over ends with the last reading, which is made at the first look of each hour.
LATELY = timedelta(hours=1)
# A counter that was seen to fall by more than a tenth of what it rose says too little of what was written.
MOST_FALLEN = 0.1
# Every reading of the last days is kept, then one for each midnight, then those of weeks and months alone.
ALL_KEPT, DAYS_KEPT = timedelta(days=2), timedelta(weeks=10)


@dataclass(frozen=True)
class Span:
    """Between which moments the counters of a window were really read."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long that is."""
        return self.end - self.start


@dataclass(frozen=True)
class Readings:
    """What the counters of a workspace tell of two periods: how many readings there are, from the ``first`` to the
    ``last``, and the ``span`` of either period; None where no reading lies near enough to one of its ends.
    """

    number: int = 0
    first: datetime | None = None
    last: datetime | None = None
    span: Span | None = None
    before: Span | None = None

    @property
    def alike(self) -> bool:
        """False when one span is longer than the other by more than a fourteenth of it."""
        if self.span is None or self.before is None:
            return True
        return abs(self.span.length - self.before.length) * NEAR <= max(self.span.length, self.before.length)


def nearest(moments: Sequence[datetime], at: datetime, off: timedelta) -> datetime | None:
    """Which of the ``moments``, in order, lies nearest to ``at`` and at most so far ``off``; the earlier of two."""
    place = bisect_left(moments, at)
    found = min(moments[max(place - 1, 0) : place + 1], key=lambda moment: abs(moment - at), default=None)
    return found if found is not None and abs(found - at) <= off else None


def span_of(period: Period, moments: Sequence[datetime], zone: Zone, now: datetime) -> Span | None:
    """The readings among ``moments`` that stand for both ends of ``period``; None where one of them has none."""
    off = min(NEAREST, period.days * DAY / NEAR)
    start, end = nearest(moments, zone.midnight(period.start), off), zone.midnight(period.end + DAY)
    last = nearest(moments, end, off) if end <= now else nearest(moments, now, max(off, LATELY))
    return None if start is None or last is None or start >= last else Span(start, last)


def net(first: Floats, last: Floats, created: npt.NDArray[np.datetime64], span: Span) -> Floats:
    """What the counter of each room rose by between its readings ``first`` and ``last`` (NaN where it was not read).

    A room ``created`` later than a reading stood at nothing then. NaN where that is not known. It may be negative.
    """
    start, end = (np.datetime64(moment.replace(tzinfo=None), "us") for moment in (span.start, span.end))
    first, last = (
        np.where(np.isnan(counter) & (created >= at), 0.0, counter) for counter, at in ((first, start), (last, end))
    )
    told: Floats = last - first
    return told


def known(told: Floats, fallen: Floats) -> Floats:
    """``net`` messages, NaN where the counter fell: in all, or by more than MOST_FALLEN of what it rose in between, as
    far as readings show what it has ``fallen``.
    """
    lost = (told < 0) | (fallen > MOST_FALLEN * (told + fallen))
    return np.where(lost, np.nan, told)


def to_keep(moments: Sequence[datetime], zone: Zone, week_start: int, now: datetime) -> Collection[datetime]:
    """Which of the ``moments`` of readings, in order, are still of use: see ALL_KEPT and DAYS_KEPT."""
    kept = {moment for moment in moments if moment > now - ALL_KEPT}
    if moments:
        kept |= {moments[0], moments[-1]}
        for day in _borders(zone.day(moments[0]), zone.day(now) + DAY, zone.day(now - DAYS_KEPT), week_start):
            kept |= {nearest(moments, zone.midnight(day), NEAREST) or moments[-1]}
    return kept


def _borders(first: date, last: date, daily_from: date, week_start: int) -> Iterable[date]:
    for number in range((last - first).days + 1):
        day = first + number * DAY
        if day >= daily_from or day.weekday() == week_start or day.day == 1:
            yield day

"""The server's calendar: on which of its days a moment falls, over changes to and from daylight-saving time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np
import pandas as pd

_HALF_DAY = timedelta(hours=12)
# Whole weeks, so that rules such as "the last Sunday of March" fall on the same weekday a year on.
_YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Zone:
    """A configured zone (``named``), or the offsets from UTC that were seen: each holds from its moment on.

    Without either, days are those of UTC.
    """

    named: tzinfo | None = None
    steps: tuple[tuple[datetime, timedelta], ...] = ()
    seen_from: datetime | None = None

    @classmethod
    def fixed(cls, offset: timedelta) -> Zone:
        """The same offset at all times."""
        return cls(steps=((datetime(1970, 1, 1, tzinfo=UTC), offset),))

    @classmethod
    def seen(cls, midnights: Iterable[datetime], offset: timedelta) -> Zone:
        """From local midnights as instants and the ``offset`` that is right to within a few hours."""
        found: list[tuple[datetime, timedelta]] = []
        last: datetime | None = None
        first: datetime | None = None
        for midnight in sorted(midnights):
            first = first or midnight
            day = (midnight + offset + _HALF_DAY).date()
            shift = datetime.combine(day, time(), tzinfo=UTC) - midnight
            if not found or found[-1][1] != shift:
                # Somewhere between two midnights; both of them are right with a change halfway.
                found.append((midnight if last is None else last + (midnight - last) / 2, shift))
            last = midnight
        return cls(steps=tuple(found), seen_from=first) if found else cls.fixed(offset)

    def day(self, moment: datetime) -> date:
        """The server's day at ``moment`` (aware)."""
        day: date = self.days(pd.Series([moment])).iloc[0].date()
        return day

    def days(self, moments: pd.Series) -> pd.Series:
        """The server's day of each moment (UTC) as naive midnights, ``datetime64[us]``; NaT stays NaT."""
        moments = pd.to_datetime(moments, utc=True)
        if self.named is not None:
            local = moments.dt.tz_convert(self.named).dt.tz_localize(None)
        elif self.steps:
            local = moments.dt.tz_localize(None) + self._shifts(moments)
        else:
            local = moments.dt.tz_localize(None)
        return local.dt.normalize().astype("datetime64[us]")

    def _shifts(self, moments: pd.Series) -> pd.Series:
        asked = moments.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        if self.seen_from is not None and len(self.steps) > 1:
            # What was not seen is taken to have been as on the same day of the first year that was.
            begin = np.datetime64(self.seen_from.replace(tzinfo=None), "us")
            year = np.timedelta64(_YEAR, "us")
            before = ~np.isnat(asked) & (asked < begin)
            asked = asked.copy()
            asked[before] += -((asked[before] - begin) // year) * year
        starts = np.array([moment.replace(tzinfo=None) for moment, _ in self.steps], dtype="datetime64[us]")
        offsets = np.array([offset for _, offset in self.steps], dtype="timedelta64[us]")
        places = np.searchsorted(starts, asked, side="right") - 1
        return pd.Series(offsets[np.clip(places, 0, len(offsets) - 1)], index=moments.index)

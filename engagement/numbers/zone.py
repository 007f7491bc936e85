"""The server's calendar: on which of its days a moment falls, and what offset from UTC its midnights show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

import numpy as np
import pandas as pd

_ONE_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WESTERNMOST, _EASTERNMOST = -12 * _HOUR, 14 * _HOUR
_QUARTER = timedelta(minutes=15)

# Local midnight at 10, 11 or 12 o'clock UTC begins a day at UTC-10, -11, -12 as well as at UTC+14, +13, +12.
_AMBIGUOUS = frozenset({10 * _HOUR, 11 * _HOUR, 12 * _HOUR})
# West of this a day is asked for by instants that follow the offset, and the westernmost of a year is the safe one.
_FAR_WEST = -8 * _HOUR
_HALF_DAY = timedelta(hours=12)
# Whole weeks, so that rules such as "the last Sunday of March" fall on the same weekday a year on.
_YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Zone:
    """A configured zone (``named``), or the offsets from UTC that were seen: each holds from its moment on.

    Without either, days are those of UTC.
    """

    named: tzinfo | None = None
    steps: tuple[tuple[datetime, timedelta], ...] = ((datetime(1970, 1, 1, tzinfo=UTC), timedelta(0)),)
    seen_from: datetime | None = None

    @classmethod
    def fixed(cls, offset: timedelta) -> Zone:
        """The same offset at all times."""
        return cls(steps=((datetime(1970, 1, 1, tzinfo=UTC), offset),))

    @classmethod
    def seen(cls, midnights: Iterable[datetime], offset: timedelta) -> Zone:
        """From local midnights as instants and the ``offset`` that is right to within a few hours."""
        found: list[tuple[datetime, timedelta]] = []
        ordered = sorted(midnights)
        for last, midnight in zip([None, *ordered], ordered, strict=False):
            day = (midnight + offset + _HALF_DAY).date()
            shift = datetime.combine(day, time(), tzinfo=UTC) - midnight
            if not found or found[-1][1] != shift:
                # Somewhere between two midnights; both of them are right with a change halfway.
                found.append((midnight if last is None else last + (midnight - last) / 2, shift))
        return cls(steps=tuple(found), seen_from=ordered[0]) if found else cls.fixed(offset)

    def day(self, moment: datetime) -> date:
        """The server's day at ``moment`` (aware)."""
        day: date = self.days(pd.Series([moment])).iloc[0].date()
        return day

    def days(self, moments: pd.Series) -> pd.Series:
        """The server's day of each moment (UTC) as naive midnights, ``datetime64[us]``; NaT stays NaT."""
        moments = pd.to_datetime(moments, utc=True)
        if self.named is not None:
            local = moments.dt.tz_convert(self.named).dt.tz_localize(None)
        else:
            local = moments.dt.tz_localize(None) + self._shifts(moments)
        return local.dt.normalize().astype("datetime64[us]")

    def midnight(self, day: date) -> datetime:
        """The moment (UTC) at which ``day`` begins on the server."""
        if self.named is not None:
            return datetime.combine(day, time(), self.named).astimezone(UTC)
        begun = datetime.combine(day, time(), UTC)
        if len(self.steps) == 1:
            return begun - self.steps[0][1]
        shift: timedelta = self._shifts(pd.Series([begun])).iloc[0].to_pytimedelta()
        return begun - shift

    def has_midnights(self, moments: pd.Index) -> bool:
        """Whether days begin at each of the ``moments`` (UTC)."""
        begun = pd.Series(moments)
        return bool((self.days(begun) != self.days(begun - pd.Timedelta(seconds=1))).all())

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


@dataclass(frozen=True)
class ServerDays:
    """The server's offset from UTC, None when it has counted no day; not ``sure`` where two offsets fit."""

    offset: timedelta | None
    sure: bool


def server_days(midnights: Iterable[datetime], near: float | None) -> ServerDays:
    """The offset that local ``midnights`` (instants in UTC, of about a year) show.

    It is the one of the newest day; but where any of the year is UTC-8 or further west, the westernmost of the
    year. Midnights at 10, 11 or 12 o'clock UTC fit two offsets: other midnights of the year, eight hours or
    more off UTC, decide for sure; else the one nearer to ``near`` (hours, as in a person's ``utcOffset``) is
    taken; else the one where more people live (Hawaii at 10, New Zealand at 11 and 12).
    """
    hours = [moment - datetime.combine(moment, time(), tzinfo=moment.tzinfo) for moment in sorted(midnights)]
    hours = [hour for hour in hours if hour % _QUARTER == timedelta(0) and _candidates(hour)]
    if not hours:
        return ServerDays(None, False)
    unclear = {hour for hour in hours if hour in _AMBIGUOUS}
    west, sure = (True, True) if not unclear else _is_west(unclear, set(hours) - unclear, near)
    offsets = [_candidates(hour)[0 if west else -1] for hour in hours]
    return ServerDays(min(offsets) if min(offsets) <= _FAR_WEST else offsets[-1], sure)


def _candidates(hour: timedelta) -> list[timedelta]:
    """The offsets that exist and whose midnight is at ``hour`` UTC, the western one first."""
    fitting = [offset for offset in (-hour, _ONE_DAY - hour) if _WESTERNMOST <= offset <= _EASTERNMOST]
    # No zone is a part of an hour off beyond UTC-9:30, but the Chatham Islands are at +12:45 and +13:45.
    return fitting[-1:] if hour > 9.5 * _HOUR and hour not in _AMBIGUOUS else fitting


def _is_west(unclear: set[timedelta], clear: set[timedelta], near: float | None) -> tuple[bool, bool]:
    """Whether the ambiguous midnights are those of the far west, and whether that is sure."""
    for offset in (_candidates(hour)[0] for hour in sorted(clear)):
        if abs(offset) >= -_FAR_WEST:
            return offset < timedelta(0), True
    if near is None:
        return unclear == {10 * _HOUR}, False
    guess = timedelta(hours=near)
    west, east = _candidates(max(unclear))
    return abs(west - guess) < abs(east - guess), False


def midnights_of(sent: pd.Series) -> list[datetime]:
    """The index of a table of messages per day, as datetimes in UTC."""
    return list(pd.DatetimeIndex(sent.index).to_pydatetime())


def clocks(offset: timedelta | None) -> tzinfo:
    """The clocks of a server with this offset from UTC; those of UTC where it is not known."""
    return UTC if offset is None else timezone(offset)


def zone_name(offset: timedelta | None) -> str:
    """An offset as ``UTC+02:00``; plain ``UTC`` where there is none."""
    return f"UTC{offset_text(offset)}" if offset else "UTC"


def offset_text(offset: timedelta) -> str:
    """An offset as ``+02:00``, to the minute."""
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"

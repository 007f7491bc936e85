"""The server's offset from UTC, read from the midnights that it counts its days by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WESTERNMOST, _EASTERNMOST = -12 * _HOUR, 14 * _HOUR
_QUARTER = timedelta(minutes=15)

# Local midnight at 10, 11 or 12 o'clock UTC begins a day at UTC-10, -11, -12 as well as at UTC+14, +13, +12.
_AMBIGUOUS = frozenset({10 * _HOUR, 11 * _HOUR, 12 * _HOUR})
# West of this a day is asked for by instants that follow the offset, and the westernmost of a year is the safe one.
_FAR_WEST = -8 * _HOUR


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
    hours = [_after_midnight(moment) for moment in sorted(midnights)]
    hours = [hour for hour in hours if hour % _QUARTER == timedelta(0) and _candidates(hour)]
    if not hours:
        return ServerDays(None, False)
    unclear = {hour for hour in hours if hour in _AMBIGUOUS}
    west, sure = (True, True) if not unclear else _is_west(unclear, set(hours) - unclear, near)
    offsets = [_offset(hour, west=west) for hour in hours]
    return ServerDays(min(offsets) if min(offsets) <= _FAR_WEST else offsets[-1], sure)


def _after_midnight(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def _candidates(hour: timedelta) -> list[timedelta]:
    """The offsets that exist and whose midnight is at ``hour`` UTC, the western one first."""
    fitting = [offset for offset in (-hour, _DAY - hour) if _WESTERNMOST <= offset <= _EASTERNMOST]
    # No zone is a part of an hour off beyond UTC-9:30, but the Chatham Islands are at +12:45 and +13:45.
    return fitting[-1:] if hour > 9.5 * _HOUR and hour not in _AMBIGUOUS else fitting


def _offset(hour: timedelta, *, west: bool) -> timedelta:
    fitting = _candidates(hour)
    return fitting[0] if west else fitting[-1]


def _is_west(unclear: set[timedelta], clear: set[timedelta], near: float | None) -> tuple[bool, bool]:
    """Whether the ambiguous midnights are those of the far west, and whether that is sure."""
    for offset in (_offset(hour, west=True) for hour in sorted(clear)):
        if abs(offset) >= -_FAR_WEST:
            return offset < timedelta(0), True
    if near is None:
        return unclear == {10 * _HOUR}, False
    guess = timedelta(hours=near)
    hour = max(unclear)
    west, east = _offset(hour, west=True), _offset(hour, west=False)
    return abs(west - guess) < abs(east - guess), False


def midnights_of(sent: pd.Series) -> list[datetime]:
    """The index of a table of messages per day, as datetimes in UTC."""
    return list(pd.DatetimeIndex(sent.index).to_pydatetime())

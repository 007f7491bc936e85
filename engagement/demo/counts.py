"""How many messages each room had on each day, kept sparse: a workspace is mostly silence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class DayCounts:
    """Counts by day and room, of which only the days that have any are kept, in the order of days.

    Rooms are numbered. A day may be counted as zero or less; that is not the same as not being counted.
    """

    def __init__(self, days: npt.ArrayLike, rooms: npt.ArrayLike, messages: npt.ArrayLike) -> None:
        day = np.asarray(days, dtype=np.int32)
        order = _stable_order(day)
        self.days = day[order]
        self.rooms = np.asarray(rooms, dtype=np.int32)[order]
        self.messages = np.asarray(messages, dtype=np.int32)[order]

    @classmethod
    def of(cls, entries: Iterable[tuple[date, int, int]]) -> DayCounts:
        """Counts from (day, number of the room, messages)."""
        rows = [(day.toordinal(), room, messages) for day, room, messages in entries]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return cls(columns[:, 0], columns[:, 1], columns[:, 2])

    @property
    def last_day(self) -> date | None:
        """The last day that is counted at all."""
        return date.fromordinal(int(self.days[-1])) if len(self.days) else None

    def between(self, first: date, last: date, size: int) -> tuple[Ints, Ints]:
        """The messages of each room from ``first`` to ``last`` (both inclusive), and on how many days it is counted."""
        low, high = np.searchsorted(self.days, [first.toordinal(), last.toordinal() + 1])
        if high <= low:
            return np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        rooms = self.rooms[low:high]
        sums = np.bincount(rooms, weights=self.messages[low:high], minlength=size)
        return np.rint(sums).astype(np.int64), np.bincount(rooms, minlength=size).astype(np.int64)

    def without(self, first: date, last: date) -> DayCounts:
        """The same counts as if nobody had counted anything from ``first`` to ``last``."""
        days = slice(*np.searchsorted(self.days, [first.toordinal(), last.toordinal() + 1]))
        return DayCounts(*(np.delete(column, days) for column in (self.days, self.rooms, self.messages)))

    def by_day(self, first: date, last: date) -> dict[date, int]:
        """The messages of all rooms on each counted day from ``first`` to ``last``."""
        low, high = np.searchsorted(self.days, [first.toordinal(), last.toordinal() + 1])
        days, inverse = np.unique(self.days[low:high], return_inverse=True)
        sums = np.bincount(inverse, weights=self.messages[low:high], minlength=len(days))
        return {date.fromordinal(int(day)): round(total) for day, total in zip(days, sums, strict=True)}

    def totals(self, size: int) -> Ints:
        """All messages ever counted, by room."""
        return np.rint(np.bincount(self.rooms, weights=self.messages, minlength=size)).astype(np.int64)

    def last_days(self, size: int) -> Ints:
        """By room, the ordinal of the last day that counted at least one message; 0 where there is none."""
        last = np.zeros(size, dtype=np.int64)
        heard = self.messages > 0
        # Days are in order, so the last assignment to a room is its latest day.
        last[self.rooms[heard]] = self.days[heard]
        return last

    def first_days(self, size: int) -> Ints:
        """By room, the ordinal of the first day that is counted; 0 where there is none."""
        first = np.zeros(size, dtype=np.int64)
        first[self.rooms[::-1]] = self.days[::-1]
        return first

    def entries(self, room: int) -> dict[date, int]:
        """The counted days of one room."""
        mine = self.rooms == room
        pairs = zip(self.days[mine].tolist(), self.messages[mine].tolist(), strict=True)
        return {date.fromordinal(day): messages for day, messages in pairs}


def _stable_order(day: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    # Two bytes are sorted by their digits, several times as fast as longer numbers; 179 years fit in.
    if len(day) and int(day.max()) - int(day.min()) < 1 << 16:
        return np.argsort((day - day.min()).astype(np.uint16), kind="stable")
    return np.argsort(day, kind="stable")

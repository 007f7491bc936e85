"""A community, made by ``generated``, read by ``files`` or written by hand: its rooms, and their daily counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

import numpy as np
import numpy.typing as npt

# When nothing is known about the hour of a room's last message.
USUAL_HOUR = time(11, 23, 5)
AS_COUNTED: Literal["as counted"] = "as counted"
Moment = date | datetime
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
        within = self._within(first, last)
        rooms = self.rooms[within]
        sums = np.bincount(rooms, weights=self.messages[within], minlength=size)
        return np.rint(sums).astype(np.int64), np.bincount(rooms, minlength=size).astype(np.int64)

    def without(self, first: date, last: date) -> DayCounts:
        """The same counts as if nobody had counted anything from ``first`` to ``last``."""
        within = self._within(first, last)
        return DayCounts(*(np.delete(column, within) for column in (self.days, self.rooms, self.messages)))

    def by_day(self, first: date, last: date) -> dict[date, int]:
        """The messages of all rooms on each counted day from ``first`` to ``last``."""
        within = self._within(first, last)
        days, inverse = np.unique(self.days[within], return_inverse=True)
        sums = np.bincount(inverse, weights=self.messages[within], minlength=len(days))
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

    def _within(self, first: date, last: date) -> slice:
        return slice(*np.searchsorted(self.days, [first.toordinal(), last.toordinal() + 1]))

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


@dataclass(slots=True)
class RoomSpec:
    """A room as its workspace knows it; ``type`` is c, p, d or l as on the wire.

    Days and datetimes without a zone are those of the server's clock. ``title`` is what people see where it differs
    from ``name``. Without a ``name`` the title is the name, without both the id is. ``last_message`` is taken from
    the counts unless said: None means that nobody ever wrote.
    ``discussion_of`` and ``team`` hold room ids; ``messages_total`` None means the sum of the counts. A room that
    ``keeps`` its messages for so many days has older ones pruned, which only a workspace without counts tells.
    """

    room_id: str
    type: str = "c"
    name: str | None = None
    title: str | None = None
    usernames: tuple[str, ...] = ()
    created: Moment | None = None
    updated: Moment | None = None
    last_message: Moment | Literal["as counted"] | None = AS_COUNTED
    members: int | None = None
    owner: str | None = None
    archived: bool = False
    read_only: bool = False
    default: bool = False
    topic: str | None = None
    announcement: str | None = None
    discussion_of: str | None = None
    team: str | None = None
    team_main: bool = False
    messages_total: int | None = None
    keeps: int | None = None

    def __post_init__(self) -> None:
        if self.type not in {"c", "p", "d", "l"}:
            raise ValueError(f"A room of type {self.type!r} is not known: use c, p, d or l.")
        if self.name is None:
            # As the server reads it: $ifNull[name, fname]. A direct message has neither, and keeps no name.
            self.name = self.title or (self.room_id if self.type != "d" else None)

    @property
    def shown_title(self) -> str | None:
        """What the server keeps as ``fname``: the title, else the name; a direct message has it only if it is told."""
        return self.title if self.title is not None or self.type == "d" else self.name

    @property
    def member_count(self) -> int | None:
        """How many people are in the room; None where nobody says."""
        return len(self.usernames) if self.members is None and self.type == "d" else self.members


@dataclass
class Community:
    """Rooms in a fixed order, their counts by number, and ``gone``: the rooms that were counted, then deleted.

    ``made_for`` is the day up to which counts were generated; None where they are given once and for all.
    """

    rooms: list[RoomSpec]
    counts: DayCounts
    gone: frozenset[str] = frozenset()
    made_for: date | None = None
    _numbers: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {room.room_id: number for number, room in enumerate(self.rooms)}
        if len(self._numbers) != len(self.rooms):
            raise ValueError("Two rooms of the community have the same id.")

    def number(self, room_id: str) -> int:
        """The number of a room in the counts. Raises KeyError for a room that is not of this community."""
        return self._numbers[room_id]

    def daily(self, room_id: str) -> dict[date, int]:
        """The counted days of one room."""
        return self.counts.entries(self.number(room_id))


def community(rooms: Sequence[RoomSpec], counts: Mapping[str, Mapping[date, int]] | None = None) -> Community:
    """A community written by hand: its rooms, and the messages of each by room id and day."""
    numbers = {room.room_id: number for number, room in enumerate(rooms)}
    entries = ((day, numbers[room_id], n) for room_id, days in (counts or {}).items() for day, n in days.items())
    return settled(Community(list(rooms), DayCounts.of(entries)))


def settled(made: Community) -> Community:
    """The same community with what each room leaves open (last message, creation, total) taken from its counts."""
    size = len(made.rooms)
    last_days, first_days, totals = made.counts.last_days(size), made.counts.first_days(size), made.counts.totals(size)
    for number, room in enumerate(made.rooms):
        if room.last_message == "as counted":
            last = int(last_days[number])
            room.last_message = datetime.combine(date.fromordinal(last), USUAL_HOUR) if last else None
        if room.created is None:
            known = [date.fromordinal(first_days[number])] if first_days[number] else []
            if isinstance(room.last_message, date):
                known.append(day_of(room.last_message))
            room.created = min(known, default=date(2020, 1, 1))
        if room.messages_total is None:
            room.messages_total = max(int(totals[number]), 0)
    return made


def day_of(moment: Moment) -> date:
    """The day of a moment."""
    return moment.date() if isinstance(moment, datetime) else moment

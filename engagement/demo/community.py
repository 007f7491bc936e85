"""A community: its rooms and their daily counts, made by ``generated``, read by ``files`` or written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from engagement.demo.counts import DayCounts

# When nothing is known about the hour of a room's last message.
USUAL_HOUR = time(11, 23, 5)
AS_COUNTED: Literal["as counted"] = "as counted"
Moment = date | datetime


@dataclass(slots=True)
class RoomSpec:
    """A room as its workspace knows it; ``type`` is c, p, d or l as on the wire.

    Days and datetimes without a zone are those of the server's clock. ``title`` is what people see where it differs
    from ``name``. Without a ``name`` the title is the name, without both the id is. ``last_message`` is taken from
    the counts unless said: None means that nobody ever wrote.
    ``discussion_of`` and ``team`` hold room ids; ``messages_total`` None means the sum of the counts.
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
            room.created = _creation(int(first_days[number]), room.last_message)
        if room.messages_total is None:
            room.messages_total = max(int(totals[number]), 0)
    return made


def _creation(first_counted: int, last_message: date | None) -> date:
    known = [date.fromordinal(first_counted)] if first_counted else []
    if last_message is not None:
        known.append(last_message.date() if isinstance(last_message, datetime) else last_message)
    return min(known) if known else date(2020, 1, 1)

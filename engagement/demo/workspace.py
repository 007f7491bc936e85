"""The workspace as it is now: a community that can change while it is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime

import numpy as np

from engagement.demo.community import Community, Ints, RoomSpec, day_of
from engagement.demo.counters import Counters
from engagement.demo.documents import Documents
from engagement.demo.windows import Windows
from engagement.demo.zone import ServerClock


class Workspace:
    """A community, with what was added and removed since. Safe to change while answers are made.

    ``community`` is without what was added since; ``renew`` makes that of another day, for one whose counts go on with
    the calendar. ``documents`` are new after every change made here; whoever changes a room itself calls ``touch``.
    """

    def __init__(
        self, community: Community, clock: ServerClock, renew: Callable[[date], Community] | None = None
    ) -> None:
        self._lock = threading.RLock()
        self._clock, self._renew = clock, renew
        self._added: dict[tuple[date, str], int] = {}
        self._uncounted: list[tuple[date, date]] = []
        self._made: list[RoomSpec] = []
        self._removed: set[str] = set()
        self._pruned: dict[str, date] = {}
        self._told_at: datetime | None = None
        self._counters = Counters(community)
        self._settle(community)

    def _settle(self, community: Community) -> None:
        self.community = community
        self._counts = community.counts
        for first, last in self._uncounted:
            self._counts = self._counts.without(first, last)
        self.rooms: list[RoomSpec] = community.rooms + self._made
        self._numbers = {room.room_id: number for number, room in enumerate(self.rooms)}
        gone = community.gone | self._removed
        for (day, room_id), messages in self._added.items():
            if room_id in self._numbers:
                _hear(self.room(room_id), day, messages)
        self._alive = np.array([room.room_id not in gone for room in self.rooms], dtype=bool)
        self.touch()

    def advance(self, today: date) -> None:
        """Makes sure that the generated counts reach ``today``."""
        with self._lock:
            if self._renew is not None and self.community.made_for is not None and today > self.community.made_for:
                renewed = self._renew(today)
                self._counters = Counters(renewed)
                self._settle(renewed)

    def tell_counters(self, here: datetime) -> None:
        """Puts the counter of each room to where it stands ``here``, by the clock of the server, to ten minutes."""
        here = here.replace(minute=here.minute // 10 * 10, second=0, microsecond=0)
        with self._lock:
            if self._told_at == here:
                return
            counters = self._counters.at(here, self.rooms, self._added, self._pruned)
            for room, counter in zip(self.rooms, counters, strict=True):
                room.messages_total = counter
            self.touch()
            self._told_at = here

    def room(self, room_id: str) -> RoomSpec:
        """The room with this id. Raises KeyError."""
        return self.rooms[self._numbers[room_id]]

    def add(self, room_id: str, day: date, messages: int) -> None:
        """Counts ``messages`` more (or, negative, fewer) in a room on a day. Raises KeyError for an unknown room."""
        with self._lock:
            room = self.room(room_id)
            self._added[day, room_id] = self._added.get((day, room_id), 0) + messages
            _hear(room, day, messages)
            self.touch()

    def purge(self, room_id: str, first: date, last: date) -> None:
        """Deletes what a room counted on these days, as a moderator does with spam: each day then counts nothing.

        Its last message stays where it was. Raises KeyError for an unknown room.
        """
        with self._lock:
            number = self._numbers[room_id]
            for day in (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)):
                counted = int(self._between(day, day)[0][number])
                if counted > 0:
                    self.add(room_id, day, -counted)

    def stop_counting(self, first: date, last: date) -> None:
        """Forgets what any room counted on these days, as if the module had been off; the messages were written."""
        with self._lock:
            self._uncounted.append((first, last))
            self._added = {key: n for key, n in self._added.items() if not first <= key[0] <= last}
            self._settle(self.community)

    def add_room(self, room: RoomSpec) -> None:
        """Creates a room. Raises ValueError when its id is taken."""
        with self._lock:
            if room.room_id in self._numbers:
                raise ValueError(f"There is a room {room.room_id!r} already.")
            if room.last_message == "as counted":
                room.last_message = None
            self._made.append(room)
            self._settle(self.community)

    def prune(self, room_id: str, first: date) -> None:
        """Deletes what was written in a room before ``first``, as its administrators or a retention policy do: what
        the server counted on those days stays. Raises KeyError for an unknown room.
        """
        with self._lock:
            self._pruned[self.room(room_id).room_id] = first
            self.touch()

    def touch(self) -> None:
        """What was derived from the rooms before is not valid any more."""
        self.documents = Documents(self._clock)
        self._told_at = None

    def remove_room(self, room_id: str) -> None:
        """Deletes a room; its counts stay in the totals of a day. Raises KeyError for an unknown room."""
        with self._lock:
            self._alive[self._numbers[room_id]] = False
            self._removed.add(room_id)
            self.touch()

    def living(self) -> list[RoomSpec]:
        """The rooms that are not deleted, in their own order."""
        with self._lock:
            return [self.rooms[number] for number in np.flatnonzero(self._alive).tolist()]

    def alive(self) -> np.typing.NDArray[np.bool_]:
        """By number, whether the room still exists."""
        with self._lock:
            return self._alive.copy()

    def activity(self, asked: Windows) -> tuple[Ints, Ints, Ints]:
        """By number, a room's messages in both windows, and on how many of their days the server has any count."""
        with self._lock:
            messages, counted = self._between(asked.first, asked.last)
            previous, counted_before = self._between(asked.previous_first, asked.previous_last)
            return messages, previous, counted + counted_before

    def by_day(self, first: date, last: date) -> dict[date, int]:
        """The messages of each counted day, those of deleted rooms included."""
        with self._lock:
            days = self._counts.by_day(first, last)
            for (day, _), messages in self._added.items():
                if first <= day <= last:
                    days[day] = days.get(day, 0) + messages
            return days

    def written(self, kind: str) -> tuple[int, dict[date, int]]:
        """What the rooms of a type had before any day that is counted, and what was written in them on each, by day."""
        with self._lock:
            types = np.array([room.type for room in self.rooms], dtype="U1")
            before, days = self._counters.written(types == kind)
            for (day, room_id), messages in self._added.items():
                if room_id in self._numbers and self.room(room_id).type == kind:
                    days[day] = days.get(day, 0) + messages
            return before, days

    def _between(self, first: date, last: date) -> tuple[Ints, Ints]:
        messages, counted = self._counts.between(first, last, len(self.rooms))
        for (day, room_id), more in self._added.items():
            number = self._numbers.get(room_id)
            if first <= day <= last and number is not None:
                messages[number] += more
                counted[number] += 1
        return messages, counted


def _hear(room: RoomSpec, day: date, messages: int) -> None:
    spoken = room.last_message
    if messages > 0 and (not isinstance(spoken, date) or day_of(spoken) < day):
        room.last_message = day

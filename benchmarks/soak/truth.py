"""What the pages must show, worked out from the rooms and daily counts of the demo workspace alone.

Nothing of the dashboard is used here, not even its words: it is the other opinion.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from engagement.demo import DemoServer
from engagement.demo.community import RoomSpec

Array = np.ndarray[Any, Any]
DAY = timedelta(days=1)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WORDS = {"Channels": "c", "Private": "p", "Direct": "d"}
_RANDOM_ID = re.compile(r"[2-9A-HJ-NP-TW-Za-km-z]{17}")


@dataclass(frozen=True)
class Span:
    """Days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def back(self, days: int) -> Span:
        return Span(self.first - days * DAY, self.last - days * DAY)

    def parts(self) -> list[Span]:
        """Its days up to 35, its weeks up to 180, else its months, as much of each as lies in it."""
        found, first = list[Span](), self.first
        while first <= self.last:
            month = (first.replace(day=1) + 32 * DAY).replace(day=1) - DAY
            last = first if self.days <= 35 else monday(first) + 6 * DAY if self.days <= 180 else month
            found.append(Span(first, min(last, self.last)))
            first = last + DAY
        return found

    def __str__(self) -> str:
        """As pages write it: "9–15 Nov 2026"."""
        one, other = self.first, self.last
        end = f"{other.day} {MONTHS[other.month - 1]} {other.year}"
        if one == other:
            return end
        if one.year != other.year:
            return f"{one.day} {MONTHS[one.month - 1]} {one.year} – {end}"
        if one.month != other.month:
            return f"{one.day} {MONTHS[one.month - 1]} – {end}"
        return f"{one.day}–{end}"


def monday(day: date) -> date:
    return day - day.weekday() * DAY


def span_of(name: str, today: date, typed: tuple[date, date] | None = None) -> tuple[Span, Span]:
    """The days that a choice of period means, and those that it is compared with."""
    week, month = monday(today), today.replace(day=1)
    if typed is not None:
        asked = Span(*typed)
        begins_with_week = asked.first == monday(asked.first)
        weeks = -(-asked.days // 7) * 7 if asked.last >= today and begins_with_week else asked.days
        return asked, asked.back(weeks)
    asked = {
        "Last full week": Span(week - 7 * DAY, week - DAY),
        "Last 7 full days": Span(today - 7 * DAY, today - DAY),
        "Last 4 full weeks": Span(week - 28 * DAY, week - DAY),
        "Last full month": Span((month - DAY).replace(day=1), month - DAY),
        "Last 30 days": Span(today - 30 * DAY, today - DAY),
        "Last 90 days": Span(today - 90 * DAY, today - DAY),
        "This week so far": Span(week, today),
    }[name]
    return asked, asked.back(7 if name == "This week so far" else asked.days)


@dataclass(frozen=True)
class View:
    """What somebody asks for; ``all_rooms`` is the right to list every room."""

    span: Span
    previous: Span
    today: date
    types: frozenset[str] = frozenset({"Channels", "Private"})
    search: str = ""
    archived: bool = False
    all_rooms: bool = True


@dataclass(frozen=True)
class Rooms:
    """The rooms of a view: what each is called, and its counts; the same places in every field."""

    labels: list[str]
    now: Array
    before: Array
    numbers: Array
    listed: int

    def pairs(self) -> Counter[tuple[str, int, int]]:
        return Counter(zip(self.labels, self.now.tolist(), self.before.tolist(), strict=True))


class Truth:
    """The counts of a workspace that does not change, by room and day."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        made = server.workspace.community
        self.rooms: list[RoomSpec] = made.rooms
        counts = made.counts
        self._first = int(counts.days.min())
        self._sums = np.zeros((len(self.rooms), int(counts.days.max()) - self._first + 2), dtype=np.int64)
        np.add.at(self._sums, (counts.rooms, counts.days - self._first + 1), counts.messages)
        np.cumsum(self._sums, axis=1, out=self._sums)
        self._counted = np.bincount(counts.rooms, minlength=len(self.rooms)) > 0
        self._alive = np.array([room.room_id not in made.gone and room.type != "l" for room in self.rooms])
        self._open = np.array(
            [room.type == "c" and (room.team is None or room.team_main) for room in self.rooms], dtype=bool
        )
        self._places = {room.room_id: number for number, room in enumerate(self.rooms)}
        self._created = np.array([_ordinal(room.created) for room in self.rooms])
        self._spoken = np.array([_ordinal(room.last_message) for room in self.rooms])

    @property
    def today(self) -> date:
        return self.server.clock.today()

    def messages(self, span: Span) -> Array:
        """By number of the room."""
        last = self._sums.shape[1] - 1
        low, high = (
            int(np.clip(day.toordinal() - self._first + more, 0, last))
            for day, more in ((span.first, 0), (span.last, 1))
        )
        return self._sums[:, high] - self._sums[:, low]

    def by_part(self, rooms: Rooms, parts: list[Span]) -> list[int]:
        """The rooms of a view together, in each part."""
        return [int(self.messages(part)[rooms.numbers].sum()) for part in parts]

    def known(self, all_rooms: bool) -> Array:
        """Which rooms somebody with these rights may know of."""
        return self._alive & (np.ones(len(self.rooms), dtype=bool) if all_rooms else self._open | self._counted)

    def look(self, view: View) -> Rooms:
        """The rooms of a view."""
        now, before = self.messages(view.span), self.messages(view.previous)
        there = self.known(view.all_rooms) & (
            (self._created <= view.span.last.toordinal()) | (now != 0) | (before != 0)
        )
        listed = self._open if not view.all_rooms else np.ones(len(self.rooms), dtype=bool)
        wanted = {WORDS[word] for word in view.types}
        numbers = [
            number
            for number in np.flatnonzero(there).tolist()
            if self.rooms[number].type in wanted
            and (view.archived or not (self.rooms[number].archived and listed[number]))
            and (not view.search or view.search.casefold() in self.name(number, bool(listed[number])).casefold())
        ]
        every = {number: self.label(number, bool(listed[number])) for number in np.flatnonzero(there).tolist()}
        often = Counter(every.values())
        labels = [self._apart(number, every, often, bool(listed[number])) for number in numbers]
        chosen = np.array(numbers, dtype=np.int64)
        return Rooms(labels, now[chosen], before[chosen], chosen, int(there.sum()))

    def _apart(self, number: int, every: dict[int, str], often: Counter[str], listed: bool) -> str:
        """The label of a room in lists: with the room that a discussion is in where another one has its title."""
        room, label = self.rooms[number], every[number]
        if not listed or room.type == "d":
            return label
        parent = self._places.get(room.discussion_of or "")
        if parent in every and often[label] > 1 and self.rooms[parent].type in {"c", room.type}:
            label += f" in {every[parent]}"
        return f"{label} (archived)" if room.archived else label

    def name(self, number: int, listed: bool) -> str:
        room = self.rooms[number]
        if room.type == "d":
            return " × ".join(room.usernames)
        if listed:
            return str(room.title or room.name)
        return f"untitled discussion {str(room.name)[:4]}" if _RANDOM_ID.fullmatch(str(room.name)) else str(room.name)

    def label(self, number: int, listed: bool) -> str:
        room = self.rooms[number]
        if room.type == "d":
            return "direct message"
        discussion = room.discussion_of is not None if listed else bool(_RANDOM_ID.fullmatch(str(room.name)))
        sign = "› " if discussion else "◊ " if listed and room.team_main else "🔒 " if room.type == "p" else "#"
        return sign + self.name(number, listed)

    def states(self, rooms: Rooms, view: View) -> Counter[str]:
        """How many rooms without a message are in which state; meaningful with the right to list every room."""
        start, found = view.span.first.toordinal(), Counter[str]()
        for number, now, before in zip(rooms.numbers.tolist(), rooms.now.tolist(), rooms.before.tolist(), strict=True):
            if now > 0:
                continue
            if before > 0:
                found["Fell silent"] += 1
            elif self._created[number] >= start:
                found["Unused so far"] += 1
            elif self.rooms[number].last_message is None:
                found["Never used"] += 1
            else:
                found["Dormant"] += 1
        return found

    def moved(self, rooms: Rooms, view: View) -> dict[str, int]:
        """How many rooms are new, back, or fell silent."""
        lately = self._created[rooms.numbers] >= view.previous.first.toordinal()
        begun = (rooms.now > 0) & (rooms.before <= 0)
        return {
            "New": int((begun & lately).sum()),
            "Back": int((begun & ~lately).sum()),
            "Fell silent": int(((rooms.now <= 0) & (rooms.before > 0)).sum()),
        }

    def existed(self, rooms: Rooms, view: View) -> Array:
        """Which of the rooms were there before the days compared with were over."""
        return self._created[rooms.numbers] <= view.previous.last.toordinal()

    def silent_days(self, number: int, view: View) -> int:
        return view.span.last.toordinal() - int(self._spoken[number])

    def weeks(self, rooms: Rooms, last: date, number: int) -> Array:
        """Messages of each room in so many weeks, of which the last one begins on ``last``."""
        begins = [last - 7 * DAY * back for back in reversed(range(number))]
        return np.column_stack([self.messages(Span(day, day + 6 * DAY))[rooms.numbers] for day in begins])


def _ordinal(moment: date | datetime | str | None) -> int:
    return moment.toordinal() if isinstance(moment, date) else 0

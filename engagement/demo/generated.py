"""A community that does not exist, and looks as if it did."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np

from engagement.demo.community import Community, RoomSpec
from engagement.demo.names import (
    FOUNDING,
    PEOPLE,
    PROJECT_PAIRS,
    Founding,
    core_name,
    person,
    project_name,
    question,
)
from engagement.demo.noise import ids, uniform
from engagement.demo.population import CHANNEL, DIRECT, DISCUSSION, NEVER, PRIVATE, Born, Ints, Population, population
from engagement.demo.volumes import HISTORY_DAYS, day_counts

_TEAM_SHARE, _ARCHIVED_SHARE = 0.12, 0.35
_FEW_PEOPLE = 24
_CHANCES = ("owner", "members", "team", "archived", "extra", "history", "title")
# On this day somebody went through the settings of a third of all rooms.
_TIDIED = datetime(2025, 9, 3, 15, 4, 11)
_MIDNIGHT = timedelta(seconds=40)


def generate(rooms: int, seed: int, today: date) -> Community:
    """A workspace with ``rooms`` rooms on ``today`` and two years of counts; some deleted and livechat rooms besides.

    What a room counted on a day depends on ``seed``, the room and the day alone. Raises ValueError before 2020.
    """
    people = population(rooms, seed, today)
    counts = day_counts(people, seed, today)
    spoken = _last_messages(people, counts.last_days(len(people)), today, seed)
    # From a day on that does not move with each day: the counters of rooms grow by what is written.
    totals = counts.between(_begin(today), today, len(people))[0].tolist()
    made = _Maker(people, seed, rooms, today)
    specs = [made.room(number, *told) for number, told in enumerate(zip(spoken, totals, strict=True))]
    gone = frozenset(specs[number].room_id for number in np.flatnonzero(people.gone).tolist())
    return Community(specs + _livechat(rooms, seed), counts, gone, made_for=today)


def _last_messages(people: Population, last_days: Ints, today: date, seed: int) -> list[datetime | None]:
    """The moment of each room's last message: on its last counted day, or before anything was counted."""
    counting_began = today.toordinal() - HISTORY_DAYS - 14
    before = np.minimum(people.end, counting_began) - people.first_use
    chance = uniform(people.key, seed=seed, stream="spoken")
    earlier = people.first_use + (chance * np.maximum(before, 0)).astype(np.int64)
    heard_earlier = (people.fate != NEVER) & (people.rate > 0) & (before > 30)
    seconds = (8 * 3600 + 10 * 3600 * uniform(people.key, last_days, seed=seed, stream="hour")).astype(np.int64)
    days = np.where(last_days > 0, last_days, np.where(heard_earlier, earlier, 0))
    # Somebody wrote last week, and the server did not count it; rooms that nobody founded are the last of these.
    uncounted = np.array([*(room.uncounted for room in FOUNDING), False])[people.founding]
    days[uncounted] = today.toordinal() - today.weekday() - 4
    return [
        datetime.fromordinal(day) + (_MIDNIGHT if day == today.toordinal() else timedelta(seconds=second))
        if day
        else None
        for day, second in zip(days.tolist(), seconds.tolist(), strict=True)
    ]


class _Maker:
    """Gives the rooms of a population their names, people and settings."""

    def __init__(self, people: Population, seed: int, rooms: int, today: date) -> None:
        self._today = today
        self._many = rooms > PROJECT_PAIRS // 2
        self._persons = min(PEOPLE, max(_FEW_PEOPLE, rooms // 2))
        self._born = list(map(Born._make, people.tolist()))
        self._ids, self._random_names = (ids(people.key, seed=seed, stream=stream) for stream in ("id", "name"))
        self._chance: dict[str, list[float]] = {
            stream: uniform(people.key, seed=seed, stream=stream).tolist() for stream in _CHANCES
        }
        wanted = np.exp(1.0 + 0.45 * np.log1p(people.rate) + 1.6 * (np.array(self._chance["members"]) - 0.3))
        self._members = np.clip(wanted, 2, self._persons).astype(int).tolist()
        self._parents = [n for n, born in enumerate(self._born) if born.lasting and born.kind in (CHANNEL, PRIVATE)]
        self._teams = [
            _team(self._ids[n]) for n, born in enumerate(self._born) if born.founding >= 0 and _founded(born).team_main
        ]

    def room(self, number: int, spoken: datetime | None, counted: int) -> RoomSpec:
        """The room with this number in the population."""
        born, chance = self._born[number], self._chance
        second = 20 if born.birth == self._today.toordinal() else int(3600 * (8 + 9 * chance["history"][number]))
        created = datetime.fromordinal(born.birth) + timedelta(seconds=second)
        tidied = chance["extra"][number] < 0.33 and _TIDIED.date() < self._today
        older = max(min(_begin(self._today).toordinal(), born.end) - born.birth, 0)
        older = int(older * chance["history"][number] * 0.3)
        room = RoomSpec(
            room_id=self._ids[number],
            name="",
            created=created,
            updated=max(created, spoken or created, _TIDIED if tidied else created),
            last_message=spoken,
            members=self._members[number],
            owner=person(int(chance["owner"][number] * self._persons)),
            messages_total=max(counted + older, 1) if spoken else 0,
        )
        if born.founding >= 0:
            self._found(room, _founded(born))
        elif born.kind == DIRECT:
            self._direct(room, number)
        elif born.kind == DISCUSSION:
            self._discuss(room, number)
        else:
            self._plain(room, number)
        return room

    def _found(self, room: RoomSpec, founding: Founding) -> None:
        if founding.team_main:
            room.team, room.team_main = _team(room.room_id), True
        if founding.name == "general":
            room.room_id = "GENERAL"
        room.type, room.name, room.title = founding.type, founding.name, founding.title
        room.read_only, room.default = founding.read_only, founding.default
        room.announcement, room.topic = founding.announcement, founding.topic
        room.keeps = founding.keeps
        if founding.default:
            room.members = self._persons
        if founding.feed:
            room.owner = "build.server"

    def _direct(self, room: RoomSpec, number: int) -> None:
        born, size = self._born[number], self._persons
        pair = (born.number * 2 + born.lasting) * 7919 % (size * (size - 1) // 2)
        second = int((1 + (1 + 8 * pair) ** 0.5) / 2)
        people = [pair - second * (second - 1) // 2, second]
        if self._chance["extra"][number] < 0.08:
            people.append((second + 1) % size)
        room.type, room.name, room.usernames = "d", None, tuple(map(person, people))
        room.members, room.owner = len(people), None

    def _discuss(self, room: RoomSpec, number: int) -> None:
        within = self._parents[int(self._chance["team"][number] * len(self._parents))]
        parent = self._born[within]
        private = _founded(parent).type == "p" if parent.founding >= 0 else parent.kind == PRIVATE
        room.type, room.name = "p" if private else "c", self._random_names[number]
        room.title = question(int(self._chance["title"][number] * 10_000))
        room.discussion_of = "GENERAL" if parent.founding == 0 else self._ids[within]

    def _plain(self, room: RoomSpec, number: int) -> None:
        born, chance = self._born[number], self._chance
        name = core_name(born.number) if born.lasting else project_name(born.number, many=self._many)
        room.type, room.name = "p" if born.kind == PRIVATE else "c", name
        room.archived = born.end + 120 < self._today.toordinal() and chance["archived"][number] < _ARCHIVED_SHARE
        if self._teams and chance["team"][number] < _TEAM_SHARE:
            room.team = self._teams[int(chance["members"][number] * len(self._teams))]
        extra = chance["extra"][number]
        room.read_only = 0.5 < extra < 0.515
        if 0.6 < extra < 0.62:
            room.announcement = "We meet on Thursdays at 10."
        if extra > 0.7:
            room.topic = f"Everything about {name.replace('-', ' ')}"


def _begin(today: date) -> date:
    """The day from which on the counts of rooms are summed up; before, their counters are made up."""
    return date(today.year - 1, 1, 1)


def _founded(born: Born) -> Founding:
    return FOUNDING[born.founding]


def _team(room_id: str) -> str:
    return f"team{room_id}"[:17]


def _livechat(rooms: int, seed: int) -> list[RoomSpec]:
    """Conversations with visitors: old releases list them, no release counts them."""
    began = date(2019, 5, 6)
    number = np.arange(max(1, rooms // 100))
    return [
        RoomSpec(
            room_id=room_id,
            type="l",
            name=f"visitor-{1000 + position}",
            created=began + timedelta(days=position % 200),
            last_message=None,
            members=1,
        )
        for position, room_id in enumerate(ids(number, seed=seed, stream="livechat"))
    ]

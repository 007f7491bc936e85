"""A community that does not exist, and looks as if it did."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np

from engagement.demo.community import Community, RoomSpec
from engagement.demo.names import (
    FOUNDING,
    PEOPLE,
    PROJECT_PAIRS,
    core_name,
    person,
    project_name,
    question,
)
from engagement.demo.noise import Floats, ids, uniform
from engagement.demo.population import CHANNEL, DIRECT, DISCUSSION, NEVER, PRIVATE, Ints, Population, population
from engagement.demo.volumes import HISTORY_DAYS, day_counts

_TEAM_SHARE, _ARCHIVED_SHARE = 0.12, 0.35
_FEW_PEOPLE = 24
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
    totals = counts.totals(len(people))
    made = _Maker(people, seed, rooms, today)
    specs = [made.room(number, spoken[number], int(totals[number])) for number in range(len(people))]
    gone = frozenset(specs[number].room_id for number in np.flatnonzero(people.gone).tolist())
    specs.extend(_livechat(rooms, seed))
    return Community(specs, counts, gone, made_for=today)


def _last_messages(people: Population, last_days: Ints, today: date, seed: int) -> list[datetime | None]:
    """The moment of each room's last message: on its last counted day, or before anything was counted."""
    counting_began = today.toordinal() - HISTORY_DAYS - 14
    before = np.minimum(people.end, counting_began) - people.first_use
    chance = uniform(people.key, seed=seed, stream="spoken")
    earlier = people.first_use + (chance * np.maximum(before, 0)).astype(np.int64)
    heard_earlier = (people.fate != NEVER) & (people.rate > 0) & (before > 30)
    seconds = (8 * 3600 + 10 * 3600 * uniform(people.key, last_days, seed=seed, stream="hour")).astype(np.int64)
    days = np.where(last_days > 0, last_days, np.where(heard_earlier, earlier, 0))
    for room in np.flatnonzero(people.founding >= 0).tolist():
        if FOUNDING[people.founding[room]].uncounted:
            # Somebody wrote last week, and the server did not count it.
            days[room] = today.toordinal() - today.weekday() - 4
    return [
        datetime.fromordinal(day) + (_MIDNIGHT if day == today.toordinal() else timedelta(seconds=second))
        if day
        else None
        for day, second in zip(days.tolist(), seconds.tolist(), strict=True)
    ]


class _Maker:
    """Gives the rooms of a population their names, people and settings."""

    def __init__(self, people: Population, seed: int, rooms: int, today: date) -> None:
        self._people, self._today = people, today
        self._many = rooms > PROJECT_PAIRS // 2
        self._persons = min(PEOPLE, max(_FEW_PEOPLE, rooms // 2))
        self._ids = ids(people.key, seed=seed, stream="id")
        self._random_names = ids(people.key, seed=seed, stream="name")
        self._chance: dict[str, list[float]] = {
            stream: uniform(people.key, seed=seed, stream=stream).tolist()
            for stream in ("owner", "members", "team", "archived", "extra", "history", "title")
        }
        self._kinds: list[int] = people.kind.tolist()
        self._members = self._member_counts(people.rate)
        self._numbers, self._lasting = people.number.tolist(), people.lasting.tolist()
        self._births, self._ends = people.birth.tolist(), people.end.tolist()
        self._founding = people.founding.tolist()
        self._parents = [
            number for number, kind in enumerate(self._kinds) if self._lasting[number] and kind in (CHANNEL, PRIVATE)
        ]
        self._teams = {
            self._ids[number]: f"team{self._ids[number]}"[:17]
            for number, founding in enumerate(self._founding)
            if founding >= 0 and FOUNDING[founding].team_main
        }

        self._team_ids = list(self._teams.values())
        self._person = [person(number) for number in range(self._persons)].__getitem__

    def _member_counts(self, rate: Floats) -> list[int]:
        wanted = np.exp(1.0 + 0.45 * np.log1p(rate) + 1.6 * (np.array(self._chance["members"]) - 0.3))
        counts: list[int] = np.clip(wanted, 2, self._persons).astype(int).tolist()
        return counts

    def room(self, number: int, spoken: datetime | None, counted: int) -> RoomSpec:
        """The room with this number in the population."""
        kind = self._kinds[number]
        created = self._moment(number)
        room = RoomSpec(
            room_id=self._ids[number],
            name="",
            created=created,
            updated=self._updated(number, created, spoken),
            last_message=spoken,
            members=self._members[number],
            owner=self._person(int(self._chance["owner"][number] * self._persons)),
            messages_total=self._total(number, spoken, counted),
        )
        if self._founding[number] >= 0:
            self._found(room, self._founding[number])
        elif kind == DIRECT:
            self._direct(room, number)
        elif kind == DISCUSSION:
            self._discussion(room, number)
        else:
            self._plain(room, number)
        return room

    def _moment(self, number: int) -> datetime:
        birth = self._births[number]
        second = 20 if birth == self._today.toordinal() else int(3600 * (8 + 9 * self._chance["history"][number]))
        return datetime.fromordinal(birth) + timedelta(seconds=second)

    def _updated(self, number: int, created: datetime, spoken: datetime | None) -> datetime:
        moments = [created, spoken or created]
        if self._chance["extra"][number] < 0.33 and _TIDIED.date() < self._today:
            moments.append(_TIDIED)
        return max(moments)

    def _total(self, number: int, spoken: datetime | None, counted: int) -> int:
        if spoken is None:
            return 0
        counting_began = self._today.toordinal() - HISTORY_DAYS
        older = max(min(counting_began, self._ends[number]) - self._births[number], 0)
        return max(counted, 1) + int(older * self._chance["history"][number] * 0.3)

    def _found(self, room: RoomSpec, number: int) -> None:
        founding = FOUNDING[number]
        room.team = self._teams.get(room.room_id)
        room.team_main = room.team is not None
        if founding.name == "general":
            room.room_id = "GENERAL"
        room.type, room.name, room.title = founding.type, founding.name, founding.title
        room.read_only, room.default = founding.read_only, founding.default
        room.announcement, room.topic = founding.announcement, founding.topic
        if founding.default:
            room.members = self._persons
        if founding.feed:
            room.owner = "build.server"

    def _direct(self, room: RoomSpec, number: int) -> None:
        size = self._persons
        pair = (self._numbers[number] * 2 + self._lasting[number]) * 7919 % (size * (size - 1) // 2)
        second = int((1 + (1 + 8 * pair) ** 0.5) / 2)
        first = pair - second * (second - 1) // 2
        people = [self._person(first), self._person(second)]
        if self._chance["extra"][number] < 0.08:
            people.append(self._person((second + 1) % size))
        room.type, room.name, room.usernames = "d", None, tuple(people)
        room.members, room.owner = len(people), None

    def _discussion(self, room: RoomSpec, number: int) -> None:
        parent = self._parents[int(self._chance["team"][number] * len(self._parents))]
        founding = self._founding[parent]
        private = FOUNDING[founding].type == "p" if founding >= 0 else self._kinds[parent] == PRIVATE
        room.type, room.name = "p" if private else "c", self._random_names[number]
        room.title = question(int(self._chance["title"][number] * 10_000))
        room.discussion_of = "GENERAL" if founding == 0 else self._ids[parent]

    def _plain(self, room: RoomSpec, number: int) -> None:
        position = self._numbers[number]
        name = core_name(position) if self._lasting[number] else project_name(position, many=self._many)
        room.type, room.name = "p" if self._kinds[number] == PRIVATE else "c", name
        ended = self._ends[number] + 120 < self._today.toordinal()
        room.archived = ended and self._chance["archived"][number] < _ARCHIVED_SHARE
        if self._teams and self._chance["team"][number] < _TEAM_SHARE:
            room.team = self._team_ids[int(self._chance["members"][number] * len(self._team_ids))]
        extra = self._chance["extra"][number]
        room.read_only = 0.5 < extra < 0.515
        if 0.6 < extra < 0.62:
            room.announcement = "We meet on Thursdays at 10."
        if extra > 0.7:
            room.topic = f"Everything about {name.replace('-', ' ')}"


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

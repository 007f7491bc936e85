"""A workspace without the Premium module over ten made-up weeks, day by day, and what was really written in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from engagement.cli import sync
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.periods import Period
from engagement.reading.jobs import Jobs
from engagement.storage.archive import Archive
from tests.support.asking import reader_of
from tests.support.clock import Clock

# A Monday, and the Monday after the last of ten weeks.
FIRST, AFTER = date(2026, 9, 14), date(2026, 11, 23)
WEEKS = Period(FIRST, AFTER - timedelta(days=1)).blocks(7)
LAST, BEFORE = WEEKS[-1], WEEKS[-2]
# What happens, by the day on whose noon it does.
PRUNED_ON, RENAMED_ON, MADE_ON, DELETED_ON = (
    date(2026, 11, 4),
    date(2026, 10, 14),
    date(2026, 10, 27),
    date(2026, 11, 18),
)
_MADE = datetime(2026, 1, 5, 9)
_ROOMS = [
    RoomSpec("general", created=_MADE, messages_total=900, members=30, default=True),
    RoomSpec("help", created=_MADE, messages_total=40, members=9, owner="ada"),
    RoomSpec("pruned", created=_MADE, messages_total=500, members=5),
    RoomSpec("short", created=_MADE, messages_total=0, members=5, keeps=7),
    RoomSpec("moved", name="old-name", created=_MADE, messages_total=70),
    RoomSpec("gone", created=_MADE, messages_total=10),
    RoomSpec("board", "p", created=_MADE, messages_total=0, owner="bob"),
    RoomSpec("unused", created=_MADE, messages_total=0, last_message=None),
    RoomSpec("pair", "d", usernames=("ada", "bob"), created=_MADE, messages_total=3),
]


def _written(room: str, day: date) -> int:
    """What people write in a room on a day."""
    week = (day - FIRST).days // 7
    weekend = day.weekday() >= 5
    return {
        "general": (2 if weekend else 20) * (5 if week == 9 else 1),
        "help": (8 if day.weekday() == 1 else 0) if week < 9 else 0,
        "pruned": 10,
        "short": 4,
        "moved": 3,
        "gone": 5 if day < DELETED_ON else 0,
        "board": 6 if day.weekday() == 3 else 0,
        "made": 7 if day >= MADE_ON else 0,
        "pair": 1 if week == 8 and day.weekday() == 0 else 0,
    }.get(room, 0)


@dataclass(frozen=True)
class Unlicensed:
    """The running workspace with its clock, and what was written by room and day."""

    server: DemoServer
    clock: Clock
    written: dict[str, dict[date, int]] = field(default_factory=dict)

    def in_days(self, room: str, days: Period) -> int:
        """What was written in a room in these days."""
        return sum(n for day, n in self.written.get(room, {}).items() if day in days)

    def pass_day(self, day: date) -> None:
        """Lets everything of ``day`` happen at its noon."""
        self.clock.now = datetime.combine(day, time(12), UTC).timestamp()
        at = self.server.workspace
        if day == MADE_ON:
            at.add_room(RoomSpec("made", created=datetime.combine(day, time(11)), last_message=None))
        if day == PRUNED_ON:
            at.prune("pruned", day)
        if day == RENAMED_ON:
            at.room("moved").name = at.room("moved").title = "new-name"
            at.touch()
        if day == DELETED_ON:
            at.remove_room("gone")
        for room in [*(one.room_id for one in _ROOMS), "made"]:
            if messages := _written(room, day):
                self.written.setdefault(room, {})[day] = messages
                at.add(room, day, messages)


@contextmanager
def unlicensed(**options: object) -> Iterator[Unlicensed]:
    """The workspace at the morning of its first day."""
    clock = Clock(datetime.combine(FIRST, time(0, 10), UTC).timestamp())
    rooms = [RoomSpec(**{name: getattr(one, name) for name in RoomSpec.__slots__}) for one in _ROOMS]
    asked = Options(**{"unlicensed": True, "rate_limit": 0, "timezone": "UTC", **options})
    with DemoServer(asked, clock=clock, community=community(rooms)) as server:
        yield Unlicensed(server, clock)


def live_with_sync(workspace: Unlicensed, archive: Archive, user: str = "manager") -> list[str]:
    """Lets the ten weeks pass with a ``sync`` at each look, and tells what each of them said."""
    reader = reader_of(workspace.server, user, archive=archive, now=workspace.clock.moment)
    said: list[str] = []
    live(workspace, lambda: said.append(sync.run(replace(reader, jobs=Jobs()), 10)[0]))
    return said


def live(workspace: Unlicensed, look: Callable[[], object], at: time = time(0, 10)) -> None:
    """Lets the ten weeks pass, with a ``look`` at this time of each Monday, of each day of the last three weeks, and of
    the Monday after them.
    """
    for number in range((AFTER - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        workspace.clock.now = datetime.combine(day, at, UTC).timestamp()
        if day.weekday() == 0 or day >= WEEKS[-3].start:
            look()
        if day < AFTER:
            workspace.pass_day(day)
    workspace.clock.now = datetime.combine(AFTER, time(9), UTC).timestamp()

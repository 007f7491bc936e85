"""One fault in what a workspace answers, for tests of what commands, files and pages make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engagement.demo import DemoServer
from engagement.demo.community import Community, RoomSpec, community
from engagement.demo.faults import Fault
from engagement.demo.tampering import ODD_VALUES, key_twice, odd_value, room_twice, total, unannounced
from engagement.reading.facts import DAYS_NOTE

LISTS = ("rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone")
COUNTS = ("channels/list",)
UNREADABLE = "What the server said of 1 of the rooms cannot be read."
MORE = "The server sent more rooms than it announced."
# Messages from the 9th to the 15th and the week before, by the name of the room.
RIGHT = {"busy": (70, 70), "calm": (14, 14), "still": (0, 0)}


@dataclass(frozen=True)
class Spoiled:
    """The ends of the routes that are spoiled, the fault, the note that says it ("": none is due), and the room whose
    counts are not known.
    """

    routes: tuple[str, ...]
    fault: Fault
    note: str
    without: str = ""

    def spoil(self, server: DemoServer) -> None:
        """From now on, every answer of these routes."""
        for route in self.routes:
            server.fail_next(route, self.fault, times=None)


CASES = {
    "the total announced is negative": Spoiled(
        COUNTS, total("negative"), "The server announced a negative number of rooms."
    ),
    "the total announced is zero": Spoiled(COUNTS, total("zero"), MORE),
    "the total announced is fewer than rows": Spoiled(COUNTS, total("fewer than rows"), MORE),
    "three rooms more than announced": Spoiled(COUNTS, unannounced(3), MORE),
    "one room comes twice with other counts": Spoiled(
        COUNTS,
        room_twice("busy", messages=5, diffFromLastWeek=-65),
        "The server sent some of the rooms twice, and differently.",
        "busy",
    ),
    "“messages” stands twice in one room": Spoiled(COUNTS, key_twice("busy", "messages", 5), UNREADABLE, "busy"),
    **{
        f"messages of one room: {odd}": Spoiled(COUNTS, odd_value("busy", "messages", value), UNREADABLE, "busy")
        for odd, value in ODD_VALUES.items()
    },
    "type of one room, in every list: null": Spoiled(
        (*COUNTS, *LISTS), odd_value("calm", "t", None), "The type of 1 of the rooms cannot be read."
    ),
    **{
        f"name of one room, in every list: {odd}": Spoiled((*COUNTS, *LISTS), odd_value("still", "name", value), "")
        for odd, value in ODD_VALUES.items()
    },
    "members of one room: huge": Spoiled(LISTS, odd_value("busy", "usersCount", ODD_VALUES["huge"]), ""),
    "messages-sent: JSON that answers something else": Spoiled(("messages-sent",), "nonsense", DAYS_NOTE),
    **{
        f"{route}: JSON that answers something else": Spoiled((route,), "nonsense", "list")
        for route in LISTS
    },
}  # fmt: skip


def small() -> Community:
    """Three rooms whose weeks until the 22nd of November 2026 are those of RIGHT."""
    days = [date(2026, 8, 3) + n * timedelta(days=1) for n in range(112)]
    rooms = [
        RoomSpec("busy", name="busy", members=12, last_message=date(2026, 11, 21)),
        RoomSpec("calm", name="calm", type="p", members=2, last_message=date(2026, 11, 21)),
        RoomSpec("still", name="still", members=1, last_message=date(2026, 3, 1)),
    ]
    return community(rooms, {"busy": dict.fromkeys(days, 10), "calm": dict.fromkeys(days, 2)})

"""Two workspaces with the same room ids, and the letters that the tables of the matrix use for what is in them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from engagement.demo import DemoServer, Options
from engagement.demo.accounts import Account
from engagement.demo.community import Community, RoomSpec, community
from tests.support.clock import Clock
from tests.support.demo_tools import TODAY

# What each letter stands for, and how it is called in the workspace of most accounts and in that of the stranger.
# The server tells of P, G and D whoever may see the figures, of H, O and S administrators of rooms alone; D and S are
# people, who are named only where somebody asks for them.
OURS = {
    "P": "harbourlight",  # a public channel, in which people write
    "G": "mergertalks",  # a private group, in which people write
    "H": "layoffplans",  # a private group, in which nobody ever wrote
    "O": "nadiaboss",  # the owner of both groups
    "D": "adafrost",  # one of two people who write to each other
    "S": "carlavale",  # one of two people who never did
    "N": "4,217",  # the messages of the public channel in every week
    "W": "tidewaiter",  # a note on the public channel, for whoever may administer rooms
}
THEIRS = {
    "P": "orchardgate",
    "G": "ciderdeal",
    "H": "prunedstaff",
    "O": "petrahead",
    "D": "ednahill",
    "S": "finngrove",
    "N": "1,109",
    "W": "millrace",
}
HIDDEN = "hidden-group"
WEEK = (date(2026, 11, 9), date(2026, 11, 15))


def letters(text: str, names: dict[str, str]) -> str:
    """The letters of what stands in a text; a number with or without its comma, and never inside another one."""
    found = {letter for letter, name in names.items() if name in text}
    digits = names["N"].replace(",", "")
    if digits in text and re.search(rf"(?<![\w.-]){digits}(?![\w.-])", text):
        found.add("N")
    return "".join(letter for letter in names if letter in found)


def workspace(names: dict[str, str], silent_rooms: int) -> DemoServer:
    """A workspace whose rooms have these names; both have the same ids. To be started."""
    server = DemoServer(
        Options(today=TODAY, timezone="UTC", rate_limit=0), clock=Clock(), community=_community(names, silent_rooms)
    )
    # Whose permissions can be taken away without those of anybody else.
    leaver = Account("leaver", "Lea Leaver", ("user", "leaver"))
    server.accounts.people[leaver.username] = leaver
    for permission in ("view-engagement-dashboard", "view-room-administration"):
        server.grant(permission, "leaver")
    return server


def _community(names: dict[str, str], silent_rooms: int) -> Community:
    created = date(2024, 1, 2)
    rooms = [
        RoomSpec("public-channel", name=names["P"], created=created, owner="rocket.cat"),
        RoomSpec("busy-group", "p", name=names["G"], created=created, owner=names["O"]),
        # Older than all others that are silent, and so the first of them everywhere.
        RoomSpec(HIDDEN, "p", name=names["H"], created=date(2023, 1, 2), owner=names["O"], last_message=None),
        RoomSpec("busy-pair", "d", usernames=(names["D"], "rocket.cat"), created=created),
        RoomSpec("silent-pair", "d", usernames=(names["S"], "rocket.cat"), created=date(2023, 1, 3), last_message=None),
        *(RoomSpec(f"berth-{n}", name=f"berth-{n}", created=created) for n in range(silent_rooms)),
    ]
    last, week = WEEK[1], int(names["N"].replace(",", ""))
    days = [last - timedelta(days=n) for n in range(7 * 60)]
    public = {day: week // 7 + (day.weekday() == 6) * (week % 7) for day in days}
    return community(
        rooms, {"public-channel": public, "busy-group": dict.fromkeys(days, 50), "busy-pair": dict.fromkeys(days, 30)}
    )

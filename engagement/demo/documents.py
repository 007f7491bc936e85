"""A room as the lists show it: the whole document, text of its last message included, and what is taken from it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from engagement.demo.community import RoomSpec
from engagement.demo.zone import ServerClock

_SAYINGS = (
    "Thanks, that fixed it!",
    "Could somebody have a look at this before noon?",
    "I will be out on Friday.",
    "The numbers are in the shared folder.",
    "+1",
)
ORDERS_KEPT = 20


def _last_message(room: RoomSpec) -> dict[str, object] | None:
    if not isinstance(room.last_message, date):
        return None
    number = zlib.crc32(room.room_id.encode())
    author = room.owner or (room.usernames[0] if room.usernames else "rocket.cat")
    return {
        "_id": f"{number:08x}lastmessage"[:17],
        "rid": room.room_id,
        "msg": _SAYINGS[number % len(_SAYINGS)],
        "ts": room.last_message,
        "u": {"_id": f"user-{author}", "username": author, "name": author},
    }


# The fields of a document; one that is None for a room is not in it.
_FIELDS: Mapping[str, Callable[[RoomSpec], object]] = {
    "_id": attrgetter("room_id"),
    "t": attrgetter("type"),
    "name": attrgetter("name"),
    "fname": attrgetter("shown_title"),
    "usernames": lambda room: room.usernames if room.type == "d" else None,
    "u": lambda room: {"_id": f"user-{room.owner}", "username": room.owner} if room.owner else None,
    "usersCount": attrgetter("member_count"),
    "msgs": lambda room: room.messages_total or 0,
    "ts": attrgetter("created"),
    "ro": attrgetter("read_only"),
    "default": lambda room: room.default or None,
    "topic": attrgetter("topic"),
    "announcement": attrgetter("announcement"),
    "archived": lambda room: room.archived or None,
    "prid": attrgetter("discussion_of"),
    "teamId": attrgetter("team"),
    "teamMain": lambda room: room.team_main or None,
    "sysMes": lambda _: True,
    "encrypted": lambda _: False,
    "_updatedAt": lambda room: room.updated or room.created,
    "uids": lambda room: [f"user-{name}" for name in room.usernames] if room.type == "d" else None,
    "lm": lambda room: room.last_message if isinstance(room.last_message, date) else None,
    "lastMessage": _last_message,
}
# ``whole`` is everything that the server keeps: a client has to drop the text in it by itself. The administration
# shows no last message, and when a room was made (``dated``) only in newer releases. The channel list (``listed``)
# has direct messages without a name, discussions with a random one.
Shape = Literal["whole", "dated", "undated", "listed"]
_DATED = tuple(_FIELDS)[: tuple(_FIELDS).index("sysMes")]
_SHAPES: Mapping[Shape, tuple[str, ...]] = {
    "whole": tuple(_FIELDS),
    "dated": _DATED,
    "undated": tuple(name for name in _DATED if name != "ts"),
    "listed": ("_id", "name", "ts", "t", "_updatedAt", "usernames"),
}
_SORTED_BY = {"_id", "t", "name", "fname", "usersCount", "msgs", "ts", "default", "lm"}


class Documents:
    """The documents of one version of a workspace as JSON, each written once."""

    def __init__(self, clock: ServerClock) -> None:
        self._clock = clock
        # A moment often stands twice in a row: a room's last message is that of its ``lm``.
        wire = lru_cache(maxsize=1)(clock.wire)
        self._encode = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, separators=(",", ":"), default=wire
        ).encode
        self._written: dict[tuple[str, Shape], str] = {}
        self._sorted: dict[str, list[RoomSpec]] = {}

    def text(self, room: RoomSpec, shape: Shape) -> str:
        """One of the shapes of a room; what is not known is not in it."""
        text = self._written.get((room.room_id, shape))
        if text is None:
            shown = {name: value for name in _SHAPES[shape] if (value := _FIELDS[name](room)) is not None}
            text = self._written[room.room_id, shape] = self._encode(shown)
        return text

    def remembered(self, name: str, order: Callable[[], list[RoomSpec]]) -> list[RoomSpec]:
        """The rooms in an order that is worked out once for each of the last few ``name``s."""
        rooms = self._sorted.get(name)
        if rooms is None:
            rooms = self._sorted[name] = order()
            if len(self._sorted) > ORDERS_KEPT:
                self._sorted.pop(next(iter(self._sorted)), None)
        return rooms

    def sort_key(self, room: RoomSpec, field: str) -> tuple[bool, object]:
        """What a room is sorted by; missing values come first, as in the database."""
        value = _FIELDS[field](room) if field in _SORTED_BY else None
        if isinstance(value, date):
            value = self._clock.wall_clock(value)
        return (False, 0) if value is None else (True, value)

"""A room as the directory shows it: the whole document, text of its last message included."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import date

from engagement.demo.community import RoomSpec
from engagement.demo.zone import ServerClock

_SAYINGS = (
    "Thanks, that fixed it!",
    "Could somebody have a look at this before noon?",
    "I will be out on Friday.",
    "The numbers are in the shared folder.",
    "+1",
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
SortKey = tuple[bool, object]
ORDERS_KEPT = 20


class Documents:
    """The documents of one version of a workspace as JSON, each written once."""

    def __init__(self, clock: ServerClock, version: int) -> None:
        self.version = version
        self._clock = clock
        self._written: dict[tuple[str, str], str] = {}
        self._sorted: dict[str, list[RoomSpec]] = {}

    def whole(self, room: RoomSpec) -> str:
        """Everything that the server keeps of a room; a client has to drop the text in it by itself."""
        return self._text(room, "whole", lambda: document(room, self._clock))

    def administrated(self, room: RoomSpec, *, with_creation: bool) -> str:
        """What the administration shows of a room: no last message, and when it was made only in newer releases."""

        def shown() -> dict[str, object]:
            fields = administrated(room, self._clock)
            if not with_creation:
                fields.pop("ts", None)
            return fields

        return self._text(room, "dated" if with_creation else "undated", shown)

    def listed(self, room: RoomSpec) -> str:
        """What the channel list shows of a room: direct messages without a name, discussions with a random one."""
        return self._text(room, "listed", lambda: _listed(room, self._clock))

    def remembered(self, name: str, order: Callable[[], list[RoomSpec]]) -> list[RoomSpec]:
        """The rooms in an order that is worked out once for each of the last few ``name``s."""
        rooms = self._sorted.get(name)
        if rooms is None:
            rooms = self._sorted[name] = order()
            if len(self._sorted) > ORDERS_KEPT:
                self._sorted.pop(next(iter(self._sorted)), None)
        return rooms

    def _text(self, room: RoomSpec, shape: str, make: Callable[[], dict[str, object]]) -> str:
        key = (room.room_id, shape)
        text = self._written.get(key)
        if text is None:
            text = self._written[key] = _encode(make())
        return text

    def sort_key(self, room: RoomSpec, field: str) -> SortKey:
        """What a room is sorted by; missing values come first, as in the database."""
        value = _sortable(room, field, self._clock)
        return (False, 0) if value is None else (True, value)


def _sortable(room: RoomSpec, field: str, clock: ServerClock) -> object:
    match field:
        case "lm":
            return clock.wall_clock(room.last_message) if isinstance(room.last_message, date) else None
        case "ts":
            return clock.wall_clock(room.created) if room.created is not None else None
        case "_id":
            return room.room_id
        case "name":
            return room.name
        case "fname":
            return room.shown_title
        case "t":
            return room.type
        case "msgs":
            return room.messages_total or 0
        case "usersCount":
            return room.member_count
        case "default":
            return room.default or None
        case _:
            return None


def _listed(room: RoomSpec, clock: ServerClock) -> dict[str, object]:
    created = clock.wire(room.created) if room.created is not None else None
    listed = {
        "_id": room.room_id,
        "name": room.name,
        "ts": created,
        "t": room.type,
        "_updatedAt": clock.wire(room.updated) if room.updated is not None else created,
        "usernames": list(room.usernames) if room.type == "d" else None,
    }
    return {name: value for name, value in listed.items() if value is not None}


def administrated(room: RoomSpec, clock: ServerClock) -> dict[str, object]:
    """What the administration shows of a room; what is not known is not in it."""
    shown: dict[str, object] = {
        "_id": room.room_id,
        "t": room.type,
        "name": room.name,
        "fname": room.shown_title,
        "usernames": list(room.usernames) if room.type == "d" else None,
        "u": {"_id": f"user-{room.owner}", "username": room.owner} if room.owner else None,
        "usersCount": room.member_count,
        "msgs": room.messages_total or 0,
        "ts": clock.wire(room.created) if room.created is not None else None,
        "ro": room.read_only,
        "default": room.default or None,
        "topic": room.topic,
        "announcement": room.announcement,
        "archived": room.archived or None,
        "prid": room.discussion_of,
        "teamId": room.team,
        "teamMain": room.team_main or None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def document(room: RoomSpec, clock: ServerClock) -> dict[str, object]:
    """The whole document of a room; what is not known is not in it."""
    whole = administrated(room, clock)
    whole |= {"sysMes": True, "encrypted": False}
    if room.updated is not None:
        whole["_updatedAt"] = clock.wire(room.updated)
    elif "ts" in whole:
        whole["_updatedAt"] = whole["ts"]
    if room.type == "d":
        whole["uids"] = [f"user-{name}" for name in room.usernames]
    if isinstance(room.last_message, date):
        spoken = clock.wire(room.last_message)
        whole |= {"lm": spoken, "lastMessage": _last_message(room, spoken)}
    return whole


def _last_message(room: RoomSpec, at: str) -> dict[str, object]:
    number = zlib.crc32(room.room_id.encode())
    author = room.owner or (room.usernames[0] if room.usernames else "rocket.cat")
    return {
        "_id": f"{number:08x}lastmessage"[:17],
        "rid": room.room_id,
        "msg": _SAYINGS[number % len(_SAYINGS)],
        "ts": at,
        "u": {"_id": f"user-{author}", "username": author, "name": author},
    }

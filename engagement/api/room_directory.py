"""The room directory: every room an account may know of, with its last message's date and never its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from engagement.api.channel_list import ChannelCounts, announced_total
from engagement.api.decode import (
    ROOM_TYPES,
    Object,
    Reply,
    number,
    objects,
    optional_text,
    people,
    text,
    text_column,
    texts,
    time_column,
)
from engagement.api.paging import Fetch, Listing, Page, Progress, read_pages
from engagement.api.transport import Params
from engagement.errors import NoPermission
from engagement.numbers.receipt import NOTHING_READ, Receipt

Ask = Callable[[str, Params], Reply]

ADMIN_ROOMS, CHANNELS, GROUPS, DIRECT = "rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone"
_KEYS = {ADMIN_ROOMS: "rooms", CHANNELS: "channels", GROUPS: "groups", DIRECT: "ims"}
_WHAT = {ADMIN_ROOMS: "rooms", CHANNELS: "public channels", GROUPS: "private rooms", DIRECT: "direct messages"}
_BY_ID = ("sort", '{"_id":1}')
_EVERY_TYPE = ("c", "p", "d", "discussions", "teams")


@dataclass(frozen=True, eq=False)
class Directory:
    """The rooms that an account may list, and how reading them went.

    ``rooms``: room_id, slug, name, type (channel/private/direct), kind (room/discussion/team), usernames, owner as
    str; created and last_message ``datetime64[us, UTC]``; members and total_messages float64; archived, read_only,
    default, announcement (only some may write: "broadcast"), team (belongs to a team without being its main room)
    and last_message_known bool; sorted by room id. Where last_message_known, no last message means never used.
    """

    rooms: pd.DataFrame = field(repr=False)
    receipt: Receipt

    def with_rooms_of(self, counts: ChannelCounts) -> Directory:
        """Adds the rooms that only the channel list knows: id, name, type and creation, everything else unknown.

        Their slug and kind stay missing, because that list shows discussions under a random name.
        """
        known = set(self.rooms["room_id"])
        added = counts.rooms[~counts.rooms["room_id"].isin(known)].drop(columns=["messages", "previous_messages"])
        columns: dict[str, object] = {}
        for column, dtype in self.rooms.dtypes.items():
            if column in added:
                columns[str(column)] = added[column]
            elif pd.api.types.is_bool_dtype(dtype):
                columns[str(column)] = np.zeros(len(added), dtype=bool)
            else:
                columns[str(column)] = pd.Series([np.nan] * len(added), index=added.index).astype(dtype)
        rooms = pd.concat([self.rooms, pd.DataFrame(columns, index=added.index)], ignore_index=True)
        return Directory(rooms.sort_values("room_id", ignore_index=True), self.receipt + counts.receipt)


class _Room(NamedTuple):
    """One room; nothing of its document but these keys is ever kept."""

    slug: str
    name: str
    type: str
    kind: str
    usernames: str | None
    created: str | None
    last_message: str | None
    last_message_known: bool
    members: float
    owner: str | None
    archived: bool
    read_only: bool
    default: bool
    announcement: bool
    total_messages: float
    team: bool


def read_directory(ask: Ask, *, full: bool, discussions_apart: bool, progress: Progress | None = None) -> Directory:
    """Reads the directory with ``ask(route, params)``: all rooms with ``full``, else the public channels.

    Without ``full``, rooms of teams are left out (but not the teams' main rooms): the server shows them to their
    members alone, and this table must be the same for everybody with the same rights. ``discussions_apart``: this
    server (3.x) lists either discussions or other rooms, never both. Raises NoPermission.
    """
    lists = _Lists(ask, progress)
    if not full:
        listing = lists.read(CHANNELS, known=True)
        rooms = {key: room for key, room in listing.rows.items() if not room.team}
        # How many team channels were left out depends on who read the list, so they are not counted.
        missing = listing.receipt.missing
        receipt = replace(listing.receipt, announced=len(rooms) + missing, received=len(rooms))
        return Directory(_table(rooms), receipt)
    administered = _administered(lists, discussions_apart=discussions_apart)
    documented, lacking = _documented(lists)
    rooms = {key: room for listing in administered for key, room in listing.rows.items()}
    for listing in documented:
        for key, room in listing.rows.items():
            rooms[key] = _enriched(rooms.get(key, room), room)
    receipts = [listing.receipt for listing in (*administered, *documented)]
    return Directory(_table(rooms), sum(receipts, NOTHING_READ) + lacking)


def _administered(lists: _Lists, *, discussions_apart: bool) -> list[Listing[_Room]]:
    """Every room of the administration's list, in one reading or in the two that 3.x needs."""
    if not discussions_apart:
        return [lists.read(ADMIN_ROOMS, types=_EVERY_TYPE)]
    others = tuple(kind for kind in _EVERY_TYPE if kind != "discussions")
    return [lists.read(ADMIN_ROOMS, types=others), lists.read(ADMIN_ROOMS, types=("c", "p", "discussions"))]


def _documented(lists: _Lists) -> tuple[list[Listing[_Room]], Receipt]:
    """Every list of whole documents that the account may read, and what the lack of one means."""
    listings, lacking = [], NOTHING_READ
    for route in (CHANNELS, GROUPS, DIRECT):
        try:
            listings.append(lists.read(route, known=True))
        except NoPermission as exc:
            if route != CHANNELS:
                raise
            note = "When public channels were last used is not known: this account lacks the permission "
            lacking = Receipt(notes=(f"{note}{exc.permission}.",), complete=False)
    return listings, lacking


def _enriched(room: _Room, document: _Room) -> _Room:
    """A room of the administration's list with what only its whole document tells."""
    return room._replace(
        last_message=document.last_message,
        last_message_known=True,
        created=room.created or document.created,
        owner=room.owner or document.owner,
    )


class _Lists:
    """Reads one list after the other, and tells the progress over all of them."""

    def __init__(self, ask: Ask, progress: Progress | None) -> None:
        self._ask = ask
        self._progress = progress
        self._before = 0

    def read(self, route: str, *, types: tuple[str, ...] = (), known: bool = False) -> Listing[_Room]:
        """Every row of ``route``; ``known`` says that its documents tell the last message."""
        listing = read_pages(self._fetch(route, types, known), _WHAT[route], progress=self._tell)
        self._before += listing.receipt.received
        return listing

    def _tell(self, received: int, announced: int) -> None:
        if self._progress is not None:
            self._progress(self._before + received, self._before + announced)

    def _fetch(self, route: str, types: tuple[str, ...], known: bool) -> Fetch[_Room]:
        fixed = [_BY_ID, *(("types[]", kind) for kind in types)]

        def fetch(offset: int, count: int) -> Page[_Room]:
            reply = self._ask(route, [*fixed, ("offset", str(offset)), ("count", str(count))])
            documents = objects(reply.body, _KEYS[route], f"{route}")
            ids = [text(document, "_id", "a room") for document in documents]
            rooms = [_room(document, known=known) for document in documents]
            return Page(ids, rooms, None, announced_total(reply.body, offset), reply.receipt)

        return fetch


def _room(document: Object, *, known: bool) -> _Room:
    room_id, kind_of = text(document, "_id", "a room"), text(document, "t", "a room")
    name, title = optional_text(document, "name"), optional_text(document, "fname")
    usernames = people(texts(document, "usernames"))
    main_room = document.get("teamMain") is True
    discussion = optional_text(document, "prid") is not None
    linked_by_id = discussion or kind_of == "d"
    owner = document.get("u")
    return _Room(
        slug=room_id if linked_by_id else name or room_id,
        name=(usernames if kind_of == "d" else None) or title or name or usernames or room_id,
        type=ROOM_TYPES.get(kind_of, kind_of),
        kind="discussion" if discussion else "team" if main_room else "room",
        usernames=usernames,
        created=optional_text(document, "ts"),
        last_message=optional_text(document, "lm") if known else None,
        last_message_known=known,
        members=number(document, "usersCount"),
        owner=optional_text(owner, "username") if isinstance(owner, Mapping) else None,
        archived=document.get("archived") is True,
        read_only=document.get("ro") is True,
        default=document.get("default") is True,
        announcement=document.get("broadcast") is True,
        total_messages=number(document, "msgs"),
        team=optional_text(document, "teamId") is not None and not main_room,
    )


_ORDER = (
    "room_id slug name type kind usernames created last_message members owner archived read_only default announcement "
    "total_messages team last_message_known"
).split()
_TIMES = ("created", "last_message")
_NUMBERS = ("members", "total_messages")
_FLAGS = ("archived", "read_only", "default", "announcement", "team", "last_message_known")


def _table(rooms: dict[str, _Room]) -> pd.DataFrame:
    listed = sorted((key, room) for key, room in rooms.items() if room.type in ROOM_TYPES.values())
    by_column = zip(*(room for _, room in listed), strict=True) if listed else ((),) * len(_Room._fields)
    columns: dict[str, pd.Series] = {"room_id": text_column(key for key, _ in listed)}
    for column, values in zip(_Room._fields, by_column, strict=True):
        if column in _TIMES:
            columns[column] = time_column(values)
        elif column in _NUMBERS:
            columns[column] = pd.Series(values, dtype="float64")
        elif column in _FLAGS:
            columns[column] = pd.Series(values, dtype="bool")
        else:
            columns[column] = text_column(values)
    return pd.DataFrame(columns)[_ORDER]

"""The room directory: every room an account may know of, with its last message's date and never its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from engagement.api.channel_list import ChannelCounts, typed
from engagement.api.consistency import Page, page_of
from engagement.api.decode import (
    OTHER_TYPES,
    ROOM_TYPES,
    Object,
    Reply,
    how_many,
    identifier,
    objects,
    optional_text,
    people,
    text_column,
    texts,
    time_column,
)
from engagement.api.last_messages import between_neighbours
from engagement.api.paging import AS_MANY_AS_ALLOWED, EVERYTHING, Fetch, Listing, Progress, read_pages
from engagement.api.refusals import ENDS_ALL
from engagement.api.transport import Params
from engagement.errors import NoPermission, WorkspaceError
from engagement.numbers.receipt import NOTHING_READ, Receipt

Ask = Callable[[str, Params], Reply]

ADMIN_ROOMS, CHANNELS, GROUPS, DIRECT = "rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone"
_KEYS = {ADMIN_ROOMS: "rooms", CHANNELS: "channels", GROUPS: "groups", DIRECT: "ims"}
_WHAT = {ADMIN_ROOMS: "rooms", CHANNELS: "public channels", GROUPS: "private rooms", DIRECT: "direct messages"}
_TYPE = {CHANNELS: "c", GROUPS: "p", DIRECT: "d"}
_UNREAD = {
    ADMIN_ROOMS: "Some rooms may be missing, those of teams above all, as the list of all rooms could not be read.",
    CHANNELS: "When public channels were last used is not known, as their list could not be read.",
    GROUPS: "When private rooms were last used is not known, as their list could not be read.",
    DIRECT: "When direct messages were last used is not known, as their list could not be read.",
}
_UNLISTED = "Public channels without a message are not known, as their list could not be read."
_UNORDERED = "When the public channels of teams were last used is not known: the list that tells "
_BY_ID, _BY_LAST_MESSAGE = ("sort", '{"_id":1}'), ("sort", '{"lm":1,"_id":1}')
_EVERY_TYPE = ("c", "p", "d", "discussions", "teams")
_OLDEST_FIRST = (("sort", '{"ts":1,"_id":1}'), ("offset", "0"), ("count", "50"))
# More than the usual limit allows in five minutes is too much for a few channels.
_MOST_PAGES_IN_ORDER = 50


@dataclass(frozen=True, eq=False)
class Directory:
    """The rooms that an account may list, and how reading them went.

    ``rooms``: room_id, slug, name, type (channel/private/direct), kind (room/discussion/team), usernames, owner as
    str; created, last_message, spoke_from and spoke_to ``datetime64[us, UTC]``; members and total_messages float64;
    archived, read_only, default, announcement (only some may write: "broadcast"), team (belongs to a team without
    being its main room) and last_message_known bool; sorted by room id. Where last_message_known, no last message
    means never used; elsewhere it fell between spoke_from and spoke_to, where these are known. A type that cannot be
    read is missing.
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
    type: str | None
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
    spoke_from: str | None = None
    spoke_to: str | None = None


def read_directory(ask: Ask, *, full: bool, discussions_apart: bool, progress: Progress | None = None) -> Directory:
    """Reads the directory with ``ask(route, params)``: all rooms with ``full``, else the public channels outside teams.

    ``discussions_apart``: this server (3.x) lists either discussions or other rooms, never both. A list that cannot be
    read costs what only it tells, and a note. Raises NoPermission where the account may not read what ``full`` is about
    at all.
    """
    lists = _Lists(ask, progress)
    if not full:
        public = lists.public(unread=_UNLISTED)
        return _directory(public.rows, public.receipt)
    administered = [lists.read(ADMIN_ROOMS, types=types) for types in _types(discussions_apart=discussions_apart)]
    documented = [lists.public(), lists.read(GROUPS), lists.read(DIRECT)]
    if {ADMIN_ROOMS, GROUPS} <= lists.refused.keys():
        raise lists.refused[ADMIN_ROOMS]
    rooms = {key: room for listing in administered for key, room in listing.rows.items()}
    for listing in documented:
        for key, room in listing.rows.items():
            rooms[key] = _enriched(rooms.get(key, room), room)
    receipts = [listing.receipt for listing in (*administered, *documented)]
    if any(not room.last_message_known for room in rooms.values()):
        receipts.append(_bracket(rooms, lists, with_discussions=not discussions_apart))
    return _directory(rooms, sum(receipts, NOTHING_READ))


def read_oldest(ask: Ask) -> tuple[dict[str, str], Receipt]:
    """When each of the fifty oldest public rooms was created, by its id; in one call.

    As in the directory without those of teams, so that every account with view-c-room is told the same.
    """
    reply = ask(CHANNELS, _OLDEST_FIRST)
    documents = objects(reply.body, _KEYS[CHANNELS], CHANNELS)
    rooms = [(identifier(one, "_id"), optional_text(one, "ts")) for one in documents if not _of_team(one)]
    moments = time_column(created for _, created in rooms)
    known = [(key, at) for (key, _), at in zip(rooms, moments, strict=True) if key is not None and not pd.isna(at)]
    return {key: at.isoformat() for key, at in known}, reply.receipt + Receipt(pages=1)


def _directory(rooms: dict[str, _Room], receipt: Receipt) -> Directory:
    return Directory(_table(rooms), receipt + typed(room.type for room in rooms.values()))


def _types(*, discussions_apart: bool) -> list[tuple[str, ...]]:
    """What is asked of the administration's list, in one reading or in the two that 3.x needs."""
    if not discussions_apart:
        return [_EVERY_TYPE]
    return [tuple(kind for kind in _EVERY_TYPE if kind != "discussions"), ("c", "p", "discussions")]


def _enriched(room: _Room, document: _Room) -> _Room:
    """A room of the administration's list with what only its whole document tells."""
    return room._replace(
        type=room.type or document.type,
        last_message=document.last_message,
        last_message_known=document.last_message_known,
        created=room.created or document.created,
        owner=room.owner or document.owner,
    )


def _bracket(rooms: dict[str, _Room], lists: _Lists, *, with_discussions: bool) -> Receipt:
    """Tells in ``rooms`` between which moments those spoke last whose last message no list told; what that cost.

    The administration's list shows no last message but is sorted by it (``adminFields`` and ``sort`` of
    ``rooms.adminRooms``). Direct messages, of which there may be many, are left out of it. Whoever spoke since the
    first list was read (its counter of messages moved) stands elsewhere now, and tells nothing.
    """
    placed, receipt = lists.by_last_message(("c", "p", *(["discussions"] if with_discussions else []), "teams"))
    still = [key for key, now in placed if key in rooms and _alike(rooms[key].total_messages, now.total_messages)]
    known = [key for key in still if rooms[key].last_message_known]
    moments = time_column(rooms[key].last_message for key in known)
    told = {
        key: None if pd.isna(moment) else moment
        for key, moment in zip(known, moments, strict=True)
        if rooms[key].last_message is None or not pd.isna(moment)
    }
    for key, spoke in between_neighbours([k for k in still if k in told or k not in known], told).items():
        if spoke.first is None or spoke.last is None:
            rooms[key] = rooms[key]._replace(last_message_known=True)
        else:
            rooms[key] = rooms[key]._replace(spoke_from=spoke.first.isoformat(), spoke_to=spoke.last.isoformat())
    return receipt


def _alike(before: float, after: float) -> bool:
    return before == after or (before != before and after != after)


class _Lists:
    """Reads one list after the other, and tells the progress over all of them; ``refused`` are those it may not."""

    def __init__(self, ask: Ask, progress: Progress | None) -> None:
        self._ask = ask
        self._progress = progress
        self._before = 0
        self.refused: dict[str, NoPermission] = {}

    def read(self, route: str, *, types: tuple[str, ...] = (), unread: str = "") -> Listing[_Room]:
        """Every row of ``route``; none, and ``unread`` as a note, where it cannot be read. Raises what ends all."""
        try:
            listing = read_pages(self._fetch(route, types), _WHAT[route], progress=self._tell)
        except ENDS_ALL:
            raise
        except WorkspaceError as exc:
            note = unread or _UNREAD[route]
            if isinstance(exc, NoPermission):
                self.refused[route] = exc
                if route == CHANNELS:
                    note = note.split(", as ")[0] + f": this account lacks the permission {exc.permission}."
            return Listing({}, False, Receipt(notes=(note,), complete=False))
        self._before += listing.receipt.received
        return listing

    def public(self, unread: str = "") -> Listing[_Room]:
        """The public channels, without those of teams (but with the teams' main rooms).

        The server shows these to their members alone, and what is read must be the same for everybody with the same
        rights, their number included.
        """
        listing = self.read(CHANNELS, unread=unread)
        rooms = {key: room for key, room in listing.rows.items() if not room.team}
        announced = len(rooms) + listing.receipt.missing
        return replace(listing, rows=rooms, receipt=replace(listing.receipt, announced=announced, received=len(rooms)))

    def by_last_message(self, types: tuple[str, ...]) -> tuple[list[tuple[str, _Room]], Receipt]:
        """The rooms of ``types``, longest silence first and before them those without a message; in one pass, as rooms
        of a second one would stand in another order. None of them, and a note, where that costs too much.
        """
        fetch = self._fetch(ADMIN_ROOMS, types, _BY_LAST_MESSAGE)
        placed: list[tuple[str, _Room]] = []
        read, spent = 0, NOTHING_READ
        while True:
            asked = AS_MANY_AS_ALLOWED if read else EVERYTHING
            try:
                page = fetch(read, asked)
            except ENDS_ALL:
                raise
            except WorkspaceError:
                return [], spent + Receipt(notes=(f"{_UNORDERED}could not be read.",))
            if (total := page.total) is None or page.contradictions:
                return [], spent + page.receipt + Receipt(notes=(f"{_UNORDERED}could not be read.",))
            spent += page.receipt + Receipt(pages=1)
            read += len(page.ids)
            placed += [(key, room) for key, room in zip(page.ids, page.rows, strict=True) if room is not None]
            if not page.ids or read >= total:
                return placed, spent
            # The second page is the first of full size.
            left = (total - read) / len(page.ids) if asked != EVERYTHING else 0
            if spent.pages + left > _MOST_PAGES_IN_ORDER:
                return [], spent + Receipt(notes=(f"{_UNORDERED}takes too many calls here.",))

    def _tell(self, received: int, announced: int) -> None:
        if self._progress is not None:
            self._progress(self._before + received, self._before + announced)

    def _fetch(self, route: str, types: tuple[str, ...], sort: tuple[str, str] = _BY_ID) -> Fetch[_Room]:
        fixed = [sort, *(("types[]", kind) for kind in types)]

        def fetch(offset: int, count: int) -> Page[_Room]:
            reply = self._ask(route, [*fixed, ("offset", str(offset)), ("count", str(count))])
            documents = objects(reply.body, _KEYS[route], f"{route}")
            rooms = [_room(document, _TYPE.get(route)) for document in documents]
            named = [identifier(document, "_id") for document in documents]
            return page_of(reply.body, offset, named, rooms, None, reply.receipt)

        return fetch


def _room(document: Object, listed_as: str | None) -> _Room | None:
    """One room, of which only a list of one type (``listed_as``) tells the last message; None without an id."""
    room_id, kind_of = identifier(document, "_id"), optional_text(document, "t")
    if room_id is None:
        return None
    if kind_of not in ROOM_TYPES and kind_of not in OTHER_TYPES:
        kind_of = listed_as
    last = optional_text(document, "lm")
    name, title = optional_text(document, "name"), optional_text(document, "fname")
    usernames = people(texts(document, "usernames"))
    discussion = optional_text(document, "prid") is not None
    linked_by_id = discussion or kind_of == "d"
    owner = document.get("u")
    return _Room(
        slug=room_id if linked_by_id else name or room_id,
        name=(usernames if kind_of == "d" else None) or title or name or usernames or room_id,
        type=ROOM_TYPES.get(kind_of or "", kind_of),
        kind="discussion" if discussion else "team" if document.get("teamMain") is True else "room",
        usernames=usernames,
        created=optional_text(document, "ts"),
        last_message=last if listed_as else None,
        # What is there and is no date is not the same as a room that was never used.
        last_message_known=listed_as is not None and (last is not None or "lm" not in document),
        members=how_many(document, "usersCount"),
        owner=optional_text(owner, "username") if isinstance(owner, Mapping) else None,
        archived=document.get("archived") is True,
        read_only=document.get("ro") is True,
        default=document.get("default") is True,
        announcement=document.get("broadcast") is True,
        total_messages=how_many(document, "msgs"),
        team=_of_team(document),
    )


def _of_team(document: Object) -> bool:
    return optional_text(document, "teamId") is not None and document.get("teamMain") is not True


_ORDER = (
    "room_id slug name type kind usernames created last_message members owner archived read_only default announcement "
    "total_messages team last_message_known spoke_from spoke_to"
).split()
_TIMES = ("created", "last_message", "spoke_from", "spoke_to")
_NUMBERS = ("members", "total_messages")
_FLAGS = ("archived", "read_only", "default", "announcement", "team", "last_message_known")


def _table(rooms: dict[str, _Room]) -> pd.DataFrame:
    listed = sorted((item for item in rooms.items() if item[1].type not in OTHER_TYPES), key=itemgetter(0))
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
    told = pd.Series([room.last_message is not None for _, room in listed], dtype="bool")
    columns["last_message_known"] &= ~(told & columns["last_message"].isna())
    return pd.DataFrame(columns)[_ORDER]

"""The room directory: every room an account may know of, with its last message's date and never its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from engagement.api.channel_list import ChannelCounts, typed
from engagement.api.consistency import Page, page_of
from engagement.api.decode import (
    OTHER_TYPES,
    Object,
    Reply,
    Row,
    flags,
    how_many,
    identifiers,
    in_parts,
    inner,
    names_of_people,
    objects,
    room_types,
    text_column,
    text_values,
    time_column,
)
from engagement.api.last_messages import between_neighbours
from engagement.api.paging import AS_MANY_AS_ALLOWED, EVERYTHING, Fetch, Listing, Progress, read_pages
from engagement.api.refusals import ENDS_ALL
from engagement.api.transport import Params
from engagement.errors import NoPermission, WorkspaceError
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.weeks import among

Ask = Callable[[str, Params], Reply]

ADMIN_ROOMS, CHANNELS, GROUPS, DIRECT = "rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone"
_KEYS = {ADMIN_ROOMS: "rooms", CHANNELS: "channels", GROUPS: "groups", DIRECT: "ims"}
_WHAT = {ADMIN_ROOMS: "rooms", CHANNELS: "public channels", GROUPS: "private rooms", DIRECT: "direct messages"}
_LISTED_AS = {CHANNELS: "channel", GROUPS: "private", DIRECT: "direct"}
_UNREAD = {
    ADMIN_ROOMS: "Some rooms may be missing, those of teams above all, as the list of all rooms could not be read.",
    CHANNELS: "When public channels were last used is not known, as their list could not be read.",
    GROUPS: "When private rooms were last used is not known, as their list could not be read.",
    DIRECT: "When direct messages were last used is not known, as their list could not be read.",
}
_UNLISTED = "Public channels without a message are not known, as their list could not be read."
_UNORDERED = "When the public channels of teams were last used is not known: the list that tells "
_BY_ID, _BY_LAST_MESSAGE = ("sort", '{"_id":1}'), ("sort", '{"lm":1,"_id":1}')
_NO_ORDER = pd.Series([], index=pd.Index([], dtype="str"), dtype="float64")
_EVERY_TYPE = ("c", "p", "d", "discussions", "teams")
_OLDEST_FIRST = (("sort", '{"ts":1,"_id":1}'), ("offset", "0"), ("count", "50"))
# More than the usual limit allows in five minutes is too much for a few channels.
_MOST_PAGES_IN_ORDER = 50


@dataclass(frozen=True, eq=False)
class Directory:
    """The rooms that an account may list, and how reading them went.

    ``rooms``: room_id, slug, name, type (channel/private/direct), kind (room/discussion/team), usernames, owner (empty
    where it has none) as str; created, last_message, spoke_from and spoke_to ``datetime64[us, UTC]``; members and
    total_messages float64; archived, read_only, default, announcement (only some may write: "broadcast") and
    last_message_known bool; parent (the room that it is a discussion of) and team, the ids of these, str; sorted by
    room id. Where last_message_known, no last message means never used; elsewhere it fell between spoke_from and
    spoke_to, where these are known. A type that cannot be read is missing.
    """

    rooms: pd.DataFrame = field(repr=False)
    receipt: Receipt

    def with_rooms_of(self, counts: ChannelCounts) -> Directory:
        """Adds the rooms that only the channel list knows: id, name, type and creation, everything else unknown.

        Their slug and kind stay missing, because that list shows discussions under a random name.
        """
        new = ~among(self.rooms["room_id"], counts.rooms["room_id"])
        added = counts.rooms[new].drop(columns=["messages", "previous_messages"])
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
    parent: str | None
    team: str | None


def read_directory(ask: Ask, *, full: bool, discussions_apart: bool, progress: Progress | None = None) -> Directory:
    """Reads the directory with ``ask(route, params)``: all rooms with ``full``, else the public channels outside teams.

    ``discussions_apart``: this server (3.x) lists either discussions or other rooms, never both. A list that cannot be
    read costs what only it tells, and a note. Raises NoPermission where the account may not read what ``full`` is about
    at all.
    """
    lists = _Lists(ask, progress)
    if not full:
        public = lists.public(unread=_UNLISTED)
        return _directory(_table(public.rows, public.rows), public.receipt)
    administered = [lists.read(ADMIN_ROOMS, types=types) for types in _types(discussions_apart=discussions_apart)]
    documented = [lists.public(), lists.read(GROUPS), lists.read(DIRECT)]
    if {ADMIN_ROOMS, GROUPS} <= lists.refused.keys():
        raise lists.refused[ADMIN_ROOMS]
    rooms, documents = dict[str, _Room](), dict[str, _Room]()
    for listing in (*reversed(documented), *administered):
        rooms |= listing.rows
    for listing in documented:
        documents |= listing.rows
    for key, document in documents.items():
        rooms[key] = _enriched(rooms[key], document)
    table = _table(rooms, documents)
    receipt = sum((listing.receipt for listing in (*administered, *documented)), NOTHING_READ)
    if not table["last_message_known"].all():
        receipt += _bracket(table, lists, with_discussions=not discussions_apart)
    return _directory(table, receipt)


def read_oldest(ask: Ask) -> tuple[dict[str, str], Receipt]:
    """When each of the fifty oldest public rooms was created, by its id; in one call.

    As in the directory without those of teams, so that every account with view-c-room is told the same.
    """
    reply = ask(CHANNELS, _OLDEST_FIRST)
    documents = objects(reply.body, _KEYS[CHANNELS], CHANNELS)
    named, moments = identifiers(documents, "_id"), time_column(text_values(documents, "ts"))
    rooms = zip(named, moments, _of_teams(documents), strict=True)
    known = {key: at.isoformat() for key, at, of_team in rooms if key and not pd.isna(at) and not of_team}
    return known, reply.receipt + Receipt(pages=1)


def _directory(table: pd.DataFrame, receipt: Receipt) -> Directory:
    table["last_message_known"] &= ~table["odd"]
    return Directory(table[_ORDER], receipt + typed(table["type"]))


def _types(*, discussions_apart: bool) -> list[tuple[str, ...]]:
    """What is asked of the administration's list, in one reading or in the two that 3.x needs."""
    if not discussions_apart:
        return [_EVERY_TYPE]
    return [tuple(kind for kind in _EVERY_TYPE if kind != "discussions"), ("c", "p", "discussions")]


def _enriched(room: _Room, document: _Room) -> _Room:
    """A room of the administration's list with what only its whole document tells."""
    if room.type and room.created and room.owner:
        return room
    return room._replace(
        type=room.type or document.type,
        created=room.created or document.created,
        owner=room.owner or document.owner or (None if None in (room.owner, document.owner) else ""),
    )


def _bracket(table: pd.DataFrame, lists: _Lists, *, with_discussions: bool) -> Receipt:
    """Tells in ``table`` between which moments those spoke last whose last message no list told; what that cost.

    The administration's list shows no last message but is sorted by it (``adminFields`` and ``sort`` of
    ``rooms.adminRooms``). Direct messages, of which there may be many, are left out of it. Whoever spoke since the
    first list was read (its counter of messages moved) stands elsewhere now, and tells nothing.
    """
    order, receipt = lists.by_last_message(("c", "p", *(["discussions"] if with_discussions else []), "teams"))
    places = pd.Index(table["room_id"]).get_indexer(order.index)
    before, after = table["total_messages"].to_numpy()[places], order.to_numpy()
    still = (before == after) | (np.isnan(before) & np.isnan(after))
    places = places[(places >= 0) & still & ~table["odd"].to_numpy()[places]]
    known = table["last_message_known"].to_numpy()[places]
    first, last, never = between_neighbours(known, table["last_message"].dt.tz_localize(None).to_numpy()[places])
    table.loc[places[never], "last_message_known"] = True
    for column, moments in (("spoke_from", first), ("spoke_to", last)):
        table.loc[places, column] = pd.DatetimeIndex(moments, tz="UTC")
    return receipt


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
            fetch = self._fetch(route, types, _BY_ID, partial(_rooms, listed_as=_LISTED_AS.get(route)))
            listing = read_pages(fetch, _WHAT[route], progress=self._tell)
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
        rooms = {key: room for key, room in listing.rows.items() if room.team is None or room.kind == "team"}
        announced = len(rooms) + listing.receipt.missing
        return replace(listing, rows=rooms, receipt=replace(listing.receipt, announced=announced, received=len(rooms)))

    def by_last_message(self, types: tuple[str, ...]) -> tuple[pd.Series, Receipt]:
        """The messages of the rooms of ``types`` in all, longest silence first and before them those without a message;
        in one pass, as rooms of a second one would stand in another order. None of them, and a note, where that costs
        too much.
        """
        fetch = self._fetch(ADMIN_ROOMS, types, _BY_LAST_MESSAGE, _totals)
        placed, totals = list[str](), list[float | None]()
        read, spent = 0, NOTHING_READ
        while True:
            asked = AS_MANY_AS_ALLOWED if read else EVERYTHING
            try:
                page = fetch(read, asked)
            except ENDS_ALL:
                raise
            except WorkspaceError:
                return _NO_ORDER, spent + Receipt(notes=(f"{_UNORDERED}could not be read.",))
            if (total := page.total) is None or page.contradictions:
                return _NO_ORDER, spent + page.receipt + Receipt(notes=(f"{_UNORDERED}could not be read.",))
            spent += page.receipt + Receipt(pages=1)
            read += len(page.ids)
            placed += page.ids
            totals += page.rows
            if not page.ids or read >= total:
                return pd.Series(totals, index=pd.Index(placed, dtype="str"), dtype="float64"), spent
            # The second page is the first of full size.
            left = (total - read) / len(page.ids) if asked != EVERYTHING else 0
            if spent.pages + left > _MOST_PAGES_IN_ORDER:
                return _NO_ORDER, spent + Receipt(notes=(f"{_UNORDERED}takes too many calls here.",))

    def _tell(self, received: int, announced: int) -> None:
        if self._progress is not None:
            self._progress(self._before + received, self._before + announced)

    def _fetch(
        self,
        route: str,
        types: tuple[str, ...],
        sort: tuple[str, str],
        rows: Callable[[Sequence[Object]], tuple[list[str | None], Sequence[Row | None]]],
    ) -> Fetch[Row]:
        fixed = [sort, *(("types[]", kind) for kind in types)]

        def fetch(offset: int, count: int) -> Page[Row]:
            reply = self._ask(route, [*fixed, ("offset", str(offset)), ("count", str(count))])
            documents = objects(reply.body, _KEYS[route], f"{route}")
            named, read = in_parts(documents, rows)
            return page_of(reply.body, offset, named, read, None, reply.receipt)

        return fetch


def _totals(documents: Sequence[Object]) -> tuple[list[str | None], list[float]]:
    """The ids of rooms, and how many messages they have in all."""
    return identifiers(documents, "_id"), how_many(documents, "msgs")


def _rooms(documents: Sequence[Object], listed_as: str | None) -> tuple[list[str | None], list[_Room | None]]:
    """The ids of rooms and the rooms, of which only a list of one type (``listed_as``) tells the last message.

    None without an id.
    """
    named, types, usernames = (
        identifiers(documents, "_id"),
        room_types(documents, listed_as),
        names_of_people(documents),
    )
    names, titles = text_values(documents, "name"), text_values(documents, "fname")
    parents = text_values(documents, "prid")
    discussions = [prid is not None for prid in parents]
    last = text_values(documents, "lm") if listed_as else [None] * len(documents)
    called = list(zip(named, names, titles, usernames, [kind == "direct" for kind in types], discussions, strict=True))
    kinds = zip(discussions, flags(documents, "teamMain"), strict=True)
    rooms = zip(
        [key if direct or discussion else name or key for key, name, _, _, direct, discussion in called],
        [(direct and people) or title or name or people or key for key, name, title, people, direct, _ in called],
        types,
        ["discussion" if discussion else "team" if main else "room" for discussion, main in kinds],
        usernames,
        text_values(documents, "ts"),
        last,
        # What is there and is no date is not the same as a room that was never used.
        [bool(listed_as and (at or "lm" not in one)) for at, one in zip(last, documents, strict=True)],
        how_many(documents, "usersCount"),
        _owners(documents),
        *(flags(documents, mark) for mark in ("archived", "ro", "default", "broadcast")),
        how_many(documents, "msgs"),
        parents,
        text_values(documents, "teamId"),
        strict=True,
    )
    return named, [None if key is None else _Room._make(room) for key, room in zip(named, rooms, strict=True)]


def _owners(documents: Sequence[Object]) -> list[str | None]:
    """Whose each room is: empty for nobody's, as some of the server's own are; None where that cannot be told."""
    named = text_values(inner(documents, "u"), "username")
    return [name or (None if one.get("u") else "") for name, one in zip(named, documents, strict=True)]


def _of_teams(documents: Sequence[Object]) -> list[bool]:
    """Which rooms belong to a team without being its main room."""
    of_team = zip(text_values(documents, "teamId"), flags(documents, "teamMain"), strict=True)
    return [team is not None and not main for team, main in of_team]


_ORDER = (
    "room_id slug name type kind usernames created last_message members owner archived read_only default announcement "
    "total_messages parent team last_message_known spoke_from spoke_to"
).split()
_FLAGS = "archived read_only default announcement last_message_known".split()
_COLUMNS: Mapping[str, Callable[[Sequence[Any]], pd.Series]] = (
    dict.fromkeys(_Room._fields, text_column)
    | dict.fromkeys(("created", "last_message"), time_column)
    | dict.fromkeys(("members", "total_messages"), partial(pd.Series, dtype="float64"))
    | dict.fromkeys(_FLAGS, partial(pd.Series, dtype="bool"))
)


def _table(rooms: Mapping[str, _Room], documents: Mapping[str, _Room]) -> pd.DataFrame:
    """The rooms by id, with the last message that their ``documents`` tell; ``odd`` is one that is told and no date."""
    listed = sorted(key for key, room in rooms.items() if room.type not in OTHER_TYPES)
    by_column = zip(*(rooms[key] for key in listed), strict=True) if listed else ((),) * len(_COLUMNS)
    values: dict[str, Sequence[Any]] = dict(zip(_COLUMNS, by_column, strict=True))
    told = [documents.get(key, rooms[key]) for key in listed]
    for column in ("last_message", "last_message_known"):
        values[column] = [getattr(room, column) for room in told]
    table = pd.DataFrame({column: make(values[column]) for column, make in _COLUMNS.items()})
    table.insert(0, "room_id", text_column(listed))
    table["odd"] = table["last_message"].isna() & text_column(values["last_message"]).notna()
    table["spoke_from"] = table["spoke_to"] = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us, UTC]")
    return table

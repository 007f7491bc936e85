"""The channel list of the engagement dashboard, to its last page, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from engagement.api.consistency import Page, page_of
from engagement.api.decode import (
    LARGEST,
    OTHER_TYPES,
    ROOM_TYPES,
    Object,
    Reply,
    identifier,
    objects,
    optional_text,
    people,
    text_column,
    texts,
    time_column,
    whole_or_none,
)
from engagement.api.paging import Fetch, Progress, read_pages
from engagement.api.transport import Params
from engagement.numbers.periods import DAY, Window, instant_text
from engagement.numbers.receipt import NOTHING_READ, Receipt

Ask = Callable[[Params], Reply]


@dataclass(frozen=True, eq=False)
class ChannelCounts:
    """The rooms of one window, and how reading them went.

    ``rooms``: room_id, name, usernames (joined by " × ") as str; type channel/private/direct; created
    ``datetime64[us, UTC]``; messages and previous_messages int64 (the latter 0 throughout where the window has no
    previous period); most messages first, then by room id. Where silent rooms were not wanted, the receipt speaks of
    the others alone. It counts rooms of other types (livechat) too, which the table leaves out; ``type`` is missing
    where it cannot be read. ``unreadable`` are the ids of rooms whose counts cannot be read, which it leaves out too.
    """

    rooms: pd.DataFrame = field(repr=False)
    receipt: Receipt
    unreadable: frozenset[str] = frozenset()


class _Room(NamedTuple):
    name: str | None
    usernames: str | None
    type: str | None
    created: str | None
    messages: int
    previous: int


def read_channel_counts(
    ask: Ask,
    window: Window,
    *,
    every_room: bool,
    lists_silent: bool,
    hide: bool,
    progress: Progress | None = None,
) -> ChannelCounts:
    """Reads the list of ``window`` with ``ask(params)``; ``lists_silent``: this server lists rooms without messages.

    Where it does and they are not wanted, their many pages are skipped, and the previous period is read as a
    window of its own for the rooms that are silent now and were not then.
    """
    fetch = _fetch(ask, window.start, window.end, hide=hide)
    listing = read_pages(fetch, skip_zeros=lists_silent and not every_room, progress=progress)
    rooms, receipt, unreadable = listing.rows, listing.receipt, listing.unreadable
    if listing.zeros_skipped and window.previous is not None:
        start, end = (_days_earlier(instant, window.previous.days) for instant in (window.start, window.end))
        fetch = _fetch(ask, start, end, hide=hide)
        before = read_pages(fetch, "rooms of the previous period", skip_zeros=True, progress=progress)
        receipt += before.receipt
        unreadable |= before.unreadable - rooms.keys()
        known = rooms.keys() | unreadable
        silent_now = {key: room for key, room in before.rows.items() if room.messages and key not in known}
        rooms = rooms | {key: room._replace(messages=0, previous=room.messages) for key, room in silent_now.items()}
    if window.previous is None:
        rooms = {key: room._replace(previous=0) for key, room in rooms.items()}
    if not every_room:
        rooms = {key: room for key, room in rooms.items() if room.messages or room.previous}
    return ChannelCounts(_table(rooms), receipt + typed(room.type for room in rooms.values()), unreadable)


def typed(types: Iterable[str | None]) -> Receipt:
    """What is to be said of rooms whose type cannot be read; nothing where there are none."""
    if not (odd := sum(one is None for one in types)):
        return NOTHING_READ
    return Receipt(notes=(f"The type of {odd:,} of the rooms cannot be read.",), complete=False)


def _days_earlier(instant: str, days: int) -> str:
    return instant_text(datetime.fromisoformat(instant) - days * DAY)


def _fetch(ask: Ask, start: str, end: str, *, hide: bool) -> Fetch[_Room]:
    fixed = [("start", start), ("end", end), *([("hideRoomsWithNoActivity", "true")] if hide else [])]

    def fetch(offset: int, count: int) -> Page[_Room]:
        reply = ask([*fixed, ("offset", str(offset)), ("count", str(count))])
        rows = objects(reply.body, "channels", "a channel list")
        named = [_id(row) for row in rows]
        rooms = [(_usual_room(row) or _room(row)) if key else None for key, row in zip(named, rows, strict=True)]
        return page_of(reply.body, offset, named, rooms, _values(rooms), reply.receipt)

    return fetch


def _id(row: Object) -> str | None:
    room = row.get("room")
    return identifier(room, "_id") if isinstance(room, dict) else None


def _values(rooms: Sequence[_Room | None]) -> list[int]:
    """The counts that rooms are sorted by; a room whose own cannot be read stands between its neighbours."""
    last = next((room.messages for room in rooms if room is not None), 0)
    return [last := last if room is None else room.messages for room in rooms]


def _usual_room(row: Object) -> _Room | None:
    """A row that is just as documented, at a third of the cost of ``_room``; None for any other."""
    room, messages, previous = row["room"], row.get("messages"), row.get("lastWeekMessages")
    if not isinstance(room, dict) or type(messages) is not int or type(previous) is not int or "usernames" in room:
        return None
    name, kind, created = room.get("name"), room.get("t"), room.get("ts")
    if not isinstance(name, str) or not isinstance(kind, str) or not isinstance(created, str):
        return None
    counted = -LARGEST < messages < LARGEST and -LARGEST < previous < LARGEST
    usual = counted and name and kind in ROOM_TYPES and row.get("diffFromLastWeek") == messages - previous
    return _Room(name, None, kind, created, messages, previous) if usual else None


def _room(row: Object) -> _Room | None:
    """A row as far as it can be read; None where its counts cannot, or contradict each other."""
    room, messages, previous = row["room"], whole_or_none(row, "messages"), whole_or_none(row, "lastWeekMessages")
    if not isinstance(room, dict) or messages is None or previous is None:
        return None
    change = whole_or_none(row, "diffFromLastWeek")
    if change is not None and change != messages - previous:
        return None
    kind = optional_text(room, "t")
    return _Room(
        name=optional_text(room, "name"),
        usernames=people(texts(room, "usernames")),
        type=kind if kind in ROOM_TYPES or kind in OTHER_TYPES else None,
        created=optional_text(room, "ts"),
        messages=messages,
        previous=previous,
    )


def _table(rooms: dict[str, _Room]) -> pd.DataFrame:
    known = {key: room for key, room in rooms.items() if room.type not in OTHER_TYPES}
    values = list(known.values())
    table = pd.DataFrame(
        {
            "room_id": text_column(known),
            "name": text_column(room.name for room in values),
            "usernames": text_column(room.usernames for room in values),
            "type": text_column(None if room.type is None else ROOM_TYPES[room.type] for room in values),
            "created": time_column(room.created for room in values),
            "messages": pd.Series([room.messages for room in values], dtype="int64"),
            "previous_messages": pd.Series([room.previous for room in values], dtype="int64"),
        }
    )
    return table.sort_values(["messages", "room_id"], ascending=[False, True], ignore_index=True)

"""The channel list of the engagement dashboard, to its last page, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from engagement.api.decode import (
    LARGEST,
    ROOM_TYPES,
    Object,
    Reply,
    an_object,
    objects,
    optional_text,
    people,
    text,
    text_column,
    texts,
    time_column,
    whole,
)
from engagement.api.paging import Fetch, Page, Progress, read_pages
from engagement.api.transport import Params
from engagement.errors import UnreadableAnswer
from engagement.numbers.periods import DAY, Window, instant_text
from engagement.numbers.receipt import Receipt

Ask = Callable[[Params], Reply]


@dataclass(frozen=True, eq=False)
class ChannelCounts:
    """The rooms of one window, and how reading them went.

    ``rooms``: room_id, name, usernames (joined by " × ") as str; type channel/private/direct; created
    ``datetime64[us, UTC]``; messages and previous_messages int64 (the latter 0 throughout where the window has no
    previous period); most messages first, then by room id. Where silent rooms were not wanted, the receipt speaks of
    the others alone. It counts rooms of other types (livechat) too, which the table leaves out.
    """

    rooms: pd.DataFrame = field(repr=False)
    receipt: Receipt


class _Room(NamedTuple):
    name: str | None
    usernames: str | None
    type: str
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
    rooms, receipt = listing.rows, listing.receipt
    if listing.zeros_skipped and window.previous is not None:
        start, end = (_days_earlier(instant, window.previous.days) for instant in (window.start, window.end))
        fetch = _fetch(ask, start, end, hide=hide)
        before = read_pages(fetch, "rooms of the previous period", skip_zeros=True, progress=progress)
        receipt += before.receipt
        silent_now = {key: room for key, room in before.rows.items() if room.messages and key not in rooms}
        rooms = rooms | {key: room._replace(messages=0, previous=room.messages) for key, room in silent_now.items()}
    if window.previous is None:
        rooms = {key: room._replace(previous=0) for key, room in rooms.items()}
    if not every_room:
        rooms = {key: room for key, room in rooms.items() if room.messages or room.previous}
    return ChannelCounts(_table(rooms), receipt)


def _days_earlier(instant: str, days: int) -> str:
    return instant_text(datetime.fromisoformat(instant) - days * DAY)


def _fetch(ask: Ask, start: str, end: str, *, hide: bool) -> Fetch[_Room]:
    fixed = [("start", start), ("end", end), *([("hideRoomsWithNoActivity", "true")] if hide else [])]

    def fetch(offset: int, count: int) -> Page[_Room]:
        reply = ask([*fixed, ("offset", str(offset)), ("count", str(count))])
        rows = objects(reply.body, "channels", "a channel list")
        ids, rooms = _ids(rows), [_usual_room(row) or _room(row) for row in rows]
        return Page(ids, rooms, [room.messages for room in rooms], announced_total(reply.body, offset), reply.receipt)

    return fetch


def _ids(rows: list[Object]) -> list[str]:
    return [text(an_object(row, "room", "a row of the channel list"), "_id", "a room") for row in rows]


def _usual_room(row: Object) -> _Room | None:
    """A row that is just as documented, at a third of the cost of ``_room``; None for any other."""
    room, messages, previous = row["room"], row.get("messages"), row.get("lastWeekMessages")
    if not isinstance(room, dict) or type(messages) is not int or type(previous) is not int or "usernames" in room:
        return None
    name, kind, created = room.get("name"), room.get("t"), room.get("ts")
    if not isinstance(name, str) or not isinstance(kind, str) or not isinstance(created, str) or not (name and kind):
        return None
    counted = -LARGEST < messages < LARGEST and -LARGEST < previous < LARGEST
    return _Room(name, None, kind, created, messages, previous) if counted else None


def announced_total(body: Object, offset: int) -> int:
    """The total of a page that was asked for at ``offset``. Raises UnreadableAnswer for a page from elsewhere."""
    if whole(body, "offset", "a page") != offset:
        raise UnreadableAnswer("a page that was not asked for")
    return max(0, whole(body, "total", "a page"))


def _room(row: Object) -> _Room:
    room = an_object(row, "room", "a row of the channel list")
    return _Room(
        name=optional_text(room, "name"),
        usernames=people(texts(room, "usernames")),
        type=text(room, "t", "a room"),
        created=optional_text(room, "ts"),
        messages=whole(row, "messages", "a row of the channel list"),
        previous=whole(row, "lastWeekMessages", "a row of the channel list"),
    )


def _table(rooms: dict[str, _Room]) -> pd.DataFrame:
    known = {key: room for key, room in rooms.items() if room.type in ROOM_TYPES}
    values = list(known.values())
    table = pd.DataFrame(
        {
            "room_id": text_column(known),
            "name": text_column(room.name for room in values),
            "usernames": text_column(room.usernames for room in values),
            "type": text_column(ROOM_TYPES[room.type] for room in values),
            "created": time_column(room.created for room in values),
            "messages": pd.Series([room.messages for room in values], dtype="int64"),
            "previous_messages": pd.Series([room.previous for room in values], dtype="int64"),
        }
    )
    return table.sort_values(["messages", "room_id"], ascending=[False, True], ignore_index=True)

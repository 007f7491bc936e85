"""The channel list of the engagement dashboard, to its last page, as one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from engagement.api.consistency import Page, page_of
from engagement.api.decode import (
    OTHER_TYPES,
    Object,
    Reply,
    identifiers,
    in_parts,
    inner,
    names_of_people,
    objects,
    room_types,
    text_column,
    text_values,
    time_column,
    whole_values,
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
    previous_messages: int


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
    table, receipt, unreadable = _table(listing.rows), listing.receipt, listing.unreadable
    if listing.zeros_skipped and window.previous is not None:
        start, end = (_days_earlier(instant, window.previous.days) for instant in (window.start, window.end))
        fetch = _fetch(ask, start, end, hide=hide)
        before = read_pages(fetch, "rooms of the previous period", skip_zeros=True, progress=progress)
        receipt += before.receipt
        unreadable |= before.unreadable - listing.rows.keys()
        known = listing.rows.keys() | unreadable
        then = _table({key: room for key, room in before.rows.items() if key not in known})
        silent_now = then.assign(previous_messages=then["messages"], messages=0)
        table = pd.concat([table, silent_now], ignore_index=True)
    if window.previous is None:
        table["previous_messages"] = 0
    if not every_room:
        table = table[(table["messages"] != 0) | (table["previous_messages"] != 0)]
    receipt += typed(table["type"])
    table = table[~table["type"].isin(OTHER_TYPES)]
    table = table.sort_values(["messages", "room_id"], ascending=[False, True], ignore_index=True)
    return ChannelCounts(table, receipt, unreadable)


def typed(types: pd.Series) -> Receipt:
    """What is to be said of rooms whose type cannot be read; nothing where there are none."""
    if not (odd := int(types.isna().sum())):
        return NOTHING_READ
    return Receipt(notes=(f"The type of {odd:,} of the rooms cannot be read.",), complete=False)


def _days_earlier(instant: str, days: int) -> str:
    return instant_text(datetime.fromisoformat(instant) - days * DAY)


def _fetch(ask: Ask, start: str, end: str, *, hide: bool) -> Fetch[_Room]:
    fixed = [("start", start), ("end", end), *([("hideRoomsWithNoActivity", "true")] if hide else [])]

    def fetch(offset: int, count: int) -> Page[_Room]:
        reply = ask([*fixed, ("offset", str(offset)), ("count", str(count))])
        listed = objects(reply.body, "channels", "a channel list")
        named, rooms = in_parts(listed, _rooms)
        return page_of(reply.body, offset, named, rooms, _values(rooms), reply.receipt)

    return fetch


def _values(rooms: Sequence[_Room | None]) -> list[int]:
    """The counts that rooms are sorted by; a room whose own cannot be read stands between its neighbours."""
    last = next((room.messages for room in rooms if room is not None), 0)
    return [last := last if room is None else room.messages for room in rooms]


def _rooms(listed: Sequence[Object]) -> tuple[list[str | None], list[_Room | None]]:
    """The ids of rows and the rows as far as they can be read: None where the id or the counts cannot, or these
    contradict each other.
    """
    rooms = inner(listed, "room")
    named = identifiers(rooms, "_id")
    messages, previous = whole_values(listed, "messages"), whole_values(listed, "lastWeekMessages")
    columns = (text_values(rooms, "name"), names_of_people(rooms), room_types(rooms), text_values(rooms, "ts"))
    told = zip(named, messages, previous, whole_values(listed, "diffFromLastWeek"), strict=True)
    return named, [
        None
        if key is None or now is None or before is None or (change is not None and change != now - before)
        else _Room._make(room)
        for room, (key, now, before, change) in zip(zip(*columns, messages, previous, strict=True), told, strict=True)
    ]


def _table(rooms: Mapping[str, _Room]) -> pd.DataFrame:
    name, usernames, kind, created, messages, previous = zip(*rooms.values(), strict=True) if rooms else ((),) * 6
    return pd.DataFrame(
        {
            "room_id": text_column(rooms),
            "name": text_column(name),
            "usernames": text_column(usernames),
            "type": text_column(kind),
            "created": time_column(created),
            "messages": pd.Series(messages, dtype="int64"),
            "previous_messages": pd.Series(previous, dtype="int64"),
        }
    )

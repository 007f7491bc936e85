"""Names that may be shared: stable aliases for private rooms and people, direct messages left out.

Applied to a whole activity before anything is filtered or drawn, so that page, file and command say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd

from engagement.numbers import reasons
from engagement.numbers.naming import labels_apart
from engagement.numbers.rooms import Activity

CAPTION = "names of private rooms, people and events replaced, direct messages left out"
ROOM, PERSON, EVENT = "private room", "person", "event"
_DIGITS = 4
_TRIES = 4


def masked(activity: Activity) -> Activity:
    """``activity`` without direct messages, with aliases in place of private names, slugs and owners; events, whose
    names may hold anything, are no more than that.

    Masking twice gives the same as masking once.
    """
    rooms = masked_rooms(activity.rooms, activity.workspace)
    events = tuple(replace(event, name=EVENT) for event in activity.events)
    history = None
    if (named := activity.history) is not None:
        history = replace(named, events=events)
        # The one reason that names an event.
        if named.unjudged:
            every = np.ones(len(rooms), dtype=np.bool_)
            rooms = rooms.assign(reason=reasons.changed(rooms["reason"], every, gap=history.unjudged))
    return replace(activity, rooms=rooms, history=history, events=events, masked=True)


def masked_rooms(rooms: pd.DataFrame, workspace: str) -> pd.DataFrame:
    """A rooms table (all rooms of ``workspace``, not a selection) with aliases; its ``room_id`` stays, for joins.

    Channels that only the members of a private team may enter are private rooms here.

    A room keeps its alias in every period, filter and order, also when other rooms come and go: the number is made
    of workspace and room id, which nobody outside the room knows. People are numbered by the first room they own,
    never by their name, which could be guessed and tried.
    """
    kept = rooms[rooms["type"].ne("direct")].reset_index(drop=True)
    kept = kept.assign(type=kept["type"].mask(_of_closed_teams(kept), "private"))
    oldest = kept.sort_values(["created", "room_id"], na_position="last", kind="stable")
    private = oldest["type"].eq("private")
    aliases = _aliases(ROOM, workspace, oldest.loc[private, "room_id"])
    hidden = kept["type"].eq("private")
    alias = kept["room_id"].map(aliases).astype("str")
    owned = oldest[oldest["owner"].notna()].drop_duplicates("owner")
    numbers = _aliases(PERSON, workspace, owned["room_id"])
    people = dict(zip(owned["owner"], owned["room_id"].map(numbers), strict=True))
    named = kept.assign(
        name=kept["name"].mask(hidden, alias),
        slug=kept["slug"].mask(hidden, alias),
        owner=kept["owner"].map(people).astype("str"),
    )
    return named.assign(label=labels_apart(named))


def _of_closed_teams(rooms: pd.DataFrame) -> pd.Series[bool]:
    """Which channels are of a team that is not known to be open to everybody: its main room tells, where it is seen."""
    channels = rooms["type"].eq("channel")
    return channels & rooms["team"].notna() & ~rooms["team"].isin(rooms["team"][channels & rooms["kind"].eq("team")])


def _aliases(what: str, workspace: str, room_ids: Iterable[str]) -> dict[Hashable, str]:
    """An alias for each room id. Where two would get the same, the room that comes later takes its next number."""
    taken: set[int] = set()
    aliases: dict[Hashable, str] = {}
    for room_id in room_ids:
        tries = (_number(what, workspace, room_id, attempt) for attempt in count())
        number = next(number for number in tries if number not in taken)
        taken.add(number)
        aliases[room_id] = f"{what} {number}"
    return aliases


def _number(what: str, workspace: str, room_id: str, attempt: int) -> int:
    # More digits after some collisions, so that there is room for any number of rooms.
    size = 10 ** (_DIGITS + attempt // _TRIES)
    digest = hashlib.sha256(f"{what}\0{workspace}\0{room_id}\0{attempt}".encode()).digest()
    place: int = int.from_bytes(digest[:8], "big") % (size - 1)
    return place + 1

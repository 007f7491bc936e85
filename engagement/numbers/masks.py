"""Names that may be shared: stable aliases for private rooms and people, direct messages left out.

Applied to a whole activity before anything is filtered or drawn, so that page, file and command say the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from engagement.numbers import reasons
from engagement.numbers.naming import aliases, labels_apart
from engagement.numbers.rooms import Activity

CAPTION = "names of private rooms, people and events replaced, direct messages left out"
ROOM, PERSON, EVENT = "private room", "person", "event"


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
    hidden = kept["type"].eq("private")
    keys = f"{workspace}\0" + oldest["room_id"]
    alias = keys.map(aliases(ROOM, keys[private])).set_axis(oldest.index).reindex(kept.index).astype("str")
    owned = keys[oldest["owner"].notna() & ~oldest["owner"].duplicated()]
    people = dict(zip(oldest.loc[owned.index, "owner"], aliases(PERSON, owned).values(), strict=True))
    named = kept.assign(
        name=kept["name"].mask(hidden, alias),
        slug=kept["slug"].mask(hidden, alias),
        owner=kept["owner"].map(people).astype("str"),
    )
    labels = labels_apart(named)
    return named.assign(label=labels, named_label=labels)


def _of_closed_teams(rooms: pd.DataFrame) -> pd.Series[bool]:
    """Which channels are of a team that is not known to be open to everybody: its main room tells, where it is seen."""
    channels = rooms["type"].eq("channel")
    return channels & rooms["team"].notna() & ~rooms["team"].isin(rooms["team"][channels & rooms["kind"].eq("team")])

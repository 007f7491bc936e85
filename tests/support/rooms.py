"""A rooms table by hand, for the tests of numbers and pictures."""

from __future__ import annotations

from datetime import date

import pandas as pd

from engagement.numbers.joining import join
from engagement.numbers.periods import Period
from engagement.numbers.rooms import NO_RULES, Rules
from engagement.numbers.zone import Zone

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))

_DEFAULTS: dict[str, object] = {
    "type": "channel",
    "kind": "room",
    "created": "2024-01-02",
    "last_message": None,
    "last_message_known": True,
    "spoke_from": None,
    "spoke_to": None,
    "members": 12,
    "owner": "ada",
    "archived": False,
    "read_only": False,
    "default": False,
    "announcement": False,
    "total_messages": 100,
    "parent": None,
    "team": None,
    "usernames": None,
    "messages": 0,
    "previous_messages": 0,
}


def rooms_table(
    *rooms: dict[str, object], period: Period = WEEK, rules: Rules = NO_RULES, today: date | None = None
) -> pd.DataFrame:
    """Rooms given by what is special about each (``name`` at least), joined as the dashboard joins them, in UTC."""
    names = [str(r["name"]) for r in rooms]
    # Of several rooms with one name, all but the first have a number in their ids.
    ids = [f"{name} {before + 1}" if (before := names[:n].count(name)) else name for n, name in enumerate(names)]
    full = pd.DataFrame(
        [{"room_id": i, "slug": r["name"], **_DEFAULTS, **r} for i, r in zip(ids, rooms, strict=True)],
        columns=["room_id", "name", "slug", *_DEFAULTS],
    )
    for column in ("created", "last_message", "spoke_from", "spoke_to"):
        full[column] = pd.to_datetime(full[column].astype("str"), utc=True)
    directory = full.drop(columns=["messages", "previous_messages"])
    return join(full, directory, period, Zone(), rules, today=today)

"""What is known of one room, in words."""

from __future__ import annotations

import math

import pandas as pd

from engagement.display import tables, wording
from engagement.numbers.rooms import ACTIVE, UNKNOWN

_MARKS = {"archived": "archived", "read_only": "read-only", "default": "default", "announcement": "announcements"}


def facts(room: pd.DataFrame) -> list[tuple[str, str]]:
    """What the directory tells of a room, a row of a rooms table: names and plain texts; "–" where it does not."""
    row = room.iloc[0]
    marks = [word for column, word in _MARKS.items() if row[column]]
    created, last = (None if pd.isna(row[day]) else row[day].date() for day in ("created", "last_message"))
    told = [
        ("Type", ", ".join([str(tables.type_words(room).iloc[0]), *marks])),
        ("Owner", tables.owners(room).fillna(wording.UNDEFINED).iloc[0]),
        ("Created", wording.day_text(created)),
        ("Last message", _last(row, wording.day_text(last))),
        ("All messages", wording.count(None if pd.isna(row["total_messages"]) else row["total_messages"])),
    ]
    if row["state"] != ACTIVE:
        told.append(("State", str(row["state"]) if row["state"] != UNKNOWN else "silence not known"))
    if row["remark"]:
        told.append(("Remark", str(row["remark"])))
    return told


def _last(row: pd.Series, day: str) -> str:
    """The day of the last message and how long before the end of the period that was, where it was before."""
    silent = row["silent_days"]
    return (
        day if pd.isna(silent) or silent <= 0 else f"{day} ({wording.days_text(silent)} before the end of the period)"
    )


def per_member(room: pd.DataFrame) -> float:
    """Messages of the period by member, NaN where either is not known."""
    messages, members = (float(room[name].iloc[0]) for name in ("messages", "members"))
    return messages / members if members > 0 else math.nan

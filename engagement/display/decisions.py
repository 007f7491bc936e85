"""Decisions of the worklist in words, and the text for the owner of rooms."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from zoneinfo import ZoneInfo

import pandas as pd

from engagement.display import wording
from engagement.numbers.decisions import ARCHIVE, ASK, KEEP, UNDONE
from engagement.numbers.rooms import NEVER_USED
from engagement.numbers.sieve import without_owner

_NO_OWNER = "nobody known"


def words(rooms: pd.DataFrame) -> pd.Series:
    """The decision on each room of a rooms table: "Keep until 31 Jan 2027", "Ask ada on 20 Nov 2026", "Archive".

    Empty where none stands.
    """
    some = rooms[rooms["decision"].notna()]
    columns = (some[name] for name in ("decision", "until", "whom", "asked_on", "exempt"))
    told = pd.Series([_words(*row) for row in zip(*columns, strict=True)], index=some.index, dtype="str")
    return told.reindex(rooms.index, fill_value="")


def _words(kind: str, until: pd.Timestamp, whom: str, asked_on: pd.Timestamp, exempt: bool) -> str:
    if kind == KEEP:
        day = "always" if pd.isna(until) else f"until {wording.day_text(until.date())}"
        return f"Keep {day}" + ("" if exempt else ", which is over")
    if kind == ASK:
        on = "" if pd.isna(asked_on) else f" on {wording.day_text(asked_on.date())}"
        return f"Ask {whom or _NO_OWNER}{on}"
    return ARCHIVE.capitalize()


def sentence(room: pd.Series) -> str:
    """The decision on one room of the rooms table, by whom and when, its note, and that it speaks again."""
    [told] = words(room.to_frame().T)
    parts = [f"{told}, decided by {room['decided_by']} on {wording.day_text(room['decided_on'].date())}"]
    parts += [f"“{room['note']}”"] if room["note"] else []
    if pd.notna(room["spoke_again"]):
        parts.append(f"spoke again on {wording.day_text(room['spoke_again'].date())}")
    return " · ".join(parts)


def filled(template: str, facts: Mapping[str, str]) -> str:
    """The template with each ``{field}`` in it replaced by the fact of that name, which is never read as a template."""
    parts = Formatter().parse(template)
    return "".join(before + (facts[name] if name is not None else "") for before, name, _, _ in parts)


def owner_text(one: str, several: str, rooms: pd.DataFrame, links: Mapping[str, str], workspace: str) -> str:
    """The text for the owner of ``rooms``, rows of a rooms table: by the template ``one`` for one room, else by that
    for ``several``. ``links`` are addresses by room id; a room without one is named alone.
    """
    facts = {"owner": str(rooms["owner"].iloc[0]), "workspace": wording.workspace_name(workspace)}
    columns = (rooms[name] for name in ("room_id", "label", "state", "last_message"))
    told = [
        {
            "room": label,
            "last_message": wording.day_text(spoke),
            "silence": _silence(state, spoke),
            "link": links.get(room_id, ""),
        }
        for room_id, label, state, spoke in zip(*columns, strict=True)
    ]
    if len(told) == 1:
        return filled(one, facts | told[0]).strip()
    lines = [f"- {room['room']}: {' '.join(filter(None, [room['silence'], room['link']]))}" for room in told]
    return filled(several, facts | {"rooms": "\n".join(lines)}).strip()


def unaddressed(rooms: pd.DataFrame) -> list[str]:
    """Sentences on those of some rooms for which there is no text, as they have no owner or none is known."""
    nobodys = int(without_owner(rooms).sum())
    unknown = int(rooms["owner"].isna().sum()) - nobodys
    said = [f"{wording.plural(nobodys, 'room')} {'has' if nobodys == 1 else 'have'} no owner."] if nobodys else []
    return said + ([f"The owner of {wording.plural(unknown, 'room')} is not known."] if unknown else [])


def _silence(state: str, last_message: pd.Timestamp) -> str:
    if pd.isna(last_message):
        return "nobody has ever written in it" if state == NEVER_USED else "nobody has written in it for long"
    return f"the last message is of {wording.day_text(last_message.date())}"


def history(rows: pd.DataFrame, zone: ZoneInfo) -> list[str]:
    """What was ever decided about a room, the latest first: rows of a worklist, with the viewer's time of day."""
    instants = rows["decided_at"].dt.tz_convert(zone)
    columns = (rows[name] for name in ("decided_by", "note", "decision", "until", "whom", "asked_on"))
    told = []
    for at, by, note, kind, until, whom, asked_on in zip(instants, *columns, strict=True):
        done = "taken back" if kind == UNDONE else _words(kind, until, whom, asked_on, exempt=True)
        told.append(f"{wording.day_text(at.date())}, {at:%H:%M}, {by}: {done}{f' ({note})' if note else ''}")
    return told[::-1]

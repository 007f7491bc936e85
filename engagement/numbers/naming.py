"""The plain label of a room: what is left of a name that a server handed us, and the sign of its type.

Such a name is untrusted text. Labels are passed around plain, and made safe for the place where they are shown last,
once (``display.escaping``).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

NO_NAME = "(no name)"
DIRECT = "direct message"
SIGNS = {"channel": "#", "private": "🔒 ", "discussion": "› ", "team": "◊ "}
# Around what is written from right to left, so that it turns nothing beside it around.
ISOLATE, ISOLATE_END = "\u2068", "\u2069"

_MOST_MARKS = 3
# Numbers of aliases begin with so many digits, and have one more after so many that were taken.
_DIGITS = 4
_TRIES = 4
# Words of Latin letters, signs and pictures, with one space between two of them: most texts are these, and clean.
_PLAIN = "{0}+( {0}+)*".format("[!-~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u25a0-\u25ff\U0001f300-\U0001faff]")
_plain = re.compile(_PLAIN).fullmatch
_JOINER, _NON_JOINER = "\u200d", "\u200c"


def clean(text: object) -> str:
    """One line of ``text`` without control characters, direction overrides or towers of accents; "" when missing."""
    if not isinstance(text, str):
        return ""
    if _plain(text):
        return text
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category == "Cs":
            kept.append("\ufffd")
        elif marks <= _MOST_MARKS and (category != "Cf" or _joins(character)):
            kept.append(character)
    return " ".join("".join(kept).split())


def _joins(character: str) -> bool:
    # Joiners and tags are invisible too, but Persian words and many emoji fall apart without them.
    return character in (_JOINER, _NON_JOINER) or "\U000e0020" <= character <= "\U000e007f"


def isolated(text: str) -> str:
    """``text`` between direction isolates where it holds right-to-left letters, else unchanged."""
    if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text):
        return f"{ISOLATE}{text}{ISOLATE_END}"
    return text


def room_label(name: object, type: str, kind: str = "room") -> str:
    """The plain label of a room: a sign for its type or kind, then its name; direct messages carry no sign."""
    shown = isolated(clean(name) or NO_NAME)
    if type == "direct":
        return shown
    return SIGNS.get(kind, SIGNS.get(type, "")) + shown


def plain_labels(rooms: pd.DataFrame) -> pd.Series[str]:
    """The label of every room of a table (columns name, type, kind), with its index; people are named."""
    kind, type = rooms["kind"], rooms["type"]
    signs = kind.map(SIGNS).fillna(type.map(SIGNS)).fillna("").mask(type.eq("direct"), "")
    labels = signs.astype("str") + rooms["name"]
    odd = ~rooms["name"].str.fullmatch(_PLAIN).eq(True)
    named = rooms.loc[odd, ["name", "type", "kind"]].itertuples(index=False, name=None)
    labels[odd] = [room_label(*room) for room in named]
    return labels.astype("str")


def labels_apart(rooms: pd.DataFrame) -> pd.Series[str]:
    """As ``plain_labels``, with what tells rooms of a table apart (columns room_id, parent and archived too): archived
    ones are called so, and discussions of one title by the room that each is in, where that is public or they are
    as private as it.
    """
    labels = plain_labels(rooms)
    same = labels.duplicated(keep=False) & rooms["kind"].eq("discussion") & rooms["parent"].notna()
    if same.any():
        inside = rooms.loc[same, "parent"].map(labels.set_axis(rooms["room_id"]))
        type = rooms.loc[same, "parent"].map(rooms.set_index("room_id")["type"])
        told = inside.notna() & (type.eq("channel") | type.eq("private") & rooms.loc[same, "type"].eq("private"))
        labels.update((labels[same] + " in " + inside)[told])
    return labels.mask(rooms["archived"], labels + " (archived)")


def aliases(what: str, keys: Iterable[str]) -> dict[str, str]:
    """An alias for each key, ``what`` and a number made of the key. Where two would get the same, the one that comes
    later takes its next number: the oldest first, and no new one changes that of another.
    """
    taken: set[int] = set()
    found: dict[str, str] = {}
    for key in keys:
        attempt = 0
        while (number := _number(f"{what}\0{key}\0{attempt}", attempt)) in taken:
            attempt += 1
        taken.add(number)
        found[key] = f"{what} {number}"
    return found


def _number(text: str, attempt: int) -> int:
    # More digits after some collisions, so that there is room for any number of rooms.
    size = 10 ** (_DIGITS + attempt // _TRIES)
    place: int = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % (size - 1)
    return place + 1


def direct_aliases(rooms: pd.DataFrame) -> pd.Series[str]:
    """What each direct message of a table (columns room_id, type, and created as an instant) is called where its people
    are not named, with its index.

    It stays in every period and for every account, also when others come and go, and nobody reads the people from it:
    it is made of the instant of creation alone; those of one instant are counted by their ids.
    """
    oldest = rooms[rooms["type"].eq("direct")].sort_values(["created", "room_id"], na_position="first")
    created = oldest["created"].dt.as_unit("ms").astype("int64").astype("str")
    keys = created + "\0" + oldest.groupby(created, sort=False).cumcount().astype("str")
    return pd.Series(aliases(DIRECT, keys).values(), index=oldest.index, dtype="str")


def unnamed(rooms: pd.DataFrame, *, show_people: bool) -> pd.Series[bool]:
    """Which rooms are direct messages whose people are not named: their ids, made of those of the people, lead nowhere
    that others read.
    """
    return rooms["type"].eq("direct") & (not show_people)


def room_labels(rooms: pd.DataFrame, *, show_people: bool = False) -> pd.Series[str]:
    """The label of every room of the rooms table as it may be shown: people of direct messages only where asked for."""
    return rooms["named_label" if show_people else "label"]


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """The ``labels`` of room ids, those of several rooms numbered: a list to choose from knows its entries by them."""
    numbers: dict[str, int] = {}
    used: set[str] = set()
    apart: dict[str, str] = {}
    for room_id, label in labels.items():
        shown = label
        while shown in used:
            numbers[label] = numbers.get(label, 1) + 1
            shown = f"{label} ({numbers[label]})"
        used.add(shown)
        apart[room_id] = shown
    return apart

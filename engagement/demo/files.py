"""A community read from two files: its rooms and their daily counts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from engagement.demo.community import AS_COUNTED, Community, DayCounts, Moment, RoomSpec, settled

_YES = {"1", "true", "yes", "y"}
_NO = {"", "0", "false", "no", "n"}


def from_files(folder: Path) -> Community:
    """The community in ``folder``: ``rooms.csv`` and ``daily.csv``.

    Raises OSError when a file is missing, ValueError with file and line when it cannot be read.
    """
    rooms = [_room(row, where) for row, where in _rows(folder / "rooms.csv", {"room_id", "type"})]
    numbers = {room.room_id: number for number, room in enumerate(rooms)}
    if len(numbers) != len(rooms):
        raise ValueError(f"{folder / 'rooms.csv'}: a room_id stands there twice.")
    entries = []
    for row, where in _rows(folder / "daily.csv", {"date", "room_id", "messages"}):
        if row["room_id"] not in numbers:
            raise ValueError(f"{where}: the room {row['room_id']!r} is not in rooms.csv.")
        try:
            entries.append((date.fromisoformat(row["date"]), numbers[row["room_id"]], int(row["messages"])))
        except ValueError:
            raise ValueError(f"{where}: a date is like 2026-11-09, messages are a whole number.") from None
    return settled(Community(rooms, DayCounts.of(entries)))


def _rows(path: Path, needed: set[str]) -> Iterator[tuple[dict[str, str], str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        missing = needed - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: the column {', '.join(sorted(missing))} is missing.")
        for row in reader:
            yield {key: value for key, value in row.items() if key}, f"{path}, line {reader.line_num}"


def _room(row: dict[str, str], where: str) -> RoomSpec:
    def text(column: str) -> str | None:
        return row.get(column, "").strip() or None

    def yes(column: str) -> bool:
        word = row.get(column, "").strip().lower()
        if word not in _YES | _NO:
            raise ValueError(f"{column} is yes or no, not {word!r}")
        return word in _YES

    try:
        members = text("members")
        return RoomSpec(
            room_id=row["room_id"],
            type=row["type"],
            name=text("name"),
            title=text("title"),
            usernames=tuple(name for name in row.get("usernames", "").split(";") if name),
            created=_moment(text("created")),
            updated=_moment(text("updated")),
            last_message=_moment(text("last_message")) if "last_message" in row else AS_COUNTED,
            members=int(members) if members else None,
            owner=text("owner"),
            archived=yes("archived"),
            read_only=yes("read_only"),
            default=yes("default"),
            discussion_of=text("discussion_of"),
            team_main=yes("team_main"),
        )
    except ValueError as exc:
        raise ValueError(f"{where}: {exc}.") from exc


def _moment(text: str | None) -> Moment | None:
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)

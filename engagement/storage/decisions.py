"""The decisions of the clean-up as they are kept: rows that are only ever added, so that whoever decides at the same
moment as somebody else, or in another copy, overwrites nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from engagement.errors import InvalidInput
from engagement.numbers.decisions import ROWS, UNDONE, Wish, Worklist, no_decisions
from engagement.numbers.naming import clean
from engagement.storage.database import Store
from engagement.storage.migrations import lock

# A room id of any release has at most 34 characters; more rooms than the largest workspace are nobody's wish.
LONGEST_ID, MOST_ROOMS, LONGEST_NAME = 200, 200_000, 200
_WORKSPACES_IN_MEMORY = 8
_AT_A_TIME = 500
_INSERT = text(
    "INSERT INTO decisions (id, workspace, room_id, user_id, username, decided_at, kind, until_day, whom, asked_day, "
    "note, undoes) VALUES (:id, :workspace, :room_id, :user_id, :username, :at, :kind, :until, :whom, :asked_on, "
    ":note, :undoes)"
)
_SELECT = text(
    "SELECT id, room_id, user_id, username, decided_at, kind, until_day, whom, asked_day, note, undoes "
    "FROM decisions WHERE workspace = :workspace AND id >= :since ORDER BY id"
)


@dataclass(frozen=True)
class Warrant:
    """The right to see and to make decisions on the rooms of a workspace, and who has it.

    ``reading.rights.warrant`` alone makes one, of what the workspace says somebody may.
    """

    workspace: str
    user_id: str = field(repr=False)
    username: str = field(repr=False)


class Decisions:
    """The decisions in ``store``. Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Worklist] = {}
        self._lock = threading.Lock()

    def worklist(self, warrant: Warrant) -> Worklist:
        """All decisions on the rooms of the workspace: the same object until another one is made."""
        known = self._known.get(warrant.workspace) or no_decisions()
        with self._store.reading() as connection:
            found = _told(connection, warrant.workspace, known)
        return self._remember(warrant.workspace, found)

    def decide(self, warrant: Warrant, wishes: Mapping[str, Wish]) -> range:
        """Adds what is wished for each room, by room id, for all of them or for none; comes back with the new numbers.

        Raises InvalidInput without a room, and for an id that is none.
        """
        if not 0 < len(wishes) <= MOST_ROOMS or not all(map(_is_id, wishes)):
            raise InvalidInput("Choose the rooms to decide about.")
        rows = [
            {
                "room_id": room_id,
                "kind": wish.kind,
                "until": _day(wish.until),
                "whom": clean(wish.whom),
                "asked_on": _day(wish.asked_on),
                "note": clean(wish.note),
                "undoes": None,
            }
            for room_id, wish in wishes.items()
        ]
        with self._store.writing() as connection:
            lock(connection)
            return self._add(connection, warrant, rows)

    def undo(self, warrant: Warrant, decision_ids: Iterable[int]) -> range:
        """Takes these decisions back; comes back with the new numbers. One of another workspace is left alone."""
        nothing = {"kind": UNDONE, "until": None, "whom": "", "asked_on": None, "note": ""}
        with self._store.writing() as connection:
            lock(connection)
            rooms = _rooms_of(connection, warrant.workspace, sorted(set(decision_ids)))
            undone = [{**nothing, "room_id": room, "undoes": number} for number, room in rooms.items()]
            return self._add(connection, warrant, undone)

    def _add(self, connection: Connection, warrant: Warrant, rows: Sequence[Mapping[str, object]]) -> range:
        # Under the lock, so that a larger number is always a later decision.
        last: int = connection.execute(text("SELECT coalesce(max(id), 0) FROM decisions")).scalar_one()
        who = {
            "workspace": warrant.workspace,
            "user_id": warrant.user_id,
            "username": clean(warrant.username)[:LONGEST_NAME],
            "at": self._store.clock().timestamp(),
        }
        numbers = range(last + 1, last + 1 + len(rows))
        if rows:
            connection.execute(_INSERT, [{**who, **row, "id": n} for n, row in zip(numbers, rows, strict=True)])
        return numbers

    def _remember(self, workspace: str, found: Worklist) -> Worklist:
        with self._lock:
            held = self._known.pop(workspace, None)
            # Two that read at once go on with one of the two.
            newest = held if held is not None and held.rows.equals(found.rows) else found
            self._known[workspace] = newest
            while len(self._known) > _WORKSPACES_IN_MEMORY:
                del self._known[next(iter(self._known))]
            return newest


def _told(connection: Connection, workspace: str, known: Worklist) -> Worklist:
    """What is known, with what was decided since; everything anew where the database is not the one that told it."""
    later = _rows(connection, workspace, known.newest)
    if not len(known.rows):
        return Worklist(later) if len(later) else known
    if not len(later) or not later.iloc[0].equals(known.rows.iloc[-1]):
        return Worklist(_rows(connection, workspace, 0))
    if len(later) == 1:
        return known
    return Worklist(pd.concat([known.rows, later.iloc[1:]], ignore_index=True))


def _rows(connection: Connection, workspace: str, since: int) -> pd.DataFrame:
    told = connection.execute(_SELECT, {"workspace": workspace, "since": since}).all()
    frame = pd.DataFrame([tuple(row) for row in told], columns=list(ROWS))
    at = pd.to_datetime([datetime.fromtimestamp(seconds, UTC) for seconds in frame["decided_at"]], utc=True)
    return frame.assign(decided_at=at.as_unit("us")).astype(ROWS)


def _rooms_of(connection: Connection, workspace: str, numbers: Sequence[int]) -> dict[int, str]:
    """The room of each of these decisions that is of the workspace, in their order."""
    asked = text("SELECT id, room_id FROM decisions WHERE workspace = :workspace AND id IN :numbers").bindparams(
        bindparam("numbers", expanding=True)
    )
    found: dict[int, str] = {}
    for first in range(0, len(numbers), _AT_A_TIME):
        some = {"workspace": workspace, "numbers": list(numbers[first : first + _AT_A_TIME])}
        found |= {row.id: row.room_id for row in connection.execute(asked, some)}
    return dict(sorted(found.items()))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _is_id(room_id: str) -> bool:
    return 0 < len(room_id) <= LONGEST_ID and room_id.isprintable()

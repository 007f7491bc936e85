"""The events of a workspace as they are kept: added and marked as removed, so that what two people do at once stays."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Connection, text

from engagement.errors import EventGone, InvalidInput
from engagement.numbers.events import Event, Events
from engagement.numbers.periods import Period
from engagement.storage.database import Store
from engagement.storage.migrations import lock

MOST_EVENTS = 1_000
# How long what was removed can be brought back.
REMOVED_KEPT = timedelta(days=90)

_ADD = text(
    "INSERT INTO events (id, workspace, first_day, last_day, name, not_comparable, uid, added_by, added_at) "
    "VALUES (:id, :workspace, :first_day, :last_day, :name, :not_comparable, :uid, :who, :at)"
)
_MARK = text("UPDATE events SET removed_by = :who, removed_at = :at WHERE workspace = :workspace AND id = :id")
_UNMARK = text("UPDATE events SET removed_by = NULL, removed_at = NULL WHERE workspace = :workspace AND id = :id")


@dataclass(frozen=True)
class EventBook:
    """The events of ``workspace``, the same for all who may see it. Every method raises StoreUnavailable when the
    database does not answer.
    """

    store: Store
    workspace: str

    def all(self) -> Events:
        """Every event that is not removed, the earliest first."""
        with self.store.reading() as connection:
            return self._all(connection)

    def add(self, events: Iterable[Event], who: str) -> Events:
        """Keeps those that are not there yet, and comes back with them; all of them, or none.

        One is there when another has its name and days, or its uid; where more of it has changed, it is replaced.
        Raises InvalidInput where that would be too many.
        """
        added = list[Event]()
        with self.store.writing() as connection:
            lock(connection)
            there = list(self._all(connection))
            for event in events:
                same = [one for one in there if _same(one, event)]
                if any(one.told == event.told for one in same):
                    continue
                for one in same:
                    self._mark(connection, one.id, who)
                    there.remove(one)
                kept = self._keep(connection, event, who)
                there.append(kept)
                added.append(kept)
            if added and len(there) > MOST_EVENTS:
                raise InvalidInput(f"A workspace has at most {MOST_EVENTS:,} events; remove some first.")
            self._drop_old(connection)
        return tuple(added)

    def change(self, event_id: str, event: Event, who: str) -> Event:
        """Keeps ``event`` in place of the one with this id. Raises EventGone where that is not there any more."""
        with self.store.writing() as connection:
            lock(connection)
            before = self._one(connection, event_id)
            self._mark(connection, event_id, who)
            return self._keep(connection, replace(event, uid=before.uid), who)

    def remove(self, event_id: str, who: str) -> Event:
        """Marks one as removed, and comes back with it. Raises EventGone where it is not there any more."""
        with self.store.writing() as connection:
            lock(connection)
            event = self._one(connection, event_id)
            self._mark(connection, event_id, who)
            return event

    def restore(self, event_id: str, who: str, *, without: str = "") -> Event:
        """Brings one back that was removed, ``without`` the one that took its place. Raises EventGone where it is not
        kept any more, or the other one was removed or changed meanwhile.
        """
        with self.store.writing() as connection:
            lock(connection)
            if without:
                self._one(connection, without)
                self._mark(connection, without, who)
            connection.execute(_UNMARK, {"workspace": self.workspace, "id": event_id})
            return self._one(connection, event_id)

    def _all(self, connection: Connection) -> Events:
        rows = connection.execute(
            text(
                "SELECT id, first_day, last_day, name, not_comparable, uid FROM events "
                "WHERE workspace = :workspace AND removed_at IS NULL ORDER BY first_day, last_day, name, id"
            ),
            {"workspace": self.workspace},
        )
        return tuple(_event(*row) for row in rows)

    def _one(self, connection: Connection, event_id: str) -> Event:
        found = [one for one in self._all(connection) if one.id == event_id]
        if not found:
            raise EventGone
        return found[0]

    def _keep(self, connection: Connection, event: Event, who: str) -> Event:
        kept = replace(event, id=secrets.token_hex(6))
        row = {
            "id": kept.id,
            "workspace": self.workspace,
            "first_day": str(kept.period.start),
            "last_day": str(kept.period.end),
            "name": kept.name,
            "not_comparable": kept.not_comparable,
            "uid": kept.uid,
            "who": who,
            "at": self.store.clock().timestamp(),
        }
        connection.execute(_ADD, row)
        return kept

    def _mark(self, connection: Connection, event_id: str, who: str) -> None:
        now = self.store.clock().timestamp()
        connection.execute(_MARK, {"workspace": self.workspace, "id": event_id, "who": who, "at": now})

    def _drop_old(self, connection: Connection) -> None:
        before = (self.store.clock() - REMOVED_KEPT).timestamp()
        connection.execute(text("DELETE FROM events WHERE removed_at < :before"), {"before": before})


def _same(one: Event, other: Event) -> bool:
    return (one.name, one.period) == (other.name, other.period) or (bool(one.uid) and one.uid == other.uid)


# Every click of every page asks for the same ones.
@lru_cache(maxsize=8 * MOST_EVENTS)
def _event(event_id: str, first_day: str, last_day: str, name: str, not_comparable: object, uid: str) -> Event:
    return Event(
        name, Period(date.fromisoformat(first_day), date.fromisoformat(last_day)), bool(not_comparable), uid, event_id
    )

"""The first view of a person, as it is kept: which rooms of a workspace are left out of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from engagement.errors import InvalidInput
from engagement.storage.database import Store
from engagement.storage.migrations import lock

MOST_ROOMS, LONGEST_ID = 200, 100
# The first view of somebody who has not kept one for so long goes when another is kept.
_KEPT_FOR = timedelta(days=730)


@dataclass(frozen=True)
class FirstView:
    """That of ``person`` in ``workspace``. Every method raises StoreUnavailable when the database does not answer."""

    store: Store
    workspace: str
    person: str

    def left_out(self) -> tuple[str, ...]:
        """The ids of the rooms left out, none where no first view is kept."""
        return tuple(json.loads(self._rooms() or "[]"))

    def is_kept(self) -> bool:
        """Whether there is one, also one that leaves out no room."""
        return self._rooms() is not None

    def _rooms(self) -> str | None:
        statement = text("SELECT rooms FROM first_views WHERE workspace = :workspace AND person = :person")
        with self.store.reading() as connection:
            found: str | None = connection.execute(statement, self._key).scalar_one_or_none()
        return found

    def keep(self, left_out: Iterable[str]) -> None:
        """Keeps it in place of the one before. Raises InvalidInput for what cannot be the ids of rooms."""
        rooms = sorted(left_out)
        if len(rooms) > MOST_ROOMS or any(len(room_id) > LONGEST_ID for room_id in rooms):
            raise InvalidInput(f"A first view leaves out at most {MOST_ROOMS} rooms.")
        now = self.store.clock()
        with self.store.writing() as connection:
            lock(connection)
            connection.execute(
                text("DELETE FROM first_views WHERE workspace = :workspace AND person = :person"), self._key
            )
            before = {"before": (now - _KEPT_FOR).timestamp()}
            connection.execute(text("DELETE FROM first_views WHERE kept_at < :before"), before)
            connection.execute(
                text(
                    "INSERT INTO first_views (workspace, person, rooms, kept_at) "
                    "VALUES (:workspace, :person, :rooms, :at)"
                ),
                self._key | {"rooms": json.dumps(rooms), "at": now.timestamp()},
            )

    @property
    def _key(self) -> dict[str, object]:
        return {"workspace": self.workspace, "person": self.person}

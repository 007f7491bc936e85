"""What was posted where, so that nothing is posted twice: a row is written before a message leaves, and its id after.

No name of a room and no text is kept: ids, days, who and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, text

from engagement.numbers.periods import Period
from engagement.storage.database import Store
from engagement.storage.migrations import lock

# A run that has not said within so long what became of its message has ended before it could.
CUT_OFF = timedelta(minutes=15)
KEPT = timedelta(days=800)
# So many messages whose fate nobody knows, and no more is tried unasked.
MOST_UNKNOWN = 2

_COLUMNS = "id, room_id, start_day, end_day, state, at, posted_by, message_id"
_OF_KEY = (
    "workspace = :workspace AND room_id = :room_id AND start_day = :start AND end_day = :end AND content = :content"
)


class State(StrEnum):
    """How far a message is: it may be on its way, it is there, or nothing tells whether it is."""

    POSTING = "posting"
    POSTED = "posted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Post:
    """A row: which period was posted into which room, when and by whom, and the id of the message."""

    number: int
    room_id: str
    period: Period
    state: State
    at: datetime
    who: str
    message_id: str


@dataclass(frozen=True)
class Key:
    """What is posted once: a room, a period, and what the message is about, as a text without meaning."""

    room_id: str
    period: Period
    content: str


@dataclass(frozen=True)
class Claim:
    """The turn to post, with the number of its row; 0 where there is none, because of ``before``.

    Where there is a turn, ``before`` is a message of the same whose fate is not known.
    """

    number: int
    before: Post | None


@dataclass(frozen=True)
class PostLog:
    """The messages of ``workspace``. Every method raises StoreUnavailable when the database does not answer."""

    store: Store
    workspace: str

    def claim(self, key: Key, who: str, *, again: bool = False) -> Claim:
        """The turn to post this now, for one of all who ask at once.

        There is none where it is there or on its way, and after MOST_UNKNOWN whose fate nobody knows; ``again`` posts
        what is there once more.
        """
        with self.store.writing() as connection:
            lock(connection)
            self._settle(connection)
            rows = self._rows(connection, f"{_OF_KEY} ORDER BY id", self._of(key))
            on_the_way = [one for one in rows if one.state is State.POSTING]
            there = [one for one in rows if one.state is State.POSTED]
            unknown = [one for one in rows if one.state is State.UNKNOWN]
            held = on_the_way or ([] if again else there or (unknown if len(unknown) >= MOST_UNKNOWN else []))
            if held:
                return Claim(0, held[-1])
            last: int = connection.execute(text("SELECT coalesce(max(id), 0) FROM posts")).scalar_one()
            connection.execute(
                text(
                    "INSERT INTO posts (id, workspace, room_id, start_day, end_day, content, state, at, posted_by, "
                    "message_id, news) VALUES (:id, :workspace, :room_id, :start, :end, :content, :state, :at, :who, "
                    "'', '')"
                ),
                {**self._of(key), "id": last + 1, "state": State.POSTING, "at": self._now(), "who": who},
            )
            connection.execute(
                text("DELETE FROM posts WHERE at < :before"), {"before": self._now() - KEPT.total_seconds()}
            )
            return Claim(last + 1, unknown[-1] if unknown and not there else None)

    def posted(self, number: int, message_id: str, news: Iterable[str] = ()) -> None:
        """The message is there, and has told this ``news``: words without spaces, joined as the log sees fit."""
        self._note(number, State.POSTED, message_id, " ".join(sorted(news)))

    def unknown(self, number: int) -> None:
        """Nothing tells whether the message is there."""
        self._note(number, State.UNKNOWN, "", "")

    def refused(self, number: int) -> None:
        """The message was not taken, so that its turn is over."""
        with self.store.writing() as connection:
            connection.execute(text("DELETE FROM posts WHERE id = :id"), {"id": number})

    def there(self, key: Key) -> Post | None:
        """The newest message of this that is there or may be; None where there is none."""
        with self.store.reading() as connection:
            rows = self._rows(connection, f"{_OF_KEY} ORDER BY id", self._of(key))
        return rows[-1] if rows else None

    def told(self, room_id: str, since: datetime) -> frozenset[str]:
        """The news that messages in a room have told since then."""
        with self.store.reading() as connection:
            found = connection.execute(
                text(
                    "SELECT news FROM posts WHERE workspace = :workspace AND room_id = :room_id AND at >= :since "
                    "AND state = :state"
                ),
                {"workspace": self.workspace, "room_id": room_id, "since": since.timestamp(), "state": State.POSTED},
            ).scalars()
            return frozenset(word for news in found for word in news.split())

    def cut_off(self) -> Sequence[Post]:
        """The messages of runs that ended before they could say what became of them; each is told once."""
        with self.store.writing() as connection:
            lock(connection)
            return self._settle(connection)

    def _settle(self, connection: Connection) -> Sequence[Post]:
        late = {"workspace": self.workspace, "state": State.POSTING, "late": self._now() - CUT_OFF.total_seconds()}
        condition = "workspace = :workspace AND state = :state AND at < :late"
        rows = self._rows(connection, condition, late)
        if rows:
            connection.execute(text(f"UPDATE posts SET state = 'unknown' WHERE {condition}"), late)  # noqa: S608
        return rows

    def _note(self, number: int, state: State, message_id: str, news: str) -> None:
        with self.store.writing() as connection:
            connection.execute(
                text("UPDATE posts SET state = :state, message_id = :message, news = :news WHERE id = :id"),
                {"id": number, "state": state, "message": message_id, "news": news},
            )

    def _of(self, key: Key) -> dict[str, object]:
        return {
            "workspace": self.workspace,
            "room_id": key.room_id,
            "start": str(key.period.start),
            "end": str(key.period.end),
            "content": key.content,
        }

    def _rows(self, connection: Connection, condition: str, values: dict[str, object]) -> list[Post]:
        # The conditions are those above.
        found = connection.execute(text(f"SELECT {_COLUMNS} FROM posts WHERE {condition}"), values)  # noqa: S608
        return [_post(*row) for row in found]

    def _now(self) -> float:
        return self.store.clock().timestamp()


def _post(number: int, room_id: str, start: str, end: str, state: str, at: float, who: str, message_id: str) -> Post:
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    return Post(number, room_id, period, State(state), datetime.fromtimestamp(at, UTC), who, message_id)

"""Reports that somebody wants in a room every week: rows that one run of all that begin at once takes, and ends noted.

No name of a room is kept: what is told of a view are types, ids and numbers.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from engagement.errors import InvalidInput, SubscriptionGone
from engagement.storage.database import Store
from engagement.storage.migrations import lock

MOST_OF_ONE, MOST_OF_ALL = 20, 500
# A run that has not said within so long how it went has ended before it could, and one that failed is tried again after
# as long, within a day.
CUT_OFF, TRIED_FOR = timedelta(minutes=20), timedelta(days=1)
# No two clocks differ by more, unless one of them is wrong.
AHEAD = timedelta(days=1)
ENDED_KEPT = timedelta(days=30)
WEEK = timedelta(days=7)
LONG_AGO = datetime.fromtimestamp(0, UTC)

_COLUMNS = "id, owner_id, owner, room_id, wish, weekday, hour, zone, created_at, slot, state, at, result"


class Went(StrEnum):
    """How the last run went."""

    NEVER = "never"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True)
class Wish:
    """Which view is wanted: a preset ``period`` and what it is compared with, room types, rooms left out by id; with
    ``mask``, without names wherever it goes.
    """

    period: str
    against: str
    types: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    archived: bool = False
    mask: bool = False
    top: int = 10
    title: str = ""
    if_news: bool = False
    thread: bool = False


@dataclass(frozen=True)
class Hour:
    """A full hour of a weekday (0 is Monday) in a zone."""

    weekday: int
    hour: int
    zone: str

    def last(self, now: datetime) -> datetime:
        """The latest such hour that is not after ``now``."""
        there = now.astimezone(ZoneInfo(self.zone))
        day = there.replace(hour=self.hour, minute=0, second=0, microsecond=0, fold=0)
        day -= timedelta(days=(there.weekday() - self.weekday) % 7)
        # In UTC, as the difference of two times of one zone does not know of its clock changes.
        return day.astimezone(UTC) if day.astimezone(UTC) <= now else (day - WEEK).astimezone(UTC)

    def next(self, now: datetime) -> datetime:
        """The first such hour after ``now``."""
        # An hour that a clock change left out was later there, and is itself again a week on.
        there = self.last(now).astimezone(ZoneInfo(self.zone)).replace(hour=self.hour, minute=0, fold=0) + WEEK
        return there.astimezone(UTC)


@dataclass(frozen=True)
class Subscription:
    """A view that ``owner`` wants in a room at an hour of every week. Of the ``slot`` that was run last: when that was,
    and how it went.
    """

    owner_id: str
    owner: str
    room_id: str
    wish: Wish
    hour: Hour
    id: str = ""
    created_at: datetime = LONG_AGO
    slot: datetime = LONG_AGO
    went: Went = Went.NEVER
    at: datetime = LONG_AGO
    result: str = ""

    def due(self, now: datetime) -> bool:
        """Whether it is to be run: its hour has come, or it was cut off or failed a while ago."""
        if self.went is Went.ENDED:
            return False
        hour = self.hour.last(now)
        # Run on a clock that was far ahead, it would else wait until that hour comes.
        if hour > self.slot or self.slot - now > AHEAD:
            return True
        late = now - self.at > CUT_OFF and now - hour < TRIED_FOR
        return self.went in {Went.RUNNING, Went.FAILED} and late


@dataclass(frozen=True)
class Subscriptions:
    """The subscriptions of ``workspace``. Every method raises StoreUnavailable when the database does not answer."""

    store: Store
    workspace: str

    def all(self) -> Sequence[Subscription]:
        """Every subscription, the oldest first; those that ended lately among them."""
        with self.store.reading() as connection:
            return self._rows(connection)

    def of(self, owner_id: str) -> Sequence[Subscription]:
        """Those of one person."""
        return [one for one in self.all() if one.owner_id == owner_id]

    def add(self, wanted: Subscription) -> Subscription:
        """Keeps one, first run at its next hour. Raises InvalidInput where it is there already, or one too many."""
        now = self.store.clock()
        with self.store.writing() as connection:
            lock(connection)
            self._drop_old(connection)
            there = [one for one in self._rows(connection) if one.went is not Went.ENDED]
            same = (wanted.owner_id, wanted.room_id, wanted.wish, wanted.hour)
            if any((one.owner_id, one.room_id, one.wish, one.hour) == same for one in there):
                raise InvalidInput("You have subscribed to exactly this already.")
            if len(there) >= MOST_OF_ALL:
                raise InvalidInput(f"There are at most {MOST_OF_ALL} subscriptions in all; somebody must stop one.")
            if sum(one.owner_id == wanted.owner_id for one in there) >= MOST_OF_ONE:
                raise InvalidInput(f"There are at most {MOST_OF_ONE} subscriptions of one person; stop some first.")
            slot = wanted.hour.last(now)
            kept = replace(wanted, id=secrets.token_hex(6), created_at=now, at=now, slot=slot)
            row = {
                "id": kept.id,
                "workspace": self.workspace,
                "owner_id": kept.owner_id,
                "owner": kept.owner,
                "room_id": kept.room_id,
                "wish": json.dumps(asdict(kept.wish)),
                **asdict(kept.hour),
                "at": now.timestamp(),
                "slot": kept.slot.timestamp(),
                "state": Went.NEVER,
            }
            connection.execute(
                text(
                    f"INSERT INTO subscriptions (workspace, {_COLUMNS}) VALUES (:workspace, :id, :owner_id, :owner, "  # noqa: S608
                    ":room_id, :wish, :weekday, :hour, :zone, :at, :slot, :state, :at, '')"
                ),
                row,
            )
            return kept

    def stop(self, subscription_id: str, owner_id: str) -> None:
        """Forgets one of this owner. Raises SubscriptionGone where it is not there any more."""
        with self.store.writing() as connection:
            gone = connection.execute(
                text("DELETE FROM subscriptions WHERE workspace = :workspace AND id = :id AND owner_id = :owner_id"),
                {"workspace": self.workspace, "id": subscription_id, "owner_id": owner_id},
            )
            if not gone.rowcount:
                raise SubscriptionGone

    def take(self) -> Subscription | None:
        """One whose hour has come, for this run alone, or that was cut off or failed a while ago; None without any."""
        now = self.store.clock()
        with self.store.writing() as connection:
            lock(connection)
            for one in self._rows(connection):
                if one.due(now):
                    self._note(connection, one.id, Went.RUNNING, "", one.hour.last(now).timestamp())
                    return one
        return None

    def ran(self, subscription_id: str, went: Went, result: str) -> None:
        """How the run of one went that was taken; one that is ended is run no more."""
        with self.store.writing() as connection:
            self._note(connection, subscription_id, went, result)

    def _note(
        self, connection: Connection, subscription_id: str, went: Went, result: str, slot: float | None = None
    ) -> None:
        connection.execute(
            text(
                "UPDATE subscriptions SET state = :state, at = :at, result = :result, slot = coalesce(:slot, slot) "
                "WHERE workspace = :workspace AND id = :id"
            ),
            {
                "workspace": self.workspace,
                "id": subscription_id,
                "state": went,
                "at": self.store.clock().timestamp(),
                "result": result,
                "slot": slot,
            },
        )

    def _rows(self, connection: Connection) -> list[Subscription]:
        return _rows(connection, "workspace = :workspace", {"workspace": self.workspace})

    def _drop_old(self, connection: Connection) -> None:
        connection.execute(
            text("DELETE FROM subscriptions WHERE state = 'ended' AND at < :before"),
            {"before": (self.store.clock() - ENDED_KEPT).timestamp()},
        )


def any_due(store: Store) -> bool:
    """Whether one of any workspace is to be run now. Raises StoreUnavailable."""
    now = store.clock()
    with store.reading() as connection:
        return any(one.due(now) for one in _rows(connection, "state <> 'ended'", {}))


def _rows(connection: Connection, condition: str, values: Mapping[str, str]) -> list[Subscription]:
    # The conditions are those of this module.
    asked = f"SELECT {_COLUMNS} FROM subscriptions WHERE {condition} ORDER BY created_at, id"  # noqa: S608
    return [_subscription(**row) for row in connection.execute(text(asked), values).mappings()]


def _subscription(
    *, wish: str, weekday: int, hour: int, zone: str, created_at: float, slot: float, state: str, at: float, **row: Any
) -> Subscription:
    told = json.loads(wish)
    return Subscription(
        wish=Wish(**{**told, "types": tuple(told["types"]), "left_out": tuple(told["left_out"])}),
        hour=Hour(weekday, hour, zone),
        created_at=datetime.fromtimestamp(created_at, UTC),
        slot=datetime.fromtimestamp(slot, UTC),
        went=Went(state),
        at=datetime.fromtimestamp(at, UTC),
        **row,
    )

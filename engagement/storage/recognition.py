"""Which workspace answers at an address, as several may in the course of time: by its own id, else by its oldest rooms.

A room's random id with the instant of its creation is nowhere else but in copies of the same database. What is kept
for a workspace has the name that it was given when it was first seen.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from engagement.storage.migrations import lock
from engagement.storage.positions import load

# When each of the oldest rooms was created, by its id.
Rooms = Mapping[str, str]

# The one room id that is no random one.
_EVERYWHERE = "GENERAL"


@dataclass(frozen=True)
class _Known:
    """A workspace that was seen at an address; ``dated`` is False where only ids of ``rooms`` were kept."""

    name: str
    own_id: str | None
    rooms: Rooms
    dated: bool = True

    def is_that_with(self, rooms: Rooms) -> bool:
        """Whether ``rooms`` are of this workspace: at least half as many in common as the shorter list has, since any
        of the oldest may have been deleted.
        """
        if not self.dated:
            return any(room != _EVERYWHERE for room in rooms.keys() & self.rooms.keys())
        return 2 * len(rooms.items() & self.rooms.items()) >= min(len(rooms), len(self.rooms))


def name_by_id(connection: Connection, address: str, own_id: str) -> str | None:
    """What the workspace with this id is kept as; None where it may be one that had no id before."""
    name, known = f"{address} {own_id}", _known(connection, address)
    for one in known:
        if one.own_id == own_id:
            return one.name
    return name if _scopes(connection, name) or all(one.own_id for one in known) else None


def name_by_rooms(
    connection: Connection, address: str, own_id: str | None, rooms: Rooms, *, id_told: bool
) -> str | None:
    """What the workspace with these oldest ``rooms`` is kept as from now on; None where it may be either of two.

    One that was seen with an id is not one that says (``id_told``) that it has none: a copy for tests has none.
    """
    lock(connection)
    may_be = [one for one in _known(connection, address) if not id_told or one.own_id in (None, own_id)]
    found = [one for one in may_be if one.is_that_with(rooms)]
    if len(found) > 1 and own_id is None:
        return None
    now = _Known(f"{address} {own_id or secrets.token_hex(16)}", own_id, rooms)
    if len(found) == 1:
        then = found[0]
        now = _Known(then.name, own_id or then.own_id, {**(then.rooms if then.dated else {}), **rooms})
    connection.execute(text("DELETE FROM workspaces WHERE name = :name"), {"name": now.name})
    connection.execute(
        text("INSERT INTO workspaces (name, address, own_id, rooms) VALUES (:name, :address, :own_id, :rooms)"),
        {"name": now.name, "address": address, "own_id": now.own_id, "rooms": json.dumps(dict(now.rooms))},
    )
    return now.name


def _known(connection: Connection, address: str) -> list[_Known]:
    """The workspaces that may have been seen at an address without an id, and those seen with one since."""
    rows = connection.execute(
        text("SELECT name, own_id, rooms FROM workspaces WHERE address = :address"), {"address": address}
    )
    known = [_Known(row.name, row.own_id, json.loads(row.rooms)) for row in rows]
    # Earlier releases kept all that had no id under the address alone.
    if address not in {one.name for one in known}:
        ids = {room for scope in _scopes(connection, address) for room in load(connection, *scope).ids}
        if ids:
            known.append(_Known(address, None, dict.fromkeys(ids, ""), dated=False))
    return known


def _scopes(connection: Connection, name: str) -> list[tuple[int, int]]:
    found = connection.execute(text("SELECT id, revision FROM scopes WHERE workspace = :name"), {"name": name})
    return [(row.id, row.revision) for row in found]

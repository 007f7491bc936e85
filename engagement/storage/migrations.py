"""The tables, as ordered steps. A step that has been released never changes; a change is a step of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, text

from engagement.errors import NewerStore

# Any constant that every copy shares and nothing else in the database uses.
LOCK = 0x656E67616765

_TYPES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sqlite": {"BYTES": "BLOB", "REAL": "REAL", "FLAG": "INTEGER"},
        "postgresql": {"BYTES": "BYTEA", "REAL": "DOUBLE PRECISION", "FLAG": "BOOLEAN"},
    }
)

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "sessions",
        (
            "CREATE TABLE sessions (id_hash {BYTES} PRIMARY KEY, workspace TEXT NOT NULL, user_id TEXT NOT NULL, "
            "sealed {BYTES} NOT NULL, expires_at {REAL} NOT NULL)",
            "CREATE INDEX sessions_of_user ON sessions (workspace, user_id)",
            "CREATE INDEX sessions_by_end ON sessions (expires_at)",
            "CREATE TABLE tickets (ticket_hash {BYTES} PRIMARY KEY, "
            "id_hash {BYTES} NOT NULL REFERENCES sessions (id_hash) ON DELETE CASCADE, "
            "sealed {BYTES} NOT NULL, expires_at {REAL} NOT NULL)",
            "CREATE INDEX tickets_of_session ON tickets (id_hash)",
        ),
    ),
    (
        "archive",
        (
            "CREATE TABLE scopes (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, rights TEXT NOT NULL, "
            "revision INTEGER NOT NULL, UNIQUE (workspace, rights))",
            "CREATE TABLE rooms (scope_id INTEGER NOT NULL REFERENCES scopes (id), first INTEGER NOT NULL, "
            "revision INTEGER NOT NULL, block {BYTES} NOT NULL, PRIMARY KEY (scope_id, first))",
            "CREATE TABLE windows (scope_id INTEGER NOT NULL REFERENCES scopes (id), start_day TEXT NOT NULL, "
            "end_day TEXT NOT NULL, read_at {REAL} NOT NULL, zone TEXT NOT NULL, rule INTEGER NOT NULL, "
            "announced INTEGER NOT NULL, received INTEGER NOT NULL, complete {FLAG} NOT NULL, notes TEXT NOT NULL, "
            "block {BYTES} NOT NULL, PRIMARY KEY (scope_id, start_day, end_day))",
            "CREATE TABLE checks (workspace TEXT NOT NULL, release TEXT NOT NULL, checked_at {REAL} NOT NULL, "
            "sound {FLAG} NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (workspace, release))",
        ),
    ),
    (
        "workspaces",
        (
            "CREATE TABLE workspaces (name TEXT PRIMARY KEY, address TEXT NOT NULL, own_id TEXT, rooms TEXT NOT NULL)",
            "CREATE INDEX workspaces_at ON workspaces (address)",
        ),
    ),
    (
        "totals",
        (
            "CREATE TABLE totals (workspace TEXT PRIMARY KEY, release TEXT NOT NULL, read_at {REAL} NOT NULL, "
            "whole_at {REAL} NOT NULL, block {BYTES} NOT NULL)",
        ),
    ),
    (
        "bars",
        (
            "CREATE TABLE bars (scope_id INTEGER PRIMARY KEY REFERENCES scopes (id), rule TEXT NOT NULL, "
            "found_at {REAL} NOT NULL, weeks TEXT NOT NULL, bar TEXT NOT NULL)",
        ),
    ),
    (
        "events",
        (
            "CREATE TABLE events (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, first_day TEXT NOT NULL, "
            "last_day TEXT NOT NULL, name TEXT NOT NULL, not_comparable {FLAG} NOT NULL, uid TEXT NOT NULL, "
            "added_by TEXT NOT NULL, added_at {REAL} NOT NULL, removed_by TEXT, removed_at {REAL})",
            "CREATE INDEX events_of_workspace ON events (workspace)",
        ),
    ),
    (
        "decisions",
        (
            "CREATE TABLE decisions (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, room_id TEXT NOT NULL, "
            "user_id TEXT NOT NULL, username TEXT NOT NULL, decided_at {REAL} NOT NULL, kind TEXT NOT NULL, "
            "until_day TEXT, whom TEXT NOT NULL, asked_day TEXT, note TEXT NOT NULL, undoes INTEGER)",
            "CREATE INDEX decisions_of_workspace ON decisions (workspace, id)",
        ),
    ),
    (
        "first views",
        (
            "CREATE TABLE first_views (workspace TEXT NOT NULL, person TEXT NOT NULL, rooms TEXT NOT NULL, "
            "kept_at {REAL} NOT NULL, PRIMARY KEY (workspace, person))",
        ),
    ),
    (
        "posts",
        (
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, room_id TEXT NOT NULL, "
            "start_day TEXT NOT NULL, end_day TEXT NOT NULL, content TEXT NOT NULL, state TEXT NOT NULL, "
            "at {REAL} NOT NULL, posted_by TEXT NOT NULL, message_id TEXT NOT NULL, news TEXT NOT NULL)",
            "CREATE INDEX posts_of_room ON posts (workspace, room_id, start_day)",
        ),
    ),
    (
        "subscriptions",
        (
            "CREATE TABLE subscriptions (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, owner_id TEXT NOT NULL, "
            "owner TEXT NOT NULL, room_id TEXT NOT NULL, wish TEXT NOT NULL, weekday INTEGER NOT NULL, "
            "hour INTEGER NOT NULL, zone TEXT NOT NULL, created_at {REAL} NOT NULL, slot {REAL} NOT NULL, "
            "state TEXT NOT NULL, at {REAL} NOT NULL, result TEXT NOT NULL)",
            "CREATE INDEX subscriptions_of_workspace ON subscriptions (workspace)",
        ),
    ),
    (
        "counters",
        (
            "CREATE TABLE counters (scope_id INTEGER NOT NULL REFERENCES scopes (id), read_at {REAL} NOT NULL, "
            "block {BYTES} NOT NULL, fallen {BYTES} NOT NULL, PRIMARY KEY (scope_id, read_at))",
        ),
    ),
    (
        "statistics",
        ("CREATE TABLE statistics (workspace TEXT PRIMARY KEY, total INTEGER NOT NULL, block {BYTES} NOT NULL)",),
    ),
)


def lock(connection: Connection) -> None:
    """Make other writers of this database wait until this transaction ends.

    SQLite has one writer at a time anyway, from the start of its transaction.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def refuse_newer(connection: Connection) -> set[str]:
    """The steps that the database has taken. Raises NewerStore when one of them is unknown here."""
    taken = set(connection.exec_driver_sql("SELECT name FROM migrations").scalars())
    if not taken <= {name for name, _ in STEPS}:
        raise NewerStore
    return taken


def migrate(connection: Connection, now: datetime) -> list[str]:
    """Take the steps that the database has not taken yet, under a lock; returns their names. Raises NewerStore."""
    lock(connection)
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, taken_at TEXT NOT NULL)")
    taken = refuse_newer(connection)
    types = _TYPES[connection.dialect.name]
    fresh = [(name, statements) for name, statements in STEPS if name not in taken]
    for name, statements in fresh:
        for statement in statements:
            connection.exec_driver_sql(statement.format_map(types))
        connection.execute(
            text("INSERT INTO migrations (name, taken_at) VALUES (:name, :at)"), {"name": name, "at": now.isoformat()}
        )
    return [name for name, _ in fresh]

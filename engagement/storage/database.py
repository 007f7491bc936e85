"""The database of sessions and archive: SQLite in the user's data folder, or PostgreSQL by its address."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engagement.errors import InvalidSettings, StoreUnavailable
from engagement.storage.migrations import migrate, refuse_newer

Clock = Callable[[], datetime]
_Identity = tuple[int, ...]

_log = logging.getLogger(__name__)

BUSY_MILLISECONDS = 10_000
# A database that ends with the process.
IN_MEMORY = "sqlite://"
# These tell of a mistake of ours, not of a database that does not answer.
_OUR_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


def utc_now() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(UTC)


def data_folder() -> Path:
    """The user's data folder of this project, which may not exist yet. Raises StoreUnavailable without a home."""
    try:
        return Path(user_data_dir("channel-engagement", appauthor=False))
    except RuntimeError as exc:
        raise StoreUnavailable from exc


class Store:
    """One database for all threads of a process; connects and brings its tables up to date at the first use.

    ``url`` names a PostgreSQL database or a SQLite file; without it the file is in ``folder``, by default the
    user's data folder. Raises InvalidSettings for an address that cannot be used, StoreUnavailable when the
    database does not answer, NewerStore when a newer release has changed its tables, even while this one ran.
    """

    def __init__(self, url: str | None = None, *, folder: Path | None = None, clock: Clock = utc_now) -> None:
        self.clock = clock
        self._folder = None if url else folder or data_folder()
        self._engine = _engine(url or f"sqlite:///{self._folder}/engagement.sqlite3")
        # PostgreSQL's usual level lets every statement of a transaction see a newer state.
        steady = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        self._reader = self._engine.execution_options(**steady)
        self._ready: _Identity | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Store({self._engine.url.render_as_string(hide_password=True)!r})"

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database until it is given back. Raises StoreUnavailable."""
        with _translated():
            self._prepare()
            with self._reader.begin() as connection:
                self._look(connection)
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, kept whole or not at all. Raises StoreUnavailable."""
        with _translated():
            ready = self._prepare()
            with _write(self._engine) as connection:
                self._look(connection)
                yield connection
            if self._identity() != ready:
                raise FileNotFoundError("the file was removed while it was written to")

    def ping(self) -> None:
        """Returns when the database answers and its tables are there. Raises StoreUnavailable."""
        with self.reading():
            pass

    def close(self) -> None:
        """Close the connections that are not in use; the next use opens new ones."""
        self._engine.dispose()

    def _prepare(self) -> _Identity:
        """Sees to it that the database is there, which may have been deleted meanwhile; its identity comes back."""
        with self._lock:
            if self._ready is not None and self._ready == self._identity():
                return self._ready
            if self._ready is not None:
                # Connections to a file that has no name any more would go on writing into it.
                self._engine.dispose()
            if self._folder is not None:
                private_folder(self._folder)
            if self._file is not None:
                _private_file(self._file)
                _write_ahead(self._engine)
            with _write(self._engine) as connection:
                migrate(connection, self.clock())
            self._ready = self._identity()
            return self._ready

    @property
    def _file(self) -> Path | None:
        """The file of a SQLite database; None for any other one, and in memory."""
        return Path(self._engine.url.database) if self.dialect == "sqlite" and self._engine.url.database else None

    def _identity(self) -> _Identity:
        """What tells a file from another one of the same name; of other databases, nothing."""
        try:
            found = os.stat(self._file) if self._file else None
        except FileNotFoundError:
            return (0, 0)
        return (found.st_dev, found.st_ino) if found else ()

    def _look(self, connection: Connection) -> None:
        """Refuses tables that a newer release has changed, and makes those that are gone anew at the next use."""
        try:
            refuse_newer(connection)
        except DBAPIError as exc:
            self._ready = None
            raise StoreUnavailable from exc


@contextmanager
def _write(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(engagement_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _OUR_MISTAKES:
        raise
    except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as exc:
        _log.warning("The database does not answer: %s", getattr(exc, "orig", exc))
        raise StoreUnavailable from exc


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.drivername in {"postgres", "postgresql"}:
            address = address.set(drivername="postgresql+psycopg")
        sqlite = address.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"timeout": BUSY_MILLISECONDS / 1000} if sqlite else {"connect_timeout": 5}
        pool: dict[str, Any] = {"pool_timeout": 10}
        if sqlite and not address.database:
            # One connection is the whole database; whoever wants it waits for its turn.
            options["check_same_thread"] = False
            pool |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        # Parameters hold session ids and sealed tokens, so no error may repeat them.
        engine = create_engine(address, hide_parameters=True, pool_pre_ping=not sqlite, connect_args=options, **pool)
    except (ArgumentError, ValueError) as exc:
        raise InvalidSettings(["[archive] url is not the address of a database."]) from exc
    if sqlite:
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
    return engine


def _sqlite_connected(connection: Any, _record: object) -> None:
    # Python's driver opens transactions only before some statements; with None, _sqlite_begins opens all of them.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_MILLISECONDS}", "foreign_keys = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    # A transaction that reads first and writes later would be refused at once when another process wrote in between.
    writes = connection.get_execution_options().get("engagement_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(engine: Engine) -> None:
    """Let readers go on while one process writes. The file remembers it."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    finally:
        raw.close()


def private_folder(path: Path) -> None:
    """Make the folder where it is missing, and keep it to its owner."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)


def _private_file(path: Path) -> None:
    """Keep the file to its owner; SQLite gives the files beside it the same rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)

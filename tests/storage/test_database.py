"""The database: its tables come by themselves, transactions are whole, and a dead one says so."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engagement.errors import InvalidSettings, NewerStore, StoreUnavailable
from engagement.storage import migrations
from engagement.storage.database import IN_MEMORY, Store, data_folder
from tests.support.faults import EXACT, REFUSED, SAID, WAITED, fault
from tests.support.processes import together

pytestmark = fault(kind="Surroundings of commands", at="database", seen="archive")

TABLES = {
    *("migrations", "sessions", "tickets", "scopes", "rooms", "windows", "checks", "workspaces", "totals", "bars"),
    *("events", "decisions", "first_views", "counters", "statistics", "posts", "subscriptions"),
}


def tables(store: Store) -> set[str]:
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    with store.reading() as connection:
        return set(connection.exec_driver_sql(names[store.dialect]).scalars())


def test_a_new_database_gets_its_tables_and_a_record_of_each_step(store: Store) -> None:
    assert tables(store) == TABLES
    with store.reading() as connection:
        steps = connection.exec_driver_sql("SELECT name, taken_at FROM migrations ORDER BY name").all()
    assert [tuple(step) for step in steps] == [
        ("archive", "2026-11-20T12:00:00+00:00"),
        ("bars", "2026-11-20T12:00:00+00:00"),
        ("counters", "2026-11-20T12:00:00+00:00"),
        ("decisions", "2026-11-20T12:00:00+00:00"),
        ("events", "2026-11-20T12:00:00+00:00"),
        ("first views", "2026-11-20T12:00:00+00:00"),
        ("posts", "2026-11-20T12:00:00+00:00"),
        ("sessions", "2026-11-20T12:00:00+00:00"),
        ("statistics", "2026-11-20T12:00:00+00:00"),
        ("subscriptions", "2026-11-20T12:00:00+00:00"),
        ("totals", "2026-11-20T12:00:00+00:00"),
        ("workspaces", "2026-11-20T12:00:00+00:00"),
    ]


def test_a_database_of_an_older_version_gets_only_the_steps_it_lacks(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", migrations.STEPS[:1])
        older = Store(store_url)
        assert tables(older) == {"migrations", "sessions", "tickets"}
        with older.writing() as connection:
            connection.exec_driver_sql("INSERT INTO sessions VALUES ('a', 'w', 'u', 's', 1)")
        older.close()
    newer = Store(store_url)
    assert tables(newer) == TABLES
    with newer.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one() == 1
    newer.close()


@fault("a step of the database fails", REFUSED, "nothing of it is left")
def test_a_step_that_fails_leaves_nothing_behind(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*migrations.STEPS, ("broken", ("CREATE TABLE half (id INTEGER)", "CREATE NONSENSE")))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", broken)
        failing = Store(store_url)
        with pytest.raises((ProgrammingError, StoreUnavailable)):
            failing.ping()
        failing.close()
    whole = Store(store_url)
    assert tables(whole) == TABLES
    whole.close()


OPENER = """
import sys
from engagement.storage.database import Store

def work():
    Store(sys.argv[1]).ping()
"""


@fault("four processes make the database together", EXACT)
def test_processes_that_open_a_new_database_together_all_succeed(store_url: str, store: Store) -> None:
    assert together(OPENER, store_url) == ["", "", "", ""]
    assert tables(store) == TABLES


def test_threads_that_open_a_new_database_together_all_succeed(store: Store) -> None:
    failures: list[Exception] = []

    def opens() -> None:
        try:
            store.ping()
        except Exception as exc:
            failures.append(exc)

    threads = [threading.Thread(target=opens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    assert tables(store) == TABLES


@fault("a write that fails halfway", REFUSED, "nothing is changed")
def test_a_transaction_that_fails_changes_nothing(store: Store) -> None:
    def fails_midway() -> None:
        with store.writing() as connection:
            connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_midway()
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one() == 0


def test_a_reader_sees_one_state_while_others_write(store: Store, store_url: str) -> None:
    other = Store(store_url)
    with store.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one()
        with other.writing() as writer:
            writer.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
        assert connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one() == before == 0
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one() == 1
    other.close()


def test_a_writer_waits_for_another_and_sees_what_it_wrote(store: Store) -> None:
    started, seen = threading.Event(), []

    def second() -> None:
        started.set()
        with store.writing() as connection:
            migrations.lock(connection)
            seen.append(connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one())

    with store.writing() as connection:
        migrations.lock(connection)
        thread = threading.Thread(target=second)
        thread.start()
        started.wait(10)
        connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
        assert seen == []
    thread.join(timeout=30)
    assert seen == [1]


def test_the_file_and_its_folder_belong_to_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "channel-engagement"
    store = Store(folder=folder)
    with store.writing() as connection:
        connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert files["engagement.sqlite3"] == 0o600
    assert set(files.values()) == {0o600}, "the files that SQLite puts beside it too"
    store.close()


def test_a_sqlite_store_writes_ahead_and_minds_foreign_keys(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    with store.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 10_000}
    store.close()


def test_the_store_is_in_the_users_data_folder_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "channel-engagement"
    store = Store()
    assert not data_folder().exists(), "nothing is touched before the first use"
    store.ping()
    assert (data_folder() / "engagement.sqlite3").exists()
    store.close()


@fault("no database, a text in its place, a missing folder", SAID, "without its password")
def test_a_database_that_does_not_answer_is_store_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite3").write_text("this is no database, and it is long enough to be seen as none. " * 20)
    (tmp_path / "file").write_text("")
    for dead in (
        Store("postgresql://ada:sesame@127.0.0.1:9/engagement"),
        Store(f"sqlite:///{tmp_path}/absent/engagement.sqlite3"),
        Store(f"sqlite:///{tmp_path}/text.sqlite3"),
        Store(folder=tmp_path / "file"),
    ):
        with pytest.raises(StoreUnavailable) as caught:
            dead.ping()
        assert caught.value.__cause__ is not None
        assert "sesame" not in f"{dead!r} {caught.value} {caught.value.__cause__}"
        dead.close()


@fault("a database that was away", EXACT, "used as soon as it is there")
def test_a_store_that_was_away_answers_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/later/engagement.sqlite3")
    with pytest.raises(StoreUnavailable):
        store.ping()
    (tmp_path / "later").mkdir()
    store.ping()
    store.close()


@fault("PostgreSQL closes the connection", WAITED, "another one is opened")
def test_connections_that_the_server_closed_are_replaced(postgres: str) -> None:
    store = Store(postgres)
    with store.reading() as connection:
        own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = Store(postgres)
    with other.writing() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
    store.ping()
    store.close()
    other.close()


def test_an_address_that_is_none_is_a_fault_of_the_settings() -> None:
    with pytest.raises(InvalidSettings, match=r"\[archive\] url") as caught:
        Store("sesame at somewhere")
    assert "sesame" not in str(caught.value)


@fault("a newer release has changed the database meanwhile", SAID, "nothing is written")
def test_a_database_of_a_newer_release_is_refused_even_when_it_became_so_meanwhile(
    store: Store, store_url: str
) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO migrations VALUES ('a step to come', '2030-01-01')")
    with pytest.raises(NewerStore, match="newer release"), store.writing() as connection:
        connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
    other = Store(store_url)
    for use in (store.ping, other.ping):
        with pytest.raises(NewerStore):
            use()
    other.close()


def _remove(folder: Path) -> None:
    for path in folder.glob("engagement.sqlite3*"):
        path.unlink()


@fault("the database is deleted while it is used", EXACT, "it is made anew")
def test_a_database_that_was_deleted_while_it_was_used_is_made_anew(tmp_path: Path) -> None:
    store = Store(folder=tmp_path / "data")
    for gone in (lambda: _remove(tmp_path / "data"), lambda: shutil.rmtree(tmp_path / "data")):
        store.ping()
        gone()
        with store.writing() as connection:
            connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
        file = sqlite3.connect(tmp_path / "data" / "engagement.sqlite3")
        assert file.execute("SELECT workspace FROM scopes").fetchall() == [("w",)]
        file.close()
    store.close()


@fault("the database is deleted while it is written to", SAID, "not called kept")
def test_what_was_written_into_a_file_that_was_deleted_meanwhile_is_not_called_kept(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)

    def write() -> None:
        with store.writing() as connection:
            connection.execute(text("INSERT INTO scopes VALUES (1, 'w', 'r', 0)"))
            _remove(tmp_path)

    with pytest.raises(StoreUnavailable):
        write()
    store.ping()
    store.close()


@fault("the database is emptied while it is used", SAID, "once, then it has its tables again")
def test_a_database_that_was_emptied_says_so_once_and_gets_its_tables_again(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    with store.writing() as connection:
        names = "tickets sessions windows rooms bars counters events decisions first_views "
        names += "scopes checks workspaces totals statistics posts subscriptions"
        for name in [*names.split(), "migrations"]:
            connection.exec_driver_sql(f"DROP TABLE {name}")
    with pytest.raises(StoreUnavailable):
        store.ping()
    assert tables(store) == TABLES
    store.close()


def test_a_database_in_memory_is_one_for_all_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(IN_MEMORY)

    def add(number: int) -> None:
        with store.writing() as connection:
            connection.execute(text("INSERT INTO scopes VALUES (:n, 'w', :r, 0)"), {"n": number, "r": str(number)})

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM scopes").scalar_one() == 8
    assert list(tmp_path.iterdir()) == []
    store.close()

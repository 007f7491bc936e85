"""An archive that goes on in memory: what is kept there is found again, and the reason is told once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from engagement.errors import InvalidSettings, NewerStore, StoreUnavailable
from engagement.numbers.periods import Period, Way
from engagement.storage.archive import Scope, WindowMeta
from engagement.storage.checks import CountingCheck
from engagement.storage.database import Store
from engagement.storage.spare import archive_or_memory
from tests.support.faults import NOTED, fault

pytestmark = fault(kind="Surroundings of commands", at="database", seen="archive")

SCOPE = Scope("https://chat.example.org", "all")
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
META = WindowMeta(datetime(2026, 11, 20, tzinfo=UTC), 1, 1, True)
COUNTS = pd.Series([7], index=["a"])


def test_where_the_database_answers_it_is_the_one_that_is_used(tmp_path: Path) -> None:
    url, told = f"sqlite:///{tmp_path}/a.sqlite3", list[StoreUnavailable]()
    archive_or_memory(url, told.append).put(SCOPE, WEEK, COUNTS, META)
    assert list(archive_or_memory(url, told.append).kept(SCOPE, [WEEK])) == [WEEK]
    assert told == []


@fault("no place to keep anything", NOTED, "in memory, and said once")
@pytest.mark.parametrize("url", ["sqlite:////dev/null/a.sqlite3", None])
def test_where_it_never_answers_everything_is_in_memory(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/dev/null")
    told: list[StoreUnavailable] = []
    archive = archive_or_memory(url, told.append)
    archive.put(SCOPE, WEEK, COUNTS, META)
    assert archive.weeks(SCOPE, [WEEK]).counts.tolist() == [[7.0]]
    archive.keep_check("w", "8.4", CountingCheck(Way.DOCUMENTED, META.read_at))
    assert archive.check("w", "8.4") == CountingCheck(Way.DOCUMENTED, META.read_at)
    assert len(told) == 1


@fault("the database fails in the middle", NOTED, "in memory from there, and said once")
def test_where_it_fails_in_the_middle_the_call_that_failed_is_made_again_in_memory(tmp_path: Path) -> None:
    url, told = f"sqlite:///{tmp_path}/a.sqlite3", list[StoreUnavailable]()
    archive = archive_or_memory(url, told.append)
    assert archive.kept(SCOPE, [WEEK]) == {}
    with Store(url).writing() as connection:
        connection.exec_driver_sql("INSERT INTO migrations VALUES ('a step to come', '2030-01-01')")
    archive.put(SCOPE, WEEK, COUNTS, META)
    assert list(archive.kept(SCOPE, [WEEK])) == [WEEK]
    assert [type(error) for error in told] == [NewerStore]


def test_a_mistake_in_a_call_and_in_the_address_is_no_matter_of_keeping() -> None:
    with pytest.raises(InvalidSettings):
        archive_or_memory("no address", lambda _: None)
    with pytest.raises(ValueError, match="whole numbers"):
        archive_or_memory("sqlite://", lambda _: None).put(SCOPE, WEEK, COUNTS / 2, META)

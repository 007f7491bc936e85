"""The counters of rooms are kept as they were read, apart from windows and other rights, and thinned without a loss."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from engagement.numbers.periods import Period
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.storage.database import Store
from tests.support.clock import NOON
from tests.support.faults import EXACT, NOTED, fault

pytestmark = fault(kind="A past that changes", at="database", seen="archive")

SCOPE = Scope("https://chat.example.org", "all")
HOURS = [NOON + timedelta(hours=number) for number in range(6)]


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def everything(moments: Sequence[datetime]) -> Collection[datetime]:
    return moments


def keep(archive: Archive, at: datetime, scope: Scope = SCOPE, **totals: int) -> bool:
    return archive.keep_counters(scope, pd.Series(totals, dtype="int64"), at, everything)


def table(archive: Archive, *moments: datetime, scope: Scope = SCOPE) -> dict[str, tuple[list[object], list[float]]]:
    """What each room stood at, None where it was not read, and how much it has fallen until then."""
    read = archive.counters(scope, moments)
    rows = zip(read.room_ids, read.totals.tolist(), read.fallen.tolist(), strict=True)
    return {room: ([None if np.isnan(one) else one for one in stood], fell) for room, stood, fell in rows}


def test_readings_come_back_as_they_were_kept_with_what_fell_between_them(archive: Archive) -> None:
    keep(archive, HOURS[0], a=100, b=7)
    keep(archive, HOURS[2], a=90, b=9, c=1)
    keep(archive, HOURS[4], a=130, c=0)
    assert archive.counter_moments(SCOPE) == [HOURS[0], HOURS[2], HOURS[4]]
    assert table(archive, HOURS[0], HOURS[2], HOURS[4]) == {
        "a": ([100, 90, 130], [0, 10, 10]),
        "b": ([7, 9, None], [0, 0, 0]),
        "c": ([None, 1, 0], [0, 0, 1]),
    }
    # What fell in between is known without the reading that showed it.
    assert table(archive, HOURS[0], HOURS[4])["a"] == ([100, 130], [0, 10])
    assert table(archive, HOURS[2], HOURS[4])["a"] == ([90, 130], [0, 0])


@fault("counters read twice at once", EXACT, "one reading is kept")
def test_another_reading_within_an_hour_is_not_kept(archive: Archive) -> None:
    assert keep(archive, HOURS[1], a=1)
    assert not keep(archive, HOURS[1] + timedelta(minutes=59), a=2)
    assert not keep(archive, HOURS[1] - timedelta(minutes=59), a=2)
    assert keep(archive, HOURS[2], a=3)
    assert table(archive, *archive.counter_moments(SCOPE)) == {"a": ([1, 3], [0, 0])}


def test_what_fell_until_a_reading_that_is_dropped_is_kept_with_the_next(archive: Archive) -> None:
    for hour, total in zip(HOURS, (100, 60, 80, 75, 90, 95), strict=True):
        keep(archive, hour, a=total, b=total)
    only = {HOURS[0], HOURS[5], HOURS[5] + timedelta(hours=1)}
    archive.keep_counters(SCOPE, pd.Series({"a": 1}), HOURS[5] + timedelta(hours=1), lambda _: only)
    assert archive.counter_moments(SCOPE) == sorted(only)
    assert table(archive, *sorted(only)) == {"a": ([100, 95, 1], [0, 45, 139]), "b": ([100, 95, None], [0, 45, 45])}


def test_what_was_read_with_other_rights_or_elsewhere_is_apart(archive: Archive) -> None:
    keep(archive, HOURS[0], a=1, secret=2)
    others = [Scope(SCOPE.workspace, "public"), Scope("https://other.example.org", SCOPE.rights)]
    for other in others:
        assert archive.counter_moments(other) == []
        assert table(archive, HOURS[0], scope=other) == {}
        keep(archive, HOURS[0] + timedelta(minutes=1), other, a=5)
        assert table(archive, *archive.counter_moments(other), scope=other) == {"a": ([5], [0])}
    assert archive.counter_moments(SCOPE) == [HOURS[0]]


def test_counters_are_no_counts(archive: Archive) -> None:
    week = Period(date(2026, 11, 9), date(2026, 11, 15))
    keep(archive, HOURS[0], a=1)
    assert archive.kept(SCOPE, [week]) == {}
    meta = WindowMeta(read_at=NOON, announced=1, received=1, complete=True)
    archive.put(SCOPE, week, pd.Series({"b": 70}), meta)
    assert table(archive, HOURS[0]) == {"a": ([1], [0]), "b": ([None], [0])}
    assert np.nansum(archive.weeks(SCOPE, [week]).counts) == 70


def test_readings_older_than_the_setting_go(store: Store) -> None:
    archive = Archive(store, weeks=2)
    old, young = NOON - timedelta(days=14, hours=1), NOON - timedelta(days=13)
    for moment in (old, young, NOON):
        keep(archive, moment, a=1)
    assert archive.counter_moments(SCOPE) == [young, NOON]


@fault("a damaged reading of counters", NOTED, "its rooms are unknown then; the others are whole")
def test_a_damaged_reading_is_one_that_was_not_made(archive: Archive, store: Store) -> None:
    keep(archive, HOURS[0], a=1)
    keep(archive, HOURS[2], a=9)
    with store.writing() as connection:
        damage = text("UPDATE counters SET block = :block, fallen = :block WHERE read_at = :at")
        connection.execute(damage, {"block": b"\x01nothing", "at": HOURS[2].timestamp()})
    assert table(archive, HOURS[0], HOURS[2]) == {"a": ([1, None], [0, 0])}
    assert keep(archive, HOURS[4], a=11)
    assert table(archive, HOURS[0], HOURS[4]) == {"a": ([1, 11], [0, 0])}


def test_a_reading_is_small(archive: Archive, store: Store) -> None:
    rooms = {f"{number:017d}": number % 977 for number in range(20_000)}
    keep(archive, HOURS[0], **rooms)
    with store.reading() as connection:
        size = connection.execute(text("SELECT sum(length(block) + length(fallen)) FROM counters")).scalar_one()
    assert size < 3 * len(rooms)

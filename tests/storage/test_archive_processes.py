"""The archive under several processes: whatever is killed or runs beside another, windows are kept whole."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pandas as pd
import pytest

from engagement.numbers.periods import Period
from engagement.storage.archive import Archive, Scope
from engagement.storage.database import Store
from tests.support.clock import NOON
from tests.support.faults import EXACT, fault
from tests.support.processes import Forks

pytestmark = fault(kind="A past that changes", at="processes", seen="archive")

WRITER = """
import sys
from datetime import UTC, datetime, timedelta, date
import numpy as np, pandas as pd
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.numbers.periods import Period
from engagement.storage.database import Store

def work(scope, minutes=0, again=""):
    archive, rooms, minutes = Archive(Store(sys.argv[1])), int(sys.argv[2]), int(minutes)
    ids = pd.Index([f"room-{n}" for n in range(rooms)])
    read_at = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(minutes=minutes)
    weeks = Period(date(2026, 1, 5), date(2026, 3, 29)).blocks(7)
    kept = {} if again else archive.kept(Scope("w", scope), weeks)
    for number, week in enumerate(weeks):
        if week not in kept:
            # Every window has rooms of its own, so that the list of rooms grows while the process is killed.
            own = np.arange(rooms) <= rooms // 2 + number * 10
            counts = pd.Series(np.arange(rooms) % 97 + 100 * minutes + number, index=ids)[own]
            archive.put(Scope("w", scope), week, counts, WindowMeta(read_at, rooms, rooms, True))
            print(week.start, flush=True)
    print("done", flush=True)
"""
WEEKS = Period(date(2026, 1, 5), date(2026, 3, 29)).blocks(7)
ROOMS = 6_000


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


@pytest.fixture
def writers(store_url: str) -> Iterator[Callable[[], Forks]]:
    """Starts what keeps the twelve windows of a scope, in one process after another."""
    opened: list[Forks] = []

    def opens() -> Forks:
        opened.append(Forks(WRITER, store_url, str(ROOMS)))
        return opened[-1]

    yield opens
    for one in opened:
        one.close()


def expected_window(number: int, minutes: int = 0) -> dict[str, float]:
    own = range(ROOMS // 2 + number * 10 + 1)
    return {f"room-{n}": n % 97 + 100 * minutes + number for n in own}


def only_whole_windows(archive: Archive, scope: Scope) -> int:
    """How many windows are kept; every one of them was compared with what was written, room by room."""
    found = archive.weeks(scope, WEEKS)
    for number, week in enumerate(WEEKS):
        column = pd.Series(found.counts[:, number], index=found.room_ids)
        if week in found.windows:
            assert column[column != 0].to_dict() == {k: v for k, v in expected_window(number).items() if v}
        else:
            assert column.isna().all()
    return len(found.windows)


@fault("a process is killed while it keeps weeks", EXACT, "whole weeks only; the next completes them")
def test_a_process_killed_at_any_moment_leaves_whole_windows_and_the_next_one_completes_them(
    writers: Callable[[], Forks], archive: Archive
) -> None:
    chance, host, left = random.Random(26), writers(), []
    for number in range(5):
        process = host.start(f"round-{number}")
        for _ in range(chance.randrange(1, 9)):
            assert host.line().startswith("2026-")
        # Into the middle of the next window: one takes 5 to 30 ms.
        threading.Event().wait(chance.uniform(0, 0.02))
        host.kill(process)
        left.append(only_whole_windows(archive, Scope("w", f"round-{number}")))
    assert all(1 <= windows < 12 for windows in left), left
    host.start("round-0")
    *told, done, _ = host.to_the_end()
    assert done == "done"
    assert len(told) == 12 - left[0], "the windows that lacked and no other"
    assert only_whole_windows(archive, Scope("w", "round-0")) == 12


@fault("two processes keep the same weeks", EXACT, "the newer reading stays")
def test_two_processes_that_keep_the_same_windows_leave_the_newer_reading(
    writers: Callable[[], Forks], archive: Archive
) -> None:
    newer, older = writers(), writers()
    newer.start("both", 1, "again")
    older.start("both", 0, "again")
    assert newer.to_the_end()[-2:] == ["done", "ended 0"]
    assert older.to_the_end()[-2:] == ["done", "ended 0"]
    found = archive.weeks(Scope("w", "both"), WEEKS)
    for number in range(12):
        column = pd.Series(found.counts[:, number], index=found.room_ids)
        assert column[column != 0].to_dict() == expected_window(number, minutes=1)
    assert {window.meta.read_at for window in found.windows.values()} == {NOON + timedelta(minutes=1)}
    assert len(found.room_ids) == len(set(found.room_ids)) == ROOMS // 2 + 111

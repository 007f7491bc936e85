"""The archive: windows are kept whole and apart from each other."""

from __future__ import annotations

import json
import threading
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from engagement.errors import DamagedBlock, StoreUnavailable
from engagement.numbers.periods import Period, Way, last_full_weeks
from engagement.storage.archive import Archive, KeptWindow, Scope, WindowMeta
from engagement.storage.checks import CountingCheck
from engagement.storage.database import Store
from engagement.storage.positions import pack, unpack
from tests.support.clock import NOON, Clock
from tests.support.faults import EXACT, NOTED, REFUSED, SAID, fault

pytestmark = fault(kind="A past that changes", at="database", seen="archive")

SCOPE = Scope("https://chat.example.org", "all")
WEEK_1, WEEK_2, WEEK_3 = Period(date(2026, 10, 26), date(2026, 11, 15)).blocks(7)
META = WindowMeta(read_at=NOON, announced=3, received=3, complete=True, zone="UTC+01:00")


def series(**counts: int) -> pd.Series:
    return pd.Series(counts, dtype="int64")


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def table(archive: Archive, *periods: Period, scope: Scope = SCOPE) -> dict[str, list[float]]:
    """Counts by room, with None for NaN, so that whole tables can be compared."""
    found = archive.weeks(scope, periods)
    rows = zip(found.room_ids, found.counts.tolist(), strict=True)
    return {room: [None if np.isnan(value) else value for value in row] for room, row in rows}


def test_a_window_comes_back_as_it_was_kept(archive: Archive) -> None:
    meta = replace(META, notes=("2 rooms were sent twice",), rule=4, announced=5, complete=False)
    archive.put(SCOPE, WEEK_1, series(r3=7, r1=70, r2=-2), meta)
    assert table(archive, WEEK_1) == {"r3": [7], "r1": [70], "r2": [-2]}
    assert archive.weeks(SCOPE, [WEEK_1]).windows == {WEEK_1: KeptWindow(WEEK_1, meta)}
    assert archive.kept(SCOPE, [WEEK_1, WEEK_2]) == {WEEK_1: KeptWindow(WEEK_1, meta)}


def test_a_window_older_than_the_setting_goes_when_another_is_kept(store: Store) -> None:
    archive, other = Archive(store, weeks=60), Scope("https://other.example.org", "all")
    # 60 weeks before the 20th of November 2026 was the 26th of September 2025.
    old, young = (Period(last - timedelta(days=6), last) for last in (date(2025, 9, 25), date(2025, 9, 26)))
    read_then = replace(META, read_at=NOON - timedelta(days=8))
    for scope in (SCOPE, other):
        for week in (old, young):
            archive.put(scope, week, series(r1=70), read_then)
    archive.put(SCOPE, WEEK_1, series(r1=7), META)
    assert [*archive.kept(SCOPE, [old, young, WEEK_1])] == [young, WEEK_1]
    assert [*archive.kept(other, [old, young])] == [young]


def test_an_old_window_that_somebody_asks_for_is_kept_for_a_week(store: Store, clock: Clock) -> None:
    archive, old = Archive(store, weeks=60), Period(date(2025, 9, 15), date(2025, 9, 21))
    archive.put(SCOPE, old, series(r1=70), META)
    for days, kept in ((7, True), (8, False)):
        clock.put(ahead=timedelta(days=days))
        archive.put(SCOPE, WEEK_1, series(r1=7), replace(META, read_at=clock.moment()))
        assert bool(archive.kept(SCOPE, [old])) == kept


@fault("a server whose clock is years ahead, or behind", EXACT, "nothing else becomes old by it", kind="Odd values")
def test_a_server_whose_clock_is_years_ahead_or_behind_makes_nothing_old(store: Store) -> None:
    archive, long_ago = Archive(store), Period(date(2019, 3, 4), date(2019, 3, 10))
    archive.put(SCOPE, WEEK_1, series(r1=7), replace(META, read_at=NOON - timedelta(days=20)))
    archive.put(Scope("ahead", "all"), WEEK_2, series(r1=7), replace(META, read_at=datetime(2050, 1, 1, tzinfo=UTC)))
    for day in (14, 24):
        then = replace(META, read_at=datetime(2019, 3, day, tzinfo=UTC))
        archive.put(Scope("behind", "all"), long_ago, series(r1=7), then)
    assert archive.kept(SCOPE, [WEEK_1])
    assert archive.kept(Scope("behind", "all"), [long_ago])


def test_weeks_that_are_not_kept_are_nan_and_silent_rooms_of_kept_weeks_are_zero(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70, r2=5), META)
    archive.put(SCOPE, WEEK_3, series(r1=71, r3=1), META)
    assert table(archive, WEEK_1, WEEK_2, WEEK_3) == {"r1": [70, None, 71], "r2": [5, None, 0], "r3": [0, None, 1]}
    assert table(archive, WEEK_3) == {"r1": [71], "r2": [0], "r3": [1]}
    assert archive.weeks(SCOPE, [WEEK_1, WEEK_2, WEEK_3]).to_read == [WEEK_2]


@fault(
    "a kept week that is not whole", NOTED, "a missing room is unknown, not 0; read again", kind="Contradictory answers"
)
def test_a_room_that_an_incomplete_window_does_not_hold_is_unknown(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70, r2=5), META)
    archive.put(SCOPE, WEEK_2, series(r1=71, r3=0), replace(META, complete=False))
    assert table(archive, WEEK_1, WEEK_2) == {"r1": [70, 71], "r2": [5, None], "r3": [0, 0]}
    assert archive.weeks(SCOPE, [WEEK_1, WEEK_2]).to_read == [WEEK_2]


def test_an_empty_archive_and_an_empty_window_are_told_apart(archive: Archive) -> None:
    nothing = archive.weeks(SCOPE, [WEEK_1])
    assert nothing.counts.shape == (0, 1)
    assert (nothing.windows, nothing.to_read) == ({}, [WEEK_1])
    archive.put(SCOPE, WEEK_1, series(), META)
    empty = archive.weeks(SCOPE, [WEEK_1])
    assert empty.counts.shape == (0, 1)
    assert empty.to_read == []
    assert archive.weeks(SCOPE, []).counts.shape == (0, 0)


def test_any_window_is_kept_by_its_exact_days(archive: Archive) -> None:
    day = Period(WEEK_1.start, WEEK_1.start)
    archive.put(SCOPE, day, series(r1=1), META)
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    assert table(archive, day, WEEK_1, Period(WEEK_1.start, WEEK_2.end)) == {"r1": [1, 70, None]}


@fault("one week of two workspaces and two kinds of rights", REFUSED, "kept apart", kind="Another workspace")
def test_workspaces_and_rights_never_mix(archive: Archive, store: Store) -> None:
    others = [Scope("https://chat.example.org", "own rooms"), Scope("https://other.example", "all")]
    archive.put(SCOPE, WEEK_1, series(r1=70, secret=9), META)
    archive.put(others[0], WEEK_1, series(r1=70), META)
    archive.put(others[1], WEEK_1, series(r1=3), META)
    for reader in (archive, Archive(store)):
        assert table(reader, WEEK_1, scope=others[0]) == {"r1": [70]}
        assert table(reader, WEEK_1, scope=others[1]) == {"r1": [3]}
        assert table(reader, WEEK_1) == {"r1": [70], "secret": [9]}
        assert reader.kept(Scope("https://other.example", "own rooms"), [WEEK_1]) == {}


def test_copies_that_add_rooms_in_turn_never_mix_them_up(archive: Archive, store_url: str) -> None:
    other_store = Store(store_url)
    copies = [archive, Archive(other_store)]
    expected: dict[str, list[float]] = {}
    weeks = Period(date(2026, 1, 5), date(2026, 3, 29)).blocks(7)
    for number, week in enumerate(weeks):
        rooms = {f"room-{number}-{n}": 100 * number + n for n in range(3)}
        copies[number % 2].put(SCOPE, week, series(shared=number, **rooms), META)
        expected |= {room: [0.0] * number + [count] + [0.0] * (11 - number) for room, count in rooms.items()}
    expected["shared"] = [float(number) for number in range(12)]
    assert table(copies[0], *weeks) == expected
    assert table(copies[1], *weeks) == expected
    other_store.close()


def test_a_window_read_again_replaces_the_older_reading(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70, r2=5), META)
    later = replace(META, read_at=NOON + timedelta(hours=1), received=1)
    archive.put(SCOPE, WEEK_1, series(r1=69), later)
    assert table(archive, WEEK_1) == {"r1": [69], "r2": [0]}
    assert archive.kept(SCOPE, [WEEK_1])[WEEK_1].meta == later


@fault("an older reading arrives later", EXACT, "the newer one stays")
def test_a_reading_that_arrives_late_does_not_replace_a_newer_one(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=69), META)
    older = replace(META, read_at=NOON - timedelta(seconds=1))
    archive.put(SCOPE, WEEK_1, series(r1=1, r2=1), older)
    assert table(archive, WEEK_1) == {"r1": [69]}
    assert archive.kept(SCOPE, [WEEK_1])[WEEK_1].meta == META


def test_windows_read_by_another_rule_are_read_anew_when_asked_so(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    archive.put(SCOPE, WEEK_2, series(r1=71), replace(META, rule=2))
    found = archive.weeks(SCOPE, [WEEK_1, WEEK_2], rule=2)
    assert found.to_read == [WEEK_1]
    assert list(found.windows) == [WEEK_2]
    assert list(archive.kept(SCOPE, [WEEK_1, WEEK_2], rule=2)) == [WEEK_2]
    assert list(archive.kept(SCOPE, [WEEK_1, WEEK_2])) == [WEEK_1, WEEK_2]


@pytest.mark.parametrize(
    ("zone", "settles"),
    [
        ("UTC+14:00", datetime(2026, 11, 17, 10, tzinfo=UTC)),
        ("UTC", datetime(2026, 11, 18, 0, tzinfo=UTC)),
        ("UTC+05:30", datetime(2026, 11, 17, 18, 30, tzinfo=UTC)),
        ("UTC-08:00", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        ("somewhere", datetime(2026, 11, 18, 12, tzinfo=UTC)),
    ],
)
def test_a_window_settles_two_days_after_its_last_day_ended_on_the_server(zone: str, settles: datetime) -> None:
    assert WEEK_3.end == date(2026, 11, 15)
    in_time = KeptWindow(WEEK_3, replace(META, zone=zone, read_at=settles))
    early = KeptWindow(WEEK_3, replace(META, zone=zone, read_at=settles - timedelta(seconds=1)))
    assert in_time.settled
    assert not early.settled


@fault("a week that was read before it was settled", EXACT, "read again")
def test_a_window_that_was_read_too_early_is_to_be_read_again(archive: Archive) -> None:
    archive.put(SCOPE, WEEK_2, series(r1=70), META)
    archive.put(SCOPE, WEEK_3, series(r1=70), replace(META, read_at=datetime(2026, 11, 16, 9, tzinfo=UTC)))
    found = archive.weeks(SCOPE, [WEEK_2, WEEK_3])
    assert found.to_read == [WEEK_3]
    assert found.counts.tolist() == [[70, 70]], "what was read early is shown until then"


@fault("counts that are fractions or of one room twice", REFUSED, "not kept", kind="Odd values", at="test")
@pytest.mark.parametrize(
    "counts",
    [
        pd.Series([1.5], index=["r1"]),
        pd.Series([np.nan], index=["r1"]),
        pd.Series([1, 2], index=["r1", "r1"]),
        pd.Series([1, 2, 3], index=["x", "y", "x"]),
    ],
)
def test_what_is_no_window_is_refused_and_nothing_is_kept(archive: Archive, counts: pd.Series) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    with pytest.raises(ValueError, match="window"):
        archive.put(SCOPE, WEEK_2, counts, META)
    assert table(archive, WEEK_1, WEEK_2) == {"r1": [70, None]}


@fault("a damaged week", NOTED, "unknown, read again; the others stand")
def test_a_damaged_window_is_read_again_and_harms_no_other(archive: Archive, store: Store) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    archive.put(SCOPE, WEEK_2, series(r1=71), META)
    with store.writing() as connection:
        connection.execute(
            text("UPDATE windows SET block = :block WHERE start_day = :start"),
            {"block": b"\x01\x00\x00\x01\x00\x00\x00nonsense", "start": str(WEEK_1.start)},
        )
    assert table(archive, WEEK_1, WEEK_2) == {"r1": [None, 71]}
    assert archive.weeks(SCOPE, [WEEK_1, WEEK_2]).to_read == [WEEK_1]
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    assert table(archive, WEEK_1, WEEK_2) == {"r1": [70, 71]}


@fault("read in the middle of a write", EXACT, "the state before it")
def test_a_reader_in_the_middle_of_a_write_sees_the_state_before_it(archive: Archive, store: Store) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=70), META)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM windows")
        assert table(Archive(store), WEEK_1) == {"r1": [70]}
    assert table(archive, WEEK_1) == {"r1": [None]}


def test_threads_that_keep_windows_together_lose_none(archive: Archive) -> None:
    weeks = Period(date(2026, 1, 5), date(2026, 3, 29)).blocks(7)

    def keeps(number: int) -> None:
        archive.put(SCOPE, weeks[number], series(**{f"r{number}": number, "shared": 1}), META)

    threads = [threading.Thread(target=keeps, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    found = archive.weeks(SCOPE, weeks)
    assert found.to_read == []
    counts = pd.DataFrame(found.counts, index=found.room_ids)
    assert sorted(found.room_ids) == sorted(["shared", *(f"r{n}" for n in range(12))])
    assert [counts.loc[f"r{number}", number] for number in range(12)] == list(range(12))
    assert counts.loc["shared"].tolist() == [1] * 12
    assert counts.to_numpy().sum() == 12 + sum(range(12))


def test_the_counting_check_is_kept_by_workspace_and_release(archive: Archive, store: Store) -> None:
    assert archive.check("https://chat.example.org", "8.4") is None
    archive.keep_check("https://chat.example.org", "8.4", CountingCheck(Way.SWAPPED, NOON))
    archive.keep_check("https://chat.example.org", "8.5", CountingCheck(Way.DOCUMENTED, NOON))
    later = CountingCheck(Way.DOCUMENTED, NOON + timedelta(days=1))
    archive.keep_check("https://other.example", "8.4", later)
    assert archive.check("https://chat.example.org", "8.4") == CountingCheck(Way.SWAPPED, NOON)
    assert archive.check("https://chat.example.org", "9.0") is None
    archive.keep_check("https://chat.example.org", "8.4", later)
    assert Archive(store).check("https://chat.example.org", "8.4") == later


def test_nothing_but_ids_and_counts_is_kept(archive: Archive, store: Store) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=1, r2=2), META)
    with store.reading() as connection:
        columns = connection.exec_driver_sql("SELECT * FROM windows").keys()
        rooms = connection.exec_driver_sql("SELECT first, revision, block FROM rooms").all()
    assert set(columns) == {
        *("scope_id", "start_day", "end_day", "read_at", "zone", "rule"),
        *("announced", "received", "complete", "notes", "block"),
    }
    assert [(first, revision, zlib.decompress(block)) for first, revision, block in rooms] == [
        (0, 1, b'[["r1", "r2"]]'),
    ]


def test_an_archive_whose_rooms_have_names_in_it_is_still_read(archive: Archive, store: Store) -> None:
    archive.put(SCOPE, WEEK_1, series(r1=1, r2=2), META)
    earlier = [["r1", "r2"], ["general", None], ["channel", "private"], [19724, None]]
    with store.writing() as connection:
        block = {"block": zlib.compress(json.dumps(earlier).encode())}
        connection.execute(text("UPDATE rooms SET block = :block"), block)
    later = Archive(store)
    assert table(later, WEEK_1) == {"r1": [1], "r2": [2]}
    later.put(SCOPE, WEEK_2, series(r3=3), META)
    for reader in (archive, Archive(store)):
        assert table(reader, WEEK_1, WEEK_2) == {"r1": [1, 0], "r2": [2, 0], "r3": [0, 3]}


@fault("the database of weeks is away", SAID, kind="Surroundings of commands")
def test_a_dead_database_is_store_unavailable(tmp_path: Path) -> None:
    dead = Archive(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"))
    for use in (
        lambda: dead.put(SCOPE, WEEK_1, series(r1=1), META),
        lambda: dead.weeks(SCOPE, [WEEK_1]),
        lambda: dead.kept(SCOPE, [WEEK_1]),
        lambda: dead.check("w", "8.4"),
    ):
        with pytest.raises(StoreUnavailable):
            use()


@pytest.mark.parametrize("largest", [0, 1, 127, 128, 32_768, 2**31, 2**53])
def test_counts_of_any_size_survive_packing(largest: int) -> None:
    positions, counts = np.array([9, 0, 70_000, 300]), np.array([-largest, 3, largest, 0])
    places, back = unpack(pack(positions, counts))
    assert dict(zip(places.tolist(), back.tolist(), strict=True)) == {9: -largest, 0: 3, 70_000: largest, 300: 0}


def test_bytes_that_were_not_packed_are_refused() -> None:
    block = pack(np.array([0, 1]), np.array([5, 6]))
    for damaged in (b"", b"\x01", block[:-3], b"\x02" + block[1:], block[:1] + b"\x09" + block[2:], block[:3] + block):
        with pytest.raises(DamagedBlock):
            unpack(damaged)


def test_the_weeks_of_a_year_of_many_rooms_come_back_exactly(tmp_path: Path, clock: Clock) -> None:
    store = Store(folder=tmp_path, clock=clock.moment)
    archive = Archive(store)
    weeks = last_full_weeks(date(2026, 11, 20), 52).blocks(7)
    numbers = np.random.default_rng(26)
    ids = pd.Index([f"room-{n}" for n in range(12_000)])
    expected = numbers.poisson(3, (12_000, 52))
    for number, week in enumerate(weeks):
        shuffled = numbers.permutation(12_000)
        archive.put(SCOPE, week, pd.Series(expected[shuffled, number], index=ids[shuffled]), META)
    found = Archive(store).weeks(SCOPE, weeks)
    assert (pd.DataFrame(found.counts, index=found.room_ids).loc[ids].to_numpy() == expected).all()
    store.close()

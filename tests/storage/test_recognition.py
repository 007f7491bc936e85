"""Which of the workspaces at an address one is: by its id or its oldest rooms, and never by the address alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pandas as pd
import pytest

from engagement.numbers.periods import Period
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.storage.database import Store
from tests.support.clock import NOON
from tests.support.faults import EXACT, fault

pytestmark = fault(kind="Another workspace", at="archive", seen="archive")

ADDRESS = "https://chat.example.org"
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def rooms(name: str, numbers: range, year: int = 2020) -> dict[str, str]:
    return {f"{name}-{number}": f"{year}-01-01T00:00:{number:02}+00:00" for number in numbers}


def named(archive: Archive, found: dict[str, str], own_id: str | None = None, *, id_told: bool = True) -> str | None:
    return archive.name_by_rooms(ADDRESS, own_id, found, id_told=id_told)


def keep(archive: Archive, name: str, *room_ids: str) -> None:
    counts = pd.Series(dict.fromkeys(room_ids, 70), dtype="int64")
    archive.put(Scope(name, "all"), WEEK, counts, WindowMeta(NOON, len(counts), len(counts), complete=True))


def test_half_of_the_oldest_rooms_in_common_are_the_same_workspace_and_less_are_another(archive: Archive) -> None:
    one = named(archive, rooms("a", range(20)))
    assert named(archive, rooms("a", range(20))) == one
    assert named(archive, rooms("a", range(10, 30))) == one
    # Those that were added are known now, and the first ones still are.
    assert named(archive, rooms("a", range(20, 40))) == one
    assert named(archive, rooms("a", range(9)) | rooms("b", range(11))) != one
    assert named(archive, rooms("b", range(20))) != one


def test_a_young_workspace_is_known_by_the_few_rooms_that_it_had(archive: Archive) -> None:
    one = named(archive, rooms("a", range(1)))
    assert named(archive, rooms("a", range(20))) == one


@fault("another workspace with the same room ids, created at other moments", EXACT, "each has weeks of its own")
def test_the_same_ids_created_at_other_moments_are_another_workspace(archive: Archive) -> None:
    assert named(archive, rooms("a", range(20))) != named(archive, rooms("a", range(20), year=2021))


def test_other_addresses_have_workspaces_of_their_own(archive: Archive) -> None:
    here = named(archive, rooms("a", range(20)))
    assert here != archive.name_by_rooms("https://other.example", None, rooms("a", range(20)), id_told=True)


def test_an_id_is_enough_where_no_workspace_without_one_was_seen(archive: Archive) -> None:
    assert archive.name_by_id(ADDRESS, "one") == f"{ADDRESS} one"
    named(archive, rooms("a", range(20)))
    assert archive.name_by_id(ADDRESS, "one") is None
    keep(archive, f"{ADDRESS} two", "r1")
    assert archive.name_by_id(ADDRESS, "two") == f"{ADDRESS} two"


def test_an_id_that_appears_belongs_to_the_workspace_of_the_same_rooms_and_to_no_other(archive: Archive) -> None:
    a, b = named(archive, rooms("a", range(20))), named(archive, rooms("b", range(20)))
    assert named(archive, rooms("c", range(20)), "three") == f"{ADDRESS} three"
    assert named(archive, rooms("a", range(20)), "one") == a
    assert archive.name_by_id(ADDRESS, "one") == a
    assert archive.name_by_id(ADDRESS, "three") == f"{ADDRESS} three"
    # A copy of it that has registered on its own, and one that has no id, are not the one that has this.
    assert named(archive, rooms("a", range(20)), "two") == f"{ADDRESS} two"
    assert named(archive, rooms("a", range(20))) not in {a, b, f"{ADDRESS} two"}
    assert named(archive, rooms("b", range(20)), "four") == b


def test_where_the_id_could_not_be_asked_it_is_whichever_has_the_rooms_unless_two_have(archive: Archive) -> None:
    a = named(archive, rooms("a", range(20)))
    named(archive, rooms("a", range(20)), "one")
    assert named(archive, rooms("a", range(20)), id_told=False) == a
    assert archive.name_by_id(ADDRESS, "one") == a, "its id is not forgotten"
    named(archive, rooms("a", range(20)))
    assert named(archive, rooms("a", range(20)), id_told=False) is None


@fault(
    "weeks that an earlier release kept for whatever answers at an address",
    EXACT,
    "they go to the workspace that has one of their rooms, not to another",
)
def test_weeks_that_an_earlier_release_kept_under_the_address_are_for_who_has_their_rooms(archive: Archive) -> None:
    keep(archive, ADDRESS, "GENERAL", "a-3", "younger")
    other = named(archive, {"GENERAL": "2021-01-01T00:00:00+00:00"} | rooms("b", range(19)))
    assert other != ADDRESS
    assert archive.name_by_id(ADDRESS, "one") is None
    found = {"GENERAL": "2020-01-01T00:00:00+00:00"} | rooms("a", range(19))
    assert named(archive, found, "one") == ADDRESS
    assert archive.name_by_id(ADDRESS, "one") == ADDRESS
    # From then on as all others are known: the younger room of the archive is no mark.
    assert named(archive, {"younger": "2020-01-01T00:00:00+00:00"} | rooms("c", range(19))) != ADDRESS


@fault("four processes that see a workspace for the first time together", EXACT, "it has one name in the archive")
def test_copies_that_see_a_workspace_first_at_the_same_time_give_it_one_name(store_url: str) -> None:
    stores = [Store(store_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda store: named(Archive(store), rooms("a", range(20))), stores))
    assert len(names) == 1
    for store in stores:
        store.close()

"""Events are added and marked as removed: what two people do at once stays, what was removed can be brought back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from engagement.errors import EventGone, InvalidInput, StoreUnavailable
from engagement.numbers.events import Event, event
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from engagement.storage.events import MOST_EVENTS, EventBook
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = fault(kind="A past that changes", at="database", seen="archive")

RELEASE = event("release 8.4", date(2026, 11, 10))
OFFSITE = event("offsite", date(2026, 11, 9), date(2026, 11, 13), not_comparable=True)


@pytest.fixture
def book(store: Store) -> EventBook:
    return Archive(store).events("https://chat.example.org one")


def told(book: EventBook) -> list[str]:
    return [one.name for one in book.all()]


def test_events_come_back_as_they_were_added_the_earliest_first(book: EventBook) -> None:
    assert book.all() == ()
    added = book.add([RELEASE, OFFSITE], "ada")
    assert [replace(one, id="") for one in added] == [RELEASE, OFFSITE]
    assert len({one.id for one in added}) == 2
    assert book.all() == (added[1], added[0])


@fault("the events of two workspaces", REFUSED, "kept apart", kind="Another workspace")
def test_each_workspace_has_events_of_its_own(book: EventBook) -> None:
    [release] = book.add([RELEASE], "ada")
    other = replace(book, workspace="https://chat.example.org two")
    assert other.all() == ()
    with pytest.raises(EventGone):
        other.remove(release.id, "ada")
    with pytest.raises(EventGone):
        other.restore(release.id, "ada")
    assert book.all() == (release,)


def test_what_is_there_already_is_not_added_again(book: EventBook) -> None:
    [release] = book.add([RELEASE, RELEASE], "ada")
    assert book.add([RELEASE], "bob") == ()
    assert book.all() == (release,)
    changed = replace(RELEASE, not_comparable=True)
    assert [replace(one, id="") for one in book.add([changed], "bob")] == [changed]
    assert [replace(one, id="") for one in book.all()] == [changed]


def test_of_a_calendar_what_is_told_now_replaces_what_was(book: EventBook) -> None:
    first = replace(RELEASE, uid="uid-1")
    book.add([first], "ada")
    assert book.add([first], "ada") == ()
    moved = event("release 8.4", date(2026, 11, 12), uid="uid-1")
    assert [replace(one, id="") for one in book.add([moved], "ada")] == [moved]
    assert [replace(one, id="") for one in book.all()] == [moved]


def test_what_is_removed_is_gone_until_it_is_brought_back(book: EventBook) -> None:
    release, _ = book.add([RELEASE, OFFSITE], "ada")
    assert book.remove(release.id, "bob") == release
    assert told(book) == ["offsite"]
    assert book.restore(release.id, "bob") == release
    assert told(book) == ["offsite", "release 8.4"]


def test_a_change_keeps_the_calendar_and_can_be_undone(book: EventBook) -> None:
    [before] = book.add([replace(RELEASE, uid="uid-1")], "ada")
    after = book.change(before.id, event("release 8.5", date(2026, 11, 11)), "bob")
    assert (after.name, after.uid, after.id != before.id) == ("release 8.5", "uid-1", True)
    assert book.all() == (after,)
    assert book.restore(before.id, "bob", without=after.id) == before
    assert book.all() == (before,)


@fault("two people change or remove one event at once", SAID, "the second is told that it is not there any more")
def test_the_second_to_remove_or_change_an_event_is_told_and_nothing_is_lost(book: EventBook) -> None:
    [release] = book.add([RELEASE], "ada")
    after = book.change(release.id, OFFSITE, "ada")
    for late in (
        lambda: book.remove(release.id, "bob"),
        lambda: book.change(release.id, RELEASE, "bob"),
        lambda: book.restore(release.id, "bob", without=release.id),
    ):
        with pytest.raises(EventGone, match="not there any more"):
            late()
    assert book.all() == (after,)


def test_what_two_copies_add_at_once_is_all_there(book: EventBook, store_url: str, clock: Clock) -> None:
    others = [Store(store_url, clock=clock.moment) for _ in range(2)]
    days = [date(2026, 11, day) for day in range(1, 11)]

    def add(copy: int) -> None:
        for day in days:
            EventBook(others[copy], book.workspace).add([event(f"of copy {copy}", day)], "ada")

    book.all()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(2)))
    for other in others:
        other.close()
    assert sorted(told(book)) == ["of copy 0"] * 10 + ["of copy 1"] * 10


@fault("more events than a workspace can have", SAID, "none of them is added")
def test_there_is_an_end_to_events_and_none_is_added_beyond(book: EventBook) -> None:
    many = [event(f"event {number}", date(2026, 1, 1)) for number in range(MOST_EVENTS)]
    book.add(many[:-1], "ada")
    with pytest.raises(InvalidInput, match="at most 1,000 events"):
        book.add([RELEASE, OFFSITE], "ada")
    assert len(book.all()) == MOST_EVENTS - 1
    book.add([RELEASE], "ada")
    assert len(book.all()) == MOST_EVENTS


def test_what_was_removed_long_ago_is_not_kept_for_ever(book: EventBook, store: Store, clock: Clock) -> None:
    [release] = book.add([RELEASE], "ada")
    book.remove(release.id, "ada")
    clock.forward(days=90)
    book.add([OFFSITE], "ada")
    assert book.restore(release.id, "ada") == release
    book.remove(release.id, "ada")
    clock.forward(days=90, seconds=1)
    book.add([event("later", date(2026, 11, 20))], "ada")
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 2
    with pytest.raises(EventGone):
        book.restore(release.id, "ada")


@fault("the database of events is away", SAID, kind="Surroundings of commands")
def test_a_dead_database_is_said(tmp_path: object) -> None:
    dead = EventBook(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"), "one")
    for use in (dead.all, lambda: dead.add([RELEASE], "ada"), lambda: dead.remove("x", "ada")):
        with pytest.raises(StoreUnavailable):
            use()


def test_an_event_is_known_by_what_people_see_of_it() -> None:
    assert Event("x", RELEASE.period, uid="a", id="1").told == ("x", RELEASE.period, False)

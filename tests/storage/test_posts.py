"""What was posted is written down before it leaves and after: nothing twice, and nothing that nobody hears of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engagement.errors import StoreUnavailable
from engagement.numbers.periods import Period
from engagement.storage.database import Store
from engagement.storage.posts import KEPT, Key, PostLog, State
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = fault(kind="Posts", at="database", seen="archive")

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
KEY = Key("room-1", WEEK, "view-1")


@pytest.fixture
def log(store: Store) -> PostLog:
    return PostLog(store, "https://chat.example.org one")


def test_a_message_is_posted_once_for_each_room_period_and_view(log: PostLog) -> None:
    claim = log.claim(KEY, "ada")
    assert (claim.number, claim.before) == (1, None)
    log.posted(claim.number, "message-1")
    second = log.claim(KEY, "bob")
    assert second.number == 0
    assert second.before is not None
    assert (second.before.state, second.before.who, second.before.message_id) == (State.POSTED, "ada", "message-1")
    assert second.before.period == WEEK
    for other in (replace(KEY, room_id="room-2"), replace(KEY, content="view-2"), replace(KEY, period=WEEK.previous)):
        assert log.claim(other, "ada").number
    assert replace(log, workspace="https://chat.example.org two").claim(KEY, "ada").number


def test_again_posts_what_is_there_once_more(log: PostLog) -> None:
    log.posted(log.claim(KEY, "ada").number, "message-1")
    again = log.claim(KEY, "bob", again=True)
    assert again.number == 2
    log.posted(again.number, "message-2")
    there = log.there(KEY)
    assert there is not None
    assert (there.message_id, there.who) == ("message-2", "bob")


def test_what_was_refused_may_be_tried_again_at_once(log: PostLog) -> None:
    log.refused(log.claim(KEY, "ada").number)
    assert log.there(KEY) is None
    assert log.claim(KEY, "ada").number


@fault("a run that ends between posting and noting it", SAID, "posted at most once more, and told once")
def test_after_a_run_that_was_cut_off_there_is_one_turn_more_and_no_third(log: PostLog, clock: Clock) -> None:
    log.claim(KEY, "ada")
    assert log.cut_off() == []
    held = log.claim(KEY, "bob", again=True)
    assert held.number == 0
    assert held.before is not None
    assert held.before.state is State.POSTING
    clock.forward(minutes=15, seconds=1)
    assert [(one.room_id, one.period) for one in log.cut_off()] == [("room-1", WEEK)]
    assert log.cut_off() == []
    once_more = log.claim(KEY, "bob")
    assert once_more.number
    assert once_more.before is not None
    assert once_more.before.who == "ada"
    log.unknown(once_more.number)
    third = log.claim(KEY, "carol")
    assert third.number == 0
    assert third.before is not None
    assert third.before.state is State.UNKNOWN
    assert log.claim(KEY, "carol", again=True).number


@fault("two copies that post the same at once", REFUSED, "one of them has the turn")
def test_of_two_copies_at_once_one_has_the_turn(log: PostLog, store_url: str, clock: Clock) -> None:
    others = [Store(store_url, clock=clock.moment) for _ in range(2)]
    log.there(KEY)
    with ThreadPoolExecutor(2) as pool:
        claims = list(pool.map(lambda one: PostLog(one, log.workspace).claim(KEY, "ada"), others))
    for other in others:
        other.close()
    assert sorted(claim.number for claim in claims) == [0, 1]


def test_news_is_known_by_room_and_since_when(log: PostLog, clock: Clock) -> None:
    began = clock.moment()
    log.posted(log.claim(KEY, "ada").number, "message-1", ["rising", "falling"])
    clock.forward(days=7)
    log.posted(log.claim(replace(KEY, content="view-2"), "ada").number, "message-2", ["silent"])
    log.claim(replace(KEY, content="view-3"), "ada")
    assert log.told("room-1", began) == {"rising", "falling", "silent"}
    assert log.told("room-1", began + timedelta(seconds=1)) == {"silent"}
    assert log.told("room-2", began) == frozenset()


def test_rows_are_not_kept_for_ever(log: PostLog, clock: Clock) -> None:
    log.posted(log.claim(KEY, "ada").number, "message-1")
    clock.put(ahead=KEPT + timedelta(seconds=1))
    log.claim(replace(KEY, room_id="room-2"), "ada")
    assert log.there(KEY) is None


@fault("the database of posts is away", SAID, "nothing is posted", kind="Surroundings of commands")
def test_a_dead_database_is_said(tmp_path: object) -> None:
    dead = PostLog(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"), "one")
    for use in (lambda: dead.claim(KEY, "ada"), lambda: dead.posted(1, "x"), dead.cut_off, lambda: dead.there(KEY)):
        with pytest.raises(StoreUnavailable):
            use()

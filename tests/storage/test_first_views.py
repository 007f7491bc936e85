"""The first view of a person: kept for one workspace and one person, replaced whole, and forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from engagement.errors import InvalidInput, StoreUnavailable
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from engagement.storage.first_views import MOST_ROOMS, FirstView
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = fault(kind="Odd values", at="database", seen="archive")


@pytest.fixture
def mine(store: Store) -> FirstView:
    return Archive(store).first_view("https://chat.example.org one", "ada")


def test_a_first_view_is_kept_replaced_and_forgotten(mine: FirstView) -> None:
    assert mine.left_out() == ()
    mine.keep(["feed", "alerts"])
    assert mine.left_out() == ("alerts", "feed")
    mine.keep({"feed"})
    assert mine.left_out() == ("feed",)
    mine.keep([])
    assert mine.left_out() == ()


@fault("the first views of two people and two workspaces", REFUSED, "kept apart", kind="Another workspace")
def test_everybody_has_a_first_view_of_their_own_in_each_workspace(mine: FirstView) -> None:
    mine.keep(["feed"])
    for other in (replace(mine, person="bob"), replace(mine, workspace="https://chat.example.org two")):
        assert other.left_out() == ()
        other.keep([])
    assert mine.left_out() == ("feed",)


@fault("a link that leaves out what are no ids of rooms, kept as a first view", SAID, "the one from before stays")
@pytest.mark.parametrize("rooms", [["x" * 101], [str(number) for number in range(MOST_ROOMS + 1)]])
def test_what_cannot_be_rooms_is_not_kept(mine: FirstView, rooms: list[str]) -> None:
    mine.keep(["feed"])
    with pytest.raises(InvalidInput, match="at most 200 rooms"):
        mine.keep(rooms)
    assert mine.left_out() == ("feed",)
    mine.keep(["x" * 100, *map(str, range(MOST_ROOMS - 1))])
    assert len(mine.left_out()) == MOST_ROOMS


def test_a_first_view_of_somebody_long_gone_goes(mine: FirstView, store: Store, clock: Clock) -> None:
    mine.keep(["feed"])
    clock.forward(days=731)
    replace(mine, person="bob").keep(["feed"])
    with store.reading() as connection:
        assert connection.execute(text("SELECT person FROM first_views")).scalars().all() == ["bob"]


@fault("the database of first views is away", SAID, kind="Surroundings of commands")
def test_a_dead_database_is_said(tmp_path: object) -> None:
    dead = FirstView(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"), "one", "ada")
    for use in (dead.left_out, lambda: dead.keep(["feed"])):
        with pytest.raises(StoreUnavailable):
            use()

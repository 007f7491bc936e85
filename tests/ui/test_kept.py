"""What was made of a reading is made once, for those who may see it, and takes no more memory than it may."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.numbers.filters import Filters
from engagement.ui.kept import Kept
from engagement.ui.loading import View
from engagement.ui.runtime import Runtime, runtime
from tests.support.access_tools import PAGES, explore, process, sound


class Reading:
    """Something to make things of, like no other."""


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Runtime]:
    with process(tmp_path) as built:
        yield built


def test_a_thing_is_made_once_of_a_reading_and_anew_of_another_or_under_another_name() -> None:
    kept, one, other = Kept(), Reading(), Reading()
    made = [kept.of(source, key, object) for source, key in [(one, "a"), (one, "a"), (one, "b"), (other, "a")]]
    assert made[0] is made[1]
    assert len({id(thing) for thing in made}) == 3


def test_things_are_kept_to_so_many_bytes_and_those_not_asked_for_longest_go_first() -> None:
    kept, reading = Kept(most_bytes=10), Reading()
    for key in ("a", "b", "a", "c"):
        kept.of(reading, key, lambda: "first", lambda _: 5)
    assert kept.bytes == 10
    assert [kept.of(reading, key, lambda: "again", lambda _: 0) for key in ("a", "c", "b")] == [
        "first",
        "first",
        "again",
    ]


def test_what_was_made_of_a_reading_that_is_gone_takes_no_memory() -> None:
    kept, gone, stays = Kept(), Reading(), Reading()
    kept.of(gone, "a", lambda: "thing", lambda _: 5)
    del gone
    gc.collect()
    kept.of(stays, "a", lambda: "thing", lambda _: 3)
    assert kept.bytes == 3


@pytest.mark.parametrize("where", ["the name", "the thing"])
def test_what_many_searches_for_many_rooms_leave_takes_no_more_than_it_may(where: str) -> None:
    kept, reading = Kept(most_bytes=1_000_000), Reading()
    for search in range(30):
        ids = frozenset(f"{search} {number}" for number in range(1_000))
        named, thing = (Filters(left_out=ids), 1) if where == "the name" else (search, dict.fromkeys(ids, "a room"))
        kept.of(reading, named, lambda thing=thing: thing)
    # A thousand texts take at least 50,000 bytes.
    assert 5 <= len(kept._things) <= 20


@pytest.mark.parametrize("page", [page for page in PAGES if page != "report"])
@pytest.mark.usefixtures("dashboard")
def test_a_page_that_was_drawn_before_is_drawn_without_a_look_at_a_single_room(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[View] = []
    rooms = View.rooms
    monkeypatch.setattr(View, "rooms", lambda view, activity: (looked.append(view), rooms(view, activity))[1])
    app = sound(explore(page))
    app.sidebar.toggle(key="archived").set_value(True).run()
    assert looked
    # What signals rest on may be found behind the page.
    for run in [*runtime().jobs._runs.values()]:
        run.over.wait(10)
    for archived in (False, True):
        app.sidebar.toggle(key="archived").set_value(archived).run()
    looked.clear()
    for archived in (False, True):
        app.sidebar.toggle(key="archived").set_value(archived).run()
    assert not looked


@pytest.mark.usefixtures("dashboard")
def test_people_who_were_shown_are_hidden_again_at_once() -> None:
    app = sound(explore("top_channels", types=["Channels", "Direct"]))

    def directs() -> set[str]:
        table = sound(app).dataframe[0].value
        return set(table[table["Type"] == "Direct message"]["Room"])

    unnamed = directs()
    assert all(re.fullmatch(r"direct message \d+", one) for one in unnamed)
    app.sidebar.toggle(key="people").set_value(True).run()
    assert not any(one.startswith("direct message") for one in directs())
    app.sidebar.toggle(key="people").set_value(False).run()
    assert directs() == unnamed

"""Which rooms a view is about."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.filters import Filters
from engagement.numbers.rooms import Rules
from tests.support.rooms import rooms_table


def names(table: pd.DataFrame) -> list[str]:
    return list(table["name"])


def test_direct_messages_and_archived_rooms_are_left_out_until_asked_for() -> None:
    table = rooms_table(
        {"name": "general"},
        {"name": "secret", "type": "private"},
        {"name": "ada × bob", "type": "direct"},
        {"name": "attic", "archived": True},
    )
    assert names(Filters().keep(table)) == ["general", "secret"]
    assert names(Filters(frozenset({"direct"})).keep(table)) == ["ada × bob"]
    assert names(Filters(archived=True).keep(table)) == ["attic", "general", "secret"]


def test_a_search_is_part_of_a_name_in_any_case_and_no_pattern() -> None:
    table = rooms_table({"name": "Release-Help"}, {"name": "release (old)"}, {"name": "general"})
    assert names(Filters(search="#release").keep(table)) == ["Release-Help", "release (old)"]
    assert names(Filters(search="(old)").keep(table)) == ["release (old)"]
    assert names(Filters(search=".*").keep(table)) == []


def test_rooms_left_out_are_left_out_by_id() -> None:
    table = rooms_table({"name": "feed"}, {"name": "general"})
    assert names(Filters(left_out=frozenset({"feed"})).keep(table)) == ["general"]


def test_rooms_left_out_by_name_may_be_patterns_in_any_case() -> None:
    rooms = [{"name": name} for name in ("Git-Wasmtime", "git", "digital", "general (old)")]
    table = rooms_table(*rooms, rules=Rules(left_out=("git*", "general (OLD)")))
    assert names(Filters().keep(table)) == ["digital"]
    one = rooms_table(*rooms, rules=Rules(left_out=("git",)))
    assert names(one[one["left_out"]]) == ["git"]


def test_of_each_filter_is_known_how_many_rooms_come_back_without_it() -> None:
    table = rooms_table(
        {"name": "release"},
        {"name": "release-old", "archived": True},
        {"name": "ada releases", "type": "direct"},
        {"name": "bob releases", "type": "direct", "archived": True},
        {"name": "general"},
        {"name": "release-feed"},
        {"name": "release-bot"},
        rules=Rules(left_out=("release-bot",)),
    )
    view = Filters(search="release", left_out=frozenset({"release-feed"}))
    assert names(view.keep(table)) == ["release"]
    # Bob's is hidden twice, and the bot by the configuration.
    assert view.hidden(table) == {"direct": 1, "archived": 1, "search": 1, "left_out": 1}
    assert Filters().hidden(table) == {"direct": 1, "archived": 1}
    assert Filters(frozenset({"direct"}), archived=True).hidden(table) == {"channel": 4}
    everything = Filters(frozenset({"channel", "private", "direct"}), archived=True)
    assert everything.hidden(table) == {}
    assert len(everything.keep(table)) == 6


@pytest.fixture(scope="module")
def rooms_of_every_kind() -> pd.DataFrame:
    return rooms_table(
        *(
            {"name": f"{name}-{type_}-{number}", "type": type_, "archived": number == 1}
            for name in ("a", "b", "ab")
            for type_ in ("channel", "private", "direct")
            for number in (0, 1)
        )
    )


@given(st.sets(st.sampled_from(["channel", "private", "direct"])), st.booleans(), st.sampled_from(["", "a", "ab"]))
def test_lifting_a_filter_brings_back_as_many_rooms_as_it_was_said_to_hide(
    rooms_of_every_kind: pd.DataFrame, types: set[str], archived: bool, search: str
) -> None:
    table = rooms_of_every_kind
    view = Filters(frozenset(types), search, frozenset({"a-channel-0"}), archived)
    hidden, shown = view.hidden(table), len(view.keep(table))
    lifted = {type_: replace(view, types=view.types | {type_}) for type_ in ("channel", "private", "direct")}
    lifted |= {"archived": replace(view, archived=True), "search": replace(view, search="")}
    lifted |= {"left_out": replace(view, left_out=frozenset())}
    assert {name: shown + hidden.get(name, 0) for name in lifted} == {
        name: len(without.keep(table)) for name, without in lifted.items()
    }

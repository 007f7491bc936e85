"""Which rooms a view is about."""

from __future__ import annotations

import pandas as pd

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
    assert names(one[Filters().out_of(one)]) == ["git"]

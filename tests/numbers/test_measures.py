"""What each number means, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers import measures
from engagement.numbers.measures import Comparison, Filters
from tests.support.rooms import WEEK, rooms_table

ALL = Filters(frozenset(measures.TYPES))


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
    table = rooms_table({"name": "Git-Wasmtime"}, {"name": "git"}, {"name": "digital"}, {"name": "general (old)"})
    assert names(Filters(left_out_names=("git*", "general (OLD)")).keep(table)) == ["digital"]
    assert names(table[Filters(left_out_names=("git",)).out_of(table)]) == ["git"]


def test_the_headline_of_three_rooms() -> None:
    table = rooms_table(
        {"name": "a", "messages": 60, "previous_messages": 40},
        {"name": "b", "messages": 0, "previous_messages": 8},
        {"name": "c", "messages": 0, "previous_messages": 0},
        {"name": "made this week", "messages": 0, "created": "2026-11-10"},
    )
    head = measures.headline(table, WEEK)
    assert head.messages == Comparison(60, 48)
    assert head.messages.change == 12
    assert head.messages.change_pct == 25.0
    assert head.active == Comparison(1, 2)
    # The room made this week did not exist the week before, so it was not inactive then.
    assert head.inactive == Comparison(3, 1)
    assert head.busiest_share == Comparison(100.0, 100.0)


def test_the_share_of_the_ten_busiest_counts_a_negative_room_as_nothing() -> None:
    ten = [{"name": f"r{n}", "messages": 9} for n in range(10)]
    table = rooms_table(*ten, {"name": "rest", "messages": 10}, {"name": "deleted", "messages": -50})
    # The ten busiest are the room with 10 and nine of those with 9: 91 of 100 messages.
    assert measures.headline(table, WEEK).busiest_share.now == 91.0


def test_a_percentage_of_nothing_is_undefined() -> None:
    assert Comparison(5, 0).change_pct is None
    assert Comparison(5, -1).change_pct is None


def test_ranks_and_shares_of_three_rooms() -> None:
    table = measures.ranked(
        rooms_table({"name": "b", "messages": 30}, {"name": "a", "messages": 60}, {"name": "c", "messages": 10})
    )
    assert names(table) == ["a", "b", "c"]
    assert list(table["rank"]) == [1, 2, 3]
    assert list(table["share"]) == [60.0, 30.0, 10.0]
    assert list(table["cumulative"]) == [60.0, 90.0, 100.0]


@pytest.mark.parametrize(("percent", "rooms"), [(1, 1), (60, 1), (61, 2), (90, 2), (100, 3)])
def test_how_many_rooms_hold_so_much(percent: float, rooms: int) -> None:
    table = rooms_table({"name": "b", "messages": 30}, {"name": "a", "messages": 60}, {"name": "c", "messages": 10})
    assert measures.rooms_for_share(table, percent) == rooms


def test_without_messages_no_room_holds_anything() -> None:
    assert measures.rooms_for_share(rooms_table({"name": "a"}), 50) == 0
    assert list(measures.ranked(rooms_table({"name": "a"}))["share"]) == [0.0]


def test_movers_are_the_largest_rises_then_falls_and_nothing_that_stayed() -> None:
    table = rooms_table(
        {"name": "up 5", "messages": 5},
        {"name": "up 9", "messages": 9},
        {"name": "up 1", "messages": 1},
        {"name": "same", "messages": 4, "previous_messages": 4},
        {"name": "down 2", "messages": 1, "previous_messages": 3},
        {"name": "down 7", "previous_messages": 7},
    )
    assert names(measures.movers(table, 2)) == ["up 9", "up 5", "down 2", "down 7"]


def test_changed_rooms_come_largest_change_first_without_the_silent_ones() -> None:
    table = rooms_table(
        {"name": "silent"},
        {"name": "same", "messages": 4, "previous_messages": 4},
        {"name": "down", "previous_messages": 7},
        {"name": "up", "messages": 5},
    )
    assert names(measures.changed(table)) == ["down", "up", "same"]


def test_inactive_rooms_come_longest_silence_first_in_buckets_of_days() -> None:
    table = measures.inactive(
        rooms_table(
            {"name": "active", "messages": 3},
            {"name": "30 days", "last_message": "2026-10-16"},
            {"name": "31 days", "last_message": "2026-10-15"},
            {"name": "366 days", "last_message": "2025-11-14"},
            {"name": "never"},
            {"name": "unknown", "last_message_known": False},
        )
    )
    assert dict(zip(table["name"], table["silence"], strict=True)) == {
        "366 days": "over a year",
        "31 days": "31 to 90 days",
        "30 days": "up to 30 days",
        "never": "never used",
        "unknown": "unknown",
    }
    assert names(table)[:3] == ["366 days", "31 days", "30 days"]


def test_rooms_that_are_quiet_by_design_can_be_exempted() -> None:
    table = rooms_table(
        {"name": "rules", "read_only": True},
        {"name": "news", "announcement": True},
        {"name": "general", "default": True},
        {"name": "attic"},
    )
    assert names(table[~measures.quiet_by_design(table)]) == ["attic"]
    assert len(measures.inactive(table)) == 4


def test_states_are_counted_in_a_fixed_order_with_zeros() -> None:
    table = rooms_table({"name": "a", "messages": 1}, {"name": "b"}, {"name": "c", "previous_messages": 1})
    assert measures.inactive_by_state(table).to_dict() == {
        "went quiet": 1,
        "dormant": 0,
        "never used": 1,
        "unused so far": 0,
        "unknown": 0,
    }
    assert measures.movements(table) == {"new": 0, "back": 1, "went quiet": 1}


@given(st.lists(st.tuples(st.integers(-3, 1000), st.integers(-3, 1000)), min_size=1, max_size=12))
def test_shares_never_leave_0_to_100_and_add_up(counts: list[tuple[int, int]]) -> None:
    table = rooms_table(
        *({"name": f"r{n}", "messages": now, "previous_messages": old} for n, (now, old) in enumerate(counts))
    )
    ranked = measures.ranked(table)
    assert ranked["share"].between(0, 100).all()
    total = ranked["cumulative"].iloc[-1]
    assert total == pytest.approx(100) or total == 0
    head = measures.headline(table, WEEK)
    assert head.active.now + head.inactive.now == len(table)
    assert head.messages.change == table["change"].sum()

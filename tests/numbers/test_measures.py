"""What each figure means, worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.measures import MEASURES, Comparison, by_week, totals
from engagement.numbers.periods import Period
from engagement.numbers.rankings import ranked
from engagement.numbers.rooms import Rules
from tests import ROOT
from tests.support.report_tools import history_of
from tests.support.rooms import WEEK, rooms_table


def test_the_headline_of_three_rooms() -> None:
    table = rooms_table(
        {"name": "a", "messages": 60, "previous_messages": 40},
        {"name": "b", "messages": 0, "previous_messages": 8},
        {"name": "c", "messages": 0, "previous_messages": 0},
        {"name": "made this week", "messages": 0, "created": "2026-11-10"},
    )
    head = totals(table, WEEK.previous)
    assert head["messages"] == Comparison(60, 48)
    assert head["messages"].change == 12
    assert head["messages"].change_pct == 25.0
    assert head["active_rooms"] == Comparison(1, 2)
    # The room made this week did not exist the week before, so it was not inactive then.
    assert head["inactive_rooms"] == Comparison(3, 1)
    assert head["busiest_share"] == Comparison(100.0, 100.0)


def test_the_share_of_the_ten_busiest_counts_a_negative_room_as_nothing() -> None:
    ten = [{"name": f"r{n}", "messages": 9} for n in range(10)]
    table = rooms_table(*ten, {"name": "rest", "messages": 10}, {"name": "deleted", "messages": -50})
    # The ten busiest are the room with 10 and nine of those with 9: 91 of 100 messages.
    assert totals(table, WEEK.previous)["busiest_share"].now == 91.0


def test_the_median_is_of_active_rooms_alone_and_undefined_without_one() -> None:
    counts = [(900, 0), (8, 0), (4, 0), (2, 0), (0, 0), (-3, 0)]
    table = rooms_table(
        *({"name": f"r{n}", "messages": now, "previous_messages": old} for n, (now, old) in enumerate(counts))
    )
    median = totals(table, WEEK.previous)["median_messages"]
    # 900, 8, 4 and 2: half way between 8 and 4.
    assert median.now == 6.0
    assert math.isnan(median.before)
    assert median.change_pct is None


def test_a_percentage_of_nothing_is_undefined() -> None:
    assert Comparison(5, 0).change_pct is None
    assert Comparison(5, -1).change_pct is None


def test_a_silent_room_that_is_exempt_is_counted_as_no_inactive_room_in_either_period() -> None:
    rooms = [{"name": "announcements"}, {"name": "attic"}, {"name": "general", "messages": 3, "previous_messages": 1}]
    assert totals(rooms_table(*rooms), WEEK.previous)["inactive_rooms"] == Comparison(2, 2)
    exempt = rooms_table(*rooms, rules=Rules(exempt=("Announce*",)))
    assert totals(exempt, WEEK.previous)["inactive_rooms"] == Comparison(1, 1)


def test_a_room_made_after_the_days_compared_with_was_not_inactive_in_them_however_far_back_they_are() -> None:
    table = rooms_table(
        {"name": "old", "created": "2025-01-01"},
        {"name": "of the last day", "created": "2025-11-16"},
        {"name": "of the day after", "created": "2025-11-17"},
        {"name": "of the summer", "created": "2026-07-01"},
    )
    a_year_before = Period(date(2025, 11, 10), date(2025, 11, 16))
    assert totals(table, a_year_before)["inactive_rooms"] == Comparison(4, 2)


def test_measures_by_week_are_of_the_rooms_given_and_not_known_where_nothing_was_counted() -> None:
    history = history_of(
        {"general": [7, float("nan"), 5], "late": [0, float("nan"), 4], "feed": [90, float("nan"), 80]}
    )
    weeks = by_week(history, rooms_table({"name": "general"}, {"name": "late"}, {"name": "silent"}))
    assert weeks["messages"].tolist()[::2] == [7, 9]
    assert weeks["active_rooms"].tolist()[::2] == [1, 2]
    assert weeks.iloc[1].isna().all()


def test_a_week_in_which_one_of_the_rooms_is_not_known_is_not_known_and_one_of_another_room_does_not_matter() -> None:
    history = history_of({"general": [7, 6], "late": [float("nan"), 4], "odd": [-2, 1], "feed": [9, float("nan")]})
    weeks = by_week(history, rooms_table({"name": "general"}, {"name": "late"}, {"name": "odd"}))
    assert weeks.iloc[0].isna().all()
    assert weeks.iloc[1].to_dict() == {"messages": 11, "active_rooms": 3, "median_messages": 4}
    weeks = by_week(history, rooms_table({"name": "general"}, {"name": "odd"}))
    assert weeks.iloc[0].to_dict() == {"messages": 5, "active_rooms": 1, "median_messages": 7}


def test_names_and_labels_of_measures_are_their_own() -> None:
    for told in ("name", "label", "meaning"):
        values = [getattr(measure, told) for measure in MEASURES]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_readme_says_what_each_measure_means(measure) -> None:
    assert f"| **{measure.label.lower()}** | {measure.meaning} |" in (ROOT / "README.md").read_text(encoding="utf-8")


@given(st.lists(st.tuples(st.integers(-3, 1000), st.integers(-3, 1000)), min_size=1, max_size=12))
def test_shares_never_leave_0_to_100_and_add_up(counts: list[tuple[int, int]]) -> None:
    table = rooms_table(
        *({"name": f"r{n}", "messages": now, "previous_messages": old} for n, (now, old) in enumerate(counts))
    )
    table = ranked(table)
    assert table["share"].between(0, 100).all()
    total = table["share"].sum()
    assert total == pytest.approx(100) or total == 0
    head = totals(table, WEEK.previous)
    assert head["active_rooms"].now + head["inactive_rooms"].now == len(table)
    assert head["messages"].change == table["change"].sum()

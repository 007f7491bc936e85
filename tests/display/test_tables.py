"""The tables that are shown and written to files."""

from __future__ import annotations

import pandas as pd

from engagement.display import tables
from tests.support.rooms import rooms_table


def test_a_week_whose_median_is_a_half_stands_in_the_table_of_weeks_beside_whole_numbers() -> None:
    days = pd.to_datetime(["2026-11-02", "2026-11-09"])
    by_week = pd.DataFrame(
        {"messages": [7.0, None], "active_rooms": [2.0, None], "median_messages": [3.5, None]}, index=days
    )
    shown = tables.weeks(by_week)
    assert shown["Week from"].tolist() == [days[1], days[0]], "the latest first"
    assert shown["Messages"].dtype == "Int64"
    assert shown.iloc[1, 1:].tolist() == [7, 2, 3.5]
    assert shown.iloc[0, 1:].isna().all()


def test_a_table_sorted_by_signal_begins_with_the_strongest_and_leaves_the_others_in_their_order() -> None:
    rooms = rooms_table(*({"name": name, "messages": 9 - n} for n, name in enumerate("abcd")))
    said = pd.array(["no clear change", "rising", "too few weeks", "falling"], dtype="str")
    rooms = rooms.assign(signal=said, surprise=[0.0, 1.0, 0.0, -2.0])
    table = tables.ranked(rooms, people=False)
    assert "Signal" in tables.sorts(list(table))
    assert list(tables.sorted_by(table, "Signal", rooms)["Room"]) == ["#d", "#b", "#a", "#c"]
    unjudged = tables.ranked(rooms_table({"name": "a"}, {"name": "b"}), people=False)
    assert list(tables.sorted_by(unjudged, "Signal", rooms)["Room"]) == ["#a", "#b"]

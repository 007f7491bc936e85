"""The tables that are shown and written to files."""

from __future__ import annotations

import pandas as pd

from engagement.display import tables


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

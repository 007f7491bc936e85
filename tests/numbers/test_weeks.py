"""Weeks of rooms as small lines."""

from __future__ import annotations

import pandas as pd

from engagement.numbers.weeks import lines, median_before
from tests.support.report_tools import history_of

UNREAD = float("nan")


def test_a_small_line_begins_after_the_last_week_that_is_not_known() -> None:
    history = history_of({"a": [1, 2, UNREAD, 4, 5], "b": [1, 2, UNREAD, 0, 7]})
    assert lines(history, pd.Series(["a", "b"]), 4) == [[4, 5], [0, 7]]
    assert lines(history, pd.Series(["a", "b"]), 2) == [[4, 5], [0, 7]]


def test_a_room_that_was_never_counted_was_silent_in_the_weeks_that_are_known() -> None:
    history = history_of({"a": [UNREAD, 2, 3]})
    assert lines(history, pd.Series(["silent", "a"]), 8) == [[0, 0], [2, 3]]
    assert lines(history_of({"a": [2, UNREAD]}), pd.Series(["a"]), 8) == [[]]


def test_the_median_of_the_weeks_before_needs_three_of_them() -> None:
    assert median_before([100, 300, 200, 9]) == 200
    assert median_before([1, 2, 3, 4, 9]) == 2.5
    assert median_before([100, 300, 9]) is None

"""How long the weeks that are not read yet will take, and how that is told."""

from __future__ import annotations

from engagement.display.wording import duration_text
from engagement.reading.estimate import Calls


def test_calls_left_are_reckoned_from_the_pages_of_the_windows_before() -> None:
    calls = Calls(windows_left=13)
    assert (calls.left, calls.later_pauses(10)) == (13, 61)
    # A first page of 100 rooms of 2,000: twenty pages a window.
    calls = calls.page(100, 2000)
    assert calls.left == 13 * 20 - 1
    assert calls.later_pauses(10) == 25 * 61
    assert calls.later_pauses(None) == 0
    assert Calls(0).left == 0
    assert Calls(0).later_pauses(10) == 0


def test_lengths_of_time_are_told_as_people_tell_them() -> None:
    told = {
        1: "1 second",
        89: "89 seconds",
        90: "2 minutes",
        600: "10 minutes",
        3600: "1 hour",
        7500: "2 hours 5 minutes",
    }
    assert {seconds: duration_text(seconds) for seconds in told} == told

"""What a file and the badge of a page say of how their figures were read."""

from __future__ import annotations

from datetime import timedelta

from engagement.display.tables import about
from engagement.numbers.filters import Filters
from engagement.numbers.receipt import Receipt
from tests.support.report_tools import activity_of


def test_the_whole_cost_of_the_reading_and_what_is_missing_is_said() -> None:
    receipt = Receipt(
        calls=12,
        pages=10,
        reread=2,
        duplicates=1_234,
        announced=40,
        received=30,
        missing=3,
        waited=timedelta(seconds=61),
        notes=("Three rooms are missing.",),
        complete=False,
    )
    activity = activity_of({"name": "general"}, {"name": "random"}, receipt=receipt)
    assert activity.rooms_expected == 5
    said = about(activity, Filters(), 2)
    assert said[-1] == ("Note", "Three rooms are missing.")
    lines = dict(said)
    assert lines["Rooms received"] == "2 of 5 announced"
    assert lines["Complete"] == "no"
    assert lines["Calls"] == "12"
    assert lines["Pages"] == "10"
    assert lines["Pages read again"] == "2"
    assert lines["Duplicates removed"] == "1,234"
    assert lines["Waited for the rate limit"] == "61 seconds"

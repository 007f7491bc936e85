"""The change and the signal of one room never contradict each other, wherever they stand in one row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.cli.channels import as_json
from engagement.display import signals, tables
from engagement.numbers.filters import Filters
from engagement.numbers.rooms import Activity
from engagement.report import html, markdown
from engagement.report.content import build
from engagement.report.wishes import Wishes
from tests.support.reasons import why
from tests.support.report_tools import activity_of, history_of

UNKNOWN = float("nan")
# Rooms by what their weeks tell, the previous one and that of the period last.
WEEKS = {
    "even": [50.0] * 17,
    "ended": [*[50.0] * 16, 0],
    "now and then": [3.0, 0, 0, 5, 0, 0, 2, 0, 0, 4, 0, 1, 0, 0, 6, 2, 0],
    "again": [*[0.0] * 16, 40],
    "a word again": [*[100.0] * 14, 4, 0, 2],
    "burst": [*[50.0] * 16, 900],
    "deleted": [*[9.0] * 16, -30],
    "lost": [*[50.0] * 16, UNKNOWN],
}
UP, DOWN = {"rising", "returned"}, {"falling", "unusually silent"}


def judged(weeks: dict[str, list[float]], **more: object) -> Activity:
    rooms = [
        {"name": name, "messages": int(np.nan_to_num(counts[-1])), "previous_messages": int(np.nan_to_num(counts[-2]))}
        for name, counts in weeks.items()
    ]
    return activity_of(*rooms, **more).judged(history_of(weeks))


def contradicts(change: object, percent: object, signal: object, reason: object) -> bool:
    """Whether what stands in one row says two things of one room."""
    if not reason or (percent == -100 and signal == "no clear change" and "usually" not in str(reason)):
        return True
    return (change in {"new", "back"} and signal in DOWN) or (change == "fell silent" and signal in UP)


counts = st.lists(st.integers(-5, 120) | st.just(0), min_size=6, max_size=17)


@given(counts)
def test_no_weeks_make_a_row_that_contradicts_itself(weeks: list[int]) -> None:
    room = judged({"any": [float(count) for count in weeks]}).rooms.iloc[0]
    assert not contradicts(room["change_word"], room["change_pct"], room["signal"], why(room))


@pytest.mark.parametrize("weeks", [[*[100.0] * 14, 4, 0, 2], [*[60.0] * 13, 0, 0, 0, 1]])
def test_a_room_that_speaks_again_is_back_and_not_falling_however_little_it_says(weeks: list[float]) -> None:
    # Another room speaks all the time, so that the silent week is known to be one.
    rooms = judged({"word": weeks, "even": [50.0] * len(weeks)}).rooms.set_index("room_id")
    assert rooms.loc["word", ["change_word", "signal"]].tolist() == ["back", "no clear change"]


def test_page_files_and_json_say_the_same_of_a_room_and_none_of_it_contradicts() -> None:
    activity = judged(WEEKS)
    told = {room["name"]: room for room in as_json(activity, people=False)["rooms"]}  # type: ignore[attr-defined]
    page = tables.changed(activity.rooms, activity.history, people=False)
    content = build(activity, Filters(), Wishes(top=20))
    document, pasted = html.document(content), markdown.document(content)
    for row in page.to_dict("records"):
        room = told[row["Room"].removeprefix("#")]
        assert (row["Signal"], row["Why"]) == (room["signal"], room["reason"])
        assert not contradicts(row["Change in words"], room["change_pct"], row["Signal"], row["Why"])
        assert row["Signal"] in document
        assert row["Signal"] in pasted
    everything = content.every_room.set_index("Room")
    assert {name: room["signal"] for name, room in told.items()} == {
        name.removeprefix("#"): signal for name, signal in everything["Signal"].items()
    }


def test_a_count_below_none_stands_beside_no_range() -> None:
    assert "usually 0 to" not in why(judged({"deleted": WEEKS["deleted"]}).rooms.iloc[0])


def test_one_message_is_told_as_one_and_a_report_without_signals_says_why() -> None:
    room = {"name": "one", "messages": 1, "members": 1}
    content = build(activity_of(room), Filters(), Wishes())
    made = markdown.document(content)
    assert "1 message," in made
    assert "1 messages" not in made
    assert signals.UNJUDGED in content.notes

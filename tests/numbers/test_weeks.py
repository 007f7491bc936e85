"""Weeks of rooms as small lines, and weeks that are not known of all rooms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from engagement.display.reasons import text
from engagement.numbers.measures import by_week
from engagement.numbers.periods import Period
from engagement.numbers.weeks import History, agreed, lines, signals, total_signal
from tests.support.reasons import why
from tests.support.report_tools import history_of
from tests.support.rooms import WEEK, rooms_table

UNREAD = float("nan")


def test_a_small_line_begins_after_the_last_week_that_is_not_known() -> None:
    history = history_of({"a": [1, 2, UNREAD, 4, 5], "b": [1, 2, UNREAD, 0, 7]})
    assert lines(history, pd.Series(["a", "b"]), 4) == [[4, 5], [0, 7]]
    assert lines(history, pd.Series(["a", "b"]), 2) == [[4, 5], [0, 7]]


def test_a_room_that_was_never_counted_was_silent_in_the_weeks_that_are_known() -> None:
    history = history_of({"a": [UNREAD, 2, 3]})
    assert lines(history, pd.Series(["silent", "a"]), 8) == [[0, 0], [2, 3]]
    assert lines(history_of({"a": [2, UNREAD]}), pd.Series(["a"]), 8) == [[]]


def test_a_room_has_the_signal_of_its_own_weeks_whoever_else_was_counted_and_whenever_the_others_were_made() -> None:
    weeks = {"a": [5.0] * 16 + [90], "b": [40.0] * 14 + [0, 0, 0], "c": [7.0] * 16 + [UNREAD], "gone": [3.0] * 17}
    rooms = rooms_table(*({"name": name} for name in ["b", "never", "c", "just made", "a", "later"]))
    made = {"just made": pd.Timestamp("2026-11-11"), "later": pd.Timestamp("2026-10-28")}
    rooms["created"] = [made.get(room, pd.Timestamp("2020-01-01")) for room in rooms["room_id"]]
    judged = signals(rooms, history_of(weeks))
    assert judged["signal"].to_dict() == {
        "a": "rising",
        "b": "unusually silent",
        "c": "too few weeks",
        "never": "no clear change",
        "just made": "too few weeks",
        "later": "too few weeks",
    }
    # 28 October is in the week from the 26th on, the second before that of 9 November: one whole week is before that.
    assert judged["weeks_known"].to_dict() == {"a": 16, "b": 16, "c": 16, "never": 16, "just made": 0, "later": 1}
    alone = pd.concat([signals(rooms.iloc[[row]], history_of(weeks)) for row in range(len(rooms))])
    pd.testing.assert_frame_equal(judged, alone)


TWENTY = [{"name": f"room {number}", "messages": 10, "previous_messages": 10} for number in range(20)]
SIXTEEN = history_of({str(room["name"]): [10.0] * 16 for room in TWENTY})


def told(history: History, rooms: pd.DataFrame) -> tuple[set[str], str, str]:
    """The reasons of all rooms, and signal and reason of their total."""
    total = total_signal(history, by_week(history, rooms)["messages"])
    return set(signals(rooms, history)["reason"].map(text)), total["signal"], why(total)


def test_a_week_in_which_fifteen_of_twenty_rooms_did_not_arrive_is_not_known_and_says_so() -> None:
    arrived = [room | ({} if number < 5 else {"messages": 0}) for number, room in enumerate(TWENTY)]
    rooms = rooms_table(*arrived)
    history = agreed(SIXTEEN, WEEK, WEEK.previous, rooms, whole=False)
    judged = signals(rooms, history)
    missing = rooms["messages"].eq(0).to_numpy()
    assert set(judged["signal"][missing]) == {"too few weeks"}
    assert set(judged["reason"][missing].map(text)) == {"this week is not known: not all rooms arrived"}
    assert set(judged["signal"][~missing]) == {"no clear change"}
    assert told(history, rooms)[1:] == ("too few weeks", "this week is not known: not all rooms arrived")


def test_a_week_with_three_days_that_nobody_counted_is_not_known_in_rooms_and_in_total() -> None:
    rooms, lost = rooms_table(*TWENTY), [date(2026, 11, day) for day in (10, 11, 12)]
    history = agreed(SIXTEEN, WEEK, WEEK.previous, rooms, whole=True, uncounted=lost)
    said = "this week is not known: nothing was counted on some of its days"
    assert told(history, rooms) == ({said}, "too few weeks", said)
    assert history.gaps == [""] * 15 + ["nothing was counted on some of its days"]


def test_each_unknown_week_says_why() -> None:
    weeks = SIXTEEN.weeks
    lost = SIXTEEN.counts.copy()
    lost.iloc[:, :3] = UNREAD
    history = replace(SIXTEEN, counts=lost, missing=weeks[:1], incomplete=weeks[3:4], uncounted=weeks[1:2])
    assert history.gaps[:5] == [
        *("not read yet", "nothing was counted on some of its days", "nothing was counted", "not all rooms arrived", "")
    ]


def test_a_total_is_not_known_where_what_was_kept_of_one_room_is_out_of_date() -> None:
    counts = SIXTEEN.counts.copy()
    counts.iloc[7, -1] = UNREAD
    _, signal, reason = told(replace(SIXTEEN, counts=counts), rooms_table(*TWENTY))
    assert signal == "too few weeks"
    assert reason == "this week is not known: what was kept of some room is out of date"


def test_a_week_with_a_day_that_nobody_counted_is_not_known_inside_of_four_weeks_either() -> None:
    rooms, lost = rooms_table(*(room | {"messages": 40} for room in TWENTY)), [date(2026, 10, 31)]
    month = Period(date(2026, 10, 19), WEEK.end)
    history = replace(
        agreed(SIXTEEN, month, month.previous, rooms, whole=True, uncounted=lost), month=True, asked=month
    )
    assert history.gaps == [""] * 13 + ["nothing was counted on some of its days"] + [""] * 2
    said = "not all of the last four weeks are known: nothing was counted on some of its days"
    assert told(history, rooms) == ({said}, "too few weeks", said)


def test_more_was_deleted_than_written_on_the_days_around_the_weeks_of_a_period_and_these_are_known_all_the_same() -> (
    None
):
    month, ragged = Period(date(2026, 10, 19), WEEK.end), Period(date(2026, 10, 17), WEEK.end)
    rooms = rooms_table(*(room | {"messages": 40} for room in TWENTY))
    rooms.loc[7, "messages"] = 34
    for period, known in ((ragged, True), (month, False)):
        history = agreed(SIXTEEN, period, period.previous, rooms, whole=True)
        assert by_week(history, rooms)["messages"].notna().tolist() == [True] * 12 + [known] * 4

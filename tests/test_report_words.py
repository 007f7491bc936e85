"""What changed, in words: every number of a sentence is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engagement.report.words import plain, sentences
from tests.report_tools import activity_of, history_of

STEADY = [100.0] * 12


def said(*rooms: dict[str, object], history: dict[str, list[float]] | None = None, **changes: object) -> list[str]:
    activity = activity_of(*rooms, **changes)
    weeks = history_of(history) if history else None
    return [plain(parts) for parts in sentences(activity, activity.rooms, weeks, people=False)]


def test_a_rise_names_both_numbers_and_the_room_that_drove_it() -> None:
    told = said(
        {"name": "release-help", "messages": 410, "previous_messages": 10},
        {"name": "general", "messages": 200, "previous_messages": 100},
    )
    assert told[0] == "Messages rose from 110 to 610 (+455\u00a0%)."
    assert told[1] == "#release-help drove most of it (+400 of +500)."


def test_a_fall_that_many_rooms_share_names_the_largest_parts() -> None:
    told = said(
        {"name": "a", "messages": 10, "previous_messages": 50},
        {"name": "b", "messages": 10, "previous_messages": 45},
        {"name": "c", "messages": 10, "previous_messages": 40},
    )
    assert told[0] == "Messages fell from 135 to 30 (−78\u00a0%)."
    assert told[1] == "The largest parts of it came from #a (−40), #b (−35) and #c (−30)."


def test_a_room_that_gained_more_than_all_together_stands_beside_the_one_that_lost_most() -> None:
    told = said(
        {"name": "up", "messages": 110, "previous_messages": 10},
        {"name": "down", "messages": 10, "previous_messages": 50},
    )
    assert told[0] == "Messages rose from 60 to 120 (+100\u00a0%)."
    assert told[1] == "#up alone gained 100; #down lost most (−40)."


def test_changes_that_cancel_each_other_out_are_said_to() -> None:
    told = said(
        {"name": "up", "messages": 20, "previous_messages": 10},
        {"name": "down", "messages": 10, "previous_messages": 20},
    )
    assert told[:2] == [
        "Messages stayed at 30.",
        "Rises and falls cancel each other out: #up gained most (+10), #down lost most (−10).",
    ]


def test_a_week_like_those_before_is_within_the_usual_range_and_one_far_above_is_not() -> None:
    calm = said({"name": "a", "messages": 100, "previous_messages": 100}, history={"a": [*STEADY, 100.0]})
    loud = said({"name": "a", "messages": 900, "previous_messages": 100}, history={"a": [*STEADY, 900.0]})
    assert calm[0].startswith("Messages stayed at 100, within the usual range of ")
    assert loud[0].startswith("Messages rose from 100 to 900 (+800\u00a0%), above the usual range of ")
    assert "In the week 9–15 Nov 2026 no room left the range that is usual for it." in calm
    assert any("1 room is growing (#a); every other change is within what is usual." in line for line in loud)


def test_without_enough_weeks_nothing_is_called_usual() -> None:
    told = said({"name": "a", "messages": 900, "previous_messages": 100}, history={"a": [100.0, 900.0]})
    assert told[0] == "Messages rose from 100 to 900 (+800\u00a0%)."
    assert not any("usual" in line or "growing" in line for line in told)


def test_rooms_that_are_new_back_or_quiet_are_counted_and_the_largest_loss_is_named() -> None:
    told = said(
        {"name": "new", "messages": 5, "created": "2026-11-10"},
        {"name": "back", "messages": 3},
        {"name": "gone", "previous_messages": 45},
        {"name": "gone-too", "previous_messages": 2},
        {"name": "stays", "messages": 60, "previous_messages": 60},
    )
    assert (
        "1 room is new, 1 came back and 2 went quiet; of those gone quiet, #gone had most before (45 messages)." in told
    )


def test_the_last_sentence_counts_silent_rooms_and_those_never_used() -> None:
    told = said({"name": "a", "messages": 4}, {"name": "b"}, {"name": "c", "last_message": "2026-10-01"})
    assert told[-1] == "2 of 3 rooms had no message, 1 of them never had one."


def test_a_period_without_any_count_is_no_data_and_calls_nobody_inactive() -> None:
    told = said({"name": "a"}, {"name": "b"})
    assert len(told) == 1
    assert "no data, not silence" in told[0]


def test_a_previous_period_without_data_gives_no_change() -> None:
    told = said({"name": "a", "messages": 4})
    assert told[0] == "4 messages were counted; there are no counts of the period before to compare."
    assert not any("rose" in line or "back" in line for line in told)


def test_an_unfinished_period_says_so_and_is_held_against_no_whole_week() -> None:
    told = said(
        {"name": "a", "messages": 40, "previous_messages": 100},
        history={"a": [*STEADY, 100.0]},
        today=date(2026, 11, 15),
    )
    assert told[0] == "Messages fell from 100 to 40 (−60\u00a0%), though the period is not over yet."


def test_a_longer_period_is_measured_by_its_last_full_week() -> None:
    activity = activity_of({"name": "a", "messages": 400, "previous_messages": 400})
    activity = replace(activity, period=type(activity.period)(date(2026, 10, 19), date(2026, 11, 15)))
    told = [
        plain(parts) for parts in sentences(activity, activity.rooms, history_of({"a": [*STEADY, 90.0]}), people=False)
    ]
    assert told[0].startswith(
        "Messages stayed at 400; the 90 of its last full week (9–15 Nov 2026) are within the usual range of "
    )


def test_people_of_direct_messages_are_not_named() -> None:
    rooms = {"name": "ada × bob", "usernames": "ada × bob", "type": "direct", "messages": 50, "previous_messages": 1}
    assert "ada" not in " ".join(said(rooms))

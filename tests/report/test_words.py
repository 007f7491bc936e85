"""What changed, in words: every number of a sentence is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engagement.report.words import sentences, written
from tests.support.report_tools import activity_of, history_of

EVEN = [100.0] * 12


def said(*rooms: dict[str, object], history: dict[str, list[float]] | None = None, **changes: object) -> list[str]:
    activity = activity_of(*rooms, **changes).judged(history_of(history) if history else None)
    return [written(parts) for parts in sentences(activity, activity.rooms, people=False)]


def test_a_rise_names_both_numbers_and_the_room_that_drove_it() -> None:
    told = said(
        {"name": "release-help", "messages": 410, "previous_messages": 10},
        {"name": "general", "messages": 200, "previous_messages": 100},
    )
    assert told[0] == "610 messages, 500 more than the 110 before (+455\u00a0%)."
    assert told[1] == "#release-help drove most of it (+400 of +500)."


def test_a_fall_that_many_rooms_share_names_the_largest_parts() -> None:
    told = said(
        {"name": "a", "messages": 10, "previous_messages": 50},
        {"name": "b", "messages": 10, "previous_messages": 45},
        {"name": "c", "messages": 10, "previous_messages": 40},
    )
    assert told[0] == "30 messages, 105 fewer than the 135 before (−78\u00a0%)."
    assert told[1] == "The largest parts of it came from #a (−40), #b (−35) and #c (−30)."


def test_a_room_that_gained_more_than_all_together_stands_beside_the_one_that_lost_most() -> None:
    told = said(
        {"name": "up", "messages": 110, "previous_messages": 10},
        {"name": "down", "messages": 10, "previous_messages": 50},
    )
    assert told[0] == "120 messages, 60 more than the 60 before (+100\u00a0%)."
    assert told[1] == "#up alone gained 100; #down lost most (−40)."


def test_changes_that_cancel_each_other_out_are_said_to() -> None:
    told = said(
        {"name": "up", "messages": 20, "previous_messages": 10},
        {"name": "down", "messages": 10, "previous_messages": 20},
    )
    assert told[:2] == [
        "30 messages, the same as before.",
        "Gains and losses cancel each other out: #up gained most (+10), #down lost most (−10).",
    ]


def test_a_week_like_those_before_has_no_clear_change_and_one_far_above_or_below_is_news() -> None:
    calm = said({"name": "a", "messages": 100, "previous_messages": 100}, history={"a": [*EVEN, 100.0]})
    loud = said({"name": "a", "messages": 900, "previous_messages": 100}, history={"a": [*EVEN, 900.0]})
    low = said({"name": "a", "messages": 3, "previous_messages": 100}, history={"a": [*EVEN, 3.0]})
    assert calm[0].startswith("100 messages, the same as before; no clear change, usually ")
    assert loud[0].startswith("900 messages, 800 more than the 100 before (+800\u00a0%); rising, usually ")
    assert low[0].startswith("3 messages, 97 fewer than the 100 before (−97\u00a0%); falling, usually ")
    assert "In the week 9–15 Nov 2026 the one judged room has no clear change." in calm
    assert any(line.endswith("its own recent weeks, 1 room is rising (#a).") for line in loud)


def test_rooms_that_are_not_news_are_counted_with_or_without_enough_weeks() -> None:
    unknown = float("nan")
    rooms = [{"name": name, "messages": 100, "previous_messages": 100} for name in ("b", "c", "young")]
    weeks = {"b": [*EVEN, 100.0], "c": [*EVEN, 100.0], "young": [unknown] * 11 + [100.0, 100.0]}
    news = said(
        {"name": "a", "messages": 900, "previous_messages": 100}, *rooms, history={"a": [*EVEN, 900.0], **weeks}
    )
    assert (
        "In the week 9–15 Nov 2026, measured by its own recent weeks, 1 room is rising (#a); "
        "the other 2 judged rooms have no clear change; 1 has too few weeks." in news
    )
    calm = said(*rooms, history=weeks)
    assert "In the week 9–15 Nov 2026 the 2 judged rooms have no clear change; 1 has too few weeks." in calm


def test_without_enough_weeks_nothing_is_called_usual() -> None:
    told = said({"name": "a", "messages": 900, "previous_messages": 100}, history={"a": [100.0, 900.0]})
    assert told[0] == "900 messages, 800 more than the 100 before (+800\u00a0%)."
    assert not any("usual" in line or "rising" in line for line in told)


def test_where_no_room_is_judged_the_words_say_why() -> None:
    room = {"name": "a", "messages": 100, "previous_messages": 100}
    young = said(room, history={"a": [100.0, 100.0]})
    assert "Too few weeks are known for any signal: it takes 4 before the one that is judged." in young
    lost = said(room, history={"a": [*EVEN, 100.0]}, uncounted=(date(2026, 11, 11), date(2026, 11, 12)))
    assert "Nothing was counted on 11–12 Nov 2026: no room is judged by the week 9–15 Nov 2026." in lost


def test_rooms_that_are_new_back_or_fell_silent_are_counted_and_the_largest_loss_is_named() -> None:
    told = said(
        {"name": "new", "messages": 5, "created": "2026-11-10"},
        {"name": "back", "messages": 3},
        {"name": "gone", "previous_messages": 45},
        {"name": "gone-too", "previous_messages": 2},
        {"name": "stays", "messages": 60, "previous_messages": 60},
    )
    assert "1 room is new, 1 is back and 2 fell silent; of these, #gone had most before (45 messages)." in told


def test_rooms_for_which_silence_is_usual_are_said_to_talk_now_and_then() -> None:
    rare = [1.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    told = said(
        {"name": "busy", "messages": 100, "previous_messages": 100},
        {"name": "rare", "previous_messages": 1},
        {"name": "seldom", "previous_messages": 2},
        history={"busy": [*EVEN, 100.0], "rare": rare, "seldom": rare},
    )
    assert (
        "2 rooms fell silent (most of these are rooms that talk now and then); "
        "of these, #seldom had most before (2 messages)." in told
    )


def test_the_last_sentence_counts_silent_rooms_and_those_never_used() -> None:
    told = said({"name": "a", "messages": 4}, {"name": "b"}, {"name": "c", "last_message": "2026-10-01"})
    assert told[-1] == "2 of 3 rooms had no message, 1 of them never had one."


def test_where_every_room_spoke_that_is_said_rather_than_that_none_did_not() -> None:
    assert said({"name": "a", "messages": 4})[-1] == "The only room had messages."
    assert said({"name": "a", "messages": 4}, {"name": "b", "messages": 1})[-1] == "All rooms had messages."


def test_where_none_of_the_rooms_shown_arrived_nobody_knows_how_many_were_silent() -> None:
    activity = activity_of({"name": "here", "messages": 4}, {"name": "lost"})
    unknown = dict.fromkeys(["messages", "previous_messages", "change", "change_pct"], float("nan"))
    lost = activity.rooms[activity.rooms["name"] == "lost"].assign(**unknown, state="unknown")
    assert written(sentences(activity, lost, people=False)[-1]) == "– of 1 room had no message."


def test_a_period_without_any_count_is_no_data_and_calls_nobody_inactive() -> None:
    told = said({"name": "a"}, {"name": "b"})
    assert len(told) == 1
    assert "no data, not silence" in told[0]


def test_a_previous_period_without_data_gives_no_change() -> None:
    told = said({"name": "a", "messages": 4})
    assert told[0] == "4 messages were counted; there are no counts of the period before to compare."
    assert not any("more" in line or "back" in line for line in told)


def test_an_unfinished_period_says_so_and_is_held_against_no_whole_week() -> None:
    told = said(
        {"name": "a", "messages": 40, "previous_messages": 100},
        history={"a": [*EVEN, 100.0]},
        today=date(2026, 11, 15),
    )
    assert told[0] == ("40 messages so far; 100 on the same weekdays before.")
    assert not any("fewer" in line or "drove" in line for line in told)


def test_a_longer_period_is_measured_by_its_last_full_week() -> None:
    activity = activity_of({"name": "a", "messages": 290, "previous_messages": 290})
    activity = replace(activity, period=type(activity.period)(date(2026, 10, 26), date(2026, 11, 15)))
    activity = activity.judged(history_of({"a": [*EVEN, 90.0]}))
    told = [written(parts) for parts in sentences(activity, activity.rooms, people=False)]
    assert told[0].startswith(
        "290 messages, the same as before; 90 of them in the week 9–15 Nov 2026: no clear change, usually "
    )


def test_a_period_of_four_weeks_is_measured_by_all_of_them() -> None:
    activity = activity_of({"name": "a", "messages": 390, "previous_messages": 400})
    activity = replace(activity, period=type(activity.period)(date(2026, 10, 19), date(2026, 11, 15)))
    activity = activity.judged(history_of({"a": [*EVEN, 90.0]}))
    told = [written(parts) for parts in sentences(activity, activity.rooms, people=False)]
    assert told[0].startswith("390 messages, 10 fewer than the 400 before (−2.5\u00a0%); no clear change, usually ")


def test_people_of_direct_messages_are_not_named() -> None:
    rooms = {"name": "ada × bob", "usernames": "ada × bob", "type": "direct", "messages": 50, "previous_messages": 1}
    assert "ada" not in " ".join(said(rooms))

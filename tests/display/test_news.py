"""What needs a look: which rooms, in which order, what a line says, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from engagement.display.news import MOST, News, chance, news, title
from engagement.display.reasons import text
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from tests.support.report_tools import activity_of, history_of
from tests.support.rooms import WEEK

USUAL = [100.0] * 16
UNKNOWN = float("nan")


def judged(weeks: dict[str, list[float]], **changes: object) -> Activity:
    """The activity of rooms with these weeks by name, of which the last two are the periods compared."""
    rooms = [
        {"name": name, "messages": int(counts[-1]), "previous_messages": int(counts[-2])}
        for name, counts in weeks.items()
    ]
    return activity_of(*rooms, **changes).judged(history_of(weeks))


def told(weeks: dict[str, list[float]], **changes: object) -> News:
    activity = judged(weeks, **changes)
    return news(activity, activity.rooms, people=False)


def test_rooms_with_a_signal_come_strongest_first_and_the_others_not_at_all() -> None:
    found = told({"calm": [*USUAL, 100], "up": [*USUAL, 900], "most": [*USUAL, 2000], "down": [*USUAL, 3]})
    assert [line.label for line in found.lines[:1]] == ["#most"]
    assert {line.label for line in found.lines} == {"#most", "#up", "#down"}
    assert (found.number, found.more, found.nothing) == (3, 0, "")


def test_a_line_says_room_count_what_is_usual_weeks_and_which_way_it_goes() -> None:
    [line] = told({"up": [*USUAL, 1900]}).lines
    assert (line.room_id, line.label, line.signal) == ("up", "#up", "rising")
    assert (line.count, line.why) == ("1,900 messages", "")
    assert line.usual.startswith("usually ")
    assert line.weeks == (100, 100, 100, 100, 100, 100, 100, 1900)
    [low] = told({"down": [*USUAL, 3]}).lines
    assert (low.signal, low.count) == ("falling", "3 messages")


def test_the_line_of_a_room_that_returned_says_for_how_long_it_was_silent_and_what_was_usual() -> None:
    [line] = told({"back": [*[0.0] * 16, 40]}).lines
    assert (line.signal, line.count, line.why) == ("returned", "40 messages", " after at least 4 silent weeks")
    assert line.usual == "usually 0 to 0"


def test_at_most_ten_rooms_have_a_line_and_the_others_are_counted() -> None:
    found = told({f"room-{number:02}": [*USUAL, 900.0 + number] for number in range(MOST + 3)})
    assert (len(found.lines), found.number, found.more) == (10, 13, 3)
    assert found.lines[0].label == "#room-12"


def test_the_title_names_the_week_that_is_judged_where_that_is_not_the_period() -> None:
    assert told({"up": [*USUAL, 900]}).title == "What needs a look this week"
    longer = Period(date(2026, 11, 5), date(2026, 11, 16))
    activity = replace(judged({"up": [*USUAL, 900]}), period=longer, previous=longer.previous)
    assert activity.history is not None
    activity = replace(activity, history=replace(activity.history, asked=longer))
    assert news(activity, activity.rooms, people=False).title == "What needs a look in the week 9–15 Nov 2026"
    assert title(replace(activity, history=None)) == "What needs a look"


def test_the_title_names_the_four_weeks_where_a_month_is_judged() -> None:
    activity = judged({"up": [*USUAL, 900]})
    assert activity.history is not None
    activity = replace(activity, history=replace(activity.history, month=True))
    assert title(activity) == "What needs a look in the four weeks 19 Oct – 15 Nov 2026"
    month = Period(date(2026, 10, 19), date(2026, 11, 15))
    assert (
        title(replace(activity, history=replace(activity.history, asked=month)))
        == "What needs a look in these four weeks"
    )


def test_without_any_signal_the_rooms_that_were_judged_are_counted() -> None:
    calm = {"a": [*USUAL, 100.0], "b": [*USUAL, 110.0]}
    assert told(calm).nothing == "No room has a signal: 2 rooms with no clear change."
    young = calm | {"young": [*[UNKNOWN] * 15, 100.0, 100.0]}
    said = "No room has a signal: 2 rooms with no clear change, 1 with too few weeks."
    assert told(young).nothing == said


def test_where_too_few_weeks_are_known_that_is_said_and_how_many_could_not_be_read() -> None:
    weeks = {"a": [100.0, 100.0, 900.0]}
    assert told(weeks).nothing == (
        "Too few weeks are known for any signal: it takes 4 before the one that is judged."
    )  # fmt: skip
    activity = activity_of({"name": "a", "messages": 900, "previous_messages": 100})
    history = replace(history_of(weeks), missing=(WEEK.earlier(3), WEEK.earlier(4)))
    found = activity.judged(history)
    said = news(found, found.rooms, people=False).nothing
    assert said == "Too few weeks are known for any signal: 2 weeks could not be read."


def test_a_week_around_the_turn_of_the_year_is_judged_in_no_room() -> None:
    week = Period(date(2026, 12, 21), date(2026, 12, 27))
    history = history_of({"a": [*USUAL, 100.0]})
    weeks = tuple(week.earlier(number) for number in reversed(range(len(history.weeks))))
    counts = history.counts.set_axis([pd.Timestamp(one.start) for one in weeks], axis="columns")
    activity = activity_of(
        {"name": "a", "messages": 100, "previous_messages": 100},
        period=week,
        previous=week.previous,
        today=date(2026, 12, 28),
    ).judged(replace(history, weeks=weeks, counts=counts))
    assert news(activity, activity.rooms, people=False).nothing == (
        "The week 21–27 Dec 2026 lies around the turn of the year, when chat is quiet: no room is judged by it."
    )


def test_days_that_nobody_counted_keep_the_week_from_being_judged() -> None:
    weeks = {"a": [*USUAL, 100.0]}
    said = told(weeks, uncounted=(date(2026, 11, 11),)).nothing
    assert said == "Nothing was counted on 11 Nov 2026: no room is judged by the week 9–15 Nov 2026."


def test_where_rooms_did_not_arrive_the_lines_say_so() -> None:
    weeks = {"up": [*USUAL, 900.0], "gone": [*USUAL, 0.0]}
    found = told(weeks, whole=False)
    assert [line.label for line in found.lines] == ["#up"]
    assert found.note == "Not all rooms arrived for the weeks that are judged: a room that did not is not judged."
    assert not told(weeks).note


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.2, "about one in five of them by chance"),
        (0.5, "about one in two of them by chance"),
        (0.7, "most of them by chance"),
        (0.9, "hardly more than chance would give"),
        (0.02, "hardly any of them by chance"),
        (UNKNOWN, ""),
    ],
)
def test_how_many_signals_come_by_chance_is_said_in_words(share: float, said: str) -> None:
    assert chance(share) == said


@pytest.mark.parametrize("people", [True, False])
def test_people_of_direct_messages_are_named_where_that_is_asked_for_alone(people: bool) -> None:
    pair = {"name": "ada × bob", "usernames": "ada × bob", "type": "direct", "room_id": "pair"}
    activity = activity_of({**pair, "messages": 900, "previous_messages": 100})
    activity = activity.judged(history_of({"pair": [*USUAL, 900]}))
    [line] = news(activity, activity.rooms, people=people).lines
    assert line.label == ("ada × bob" if people else "direct message 4143")


def test_lines_do_not_repeat_the_days_that_the_title_names() -> None:
    longer = Period(date(2026, 11, 5), date(2026, 11, 15))
    activity = judged({"up": [*USUAL, 900]}, period=longer, previous=longer.previous)
    assert news(activity, activity.rooms, people=False).title.endswith("in the week 9–15 Nov 2026")
    assert news(activity, activity.rooms, people=False).lines[0].count == "900 messages"
    assert text(activity.rooms["reason"].iloc[0]).startswith("900 messages in the week 9–15 Nov 2026, usually ")

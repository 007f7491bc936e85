"""One room among the others, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.display.reasons import text
from engagement.numbers.periods import Period
from engagement.numbers.room import Place, above, known, of_its_size, place, signals_of_weeks, standing
from engagement.numbers.verdict import NEWS
from engagement.numbers.weeks import signals, weeks_until
from tests.support.reasons import why
from tests.support.report_tools import history_of
from tests.support.rooms import WEEK, rooms_table

UNREAD = float("nan")
CALM = [20.0, 22.0, 19.0, 21.0, 20.0, 23.0, 18.0, 20.0]


def room(now: float = 0, before: float = 0, **more: object) -> pd.DataFrame:
    return rooms_table({"name": "a", "messages": int(now), "previous_messages": int(before), **more})


def test_a_week_that_soared_keeps_its_signal_when_the_weeks_after_it_are_calm() -> None:
    told = signals_of_weeks(room(20), history_of({"a": [*CALM, 400.0, *CALM]}))
    assert list(told["signal"].iloc[[3, 7, 8, 16]]) == ["too few weeks", "no clear change", "rising", "no clear change"]
    assert why(told.iloc[8]).startswith("400 messages, usually ")
    assert told.index[-1] == pd.Timestamp(WEEK.start)


def test_what_comes_after_a_week_changes_nothing_of_its_signal() -> None:
    weeks = [*CALM, 400.0, *CALM, 0.0, 0.0, 500.0]
    every = signals_of_weeks(room(), history_of({"a": weeks}))
    for number in (9, 14, 18):
        first = signals_of_weeks(room(), history_of({"a": weeks[:number]}))
        assert list(first["signal"]) == list(every["signal"][:number])
        assert list(first["surprise"]) == list(every["surprise"][:number])


@given(
    st.lists(st.one_of(st.just(UNREAD), st.integers(-2, 60), st.integers(0, 2_000)), min_size=1, max_size=30),
    st.booleans(),
    st.integers(-3, 40),
    st.sampled_from([WEEK, Period(date(2026, 1, 12), date(2026, 1, 18)), Period(date(2026, 1, 5), date(2026, 1, 11))]),
)
def test_the_last_week_is_told_as_everywhere_else(weeks: list[float], month: bool, weeks_old: int, end: Period) -> None:
    history, periods = history_of({"a": weeks, "b": [5.0] * len(weeks)}), tuple(weeks_until(end, len(weeks)))
    columns = [pd.Timestamp(week.start) for week in periods]
    counts = history.counts.set_axis(columns, axis="columns")
    history = replace(history, weeks=periods, counts=counts, month=month)
    span = 4 if month else 1
    sums = [pd.Series(part).sum() for part in (weeks[-span:], weeks[-2 * span : -span])]
    created = end.start - pd.Timedelta(days=7 * weeks_old)
    # A room that was made after the period is in its table only where something was counted in it.
    one = room(*sums, created=str(created)) if weeks_old >= 0 or any(sums) else room(*sums)
    one = one.assign(messages=sums[0], previous_messages=sums[1])
    last, usual = signals_of_weeks(one, history).iloc[-1], signals(one, history).iloc[0]
    assert last["signal"] == usual["signal"]
    assert why(last) == why(usual)
    assert last["surprise"] == pytest.approx(usual["surprise"])


def test_weeks_around_the_turn_of_the_year_and_weeks_that_are_not_known_have_no_signal_and_say_why() -> None:
    periods = weeks_until(Period(date(2027, 1, 25), date(2027, 1, 31)), 17)
    history = history_of({"a": [*CALM, *CALM, 900.0]})
    columns = [pd.Timestamp(week.start) for week in periods]
    moved = replace(history, weeks=tuple(periods), counts=history.counts.set_axis(columns, axis="columns"))
    counts = moved.counts.copy()
    counts.iloc[0, 9] = UNREAD
    told = signals_of_weeks(room(900), replace(moved, counts=counts, missing=(periods[9],)))
    assert why(told.iloc[9]) == "this week is not known: not read yet"
    turning = told["reason"].map(text).eq("weeks around the turn of the year are not judged")
    assert list(told.index[turning].strftime("%m-%d")) == ["12-21", "12-28", "01-04"]
    assert set(told["signal"][turning]) == {"too few weeks"}
    assert told["signal"].iloc[-1] in NEWS


THREE = rooms_table(
    {"name": "a", "messages": 30}, {"name": "b", "messages": 50}, {"name": "c", "messages": 20}, {"name": "d"}
)


def test_the_place_of_a_room_by_week_is_that_of_the_table_of_the_week() -> None:
    history = history_of({"a": [10, 40, 30], "b": [10, 0, 50], "c": [20, 0, 20]})
    told = standing(THREE, history, "a")
    assert list(told["rank"]) == [2, 1, 2]
    assert list(told["share"]) == [25.0, 100.0, 30.0]
    # As many messages as another one: names decide, as in every ranking.
    assert standing(THREE, history, "b")["rank"].iloc[0] == 3


def test_a_week_without_a_message_has_no_rank_and_one_that_is_not_known_of_all_rooms_neither_rank_nor_share() -> None:
    history = history_of({"a": [0, 40, 30], "b": [10, UNREAD, 50], "other": [0, 5, UNREAD]})
    told = standing(THREE, history, "a")
    assert list(told["rank"].isna()) == [True, True, False]
    assert told["share"].iloc[0] == 0
    assert told["share"].isna().tolist() == [False, True, False]
    assert told["share"].iloc[2] == 37.5
    silent = standing(THREE, history, "d")
    assert silent["rank"].isna().all()
    assert silent["share"].iloc[2] == 0


def test_deleted_messages_weigh_nothing_in_a_share() -> None:
    told = standing(THREE, history_of({"a": [-5, 30], "b": [10, -10], "c": [0, 10]}), "a")
    assert list(told["share"]) == [0.0, 75.0]


def test_the_place_in_the_period_has_its_neighbours() -> None:
    assert place(THREE, "a") == Place(2, 4, 30.0, before="b", after="c")
    assert place(THREE, "b") == Place(1, 4, 50.0, after="a")
    assert place(THREE, "d") == Place(4, 4, 0.0, before="c")
    assert place(THREE, "nowhere") is None
    assert place(THREE.iloc[:0], "a") is None


def test_rooms_of_its_size_are_the_nearest_by_ratio_and_never_the_room_itself() -> None:
    rooms = rooms_table(
        *({"name": name, "messages": count} for name, count in zip("abcde", (10, 100, 40, 11, 9), strict=True))
    )
    one = rooms[rooms["name"] == "a"]
    # (1 + 10) / (1 + 9) is nearer to one than nothing but (1 + 11) / (1 + 10).
    assert of_its_size(rooms, one, 2) == ["d", "e"]
    assert of_its_size(rooms, one, 9) == ["d", "e", "c", "b"]
    assert of_its_size(rooms.iloc[:0], one, 4) == []


def test_of_rooms_of_one_size_those_that_come_first_by_name_are_taken() -> None:
    rooms = rooms_table(*({"name": name, "messages": 7} for name in "dbcae"))
    assert of_its_size(rooms, rooms[rooms["name"] == "c"], 3) == ["a", "b", "d"]


def test_rooms_by_id_come_in_the_order_asked_for_and_unknown_ids_are_left_out() -> None:
    assert list(known(THREE, ["c", "nowhere", "a"])["room_id"]) == ["c", "a"]
    assert known(THREE, []).empty


ABOVE = rooms_table(
    {"name": "crew", "kind": "team", "team": "t1"},
    {"name": "deck", "team": "t1"},
    {"name": "Which paint?", "kind": "discussion", "parent": "deck", "team": "t1"},
    {"name": "Lost", "kind": "discussion", "parent": "hidden", "team": "t2"},
    {"name": "general"},
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Which paint?", [("Discussion of", "deck"), ("Team", "crew")]),
        ("deck", [("Team", "crew")]),
        # The main room of a team is the team; others have rooms above them that the reader does not see, or none.
        ("crew", []),
        ("Lost", []),
        ("general", []),
    ],
)
def test_above_a_room_are_what_it_is_a_discussion_of_and_its_team_where_they_are_seen(
    name: str, found: list[tuple[str, str]]
) -> None:
    told = above(ABOVE, ABOVE[ABOVE["name"] == name])
    assert [(what, row["name"].item()) for what, row in told] == found

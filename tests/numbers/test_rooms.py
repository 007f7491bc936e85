"""One row per room: what is joined, what each state means, and what must not be in the table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.joining import join
from engagement.numbers.periods import Period
from engagement.numbers.rankings import age
from engagement.numbers.rooms import COLUMNS, INACTIVE_STATES, Activity, counts_of
from engagement.numbers.zone import Zone
from tests.support.faults import EXACT, NOTED, fault
from tests.support.report_tools import activity_of, history_of
from tests.support.rooms import WEEK, rooms_table

pytestmark = fault(kind="Odd values", at="counts of a test", seen="table")


def only(**room: object) -> pd.Series:
    """The row of the one room described."""
    table = rooms_table({"name": "general", **room})
    assert len(table) == 1
    return table.iloc[0]


def test_a_constant_room_has_no_change() -> None:
    room = only(messages=70, previous_messages=70)
    assert (room["state"], room["change_word"], room["change"], room["change_pct"]) == ("active", "the same", 0, 0.0)


def test_a_change_from_40_to_50_is_ten_messages_and_25_percent() -> None:
    room = only(messages=50, previous_messages=40)
    assert (room["change"], room["change_pct"]) == (10, 25.0)


@fault("a previous count of {before}", EXACT, "no percentage; “back”")
@pytest.mark.parametrize("before", [0, -2])
def test_a_percentage_is_undefined_where_the_previous_count_is_zero_or_less(before: int) -> None:
    room = only(messages=9, previous_messages=before)
    assert pd.isna(room["change_pct"])
    assert (room["change"], room["change_word"]) == (9 - before, "back")


def test_a_room_that_is_not_silent_in_the_weeks_of_its_signal_is_not_back() -> None:
    """Compared with a year before, when it was silent for a week."""
    rooms = {"falling": 10, "rising": 400, "returned": 40}
    activity = activity_of(*({"name": name, "messages": now, "previous_messages": 0} for name, now in rooms.items()),
                           previous=Period(date(2025, 11, 10), date(2025, 11, 16)))  # fmt: skip
    past = {"falling": [100] * 16, "rising": [100] * 16, "returned": [0] * 16}
    history = history_of({name: [*weeks, rooms[name]] for name, weeks in past.items()})
    judged = activity.judged(history).rooms.set_index("name")
    assert set(activity.rooms["change_word"]) == {"back"}
    assert judged["signal"].to_dict() == {"falling": "falling", "rising": "rising", "returned": "returned"}
    assert judged["change_word"].to_dict() == {"falling": "more", "rising": "back", "returned": "back"}


def test_a_room_that_was_created_in_the_period_or_the_one_before_is_new_and_not_back() -> None:
    assert only(messages=3, created="2026-11-11")["change_word"] == "new"
    assert only(messages=3, created="2026-11-02")["change_word"] == "new"
    assert only(messages=3, created="2026-11-01")["change_word"] == "back"


def test_a_room_with_messages_before_and_none_now_fell_silent() -> None:
    room = only(previous_messages=5, last_message="2026-11-05")
    assert (room["state"], room["change_word"], room["silent_days"]) == ("fell silent", "fell silent", 10)


def test_a_room_is_silent_since_its_last_message_even_when_both_counts_are_zero() -> None:
    room = only(last_message="2026-10-16")
    assert (room["state"], room["silent_days"], room["remark"]) == ("dormant", 30, "")


@pytest.mark.parametrize(("today", "days"), [("2026-11-12", 27), ("2026-11-15", 30), ("2026-11-20", 30)])
def test_silence_is_counted_to_the_end_of_the_period_and_never_beyond_today(today: str, days: int) -> None:
    table = rooms_table({"name": "general", "last_message": "2026-10-16"}, today=date.fromisoformat(today))
    assert table.loc[0, ["state", "silent_days"]].tolist() == ["dormant", days]


def between(first: str, last: str, **room: object) -> list[object]:
    """State, last message, days of silence and place among the ages of a room that spoke last between two days."""
    table = rooms_table({"name": "crew", "last_message_known": False, "spoke_from": first, "spoke_to": last, **room})
    known = table.loc[0, ["state", "last_message", "silent_days"]].tolist()
    return [None if pd.isna(value) else value for value in [*known, age(table)[0]]]


@fault("a last message between two days", NOTED, "what holds for both; the rest is unknown", kind="Last messages")
def test_a_last_message_between_two_moments_decides_what_it_decides_on_both_days() -> None:
    # Both on one day: as good as known. 2 October is 44 days before the end, 11 October 35 and 17 October 29.
    assert between("2026-10-02T08:00Z", "2026-10-02T20:00Z") == ["dormant", pd.Timestamp("2026-10-02"), 44, 1]
    assert between("2026-10-02", "2026-10-11") == ["dormant", None, None, 1]
    assert between("2026-10-02", "2026-10-17") == ["dormant", None, None, None]
    # In the period or before, and nothing counted in it: silent either way. After its end nothing is known of it.
    assert between("2026-11-01", "2026-11-12") == ["dormant", None, None, 0]
    assert between("2026-11-01", "2026-11-16") == ["unknown", None, None, None]
    assert between("2026-11-16", "2026-11-18") == ["unknown", None, None, None]
    # Counts decide before any date.
    assert between("2026-10-02", "2026-10-11", messages=3)[0] == "active"
    assert between("2026-11-03", "2026-11-16", previous_messages=3)[0] == "fell silent"


def test_a_room_that_the_directory_knows_without_a_last_message_was_never_used() -> None:
    room = only(last_message=None)
    assert room["state"] == "never used"
    assert pd.isna(room["silent_days"])


def test_an_empty_room_that_was_created_in_the_period_is_unused_so_far() -> None:
    assert only(created="2026-11-09")["state"] == "unused so far"


@fault("a last message that nobody knows", NOTED, "unknown, and not “never used”", kind="Last messages")
def test_a_room_whose_last_message_nobody_knows_is_unknown_and_not_never_used() -> None:
    assert only(last_message=None, last_message_known=False)["state"] == "unknown"


@fault("a last message in a period that counted none", NOTED, "“not counted by the server”", kind="Last messages")
def test_counts_decide_over_a_last_message_inside_a_period_that_counted_none() -> None:
    room = only(last_message="2026-11-12")
    assert (room["state"], room["remark"], room["silent_days"]) == ("dormant", "not counted by the server", 3)


@fault("a last message after the period", NOTED, "unknown, “spoke again after the period”", kind="Last messages")
def test_a_room_that_spoke_again_after_a_past_period_is_not_dated_by_that_message() -> None:
    room = only(last_message="2026-11-18")
    assert (room["state"], room["remark"]) == ("unknown", "spoke again after the period")
    assert pd.isna(room["silent_days"])


@fault("more deletions than messages", EXACT, "shown as it is, and no activity")
def test_a_negative_count_is_shown_as_it_is_and_is_no_activity() -> None:
    room = only(messages=-2, previous_messages=3)
    assert (room["messages"], room["state"], room["change"]) == (-2, "fell silent", -5)


def test_a_room_created_after_the_period_is_not_in_it() -> None:
    table = rooms_table({"name": "old"}, {"name": "later", "created": "2026-11-16"})
    assert list(table["name"]) == ["old"]


@fault("a room that was counted before its creation", EXACT, "it stays")
def test_a_room_that_was_counted_stays_whatever_its_date_of_creation() -> None:
    table = rooms_table({"name": "imported", "created": "2026-11-20", "messages": 4})
    assert list(table["name"]) == ["imported"]


def test_days_are_those_of_the_server() -> None:
    directory = rooms_table({"name": "x"}).drop(columns=["messages", "previous_messages"])
    directory = directory.assign(
        usernames=None,
        last_message_known=True,
        spoke_from=pd.NaT,
        spoke_to=pd.NaT,
        created=pd.to_datetime(["2026-11-08T14:00:00Z"], utc=True),
        last_message=pd.to_datetime(["2026-11-10T22:30:00Z"], utc=True),
    )
    room = join(None, directory, WEEK, Zone.fixed(timedelta(hours=13))).iloc[0]
    assert room["created"] == pd.Timestamp("2026-11-09")
    assert room["last_message"] == pd.Timestamp("2026-11-11")


def counts(*rows: tuple[str, str | None, str | None, str, int, int]) -> pd.DataFrame:
    """Counts as the client gives them: id, name, usernames, type, messages, previous messages."""
    frame = pd.DataFrame(rows, columns=["room_id", "name", "usernames", "type", "messages", "previous_messages"])
    return frame.assign(created=pd.Timestamp("2024-01-02", tz="UTC"))


def test_without_a_directory_people_name_direct_messages_and_random_ids_are_untitled_discussions() -> None:
    table = join(
        counts(
            ("a", "general", None, "channel", 9, 1),
            ("b", None, "ada × bob", "direct", 8, 1),
            ("c", "hTqv9MdZWtq37Lppq", None, "private", 7, 1),
        ),
        None,
        WEEK,
        Zone(),
    )
    assert list(table["name"]) == ["general", "ada × bob", "untitled discussion hTqv"]
    assert list(table["kind"]) == ["room", "room", "discussion"]
    assert list(table["slug"]) == ["general", "b", "c"]


def test_the_directory_gives_titles_and_the_rooms_that_the_counts_leave_out() -> None:
    directory = pd.DataFrame(
        {
            "room_id": ["c", "d"],
            "name": ["Where to meet?", "attic"],
            "slug": ["c", "attic"],
            "type": ["private", "channel"],
            "kind": ["discussion", "room"],
            "usernames": [None, None],
            "created": pd.to_datetime(["2024-01-02", "2024-01-02"], utc=True),
            "last_message": pd.to_datetime(["2026-11-12", "2025-11-15"], utc=True),
            "last_message_known": [True, True],
            "spoke_from": pd.to_datetime([None, None], utc=True),
            "spoke_to": pd.to_datetime([None, None], utc=True),
            "members": [3.0, 40.0],
            "owner": ["ada", "bob"],
            "archived": [False, False],
            "read_only": [False, True],
            "default": [False, False],
            "announcement": [False, False],
            "total_messages": [9.0, 800.0],
            "parent": ["d", None],
            "team": [None, None],
        }
    )
    table = join(counts(("c", "hTqv9MdZWtq37Lppq", None, "private", 7, 1)), directory, WEEK, Zone())
    assert list(table["name"]) == ["Where to meet?", "attic"]
    assert list(table["messages"]) == [7, 0]
    assert list(table["state"]) == ["active", "dormant"]
    assert list(table["read_only"]) == [False, True]
    assert list(table["parent"].fillna("")) == ["d", ""]


def test_a_room_that_only_the_counts_know_has_no_members_and_no_owner() -> None:
    room = join(counts(("a", "general", None, "channel", 9, 1)), None, WEEK, Zone()).iloc[0]
    assert pd.isna(room["members"])
    assert pd.isna(room["owner"])
    assert not room["archived"]


def test_two_requests_for_a_single_day_and_the_day_before_add_up_to_both_windows() -> None:
    day = Period(date(2026, 11, 10), date(2026, 11, 10))
    table = counts_of(
        [
            (day, False, counts(("a", "general", None, "channel", 5, 99))),
            (
                day.previous,
                False,
                counts(("a", "general", None, "channel", 3, 99), ("b", "help", None, "channel", 2, 99)),
            ),
        ],
        day,
    )
    found = table.set_index("room_id")[["messages", "previous_messages"]].to_dict("index")
    assert found == {
        "a": {"messages": 5, "previous_messages": 3},
        "b": {"messages": 0, "previous_messages": 2},
    }


def test_blocks_add_up_within_each_period() -> None:
    parts = [
        (block, False, counts(("a", "general", None, "channel", 10 * block.days, -5)))
        for block in [*WEEK.previous.blocks(4), *WEEK.blocks(4)]
    ]
    [room] = counts_of(parts, WEEK).to_dict("records")
    assert (room["messages"], room["previous_messages"]) == (70, 70)


def activity(**changes: object) -> Activity:
    rooms = rooms_table({"name": "a", **changes})
    return Activity(
        "demo:1",
        "8.4",
        WEEK,
        WEEK.previous,
        date(2026, 11, 16),
        datetime(2026, 11, 16, tzinfo=UTC),
        rooms,
        pd.Series(dtype="int64"),
    )


@fault("a period without any message", NOTED, "no data, not silence", kind="Uncounted days")
def test_a_period_without_any_message_is_no_data_and_not_everybody_inactive() -> None:
    assert activity(messages=0, previous_messages=3).no_data
    assert not activity(messages=1).no_data
    assert activity(messages=1).previous_no_data


def test_a_period_that_ends_today_is_unfinished() -> None:
    assert not activity().unfinished


rooms = st.fixed_dictionaries(
    {
        "messages": st.integers(-3, 500),
        "previous_messages": st.integers(-3, 500),
        "created": st.dates(date(2025, 1, 1), date(2026, 11, 15)).map(str),
        "last_message": st.none() | st.dates(date(2025, 1, 1), date(2026, 11, 22)).map(str),
        "last_message_known": st.booleans(),
    }
)


@given(st.lists(rooms, max_size=8))
def test_every_room_has_one_row_one_state_and_the_plain_difference(described: list[dict[str, object]]) -> None:
    table = rooms_table(*({"name": f"room {n}", **room} for n, room in enumerate(described)))
    assert list(table.columns) == COLUMNS
    assert len(table) == len(described) == table["room_id"].nunique()
    assert (table["change"] == table["messages"] - table["previous_messages"]).all()
    assert (table["state"].eq("active") == (table["messages"] > 0)).all()
    assert set(table["state"]) <= {"active", *INACTIVE_STATES}
    assert not (table["change_pct"].isin([float("inf"), float("-inf")])).any()
    assert list(table["messages"]) == sorted(table["messages"], reverse=True)
    assert not (table["silent_days"] < 0).any()

"""The table, the totals and the bars of net counts: what is not known is no silence, and in no total."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engagement.numbers import room
from engagement.numbers.days import bars_of, in_totals
from engagement.numbers.joining import join
from engagement.numbers.measures import by_week, totals
from engagement.numbers.periods import Period
from engagement.numbers.rankings import side_by_side
from engagement.numbers.rooms import ACTIVE, COUNTER_FELL, DORMANT, FELL_SILENT, SPOKE_SINCE, UNKNOWN
from engagement.numbers.weeks import History
from engagement.numbers.zone import Zone

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
NAN = float("nan")


def table(**rooms: tuple[float, float, str | None]) -> pd.DataFrame:
    """Rooms by their net messages, those before, and the day of the last one, which is known."""
    now, before, spoke = zip(*rooms.values(), strict=True)
    listed = pd.DataFrame({"room_id": [*rooms], "name": [*rooms], "slug": [*rooms]})
    listed = listed.assign(type="channel", kind="room", usernames=None, owner=None, members=3.0, total_messages=9.0)
    listed = listed.assign(archived=False, read_only=False, default=False, announcement=False, parent=None, team=None)
    said = pd.to_datetime(pd.Series(spoke, dtype="str"), utc=True)
    created = pd.Timestamp("2024-01-02", tz="UTC")
    listed = listed.assign(created=created, last_message=said, spoke_from=said, spoke_to=said, last_message_known=True)
    counts = listed[["room_id", "name", "usernames", "type", "created"]].assign(messages=now, previous_messages=before)
    return join(counts, listed, WEEK, Zone(), net=True).set_index("room_id", drop=False)


ROOMS = table(
    grows=(70, 50, "2026-11-15"),
    fell=(NAN, 50, "2026-11-14"),
    fell_before=(30, NAN, "2026-11-14"),
    pruned_as_fast=(0, 20, "2026-11-12"),
    silent=(0, 8, "2026-11-05"),
    dormant=(0, 0, "2026-03-01"),
    fell_while_silent=(NAN, 0, "2026-03-01"),
    spoke_since=(NAN, 5, "2026-11-18"),
)


def test_a_room_whose_counter_tells_nothing_is_active_where_it_spoke_and_unknown_where_nobody_knows() -> None:
    assert ROOMS["state"].to_dict() == {
        "grows": ACTIVE,
        "fell": ACTIVE,
        "fell_before": ACTIVE,
        "pruned_as_fast": ACTIVE,
        "silent": FELL_SILENT,
        "dormant": DORMANT,
        # Its last message proves its silence, whatever was deleted since.
        "fell_while_silent": DORMANT,
        "spoke_since": UNKNOWN,
    }
    unknown = {"fell", "pruned_as_fast", "fell_while_silent", "spoke_since"}
    assert set(ROOMS.index[ROOMS["messages"].isna()]) == unknown
    assert set(ROOMS.index[ROOMS["remark"].eq(COUNTER_FELL)]) == unknown - {"spoke_since"}
    assert ROOMS["remark"]["spoke_since"] == SPOKE_SINCE
    assert set(ROOMS.index[ROOMS["change"].isna()]) == unknown | {"fell_before"}
    assert set(ROOMS.index[ROOMS["change_word"].eq("")]) == unknown | {"fell_before"}


def test_a_total_is_of_rooms_that_are_known_in_both_periods() -> None:
    known = ["grows", "silent", "dormant"]
    assert sorted(ROOMS.index[in_totals(ROOMS, "messages")]) == sorted(known)
    messages = totals(ROOMS, WEEK.previous)["messages"]
    assert (messages.now, messages.before) == (70, 58)


def test_where_nothing_is_known_of_the_days_before_a_total_is_of_the_period_alone() -> None:
    alone = ROOMS.assign(previous_messages=NAN)
    messages = totals(alone, WEEK.previous)["messages"]
    assert messages.now == 100
    assert np.isnan(messages.before)


def history(**rooms: list[float]) -> History:
    weeks = [WEEK.earlier(n) for n in (2, 1, 0)]
    counts = pd.DataFrame([*rooms.values()], index=[*rooms], columns=[pd.Timestamp(week.start) for week in weeks])
    return History(tuple(weeks), counts.astype("float64"), (), net=True)


WEEKS = history(grows=[40, 50, 70], fell=[10, 50, NAN], silent=[1, 8, 0])


def test_a_total_of_weeks_is_of_rooms_that_are_known_in_all_of_them() -> None:
    told = by_week(WEEKS, ROOMS.loc[["grows", "fell", "silent"]])
    assert told["messages"].tolist() == [41, 58, 70]


def test_a_week_without_readings_leaves_no_room_out() -> None:
    told = by_week(history(grows=[NAN, 50, 70], silent=[NAN, 8, 0]), ROOMS.loc[["grows", "silent"]])
    assert told["messages"].fillna(-1).tolist() == [-1, 58, 70]


def test_a_room_has_a_rank_among_those_that_are_known() -> None:
    rooms = ROOMS.loc[["grows", "fell", "silent"]].reset_index(drop=True)
    told = room.standing(rooms, WEEKS, "silent")
    assert told["rank"].fillna(0).tolist() == [3, 3, 0]
    told = room.standing(rooms, WEEKS, "fell")
    assert told["rank"].fillna(0).tolist() == [2, 1, 0]


@pytest.mark.parametrize(("fell", "messages"), [(-3, 17), (-30, None)])
def test_the_days_of_a_period_add_up_and_are_never_negative(fell: float, messages: int | None) -> None:
    days = WEEK.blocks(1)
    counts = pd.DataFrame(
        {pd.Timestamp(day.start): [10.0, 0.0] for day in days}, index=["grows", "silent"], dtype="float64"
    )
    counts.iloc[:, 2] = [20.0, fell]
    read = History(tuple(days), counts, (), net=True)
    rooms = ROOMS.loc[["grows", "silent"]].assign(messages=[80.0, max(fell, 0)], previous_messages=0.0)
    bars = bars_of(read, rooms, WEEK, WEEK.previous, date(2026, 11, 20))
    assert bars.bars[2].messages == messages
    assert (bars.bars[2].why == "") is (messages is not None)
    assert bars.bars[1].messages == 10


def test_beside_another_period_what_is_not_known_is_no_change() -> None:
    others = ROOMS.loc[["grows", "fell_before", "silent"]].assign(messages=[60.0, NAN, 4.0])
    told = side_by_side(ROOMS, others, date(2026, 10, 26)).set_index("room_id")
    assert told["change"].dropna().to_dict() == {"grows": 10, "silent": -4}
    assert told["change_word"]["fell_before"] == ""

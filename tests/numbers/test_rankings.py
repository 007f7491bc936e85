"""Which rooms come first, which moved, and how long the inactive ones have been silent, worked out by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd

from engagement.numbers import rankings
from engagement.numbers.rooms import Rules
from tests.support.rooms import rooms_table

AGED = (
    {"name": "active", "messages": 3},
    {"name": "30 days", "last_message": "2026-10-16"},
    {"name": "31 days", "last_message": "2026-10-15"},
    {"name": "366 days", "last_message": "2025-11-14"},
    {"name": "never"},
    {"name": "made inside", "created": "2026-11-10"},
    {"name": "unknown", "last_message_known": False},
)


def names(table: pd.DataFrame) -> list[str]:
    return list(table["name"])


def test_ranks_and_shares_of_three_rooms() -> None:
    table = rankings.ranked(
        rooms_table({"name": "b", "messages": 30}, {"name": "a", "messages": 60}, {"name": "c", "messages": 10})
    )
    assert names(table) == ["a", "b", "c"]
    assert list(table["rank"]) == [1, 2, 3]
    assert list(table["share"]) == [60.0, 30.0, 10.0]


def test_movers_are_the_largest_rises_then_falls_and_nothing_that_stayed() -> None:
    table = rooms_table(
        {"name": "up 5", "messages": 5},
        {"name": "up 9", "messages": 9},
        {"name": "up 1", "messages": 1},
        {"name": "same", "messages": 4, "previous_messages": 4},
        {"name": "down 2", "messages": 1, "previous_messages": 3},
        {"name": "down 7", "previous_messages": 7},
    )
    assert names(rankings.movers(table, 2)) == ["up 9", "up 5", "down 2", "down 7"]


JUDGED = (
    ("calm", 500, 100, "no clear change", 0.0),
    ("up", 30, 10, "rising", 0.5),
    ("more up", 20, 10, "rising", 2.0),
    ("down", 10, 40, "falling", -1.0),
    ("long silent", 0, 0, "unusually silent", -3.0),
    ("against", 10, 11, "rising", 4.0),
    ("less", 0, 90, "no clear change", 0.0),
    ("young", 5, 5, "too few weeks", 0.0),
    ("silent", 0, 0, "no clear change", 0.0),
)


def judged_table() -> pd.DataFrame:
    """Rooms whose signals are said, not computed."""
    told = {name: (signal, surprise) for name, _, _, signal, surprise in JUDGED}
    table = rooms_table(*({"name": name, "messages": now, "previous_messages": old} for name, now, old, *_ in JUDGED))
    return table.assign(
        signal=pd.array([told[name][0] for name in table["name"]], dtype="str"),
        surprise=[told[name][1] for name in table["name"]],
    )


def test_rooms_with_a_signal_come_strongest_first_whichever_way() -> None:
    assert names(rankings.with_signal(judged_table())) == ["against", "long silent", "more up", "down", "up"]
    assert rankings.with_signal(rooms_table({"name": "a"})).empty


def test_equally_strong_signals_come_by_their_change() -> None:
    table = judged_table().assign(surprise=1.0)
    assert names(rankings.with_signal(table)) == ["down", "up", "more up", "against", "long silent"]


def test_movers_come_by_surprise_and_then_by_change_from_the_strongest_rise_to_the_strongest_fall() -> None:
    assert names(rankings.movers(judged_table(), 3)) == ["more up", "up", "calm", "against", "less", "down"]
    assert names(rankings.movers(judged_table(), 1)) == ["more up", "down"]


def test_a_signal_against_the_change_is_not_said_of_it() -> None:
    table = judged_table()
    said = dict(zip(table["name"], rankings.agreeing(table), strict=True))
    assert said == {
        **dict.fromkeys(["calm", "against", "less", "young", "silent", "long silent"], ""),
        "up": "rising",
        "more up": "rising",
        "down": "falling",
    }


def test_changed_rooms_with_a_signal_come_before_the_others_also_silent_ones() -> None:
    assert names(rankings.changed(judged_table())) == [
        *("against", "long silent", "more up", "down", "up"),
        *("calm", "less", "young"),
    ]  # fmt: skip
    assert "long silent" not in names(rankings.by_change(judged_table()))


def test_rooms_of_which_none_has_enough_weeks_are_not_judged() -> None:
    table = judged_table()
    assert rankings.judged(table)
    assert not rankings.judged(table.assign(signal="too few weeks"))
    assert not rankings.judged(table.drop(columns="signal"))


def test_changed_rooms_come_largest_change_first_without_the_silent_ones() -> None:
    table = rooms_table(
        {"name": "silent"},
        {"name": "same", "messages": 4, "previous_messages": 4},
        {"name": "down", "previous_messages": 7},
        {"name": "up", "messages": 5},
    )
    assert names(rankings.changed(table)) == ["down", "up", "same"]


def test_inactive_rooms_come_longest_silence_first() -> None:
    table = rankings.inactive(rooms_table(*AGED))
    assert names(table)[:3] == ["366 days", "31 days", "30 days"]
    assert set(names(table)[3:]) == {"never", "unknown", "made inside"}


def test_every_inactive_room_is_in_exactly_one_group_of_silence() -> None:
    groups = rankings.silence(rooms_table(*AGED, {"name": "fell silent", "previous_messages": 2, "last_message": None}))
    assert groups.dormant == (1, 1, 0, 0, 1)
    # It had messages in the period before, so it is young, whatever the directory says of its last message.
    assert groups.fell_silent == (1, 0, 0, 0, 0)
    assert (groups.never_used, groups.unused_so_far, groups.unknown) == (1, 1, 1)
    assert groups.aged == (2, 1, 0, 0, 1)
    assert (groups.rooms, groups.inactive) == (8, 7)


def test_a_silent_room_that_is_exempt_is_in_no_group_and_no_list_of_inactive_rooms() -> None:
    table = rooms_table({"name": "rules"}, {"name": "attic"}, rules=Rules(exempt=("rules",)))
    assert names(rankings.inactive(table)) == ["attic"]
    assert rankings.silence(table).inactive == 1
    assert dict(zip(table["name"], table["state"], strict=True)) == {"rules": "exempt", "attic": "never used"}


def test_rooms_that_are_quiet_by_design_can_be_exempted() -> None:
    table = rooms_table(
        {"name": "rules", "read_only": True},
        {"name": "news", "announcement": True},
        {"name": "general", "default": True},
        {"name": "attic"},
    )
    assert names(table[~rankings.quiet_by_design(table)]) == ["attic"]
    assert len(rankings.inactive(table)) == 4


def test_changes_from_or_to_nothing_are_counted_with_zeros() -> None:
    table = rooms_table({"name": "a", "messages": 1}, {"name": "b"}, {"name": "c", "previous_messages": 1})
    assert rankings.changes(table) == {"new": 0, "back": 1, "fell silent": 1}


def test_two_periods_side_by_side_have_the_words_of_any_change() -> None:
    now = {"louder": 9, "softer": 2, "stayed": 5, "old": 4, "silent": 0}
    then = {"louder": 6, "softer": 8, "stayed": 5, "left": 3, "silent": 0}
    rooms, others = ([{"name": n, "messages": m} for n, m in some.items()] for some in (now, then))
    made = {"name": "made", "messages": 7, "created": "2026-11-01"}
    judged = rooms_table(*rooms, made).assign(signal="rising", surprise=1.0)
    both = rankings.side_by_side(judged, rooms_table(*others), date(2026, 10, 26)).set_index("name")
    # A signal compares with the weeks before, not with another period.
    assert not rankings.judged(both)
    assert dict(both["change_word"]) == {
        "louder": "more", "softer": "fewer", "stayed": "the same", "old": "back", "left": "fell silent", "made": "new",
    }  # fmt: skip
    assert dict(both["change"]) == {"louder": 3, "softer": -6, "stayed": 0, "old": 4, "left": -3, "made": 7}
    assert both["change_pct"].dropna().to_dict() == {"louder": 50.0, "softer": -75.0, "stayed": 0.0, "left": -100.0}


def test_half_of_all_messages_is_held_by_so_few_rooms() -> None:
    rooms = rooms_table({"name": "a", "messages": 15}, {"name": "b", "messages": 60}, {"name": "c", "messages": -9})
    assert rankings.holding_half(rooms) == 1
    assert rankings.holding_half(rooms_table({"name": "c"})) == 0

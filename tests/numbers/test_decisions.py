"""Which decision stands on a room, and what a kept room is: exempt everywhere, as one that the configuration names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pandas as pd
import pytest

from engagement.errors import InvalidInput
from engagement.numbers.decisions import ARCHIVE, ASK, KEEP, ROWS, UNDONE, Wish, Worklist, decided, no_decisions
from engagement.numbers.measures import totals
from engagement.numbers.rooms import NO_RULES, Activity, Rules
from tests.support.clock import NOON
from tests.support.faults import EXACT, REFUSED, fault
from tests.support.rooms import WEEK, rooms_table

pytestmark = fault(kind="Odd values", at="decisions of a test", seen="worklist")

NOTHING: dict[str, Any] = {"until": None, "whom": "", "asked_on": None, "note": "", "undoes": None}


def rows(*decisions: dict[str, Any]) -> Worklist:
    """Decisions in order, each by what is special about it (``room_id`` and ``decision`` at least)."""
    who = {"user_id": "E", "decided_by": "eva", "decided_at": NOON}
    told = [{**NOTHING, **who, "id": n, **one} for n, one in enumerate(decisions, start=1)]
    return Worklist(pd.DataFrame(told, columns=list(ROWS)).astype(ROWS))


def activity(*rooms: dict[str, object], rules: Rules = NO_RULES, **more: Any) -> Activity:
    table = rooms_table(*rooms, rules=rules)
    named = {"workspace": "https://chat.example.org", "release": "8.4", "period": WEEK, "previous": WEEK.previous}
    return Activity(
        **{**named, "today": date(2026, 11, 20), "read_at": NOON, "rooms": table, "daily": pd.Series(dtype="int64")},
        **more,
    )


def one(of: Activity, name: str = "general") -> pd.Series:
    return of.rooms.set_index("name").loc[name]


def test_the_newest_decision_stands_and_the_others_stay_to_be_read() -> None:
    worklist = rows({"room_id": "a", "decision": KEEP}, {"room_id": "a", "decision": ARCHIVE, "note": "owner asked"})
    assert worklist.standing.loc["a", ["decision", "note"]].tolist() == [ARCHIVE, "owner asked"]
    assert worklist.rows["decision"].tolist() == [KEEP, ARCHIVE]
    assert worklist.newest == 2
    assert no_decisions().newest == 0


def test_what_is_taken_back_gives_way_to_what_stood_before_and_then_to_nothing() -> None:
    both = [{"room_id": "a", "decision": ASK}, {"room_id": "a", "decision": ARCHIVE}]
    undone = [{"room_id": "a", "decision": UNDONE, "undoes": number} for number in (2, 1)]
    assert rows(*both, undone[0]).standing.loc["a", "decision"] == ASK
    assert rows(*both, *undone).standing.empty


@fault("two take the same decision back", EXACT, "what stood before stands, as if one had")
def test_a_decision_that_two_take_back_is_taken_back_once() -> None:
    undone = {"room_id": "a", "decision": UNDONE, "undoes": 2}
    worklist = rows({"room_id": "a", "decision": ASK}, {"room_id": "a", "decision": KEEP}, undone, undone)
    assert worklist.standing.loc["a", "decision"] == ASK


@fault("somebody takes back what another has just replaced", EXACT, "the newer decision stands")
def test_taking_back_what_is_no_longer_the_newest_leaves_the_newest() -> None:
    undone = {"room_id": "a", "decision": UNDONE, "undoes": 1}
    worklist = rows({"room_id": "a", "decision": ASK}, {"room_id": "a", "decision": ARCHIVE}, undone)
    assert worklist.standing.loc["a", "decision"] == ARCHIVE


def test_what_others_decided_about_the_same_rooms_since_one_looked_is_told() -> None:
    worklist = rows(
        {"room_id": "a", "decision": ASK},
        {"room_id": "a", "decision": ARCHIVE, "decided_by": "bob"},
        {"room_id": "b", "decision": ARCHIVE, "decided_by": "bob"},
        {"room_id": "a", "decision": KEEP},
    )
    assert worklist.overtaken(1, range(4, 5))["id"].tolist() == [2]
    assert worklist.overtaken(3, range(4, 5)).empty


def test_a_kept_room_is_exempt_and_counts_as_no_inactive_room() -> None:
    before = activity({"name": "general", "last_message": "2026-10-16"}, {"name": "busy", "messages": 5})
    after = decided(before, rows({"room_id": "general", "decision": KEEP}))
    assert (one(before)["state"], one(after)["state"]) == ("dormant", "exempt")
    assert totals(before.rooms, WEEK.previous)["inactive_rooms"].now == 1
    assert totals(after.rooms, WEEK.previous)["inactive_rooms"].now == 0
    assert one(after, "busy")["state"] == "active"
    assert pd.isna(one(after, "busy")["decision"])


@pytest.mark.parametrize(("until", "state"), [("2026-11-19", "dormant"), ("2026-11-20", "exempt"), (None, "exempt")])
def test_a_room_is_kept_to_the_end_of_its_last_day_on_the_server(until: str | None, state: str) -> None:
    kept = rows({"room_id": "general", "decision": KEEP, "until": until and pd.Timestamp(until)})
    assert one(decided(activity({"name": "general", "last_message": "2026-10-16"}), kept))["state"] == state


def test_a_room_that_is_to_be_archived_or_asked_about_is_inactive_as_before() -> None:
    silent = activity({"name": "general", "last_message": "2026-10-16"})
    for kind in (ASK, ARCHIVE):
        assert one(decided(silent, rows({"room_id": "general", "decision": kind})))["state"] == "dormant"


def test_a_kept_room_that_speaks_is_active() -> None:
    kept = decided(activity({"name": "general", "messages": 3}), rows({"room_id": "general", "decision": KEEP}))
    assert (one(kept)["state"], bool(one(kept)["exempt"])) == ("active", True)


@pytest.mark.parametrize(("spoke", "again"), [("2026-11-18", False), ("2026-11-19", True)])
def test_a_room_that_speaks_after_the_day_of_the_question_has_spoken_again(spoke: str, again: bool) -> None:
    asked = rows({"room_id": "general", "decision": ASK, "asked_on": pd.Timestamp("2026-11-18")})
    after = one(decided(activity({"name": "general", "last_message": spoke}), asked))
    assert after["spoke_again"] == pd.Timestamp(spoke) if again else pd.isna(after["spoke_again"])


def test_only_a_room_that_was_asked_about_speaks_again() -> None:
    kept = rows({"room_id": "general", "decision": KEEP, "asked_on": pd.Timestamp("2026-11-18")})
    assert pd.isna(one(decided(activity({"name": "general", "last_message": "2026-11-19"}), kept))["spoke_again"])


def test_a_decision_is_dated_by_the_days_of_the_server() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    there = activity({"name": "general"}, offset=timedelta(hours=2))
    told = decided(there, rows({"room_id": "general", "decision": ARCHIVE, "decided_at": late}))
    assert one(told)["decided_on"] == pd.Timestamp("2026-11-21")


def test_without_a_decision_the_table_is_the_same_one() -> None:
    same = activity({"name": "general"})
    assert decided(same, no_decisions()) is same


COUNTS = range(-1, 4)
CREATED = ["2024-01-02", "2026-11-05", "2026-11-12"]
SPOKE = [None, "2025-01-01", "2026-11-03", "2026-11-12", "2026-11-19"]


# Alone in a table, days that are all unknown, or all known, give columns of another kind than days of both.
@pytest.mark.parametrize("spoke", [SPOKE, *([one] for one in SPOKE)])
@pytest.mark.parametrize("known", [(True, False), (True,), (False,)])
def test_a_kept_room_is_what_a_room_is_that_the_configuration_exempts(
    spoke: list[str | None], known: tuple[bool, ...]
) -> None:
    fields = ("messages", "previous_messages", "created", "last_message", "last_message_known")
    every = [dict(zip(fields, one, strict=True)) for one in product(COUNTS, COUNTS, CREATED, spoke, known)]
    # Each of them twice: once kept, and once beside those that are.
    of_kept, of_others = (
        [{"name": f"{name}-{n}", **room} for n, room in enumerate(every)] for name in ("kept", "other")
    )
    named = [room for both in zip(of_kept, of_others, strict=True) for room in both]
    wished = rows(*({"room_id": room["name"], "decision": KEEP} for room in of_kept))
    kept = decided(activity(*named), wished).rooms
    exempted = activity(*named, rules=Rules(exempt=("kept-*",))).rooms
    assert kept["exempt"].sum() == len(every)
    pd.testing.assert_frame_equal(kept[exempted.columns], exempted)


@fault("a note that is too long, or with control characters", REFUSED, "one sentence")
@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"kind": "delete"}, "kept, asked about or archived"),
        ({"kind": KEEP, "note": "x" * 501}, "The note has 501 characters; 500 are the most."),
        ({"kind": KEEP, "note": "two\nlines"}, "The note must be one line of text"),
        ({"kind": KEEP, "note": "nothing\0"}, "The note must be one line of text"),
        ({"kind": ASK, "whom": "x" * 201}, "Whom to ask has 201 characters"),
        ({"kind": ASK, "whom": "\u2028"}, "Whom to ask must be one line"),
    ],
)
def test_a_wish_that_cannot_be_kept_is_refused_in_one_sentence(wish: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Wish(**wish)  # type: ignore[arg-type]
    assert Wish(KEEP, note="x" * 500).note == "x" * 500

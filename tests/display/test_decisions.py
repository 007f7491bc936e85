"""Decisions in words, and the text for an owner: whatever a name holds, it stays a name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from engagement.display.decisions import filled, history, owner_text, sentence, unaddressed, words
from engagement.display.tables import SILENT, WORKLIST, csv_text, silent, worklist
from engagement.numbers.decisions import ARCHIVE, ASK, KEEP, UNDONE, decided
from tests.numbers.test_decisions import activity, rows
from tests.support.faults import EXACT, fault
from tests.support.rooms import rooms_table

pytestmark = fault(kind="Odd values", at="rooms of a test", seen="worklist")

DAY = pd.Timestamp("2026-11-19")
ONE, SEVERAL = "{owner}, {room}, {last_message}, {silence}, {link}, {workspace}", "{owner} {workspace}:\n{rooms}"


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        ({"decision": KEEP}, "Keep always"),
        ({"decision": KEEP, "until": pd.Timestamp("2027-01-31")}, "Keep until 31 Jan 2027"),
        ({"decision": KEEP, "until": DAY}, "Keep until 19 Nov 2026, which is over"),
        ({"decision": ASK, "whom": "ada", "asked_on": DAY}, "Ask ada on 19 Nov 2026"),
        ({"decision": ASK}, "Ask nobody known"),
        ({"decision": ARCHIVE}, "Archive"),
    ],
)
def test_a_decision_in_words(decision: dict[str, object], told: str) -> None:
    rooms = decided(activity({"name": "general"}, {"name": "other"}), rows({"room_id": "general", **decision})).rooms
    assert words(rooms).set_axis(rooms["room_id"]).to_dict() == {"general": told, "other": ""}


def test_the_word_on_one_room_names_who_when_and_why_and_that_it_speaks_again() -> None:
    asked = {"room_id": "general", "decision": ASK, "whom": "ada", "asked_on": DAY, "note": "by mail"}
    room = decided(activity({"name": "general", "last_message": "2026-11-20"}), rows(asked)).rooms.iloc[0]
    assert sentence(room) == (
        "Ask ada on 19 Nov 2026, decided by eva on 20 Nov 2026 · “by mail” · spoke again on 20 Nov 2026"
    )


def test_the_history_of_a_room_is_told_from_the_latest_with_the_time_of_who_looks() -> None:
    made = rows(
        {"room_id": "a", "decision": KEEP, "until": DAY, "note": "season"},
        {"room_id": "a", "decision": UNDONE, "undoes": 1, "decided_by": "bob"},
    )
    assert history(made.of("a"), ZoneInfo("Asia/Tokyo")) == [
        "20 Nov 2026, 21:00, bob: taken back",
        "20 Nov 2026, 21:00, eva: Keep until 19 Nov 2026 (season)",
    ]


def test_the_text_for_the_owner_of_one_room_and_of_several() -> None:
    rooms = activity(
        {"name": "old", "last_message": "2026-10-06"},
        {"name": "never", "last_message": None},
        {"name": "unsure", "last_message": None, "last_message_known": False},
    ).rooms.set_index("name", drop=False)
    place = "https://chat.example.org"
    assert owner_text(ONE, SEVERAL, rooms.loc[["old"]], {"old": f"{place}/channel/old"}, place) == (
        "ada, #old, 6 Oct 2026, the last message is of 6 Oct 2026, https://chat.example.org/channel/old, "
        "chat.example.org"
    )
    assert owner_text(ONE, SEVERAL, rooms.loc[["old", "never", "unsure"]], {"old": "L"}, place).splitlines() == [
        "ada chat.example.org:",
        "- #old: the last message is of 6 Oct 2026 L",
        "- #never: nobody has ever written in it",
        "- #unsure: nobody has written in it for long",
    ]


def test_rooms_without_an_owner_are_told_from_those_whose_owner_is_not_known() -> None:
    nobodys, unsaid = {"name": "a", "owner": ""}, {"name": "b", "owner": None}
    assert unaddressed(rooms_table(nobodys, unsaid, {"name": "c", "owner": None}, {"name": "d", "owner": "ada"})) == [
        "1 room has no owner.",
        "The owner of 2 rooms is not known.",
    ]
    assert unaddressed(rooms_table({"name": "d", "owner": "ada"})) == []


@fault("a room or an owner called like a field", EXACT, "the name as it is")
def test_a_name_is_never_read_as_part_of_the_text() -> None:
    assert filled("{owner}/{room}{{}}", {"owner": "{room}", "room": "{0.__class__}"}) == "{room}/{0.__class__}{}"


@fault("a note that is a formula", EXACT, "text in every file")
def test_the_list_as_a_file_has_every_column_and_its_texts_are_no_formulas() -> None:
    note = '=HYPERLINK("http://evil.example")'
    made = rows({"room_id": "a", "decision": KEEP}, {"room_id": "b", "decision": ARCHIVE, "note": note})
    rooms = decided(activity({"name": "a"}, {"name": "b"}, {"name": "c"}), made).rooms
    table = worklist(rooms, people=False)
    assert tuple(table.columns) == WORKLIST
    assert table.index.tolist() == ["b", "a"], "the latest decision first"
    assert f'"\'{note.replace(chr(34), chr(34) * 2)}"' in csv_text(table)


def test_nothing_of_decisions_stands_in_a_table_of_who_may_not_see_them() -> None:
    assert set(SILENT) - set(silent(activity({"name": "a"}).rooms, people=False)) == {"Decision"}

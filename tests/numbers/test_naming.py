"""The plain label of a room."""

import re
import sys
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers import naming
from tests.support.faults import EXACT, fault
from tests.support.rooms import WEEK, rooms_table
from tests.support.texts import FAMILY, odd_text

pytestmark = fault(kind="Odd values", at="names of a test", seen="table")


@pytest.mark.parametrize(
    ("type_", "kind", "label"),
    [
        ("channel", "room", "#release-help"),
        ("private", "room", "🔒 release-help"),
        ("channel", "discussion", "› release-help"),
        ("private", "discussion", "› release-help"),
        ("private", "team", "◊ release-help"),
        ("direct", "room", "release-help"),
        ("something new", "room", "release-help"),
    ],
)
def test_the_sign_before_a_name_tells_its_type(type_, kind, label):
    assert naming.room_label("release-help", type_, kind) == label


@fault(lambda name: f"{name!r} as name of a room", EXACT, "“(no name)”")
@pytest.mark.parametrize("name", ["", "   ", "\u200b\n", None, float("nan"), 7])
def test_a_room_without_a_name_says_so(name):
    assert naming.room_label(name, "channel") == "#(no name)"


def test_a_name_from_right_to_left_does_not_turn_its_sign_and_number_around():
    assert naming.room_label("שלום", "channel") == "#\u2068שלום\u2069"
    assert naming.isolated("hello 12") == "hello 12"


@fault(
    lambda name, cleaned: f"a name of {len(name)} signs: {name[:24]}" if name != cleaned else "",
    EXACT,
    "one line without tricks",
)
@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("two\nlines\tand\x00more", "two lines and more"),
        ("  much   room  ", "much room"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("in\u2066vis\u200bible\ufeff", "invisible"),
        ("half\ud83d", "half\ufffd"),
        ("e\u0301", "é"),
        ("z" + "\u0302" * 40, "ẑ" + "\u0302" * 3),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_cleaned_name_is_one_line_without_tricks(name, cleaned):
    assert naming.clean(name) == cleaned


def test_a_text_of_plain_letters_signs_and_pictures_is_as_clean_as_any():
    plain = [chr(code) for code in range(sys.maxunicode) if re.fullmatch(naming._PLAIN, chr(code))]
    # What is invisible in front is none of them, so that the long way is gone.
    assert [character for character in plain if naming.clean(f"\u200b{character}") != character] == []
    assert {"a", "é", "🔒", "›", "◊", "…"} <= set(plain)


def test_labels_of_a_table_hide_people_unless_asked_for():
    rooms = pd.DataFrame(
        {"name": ["general", "ada × bob", "general"], "type": ["channel", "direct", "private"], "kind": ["room"] * 3},
        index=[4, 2, 9],
    )
    rooms["named_label"] = naming.plain_labels(rooms)
    rooms["label"] = ["#general", "direct message 4143", "🔒 general"]
    assert naming.room_labels(rooms).to_dict() == {4: "#general", 2: "direct message 4143", 9: "🔒 general"}
    assert naming.unnamed(rooms, show_people=False).to_dict() == {4: False, 2: True, 9: False}
    assert not naming.unnamed(rooms, show_people=True).any()
    assert naming.room_labels(rooms, show_people=True).to_dict() == {4: "#general", 2: "ada × bob", 9: "🔒 general"}
    assert naming.room_labels(rooms.iloc[:0]).tolist() == []


@given(odd_text)
def test_a_label_is_always_one_line_that_can_be_written_to_a_file(text):
    label = naming.room_label(text, "channel")
    label.encode()
    assert label.splitlines() == [label]
    assert not any(unicodedata.category(character) == "Cc" for character in label)


def test_discussions_of_one_title_are_told_apart_by_where_they_are_and_archived_rooms_are_called_so() -> None:
    rooms = pd.DataFrame(
        [
            ("d", "deck", "channel", "room", None, False),
            ("s", "secret", "private", "room", None, True),
            ("x", "ada, bob", "direct", "room", None, False),
            ("1", "Paint?", "channel", "discussion", "d", False),
            ("2", "Paint?", "private", "discussion", "s", True),
            # Neither a private room nor people are named by a discussion that more can see; nor is what nobody knows.
            ("3", "Paint?", "channel", "discussion", "s", False),
            ("4", "Paint?", "private", "discussion", "x", False),
            ("5", "Paint?", "channel", "discussion", "unknown", False),
            ("6", "Only one", "channel", "discussion", "d", False),
        ],
        columns=["room_id", "name", "type", "kind", "parent", "archived"],
    ).astype({"parent": "str"})
    assert list(naming.labels_apart(rooms)) == [
        "#deck",
        "🔒 secret (archived)",
        "ada, bob",
        "› Paint? in #deck",
        "› Paint? in 🔒 secret (archived)",
        "› Paint?",
        "› Paint?",
        "› Paint?",
        "› Only one",
    ]


def directs(**created: str | None) -> dict[str, str]:
    """What direct messages of these ids are called, by the moment of their creation."""
    moments = pd.to_datetime(list(created.values()), utc=True, format="ISO8601")
    rooms = pd.DataFrame({"room_id": list(created), "type": "direct", "created": moments})
    return dict(zip(created, naming.direct_aliases(rooms).sort_index(), strict=True))


MORNING, EVENING = "2024-01-02T08:15:00.125Z", "2024-01-02T19:00:00.000Z"


def test_two_direct_messages_are_told_apart_by_numbers_of_which_nobody_reads_their_people() -> None:
    told = directs(adaBob=MORNING, cydDan=EVENING)
    assert all(re.fullmatch(r"direct message \d{1,4}", one) for one in told.values())
    assert told["adaBob"] != told["cydDan"]
    # Whoever knows the ids of all people, and tries each pair, finds nothing: the ids are not in it.
    assert directs(eveFay=MORNING, gusHal=EVENING) == {"eveFay": told["adaBob"], "gusHal": told["cydDan"]}


def test_a_direct_message_keeps_its_number_when_others_come_and_go() -> None:
    alone = directs(adaBob=MORNING)
    among = directs(cydDan=EVENING, adaBob=MORNING, a="2020-01-01T00:00:00.000Z", z="2026-01-01T00:00:00.000Z")
    assert among["adaBob"] == alone["adaBob"]
    # Of those of one moment the first by its id, so that a later one changes nothing.
    assert directs(adaBob=MORNING, cydDan=MORNING)["adaBob"] == alone["adaBob"]


def test_direct_messages_of_one_moment_or_of_none_that_is_known_have_numbers_of_their_own() -> None:
    tied = directs(adaBob=MORNING, cydDan=MORNING, eveFay=None, gusHal=None)
    assert len(set(tied.values())) == 4
    assert directs(gusHal=None, cydDan=MORNING, eveFay=None, adaBob=MORNING) == tied
    many = directs(**{f"id{number:05}": MORNING for number in range(12_000)})
    assert len(set(many.values())) == 12_000


def test_a_direct_message_has_one_number_in_every_period_and_no_name_in_what_is_shown() -> None:
    rooms: list[dict[str, object]] = [
        {"name": "ada × bob", "created": MORNING, "messages": 3},
        {"name": "cyd × dan", "created": EVENING},
        {"name": "eve × fay", "created": "2026-11-14T10:00:00.000Z"},
    ]
    now, then = (
        rooms_table(*({"type": "direct", **room} for room in rooms), period=week).set_index("room_id")["label"]
        for week in (WEEK, WEEK.previous)
    )
    assert now.to_dict() == directs(**{str(room["name"]): str(room["created"]) for room in rooms})
    # The last one was created after the week before.
    assert then.to_dict() == {name: now[name] for name in ("ada × bob", "cyd × dan")}


def test_labels_of_several_rooms_are_numbered_where_one_is_chosen_by_them() -> None:
    labels = {"a": "#help", "b": "#help", "c": "#help (2)", "d": "#help", "e": "#other"}
    apart = naming.told_apart(labels)
    assert apart == {"a": "#help", "b": "#help (2)", "c": "#help (2) (2)", "d": "#help (3)", "e": "#other"}


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(["x", "x (2)", "x (3)", "y"])))
def test_no_two_rooms_are_chosen_by_one_label(labels: dict[str, str]) -> None:
    apart = naming.told_apart(labels)
    assert list(apart) == list(labels)
    assert len(set(apart.values())) == len(labels)

"""Aliases: the same room keeps its own, and nothing of the real names is left."""

from __future__ import annotations

import pandas as pd

from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked, masked_rooms
from engagement.numbers.rooms import Rules
from tests.support.report_tools import activity_of
from tests.support.rooms import rooms_table

SPACE = "https://chat.example.org"
ROOMS: list[dict[str, object]] = [
    {"name": "general", "room_id": "r1", "owner": "ada", "messages": 9},
    {
        "name": "secret-merger",
        "room_id": "r2",
        "type": "private",
        "owner": "bob",
        "messages": 5,
        "created": "2024-03-01",
    },
    {"name": "payroll", "room_id": "r3", "type": "private", "owner": "ada", "created": "2024-04-01"},
    {"name": "ada × bob", "room_id": "r4", "type": "direct", "owner": None, "messages": 3},
]


def aliases(rooms: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {room.room_id: (room.name, room.owner) for room in rooms.itertuples(index=False)}


def test_private_rooms_and_people_get_aliases_public_names_stay_and_direct_messages_go() -> None:
    table = masked_rooms(rooms_table(*ROOMS), SPACE)
    assert set(table["room_id"]) == {"r1", "r2", "r3"}
    names = table.set_index("room_id")["name"]
    assert names["r1"] == "general"
    assert names[["r2", "r3"]].str.fullmatch(r"private room \d+").all()
    assert names["r2"] != names["r3"]
    assert table["owner"].str.fullmatch(r"person \d+").all()


def test_no_real_name_is_left_in_any_cell() -> None:
    cells = masked_rooms(rooms_table(*ROOMS), SPACE).astype(str).to_csv()
    for name in ("secret-merger", "payroll", "ada", "bob"):
        assert name not in cells


def test_a_channel_of_a_team_that_is_not_known_to_be_open_is_a_private_room() -> None:
    teams: list[dict[str, object]] = [
        {"name": "strategy", "kind": "team", "team": "closed-team", "type": "private"},
        {"name": "takeover", "team": "closed-team"},
        {"name": "product", "kind": "team", "team": "open-team"},
        {"name": "launch", "team": "open-team"},
        {"name": "unseen", "team": "nobody-knows-which"},
        {"name": "general"},
    ]
    table = masked_rooms(rooms_table(*teams), SPACE).set_index("room_id")
    types = dict.fromkeys(("strategy", "takeover", "unseen"), "private")
    assert table["type"].to_dict() == types | dict.fromkeys(("product", "launch", "general"), "channel")
    assert table.loc[list(types), "label"].str.fullmatch(r"(🔒|◊) private room \d+").all()
    assert table.loc[["product", "launch", "general"], "name"].to_list() == ["product", "launch", "general"]


def test_one_person_has_one_alias_and_two_have_two() -> None:
    owner = masked_rooms(rooms_table(*ROOMS), SPACE).set_index("room_id")["owner"]
    assert owner["r1"] == owner["r3"]
    assert owner["r1"] != owner["r2"]


def test_an_unknown_owner_stays_unknown() -> None:
    table = masked_rooms(rooms_table({"name": "a", "owner": None}), SPACE)
    assert table["owner"].isna().all()


def test_the_order_of_rooms_and_counts_does_not_change_an_alias() -> None:
    usual = rooms_table(*ROOMS)
    other = rooms_table(*[{**room, "messages": 100 * number} for number, room in enumerate(reversed(ROOMS))])
    assert aliases(masked_rooms(usual, SPACE)) == aliases(masked_rooms(other, SPACE))


def test_rooms_that_come_or_go_change_nobody_elses_alias() -> None:
    more = [*ROOMS, {"name": "older", "room_id": "r0", "type": "private", "created": "2020-01-01", "owner": "eve"}]
    before, after = (aliases(masked_rooms(rooms_table(*rooms), SPACE)) for rooms in (ROOMS, more))
    assert {room: after[room] for room in before} == before
    fewer = aliases(masked_rooms(rooms_table(ROOMS[0], ROOMS[2]), SPACE))
    assert fewer == {room: before[room] for room in ("r1", "r3")}


def test_a_renamed_room_keeps_its_alias_so_the_name_is_no_part_of_it() -> None:
    renamed = [{**ROOMS[1], "name": "something-else", "owner": "mallory"}]
    one, other = (masked_rooms(rooms_table(*rooms), SPACE) for rooms in ([ROOMS[1]], renamed))
    assert one[["name", "owner"]].equals(other[["name", "owner"]])


def test_another_workspace_has_other_aliases() -> None:
    one, other = (masked_rooms(rooms_table(*ROOMS), space) for space in (SPACE, "https://other.example.org"))
    assert not set(one["owner"]) & set(other["owner"])


def test_masking_twice_is_masking_once() -> None:
    once = masked(activity_of(*ROOMS))
    assert masked(once).rooms.equals(once.rooms)
    assert once.masked


def test_three_thousand_private_rooms_have_three_thousand_aliases() -> None:
    many = rooms_table(*[{"name": f"n{n}", "room_id": f"id{n}", "type": "private"} for n in range(3000)])
    assert masked_rooms(many, SPACE)["name"].nunique() == 3000


def test_a_room_left_out_by_its_name_stays_out_when_its_name_is_masked() -> None:
    activity = activity_of(*ROOMS, rules=Rules(left_out=("pay*",)))
    assert set(Filters().keep(masked(activity).rooms)["room_id"]) == {"r1", "r2"}

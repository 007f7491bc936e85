"""The room directory: every room, when it last spoke, and never what was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from engagement.api.client import Client, Directory
from engagement.api.decode import Reply
from engagement.api.room_directory import read_directory
from engagement.api.transport import Params
from engagement.demo import DemoServer, Options
from engagement.demo.community import Community, RoomSpec, community
from engagement.demo.directory import joined
from engagement.errors import NoPermission
from engagement.numbers.periods import Period, windows
from tests.support.api_tools import client_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault, switch

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace", seen="client")

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC).timestamp()
RELEASES = [(3, 1), (6, 5), (7, 5), (8, 4), (9, 0)]
DISCUSSION = "Ab3456789abcdefgh"


def small() -> Community:
    return community(
        [
            RoomSpec("general", title="General talk", name="general", created=date(2024, 1, 2), members=12, owner="ada",
                     last_message=date(2026, 11, 15), default=True, messages_total=900),
            RoomSpec("secret", type="p", name="secret", read_only=True, archived=True, last_message=date(2026, 3, 1)),
            RoomSpec("unused", name="unused", last_message=None),
            RoomSpec("pair", type="d", name=None, usernames=("ada", "bob"), last_message=date(2026, 11, 1)),
            RoomSpec(DISCUSSION, type="p", name=DISCUSSION, title="Plans for May", discussion_of="general"),
            RoomSpec("teammain", name="crew", team="t1", team_main=True, last_message=date(2026, 11, 2)),
            *(RoomSpec(f"team{n}", name=f"crew-{n}", team="t1", last_message=date(2026, 11, 3)) for n in range(12)),
            RoomSpec("visitor", type="l", name="visitor"),
        ]
    )  # fmt: skip


@pytest.fixture(params=RELEASES, ids=lambda release: ".".join(map(str, release)))
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    options = Options(release=request.param, timezone="UTC")
    with DemoServer(options, clock=Clock(NOON), community=small()) as running:
        yield running


def full(server: DemoServer, who: str = "admin") -> Directory:
    return client_of(server, Clock(NOON), who).directory(full=True)


def team_channels(server: DemoServer, who: str) -> dict[str, bool]:
    """Of the channels of the team, which the account has joined."""
    account = server.accounts.people[who]
    return {room.room_id: joined(account, room) for room in server.workspace.rooms if room.team and not room.team_main}


def test_every_room_but_livechat_is_in_the_full_directory_of_every_release(server: DemoServer) -> None:
    directory = full(server)
    expected = ["general", "secret", "unused", "pair", DISCUSSION, "teammain", *(f"team{n}" for n in range(12))]
    assert directory.rooms["room_id"].tolist() == sorted(expected)
    assert (directory.receipt.complete, directory.receipt.notes) == (True, ())
    # The 18 of the administration's list, and the 6 that the lists of whole documents show again to everybody.
    assert directory.receipt.announced == directory.receipt.received == 24


def test_a_room_is_told_with_its_title_people_dates_and_marks(server: DemoServer) -> None:
    rooms = full(server).rooms.set_index("room_id")
    general = rooms.loc["general"]
    assert general[["slug", "name", "type", "kind", "owner"]].tolist() == [
        "general", "General talk", "channel", "room", "ada",
    ]  # fmt: skip
    assert general["created"] == pd.Timestamp("2024-01-02T12:00Z")
    assert general["last_message"] == pd.Timestamp("2026-11-15T12:00Z")
    assert (general["members"], general["total_messages"]) == (12.0, 900.0)
    marks = ["archived", "read_only", "default", "announcement"]
    assert general[marks].tolist() == [False, False, True, False]
    assert general[["parent", "team"]].isna().all()
    assert rooms.loc["secret", marks].tolist() == [True, True, False, False]
    assert rooms.loc[DISCUSSION, ["slug", "name", "kind", "type", "parent"]].tolist() == [
        DISCUSSION, "Plans for May", "discussion", "private", "general",
    ]  # fmt: skip
    assert rooms.loc["pair", ["slug", "name", "usernames", "type"]].tolist() == [
        "pair", "ada × bob", "ada × bob", "direct",
    ]  # fmt: skip
    assert rooms.loc["teammain", ["kind", "team"]].tolist() == ["team", "t1"]
    assert rooms.loc["team1", ["kind", "team"]].tolist() == ["room", "t1"]


@fault("channels of a team that not all have joined", NOTED, "between two moments, joined or not", kind="Last messages")
def test_a_room_without_a_message_is_told_from_one_whose_last_message_is_unknown(server: DemoServer) -> None:
    rooms = full(server).rooms.set_index("room_id")
    assert rooms.loc["unused", "last_message_known"]
    assert pd.isna(rooms.loc["unused", "last_message"])
    in_team = team_channels(server, "admin")
    assert set(in_team.values()) == {True, False}
    # All of them spoke after the team's main room and before the newest room; whoever joined one is told no more.
    for room_id in in_team:
        room = rooms.loc[room_id]
        assert not room["last_message_known"]
        assert pd.isna(room["last_message"])
        assert (room["spoke_from"], room["spoke_to"]) == (
            pd.Timestamp("2026-11-02T12:00Z"), pd.Timestamp("2026-11-15T12:00Z"),
        )  # fmt: skip


def test_the_table_has_its_documented_columns_even_without_a_room() -> None:
    types = {
        "room_id": "str", "slug": "str", "name": "str", "type": "str", "kind": "str", "usernames": "str",
        "created": "datetime64[us, UTC]", "last_message": "datetime64[us, UTC]", "members": "float64", "owner": "str",
        "archived": "bool", "read_only": "bool", "default": "bool", "announcement": "bool",
        "total_messages": "float64", "parent": "str", "team": "str", "last_message_known": "bool",
        "spoke_from": "datetime64[us, UTC]", "spoke_to": "datetime64[us, UTC]",
    }  # fmt: skip
    for made in (small(), community([RoomSpec("only", type="l")])):
        with DemoServer(Options(), clock=Clock(NOON), community=made) as server:
            for directory in (full(server), client_of(server, Clock(NOON)).directory(full=False)):
                assert {name: str(dtype) for name, dtype in directory.rooms.dtypes.items()} == types


def test_without_the_right_to_see_all_rooms_the_public_ones_outside_teams_are_listed(server: DemoServer) -> None:
    for who in ("analyst", "admin"):
        directory = client_of(server, Clock(NOON), who).directory(full=False)
        # What somebody sees of a team depends on their own membership, so nothing of it is shown to anybody.
        assert directory.rooms["room_id"].tolist() == ["general", "teammain", "unused"]
        assert directory.rooms["last_message_known"].all()
        assert directory.receipt.complete
        assert (directory.receipt.announced, directory.receipt.received) == (3, 3)
    with pytest.raises(NoPermission):
        full(server, "analyst")


def test_no_text_of_a_message_is_kept(server: DemoServer) -> None:
    directory = full(server)
    shown = directory.rooms.to_csv() + repr(directory)
    said = [text for text in ("Thanks, that fixed it!", "Friday", "shared folder", "noon?") if text in shown]
    assert said == []
    assert not {"lastMessage", "topic", "msg", "description"} & set(directory.rooms.columns)


@fault("ties shuffled on every page of the directory", EXACT, kind="Contradictory answers")
def test_page_by_page_gives_the_same_directory_as_all_at_once(server: DemoServer) -> None:
    whole = full(server)
    server.options = Options(
        release=server.options.release, timezone="UTC", unlimited=False, page_cap=7, shuffle_ties=True
    )
    told: list[tuple[int, int]] = []
    client = client_of(server, Clock(NOON), "admin")
    paged = client.directory(full=True, progress=lambda received, announced: told.append((received, announced)))
    pd.testing.assert_frame_equal(paged.rooms, whole.rooms)
    assert paged.receipt.complete
    assert len(told) >= 6
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_every_list_is_sorted_by_id_and_asks_for_every_type(server: DemoServer) -> None:
    full(server)
    listed = [(path.rsplit("/", 1)[-1], query) for _, path, query in server.calls if "sort" in query]
    by_last_message = [query for _, query in listed if query["sort"] != '{"_id":1}']
    assert [query["sort"] for query in by_last_message] == ['{"lm":1,"_id":1}']
    asked = [query["types[]"] for route, query in listed if route == "rooms.adminRooms"]
    if server.options.release < (4, 0):
        assert asked == ["c,p,d,teams", "c,p,discussions", "c,p,teams"]
    else:
        assert asked == ["c,p,d,discussions,teams", "c,p,discussions,teams"]


@fault("no permission view-c-room", NOTED, "last messages of public channels are unknown; it is named")
def test_an_account_that_may_not_list_channels_is_told_what_it_does_not_know() -> None:
    with DemoServer(Options(), clock=Clock(NOON), community=small()) as server:
        for permission in ("view-c-room", "view-joined-room"):
            for role in ("admin", "user"):
                server.revoke(permission, role)
        directory = full(server)
    rooms = directory.rooms.set_index("room_id")
    assert not rooms.loc["general", "last_message_known"]
    assert rooms.loc["secret", "last_message_known"]
    assert not directory.receipt.complete
    assert directory.receipt.notes == (
        "When public channels were last used is not known: this account lacks the permission view-c-room.",
    )


def test_rooms_known_from_the_channel_list_alone_are_added_with_everything_else_unknown() -> None:
    with DemoServer(Options(release=(7, 5), timezone="UTC"), clock=Clock(NOON), community=small()) as server:
        client = client_of(server, Clock(NOON), "analyst")
        listed = client.directory(full=False)
        window = windows(Period(date(2026, 11, 9), date(2026, 11, 15)), timedelta(0))[0]
        together = listed.with_rooms_of(client.channel_counts(window, every_room=True))
    assert len(together.rooms) == 18
    assert together.rooms["room_id"].is_unique
    assert together.rooms.dtypes.to_dict() == listed.rooms.dtypes.to_dict()
    rooms = together.rooms.set_index("room_id")
    assert rooms.loc["general", "name"] == "General talk"
    assert rooms.loc["secret", ["name", "type"]].tolist() == ["secret", "private"]
    unknown = rooms.loc[
        "secret", ["slug", "kind", "owner", "last_message", "members", "total_messages", "parent", "team"]
    ]
    assert unknown.isna().all()
    assert rooms.loc["secret", ["archived", "last_message_known"]].tolist() == [False, False]
    assert (together.receipt.calls, together.receipt.missing, together.receipt.complete) == (2, 0, True)


def answered(documents: dict[str, list[dict[str, object]]], totals: dict[str, int] | None = None) -> Directory:
    keys = {"rooms.adminRooms": "rooms", "channels.list": "channels", "groups.listAll": "groups"}

    def ask(route: str, params: Params) -> Reply:
        rows = documents.get(route, [])
        offset = int(dict(params)["offset"])
        total = (totals or {}).get(route, len(rows))
        # What crosses the wire is JSON, and nothing else.
        return Reply(json.loads(json.dumps({keys.get(route, "ims"): rows[offset:], "total": total, "offset": offset})))

    return read_directory(ask, full=True, discussions_apart=False)


def test_a_room_that_is_nobodys_is_told_from_one_whose_owner_cannot_be_read() -> None:
    owners = {"ada": {"username": "ada"}, "nobodys": None, "unread": {"username": 7}, "late": None}
    listed = [{"_id": name, "t": "c", "u": owner} for name, owner in owners.items()]
    documents: list[dict[str, object]] = [{"_id": "late", "u": {"username": "bob"}}, {"_id": "unread"}]
    told = answered({"rooms.adminRooms": listed, "channels.list": documents}).rooms.set_index("room_id")["owner"]
    assert told.dropna().to_dict() == {"ada": "ada", "nobodys": "", "late": "bob"}


def test_a_room_that_only_a_list_of_documents_knows_is_listed_too() -> None:
    directory = answered(
        {"groups.listAll": [{"_id": "new", "t": "p", "name": "new", "lm": "2026-11-01T10:00:00.000Z"}]}
    )
    assert directory.rooms["room_id"].tolist() == ["new"]


def test_an_odd_parent_or_team_spoils_that_field_alone() -> None:
    documents = [
        {"_id": "a", "t": "c", "name": "a", "prid": 7, "teamId": "t1"},
        {"_id": "b", "t": "p", "name": "b", "prid": "a", "teamId": ["t1"]},
    ]
    rooms = answered({"rooms.adminRooms": documents}).rooms
    assert rooms["name"].tolist() == ["a", "b"]
    assert rooms[["parent", "team"]].fillna("").to_numpy().tolist() == [["", "t1"], ["a", ""]]


def test_a_broadcast_room_is_an_announcement_room_and_an_announcement_text_makes_none() -> None:
    directory = answered(
        {
            "rooms.adminRooms": [
                {"_id": "a", "t": "c", "name": "a", "broadcast": True},
                {"_id": "b", "t": "c", "name": "b", "announcement": "Lunch at noon"},
            ]
        }
    )
    assert directory.rooms["announcement"].tolist() == [True, False]
    assert "Lunch" not in directory.rooms.to_csv()


@fault("lists of the directory announce more than they send", NOTED, "a note for each", kind="Contradictory answers")
def test_what_does_not_arrive_is_said_list_by_list() -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "rooms.adminRooms": [{"_id": "a", "t": "c", "name": "a"}],
        "channels.list": [{"_id": "a", "t": "c", "name": "a"}],
    }
    directory = answered(rows, {"rooms.adminRooms": 3, "channels.list": 2})
    assert not directory.receipt.complete
    assert (directory.receipt.announced, directory.receipt.received, directory.receipt.missing) == (5, 2, 2)
    assert directory.receipt.notes == (
        "2 of the 3 rooms that the server announced did not arrive.",
        "1 of the 2 public channels that the server announced did not arrive.",
    )


BAD: dict[str, Any] = {
    "no id": {"t": "c"},
    "a number as id": {"_id": 5, "t": "c"},
    "a lone surrogate as id": {"_id": "\ud800", "t": "c"},
    "a text as room": "a room",
    "null as room": None,
}


@fault("{bad}, in the directory", NOTED, "left out, and a note counts it", kind="Odd values", at="answers of a test")
@pytest.mark.parametrize("bad", BAD)
def test_a_document_without_an_id_is_left_out_and_all_others_stand(bad: str) -> None:
    directory = answered({"rooms.adminRooms": [{"_id": "a", "t": "c", "name": "a"}, BAD[bad]]})
    assert directory.rooms["room_id"].tolist() == ["a"]
    assert directory.receipt.notes == ("What the server said of 1 of the rooms cannot be read.",)
    assert not directory.receipt.complete


@fault(
    "no type in the list of all rooms",
    NOTED,
    "that of another list, or none",
    kind="Odd values",
    at="answers of a test",
)
def test_a_type_that_cannot_be_read_is_that_of_the_list_that_shows_the_room_or_missing() -> None:
    rooms = [{"_id": name, "t": None, "name": name} for name in ("a", "b")]
    directory = answered({"rooms.adminRooms": rooms, "groups.listAll": rooms[:1]})  # type: ignore[dict-item]
    types = directory.rooms.set_index("room_id")["type"]
    assert types["a"] == "private"
    assert pd.isna(types["b"])
    assert directory.receipt.notes == ("The type of 1 of the rooms cannot be read.",)


@fault(
    lambda last: f"{last!r} as last message",
    NOTED,
    "unknown, and not “never used”",
    kind="Odd values",
    at="answers of a test",
)
@pytest.mark.parametrize("last", [None, 5, "", "some day", {"$date": 1}, "\ud800"])
def test_a_last_message_that_cannot_be_read_is_unknown_and_not_one_of_a_room_never_used(last: object) -> None:
    documents = [{"_id": "a", "t": "c", "name": "a", "lm": last}, {"_id": "b", "t": "c", "name": "b"}]
    rooms = answered({"channels.list": documents}).rooms.set_index("room_id")
    assert rooms["last_message"].isna().all()
    assert rooms["last_message_known"].to_dict() == {"a": False, "b": True}


@fault(
    lambda odd: f"{odd!r} as members and messages of a room",
    NOTED,
    "both blank",
    kind="Odd values",
    at="answers of a test",
)
@pytest.mark.parametrize("odd", [1.5, -7, 10**30, "many", None, "\ud800", [1], True])
def test_a_number_that_is_none_of_members_or_messages_is_unknown(odd: object) -> None:
    room = {"_id": "a", "t": "c", "name": "a", "usersCount": odd, "msgs": odd}
    assert answered({"rooms.adminRooms": [room]}).rooms[["members", "total_messages"]].isna().all(axis=None)


BY_LIST = {
    "rooms.adminRooms": "Some rooms may be missing, those of teams above all, "
    "as the list of all rooms could not be read.",
    "channels.list": "When public channels were last used is not known, as their list could not be read.",
    "groups.listAll": "When private rooms were last used is not known, as their list could not be read.",
    "im.list.everyone": "When direct messages were last used is not known, as their list could not be read.",
}


@fault(lambda route, fault: f"{route}: {switch(fault)}", NOTED, "what only this list tells is unknown; a note")
@pytest.mark.parametrize("fault", ["500", "403", "html", "nonsense", "garbage", "404", "gate-403", "502", "401"])
@pytest.mark.parametrize("route", BY_LIST)
def test_one_list_that_cannot_be_read_costs_what_only_it_tells_and_a_note(route: str, fault: str) -> None:
    clock = Clock(NOON)
    with DemoServer(Options(rate_limit=0), clock=clock, community=small()) as server:
        client = client_of(server, clock, "admin")
        honest = client.directory(full=True).rooms.set_index("room_id")
        server.fail_next(route, fault, times=None)  # type: ignore[arg-type]
        directory = client.directory(full=True)
    note = BY_LIST[route]
    if route == "channels.list" and fault in {"401", "403"}:
        note = "When public channels were last used is not known: this account lacks the permission view-c-room."
    assert (directory.receipt.complete, directory.receipt.notes) == (False, (note,))
    rooms = directory.rooms.set_index("room_id")
    lost = {"channels.list": "channel", "groups.listAll": "private", "im.list.everyone": "direct"}.get(route)
    if lost is None:
        # Rooms of teams stand in no other list that everybody with the same rights sees alike.
        gone = sorted(set(honest.index) - set(rooms.index))
        assert gone == sorted(team_channels(server, "admin"))
    else:
        same = honest["type"] != lost
        pd.testing.assert_frame_equal(rooms[same], honest[same])
        # The order of the administration's list may still tell that one was never used.
        known = rooms[~same & rooms["last_message_known"]]
        assert known["last_message"].isna().all()
        assert honest.loc[known.index, "last_message"].isna().all()


@fault("no list of public channels, for who may list no others", NOTED, "silent rooms are not known; a note")
def test_without_the_public_list_nothing_is_known_of_silent_rooms_and_that_is_said() -> None:
    clock = Clock(NOON)
    with DemoServer(Options(), clock=clock, community=small()) as server:
        client = client_of(server, clock, "analyst")
        server.fail_next("channels.list", "500", times=None)
        directory = client.directory(full=False)
    assert directory.rooms.empty
    assert directory.receipt.notes == (
        "Public channels without a message are not known, as their list could not be read.",
    )
    assert not directory.receipt.complete


def test_a_directory_needs_no_more_than_five_lists_where_the_server_gives_everything() -> None:
    with DemoServer(Options(rooms=601)) as server:
        client = Client(server.url)
        client.sign_in("manager", "manager")
        before = len(server.calls)
        assert client.directory(full=True).receipt.complete
        # One for the release; the list in the order of last messages is for the channels of teams.
        assert len(server.calls) - before <= 6

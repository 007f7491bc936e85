"""Every room of the channel list with both counts, from every release, whole or with exact notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.api.channel_list import read_channel_counts
from engagement.api.client import ChannelCounts, Client, Pace
from engagement.api.decode import Reply
from engagement.api.transport import Params
from engagement.demo import DemoServer, Options
from engagement.demo.community import Community, RoomSpec, community
from engagement.errors import RefusedParameters, UnreadableAnswer
from engagement.numbers.periods import Period, Window, last_full_weeks, windows
from tests.support.api_tools import client_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, fault

pytestmark = fault(kind="Contradictory answers", at="demo workspace", seen="client")

CHANNELS = "/engagement-dashboard/channels/list"
RELEASES = [(6, 5), (7, 5), (8, 4), (9, 0)]
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
THIS_WEEK, WEEK_BEFORE, LONG_AGO = date(2026, 11, 10), date(2026, 11, 3), date(2026, 1, 5)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC).timestamp()


def of(period: Period) -> Window:
    return windows(period, timedelta(0))[0]


class NeverRefused(Pace):
    """A pace that fails the test when the server ever had to say 429."""

    def refused(self, route: str, who: str, headers: Mapping[str, str], text: str) -> float:
        raise AssertionError(f"429 from {route}")


def small() -> Community:
    rooms = [
        RoomSpec("steady", name="general", created=date(2024, 1, 2)),
        RoomSpec("quiet", name="quiet", type="p"),
        RoomSpec("dormant", name="old"),
        RoomSpec("unused", name="unused"),
        RoomSpec("below", name="below"),
        RoomSpec("pair", type="d", name=None, usernames=("ada", "bob")),
        RoomSpec("Ab3456789abcdefgh", name="Ab3456789abcdefgh", title="Plans", discussion_of="steady"),
        RoomSpec("visitor", type="l", name="visitor"),
    ]
    days = {date(2026, 11, 2) + n * timedelta(days=1): 10 for n in range(14)}
    return community(
        rooms,
        {
            "steady": days,
            "quiet": {WEEK_BEFORE: 4},
            "dormant": {LONG_AGO: 30},
            "below": {THIS_WEEK: -2, WEEK_BEFORE: 1},
            "pair": {THIS_WEEK: 3},
            "Ab3456789abcdefgh": {THIS_WEEK: 3},
        },
    )


@pytest.fixture(params=RELEASES, ids=lambda release: ".".join(map(str, release)))
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    options = Options(release=request.param, timezone="UTC")
    with DemoServer(options, clock=Clock(NOON), community=small()) as running:
        yield running


def numbers(counts: ChannelCounts) -> dict[str, tuple[int, int]]:
    rows = counts.rooms[["room_id", "messages", "previous_messages"]].itertuples(index=False)
    return {room_id: (messages, previous) for room_id, messages, previous in rows}


ACTIVE = {
    "steady": (70, 70),
    "pair": (3, 0),
    "Ab3456789abcdefgh": (3, 0),
    "quiet": (0, 4),
    "below": (-2, 1),
}


def test_active_rooms_are_the_same_in_every_release(server: DemoServer) -> None:
    counts = client_of(server, Clock(NOON), "admin").channel_counts(of(WEEK), every_room=False)
    assert numbers(counts) == ACTIVE
    assert counts.receipt.complete
    assert counts.receipt.notes == ()
    assert (counts.receipt.calls, counts.receipt.duplicates, counts.receipt.reread) == (1, 0, 0)


def test_silent_rooms_are_listed_before_release_8_and_livechat_is_left_out(server: DemoServer) -> None:
    counts = client_of(server, Clock(NOON), "admin").channel_counts(of(WEEK), every_room=True)
    before_8 = server.options.release < (8, 0)
    assert numbers(counts) == ACTIVE | ({"dormant": (0, 0), "unused": (0, 0)} if before_8 else {})
    # 6.5 announces the livechat room too.
    expected = {(6, 5): 8, (7, 5): 7}.get(server.options.release, 5)
    assert (counts.receipt.announced, counts.receipt.received) == (expected, expected)


def test_the_table_has_its_documented_columns_and_order(server: DemoServer) -> None:
    rooms = client_of(server, Clock(NOON), "admin").channel_counts(of(WEEK), every_room=False).rooms
    assert {name: str(dtype) for name, dtype in rooms.dtypes.items()} == {
        "room_id": "str",
        "name": "str",
        "usernames": "str",
        "type": "str",
        "created": "datetime64[us, UTC]",
        "messages": "int64",
        "previous_messages": "int64",
    }
    assert rooms["room_id"].tolist() == ["steady", "Ab3456789abcdefgh", "pair", "quiet", "below"]
    by_id = rooms.set_index("room_id")
    assert by_id.loc["steady", "created"] == pd.Timestamp("2024-01-02T12:00Z")
    assert by_id["type"].to_dict() == {
        "steady": "channel",
        "Ab3456789abcdefgh": "channel",
        "pair": "direct",
        "quiet": "private",
        "below": "channel",
    }
    assert by_id.loc["pair", "usernames"] == "ada × bob"
    assert pd.isna(by_id.loc["pair", "name"])
    assert pd.isna(by_id.loc["steady", "usernames"])


def test_hiding_silent_rooms_is_asked_for_only_where_it_is_understood(server: DemoServer) -> None:
    client = client_of(server, Clock(NOON), "admin")
    client.channel_counts(of(WEEK), every_room=False)
    client.channel_counts(of(WEEK), every_room=True)
    asked = [query.get("hideRoomsWithNoActivity") for _, path, query in server.calls if path.endswith(CHANNELS)]
    assert asked == (["true", None] if server.options.release == (7, 5) else [None, None])


def test_a_window_without_a_previous_period_counts_no_previous_messages(server: DemoServer) -> None:
    window = of(Period(THIS_WEEK, THIS_WEEK))
    assert window.previous is None
    counts = client_of(server, Clock(NOON), "admin").channel_counts(window, every_room=False)
    assert numbers(counts) == {
        "steady": (10, 0),
        "pair": (3, 0),
        "Ab3456789abcdefgh": (3, 0),
        "below": (-2, 0),
    }


@fault("a build that answers TypeError", EXACT, "asked again, silent rooms and all", kind="Side dishes and refusals")
def test_a_first_build_that_fails_to_hide_silent_rooms_is_asked_without() -> None:
    hidden: list[str | None] = []

    with DemoServer(Options(release=(7, 5)), clock=Clock(NOON), community=small()) as server:
        client = client_of(server, Clock(NOON), "admin")
        plain = client._read

        def crashing(route: str, params: Params = ()) -> object:
            if route.endswith("channels/list"):
                hidden.append(dict(params).get("hideRoomsWithNoActivity"))
                if hidden[-1] == "true":
                    raise RefusedParameters("TypeError")
            return plain(route, params)

        client._read = crashing  # type: ignore[assignment,method-assign]
        assert numbers(client.channel_counts(of(WEEK), every_room=False)) == ACTIVE
    assert hidden == ["true", None]


@fault("ties shuffled on every page of 5,000 rooms", EXACT, "the table of one call, and never a 429")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: ".".join(map(str, release)))
def test_five_thousand_rooms_behind_shuffled_ties_equal_one_call_without_a_429(release: tuple[int, int]) -> None:
    _pages_equal_one_call(rooms=5000, release=release, every_room=False)


@pytest.mark.parametrize("release", RELEASES[:2], ids=lambda release: ".".join(map(str, release)))
def test_silent_rooms_behind_shuffled_ties_equal_one_call_without_a_429(release: tuple[int, int]) -> None:
    _pages_equal_one_call(rooms=900, release=release, every_room=True)


def _pages_equal_one_call(*, rooms: int, release: tuple[int, int], every_room: bool) -> None:
    clock = Clock(NOON)
    waits: list[float] = []
    with DemoServer(Options(rooms=rooms, release=release, rate_limit=40), clock=clock) as server:

        def read() -> ChannelCounts:
            pace = NeverRefused(monotonic=clock)
            client = Client(server.url, pace=pace, sleep=clock.sleep, monotonic=clock)
            client.sign_in("manager", "manager")
            client = client.with_waits(sleep=clock.sleep, on_wait=lambda _, seconds: waits.append(seconds))
            client.channel_counts(window, every_room=every_room)
            return client.channel_counts(window, every_room=every_room)

        window = of(last_full_weeks(server.clock.today()))
        whole = read()
        clock.now += 120
        server.options = Options(
            rooms=rooms, release=release, rate_limit=40, unlimited=False, page_cap=100, shuffle_ties=True
        )
        paged = read()
    assert whole.receipt.calls == 1
    assert paged.receipt.calls > 10
    assert paged.receipt.duplicates > 0
    assert (paged.receipt.complete, paged.receipt.notes) == (True, ())
    assert paged.receipt.received == paged.receipt.announced
    assert paged.receipt.pages == paged.receipt.calls
    pd.testing.assert_frame_equal(paged.rooms, whole.rooms)
    # Twice the calls of one reading do not fit into one minute, so the second of them has to wait.
    assert clock.slept == waits
    assert waits


def test_on_servers_that_list_all_rooms_the_silent_ones_are_skipped_by_reading_the_previous_week_too() -> None:
    options = Options(rooms=1500, release=(6, 5), unlimited=False, shuffle_ties=True, timezone="UTC")
    with DemoServer(options, clock=Clock(NOON)) as server:
        client = client_of(server, Clock(NOON), "admin")
        counts = client.channel_counts(of(WEEK), every_room=False)
        asked = {(query["start"], query["end"]) for _, path, query in server.calls if path.endswith(CHANNELS)}
    assert asked == {
        ("2026-11-09T09:45:00.000Z", "2026-11-15T08:15:00.000Z"),
        ("2026-11-02T09:45:00.000Z", "2026-11-08T08:15:00.000Z"),
    }
    assert counts.receipt.complete
    assert counts.receipt.received == counts.receipt.announced >= len(counts.rooms)
    quiet = counts.rooms[counts.rooms["messages"] == 0]
    assert len(quiet) > 0
    assert (quiet["previous_messages"] != 0).all()


@fault("messages arrive between the pages", EXACT, "no room is lost")
def test_messages_that_arrive_while_pages_are_read_lose_no_room() -> None:
    options = Options(rooms=600, release=(8, 4), unlimited=False, page_cap=20, shuffle_ties=True, timezone="UTC")
    with DemoServer(options, clock=Clock(NOON)) as server:
        client = client_of(server, Clock(NOON), "admin")
        week = last_full_weeks(server.clock.today())
        ids = client.channel_counts(of(week), every_room=False).rooms["room_id"].tolist()
        late = iter(ids[::-1])

        def somebody_writes() -> None:
            server.workspace.add(next(late, ids[0]), week.start, 7)

        server.on_page = somebody_writes
        counts = client.channel_counts(of(week), every_room=False)
    assert counts.receipt.complete
    assert sorted(counts.rooms["room_id"]) == sorted(ids)


@fault("a room is deleted between the pages", EXACT, "it is gone and hides no other")
def test_rooms_deleted_while_pages_are_read_are_gone_and_hide_no_other() -> None:
    options = Options(rooms=300, release=(8, 4), unlimited=False, page_cap=20, shuffle_ties=True, timezone="UTC")
    with DemoServer(options, clock=Clock(NOON)) as server:
        client = client_of(server, Clock(NOON), "admin")
        week = last_full_weeks(server.clock.today())
        ids = client.channel_counts(of(week), every_room=False).rooms["room_id"].tolist()
        pages = 0

        def somebody_deletes() -> None:
            nonlocal pages
            pages += 1
            if pages == 3:
                server.workspace.remove_room(ids[0])

        server.on_page = somebody_deletes
        counts = client.channel_counts(of(week), every_room=False)
    assert counts.receipt.complete
    assert sorted(counts.rooms["room_id"]) == sorted(ids[1:])


def row(room_id: str, messages: object = 1, previous: object = 0, **room: object) -> dict[str, object]:
    return {"room": {"_id": room_id, "t": "c", **room}, "messages": messages, "lastWeekMessages": previous}


def given(*rows: object, total: int | None = None, **more: object) -> ChannelCounts:
    """The counts from a server whose every answer holds these rows."""

    def ask(params: Params) -> Reply:
        offset = int(dict(params)["offset"])
        shown = list(rows[offset:])
        body = {"channels": shown, "total": len(rows) if total is None else total, "offset": offset, **more}
        return Reply(body)

    return read_channel_counts(ask, of(WEEK), every_room=True, lists_silent=False, hide=False)


@fault("5,000 rooms announced, two sent", NOTED, "“4,998 of the 5,000 rooms … did not arrive.”", at="answers of a test")
def test_rooms_that_never_arrive_are_counted_in_the_notes() -> None:
    counts = given(row("a"), row("b"), total=5000)
    assert not counts.receipt.complete
    assert (counts.receipt.announced, counts.receipt.received) == (5000, 2)
    assert counts.receipt.notes == ("4,998 of the 5,000 rooms that the server announced did not arrive.",)


@fault("half a pair of surrogates in a name, no date", EXACT, "? and blank", kind="Odd values", at="answers of a test")
def test_odd_names_and_missing_dates_are_taken_as_they_come() -> None:
    counts = given(row("a", name="half \ud83d of a pair", ts="no date"), row("b", name="", usernames=["x", 7, "y"]))
    rooms = counts.rooms.set_index("room_id")
    assert rooms.loc["a", "name"] == "half ? of a pair"
    assert pd.isna(rooms.loc["a", "created"])
    assert pd.isna(rooms.loc["b", "name"])
    assert rooms.loc["b", "usernames"] == "x × y"


def test_whole_numbers_are_whole_even_with_a_point() -> None:
    assert numbers(given(row("a", 3.0, -1))) == {"a": (3, -1)}


BAD: Mapping[str, object] = {
    "no count": row("a", None),
    "a text as count": row("a", "5"),
    "true as count": row("a", True),
    "a fraction as count": row("a", 1.5),
    "a count of 2^60": row("a", 2**60),
    "no previous count": row("a", 1, None),
    "an empty id": row(""),
    "a lone surrogate as id": row("\ud800"),
    "an id of 10,000 characters": row("x" * 10_000),
    "no room": {"messages": 1, "lastWeekMessages": 0},
    "a list as room": {"room": [], "messages": 1, "lastWeekMessages": 0},
    "a text as row": "a row",
    "null as row": None,
}


@fault(
    "{bad}, in one row of the channel list",
    NOTED,
    "that row is left out, and a note counts it",
    kind="Odd values",
    at="answers of a test",
)
@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_cannot_be_read_is_left_out_and_all_others_stand(bad: str) -> None:
    counts = given(row("x", 4, 2), BAD[bad], row("y", 1, 3))
    assert numbers(counts) == {"x": (4, 2), "y": (1, 3)}
    assert not counts.receipt.complete
    assert (counts.receipt.announced, counts.receipt.received, counts.receipt.missing) == (3, 2, 1)
    assert counts.receipt.notes == ("What the server said of 1 of the rooms cannot be read.",)


@fault("a change that is not that of its counts", NOTED, "that room is left out", at="answers of a test")
def test_a_row_whose_change_is_not_that_of_its_counts_cannot_be_read() -> None:
    counts = given(row("x", 4, 2) | {"diffFromLastWeek": 2}, row("y", -7, 3) | {"diffFromLastWeek": 2})
    assert numbers(counts) == {"x": (4, 2)}
    assert counts.unreadable == {"y"}
    assert not counts.receipt.complete


@fault(
    lambda kind: f"{kind!r} as type of a room in the channel list",
    NOTED,
    "its counts stand; a note says it",
    kind="Odd values",
    at="answers of a test",
)
@pytest.mark.parametrize("kind", [None, 7, "", "x", ["c"]])
def test_a_type_that_cannot_be_read_is_missing_and_nothing_else(kind: object) -> None:
    counts = given(row("x", 4, 2), row("y", 1, 3, t=kind))
    assert numbers(counts) == {"x": (4, 2), "y": (1, 3)}
    assert counts.rooms.set_index("room_id")["type"].isna().to_dict() == {"x": False, "y": True}
    assert counts.receipt.notes == ("The type of 1 of the rooms cannot be read.",)
    assert not counts.receipt.complete


@fault(
    lambda more: f"a page whose {', '.join(more)} is {', '.join(map(repr, more.values()))}",
    SAID,
    "it cannot be read",
    at="answers of a test",
)
@pytest.mark.parametrize("more", [{"channels": None}, {"offset": 50}])
def test_a_page_that_is_not_as_documented_makes_the_answer_unreadable(more: dict[str, object]) -> None:
    with pytest.raises(UnreadableAnswer):
        given(row("a"), **more)  # type: ignore[arg-type]


def test_messages_per_day_are_those_of_exactly_the_days_asked_for() -> None:
    days = {date(2026, 11, 1) + n * timedelta(days=1): n + 1 for n in range(17)}
    made = community([RoomSpec("general")], {"general": days})
    for zone in ("UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Kiritimati"):
        with DemoServer(Options(timezone=zone), clock=Clock(NOON), community=made) as server:
            sent = client_of(server, Clock(NOON), "admin").sent_per_day(of(WEEK).start, of(WEEK).end).messages
            midnights = [pd.Timestamp(server.clock.midnight(day)) for day in WEEK.dates()]
        assert sent.tolist() == [9, 10, 11, 12, 13, 14, 15], zone
        assert sent.index.tolist() == midnights, zone
        assert (str(sent.dtype), str(sent.index.dtype)) == ("int64", "datetime64[us, UTC]")


def test_days_without_a_message_are_missing_and_no_day_at_all_is_an_empty_series() -> None:
    made = community([RoomSpec("general")], {"general": {THIS_WEEK: 5}})
    with DemoServer(Options(timezone="UTC"), clock=Clock(NOON), community=made) as server:
        client = client_of(server, Clock(NOON), "admin")
        sent = client.sent_per_day(datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC)).messages
        none = client.sent_per_day(datetime(2025, 11, 9, tzinfo=UTC), datetime(2025, 11, 15, tzinfo=UTC)).messages
    assert sent.to_dict() == {pd.Timestamp("2026-11-10T00:00Z"): 5}
    assert len(none) == 0
    assert str(none.index.dtype) == "datetime64[us, UTC]"

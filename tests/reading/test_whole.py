"""A reading is whole, or the table, the badge and the JSON say exactly what is missing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engagement.__main__ import main
from engagement.api.client import Client, Pace
from engagement.demo import DemoServer, Options
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.reading.directory import PRIVATE_LATELY_NOTE, PRIVATE_UNKNOWN_NOTE
from engagement.reading.jobs import Jobs, Teller
from engagement.reading.rights import admit
from engagement.reading.workspace import Reader
from tests.support.asking import ask, checked_archive, empty_archive, reader_of
from tests.support.clock import NOON, Clock
from tests.support.faults import EXACT, NOTED, WAITED, fault

pytestmark = fault(kind="Contradictory answers", at="demo workspace, pages of 20, ties shuffled", seen="reading")

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
CHANNELS = "channels/list"
PAGED = Options(
    rooms=300, today=date(2026, 11, 20), timezone="UTC", rate_limit=0, unlimited=False, page_cap=20, shuffle_ties=True
)
RATED = Options(rooms=5000, timezone="UTC", rate_limit=60)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(PAGED, clock=Clock()) as running:
        yield running


def of_week(server: DemoServer, user: str = "admin") -> Activity:
    return ask(server, WEEK, user, now=lambda: NOON)[1]


def comparable(activity: Activity) -> pd.DataFrame:
    return activity.rooms.sort_values("room_id", ignore_index=True)


def whole_at_once(server: DemoServer) -> pd.DataFrame:
    """The table as one call gives it."""
    server.options = replace(PAGED, unlimited=True, shuffle_ties=False)
    table = comparable(of_week(server))
    server.options = PAGED
    return table


def hooked(server: DemoServer, reader: Reader, hook: Callable[[int], None]) -> Activity:
    """The activity of WEEK while ``hook(page)`` runs before each page of the list; the facts were read before."""
    facts = reader.facts().result(60)
    pages = iter(range(10**6))
    server.on_page = lambda: hook(next(pages))
    try:
        return reader.activity(facts, WEEK).result(60)
    finally:
        server.on_page = None


@fault("ties shuffled on every page", EXACT, "the table of one call")
def test_shuffled_ties_page_by_page_are_the_table_of_one_call(server: DemoServer) -> None:
    expected = whole_at_once(server)
    activity = of_week(server)
    told = activity.receipt
    pd.testing.assert_frame_equal(comparable(activity), expected)
    assert (told.complete, told.notes) == (True, ())
    assert activity.rooms_expected == len(activity.rooms) == len(expected)
    assert told.reread > 0
    assert told.calls >= told.reread


@fault("messages arrive between the pages", EXACT, "no room is lost")
def test_messages_that_arrive_while_pages_are_read_lose_no_room(server: DemoServer) -> None:
    expected = whole_at_once(server).set_index("room_id")
    active = expected.index[expected["messages"] > 0].tolist()
    chance = random.Random(26)

    def somebody_writes(page: int) -> None:
        if page < 40:
            server.workspace.add(chance.choice(active), WEEK.start, chance.randrange(1, 40))

    activity = hooked(server, reader_of(server, now=lambda: NOON, archive=checked_archive(server)), somebody_writes)
    told = activity.receipt
    assert (told.complete, told.notes) == (True, ())
    assert set(activity.rooms["room_id"]) == set(expected.index)
    rooms = activity.rooms.set_index("room_id")
    assert set(rooms.index[rooms["messages"] > 0]) == set(active)
    assert (rooms.loc[active, "messages"] >= expected.loc[active, "messages"]).all()


@fault("the largest page changes between the pages", EXACT)
def test_a_page_cap_that_changes_midway_loses_nothing(server: DemoServer) -> None:
    expected = whole_at_once(server)

    def change(page: int) -> None:
        server.options = replace(PAGED, page_cap=(20, 50, 7, 33)[page % 4])

    activity = hooked(server, reader_of(server, now=lambda: NOON, archive=checked_archive(server)), change)
    pd.testing.assert_frame_equal(comparable(activity), expected)
    assert activity.receipt.complete


@fault("a room is deleted between the pages", EXACT, "it is gone and hides no other")
def test_one_room_deleted_midway_is_gone_and_hides_no_other(server: DemoServer) -> None:
    expected = whole_at_once(server)
    busiest = expected.sort_values("messages")["room_id"].iloc[-1]

    def delete(page: int) -> None:
        if page == 2:
            server.workspace.remove_room(busiest)

    activity = hooked(server, reader_of(server, now=lambda: NOON, archive=checked_archive(server)), delete)
    others = set(expected["room_id"]) - {busiest}
    # The directory may have been read before or after.
    assert others <= set(activity.rooms["room_id"]) <= others | {busiest}
    rooms = activity.rooms.set_index("room_id")
    again = expected.set_index("room_id").loc[sorted(others), "messages"]
    pd.testing.assert_series_equal(rooms.loc[sorted(others), "messages"], again)


@fault("rooms are deleted without end", NOTED, "“… so a room may be missing.”")
def test_a_total_that_shrinks_without_end_is_said(server: DemoServer) -> None:
    table = whole_at_once(server).sort_values("messages", ascending=False)
    ids = iter(table["room_id"].tolist())
    activity = hooked(
        server,
        reader_of(server, now=lambda: NOON, archive=checked_archive(server)),
        lambda _: server.workspace.remove_room(next(ids)),
    )
    told = activity.receipt
    assert not told.complete
    assert "Rooms were deleted again and again while the pages were read, so a room may be missing." in told.notes


def lossy(reader: Reader, spoil: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Reader:
    """The same reader, whose n-th page of the list arrives as ``spoil(n, body)`` makes it."""
    make = reader.make_client
    pages = iter(range(10**6))

    def spoiling(tell: Teller[Any]) -> Client:
        client = make(tell)
        plain: Callable[..., Any] = client._read

        def read(route: str, params: Any = ()) -> Any:
            reply = plain(route, params)
            if not route.endswith(CHANNELS):
                return reply
            return replace(reply, body=spoil(next(pages), dict(reply.body)))

        client._read = read  # type: ignore[method-assign]
        return client

    return replace(reader, make_client=spoiling)


@fault("an empty page in between", EXACT, "asked for again", at="answers of a test")
def test_an_empty_page_in_between_is_asked_for_again(server: DemoServer) -> None:
    expected = whole_at_once(server)
    reader = reader_of(server, now=lambda: NOON, archive=checked_archive(server))
    facts = reader.facts().result(60)
    empty = lossy(reader, lambda n, body: {**body, "channels": []} if n in (1, 4) else body)
    activity = empty.activity(facts, WEEK).result(60)
    pd.testing.assert_frame_equal(comparable(activity), expected)
    assert activity.receipt.complete


@fault("three rooms never come", NOTED, "counted to the room", at="answers of a test")
def test_rooms_that_never_arrive_are_counted_to_the_room(server: DemoServer) -> None:
    expected = whole_at_once(server)
    lost = set(expected.sort_values("messages")["room_id"].iloc[-3:])
    reader = reader_of(server, now=lambda: NOON, archive=checked_archive(server))
    facts = reader.facts().result(60)

    def lose(_: int, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "channels": [row for row in body["channels"] if row["room"]["_id"] not in lost]}

    activity = lossy(reader, lose).activity(facts, WEEK).result(60)
    told = activity.receipt
    active = int(((expected["messages"] != 0) | (expected["previous_messages"] != 0)).sum())
    assert not told.complete
    assert told.notes == (f"3 of the {active} rooms that the server announced did not arrive.",)
    assert (told.missing, activity.rooms_expected) == (3, len(activity.rooms) + 3)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", f"sqlite:///{tmp_path}/archive.sqlite3")
    for name in ("USER_ID", "AUTH_TOKEN", "CODE"):
        monkeypatch.delenv(f"ROCKETCHAT_{name}", raising=False)
    monkeypatch.setenv("ROCKETCHAT_USER", "admin")
    monkeypatch.setenv("ROCKETCHAT_PASSWORD", "admin")
    return monkeypatch


def as_json(account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    account.setenv("ROCKETCHAT_URL", server.url)
    assert main(["channels", "--start", "2026-11-09", "--end", "2026-11-15", "--format", "json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_json_of_a_whole_reading_says_so(
    account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    told = as_json(account, server, capsys)
    assert (told["complete"], told["notes"]) == (True, [])
    assert len(told["rooms"]) == len(whole_at_once(server))


@fault("rooms are deleted without end", NOTED, "“… so a room may be missing.”", seen="channels JSON")
def test_the_json_of_a_reading_that_is_not_whole_says_what_is_missing(
    account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = whole_at_once(server).sort_values("messages", ascending=False)
    ids = iter(expected["room_id"].tolist())
    server.on_page = lambda: server.workspace.remove_room(next(ids))
    told = as_json(account, server, capsys)
    assert told["complete"] is False
    assert "Rooms were deleted again and again while the pages were read, so a room may be missing." in told["notes"]


@fault(
    "a build that begins its windows too late",
    NOTED,
    "every room is right; a note",
    kind="Counting and zones",
    seen="channels JSON",
)
def test_the_json_of_the_build_that_begins_too_late_says_so_and_is_right(
    account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    right = {room["room_id"]: room for room in as_json(account, server, capsys)["rooms"]}
    server.options = replace(PAGED, counting="swapped", release=(8, 5))
    told = as_json(account, server, capsys)
    assert told["complete"] is True
    assert [note for note in told["notes"] if "begins its windows too late" in note] == told["notes"]
    compared = ("messages", "previous_messages", "change", "state", "signal", "reason")
    for room in told["rooms"]:
        assert [room[key] for key in compared] == [right[room["room_id"]][key] for key in compared]
    assert len(told["rooms"]) == len(right)


@fault("such a build, for who may not list all rooms", NOTED, "how far back rooms are known", kind="Counting and zones")
def test_who_may_not_list_all_rooms_of_such_a_build_is_told_how_far_the_list_reaches(server: DemoServer) -> None:
    server.options = replace(PAGED, counting="swapped")
    told = of_week(server, "analyst").receipt
    assert PRIVATE_LATELY_NOTE in told.notes
    assert PRIVATE_UNKNOWN_NOTE not in told.notes


class NeverRefused(Pace):
    """A pace that fails the test when the server ever had to say 429."""

    def refused(self, route: str, who: str, headers: Mapping[str, str], text: str) -> float:
        raise AssertionError(f"429 from {route}")


def paced_reader(server: DemoServer, clock: Clock, user: str, waits: list[float]) -> Reader:
    """A reader that shares its clock with the server, so that no real second passes while it pauses."""
    pace = NeverRefused(monotonic=clock)

    def client(on_wait: Callable[[str, float], None]) -> Client:
        client = Client(server.url, account, pace=pace, monotonic=clock)
        return client.with_waits(sleep=clock.sleep, on_wait=on_wait)

    def announced(tell: Teller[Any]) -> Callable[[str, float], None]:
        def wait(route: str, seconds: float) -> None:
            tell.waiting(route, seconds)
            assert tell.standing().pause == pytest.approx(seconds, abs=120)
            waits.append(seconds)

        return wait

    account = None
    with client(lambda *_: None) as signing_in:
        account = signing_in.sign_in(user, user)
        access = admit(signing_in)
    return Reader(
        jobs=Jobs(clock),
        make_client=lambda tell: client(announced(tell)),
        workspace=server.url,
        access=access,
        viewer=user,
        archive=empty_archive(),
        now=clock.moment,
    )


@fault(
    "5,000 rooms, 100 a page, and a limit of 60 calls a minute",
    WAITED,
    "announced pauses, no 429, the table of one call",
    kind="Waits and limits",
    at="demo workspace, ties shuffled",
)
def test_five_thousand_rooms_inside_the_rate_limit_are_the_table_of_one_call() -> None:
    clock, waits = Clock(), list[float]()
    with DemoServer(RATED, clock=clock) as server:
        unhurried = paced_reader(server, clock, "manager", [])
        at_once = unhurried.activity(unhurried.facts().result(60), WEEK).result(60)
        assert clock.slept == []
        clock.now += 120
        server.options = replace(server.options, unlimited=False, page_cap=100, shuffle_ties=True)
        server.calls.clear()
        manager = paced_reader(server, clock, "manager", waits)
        paged = manager.activity(manager.facts().result(60), WEEK).result(60)
        asked = server.count(CHANNELS)
    assert asked > 60
    assert at_once.receipt.complete
    told = paged.receipt
    assert (told.complete, told.notes) == (True, ())
    assert paged.rooms_expected == len(paged.rooms) == len(at_once.rooms)
    assert told.duplicates > 0
    assert len(paged.rooms) > 4000
    pd.testing.assert_frame_equal(comparable(paged), comparable(at_once))
    assert waits
    assert sorted(waits) == sorted(clock.slept)
    assert all(0 < seconds <= 62 for seconds in waits)
    assert timedelta(seconds=sum(waits)) < timedelta(minutes=15)

"""The statistics of the demo workspace: a row a day, for administrators."""

from __future__ import annotations

from datetime import date

import pytest

from engagement.demo.community import RoomSpec
from tests.support.clock import Clock
from tests.support.demo_tools import DENIED, TODAY, Caller, Start, refusal

ROOMS = [
    RoomSpec("a", messages_total=130),
    RoomSpec("b", "p"),
    RoomSpec("pair", "d", usernames=("ada", "bob")),
]
COUNTS = {"a": {date(2026, 11, 20): 20, date(2026, 11, 21): 10}, "b": {date(2026, 11, 21): 4}, "pair": {TODAY: 7}}


def test_a_row_tells_what_there_was_on_the_morning_of_its_day(start: Start) -> None:
    server = start(ROOMS, COUNTS)
    told = Caller(server).get("statistics.list", count=100, sort='{"createdAt":1}').json()
    assert (told["total"], told["count"], told["offset"]) == (3, 3, 0)
    assert [row["createdAt"] for row in told["statistics"]] == [f"2026-11-{day}T02:10:00.000Z" for day in (20, 21, 22)]
    assert [row["totalMessages"] for row in told["statistics"]] == [100, 120, 134]
    assert [row["totalPrivateGroupMessages"] for row in told["statistics"]] == [0, 0, 4]
    assert [row["totalDirectMessages"] for row in told["statistics"]] == [0, 0, 0]


def test_pages_and_the_newest_first(start: Start, clock: Clock) -> None:
    server = start(ROOMS, COUNTS)
    clock.forward(days=1)
    caller = Caller(server)
    page = caller.get("statistics.list", offset=2, count=1, sort='{"createdAt":1}').json()
    assert ([row["_id"] for row in page["statistics"]], page["total"]) == (["statistics20261122"], 4)
    newest = caller.get("statistics.list", count=1, sort='{"createdAt":-1}').json()["statistics"]
    assert [row["totalMessages"] for row in newest] == [141]


@pytest.mark.parametrize("user", ["manager", "analyst", "viewer"])
def test_who_is_no_administrator_is_refused(start: Start, user: str) -> None:
    status, body = refusal(Caller(start(ROOMS, COUNTS), user).get("statistics.list"))
    assert (status, body["error"]) == (403, DENIED)


def test_it_needs_no_licence(start: Start) -> None:
    assert Caller(start(ROOMS, COUNTS, unlicensed=True)).get("statistics.list").json()["total"] == 3

"""Kept rooms in commands: exempt for an account that may see decisions, and as ever for one that may not."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date

import pytest

from engagement.__main__ import main
from engagement.cli.connection import connected
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.decisions import ARCHIVE, KEEP, Wish
from engagement.reading.deciding import desk
from tests.support.clock import Clock
from tests.support.faults import REFUSED, fault

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    rooms = [RoomSpec(f"{name}-id", name=name, created=date(2024, 1, 2)) for name in ("busy", "quiet", "gone")]
    counts = {"busy-id": {date(2026, 11, day): 1 for day in range(2, 16)}, "quiet-id": {}, "gone-id": {}}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as running:
        yield running


@pytest.fixture
def decided(account: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One room is kept, one is to be archived."""
    with connected() as connection:
        reader = connection.reader()
        at = desk(reader, reader.facts().result())
        assert at is not None
        at.decide({"quiet-id": Wish(KEEP, note="a season's room"), "gone-id": Wish(ARCHIVE)})
    return account


def states(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The states of rooms in JSON, which are those in CSV."""
    capsys.readouterr()
    assert main(["channels", *WEEK, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["channels", *WEEK, "--format", "csv"]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    found = {room["name"]: room["state"] for room in told["rooms"]}
    assert {row["name"]: row["state"] for row in rows} == found
    assert told["totals"]["inactive_rooms"]["value"] == sum(state == "never used" for state in found.values())
    return found


@pytest.mark.usefixtures("decided")
def test_a_kept_room_is_exempt_in_what_commands_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert states(capsys) == {"busy": "active", "quiet": "exempt", "gone": "never used"}
    assert main(["report", *WEEK, "--out", "-"]) == 0
    report = capsys.readouterr().out
    assert "gone" in report
    assert "season" not in report


@fault(
    "an account that may not see what an administrator has decided",
    REFUSED,
    "its rooms are as they were",
    kind="Sessions and ends",
    at="demo workspace",
    seen="channels JSON",
)
def test_an_account_with_fewer_rights_is_told_as_before(
    decided: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("USER", "PASSWORD"):
        decided.setenv(f"ROCKETCHAT_{name}", "analyst")
    with connected() as connection:
        reader = connection.reader()
        assert desk(reader, reader.facts().result()) is None
    assert "exempt" not in states(capsys).values()

"""One fault in an answer, on every command and in every file: what is known is right, and the rest is said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from engagement.__main__ import main
from engagement.api import transport
from engagement.demo import DemoServer, Options
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault
from tests.support.spoiled import CASES, COUNTS, RIGHT, small

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]


@pytest.fixture
def server() -> Iterator[DemoServer]:
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=small(), clock=Clock()) as running:
        yield running


@pytest.fixture
def spoiled(case: str, server: DemoServer, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The note that is due in a workspace whose answers are spoiled once its counting has been checked."""
    account.setattr(transport, "PAUSES", (0.0,))
    assert main(["check"]) == 0
    capsys.readouterr()
    CASES[case].spoil(server)
    return CASES[case].note


def kind(case: str) -> str:
    if CASES[case].routes == COUNTS and " of one room: " not in case:
        return "Contradictory answers"
    return "Side dishes and refusals" if "JSON" in case else "Odd values"


@fault(
    "{case}",
    lambda case: NOTED if CASES[case].note else EXACT,
    lambda case: (
        "every other count is right; the note stands beside it" if CASES[case].note else "every count is right"
    ),
    kind=kind,
    at="demo workspace, three rooms",
    seen="channels JSON, channels CSV, channels table, report",
)
@pytest.mark.parametrize("case", CASES)
def test_every_command_and_file_has_the_counts_that_are_known_and_says_what_is_not(
    case: str, spoiled: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    right = {room: both for room, both in RIGHT.items() if room != CASES[case].without}

    def told(*words: str) -> str:
        # A report that is not whole is made, and is no success.
        assert main([*words[:1], *WEEK, *words[1:]]) == (1 if spoiled and words[0] == "report" else 0)
        out, err = capsys.readouterr()
        assert spoiled in out + err
        return out

    as_json = json.loads(told("channels", "--format", "json"))
    assert as_json["complete"] is not bool(spoiled)
    found = {room["room_id"]: (room["messages"], room["previous_messages"]) for room in as_json["rooms"]}
    assert {room: found[room] for room in right} == right
    assert found.get(CASES[case].without) is None
    rows = csv.DictReader(io.StringIO(told("channels", "--format", "csv").removeprefix("\ufeff")))
    assert {row["room_id"]: int(row["messages"]) for row in rows} == {room: both[0] for room, both in found.items()}
    assert ("incomplete" in told("channels").lower()) is bool(spoiled)
    told("report", "--out", "-")
    for name in ("r.html", "r.xlsx", "r.csv"):
        assert main(["report", *WEEK, "--out", str(tmp_path / name)]) == bool(spoiled)
    assert spoiled in (tmp_path / "r.html").read_text("utf-8")
    assert spoiled in (tmp_path / "r.csv").read_text("utf-8-sig")
    book = load_workbook(tmp_path / "r.xlsx")
    assert spoiled in " ".join(str(cell) for row in book["About"].values for cell in row)
    head, *sheet = book["Every room"].iter_rows(values_only=True)
    assert sorted(row[head.index("Messages")] for row in sheet) == sorted(both[0] for both in found.values())

"""The report from the command line: files that match the other commands, silence when all is well, no half files."""

from __future__ import annotations

import html
import io
import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from openpyxl import load_workbook

from engagement.__main__ import main
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.report.wishes import PAPERS
from tests.support.clock import Clock
from tests.support.faults import SAID, fault
from tests.support.report_tools import pdf_lines

pytestmark = [pytest.mark.usefixtures("account"), fault(kind="Files", at="file system", seen="report")]

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    rooms = [
        RoomSpec("general-id", "c", name="general", members=12, owner="ada"),
        RoomSpec("formula-id", "c", name='=HYPERLINK("x")'),
        RoomSpec("secret-id", "p", name="secret-merger", owner="boss"),
        RoomSpec("silent-id", "c", name="silent"),
        RoomSpec("pair-id", "d", usernames=("ada", "bob")),
    ]
    week = [date(2026, 11, day) for day in range(9, 16)]
    before = [date(2026, 11, day) for day in range(2, 9)]
    counts = {
        "general-id": dict.fromkeys(week, 10) | dict.fromkeys(before, 5),
        "formula-id": {date(2026, 11, 9): 2},
        "secret-id": {date(2026, 11, 10): 5, date(2026, 11, 3): 11},
        "pair-id": {date(2026, 11, 10): 4},
    }
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as running:
        yield running


def report(*arguments: str) -> int:
    return main(["report", *WEEK, *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.html", b"<!DOCTYPE html>"), ("r.xlsx", b"PK"), ("r.csv", "\ufeff".encode()), ("R.PDF", b"%PDF-")],
)
def test_a_file_of_the_kind_that_its_name_says_is_written_without_a_word(
    name: str, begins: bytes, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert report("--out", str(folder / name)) == 0
    assert (folder / name).read_bytes().startswith(begins)
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in folder.iterdir()] == [name]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_report_of_a_usual_week_is_two_pages_that_are_full_and_whole(
    paper: str, account: pytest.MonkeyPatch, folder: Path
) -> None:
    with DemoServer(Options(today=date(2026, 11, 18), timezone="UTC", rate_limit=0), clock=Clock()) as usual:
        account.setenv("ROCKETCHAT_URL", usual.url)
        assert report("--out", str(folder / "r.pdf"), "--paper", paper) == 0
    first, last = pdf_lines((folder / "r.pdf").read_bytes())
    text = " ".join(first)
    # Figures, words and the charts in two columns on the first; days, tables and where it comes from on the last.
    for title in ("Messages", "What changed", "hold 60", "had no message", "jasper-customers is rising", "Activity in"):
        assert title in text, title
    for table in ("Top channels", "Movers", "Weeks", "Inactive rooms", "Messages per day"):
        assert table in last, table


def test_every_number_of_the_workbook_is_that_of_the_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report("--out", str(folder / "r.xlsx"), "--types", "channel,private,direct") == 0
    assert main(["channels", *WEEK, "--format", "json"]) == 0
    rooms = {room["name"]: room for room in json.loads(capsys.readouterr().out)["rooms"]}
    sheet = load_workbook(folder / "r.xlsx")["Every room"]
    head, *rows = sheet.iter_rows(values_only=True)
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert len(told) == len(rooms) == 5
    for row in told:
        room = rooms[str(row["Room"]).removeprefix("#").removeprefix("🔒 ")]
        assert (row["Messages"], row["Previous"], row["Change"]) == (
            room["messages"], room["previous_messages"], room["change"],
        )  # fmt: skip
        assert (row["Change %"] is None) is (room["change_pct"] is None)
        assert row["Change %"] is None or round(row["Change %"], 1) == room["change_pct"]
        assert (row["State"], row["Members"]) == (room["state"], room["members"])
        assert row["Owner"] == ("no owner" if room["owner"] == "" else room["owner"])
        assert row["Signal"] == room["signal"]
        assert (str(row["Created"])[:10] if row["Created"] else None) == room["created"]
    assert [row["Messages"] for row in told] == [70, 5, 4, 2, 0]


def test_names_in_a_file_lead_to_the_configured_address_and_without_one_nowhere(
    account: pytest.MonkeyPatch, folder: Path
) -> None:
    path = folder / "r.html"
    assert report("--out", str(path)) == 0
    assert 'href="http' not in path.read_text("utf-8").split("<script")[0]
    account.setenv("ENGAGEMENT_DASHBOARD_ADDRESS", "https://dash.example.org/engagement")
    assert report("--out", str(path), "--types", "channel", "--compare-with", "year-before") == 0
    assert 'href="https://dash.example.org/engagement/room?' in path.read_text("utf-8")
    [query] = set(re.findall(r'/engagement/room\?([^"]*)&amp;room=', path.read_text("utf-8").split("<script")[0]))
    assert parse_qs(html.unescape(query), keep_blank_values=True) == {
        "period": ["Custom range"], "from": ["2026-11-09"], "to": ["2026-11-15"], "types": ["Channels"],
        "compare": ["A year before"], "without": [""],
    }  # fmt: skip


def test_markdown_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("--out", "-", "--title", "Weekly *report*", "--top", "1") == 0
    said, errors = capsys.readouterr()
    assert errors == ""
    assert said.startswith("**Weekly \\*report\\*** · ")
    assert "- 77 messages, 31 more than the 46 before (+67\u00a0%)." in said
    assert "- #general: 70 messages, +35, 91\u00a0% of all" in said
    assert "`#=HYPERLINK" not in said.split("**Movers**")[0].split("**Top channels**")[1]
    assert "direct message" not in said


def test_with_the_mask_private_names_and_people_are_gone(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert report("--out", "-", "--mask", "--types", "channel,private,direct") == 0
    said = capsys.readouterr().out
    assert "private room" in said
    assert "secret-merger" not in said
    assert "31 more than the 46 before" in said
    assert report("--out", str(folder / "r.csv"), "--mask") == 0
    text = (folder / "r.csv").read_text("utf-8-sig")
    assert "person " in text
    assert not [name for name in ("secret-merger", "boss", "ada", "bob") if name in text]


def test_an_administrator_can_make_the_mask_the_rule(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ENGAGEMENT_ROOMS_MASK_NAMES", "true")
    assert report("--out", "-") == 0
    said = capsys.readouterr().out
    assert "secret-merger" not in said
    assert "direct messages left out" in said


def test_a_second_run_replaces_the_file_and_keeps_its_rights(folder: Path) -> None:
    path = folder / "r.csv"
    assert report("--out", str(path)) == 0
    first = path.read_text("utf-8-sig")
    path.chmod(0o640)
    assert report("--out", str(path)) == 0
    # The first run checked how the server counts, too.
    how = ("Read at", "Calls", "Pages")
    kept = [line for line in path.read_text("utf-8-sig").splitlines() if not line.startswith(how)]
    assert kept == [line for line in first.splitlines() if not line.startswith(how)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_may_be_read_as_the_umask_says(folder: Path) -> None:
    old = os.umask(0o027)
    try:
        assert report("--out", str(folder / "r.csv")) == 0
    finally:
        os.umask(old)
    assert stat.S_IMODE((folder / "r.csv").stat().st_mode) == 0o640


@fault(
    lambda out: {"r.pdf": "no browser for a PDF"}.get(out, f"--out {out}, which cannot be"),
    SAID,
    "before anything is asked",
)
@pytest.mark.parametrize(
    ("out", "says"), [("missing/r.html", "there is no folder"), ("folder.csv", "it is folder"), ("r.pdf", "apt-get")]
)
def test_what_cannot_be_written_is_one_line_before_the_workspace_is_asked(
    out: str, says: str, folder: Path, server: DemoServer, account: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (folder / "folder.csv").mkdir()
    account.setattr("choreographer.browsers.chromium.Chromium.find_browser", lambda **_: None)
    asked = server.count("channels/list")
    assert report("--out", str(folder / out)) == 1
    said, errors = capsys.readouterr()
    assert says in errors
    assert (said, errors.count("\n")) == ("", 1)
    assert server.count("channels/list") == asked
    assert [path.name for path in folder.iterdir()] == ["folder.csv"]


@fault("a wrong password while a report is due", SAID, "the older file stays", at="demo workspace")
def test_when_the_workspace_fails_the_older_file_stays_and_nothing_else(
    folder: Path, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "r.html").write_text("older")
    account.setenv("ROCKETCHAT_PASSWORD", "wrong")
    assert report("--out", str(folder / "r.html")) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("r.html", "older")]


@fault("a full disk while a report is written", SAID, "the older file stays, and no other")
def test_when_the_disk_is_full_the_older_file_stays_and_nothing_else(
    folder: Path, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "r.csv").write_text("older")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    account.setattr("os.fsync", full)
    assert report("--out", str(folder / "r.csv")) == 1
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("r.csv", "older")]


@fault(lambda wrong: f"report {' '.join(wrong) or 'without --out'}", SAID, "status 2", at="command line")
@pytest.mark.parametrize(
    "wrong", [["--out", "r.doc"], [], ["--out", "r.csv", "--types", "public"], ["--out", "r.csv", "--top", "0"]]
)
def test_a_wrong_command_line_is_status_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        report(*wrong)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_rooms_that_the_configuration_leaves_out_are_in_no_file(account: pytest.MonkeyPatch, folder: Path) -> None:
    account.setenv("ENGAGEMENT_ROOMS_LEAVE_OUT", "secret-*")
    for mask in ([], ["--mask"]):
        assert report("--out", str(folder / "r.xlsx"), *mask) == 0
        sheet = load_workbook(io.BytesIO((folder / "r.xlsx").read_bytes()))["Every room"]
        assert {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)} == {
            "#general", '#=HYPERLINK("x")', "#silent",
        }  # fmt: skip

"""The command line: what it prints, how it fails, and that secrets are never arguments."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from engagement.__main__ import main
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.display import signals
from engagement.numbers.measures import MEASURES
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, WAITED, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace")

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    rooms = [
        RoomSpec("general-id", "c", name="general", members=12, owner="ada"),
        RoomSpec("formula-id", "c", name='=HYPERLINK("x")'),
        RoomSpec("pair-id", "d", usernames=("ada", "bob")),
    ]
    week = [date(2026, 11, day) for day in range(2, 16)]
    counts = {"general-id": dict.fromkeys(week, 10), "formula-id": {date(2026, 11, 9): 2}, "pair-id": {}}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as running:
        yield running


def test_channels_as_json_are_one_object_with_every_room(
    account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["channels", *WEEK, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rooms = {room["room_id"]: room for room in told.pop("rooms")}
    totals = told.pop("totals")
    assert list(totals) == [measure.name for measure in MEASURES]
    # 70 messages in "general" as in the week before, 2 more in the room whose name is a formula.
    assert totals["messages"] == {
        "label": "Messages",
        "unit": "messages",
        "value": 72.0,
        "previous": 70.0,
        "change": 2.0,
        "change_pct": 2.9,
    }
    assert told == {
        "workspace": server.url,
        "release": "8.4",
        "period": {"start": "2026-11-09", "end": "2026-11-15", "days": 7},
        "previous": {"start": "2026-11-02", "end": "2026-11-08", "days": 7},
        "source": "counted by the server",
        "readings": None,
        "complete": True,
        "like_for_like": True,
        "notes": [],
        "judged": {"start": "2026-11-09", "end": "2026-11-15", "days": 7},
        "thresholds": {"own": False, "weeks": 2, "start": None, "end": None},
        "events": [],
    }
    assert set(rooms) == {"general-id", "formula-id", "pair-id"}
    general = rooms["general-id"]
    assert (general["name"], general["type"], general["kind"]) == ("general", "channel", "room")
    assert (general["messages"], general["previous_messages"]) == (70, 70)
    assert (general["change"], general["change_pct"], general["state"]) == (0, 0.0, "active")
    assert (general["signal"], general["reason"]) == (
        "too few weeks",
        "70 messages, only 0 of the 4 weeks before that a signal needs are known",
    )
    assert (general["members"], general["owner"], general["archived"]) == (12, "ada", False)
    assert rooms["formula-id"]["change_pct"] is None
    assert re.fullmatch(r"direct message \d+", rooms["pair-id"]["name"])


@fault(
    "the week is not over, documented dates",
    EXACT,
    "against Monday to Thursday of the week before",
    kind="Unfinished weeks",
    at="demo workspace on a Thursday",
    seen="channels JSON",
)
def test_this_week_so_far_is_compared_with_the_same_weekdays_of_the_week_before(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"general": {date(2026, 11, day): day for day in range(2, 20)}}
    options = Options(today=date(2026, 11, 19), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community([RoomSpec("general")], counts), clock=Clock()) as thursday:
        account.setenv("ROCKETCHAT_URL", thursday.url)
        assert main(["channels", "--period", "this-week", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["period"] == {"start": "2026-11-16", "end": "2026-11-19", "days": 4}
    assert told["previous"] == {"start": "2026-11-09", "end": "2026-11-12", "days": 4}
    # 16 + 17 + 18 + 19, and a week before 9 + 10 + 11 + 12.
    assert (told["rooms"][0]["messages"], told["rooms"][0]["previous_messages"]) == (70, 42)
    # No week of it is over, so nothing is judged, and each row says so.
    assert (told["judged"], told["rooms"][0]["signal"], told["rooms"][0]["reason"]) == (None, None, signals.UNJUDGED)


def test_what_a_period_is_compared_with_can_be_chosen(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    days = {date(2025, 11, 10) + timedelta(days=n): 1 + (n < 7) for n in range(375)}
    options = Options(today=date(2026, 11, 19), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community([RoomSpec("general")], {"general": days}), clock=Clock()) as server:
        account.setenv("ROCKETCHAT_URL", server.url)
        told = {}
        for against in ("year-before", "2026-07-01"):
            assert main(["channels", *WEEK, "--compare-with", against, "--format", "json"]) == 0
            told[against] = json.loads(capsys.readouterr().out)
        assert main(["channels", *WEEK, "--compare-with", "2026-11-05"]) == 1
        assert "from 2026-11-02 or earlier" in capsys.readouterr().err
        assert main(["channels", "--period", "last-30-days"]) == 0
        assert "compared with 2026-09-20 to 2026-10-19 (other weekdays), complete" in capsys.readouterr().out
    assert told["year-before"]["previous"] == {"start": "2025-11-10", "end": "2025-11-16", "days": 7}
    assert [room["previous_messages"] for room in told["year-before"]["rooms"]] == [14]
    assert told["2026-07-01"]["previous"] == {"start": "2026-07-01", "end": "2026-07-07", "days": 7}
    with pytest.raises(SystemExit):
        main(["channels", *WEEK, "--compare-with", "last-year"])
    assert "'last-year' is none of previous, same-weekdays, year-before, and no day" in capsys.readouterr().err


@pytest.fixture
def gaps(account: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """A workspace with ten messages a day that stands at noon of a Friday."""
    weeks = [date(2026, 9, 1) + timedelta(days=n) for n in range(80)]
    made = community([RoomSpec("general")], {"general": dict.fromkeys(weeks, 10)})
    options = Options(today=date(2026, 11, 20), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=made) as running:
        account.setenv("ROCKETCHAT_URL", running.url)
        yield running


@fault(
    "two days of the period, documented dates",
    NOTED,
    "named; not like for like; no change is judged",
    kind="Uncounted days",
    at="demo workspace, days left out",
    seen="channels JSON, channels CSV",
)
def test_days_nobody_counted_are_named_in_json_and_beside_csv(
    gaps: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps.workspace.stop_counting(date(2026, 11, 11), date(2026, 11, 12))
    named = "Nothing was counted on 2026-11-11 to 2026-11-12: no data, or nobody wrote."
    assert main(["channels", *WEEK, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["notes"][0] == named
    assert "not like for like" in told["notes"][1]
    [room] = told["rooms"]
    assert (room["messages"], room["previous_messages"], room["signal"]) == (50, 70, "too few weeks")
    assert not told["like_for_like"]
    total = told["totals"]["messages"]
    assert (total["value"], total["previous"], total["change"], total["change_pct"]) == (50.0, 70.0, None, None)
    assert main(["channels", *WEEK, "--format", "csv"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == named


@fault(
    "a whole window",
    NOTED,
    "null and “no data”, never 0",
    kind="Uncounted days",
    at="demo workspace, days left out",
    seen="channels JSON, channels table",
)
def test_a_whole_window_without_data_is_null_and_no_data_and_never_zero(
    gaps: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps.workspace.stop_counting(date(2026, 11, 2), date(2026, 11, 8))
    assert main(["channels", *WEEK, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    [room] = told["rooms"]
    assert (room["messages"], room["previous_messages"], room["change"], room["change_pct"]) == (70, None, None, None)
    assert told["totals"]["messages"] | {"label": "", "unit": ""} == {
        "label": "", "unit": "", "value": 70.0, "previous": None, "change": None, "change_pct": None,
    }  # fmt: skip
    assert told["totals"]["active_rooms"]["previous"] is None
    assert not told["like_for_like"]
    assert main(["channels", *WEEK]) == 0
    assert re.match(r"\s+70\s+no data\s+no data\s+active", capsys.readouterr().out.splitlines()[1])
    assert main(["channels", "--start", "2026-11-02", "--end", "2026-11-08", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    [room] = told["rooms"]
    assert (room["messages"], room["previous_messages"], room["state"]) == (None, 70, "unknown")
    assert told["totals"]["messages"]["value"] is None
    assert told["complete"]


def test_the_people_of_direct_messages_are_named_when_asked_for(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["channels", *WEEK, "--format", "json", "--people"]) == 0
    names = {room["name"] for room in json.loads(capsys.readouterr().out)["rooms"]}
    assert "ada × bob" in names


def test_where_masking_is_the_rule_the_command_line_names_no_person_and_no_private_room(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ENGAGEMENT_ROOMS_MASK_NAMES", "true")
    assert main(["channels", *WEEK, "--format", "json", "--people"]) == 0
    said = capsys.readouterr().out
    assert "ada" not in said
    assert {room["room_id"] for room in json.loads(said)["rooms"]} == {"general-id", "formula-id"}


@fault("a formula as name of a room", EXACT, "text in every cell", kind="Odd values", seen="channels CSV")
def test_channels_as_csv_hold_no_formula(account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", *WEEK, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 3
    assert [row["name"] for row in rows][:2] == ["general", '\'=HYPERLINK("x")']
    assert re.fullmatch(r"direct message \d+", rows[2]["name"])
    assert next(row for row in rows if row["name"] == "general")["messages"] == "70"


def test_channels_as_a_table_end_with_a_line_that_says_what_they_are(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["channels", *WEEK]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"\s+70\s+70\s+0\s+active\s+#general", lines[1])
    assert lines[-1] == "3 rooms, 2026-11-09 to 2026-11-15 compared with 2026-11-02 to 2026-11-08, complete"


def test_check_says_one_line_each(account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    words = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    expected = "workspace release account figures directory module limit counting days signals links".split()
    assert [word for word in words if word != "note"] == expected


def test_check_tells_the_rate_limit_of_an_account_that_has_one(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with DemoServer(Options(rooms=5, rate_limit=25)) as limited:
        account.setenv("ROCKETCHAT_URL", limited.url)
        account.setenv("ROCKETCHAT_USER", "manager")
        account.setenv("ROCKETCHAT_PASSWORD", "manager")
        assert main(["check"]) == 0
    assert "limit      25 calls a minute" in capsys.readouterr().out


def test_check_tells_that_an_account_is_exempt_and_that_signing_in_is_not(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with DemoServer(Options(rooms=5, rate_limit=25)) as limited:
        account.setenv("ROCKETCHAT_URL", limited.url)
        assert main(["check"]) == 0
    said = "limit      none for this account; signing in has 25 a minute for everybody"
    assert said in capsys.readouterr().out


def test_a_command_signs_out_the_session_that_it_signed_in(account: pytest.MonkeyPatch, server: DemoServer) -> None:
    before = server.count("logout")
    assert main(["channels", *WEEK]) == 0
    assert server.count("logout") == before + 1


def test_a_personal_access_token_is_never_signed_out(account: pytest.MonkeyPatch, server: DemoServer) -> None:
    user_id, token = server.personal_token("admin")
    account.delenv("ROCKETCHAT_USER")
    account.delenv("ROCKETCHAT_PASSWORD")
    account.setenv("ROCKETCHAT_USER_ID", user_id)
    account.setenv("ROCKETCHAT_AUTH_TOKEN", token)
    before = server.count("logout")
    assert main(["channels", *WEEK]) == 0
    assert server.count("logout") == before


@pytest.fixture
def failing(account: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """A workspace of the test alone, whose pauses are over at once."""
    account.setattr("engagement.api.pace.Pace._window_wait", lambda *_: 0.0)
    with DemoServer(Options(rooms=5, today=date(2026, 11, 22), timezone="UTC", rate_limit=0)) as running:
        account.setenv("ROCKETCHAT_URL", running.url)
        yield running


@fault(
    "a 429 at sign-in and sign-out", WAITED, "unattended too", kind="Waits and limits", seen="report, channels table"
)
def test_a_command_waits_for_the_rate_limit_at_sign_in_and_at_sign_out_too(
    account: pytest.MonkeyPatch, failing: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    slept: list[float] = []
    account.setattr("engagement.cli.connection.sleep", slept.append)
    for path in ("/api/v1/login", "/api/v1/logout"):
        failing.fail_next(path, "429")
    assert main(["report", *WEEK, "--out", "-"]) == 0
    assert [seconds > 0 for seconds in slept] == [True, True]
    assert capsys.readouterr().err == "", "nobody waits at a terminal"
    failing.fail_next("/api/v1/login", "429")
    assert main(["channels", *WEEK]) == 0
    assert capsys.readouterr().err.startswith("the workspace allows only so many calls a minute: going on in ")
    assert failing.count("/logout") == 3


@fault("429 at sign-in for good", SAID, "after at most a quarter of an hour", kind="Waits and limits", seen="check")
def test_a_pause_that_never_ends_ends_a_command(
    account: pytest.MonkeyPatch, failing: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    slept: list[float] = []
    account.setattr("engagement.cli.connection.sleep", slept.append)
    failing.fail_next("/api/v1/login", "429", times=None)
    assert main(["check"]) == 1
    assert "asks for a pause" in capsys.readouterr().err.splitlines()[-1]
    assert sum(slept) <= 900


@fault("sign-out fails", NOTED, "the figures, and a line: the session may last", seen="channels table")
def test_a_session_that_cannot_be_ended_costs_a_line_and_not_the_figures(
    failing: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.fail_next("/api/v1/logout", "500")
    assert main(["channels", *WEEK]) == 0
    said, errors = capsys.readouterr()
    assert said.endswith("complete\n")
    assert errors.startswith("python -m engagement: the session at the workspace may last: ")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "into", "marked"),
    [
        ([], "file", True),
        (["--no-bom"], "file", False),
        ([], "pipe", False),
        (["--bom"], "pipe", True),
        ([], "the end of a file", False),
    ],
)
def test_a_csv_begins_with_the_mark_that_excel_needs_where_it_becomes_a_file(
    options: list[str], into: str, marked: bool, account: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, head = tmp_path / "rooms.csv", b"head\r\n" if into == "the end of a file" else b""
    path.write_bytes(head)
    with path.open("ab") as file:
        ended = subprocess.run(
            [sys.executable, "-m", "engagement", "channels", *WEEK, "--format", "csv", *options],
            stdout=subprocess.PIPE if into == "pipe" else file,
            stderr=subprocess.PIPE,
            check=True,
        )
    assert ended.stderr == b""
    written = ended.stdout if into == "pipe" else path.read_bytes().removeprefix(head)
    assert written.startswith(b"\xef\xbb\xbfroom_id," if marked else b"room_id,")


@fault(
    "names of 10,000 letters, with cursor moves, right to left",
    EXACT,
    "as they are in JSON, a short line in the table",
    kind="Odd values",
    seen="channels JSON, channels table",
)
def test_json_has_names_as_they_are_and_the_table_a_line_of_each(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"long": "ab" * 5_000, "moving": "up\x1b[A\x9b2J", "right": "\u202eלים"}
    rooms = [RoomSpec(key, "c", name=name) for key, name in names.items()]
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, {key: {date(2026, 11, 9): 1} for key in names})) as odd:
        account.setenv("ROCKETCHAT_URL", odd.url)
        assert main(["channels", *WEEK, "--format", "json"]) == 0
        told = capsys.readouterr().out
        assert main(["channels", *WEEK]) == 0
        table = capsys.readouterr().out
    assert {room["room_id"]: room["name"] for room in json.loads(told)["rooms"]} == names
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", told + table)
    assert "\u202e" not in table
    assert max(map(len, table.splitlines())) < 120


def test_no_option_takes_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("demo", "channels", "check"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        options = capsys.readouterr().out.lower()
        assert not re.search(r"--\S*(password|token|code|secret)", options)

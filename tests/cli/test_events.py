"""``events``: added, listed, imported and removed, and what was wrong in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engagement.__main__ import main
from engagement.cli.calendars import read_events
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.errors import InvalidInput
from engagement.numbers.events import event
from tests.support.clock import Clock
from tests.support.demo_tools import every_day
from tests.support.faults import NOTED, SAID, fault

pytestmark = fault(kind="Odd values", at="file of events", seen="events")

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]
Says = Callable[..., str]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    counts = {"general": every_day(date(2026, 9, 1), date(2026, 11, 21))}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community([RoomSpec("general")], counts), clock=Clock()) as running:
        yield running


@pytest.fixture
def says(account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Says:
    """Runs a command over an archive of its own, and comes back with what it wrote; it must end with ``status``."""

    def run(*words: str, status: int = 0) -> str:
        assert main(list(words)) == status
        out, err = capsys.readouterr()
        return out if status == 0 else err

    return run


def listed(says: Says) -> list[tuple[str, str, str, bool]]:
    rows = json.loads(says("events", "--list", "--format", "json"))
    return [(row["name"], row["start"], row["end"], row["not_comparable"]) for row in rows]


def test_an_event_is_added_listed_and_removed(says: Says) -> None:
    assert says("events", "--list") == "0 events\n"
    told = says("events", "--add", "offsite", *WEEK, "--not-comparable")
    assert told.endswith("  2026-11-09 to 2026-11-15  offsite, not comparable\n1 event added, 0 there already\n")
    assert says("events", "--add", "release 8.4", "--start", "2026-11-12").splitlines()[-1].startswith("1 event added")
    assert listed(says) == [
        ("offsite", "2026-11-09", "2026-11-15", True),
        ("release 8.4", "2026-11-12", "2026-11-12", False),
    ]
    ids = [line.split()[0] for line in says("events", "--list").splitlines()]
    assert says("events", "--remove", ids[0]).startswith(f"removed: {ids[0]}")
    assert [name for name, *_ in listed(says)] == ["release 8.4"]


def test_a_signal_of_a_week_with_an_event_is_taken_back_at_once_and_the_list_of_rooms_names_it(says: Says) -> None:
    def told() -> tuple[str, str, list[str]]:
        found = json.loads(says("channels", *WEEK, "--format", "json"))
        [room] = found["rooms"]
        return room["signal"], room["reason"], [one["name"] for one in found["events"]]

    before = told()
    assert before[::2] == ("no clear change", [])
    says("events", "--add", "offsite", "--start", "2026-11-11", "--not-comparable")
    says("events", "--add", "next month", "--start", "2026-12-01")
    assert told() == ("too few weeks", "weeks with “offsite” are not judged", ["offsite"])
    found = json.loads(says("events", "--list", "--format", "json"))
    says("events", "--remove", found[0]["id"])
    assert told() == before


@fault("an event that is no event", SAID, "one line, before anybody is asked", at="command line")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--add", "", "--start", "2026-11-09"], "An event needs a name"),
        (["--add", "x" * 81, "--start", "2026-11-09"], "at most 80 characters"),
        (["--add", "x\x07", "--start", "2026-11-09"], "without control characters"),
        (["--add", "x", "--start", "2026-11-09", "--end", "2026-11-08"], "ends (2026-11-08) before it begins"),
        (["--remove", "nothing"], "This event is not there any more"),
        (["--import", "events.txt"], "events.txt is neither an .ics nor a .csv file."),
        (["--import", "nowhere.csv"], "nowhere.csv: No such file or directory"),
    ],
)
def test_what_is_wrong_is_one_line(says: Says, words: list[str], said: str) -> None:
    told = says("events", *words, status=1)
    assert told.startswith("python -m engagement: ")
    assert said in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("content", ["", "name,start,end,not_comparable\n", None])
def test_a_file_without_an_event_is_refused_before_anybody_is_asked(
    says: Says, server: DemoServer, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "events.csv"
    if content is not None:
        file.write_text(content)
    server.calls.clear()
    assert "events.csv" in says("events", "--import", str(file), status=1)
    assert not server.calls


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--add", "x"],
        ["--list", "--start", "2026-11-09"],
        ["--list", "--not-comparable"],
        ["--list", "--remove", "1"],
        ["--add", "x", "--start", "tomorrow"],
    ],
)
def test_a_wrong_command_line_is_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["events", *words])
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//tests//EN
BEGIN:VEVENT
UID:offsite-2026
DTSTART;VALUE=DATE:20261109
DTEND;VALUE=DATE:20261112
SUMMARY:Offsite\\, all of us
END:VEVENT
BEGIN:VEVENT
UID:release
DTSTART:20261110T020000Z
DTEND:20261110T040000Z
SUMMARY:release 8.4
END:VEVENT
BEGIN:VEVENT
UID:party
DTSTART;TZID=Europe/Berlin:20261113T200000
DTEND;TZID=Europe/Berlin:20261114T060000
SUMMARY:party
END:VEVENT
BEGIN:VEVENT
UID:christmas
DTSTART;VALUE=DATE:20261225
SUMMARY:Christmas
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
UID:off
DTSTART;VALUE=DATE:20261201
SUMMARY:cancelled
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


@fault("events of a calendar that repeat", NOTED, "the first time is taken; a line says so")
def test_a_calendar_is_read_in_the_days_of_the_server(tmp_path: Path) -> None:
    (file := tmp_path / "team.ics").write_text(CALENDAR)
    new_york = ZoneInfo("America/New_York")
    found, notes = read_events(file, lambda instant: instant.astimezone(new_york).date())
    # 02:00 in UTC is the evening before in New York; the party is from 14:00 to midnight there.
    assert found == (
        event("Offsite, all of us", date(2026, 11, 9), date(2026, 11, 11), uid="offsite-2026"),
        event("release 8.4", date(2026, 11, 9), uid="release"),
        event("party", date(2026, 11, 13), uid="party"),
        event("Christmas", date(2026, 12, 25), uid="christmas"),
    )
    assert notes == ("Of events that repeat (1), only the first time is taken.",)


def test_a_calendar_is_imported_once_and_follows_what_it_says_later(says: Says, tmp_path: Path) -> None:
    (file := tmp_path / "team.ics").write_text(CALENDAR)
    assert says("events", "--import", str(file)).splitlines()[-1] == "4 events added, 0 there already"
    assert says("events", "--import", str(file)) == "0 events added, 4 there already\n"
    told = says("events", "--import", str(file), "--not-comparable").splitlines()
    assert [line.endswith(", not comparable") for line in told] == [True] * 4 + [False]
    assert says("events", "--import", str(file)).splitlines()[-1] == "4 events added, 0 there already"
    file.write_text(CALENDAR.replace("20261225", "20261224"))
    assert says("events", "--import", str(file)).splitlines()[-1] == "1 event added, 3 there already"
    assert ("Christmas", "2026-12-24", "2026-12-24", False) in listed(says)
    assert len(listed(says)) == 4


def test_a_table_is_imported_once(says: Says, tmp_path: Path) -> None:
    (file := tmp_path / "events.csv").write_text(
        "\ufeffName,start,end,not_comparable\noffsite,2026-11-09,2026-11-11,yes\nrelease 8.4,2026-11-10,,\n",
        encoding="utf-8",
    )
    assert says("events", "--import", str(file)).splitlines()[-1] == "2 events added, 0 there already"
    assert says("events", "--import", str(file)) == "0 events added, 2 there already\n"
    assert listed(says) == [
        ("offsite", "2026-11-09", "2026-11-11", True),
        ("release 8.4", "2026-11-10", "2026-11-10", False),
    ]


@fault("a file of events: {content}", SAID, "one line that names the file; nothing is added")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.ics", b"", "It is not a calendar"),
        ("a.ics", b"hello", "It is not a calendar"),
        ("a.ics", b"\xff\xfe\x00", "It is not a calendar"),
        ("a.ics", CALENDAR.replace("20261225", "1225").encode(), "The days of the event “Christmas” cannot be read."),
        ("a.ics", CALENDAR.replace("20261225", "18001225").encode(), "“Christmas” of 1800-12-25: An event lies"),
        ("a.ics", CALENDAR.replace("Christmas", "Weihnachtsfeier für alle").encode("latin-1"), "in UTF-8"),
        (
            "a.ics",
            CALENDAR.replace("SUMMARY:Christmas", "SUMMARY:Christmas\nRECURRENCE-ID:1\nRECURRENCE-ID:2").encode(),
            "The days of the event “Christmas” cannot be read.",
        ),
        ("a.csv", b"\xff\xfe", "It is not a table in UTF-8."),
        ("a.csv", b"title,day\nx,2026-11-09\n", "The columns are not name, start, end, not_comparable"),
        ("a.csv", b"name,start\nx,9.11.2026\n", "Line 2: a day is written like 2026-11-09."),
        ("a.csv", b"name,start\nx,2026-11-09\n,2026-11-09\n", "Line 3: An event needs a name"),
        ("a.csv", b"name,start,not_comparable\nx,2026-11-09,perhaps\n", "Line 2: not_comparable is yes or no."),
        ("a.csv", b"name,start\nx,2026-11-09,more\n", "The columns are not"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (file := tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read_events(file, lambda instant: instant.date())
    assert str(refused.value).startswith(f"{file}: ")
    assert said in str(refused.value)


@pytest.mark.parametrize(("uid", "kept"), [("u" * 1_000, "u" * 255), ("a\0b", "a b")])
def test_what_a_calendar_says_for_programs_alone_is_kept_within_bounds(tmp_path: Path, uid: str, kept: str) -> None:
    (file := tmp_path / "a.ics").write_bytes(
        f"\ufeffBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{uid}\nSUMMARY:x\nDTSTART;VALUE=DATE:20261109\nEND:VEVENT\n"
        "END:VCALENDAR\n".encode()
    )
    [one], _ = read_events(file, lambda instant: instant.date())
    assert (one.name, one.uid) == ("x", kept)


def test_of_what_a_calendar_says_twice_of_an_event_the_first_is_taken(tmp_path: Path) -> None:
    (file := tmp_path / "a.ics").write_text(
        CALENDAR.replace("SUMMARY:party", "SUMMARY:party\nSUMMARY:other").replace("UID:party", "UID:party\nUID:other")
    )
    found, _ = read_events(file, lambda instant: instant.date())
    assert [(one.name, one.uid) for one in found if "party" in one.name] == [("party", "party")]


@fault("a file of events that is too large, or has too many", SAID, "one line")
def test_there_is_an_end_to_a_file_of_events(tmp_path: Path) -> None:
    (long := tmp_path / "long.csv").write_text("name,start\n" + "x,2026-11-09\n" * 1_001)
    with pytest.raises(InvalidInput, match="has 1,001 events; at most 1,000 can be kept"):
        read_events(long, lambda instant: instant.date())
    (large := tmp_path / "large.ics").write_bytes(b" " * 5_000_001)
    with pytest.raises(InvalidInput, match="larger than 5 MB"):
        read_events(large, lambda instant: instant.date())

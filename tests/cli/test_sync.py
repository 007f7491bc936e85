"""Filling the archive ahead of time: what it prints, that it resumes, and that no kill leaves half a week."""

from __future__ import annotations

import io
import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from engagement.__main__ import main
from engagement.cli import sync
from engagement.cli.connection import pause_text
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.windows import Windows
from engagement.errors import StoreUnavailable
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.periods import Period, last_full_weeks
from engagement.numbers.weeks import weeks_until
from engagement.reading import calibration, workspace
from engagement.reading.jobs import Progress
from engagement.reading.weeks import RULE, Again
from engagement.storage.archive import Archive, Scope
from engagement.storage.database import Store
from tests.support.asking import empty_archive, reader_of
from tests.support.clock import NOON, Clock
from tests.support.faults import EXACT, NOTED, SAID, fault
from tests.support.processes import Forks
from tests.support.swapped import at_one_address, live_system, trial_system

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="sync")

CHANNELS = "channels/list"
TODAY = date(2026, 11, 20)
PAGED = Options(rooms=250, today=TODAY, timezone="UTC", rate_limit=0, unlimited=False, page_cap=50, shuffle_ties=True)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(PAGED, clock=Clock()) as running:
        yield running


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/archive.sqlite3"


def surroundings(server: DemoServer, url: str, **more: str) -> dict[str, str]:
    named = {"URL": server.url, "USER": "admin", "PASSWORD": "admin"} | more
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROCKETCHAT_", "ENGAGEMENT_"))}
    return kept | {f"ROCKETCHAT_{name}": value for name, value in named.items()} | {"ENGAGEMENT_ARCHIVE_URL": url}


@pytest.fixture
def command(
    server: DemoServer, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs ``sync`` with these arguments in this process: its status, output and errors."""
    for name in ("USER_ID", "AUTH_TOKEN", "CODE"):
        monkeypatch.delenv(f"ROCKETCHAT_{name}", raising=False)
    for name, value in surroundings(server, url).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["sync", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def truth(server: DemoServer, week: Period) -> dict[str, int]:
    """The messages of each room that the workspace itself has on the days of ``week``."""
    workspace, before = server.workspace, week.previous
    messages, _, _ = workspace.activity(Windows(week.start, week.end, before.start, before.end, 7))
    alive = workspace.alive()
    return {
        room.room_id: int(messages[number])
        for number, room in enumerate(workspace.rooms)
        if alive[number] and room.type in {"c", "p", "d"} and messages[number]
    }


def whole_weeks(server: DemoServer, url: str, weeks: list[Period]) -> int:
    """How many of ``weeks`` are kept; each was compared with the workspace, room by room."""
    archive = Archive(Store(url))
    scope = Scope(f"{server.url} {server.identity}", reader_of(server).access.rights)
    found = archive.weeks(scope, weeks, RULE)
    for number, week in enumerate(weeks):
        column = pd.Series(found.counts[:, number], index=found.room_ids)
        if week in found.windows:
            assert found.windows[week].meta.complete
            assert column[column != 0].to_dict() == truth(server, week), week
        else:
            assert column.isna().all()
    return len(found.windows)


def last_weeks(number: int) -> list[Period]:
    return weeks_until(last_full_weeks(TODAY), number)


def test_a_sync_reads_what_is_not_kept_and_says_so(
    command: Callable[..., tuple[int, str, str]], server: DemoServer, url: str
) -> None:
    status, out, err = command("--weeks", "4")
    assert (status, out) == (0, "4 weeks of 2026-10-19 to 2026-11-15 kept: 0 from before, 4 read now\n")
    assert err == "", "without a pause there is nothing to tell in a log"
    assert whole_weeks(server, url, last_weeks(4)) == 4
    asked = server.count(CHANNELS)
    status, out, err = command("--weeks", "4")
    assert (status, out) == (0, "4 weeks of 2026-10-19 to 2026-11-15 kept: 4 from before, 0 read now\n")
    assert server.count(CHANNELS) == asked
    status, out, err = command("--weeks", "6", "--quiet")
    assert (status, out, err) == (0, "6 weeks of 2026-10-05 to 2026-11-15 kept: 4 from before, 2 read now\n", "")
    assert whole_weeks(server, url, last_weeks(6)) == 6


def test_the_weeks_are_those_of_the_configured_first_day(
    command: Callable[..., tuple[int, str, str]], server: DemoServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGAGEMENT_CALENDAR_WEEK_START", "sunday")
    status, out, _ = command("--weeks", "2", "--quiet")
    assert (status, out) == (0, "2 weeks of 2026-11-01 to 2026-11-14 kept: 0 from before, 2 read now\n")
    assert whole_weeks(server, url, last_weeks(2)) == 0
    assert whole_weeks(server, url, weeks_until(Period(date(2026, 11, 8), date(2026, 11, 14)), 2)) == 2


@fault("rooms are deleted while a week is read", NOTED, "“Not complete: the weeks …”", kind="Contradictory answers")
def test_weeks_that_did_not_arrive_whole_are_named_on_standard_error(
    command: Callable[..., tuple[int, str, str]], server: DemoServer
) -> None:
    command("--weeks", "1", "--quiet")
    # The three weeks after it came with the counting check.
    ids = iter(sorted(truth(server, last_weeks(4)[0])))
    server.on_page = lambda: server.workspace.remove_room(next(ids))
    status, out, err = command("--weeks", "4", "--quiet")
    assert (status, out) == (0, "4 weeks of 2026-10-19 to 2026-11-15 kept: 3 from before, 1 read now\n")
    assert err == "Not complete: the weeks 2026-10-19 to 2026-10-25.\n"


@fault("--weeks {weeks}", SAID, "status 2", kind="Surroundings of commands", at="command line")
@pytest.mark.parametrize("weeks", ["0", "-1", "521", "many"])
def test_a_number_of_weeks_that_cannot_be_is_a_wrong_command_line(
    command: Callable[..., tuple[int, str, str]], weeks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command("--weeks", weeks)
    assert ended.value.code == 2
    assert "number of weeks from 1 to 520" in capsys.readouterr().err


@fault("--weeks 105 where 104 are kept", SAID, "the setting is named; nothing is read", at="command line")
def test_more_weeks_than_are_kept_are_not_read_at_all(
    command: Callable[..., tuple[int, str, str]], server: DemoServer
) -> None:
    server.calls.clear()
    status, out, err = command("--weeks", "105")
    assert (status, out) == (1, "")
    assert "[archive] weeks must be at least 105 for them to stay; it is 104." in err
    assert server.count("channels/list") == 0


@fault("a wrong password", SAID, "without the password", kind="Side dishes and refusals")
def test_what_cannot_be_synced_is_one_line(
    command: Callable[..., tuple[int, str, str]], server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROCKETCHAT_PASSWORD", "s3cret-guess")
    status, out, err = command("--weeks", "2")
    assert (status, out) == (1, "")
    [line] = err.splitlines()
    assert "Check both" in line
    assert "s3cret-guess" not in line


@fault("no Premium module", EXACT, "the counters of the rooms are kept", kind="Side dishes and refusals")
def test_of_a_workspace_that_counts_nothing_the_counters_of_the_rooms_are_kept() -> None:
    options = Options(rooms=5, today=TODAY, rate_limit=0, unlicensed=True)
    with DemoServer(options, clock=Clock()) as server:
        said, notes = sync.run(reader_of(server), 4, lambda done, total: pytest.fail("there are no weeks to read"))
    assert said.startswith("1 reading of the rooms' counters kept, of 20 Nov 2026, 12:00 UTC; 0 of the 4 weeks of ")
    assert notes == ()


@fault("weeks before counting", NOTED, "without data, and said", kind="Uncounted days")
def test_weeks_before_counting_are_without_data_and_said() -> None:
    clock = Clock()
    weeks = last_weeks(6)
    days = {day: 10 for week in weeks[3:] for day in week.dates()}
    made = community([RoomSpec("general")], {"general": days})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        synced, notes = sync.run(reader_of(server, now=clock.moment), 6)
    assert synced == "3 weeks of 2026-10-05 to 2026-11-15 kept: 0 from before, 3 read now; 3 without data"
    assert notes == ("The server counted nothing before 2026-10-26; weeks that begin earlier have no data.",)


def test_a_sync_of_a_year_ends_with_the_thresholds_that_were_found_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, archive = Clock(), empty_archive()
    weeks = last_weeks(52)
    made = community([RoomSpec("general")], {"general": {day: 10 for week in weeks for day in week.dates()}})
    monkeypatch.setattr(calibration, "found", lambda *_: replace(CONSTANT_BAR, weeks=49))
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        first, _ = sync.run(reader_of(server, archive=archive, now=clock.moment), 52)
        second, _ = sync.run(reader_of(server, archive=archive, now=clock.moment), 52)
        clock.forward(hours=1)
        again, _ = sync.run(reader_of(server, archive=archive, now=clock.moment), 52, again=Again(52))
    found = (
        "\nThe thresholds of signals were found on 49 weeks of this workspace, 17 Nov 2025 – 15 Nov 2026; "
        "they hold since 20 Nov 2026, and what was made before goes by others; about every second signal is chance."
    )
    kept = "52 weeks of 2025-11-17 to 2026-11-15 kept"
    assert first == f"{kept}: 0 from before, 52 read now{found}"
    assert second == f"{kept}: 52 from before, 0 read now"
    assert again == f"{kept}: 0 from before, 52 read now{found}"


@fault("the thresholds cannot be found or kept", NOTED, "the weeks are kept, and it is said", at="database")
def test_a_sync_that_finds_no_thresholds_says_so_and_has_kept_its_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> bool:
        raise StoreUnavailable

    monkeypatch.setattr(workspace, "calibrate", away)
    with DemoServer(PAGED, clock=Clock()) as server:
        synced, notes = sync.run(reader_of(server), 2)
    assert synced.startswith("2 weeks of 2026-11-02 to 2026-11-15 kept")
    assert notes == (f"The thresholds of signals could not be found: {StoreUnavailable()}",)


def test_pauses_are_told_with_the_time_that_all_of_it_takes() -> None:
    pause = Progress(done=4, total=26, pause=42.4, unit="weeks")
    limit = "the workspace allows only so many calls a minute: going on in 42 s"
    assert pause_text(pause) == limit
    later = Progress(done=4, total=26, pause=42.4, unit="weeks", later=8 * 61)
    assert pause_text(later) == f"{limit}, done in about 9 minutes"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, *, quiet: bool = False) -> str:
    """What is shown of a sync of 26 weeks that pauses before the first week and after the fourth."""
    bar, say_weeks, say_pause = sync.shown(stream, 26, quiet=quiet)
    with bar:
        say_pause(Progress(stage="Asking the workspace", pause=5.2))
        say_weeks(4, 26)
        say_pause(Progress(done=4, total=26, pause=42.4, unit="weeks", later=8 * 61))
        say_weeks(26, 26)
    return stream.getvalue()


def test_in_a_terminal_it_is_a_bar_with_the_pauses_behind_it() -> None:
    bar = told(Terminal())
    assert "0 of 26 weeks, pausing 5 s\r" in bar
    assert "4 of 26 weeks, pausing 42 s, 9 minutes left" in bar
    assert bar.rstrip().endswith("26 of 26 weeks")
    assert bar.count("\n") == 1


def test_in_a_log_each_pause_is_a_line_that_says_how_far_it_is() -> None:
    limit = "the workspace allows only so many calls a minute: going on in"
    assert told(io.StringIO()).splitlines() == [
        f"{limit} 5 s",
        f"4 of 26 weeks; {limit} 42 s, done in about 9 minutes",
    ]


def test_a_quiet_sync_shows_nothing_while_it_goes_on() -> None:
    assert told(Terminal(), quiet=True) == told(io.StringIO(), quiet=True) == ""


SYNCER = """
from engagement.__main__ import main

def work(weeks):
    return main(["sync", "--weeks", weeks, "--quiet"])
"""


@pytest.fixture
def syncers(server: DemoServer, url: str) -> Iterator[Forks]:
    started = Forks(SYNCER, env=surroundings(server, url))
    yield started
    started.close()


def asked_for(server: DemoServer, pages: int) -> threading.Event:
    """Set when the workspace will have been asked for so many more pages."""
    due, left = threading.Event(), iter(range(pages - 1, -1, -1))
    server.on_page = lambda: due.set() if next(left, -1) == 0 else None
    return due


@fault(
    "killed five times",
    EXACT,
    "whole weeks only; the next completes them",
    kind="Surroundings of commands",
    at="a process of its own",
)
def test_a_sync_killed_five_times_keeps_whole_weeks_and_the_next_one_completes_it(
    server: DemoServer, url: str, syncers: Forks
) -> None:
    weeks, chance, kept = 30, random.Random(26), list[int]()
    # The counting check is kept too, and would come first: it is not what is tried here.
    reader_of(server, archive=Archive(Store(url))).facts().result(60)
    for _ in range(5):
        # A page takes about ten milliseconds, keeping two weeks about thirty.
        due = asked_for(server, chance.randint(1, 6))
        process = syncers.start(weeks)
        assert due.wait(30), "it was done before it could be killed"
        threading.Event().wait(chance.uniform(0, 0.06))
        syncers.kill(process)
        server.on_page = None
        kept.append(whole_weeks(server, url, last_weeks(weeks)))
    assert kept == sorted(kept), "no week that was kept is lost"
    assert 0 < kept[-1] < weeks
    syncers.start(weeks)
    period = Period(last_weeks(weeks)[0].start, last_weeks(weeks)[-1].end)
    told = f"30 weeks of {period} kept: {kept[-1]} from before, {weeks - kept[-1]} read now"
    assert syncers.to_the_end() == [told, "ended 0"]
    assert whole_weeks(server, url, last_weeks(weeks)) == weeks


def test_an_archive_filled_ahead_is_what_a_visit_shows_without_a_call(server: DemoServer) -> None:
    archive = empty_archive()
    sync.run(reader_of(server, archive=archive, now=lambda: NOON), 13)
    asked = server.count(CHANNELS)
    reader = reader_of(server, archive=archive, now=lambda: NOON + timedelta(hours=1))
    history = reader.history(reader.facts().result(60), last_full_weeks(TODAY), 13).result(60)
    assert server.count(CHANNELS) == asked
    assert history.missing == ()
    for week in last_weeks(13):
        column = history.counts[pd.Timestamp(week.start)]
        assert column[column != 0].to_dict() == truth(server, week)


@fault("kept weeks that are doubted", EXACT, "--again reads them all")
def test_a_sync_again_reads_what_is_kept_as_well(
    command: Callable[..., tuple[int, str, str]], server: DemoServer
) -> None:
    command("--weeks", "2", "--quiet")
    asked = server.count(CHANNELS)
    assert command("--weeks", "2", "--quiet")[0] == 0
    assert server.count(CHANNELS) == asked
    server.calls.clear()
    assert command("--weeks", "2", "--again", "--quiet")[0] == 0
    # Two weeks come with one answer, whatever number of pages it has.
    assert {query["start"][:10] for _, path, query in server.calls if path.endswith(CHANNELS)} == {"2026-11-09"}


@fault(
    "two workspaces without an id that take turns at one address",
    EXACT,
    "each has the weeks that were read of it",
    kind="Another workspace",
    at="demo workspace",
    seen="sync, channels JSON",
)
def test_two_workspaces_that_take_turns_at_one_address_are_kept_apart(
    account: pytest.MonkeyPatch, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    def synced() -> str:
        assert main(["sync", "--weeks", "13", "--quiet"]) == 0
        return capsys.readouterr().out.partition("kept: ")[2].strip()

    def told() -> dict[str, object]:
        assert main(["channels", "--format", "json", "--start", "2026-11-09", "--end", "2026-11-15"]) == 0
        rooms = json.loads(capsys.readouterr().out)["rooms"]
        return next(room for room in rooms if room["room_id"] == "GENERAL")

    with at_one_address(clock) as swapped:
        account.setenv("ROCKETCHAT_URL", swapped.url)
        assert synced() == "0 from before, 13 read now"
        swapped.swap(live_system())
        assert synced() == "0 from before, 13 read now"
        busier = told()
        assert (busier["messages"], busier["previous_messages"]) == (231, 231)
        assert "70" not in str(busier["reason"])
        swapped.swap(trial_system())
        assert synced() == "13 from before, 0 read now"
        calm = told()
        assert (calm["messages"], calm["previous_messages"]) == (70, 70)
        assert "231" not in str(calm["reason"])
        swapped.fail_next("/channels.list", "nonsense", None)
        assert main(["sync", "--weeks", "13", "--quiet"]) == 1
        assert "past weeks are not kept" in capsys.readouterr().err

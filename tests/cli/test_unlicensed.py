"""Commands on a workspace without the Premium module: what keeps its counters, and what they tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.__main__ import main
from engagement.cli import sync
from engagement.demo import DemoServer
from engagement.display.sources import NET
from engagement.errors import StoreUnavailable
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from tests.support.counters import BEFORE, LAST, Unlicensed, live_with_sync, unlicensed
from tests.support.faults import EXACT, SAID, fault

pytestmark = [
    pytest.mark.usefixtures("account"),
    fault(kind="Side dishes and refusals", at="demo workspace without the Premium module"),
]


@pytest.fixture(scope="module")
def archive_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('archive')}/engagement.sqlite3"


@pytest.fixture(scope="module")
def lived(archive_url: str) -> Iterator[Unlicensed]:
    with unlicensed() as workspace:
        live_with_sync(workspace, Archive(Store(archive_url)), "admin")
        yield workspace


@pytest.fixture
def server(lived: Unlicensed) -> DemoServer:
    return lived.server


def test_sync_keeps_the_counters_once_an_hour_and_says_what_is_known(
    lived: Unlicensed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--weeks", "12"]) == 0
    out = capsys.readouterr().out
    kept = int(out.split()[0])
    assert f"{kept} readings of the rooms' counters kept, from 14 Sep 2026, 00:10 to 23 Nov 2026, 09:00 UTC; " in out
    assert "10 of the 12 weeks of 2026-08-31 to 2026-11-22 known by them, net of deleted and pruned messages" in out
    assert "; totals of 71 days since 14 Sep 2026 (view-statistics)" in out
    assert main(["sync", "--weeks", "12"]) == 0
    assert int(capsys.readouterr().out.split()[0]) == kept


@fault("a database that does not answer", SAID, "it is named", seen="sync")
def test_sync_needs_a_place_to_keep_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", f"sqlite:///{tmp_path}/no/such/folder/archive.sqlite3")
    with pytest.raises(StoreUnavailable):
        sync.sync(weeks=4, again=False, quiet=True)
    assert capsys.readouterr().out == ""


@fault("no Premium module, counters kept", EXACT, "net counts, and said", seen="channels JSON")
def test_channels_as_json_are_net_and_say_between_which_moments(
    lived: Unlicensed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["channels", "--period", "last-week", "--format", "json"]) == 0
    read = capsys.readouterr()
    told = json.loads(read.out)
    assert told["source"] == NET
    assert told["readings"]["period"] == {"from": "2026-11-16T00:10:00+00:00", "to": "2026-11-23T00:10:00+00:00"}
    assert told["readings"]["previous"] == {"from": "2026-11-09T00:10:00+00:00", "to": "2026-11-16T00:10:00+00:00"}
    rooms = {room["room_id"]: room for room in told["rooms"]}
    assert rooms["general"]["messages"] == lived.in_days("general", LAST)
    assert rooms["general"]["previous_messages"] == lived.in_days("general", BEFORE)
    assert (rooms["short"]["messages"], rooms["short"]["change"]) == (None, None)
    assert told["totals"]["messages"]["value"] == sum(
        room["messages"] for room in rooms.values() if room["room_id"] != "short"
    )
    assert f"Messages are {NET}" in read.err


def test_a_period_without_readings_is_told_as_the_directory_knows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "--start", "2026-08-03", "--end", "2026-08-09", "--format", "json"]) == 0
    read = capsys.readouterr()
    told = json.loads(read.out)
    assert (told["source"], told["readings"]["period"]) == ("not known", None)
    assert {measure["value"] for measure in told["totals"].values()} == {None}
    assert "no reading lies near enough to both ends of this period" in read.err


def test_a_report_says_that_its_messages_are_net(lived: Unlicensed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--period", "last-week", "--out", "-"]) == 0
    said = capsys.readouterr().out
    assert f"Messages are {NET}" in said
    assert "rising" in said


def test_check_says_what_works_without_the_module_and_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert "figures" not in told
    assert told["module"].startswith("no Premium licence: messages are net of deleted and pruned messages")
    assert "readings of the rooms' counters kept, from 14 Sep 2026, 00:10 to 23 Nov 2026" in told["counters"]
    assert told["years"].strip() == "totals of 71 days since 14 Sep 2026 (view-statistics)"


def test_check_says_that_an_account_is_not_told_the_years(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROCKETCHAT_USER", "manager")
    monkeypatch.setenv("ROCKETCHAT_PASSWORD", "manager")
    assert main(["check"]) == 0
    assert "totals of the workspace are not told to this account (view-statistics)" in capsys.readouterr().out

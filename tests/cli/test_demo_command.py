"""The command that serves the demo workspace: its first line, its end, and what it passes on."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import requests

from engagement.__main__ import main
from engagement.demo import Options
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Surroundings of commands", at="command line", seen="demo")


def test_the_demo_command_prints_ready_first_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "engagement", "demo", "--port", "0", "--rooms", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        match = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)\n", first)
        assert match, first
        assert requests.get(f"{match[1]}/api/info", timeout=10).json()["version"] == "8.4"
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) in (0, -signal.SIGTERM)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (
            "--rooms 5 --seed 7 --today 2026-11-22 --release 7.5 --rate-limit 0 --page-cap 50 --no-unlimited "
            "--unlicensed --shuffle-ties --swapped-dates --unregistered --data here".split(),
            Options(5, 7, Path("here"), date(2026, 11, 22), (7, 5), 0, 50, False, True, True, "swapped", None, True),
        ),
    ],
)
def test_what_the_demo_is_asked_for_is_passed_on_and_its_own_defaults_hold_for_the_rest(
    arguments: list[str], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[Options, int]] = []
    monkeypatch.setattr("engagement.cli.demo.serve", lambda *asked: served.append(asked))
    assert main(["demo", *arguments]) == 0
    assert main(["demo", *arguments, "--port", "0"]) == 0
    assert served == [(options, 3300), (options, 0)]


@fault("demo --release 2.9", SAID, "which releases there are")
def test_what_the_demo_cannot_be_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--release", "2.9"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line == "python -m engagement: The demo workspace speaks as the releases from 3.1 to 9.0 do."

"""Every command that the documents print does what it should, on a demo workspace in place of the reader's own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.__main__ import parser
from engagement.demo import DemoServer, Options
from tests import ROOT
from tests.support import browser
from tests.support.clock import Clock
from tests.support.documents import DOCUMENTS, blocks

OF_SYSTEM = {"apt-get", "useradd", "runuser", "install", "cp", "systemd-analyze", "systemctl", "curl", "nginx", "cd"}
INSTALLED = "/opt/channel-engagement"


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=30, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The project with a Python of its own, which is this one, and a ``make`` that only says what it would do."""
    folder = tmp_path / "project"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    for name, does in {"python": sys.executable, "make": f"{shutil.which('make')} --dry-run"}.items():
        program = folder / ".venv" / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {does} "$@"\n')
        program.chmod(0o755)
    return folder


def lines(document: Path, kind: str, rest: str = "") -> list[str]:
    found = [line for block in blocks(document) if (block.kind, block.rest) == (kind, rest) for line in block.lines]
    return [re.sub(r"\s+#.*", "", line) for line in found]


class Reader:
    """Types one line after another at ``place``; variables stay, and the workspace is ours."""

    def __init__(self, place: Path, workspace: DemoServer) -> None:
        self.place, self.url = place, workspace.url
        user_id, token = workspace.personal_token("manager")
        self.filled = {"ROCKETCHAT_USER_ID": user_id, "ROCKETCHAT_AUTH_TOKEN": token}
        (place.parent / "reports").mkdir()
        self.env = {
            **os.environ,
            "PATH": f"{place / '.venv' / 'bin'}:{os.environ['PATH']}",
            "BROWSER_PATH": browser.executable(),
        }

    def types(self, line: str) -> str:
        """What it prints. Raises AssertionError when it fails."""
        for shown, ours in {INSTALLED: self.place, "/srv/reports": self.place.parent / "reports"}.items():
            line = line.replace(shown, str(ours))
        line = re.sub(r"https://chat\.example\.org|http://127\.0\.0\.1:3300", self.url, line)
        words = shlex.split(line)
        if words[0] == "export":
            given = dict(word.split("=", 1) for word in words[1:])
            self.env |= {name: self.filled[name] if value == "…" else value for name, value in given.items()}
            return ""
        if words[2:4] == ["engagement", "demo"]:
            return self.starts(f"{line} --port 0 --rooms 5")
        if "pytest" in words:
            line += " --collect-only" + ("" if "tests/" in line else " tests/test_needs.py")
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.place, env=self.env, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-1000:]}{done.stderr[-1000:]}"
        return done.stdout

    def starts(self, line: str) -> str:
        """The first line that it prints; then it is ended."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {line}"], cwd=self.place, env=self.env, stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            first = running.stdout.readline()
            running.terminate()
        assert first.startswith("ready "), line
        return first


@pytest.fixture
def reader(place: Path, workspace: DemoServer) -> Reader:
    return Reader(place, workspace)


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if lines(path, "sh")], ids=lambda path: path.name)
def test_every_command_works(document: Path, reader: Reader) -> None:
    for line in lines(document, "sh"):
        reader.types(line)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_runs_by_itself_works(document: Path, reader: Reader) -> None:
    """Lines for cron, whose percent signs are escaped, and the commands of units of systemd."""
    commands = [line.split(maxsplit=5)[5].replace("\\%", "%") for line in lines(document, "cron")]
    commands += [line.split("=", 1)[1] for line in lines(document, "ini") if line.startswith("ExecStart=")]
    reader.types(next(line for line in lines(ROOT / "docs" / "reports.md", "sh") if line.startswith("export")))
    for line in commands:
        reader.types(line)
    assert len(list((reader.place.parent / "reports").iterdir())) == sum("/srv/reports" in line for line in commands)


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if lines(path, "sh", "as root")], ids=lambda path: path.name
)
def test_commands_for_the_administrator_name_programs_and_files_that_there_are(document: Path, reader: Reader) -> None:
    for line in lines(document, "sh", "as root"):
        program, *words = shlex.split(line)
        assert program in OF_SYSTEM | {"python3", ".venv/bin/python"}, line
        # The last word is where a file goes; units of systemd are no files of ours.
        sources = [] if program == "systemctl" else words[:-1] if program in {"cp", "install"} else words
        ours = [
            word for word in sources if re.search(r"\.\w+$|/", word) and not word.startswith(("/", "-", "http", "."))
        ]
        assert [word for word in ours if not (ROOT / word).exists()] == [], line
        if words[0] == "-c":
            assert len(reader.types(line).strip()) >= 32


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if lines(path, "sh", "installed")], ids=lambda path: path.name
)
def test_commands_of_the_package_and_the_image_are_ours_and_files_are_there(document: Path) -> None:
    for line in lines(document, "sh", "installed"):
        words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=|&", word)]
        assert words[0] in {"pipx", "uv", "uvx", "docker", "cp", "channel-engagement"}, line
        ours = [at for at, word in enumerate(words) if word.partition(":")[0] == "channel-engagement"]
        if ours and words[ours[-1] + 1 :]:
            assert parser().parse_args(words[ours[-1] + 1 :]).command
        named = [word for word in words if word.startswith(("compose.env", "compose.rocketchat"))]
        assert [word for word in named if not (ROOT / "deploy" / word).exists()] == []
        assert ours or named or "dist/*.whl" in words or words[:2] == ["docker", "compose"], line

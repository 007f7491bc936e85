"""Every command in every surroundings: a status of 0 or 1, a line or two on standard error, never a traceback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.storage.database import Store
from tests import ROOT
from tests.support.demo_tools import every_day
from tests.support.faults import EXACT, NOTED, REFUSED, SAID, fault

pytestmark = fault(kind="Surroundings of commands", at="a process of its own", seen="check")

WEEK = "--start 2026-11-09 --end 2026-11-15"
# What the command line of each is; TAKEN is a port in use, OUT a folder that can be written to.
COMMANDS = {
    "check": "check",
    "table": f"channels {WEEK}",
    "csv": f"channels {WEEK} --format csv",
    "markdown": f"report {WEEK} --out -",
    "file": f"report {WEEK} --out OUT/report.csv",
    "sync": "sync --weeks 1",
    "events": "events --add offsite --start 2026-11-09",
    "demo": "demo --port TAKEN",
}
READS = frozenset({"check", "table", "csv", "markdown"})


@dataclass(frozen=True)
class Case:
    """Variables (None: unset), what surrounds the command in a shell, how to prepare the folder HERE that it names,
    the commands that work all the same, and what the line on standard error says where they do.
    """

    variables: dict[str, str | None] = field(default_factory=dict)
    shell: str = "COMMAND"
    prepare: Callable[[Path], object] = lambda here: None
    work: frozenset[str] = frozenset()
    says: str = ""


NOBODY = "import pwd\ndef unknown(*_):\n    raise KeyError\npwd.getpwuid = unknown\n"
NOWHERE = "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/dev/null/tmp']\n"
EVERYTHING = READS | {"file", "sync", "events"}


def _file(name: str, content: bytes) -> Callable[[Path], object]:
    def prepare(here: Path) -> None:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content)

    return prepare


def _newer(here: Path) -> None:
    store = Store(f"sqlite:///{here}/newer.sqlite3")
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO migrations VALUES ('a step to come', '2030-01-01')")
    store.close()


CASES = {
    "fine": Case(work=EVERYTHING),
    "no home": Case({"HOME": None, "PYTHONPATH": "HERE"}, prepare=_file("sitecustomize.py", NOBODY.encode()),
                    work=READS | {"file"}, says="home directory"),
    "a home that is no folder": Case({"HOME": "/dev/null"}, work=READS | {"file"}, says="Not a directory"),
    "a read-only disk": Case({"ENGAGEMENT_ARCHIVE_URL": "sqlite:////proc/archive.sqlite3"}, work=READS | {"file"},
                             says="No such file"),
    "a full disk": Case(shell="ulimit -f 0; COMMAND", work=READS, says="disk"),
    "a folder as database": Case({"ENGAGEMENT_ARCHIVE_URL": "sqlite:////tmp"}, work=READS | {"file"},
                                 says="directory"),
    "a newer database": Case({"ENGAGEMENT_ARCHIVE_URL": "sqlite:///HERE/newer.sqlite3"}, prepare=_newer,
                             work=READS | {"file"}, says="newer release"),
    "an output of ASCII": Case({"PYTHONIOENCODING": "ascii"}, work=EVERYTHING),
    "the locale C": Case({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, work=EVERYTHING),
    "a closed output": Case(shell="COMMAND >&-", work=frozenset({"file"})),
    "a full output": Case(shell="COMMAND >/dev/full", work=frozenset({"file"})),
    "closed errors": Case(shell="COMMAND 2>&-", work=EVERYTHING),
    "full errors": Case(shell="COMMAND 2>/dev/full", work=EVERYTHING),
    "nothing open": Case(shell="COMMAND <&- >&- 2>&-", work=frozenset({"file"})),
    "nested settings": Case({"HOME": "HERE"}, prepare=_file(".streamlit/secrets.toml", b"x = " + b"[" * 50_000)),
    "marked settings": Case({"HOME": "HERE"}, work=EVERYTHING,
                            prepare=_file(".streamlit/secrets.toml", b"\xef\xbb\xbf[limits]\ncopies = 1\n")),
    "no temporary folder": Case({"PYTHONPATH": "HERE"}, prepare=_file("sitecustomize.py", NOWHERE.encode()),
                                work=EVERYTHING),
}  # fmt: skip


SEEN = {
    "check": "check", "table": "channels table", "csv": "channels CSV", "markdown": "report", "file": "report",
    "sync": "sync", "events": "events",
}  # fmt: skip


def lines(case: str, name: str) -> str:
    """What stands on standard error, in words."""
    if name not in CASES[case].work:
        return "status 1 and at most two lines"
    return f"one line about it (“… {CASES[case].says} …”)" if CASES[case].says else "not a word about it"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    names = ("grüße-ß", "レビュー", "bell\x07\x1b[2J", "x" * 10_000)
    rooms = [RoomSpec("GENERAL"), *(RoomSpec(f"room-{n}", "p", name=name) for n, name in enumerate(names))]
    counts = {room.room_id: every_day(date(2026, 10, 1), date(2026, 11, 21)) for room in rooms}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts)) as running:
        yield running


# What a shell starts as a command, but that its ``main`` is once done for each of the command lines, in a child with
# an environment of its own: the streams are those that the shell gave, made fit as for one command, and what takes most
# of the time of most commands, the imports, is done once. After each, a MARK is on the streams that can be written to.
MARK = "\0 ended\n"
EACH = f"""
import contextlib, json, os, sys
import engagement.__main__ as program

def each():
    for module in ("check", "channels", "report", "sync", "events", "demo"):
        program.surroundings.imported(f"engagement.cli.{{module}}")
    for words, environment in json.loads(sys.argv[2]):
        child = os.fork()
        if not child:
            os.environ.clear()
            os.environ.update(environment)
            return main(words.split())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(int(sys.argv[1]), f"{{status}}\\n".encode())
        for stream in (1, 2):
            with contextlib.suppress(OSError):
                os.write(stream, {MARK.encode()!r})
    return 0

main, program.main = program.main, each
program.script()
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    output: str
    errors: str


def ended(server: DemoServer, case: Case, here: Mapping[str, Path]) -> dict[str, Ended]:
    """The commands by their names, one after the other, each with a folder HERE, in one start of the surroundings."""
    lines = [
        (named(server, COMMANDS[name], folder), environment(server, folder, case)) for name, folder in here.items()
    ]
    told, tell = os.pipe()
    run = shlex.join([sys.executable, "-c", EACH, str(tell), json.dumps(lines)])
    shell = ["sh", "-c", case.shell.replace("COMMAND", run)]
    done = subprocess.run(
        shell, cwd=ROOT, env=lines[0][1], capture_output=True, timeout=60, check=False, pass_fds=[tell]
    )
    os.close(tell)
    with open(told, encoding="ascii") as statuses:
        ends = [int(status) for status in statuses]
    assert (done.returncode, len(ends)) == (0, len(here)), done.stderr.decode()
    outputs, errors = (parted(stream.decode(), len(here)) for stream in (done.stdout, done.stderr))
    return {name: Ended(*one) for name, *one in zip(here, ends, outputs, errors, strict=True)}


def parted(said: str, number: int) -> list[str]:
    """What each of so many commands wrote to a stream; nothing where the stream could not be written to."""
    *parts, rest = said.split(MARK)
    assert not rest
    assert len(parts) in (0, number)
    return parts or [""] * number


def named(server: DemoServer, words: str, here: Path) -> str:
    """A command line with the port and the folder that it names."""
    return words.replace("TAKEN", server.url.rsplit(":", 1)[1]).replace("OUT", str(here))


def command(server: DemoServer, words: str, here: Path, case: Case) -> tuple[list[str], dict[str, str]]:
    """The command in its surroundings, and the environment that it is started with."""
    run = f"{shlex.quote(sys.executable)} -m engagement {named(server, words, here)}"
    return ["sh", "-c", case.shell.replace("COMMAND", run)], environment(server, here, case)


def environment(server: DemoServer, here: Path, case: Case) -> dict[str, str]:
    given = {"ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER": "admin", "ROCKETCHAT_PASSWORD": "admin"}
    given |= {"PATH": os.environ["PATH"], "HOME": str(here)}
    changed = {name: value.replace("HERE", str(here)) for name, value in case.variables.items() if value is not None}
    return {name: value for name, value in (given | changed).items() if case.variables.get(name, "") is not None}


@pytest.fixture(scope="module")
def ends(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Ended]]:
    """How every command ended in the surroundings of a name, which are started once."""

    @cache
    def in_surroundings(case: str) -> dict[str, Ended]:
        here = {name: tmp_path_factory.mktemp(name) for name in COMMANDS}
        for folder in here.values():
            CASES[case].prepare(folder)
        return ended(server, CASES[case], here)

    return in_surroundings


@fault(
    lambda case, name: "" if case == "fine" or name == "demo" else case,
    lambda case, name: SAID if name not in CASES[case].work else NOTED if CASES[case].says else EXACT,
    lambda case, name: lines(case, name),
    seen=lambda name: SEEN[name],
)
@fault(
    lambda name: "the port is taken" if name == "demo" else "",
    SAID,
    "status 1 and at most two lines, in any of these surroundings",
    at="another program on it",
    seen="demo",
)
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("case", CASES)
def test_a_command_ends_with_a_status_and_at_most_two_lines_in_any_surroundings(
    case: str, name: str, ends: Callable[[str], dict[str, Ended]]
) -> None:
    one = ends(case)[name]
    assert one.status == (0 if name in CASES[case].work else 1), one.errors
    assert len(one.errors.splitlines()) <= 2
    assert "Traceback" not in one.errors
    assert "Something went wrong inside" not in one.errors
    if one.status == 0:
        assert CASES[case].says in one.errors
        assert len(one.errors.splitlines()) == bool(CASES[case].says)
        if name in READS and ">" not in CASES[case].shell:
            assert "grüße-ß" in one.output or name == "check"


@fault("a newer database, read and written to", REFUSED, "it stays as it was", seen="sync, channels table")
def test_a_database_of_a_newer_release_is_left_as_it_was(server: DemoServer, tmp_path: Path) -> None:
    _newer(tmp_path)
    before = sqlite3.connect(tmp_path / "newer.sqlite3").execute("SELECT count(*) FROM windows").fetchall()
    told = ended(server, CASES["a newer database"], {"sync": tmp_path, "table": tmp_path})
    assert [one.status for one in told.values()] == [1, 0]
    after = sqlite3.connect(tmp_path / "newer.sqlite3")
    assert after.execute("SELECT count(*) FROM windows").fetchall() == before == [(0,)]
    assert after.execute("SELECT count(*) FROM scopes").fetchall() == [(0,)]
    after.close()


@fault(
    "hostile names in a terminal of {encoding}",
    EXACT,
    "? for what it cannot show; no line is long",
    seen="channels table",
)
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_a_terminal_gets_what_it_can_show_and_nothing_that_moves_its_cursor(
    encoding: str, server: DemoServer, tmp_path: Path
) -> None:
    shell, variables = command(server, COMMANDS["table"], tmp_path, Case({"PYTHONIOENCODING": encoding}))
    master, terminal = os.openpty()
    with subprocess.Popen(shell, cwd=ROOT, env=variables, stdout=terminal, stderr=terminal) as running:
        os.close(terminal)
        said = b""
        try:
            while part := os.read(master, 65536):
                said += part
        except OSError:
            # How a terminal says that nobody writes to it any more.
            pass
        assert running.wait(60) == 0
    os.close(master)
    shown = said.decode(encoding)
    assert {"ascii": "gr??e-?", "utf-8": "grüße-ß", "latin-1": "grüße-ß"}[encoding] in shown
    assert not set(shown) & {"\x07", "\x1b"}
    assert max(map(len, shown.splitlines())) < 120


@fault("--port {port}", SAID, "status 2", at="command line", seen="demo")
@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_there_cannot_be_is_a_wrong_command_line(port: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "engagement", "demo", "--port", port], cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr


BROWSER = """#!/bin/sh
test "$1" = --version && exit
sleep 60 &
echo $$ $! > HERE/browser.pid
mkdir -p "$TMPDIR/of-the-browser"
wait
"""


@fault(
    lambda ending: f"{ending.name} while a PDF is made",
    REFUSED,
    "one line; no browser, folder or file is left",
    seen="report",
)
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_report_that_is_told_to_end_takes_the_browser_and_its_folder_along(
    ending: signal.Signals, server: DemoServer, tmp_path: Path
) -> None:
    (browser := tmp_path / "chromium").write_text(BROWSER.replace("HERE", str(tmp_path)))
    browser.chmod(0o755)
    (scratch := tmp_path / "scratch").mkdir()
    variables = {"BROWSER_PATH": str(browser), "TMPDIR": str(scratch)}
    given = environment(server, tmp_path, Case(variables))
    arguments = [sys.executable, "-m", "engagement", *f"report {WEEK} --out {tmp_path}/report.pdf".split()]

    def as_in_a_terminal() -> None:
        # Whoever runs the tests in the background has these signals ignored, and a process inherits that.
        signal.signal(ending, signal.SIG_DFL)

    with subprocess.Popen(
        arguments, cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True, preexec_fn=as_in_a_terminal
    ) as running:
        pids = _when(lambda: (tmp_path / "browser.pid").read_text().split() if running.poll() is None else [])
        assert _when(lambda: list(scratch.glob("*/of-the-browser")))
        running.send_signal(ending)
        _, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (1, "python -m engagement: stopped\n")
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "report.pdf").exists()
    assert len(pids) == 2
    assert _when(lambda: not any(_alive(int(pid)) for pid in pids))


def _when(ready: Callable[[], object]) -> object:
    """What ``ready`` says as soon as it says anything, or after half a minute."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            if said := ready():
                return said
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    return ready()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False

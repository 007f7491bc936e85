"""What a command line costs before it runs: nothing of what only some command needs is imported for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engagement.cli.report import FORMS
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.report.wishes import ENDINGS
from tests import ROOT
from tests.support.clock import Clock

HEAVY = {"choreographer", "cryptography", "jinja2", "numpy", "orjson", "pandas", "plotly", "psycopg", "pyarrow",
         "requests", "sqlalchemy", "starlette", "streamlit", "tqdm", "uvicorn", "wcwidth", "xlsxwriter"}  # fmt: skip
# Whoever reads a workspace asks it, computes, and keeps weeks.
READING = {"numpy", "orjson", "pandas", "pyarrow", "requests", "sqlalchemy", "wcwidth"}
ASK = """
import sys
from engagement.__main__ import main

try:
    status = main(sys.argv[1:])
except SystemExit as ended:
    status = ended.code
print()
print(status)
print(*sorted(name for name in sys.modules if "." not in name), sep=",")
"""

LOOK = """
import gc
import sys
from engagement.cli import surroundings

searches = []
gc.callbacks.append(lambda phase, _: searches.append(phase))
surroundings.imported("engagement.cli.channels")
print(len(searches), gc.isenabled(), any(one is vars(sys.modules["pandas"]) for one in gc.get_objects()))
"""


def run(*arguments: str) -> tuple[str, set[str]]:
    """The status that such a command line ends with, and the modules that were imported for it."""
    ended = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *_, status, modules = ended.stdout.splitlines()
    return status, set(modules.split(","))


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], "0"),
        (["demo", "--help"], "0"),
        (["report", "--help"], "0"),
        (["launch"], "2"),
        (["channels", "--format", "xml"], "2"),
        (["channels", "--start", "2026-11-09"], "2"),
        (["report", "--out", "report.doc"], "2"),
        (["report", "--out", "report.csv", "--types", "public"], "2"),
        (["sync", "--weeks", "0"], "2"),
    ],
)
def test_help_and_a_wrong_command_line_import_nothing_of_what_a_command_needs(
    arguments: list[str], status: str
) -> None:
    told, modules = run(*arguments)
    assert told == status
    assert not modules & HEAVY


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    rooms = [RoomSpec("general-id", "c", name="general")]
    counts = {"general-id": dict.fromkeys((date(2026, 11, 2), date(2026, 11, 9)), 10)}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as running:
        yield running


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("command", "status", "needed"),
    [
        ("demo --port 0 --data missing", "1", {"numpy", "starlette", "uvicorn"}),
        ("check", "0", READING),
        ("channels --start 2026-11-09 --end 2026-11-15", "0", READING),
        ("channels --start 2026-11-09 --end 2026-11-15 --format json", "0", READING),
        ("report --start 2026-11-09 --end 2026-11-15 --out -", "0", READING),
        ("report --start 2026-11-09 --end 2026-11-15 --out {}/r.csv", "0", READING),
        ("report --start 2026-11-09 --end 2026-11-15 --out {}/r.html", "0", READING | {"jinja2"}),
        ("report --start 2026-11-09 --end 2026-11-15 --out {}/r.pdf", "0", READING | {"jinja2", "choreographer"}),
        ("report --start 2026-11-09 --end 2026-11-15 --out {}/r.xlsx", "0", READING | {"xlsxwriter"}),
        ("sync --weeks 2 --quiet", "0", READING | {"tqdm"}),
    ],
)
def test_a_command_imports_nothing_that_it_does_not_use(
    command: str, status: str, needed: set[str], tmp_path: Path
) -> None:
    told, modules = run(*command.format(tmp_path).split())
    assert told == status
    assert modules & HEAVY == needed


def test_what_a_command_imports_is_not_searched_for_circles_and_what_it_makes_is() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told == "0 True False\n"


def test_every_ending_that_the_command_line_takes_is_one_that_can_be_made() -> None:
    assert tuple(FORMS) == ENDINGS

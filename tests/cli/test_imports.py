"""What a command line costs before it runs: nothing of what only some command needs is imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engagement.cli.report import FORMS
from engagement.report.wishes import ENDINGS
from tests import ROOT

HEAVY = ("numpy", "pandas", "plotly", "requests", "sqlalchemy", "starlette", "streamlit", "tqdm", "uvicorn")
ASK = """
import sys
from engagement.__main__ import main

try:
    main(sys.argv[1:])
except SystemExit as ended:
    print(ended.code)
print(*sorted(name for name in sys.modules if "." not in name), sep=",")
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
    assert not modules & set(HEAVY)


def test_every_ending_that_the_command_line_takes_is_one_that_can_be_made() -> None:
    assert tuple(FORMS) == ENDINGS

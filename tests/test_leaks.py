"""The watch over secrets finds one wherever it is let out, and nothing where it is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import ROOT
from tests.support.leaks import Leaks

pytest_plugins = ["pytester"]

_HEAD = """
import logging
from engagement.api.account import Account
from engagement.errors import UnreadableAnswer
from engagement.reading.jobs import Jobs
TOKEN = "t0ken-" + "x" * 20
"""


_LET_OUT = {
    "repr": "repr(Account('u', TOKEN, True))",
    "log": "logging.getLogger('engagement').warning('for %s', Account('u', TOKEN, True).token)",
    "output": "print(Account('u', TOKEN, True).token)",
    "error": "UnreadableAnswer(Account('u', TOKEN, True).token)",
    "key": "Jobs().ask(('key', Account('u', TOKEN, True).token), 'v', lambda _: 1, keep=0).result(5)",
    "keeper": "(tmp_path / 'secrets.toml').write_text(Account('u', TOKEN, True).token)",
}


def _run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> pytest.RunResult:
    """A run of a test for each of these lines, under the watch; no line of what it says repeats the secret."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    tests = [f"def test_{name}(tmp_path):\n    {line}\n" for name, line in told.items()]
    pytester.makepyfile("\n".join([_HEAD, *tests]))
    outcome = pytester.runpytest_subprocess("-p", "tests.support.leaks", "-p", "no:cacheprovider", "-rA")
    assert "t0ken-xxx" not in "\n".join(line for line in outcome.outlines if "secret in a" in line)
    return outcome


def test_a_test_fails_that_lets_a_secret_out_and_no_other(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _run(pytester, monkeypatch, _LET_OUT)
    outcome.assert_outcomes(passed=2, failed=4)
    ends = {
        line.split("::")[1].split()[0]: line.split()[0] for line in outcome.outlines if re.match("[A-Z]+ .*::", line)
    }
    assert ends == {
        "test_repr": "PASSED", "test_log": "FAILED", "test_output": "FAILED", "test_error": "FAILED",
        "test_key": "FAILED", "test_keeper": "PASSED",
    }  # fmt: skip


def test_a_secret_that_is_left_in_a_file_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {"file": "(tmp_path / 'cache').write_text(Account('u', TOKEN, True).token)"}
    _run(pytester, monkeypatch, left).assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize(
    ("secret", "text", "at"),
    [
        ("tokenTOKEN-0123456789", "sent as Bearer%20tokenTOKEN-0123456789_and_more", 17),
        ("tokenTOKEN-0123456789", "of tokenTOKEN-012345678 the last letter is missing", None),
        ("a key with blanks & more", "kept: a key with blanks & more", 6),
        ("\xff\x00 sixteen bytes", "\x00\xff\x00 sixteen bytes\x00", 1),
    ],
    ids=["inside a word", "not the whole", "of other letters", "of bytes"],
)
def test_a_secret_is_found_wherever_it_stands_in_a_text(secret: str, text: str, at: int | None) -> None:
    leaks = Leaks()
    leaks.know(secret, "short")
    assert list(leaks.seen(text)) == ([] if at is None else [(secret, at)])


@pytest.mark.parametrize("secret", ["tokenTOKEN-0123456789", "a key with blanks & more", "ein Schlüssel für die Tür"])
def test_a_secret_is_found_in_a_file_whatever_letters_it_has(secret: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"\x00\xff" + f"kept: {secret}".encode())
    leaks = Leaks()
    leaks.know(secret)
    leaks.look_in_files(tmp_path)
    assert leaks.taken() == ["a secret in a file: kept"]

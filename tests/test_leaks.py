"""The watch over secrets finds one wherever it is let out, and nothing where it is kept."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("told", "failed", "errors"),
    [
        ("repr(Account('u', TOKEN, True))", 0, 0),
        ("logging.getLogger('engagement').warning('for %s', Account('u', TOKEN, True).token)", 1, 0),
        ("print(Account('u', TOKEN, True).token)", 1, 0),
        ("UnreadableAnswer(Account('u', TOKEN, True).token)", 1, 0),
        ("Jobs().ask(('key', Account('u', TOKEN, True).token), 'v', lambda _: 1, keep=0).result(5)", 1, 0),
        ("(tmp_path / 'cache').write_text(Account('u', TOKEN, True).token)", 0, 1),
        ("(tmp_path / 'secrets.toml').write_text(Account('u', TOKEN, True).token)", 0, 0),
    ],
    ids=["kept", "log", "output", "error", "key", "file", "keeper"],
)
def test_a_secret_that_gets_out_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, told: str, failed: int, errors: int
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(f"{_HEAD}\ndef test_it(tmp_path):\n    {told}\n")
    outcome = pytester.runpytest_subprocess("-p", "tests.support.leaks", "-p", "no:cacheprovider")
    outcome.assert_outcomes(passed=1 - failed, failed=failed, errors=errors)
    assert "t0ken-xxx" not in "\n".join(line for line in outcome.outlines if "secret in a" in line)


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

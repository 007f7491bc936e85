"""The document of faults is the one that the tests make now, and holds no word that is not on its lists."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from docs.reliability import DOCUMENT, document, proven
from tests import ROOT
from tests.support.faults import EXACT, NOTED, OUTCOMES, fault

pytest_plugins = ["pytester"]

ROW = re.compile(rf"^\|.*\| \*\*(?:{'|'.join(OUTCOMES)})\*\*.*\|$", re.MULTILINE)
SOUND: dict[str, Any] = {
    "what": "a fault",
    "then": EXACT,
    "kind": "Odd values",
    "at": "demo workspace",
    "seen": "client",
}


def test_the_document_is_what_the_tests_make_now_and_has_at_least_three_hundred_faults() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "docs.reliability", "--print"], cwd=ROOT, capture_output=True, check=True
    )
    written = DOCUMENT.read_text(encoding="utf-8")
    assert made.stdout.decode() == written, "make reliability"
    rows = ROW.findall(written)
    assert len(rows) == len(set(rows)) >= 300


def made_of(pytester: pytest.Pytester, code: str) -> str:
    module = pytester.getmodulecol(f"from tests.support.faults import fault\nimport pytest\n{code}")
    return document(proven(pytester.genitems([module])))


def test_a_fault_at_two_parts_is_one_row_and_another_outcome_another(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs.reliability.ROOT", pytester.path)
    made = made_of(
        pytester,
        f"""
pytestmark = fault(kind="Odd values", at="a | b", seen="client")

@fault("{{odd}} as count", {NOTED!r}, lambda odd: f"it says {{odd}}")
@pytest.mark.parametrize("odd", ["x", pytest.param("*", marks=fault(seen="check, Overview")), "\\x07"])
def test_one(odd): ...

@fault("x as count", {NOTED!r}, "it says x", seen="reading")
@fault("x as count", {EXACT!r})
def test_two(): ...

@pytest.mark.parametrize("odd", ["plain", pytest.param("marked", marks=fault("{{odd}}", {EXACT!r}))])
def test_three(odd): ...
""",
    )
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:5]] for row in ROW.findall(made)]
    assert rows == [
        ["x as count", "a \\| b", f"**{NOTED}**: it says x", "client, reading"],
        ["\\* as count", "a \\| b", f"**{NOTED}**: it says \\*", "check, Overview"],
        ["\\\\x07 as count", "a \\| b", f"**{NOTED}**: it says \\\\x07", "client"],
        ["x as count", "a \\| b", f"**{EXACT}**", "client"],
        ["marked", "a \\| b", f"**{EXACT}**", "client"],
    ]
    assert "5 faults are proven by 6 cases of 3 tests" in made


@pytest.mark.parametrize(
    "wrong",
    [{"then": "wrong shown as right"}, {"kind": "Others"}, {"seen": "client, cellar"}, {"at": ""}, {"what": "{odd}"}],
)
def test_a_word_that_is_on_no_list_makes_no_document(pytester: pytest.Pytester, wrong: dict[str, Any]) -> None:
    given = ", ".join(f"{name}={text!r}" for name, text in (SOUND | wrong).items())
    with pytest.raises(ValueError, match="test_it"):
        made_of(pytester, f"@fault({given})\ndef test_it(): ...")


def test_a_case_without_anything_wrong_is_no_row(pytester: pytest.Pytester) -> None:
    assert fault("x", EXACT).mark.name == "fault"
    given = ", ".join(f"{name}={text!r}" for name, text in (SOUND | {"what": ""}).items())
    assert not ROW.findall(made_of(pytester, f"@fault({given})\ndef test_it(): ..."))

"""docs/reliability.md, made from the tests: each fault that one of them produces, and what becomes of it.

``make reliability`` writes it; a test says that it is what the tests make now.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.faults import COMMANDS, KINDS, OUTCOMES, PAGES, PARTS, Fault, faults

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "reliability.md"
SOAK = ROOT / "docs" / "soak.md"
# The second is named, as a plain run of pytest passes it by.
TESTS = (ROOT / "tests", ROOT / "tests" / "copies" / "two_copies.py")
SIGNS = "\\`*_[]<>|~$"

HEAD = """# What can go wrong, and what happens then

Made from the tests by a command; a test fails when it is not what they make now:

```sh
make reliability
```

Each row is one fault at one place; it stands here because a test produces it, in the words that stand beside that test.
{rows} faults are proven by {cases} cases of {tests} tests. What happens is one of five things, and none of the five is
that something wrong is shown as right.

What nothing in hand could show is in no row: a workspace that says something wrong which agrees with all else it says,
such as another text as the id of a room, or a count that fits its change, the rooms and the days alike.
"""


@dataclass
class Proof:
    """Where a fault was shown, by which files, in how many cases."""

    places: dict[str, None] = field(default_factory=dict)
    files: dict[Path, None] = field(default_factory=dict)
    tests: set[str] = field(default_factory=set)
    cases: int = 0


class _Collector:
    def __init__(self) -> None:
        self.tests: list[pytest.Item] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.tests = list(session.items)


def collected() -> list[pytest.Item]:
    """Every test there is. Raises RuntimeError with pytest's words where they cannot be collected."""
    collector, said = _Collector(), io.StringIO()
    asked = ["--collect-only", "-qq", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *map(str, TESTS)]
    with contextlib.redirect_stdout(said):
        status = pytest.main(asked, plugins=[collector])
    if status != pytest.ExitCode.OK:
        raise RuntimeError(said.getvalue())
    return collector.tests


def proven(tests: Iterable[pytest.Item]) -> dict[Fault, Proof]:
    """The faults that the tests prove, each once."""
    found: dict[Fault, Proof] = {}
    for test in tests:
        for fault, places in faults(test):
            proof = found.setdefault(fault, Proof())
            proof.places |= dict.fromkeys(places)
            proof.files[test.path] = None
            proof.tests.add(test.nodeid.partition("[")[0])
            proof.cases += 1
    return found


def document(found: dict[Fault, Proof]) -> str:
    """The page, as Markdown."""
    tests = {name for proof in found.values() for name in proof.tests}
    cases = sum(proof.cases for proof in found.values())
    parts = [HEAD.format(rows=len(found), cases=cases, tests=len(tests)), _counts(found)]
    if SOAK.exists():
        parts.append("What many faults at once come to over ten minutes is measured: [soak](soak.md).\n")
    parts.append(_words())
    for kind in KINDS:
        rows = [_row(fault, proof) for fault, proof in found.items() if fault.kind == kind]
        if rows:
            head = ["| Fault | Produced | What happens | Shown on | By |", "| --- | --- | --- | --- | --- |"]
            parts.append("\n".join([f"## {kind}", "", *head, *rows, ""]))
    return "\n".join(parts)


def _counts(found: dict[Fault, Proof]) -> str:
    """How many faults of each kind come to what."""
    by_kind = Counter((fault.kind, fault.then) for fault in found)
    lines = [f"| | faults | {' | '.join(OUTCOMES)} |", f"| --- | {' | '.join(['---:'] * (len(OUTCOMES) + 1))} |"]
    for kind in [kind for kind in KINDS if any(fault.kind == kind for fault in found)]:
        numbers = [by_kind[kind, outcome] for outcome in OUTCOMES]
        lines.append(_numbers(f"[{kind}](#{kind.lower().replace(' ', '-')})", numbers))
    lines.append(_numbers("**all**", [sum(by_kind[kind, outcome] for kind in KINDS) for outcome in OUTCOMES]))
    return "\n".join([*lines, ""])


def _numbers(head: str, numbers: list[int]) -> str:
    return f"| {head} | {sum(numbers)} | {' | '.join(str(number) if number else '' for number in numbers)} |"


def _words() -> str:
    """What the words of the tables mean."""
    outcomes = [f"- **{outcome}**: {meaning}." for outcome, meaning in OUTCOMES.items()]
    parts = [f"- **{part}**: {meaning}." for part, meaning in PARTS.items()]
    named = f"Commands are named as they are typed ({', '.join(COMMANDS)}), pages by their titles ({', '.join(PAGES)})."
    return "\n".join(["## The words", "", *outcomes, "", named, "Parts below them are:", "", *parts, ""])


def _row(fault: Fault, proof: Proof) -> str:
    says = f"**{fault.then}**" + (f": {_safe(fault.says)}" if fault.says else "")
    links = [f"[{path.stem.removeprefix('test_')}](../{path.relative_to(ROOT)})" for path in proof.files]
    return f"| {_safe(fault.what)} | {_safe(fault.at)} | {says} | {', '.join(proof.places)} | {', '.join(links)} |"


def _safe(text: str) -> str:
    """A text as it is, in a cell of a table."""
    seen = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return "".join(f"\\{sign}" if sign in SIGNS else sign for sign in seen)


if __name__ == "__main__":
    made = document(proven(collected()))
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(made)
    else:
        DOCUMENT.write_text(made, encoding="utf-8")

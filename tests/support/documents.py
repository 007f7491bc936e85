"""The documents of the project as text: their blocks of code, their links and their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?) *```$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
_PATH = re.compile(r"`((?:engagement|pages|tests|docs|deploy|benchmarks|\.streamlit|\.ci)/[\w./@-]*)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, what follows the fence in words, and its lines."""

    document: Path
    kind: str
    rest: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document.name}: {self.lines[0].strip() if self.lines else self.kind}"


def blocks(document: Path) -> Iterator[Block]:
    for indent, info, body in _BLOCK.findall(document.read_text(encoding="utf-8")):
        kind, _, rest = info.strip().partition(" ")
        lines = (line.removeprefix(indent) for line in body.splitlines())
        yield Block(document, kind, rest, tuple(line for line in lines if line.strip()))


def prose(document: Path) -> str:
    """The document without its blocks."""
    return _BLOCK.sub("", document.read_text(encoding="utf-8"))


def links(document: Path) -> list[str]:
    return [one or other for one, other in _LINK.findall(prose(document))]


def paths(document: Path) -> list[str]:
    """Files and folders of the project that the text names in code."""
    return _PATH.findall(prose(document))


def anchors(document: Path) -> set[str]:
    """What can stand behind ``#`` in a link: headings in small letters, hyphens for spaces, no other signs."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

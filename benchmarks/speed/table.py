"""The tables of docs/performance.md: a run replaces its own rows; other rows and the text around them stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

Sections = Mapping[str, Iterable["Row"]]

# In the order of the document.
PARTS = {
    "reading": "Reading",
    "commands": "The command line",
    "screens": "First picture, click, change of period",
    "travel": "What travels",
    "trends": "Trends over 52 weeks",
    "files": "Report files",
    "sessions": "Many sessions",
    "calls": "Calls",
}
PLAIN = "a plain page"
_NO_CELL = re.compile(r"[|\s]+")
_REGION = "<!-- {0}: made by make bench -->\n{1}<!-- {0}: end -->"


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    what: str
    rooms: str = ""
    here: str = ""
    against: str = ""
    there: str = ""
    ratio: str = ""
    budget: str = ""
    met: str = ""
    run: str = ""

    @property
    def line(self) -> str:
        """As Markdown, without what would be more than a cell."""
        return f"| {' | '.join(_NO_CELL.sub(' ', cell).strip() for cell in astuple(self))} |"

    @classmethod
    def of(cls, line: str) -> Row:
        """The row of a line of Markdown."""
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        return cls(*cells)


def failed(rooms: int | None, why: str, run: str) -> Row:
    """In place of the rows of a part that came to no end."""
    return Row("not measured", "" if rooms is None else f"{rooms:,}", why[:200], run=run)


def merged(kept: Sections, new: Sections) -> dict[str, list[Row]]:
    """The rows of a run in place of those of its parts with as many rooms."""
    both: dict[str, list[Row]] = {}
    for part in PARTS:
        ours = list(new.get(part, ()))
        again = {row.rooms for row in ours}
        rows = [row for row in kept.get(part, ()) if row.rooms not in again] + ours
        both[part] = sorted(rows, key=_place)
    return both


def _place(row: Row) -> tuple[bool, int]:
    """Sizes from small to large, then what is of no size; rows of one size stay as they were measured."""
    digits = row.rooms.replace(",", "")
    return (not digits.isdigit(), int(digits) if digits.isdigit() else len(digits))


def read(text: str) -> tuple[dict[str, list[Row]], dict[str, str]]:
    """The rows of a document by part, and what it says of each run."""
    found: dict[str, list[Row]] = {}
    for part, title in PARTS.items():
        section = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^#|\Z|^<!--)", _inside(text, "table"), re.S | re.M)
        lines = [line for line in section[1].splitlines() if line.startswith("|")] if section else []
        found[part] = [Row.of(line) for line in lines[2:]]
    return found, dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", _inside(text, "runs"), re.M))


def written(text: str, new: Sections, run: str, machine: str) -> str:
    """The document with the rows of this run; the text between the regions stays. Raises ValueError without regions."""
    kept, runs = read(text)
    rows = merged(kept, new)
    named = {row.run for part in rows.values() for row in part}
    said = {name: told for name, told in {**runs, run: machine}.items() if name in named}
    text = _with(text, "runs", "".join(f"- **{name}**: {told}\n" for name, told in said.items()))
    text = _with(text, "floor", _floor(rows))
    return _with(text, "table", "\n".join(_table(PARTS[part], ones) for part, ones in rows.items() if ones))


def write(path: Path, new: Sections, run: str, machine: str) -> None:
    """As ``written``, in the file."""
    path.write_text(written(path.read_text(encoding="utf-8"), new, run, machine), encoding="utf-8")


def _table(title: str, rows: Iterable[Row]) -> str:
    names = [field.name.capitalize() for field in fields(Row)]
    head = [f"| {' | '.join(names)} |", f"| --- | ---: | ---: | --- | {' | '.join(['---:'] * 3)} | --- | --- |"]
    return "\n".join([f"### {title}", "", *head, *(row.line for row in rows), ""])


def _floor(rows: Sections) -> str:
    """What a plain page itself needs, by size."""
    plain: dict[str, dict[str, str]] = {}
    for part in rows.values():
        for row in part:
            if row.against.startswith(PLAIN) and row.there and row.rooms.replace(",", "").isdigit():
                plain.setdefault(row.what, {})[row.rooms] = row.there
    sizes = sorted({size for one in plain.values() for size in one}, key=lambda size: int(size.replace(",", "")))
    if not sizes:
        return ""
    head = [f"| {PLAIN.capitalize()} | {' | '.join(f'{size} rooms' for size in sizes)} |"]
    head.append(f"| --- | {' | '.join('---:' for _ in sizes)} |")
    body = [f"| {what} | {' | '.join(one.get(size, '') for size in sizes)} |" for what, one in plain.items()]
    return "\n".join([*head, *body, ""])


def _inside(text: str, region: str) -> str:
    found = re.search(_REGION.format(region, "(.*?)"), text, re.S)
    if not found:
        raise ValueError(f"The document has no place for the {region}.")
    return found[1]


def _with(text: str, region: str, inside: str) -> str:
    _inside(text, region)
    whole = re.compile(_REGION.format(region, ".*?"), re.S)
    return whole.sub(lambda _: _REGION.format(region, f"\n{inside}\n" if inside else ""), text)

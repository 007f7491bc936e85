"""The rooms of the package and the arrows between them, read from every import."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests import ROOT

# What each room may know. The order is that of the floors.
MAY_KNOW: Mapping[str, frozenset[str]] = {
    "errors": frozenset(),
    "demo": frozenset(),
    "settings": frozenset({"errors"}),
    "numbers": frozenset({"errors"}),
    "display": frozenset({"errors", "numbers"}),
    "figures": frozenset({"errors", "numbers", "display"}),
    "report": frozenset({"errors", "numbers", "display", "figures"}),
    "api": frozenset({"errors", "settings", "numbers"}),
    "storage": frozenset({"errors", "settings", "numbers"}),
    "reading": frozenset({"errors", "settings", "numbers", "api", "storage"}),
}
BELOW = frozenset(MAY_KNOW)
TOP = {
    "ui": BELOW,
    "cli": BELOW,
    "__main__": BELOW | {"cli"},
    "pages": (BELOW | {"ui"}) - {"demo"},
    "app": BELOW | {"ui"},
}
PURE = ("numbers", "display", "figures")
# What reaches a file, the network, a database or a screen.
WORLDLY = {"os", "pathlib", "socket", "subprocess", "tempfile", "threading", "requests", "urllib3", "sqlalchemy",
           "sqlite3", "psycopg", "streamlit", "starlette", "time", "random"}  # fmt: skip
MOST_FLOORS = 9

SOURCES = sorted([*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "engagement").rglob("*.py")])


def module(path: Path) -> str:
    """The dotted name of a file, a package for its ``__init__``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(path): path for path in SOURCES}


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module that the file imports anywhere in it: ours by the module that holds the name, others as written."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            of = str(node.module)
            names |= {f"{of}.{alias.name}" if f"{of}.{alias.name}" in MODULES else of for alias in node.names}
    return frozenset(names)


def room(name: str) -> str:
    """The room of one of our modules: ``ui``, ``demo``, ``errors``, …, and ``pages`` and ``app``."""
    parts = name.split(".")
    return parts[1] if parts[0] == "engagement" and len(parts) > 1 else parts[0]


def ours(name: str) -> frozenset[str]:
    return frozenset(other for other in imported(MODULES[name]) if other in MODULES and other != "engagement")


@cache
def floor(name: str, below: tuple[str, ...] = ()) -> int:
    """How many modules stand on each other up to this one. Fails on a circle."""
    assert name not in below, f"a circle of imports: {' → '.join((*below, name))}"
    return 1 + max((floor(other, (*below, name)) for other in ours(name) - {name}), default=0)


@cache
def reached(name: str) -> frozenset[str]:
    """Everything that a module of ours imports, directly or through others of ours."""
    direct = imported(MODULES[name])
    return direct.union(*(reached(other) for other in ours(name) - {name}))


def room_floor(name: str) -> int:
    """How many rooms stand on each other up to this one, by the imports there are."""
    used = {room(other) for path in MODULES for other in ours(path) if room(path) == name} - {name}
    return 1 + max((room_floor(other) for other in used), default=0)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_stands_in_a_room_and_its_arrows_point_downwards(name: str) -> None:
    if name == "engagement":
        return
    mine = room(name)
    may = {**MAY_KNOW, **TOP}
    assert mine in may, f"{name} stands in no room of docs/architecture.md"
    assert {room(other) for other in ours(name)} - {mine} <= may[mine]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_the_interface_imports_streamlit(name: str) -> None:
    used = any(other.split(".")[0] == "streamlit" for other in imported(MODULES[name]))
    assert not used or room(name) in {"app", "pages", "ui"}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) in PURE))
def test_what_is_pure_reaches_nothing_of_the_world_not_even_through_others(name: str) -> None:
    assert not {other.split(".")[0] for other in reached(name)} & WORLDLY


def test_no_module_is_part_of_a_circle() -> None:
    for name in MODULES:
        floor(name)


def test_the_rooms_stand_on_few_floors() -> None:
    assert max(room_floor(room(name)) for name in MODULES if name != "engagement") <= MOST_FLOORS


def test_no_page_groups_colours_queries_or_calls() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        names = {other.split(".")[0] for other in imported(path)}
        assert not names & {"pandas", "numpy", "plotly", "sqlalchemy", "requests"}
        assert "groupby" not in path.read_text(encoding="utf-8")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    others = [path for room in ("tests", "benchmarks", "docs") for path in (ROOT / room).rglob("*.py")]
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*SOURCES, *others]}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}

"""The rooms of the package and the arrows between them, read from every import."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from docs.architecture import (
    MODULES,
    PICTURE,
    SOURCES,
    arrows,
    floors,
    imported,
    in_order,
    ours,
    picture,
    reached,
    room,
)
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
    "posting": frozenset(
        {"errors", "settings", "numbers", "display", "figures", "report", "api", "storage", "reading"}
    ),
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
    in_order({name: ours(name) for name in MODULES})


def test_the_rooms_stand_on_few_floors() -> None:
    assert max(floors(arrows()).values()) <= MOST_FLOORS


def test_the_picture_of_the_rooms_is_what_the_imports_draw_now() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "make architecture draws it anew"


def test_nothing_is_imported_relatively() -> None:
    assert not [name for name in MODULES for other in imported(MODULES[name]) if other.startswith(".")]


def test_no_page_groups_colours_queries_or_calls() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        names = {other.split(".")[0] for other in imported(path)}
        assert not names & {"pandas", "numpy", "plotly", "sqlalchemy", "requests"}
        assert "groupby" not in path.read_text(encoding="utf-8")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    others = [path for room in ("tests", "benchmarks", "docs") for path in (ROOT / room).rglob("*.py")]
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*SOURCES, *others]}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}

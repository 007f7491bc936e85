"""The arrows between the parts go one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "engagement").rglob("*.py")])

ANYBODY = {"errors", "periods", "settings"}
PURE = {"activity", "metrics", "figures", "labels", "palette", "verdict", "periods", "errors", "zone"}


def imported(path: Path) -> set[str]:
    """Every module that the file imports anywhere in it, with full names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def part(path: Path) -> str:
    """The part of the project that a file belongs to: ``ui``, ``demo``, ``api``, … or ``pages`` and ``app``."""
    relative = path.relative_to(ROOT).with_suffix("")
    return relative.parts[1] if relative.parts[0] == "engagement" and len(relative.parts) > 1 else relative.parts[0]


def parts_used(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("engagement.")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_interface_imports_streamlit(path: Path) -> None:
    if part(path) in {"app", "pages", "ui"}:
        return
    assert not {name for name in imported(path) if name.split(".")[0] == "streamlit"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_downwards(path: Path) -> None:
    mine, used = part(path), parts_used(path) - {part(path)}
    if mine == "demo":
        assert not used
    elif mine in PURE:
        assert used <= PURE | {"errors", "periods"}
    elif mine not in {"app", "pages", "ui", "__main__"}:
        assert not used & {"ui", "demo", "__main__"}
    elif mine == "pages":
        assert not used & {"demo", "api", "archive", "store", "sessions", "__main__"}

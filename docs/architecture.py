"""The rooms of the package and the arrows between them, read from every import; ``make architecture`` draws them.

An arrow stands for imports. One that others imply is not drawn: who knows ``figures`` knows ``numbers`` through it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
SOURCES = sorted([*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "engagement").rglob("*.py")])

WIDTH, BOX, FLOOR = 860, (118, 40), 92
STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#1d2733;text-anchor:middle}"
    "rect.room{fill:#eef3f8;stroke:#7d93a8;rx:8}rect.pure{fill:#e6f4ea;stroke:#6a9a78}rect.screen{fill:#fdf1e3;stroke:#c79a5b}"
    "path{fill:none;stroke:#8795a3;stroke-width:1.5}text.note{font-size:12px;fill:#5b6875;text-anchor:start}"
)
NOTE = "An arrow: imports. Left out where other arrows lead there too. Green: pure. Orange: may import Streamlit."
PURE, SCREENS = ("numbers", "display", "figures"), ("app", "pages", "ui")


def module(path: Path) -> str:
    """The dotted name of a file, a package for its ``__init__``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(path): path for path in SOURCES}


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module that the file imports anywhere in it: ours by the module that holds the name, others as written,
    relative ones with their dots.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            of = "." * node.level + str(node.module)
            names |= {f"{of}.{alias.name}" if f"{of}.{alias.name}" in MODULES else of for alias in node.names}
    return frozenset(names)


def room(name: str) -> str:
    """The room of one of our modules: ``ui``, ``demo``, ``errors``, …, and ``pages`` and ``app``."""
    parts = name.split(".")
    return parts[1] if parts[0] == "engagement" and len(parts) > 1 else parts[0]


@cache
def ours(name: str) -> frozenset[str]:
    """The other modules of ours that a module imports."""
    return frozenset(other for other in imported(MODULES[name]) if other in MODULES) - {name, "engagement"}


def in_order(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """What is known before whoever knows it. Raises graphlib.CycleError for a circle."""
    return list(TopologicalSorter(graph).static_order())


@cache
def reached(name: str) -> frozenset[str]:
    """Everything that a module of ours imports, directly or through others of ours."""
    return imported(MODULES[name]).union(*(reached(other) for other in ours(name)))


def arrows() -> dict[str, frozenset[str]]:
    """The rooms that each room knows, by the imports there are."""
    names = [name for name in MODULES if name != "engagement"]
    return {
        mine: frozenset(room(other) for name in names if room(name) == mine for other in ours(name)) - {mine}
        for mine in sorted({room(name) for name in names})
    }


def floors(known: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """The floor of each room: 1 where it knows nobody, else one above the highest that it knows."""
    found: dict[str, int] = {}
    for name in in_order(known):
        found[name] = 1 + max((found[other] for other in known[name]), default=0)
    return found


def drawn_arrows(known: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same without the arrows that others imply."""
    through: dict[str, frozenset[str]] = {}
    for name in in_order(known):
        through[name] = known[name].union(*(through[other] for other in known[name]))
    return {name: frozenset(of) - frozenset().union(*(through[other] for other in of)) for name, of in known.items()}


def picture() -> str:
    """The rooms on their floors and the arrows between them, as SVG."""
    known = arrows()
    level, lines = floors(known), drawn_arrows(known)
    # A line over several floors gets a point on each of them, so that it goes between the rooms.
    points: dict[int, list[str]] = {floor: [] for floor in range(1, max(level.values()) + 1)}
    for name in sorted(level):
        points[level[name]].append(name)
    chains = []
    for upper, lower in sorted((upper, lower) for upper, of in lines.items() for lower in of):
        between = [f"{upper}>{lower}@{floor}" for floor in range(level[upper] - 1, level[lower], -1)]
        for floor, point in zip(range(level[upper] - 1, level[lower], -1), between, strict=True):
            points[floor].append(point)
        chains.append([upper, *between, lower])
    across = _places(points, [pair for chain in chains for pair in pairwise(chain)])
    top = max(points)
    down = {point: 30 + (top - floor) * FLOOR for floor, row in points.items() for point in row}
    height = 30 + top * FLOOR
    parts = [_line([(across[point], down[point]) for point in chain]) for chain in chains]
    parts += [_room(name, across[name], down[name]) for name in sorted(level)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>The rooms of the package on {top} floors</title><style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0 8 4 0 8z" style="fill:#8795a3;stroke:none"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *(f'<text class="note" x="8" y="{54 + (top - floor) * FLOOR}">{floor}</text>' for floor in points),
            *parts,
            f'<text class="note" x="16" y="{height - 14}">{NOTE}</text>',
            "</svg>\n",
        ]
    )


def _places(points: Mapping[int, list[str]], pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Where each point stands across, near the middle of those that it is joined with."""
    across = {point: _slot(n, len(row)) for row in points.values() for n, point in enumerate(row)}
    for sweep in range(24):
        for floor in sorted(points, reverse=sweep % 2 == 0):
            middle = {}
            for point in points[floor]:
                joined = [across[b if a == point else a] for a, b in pairs if point in (a, b)]
                middle[point] = sum(joined) / len(joined) if joined else across[point]
            points[floor].sort(key=lambda point: (middle[point], point))
            across |= {point: _slot(n, len(points[floor])) for n, point in enumerate(points[floor])}
    return across


def _slot(number: int, of: int) -> float:
    return round(WIDTH * (number + 0.5) / of, 1)


def _room(name: str, x: float, y: float) -> str:
    width, height = BOX
    kind = "room pure" if name in PURE else "room screen" if name in SCREENS else "room"
    return (
        f'<rect class="{kind}" x="{x - width / 2:g}" y="{y:g}" width="{width}" height="{height}"/>'
        f'<text x="{x:g}" y="{y + height / 2 + 5:g}">{escape(name)}</text>'
    )


def _line(stops: list[tuple[float, float]]) -> str:
    """From below the first room to above the last one, straight down beside the rooms between."""
    (x, y), height = stops[0], BOX[1]
    path = f"M{x:g} {y + height:g}"
    y += height
    for n, (to_x, to_y) in enumerate(stops[1:], 2):
        bend = (to_y - y) / 2
        path += f"C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
        x, y = to_x, to_y
        if n < len(stops):
            y += height
            path += f"V{y:g}"
    return f'<path d="{path}" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")

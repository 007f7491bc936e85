"""A report as one HTML file that needs nothing else: charts that answer to the pointer, no request to anywhere."""

from __future__ import annotations

import json
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engagement import figures
from engagement.display import arrows, tables, wording
from engagement.display.escaping import script_hash
from engagement.display.palette import FONT, LIGHT
from engagement.figures import Info
from engagement.numbers import naming
from engagement.numbers.room import known
from engagement.report import typeface
from engagement.report.content import Content, Table, place_of
from engagement.report.wishes import PAPERS

HERE = Path(__file__).parent
Columns = tuple[list[str], list[str]]
# Half a page is enough for these columns; the others get the whole width.
NARROW = ("top", "movers", "inactive", "days", "trend")
# What the style sheet leaves for a chart in a row of two, for one across both, and for one alone.
BESIDE, ACROSS, ALONE = 442, 930, 666
# Columns of charts whose ends are further apart leave a hole that one of them can fill.
_HOLE = 120
# About as many pixels as the frame, the title and the subtitle of a chart take, and a line and the rest of a table.
_AROUND, _LINE, _REST = 86, 27, 80
# The texts of a chart are measured where they are drawn, so the typeface must be there first. Where the mark of a room
# leads, as a click on it does on a page (``figures.Info.room_ids``).
_START = """
const {figures, ways, config} = JSON.parse(document.getElementById("figures").textContent);
const typeface = Promise.all([...document.fonts].map(face => face.load()));
window.drawn = Promise.all(Object.entries(figures).map(async ([what, figure]) => {
  await typeface;
  const plot = await Plotly.newPlot("plot-" + what, figure.data, figure.layout, config);
  const way = ({points: [{customdata, y}]}) => (ways[what] || [])[customdata ?? y];
  plot.on("plotly_hover", (over) => plot.classList.toggle("leads", Boolean(way(over))));
  plot.on("plotly_unhover", () => plot.classList.remove("leads"));
  plot.on("plotly_click", (on) => way(on) && open(way(on), "_blank", "noopener"));
}));
"""
# What stands in the style sheet for the typeface; no text that is put into a document can be this.
_TYPEFACE = "<typeface>"


def document(content: Content, *, only: str | None = None, paper: str = "") -> str:
    """The report, or its one chart ``only`` (a section), as an HTML document.

    ``paper`` (one of PAPERS) fixes the size of printed pages; without it whoever prints chooses.
    """
    charts = {what: chart for what, chart in content.charts.items() if only is None or what == only}
    drawn = {what: _figure(chart, ALONE if only else BESIDE) for what, chart in charts.items()}
    scripts = (_plotly(), _START) if charts else ()
    heights = {what: round(figure["layout"]["height"]) for what, figure in drawn.items()}
    columns, across = _filled({what: height + _AROUND for what, height in heights.items()})
    drawn |= {what: _figure(charts[what], ACROSS) for what in across}
    beside = {what: table for what, table in content.filled.items() if what in NARROW}
    tokens = {name: getattr(LIGHT, name) for name in ("ink", "muted", "paper", "panel", "line", "up", "down")}
    size = f"size: {paper};" if paper in PAPERS else ""
    style = (HERE / "report.css").read_text(encoding="utf-8") % (
        tokens | {"font": FONT, "paper_size": size, "cards": max(1, len(content.key_figures))}
    )
    made: str = (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            period=wording.period_text(content.activity.period),
            only=only,
            charts=charts,
            columns=columns,
            across=across,
            heights=heights,
            tables=_columns({what: _LINE * len(table.short) + _REST for what, table in beside.items()}),
            figures=_data(
                {"figures": drawn, "ways": _ways(content, charts), "config": figures.CONFIG | {"responsive": False}}
            ),
            cells=lambda section, table: _cells(section, table, content.rooms_at),
            room_address=lambda room: "" if room.unnamed else room_address(content.rooms_at, room.room_id),
            rows_text=rows_text,
            way=arrows.way,
            arrows=arrows.ARROWS,
            wide=[what for what in content.filled if what not in NARROW],
            policy=_policy(scripts),
            # Ours alone, and known to hold no end tag.
            style=Markup(style),  # noqa: S704
            plotly=Markup(_plotly()),  # noqa: S704
            start=Markup(_START),  # noqa: S704
        )
    )
    # The typeface of what is written here; the library has words of its own.
    return made.replace(_TYPEFACE, typeface.faces(made.partition("<script>")[0]), 1)


def _columns(heights: dict[str, int]) -> Columns:
    """The parts in two columns, in their order, that end as nearly at the same height as they can."""
    first, rest = [*heights][:1], [*heights][1:]

    def split(sides: tuple[int, ...]) -> Columns:
        left, right = ([part for part, at in zip(rest, sides, strict=True) if at == side] for side in (0, 1))
        # The first one stands at the left.
        return first + left, right

    return min(map(split, product((1, 0), repeat=len(rest))), key=partial(_apart, heights))


def _apart(heights: dict[str, int], columns: Columns) -> int:
    left, right = (sum(heights[part] for part in column) for column in columns)
    return abs(left - right)


def _filled(heights: dict[str, int]) -> tuple[Columns, list[str]]:
    """The parts in two columns, and the last one across both below them where that leaves a smaller hole."""
    columns, (*above, last) = _columns(heights), heights or [""]
    beside = _columns({what: heights[what] for what in above})
    hole = _apart(heights, columns)
    if len(above) > 1 and hole > max(_HOLE, _apart(heights, beside)):
        return beside, [last]
    return columns, []


def table_element(section: str, table: Table, rooms_at: str = "") -> str:
    """The short form of the table of a section as an HTML table element, everything in it escaped; names lead to
    ``rooms_at`` and the id of their room.
    """
    drawn: str = str(_environment().get_template("table.html.j2").module.draw(_cells(section, table, rooms_at)))  # type: ignore[attr-defined]
    return drawn


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _plotly() -> str:
    return (HERE / "plotly" / "plotly-basic.min.js").read_text(encoding="utf-8")


def _policy(scripts: tuple[str, ...]) -> str:
    """Only these very scripts run, and nothing is ever fetched or sent."""
    hashes = " ".join(_hash(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


# The script of the charts is megabytes long.
_hash = cache(script_hash)


def _figure(chart: Info, width: int) -> dict[str, Any]:
    canvas = chart.drawn(LIGHT)
    return {"data": canvas.traces, "layout": canvas.layout | {"width": width}}


def _ways(content: Content, charts: dict[str, Info]) -> dict[str, list[str]]:
    """Where the marks of the charts that have rooms lead, in the order of the marks."""
    if not content.rooms_at:
        return {}
    ways = {}
    for what, room_ids in ((what, chart.room_ids) for what, chart in charts.items() if chart.room_ids):
        rooms = known(content.activity.rooms, room_ids)
        named = set(rooms["room_id"][~naming.unnamed(rooms, show_people=content.people)])
        ways[what] = [room_address(content.rooms_at, one) if one in named else "" for one in room_ids]
    return ways


def _data(data: dict[str, Any]) -> Markup:
    """JSON that can stand inside a script element: nothing in it can end that element or begin a comment."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704


def room_address(rooms_at: str, room_id: str) -> str:
    """The address of the page of a room that is not ``naming.unnamed``; empty without ``rooms_at``."""
    return f"{rooms_at}{quote(room_id, safe='')}" if rooms_at else ""


def _cells(section: str, table: Table, rooms_at: str) -> dict[str, Any]:
    """Headings and rows of texts, each with how it is set: name, text, number, day; rows of rooms with their place and
    their address.
    """
    shown = table.short
    kinds = ["name" if name == "Room" else tables.kind_of(shown[name]) for name in shown]
    texts = zip(*(tables.column_texts(shown[name]) for name in shown), strict=True)
    of_rooms = "Room" in shown
    rows = [
        (
            place_of(section, number) if of_rooms else "",
            room_address(rooms_at, str(room_id)) if of_rooms and room_id not in table.unnamed else "",
            zip(kinds, row, strict=True),
        )
        for number, (room_id, row) in enumerate(zip(shown.index, texts, strict=True))
    ]
    return {"names": zip(kinds, shown, strict=True), "rows": rows}


def rows_text(table: Table) -> str:
    """How many rows are shown of how many."""
    shown, said = len(table.short), wording.plural(table.number, "row")
    return said if shown == table.number else f"{wording.count(shown)} of {said}; every one is in the XLSX file"

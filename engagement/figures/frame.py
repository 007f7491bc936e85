"""What all figures share: the period they speak of, title and margins, axes, the empty figure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engagement.display.escaping import for_plotly
from engagement.display.palette import FONT, Tokens
from engagement.display.wording import (
    WEEKDAYS,
    count,
    day_text,
    short,
    told_apart,
)
from engagement.figures.info import DEFAULT_WIDTH, Canvas, Info

# Of Plotly's own look what shows in these figures: whole, it is half of a small chart, and takes an import of Plotly.
_TEMPLATE: dict[str, Any] = {
    "data": {"bar": [{"type": "bar", "marker": {"line": {"color": "#E5ECF6", "width": 0.5}}}]},
    "layout": {
        "autotypenumbers": "strict",
        "xaxis": {"automargin": True},
        "yaxis": {"automargin": True},
    },
}

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    # Plotly's own documents would otherwise offer to upload the chart to a public service.
    "showSendToCloud": False,
}

# The text of a bar stands beside it, whole.
TOLD_OUTSIDE: dict[str, Any] = {
    "textposition": "outside",
    "textangle": 0,
    "cliponaxis": False,
    "constraintext": "none",
    "hoverinfo": "text",
}

TEXT, NOTE = 13, 12
LABEL_COLUMNS = 28
# A title wraps between words; a longer name may be a single word that cannot.
TITLE_COLUMNS = 40
LONGEST_NAME = 180
ROW = 32
# Where a bar stands in its row, which is 1 high: its middle from that of the row, and its height. On a narrow screen
# the name stands above it.
BESIDE_NAME, BELOW_NAME = (0.0, 0.62), (0.24, 0.42)
TALL_ROW, ABOVE_BAR, WHOLE_ROW = 46, 0.26, 300
_TOP = 8
# From so many times the next one on, a bar towers over the others.
_TOWERS = 2.5
# The longest bar has so many times the length of the shortest, at most: a pixel of a small chart.
_SHORTEST = 200


def weekday_text(day: Any) -> str:
    """A day with its weekday: "Mon 9 Nov 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day_text(day)}"


def ticks(high: float, low: float = 0, parts: int = 4) -> list[int]:
    """Round whole numbers from ``low`` to ``high`` in about ``parts`` steps of 1, 2 or 5 times a power of ten."""
    rough = max((high - low) / parts, 1)
    power = 10 ** math.floor(math.log10(rough))
    steps = [size * power for size in (1, 2, 5, 10)]
    step = next(step for step in steps if step >= rough)
    if step > max(high, -low):
        step = max([1, *(other for other in steps if other <= max(high, -low))])
    return list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))


def text_width(text: str, size: float) -> float:
    """About how many pixels ``text`` takes at ``size`` pixels, on the wide side."""
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F") or character >= "\U0001f000":
        return 1.35
    if character in "ijlI.,:;|!'’·()[]ft ":
        return 0.31
    if character in "mMW@%—…":
        return 0.94
    return 0.74 if character.isupper() or character == "w" else 0.56


def numbered(marks: Sequence[int], text: Callable[[int], str] = count) -> dict[str, Any]:
    """An axis with a line and a number at each of ``marks``."""
    return {"tickvals": list(marks), "ticktext": [text(mark) for mark in marks], "showgrid": True}


def note(text: str, colour: str, size: float = NOTE, **place: Any) -> dict[str, Any]:
    """An annotation without an arrow; ``text`` is safe already, ``place`` is in Plotly's words."""
    look = {"showarrow": False, "borderpad": 0, "borderwidth": 0, "font": {"size": size, "color": colour}}
    return {"text": text, **look, **place}


def hatched(colour: str | list[str], which: Sequence[bool], tokens: Tokens) -> dict[str, Any]:
    """The marker of bars in ``colour``; ``which`` says of each whether it is hatched."""
    shapes = ["/" if hatched else "" for hatched in which]
    pattern = {"shape": shapes, "fillmode": "replace", "fgcolor": colour, "bgcolor": tokens.paper, "size": 6}
    return {"color": colour, "pattern": {**pattern, "solidity": 0.4}, "line": {"width": 0}}


def numbers_width(marks: Sequence[float]) -> float:
    """The pixels that the numbers of a vertical axis need, with their gap."""
    return max((text_width(count(mark), NOTE) for mark in marks), default=0) + 8


def wrapped(text: str, size: float, pixels: float) -> list[str]:
    """``text`` in lines of at most about ``pixels``, broken at spaces."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= pixels:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def framed(info: Info, tokens: Tokens, body: int, *, left: float = 0, right: float = 8, bottom: float = 26) -> Canvas:
    """A figure in the colours of a theme, with ``body`` pixels for the chart and what is below it.

    Title and subtitle are text beside it, which wraps with the page.
    """
    if info.empty:
        left, right, body = 0, 0, 96
    figure = Canvas(
        {
            "template": _TEMPLATE,
            "font": {"family": FONT, "size": TEXT, "color": tokens.ink},
            "paper_bgcolor": tokens.paper,
            "plot_bgcolor": tokens.paper,
            "margin": {"l": left, "r": right, "b": bottom, "t": _TOP, "pad": 0, "autoexpand": False},
            "height": body + _TOP,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "barcornerradius": 2,
            "hoverlabel": {**_hover_look(tokens), "align": "left", "namelength": -1},
            "xaxis": _axis(tokens) | {"visible": not info.empty},
            "yaxis": _axis(tokens) | {"visible": not info.empty},
        }
    )
    if info.empty:
        lines = "<br>".join(for_plotly(line) for line in wrapped(info.empty, TEXT, DEFAULT_WIDTH))
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "top", "yshift": -6}
        figure.annotate(note(lines, tokens.muted, TEXT, align="left", **place))
    return figure


def _hover_look(tokens: Tokens) -> dict[str, Any]:
    font = {"family": FONT, "size": TEXT, "color": tokens.ink}
    return {"bgcolor": tokens.paper, "bordercolor": tokens.muted, "font": font}


def _axis(tokens: Tokens) -> dict[str, Any]:
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "gridcolor": tokens.line,
        "linecolor": tokens.line,
        "tickcolor": tokens.line,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"family": FONT, "size": NOTE, "color": tokens.muted},
    }


def axis_names(labels: Sequence[str], pixels: float = LONGEST_NAME) -> list[str]:
    """``labels`` shortened until they fit beside a chart; different labels stay different."""
    names = [_fitting(lambda alone, limit: [short(alone[0], limit)], [label], pixels)[0] for label in labels]
    alike: dict[str, list[str]] = {}
    for label, name in dict(zip(labels, names, strict=True)).items():
        alike.setdefault(name, []).append(label)
    apart: dict[str, str] = {}
    for group in (group for group in alike.values() if len(group) > 1):
        apart |= dict(zip(group, _fitting(told_apart, group, pixels), strict=True))
    return [apart.get(label, name) for label, name in zip(labels, names, strict=True)]


def _fitting(shortened: Callable[[list[str], int], list[str]], labels: list[str], pixels: float) -> list[str]:
    """The longest of what ``shortened`` makes of ``labels`` in fewer and fewer columns that fits into ``pixels``."""
    tries = (shortened(labels, limit) for limit in range(LABEL_COLUMNS, 8, -2))
    fits = (some for some in tries if max(text_width(text, TEXT) for text in some) <= pixels)
    return next(fits, shortened(labels, 8))


def names_width(labels: Sequence[str], pixels: float = LONGEST_NAME) -> float:
    """The pixels that a column of these ``labels`` needs, with its gap to the chart."""
    return max((text_width(name, TEXT) for name in axis_names(labels, pixels)), default=0) + 12


def write_names(
    figure: Canvas, labels: Sequence[str], hover: Sequence[str], tokens: Tokens, pixels: float = LONGEST_NAME,
    above: float = 0,
) -> None:  # fmt: skip
    """Names left of the rows 0, 1, … of ``figure``, flush with the title; axis labels would be ragged there. They stand
    higher by ``above`` of a row.
    """
    figure.axis("yaxis", range=[len(labels) - 0.5, -0.5], showticklabels=False, tickvals=list(range(len(labels))))
    place = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": -figure.left, "yref": "y"}
    place |= {"yanchor": "middle"}
    # Above its bar a name lies on the lines of the chart.
    place |= {"bgcolor": tokens.paper} if above else {}
    names = enumerate(zip(axis_names(labels, pixels), hover, strict=True))
    figure.annotate(
        *(
            note(for_plotly(name), tokens.ink, TEXT, hovertext=text, y=number - above, **place)
            for number, (name, text) in names
        )
    )


@dataclass(frozen=True)
class Row:
    """One bar to the right, or to the left where ``value`` is negative; ``text`` stands at its end."""

    label: str
    value: int
    text: str
    hover: str


def row_bars(
    info: Info, rows: Sequence[Row], marker: dict[str, Any], tokens: Tokens, pixels: float = LONGEST_NAME,
    before: Sequence[str] = (), reach: float = math.inf,
) -> Canvas:  # fmt: skip
    """Bars under each other beside their names, which take ``pixels`` at most; each of ``before`` is a text in front
    of its bar, where those at the end step back. Bars that go beyond ``reach`` (``cut_at``) are broken there.
    """
    sides = [[text_width(row.text, TEXT) for row in rows if (row.value < 0) == left] for left in (True, False)]
    left, right = (max(widths, default=0) for widths in sides)
    left += 10 if left else max((text_width(text, TEXT) for text in before), default=-8) + 8
    labels, hover = [row.label for row in rows], [row.hover for row in rows]
    left += 0 if tokens.narrow else names_width(labels, pixels)
    high = TALL_ROW if tokens.narrow else ROW
    figure = framed(info, tokens, high * len(rows) + 26, left=left, right=right + 12)
    if info.empty:
        return figure
    middle, thick = bar_place(tokens)
    figure.add(
        "bar",
        x=seen([row.value for row in rows], reach),
        y=list(range(len(rows))),
        orientation="h",
        width=thick,
        offset=middle - thick / 2,
        marker=marker,
        text=[for_plotly(row.text) for row in rows],
        textfont={"size": NOTE, "color": tokens.muted} if before else {"size": TEXT, "color": tokens.ink},
        hovertext=hover,
        **TOLD_OUTSIDE,
    )
    broken = [
        ((at * end, (at + 0.03) * end), (n + middle + thick / 2, n + middle - thick / 2))
        for n, end in ((n, math.copysign(reach, row.value)) for n, row in enumerate(rows) if abs(row.value) > reach)
        for at in (0.84, 0.9)
    ]
    if broken:
        add_ticks(figure, broken, tokens.paper, 3)
    if tokens.narrow:
        write_names(figure, labels, hover, tokens, WHOLE_ROW, ABOVE_BAR)
    else:
        write_names(figure, labels, hover, tokens, pixels)
    if before:
        shown = {"showticklabels": True, "ticklabelstandoff": 4, "tickfont": {"color": tokens.ink, "size": TEXT}}
        places = [number + middle for number in range(len(rows))]
        figure.axis("yaxis", tickvals=places, ticktext=list(before), **shown)
    return figure


def bar_place(tokens: Tokens) -> tuple[float, float]:
    """Where a bar of ``row_bars`` has its middle, from that of its row, and how much of the row it fills."""
    return BELOW_NAME if tokens.narrow else BESIDE_NAME


def cut_at(sizes: Sequence[float]) -> float:
    """How far bars of these ``sizes`` are drawn: whole, or where one or two of them tower over the others, which beside
    them would be slivers, a little beyond those; infinity is whole.
    """
    largest = sorted(sizes, reverse=True)
    towering = [n for n in (1, 2) if len(largest) > n + 1 and largest[n - 1] > _TOWERS * largest[n] > 0]
    return 1.3 * largest[towering[-1]] if towering else math.inf


def seen(sizes: Sequence[int | None], reach: float = math.inf) -> list[float | None]:
    """``sizes`` as their bars are drawn: none longer than ``reach``, and none but zero too short to be seen."""
    least = min(max((abs(size) for size in sizes if size), default=0), reach) / _SHORTEST
    return [math.copysign(min(max(abs(size), least), reach), size) if size else size for size in sizes]


def add_ticks(
    figure: Canvas, places: Sequence[tuple[Sequence[float], Sequence[float]]], colour: str, thick: float = 2
) -> None:
    """Short lines across bars, each from x to x and from y to y; without a rim, which would cut a bar into pieces."""
    xs, ys = ([value for place in places for value in (*place[axis], None)] for axis in (0, 1))
    line = {"color": colour, "width": thick}
    figure.add("scatter", x=xs, y=ys, mode="lines", line=line, cliponaxis=False, hoverinfo="skip")


def hover_text(*lines: str) -> str:
    """Plain ``lines`` as the text of a hover label, the first one bold; long names are wrapped."""
    first, *rest = (line for line in lines if line)
    heads = [first] if len(first) <= 40 else [short(line, 60) for line in wrapped(first, TEXT, 380)]
    head = "<br>".join(for_plotly(line) for line in heads)
    return "<br>".join([f"<b>{head}</b>", *(for_plotly(line) for line in rest)])

"""Events on figures of time: a thin band over their days, and above it their names, of which none lies on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagement.display.escaping import for_plotly
from engagement.display.events import days_told
from engagement.display.palette import Tokens
from engagement.display.wording import short
from engagement.figures.frame import NOTE, hover_text, note, text_width
from engagement.figures.info import Canvas, Info
from engagement.numbers.events import Event, Events
from engagement.numbers.periods import DAY, Period

# Names above a chart stand in so many lines at most; where more would collide, bands go without.
_LINES, _LINE_HEIGHT = 2, 17
_NAME_COLUMNS, _GAP = 24, 10
# Of the width that a chart has beside another one, what it has on a phone.
_NARROW = 0.75


@dataclass(frozen=True, kw_only=True)
class OverTime(Info):
    """A figure whose columns are days, weeks or months; ``events`` are those that touch one of them."""

    events: Events = ()


@dataclass(frozen=True)
class _Mark:
    """An event over columns ``first`` to ``last``; ``line`` of its name counts from the chart, None where it has none.

    ``side`` is where the name ends in the middle of its band, or at an edge of the chart.
    """

    event: Event
    first: int
    last: int
    side: str = "center"
    line: int | None = None

    @property
    def name(self) -> str:
        """The name, short enough to stand above a chart."""
        return short(self.event.name, _NAME_COLUMNS)


def weeks_from(starts: Sequence[date]) -> list[Period]:
    """The weeks that begin on these days."""
    return [Period(start, start + 6 * DAY) for start in starts]


def mark_events(figure: Canvas, events: Events, columns: Sequence[Period], tokens: Tokens) -> None:
    """Draws ``events`` over the ``columns`` 0, 1, … of a figure whose axes are drawn, which grows by their names."""
    marks = _placed(events, columns, figure.across * _NARROW)
    if not marks:
        return
    lines = max((mark.line + 1 for mark in marks if mark.line is not None), default=0)
    margin = figure.layout["margin"]
    figure.layout["margin"] = margin | {"t": margin["t"] + lines * _LINE_HEIGHT}
    figure.layout["height"] += lines * _LINE_HEIGHT
    ground = {"type": "rect", "layer": "below", "fillcolor": tokens.muted, "opacity": 0.14, "line": {"width": 0}}
    shapes = [
        *figure.layout.get("shapes", []),
        *(
            {**ground, "x0": first - 0.5, "x1": last + 0.5, "yref": "paper", "y0": 0, "y1": 1}
            for first, last in _runs(marks)
        ),
    ]
    for mark in marks:
        edge = {"color": tokens.muted, "width": 3, "dash": "dot" if mark.event.not_comparable else "solid"}
        place = {"x0": mark.first - 0.5, "x1": mark.last + 0.5, "yref": "paper", "y0": 1, "y1": 1}
        shapes.append({"type": "line", "line": edge, **place})
        if mark.line is not None:
            _write(figure, mark, tokens)
    figure.layout["shapes"] = shapes


def _runs(marks: Sequence[_Mark]) -> list[tuple[int, int]]:
    """The columns that some event touches, as first and last of each run: bands over bands would be darker."""
    runs = list[tuple[int, int]]()
    for first, last in sorted((mark.first, mark.last) for mark in marks):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], max(last, runs[-1][1])
        else:
            runs.append((first, last))
    return runs


def _write(figure: Canvas, mark: _Mark, tokens: Tokens) -> None:
    edges = {"left": 0.0, "right": 1.0}
    across = {"x": (mark.first + mark.last) / 2} if mark.side == "center" else {"x": edges[mark.side], "xref": "paper"}
    place = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 3 + (mark.line or 0) * _LINE_HEIGHT}
    told = hover_text(mark.event.name, days_told(mark.event))
    figure.annotate(note(for_plotly(mark.name), tokens.ink, NOTE, hovertext=told, xanchor=mark.side, **across, **place))


def _placed(events: Events, columns: Sequence[Period], pixels: float) -> list[_Mark]:
    """The marks of events that touch a column, from left to right; names that fit nowhere are left out."""
    marks = list[_Mark]()
    for event in events:
        touched = [number for number, column in enumerate(columns) if event.touches(column)]
        if touched:
            marks.append(_Mark(event, touched[0], touched[-1]))
    ends = [-float(_GAP)] * _LINES
    placed = list[_Mark]()
    for mark in sorted(marks, key=lambda mark: mark.first + mark.last):
        wide = text_width(mark.name, NOTE)
        middle = pixels * ((mark.first + mark.last + 1) / 2) / len(columns)
        left, side = middle - wide / 2, "center"
        if left < 0:
            left, side = 0.0, "left"
        elif left + wide > pixels:
            left, side = pixels - wide, "right"
        free = [line for line, end in enumerate(ends) if end + _GAP <= left]
        if free:
            ends[free[0]] = left + wide
        placed.append(_Mark(mark.event, mark.first, mark.last, side, free[0] if free else None))
    return placed

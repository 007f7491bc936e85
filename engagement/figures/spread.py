"""All rooms in one picture: this period against the previous one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.display import arrows
from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens, faded
from engagement.display.wording import count, plural, short, signed
from engagement.figures.bars import RoomBar, bars_of, judged_in
from engagement.figures.frame import (
    NOTE,
    framed,
    hover_text,
    note,
    numbers_width,
    text_width,
)
from engagement.figures.info import DEFAULT_WIDTH, Canvas, Context, Info, Numbers, no_messages
from engagement.numbers import rankings

# With more rooms than these, those whose counts are about the same share a dot: a browser draws each of them, and their
# names travel to it. The largest changes keep theirs.
MOST_DOTS, OWN_DOTS = 220, 100
# How near to each other the counts of rooms of one dot are, in powers of ten: first not at all apart.
_APART = (0.0, 0.02, 0.04, 0.08, 0.16, 0.32)
SMALL = 10
_MOST_NAMES = 6
_BAND = -0.55
_BAND_HALF = 0.22
_BODY, _RIGHT, _BOTTOM = 440, 10, 46
_NAME_HEIGHT = 17
# A name that would lie over more dots than this is left out; it is told when the dot is pointed at.
_MOST_HIDDEN = 1
# As wide as the chart is at least and at most, on a phone and elsewhere.
_NARROW, _WIDE = (290, 400), (DEFAULT_WIDTH, 1_000)
MORE, FEWER = "more than before", "fewer than before"
_BELOW_RIGHT: dict[str, Any] = {"xanchor": "left", "xshift": 3, "yanchor": "top", "yshift": -3}
_ABOVE_LEFT: dict[str, Any] = {"xanchor": "right", "xshift": -3, "yanchor": "bottom", "yshift": 3}


@dataclass(frozen=True)
class Dot(RoomBar):
    """One room, or the one of several ``rooms`` with about the same counts that changed most."""

    rooms: int = 1
    signal: str = ""


@dataclass(frozen=True, kw_only=True)
class CurrentVsPrevious(Info):
    """The rooms that had messages in either period, the largest change first.

    Negative counts are shown as they are in the hover text and drawn as zero.
    """

    dots: tuple[Dot, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every dot with both counts, for how many rooms it stands, and its signal."""
        rows = (
            (dot.label, signed(dot.change), count(dot.messages), count(dot.previous), count(dot.rooms), dot.signal)
            for dot in self.dots
        )
        return Numbers(("Room", "Change", "Messages", "Previous", "Rooms like it", "Signal"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Two logarithmic scales with a diagonal; silent rooms in bands of their own; larger dots for more rooms,
        triangles in colour for those with a signal.
        """
        highest = max((max(dot.messages, dot.previous, 10) for dot in self.dots), default=10)
        left = numbers_width([10 ** math.floor(math.log10(highest))]) + 18
        figure = framed(self, tokens, _BODY, left=left, right=_RIGHT, bottom=_BOTTOM)
        if self.empty:
            return figure
        top = math.log10(highest) + 0.12
        _ground(figure, top, tokens)
        _draw(figure, self.dots, tokens)
        _name(figure, self.dots, top, tokens)
        return figure


def current_vs_previous(rooms: pd.DataFrame, context: Context) -> CurrentVsPrevious:
    """Every room of a rooms table with messages in either period."""
    spans = f"up: {context.this_text} · across: {context.previous_text}"
    known = rooms[rooms["change"].notna()]
    moved = rankings.by_change(known)
    either = moved[(moved["messages"] > 0) | (moved["previous_messages"] > 0)]
    if either.empty:
        return no_messages(CurrentVsPrevious, context, "Messages per room")
    more, fewer = int((either["change"] > 0).sum()), int((either["change"] < 0).sum())
    silent, unknown = len(known) - len(either), len(rooms) - len(known)
    left_out = f"{plural(silent, 'room')} silent in both left out" if silent else ""
    not_known = f"{plural(unknown, 'room')} not known in both left out" if unknown else ""
    small = (either[["messages", "previous_messages"]].max(axis=1) < SMALL).any()
    pale = f"pale: fewer than {SMALL} messages in both" if small else ""
    crowded = len(either) > MOST_DOTS
    each = "Each dot is a room, a larger one several with about the same counts" if crowded else "Each dot is a room"
    shown, numbers = _together(either) if crowded else (either, np.ones(len(either), dtype=np.int64))
    said = rankings.agreeing(shown).where(numbers == 1, "")
    bars = zip(bars_of(shown, context), numbers.tolist(), said, strict=True)
    news = f"triangle: with a signal{judged_in(rooms)}" if said.any() else ""
    having = f"{plural(more, 'room')} had" if more else "No room had"
    return CurrentVsPrevious(
        title=f"{having} more messages than {context.before}, {count(fewer)} had fewer",
        subtitle=context.subtitle(each, spans, news, pale, left_out, not_known),
        dots=tuple(
            Dot(bar.label, bar.messages, bar.previous, bar.remark, number, signal) for bar, number, signal in bars
        ),
        room_ids=tuple(shown["room_id"]),
    )


def _together(either: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The rooms that a dot is drawn for, in their order, and how many there are of each."""
    counts = either[["messages", "previous_messages"]].fillna(0).to_numpy(dtype=np.float64)
    places = np.where(counts > 0, np.log10(np.maximum(counts, 1)), -1.0)
    loudest = rankings.strength(either).rank(ascending=False).to_numpy(dtype=np.float64) <= OWN_DOTS
    alone = (np.arange(len(either)) < OWN_DOTS) | loudest
    for apart in _APART:
        near = np.column_stack(
            [np.where(alone, np.arange(len(either)), -1), np.round(places / apart) if apart else places]
        )
        _, firsts, rooms = np.unique(near, axis=0, return_index=True, return_counts=True)
        if len(firsts) <= MOST_DOTS:
            break
    order = np.argsort(firsts)
    return either.iloc[firsts[order]], rooms[order]


def _draw(figure: Canvas, dots: Sequence[Dot], tokens: Tokens) -> None:
    # One trace for each look, so that colours and strengths are told once.
    looks: dict[tuple[int, bool], list[int]] = {}
    for number, dot in enumerate(dots):
        looks.setdefault((arrows.way(dot.signal), max(dot.messages, dot.previous) < SMALL), []).append(number)
    size, strength = (7, 0.6) if any(dot.rooms > 1 for dot in dots) else (9, 0.85)
    # What is news lies above the rest.
    for (way, small), numbers in sorted(looks.items(), key=lambda look: (look[0][0] != 0, not look[0][1], look[0])):
        figure.add(
            "scatter",
            x=[round(_place(dots[number].previous, number), 3) for number in numbers],
            y=[round(_place(dots[number].messages, number), 3) for number in numbers],
            mode="markers",
            marker={
                "size": [round((0.7 if small else 1) * size * dots[number].rooms ** 0.2, 1) for number in numbers],
                "opacity": 1 if way else strength / 3 if small else 0.75 * strength,
                "color": arrows.colour(dots[numbers[0]].signal, tokens),
                "symbol": arrows.SHAPES[way],
                "line": {"width": 0.75, "color": tokens.paper},
            },
            hovertext=[_dot_hover(dots[number]) for number in numbers],
            hoverinfo="text",
            customdata=numbers,
        )


def _place(messages: int, number: int) -> float:
    if messages > 0:
        return math.log10(messages)
    # Rooms at zero are spread over the width of their band, the same way each time, so that a crowd looks like one.
    return _BAND + _BAND_HALF * 1.5 * ((number * 0.6180339887) % 1 - 0.5)


def _ground(figure: Canvas, top: float, tokens: Tokens) -> None:
    low = _BAND - _BAND_HALF
    marks = [10**power for power in range(math.floor(top) + 1)]
    axis = {
        "range": [low, top],
        "tickvals": [_BAND, *(math.log10(mark) for mark in marks)],
        "ticktext": ["0", *(count(mark) for mark in marks)],
        "showgrid": True,
    }
    band = {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": tokens.line, "opacity": 0.55}
    line = {"type": "line", "layer": "below", "line": {"color": tokens.muted, "width": 1.2, "dash": "dot"}}
    edge = _BAND + _BAND_HALF
    below: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "top", "borderpad": 3}
    shift = 8 - figure.left
    figure.axis("xaxis", **axis)
    figure.axis("yaxis", **axis)
    figure.layout["shapes"] = [
        {**band, "x0": low, "x1": edge, "y0": low, "y1": top},
        {**band, "x0": edge, "x1": top, "y0": low, "y1": edge},
        {**line, "x0": 0, "x1": top, "y0": 0, "y1": top},
    ]
    figure.annotate(
        note(MORE, tokens.muted, x=0, y=top, **_BELOW_RIGHT),
        note(FEWER, tokens.muted, x=top, y=0, **_ABOVE_LEFT),
        note("previous period →", tokens.muted, x=1, xanchor="right", y=0, yshift=-20, **below),
        note("this period →", tokens.muted, textangle=-90, x=0, xanchor="center", xshift=shift, y=1, **below),
    )


def _name(figure: Canvas, points: Sequence[Dot], top: float, tokens: Tokens) -> None:
    """Writes the names of the largest changes where none leaves the chart or meets another, however wide it is."""
    low = _BAND - _BAND_HALF
    up = (_BODY - _BOTTOM) / (top - low)
    places = [(_place(point.previous, n), _place(point.messages, n)) for n, point in enumerate(points)]
    widths = [(wide - figure.left - _RIGHT) / (top - low) for wide in (_NARROW if tokens.narrow else _WIDE)]
    dots = [np.array([((x - low) * across, (y - low) * up) for x, y in places]) for across in widths]
    limits = [((top - low) * across, (top - low) * up) for across in widths]
    taken = [
        [_box(((x - low) * across, (y - low) * up), text_width(text, NOTE), anchors) for across in widths]
        for x, y, text, anchors in ((0, top, MORE, _BELOW_RIGHT), (top, 0, FEWER, _ABOVE_LEFT))
    ]
    for number in [number for number, point in enumerate(points) if point.change][:_MOST_NAMES]:
        text = f"{short(points[number].label, 20)} {signed(points[number].change)}"
        wide = text_width(text, NOTE)
        free: list[tuple[int, int, dict[str, Any], list[_Box]]] = []
        for rank, anchors in enumerate(_anchors(*places[number], top)):
            boxes = [_box(at[number], wide, anchors) for at in dots]
            inside = all(map(_inside, boxes, limits))
            if inside and not any(any(map(_overlap, boxes, others)) for others in taken):
                free.append((max(map(_dots_in, dots, boxes)), rank, anchors, boxes))
        hidden, _, anchors, boxes = min(free, key=lambda place: place[0] + place[1], default=(math.inf, 0, {}, []))
        if hidden > _MOST_HIDDEN:
            continue
        taken.append(boxes)
        x, y = places[number]
        look = {"bgcolor": faded(tokens.paper, 0.7), **anchors}
        figure.annotate(note(for_plotly(text), tokens.ink, x=x, xref="x", y=y, yref="y", **look))


# Left, right, bottom and top in pixels from the lower left corner.
_Box = tuple[float, float, float, float]


def _anchors(x: float, y: float, top: float) -> list[dict[str, Any]]:
    """Where a name can stand, the best place first: away from the diagonal, towards the middle of the chart."""
    sides = [{"xanchor": "left", "xshift": 7}, {"xanchor": "right", "xshift": -7}]
    if x > (top + _BAND) / 2:
        sides.reverse()
    corners = [
        {**side, "yanchor": yanchor, "yshift": yshift}
        for side in sides
        for yanchor, yshift in ((("bottom", 5), ("top", -5)) if y >= x or y < 0 else (("top", -5), ("bottom", 5)))
    ]
    level = [{**side, "yanchor": "middle", "yshift": 0} for side in sides]
    centred = [
        {"xanchor": "center", "xshift": 0, "yanchor": yanchor, "yshift": yshift}
        for yanchor, yshift in (("bottom", 7), ("top", -7))
    ]
    return [*corners, *level, *centred] if y < x else [*level, *corners, *centred]


def _box(dot: Any, wide: float, anchors: dict[str, Any]) -> _Box:
    x, y = float(dot[0]) + anchors["xshift"], float(dot[1]) + anchors["yshift"]
    left = x - {"left": 0, "center": 0.5, "right": 1}[anchors["xanchor"]] * wide
    low = y - {"bottom": 0, "middle": 0.5, "top": 1}[anchors["yanchor"]] * _NAME_HEIGHT
    return left, left + wide, low, low + _NAME_HEIGHT


def _inside(box: _Box, limits: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] <= limits[0] and box[2] >= 0 and box[3] <= limits[1]


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _dots_in(dots: Any, box: _Box) -> int:
    xs, ys = dots[:, 0], dots[:, 1]
    return int(((xs > box[0] - 3) & (xs < box[1] + 3) & (ys > box[2] - 3) & (ys < box[3] + 3)).sum())


def _dot_hover(dot: Dot) -> str:
    counts = f"{count(dot.messages)}, before: {count(dot.previous)} ({signed(dot.change)})"
    like = f"and {plural(dot.rooms - 1, 'room')} like it" if dot.rooms > 1 else ""
    return hover_text(dot.label, counts, like, dot.signal)

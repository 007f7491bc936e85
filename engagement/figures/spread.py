"""All rooms in one picture: this period against the previous one, and how concentrated the conversation is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens, faded
from engagement.display.wording import count, percent, plural, share_text, short, signed, spelled
from engagement.figures.bars import RoomBar, bars_of
from engagement.figures.frame import (
    NOTE,
    TEXT,
    framed,
    hover_text,
    note,
    numbered,
    numbers_width,
    text_width,
)
from engagement.figures.info import DEFAULT_WIDTH, Canvas, Context, Info, Numbers, no_messages
from engagement.numbers import rankings

# With more rooms than these, those whose counts are about the same share a dot: a browser draws each of them, and their
# names travel to it. The largest changes keep theirs.
MOST_DOTS, OWN_DOTS = 300, 100
# How near to each other the counts of rooms of one dot are, in powers of ten: first not at all apart.
_APART = (0.0, 0.02, 0.04, 0.08, 0.16, 0.32)
SMALL = 10
_MOST_NAMES = 6
_BAND = -0.55
_BAND_HALF = 0.22
_BODY, _RIGHT, _BOTTOM = 440, 10, 46
_NAME_HEIGHT = 17
# A name that would lie over more dots than these is left out; it is told when the dot is pointed at.
_MOST_HIDDEN = 4
_RANKS_DRAWN = 400
MARKS = (1, 3, 10)


@dataclass(frozen=True)
class Dot(RoomBar):
    """One room, or the one of several ``rooms`` with about the same counts that changed most."""

    rooms: int = 1


@dataclass(frozen=True, kw_only=True)
class CurrentVsPrevious(Info):
    """The rooms that had messages in either period, the largest change first.

    Negative counts are shown as they are in the hover text and drawn as zero.
    """

    dots: tuple[Dot, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every dot with both counts, and for how many rooms it stands."""
        rows = (
            (dot.label, signed(dot.change), count(dot.messages), count(dot.previous), count(dot.rooms))
            for dot in self.dots
        )
        return Numbers(("Room", "Change", "Messages", "Previous", "Rooms like it"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Two logarithmic scales with a diagonal; silent rooms in bands of their own; larger dots for more rooms."""
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
    bars = zip(bars_of(shown, context), numbers.tolist(), strict=True)
    return CurrentVsPrevious(
        title=f"{plural(more, 'room')} had more messages than {context.before}, {count(fewer)} had fewer",
        subtitle=context.subtitle(each, spans, pale, left_out, not_known),
        dots=tuple(Dot(bar.label, bar.messages, bar.previous, bar.remark, number) for bar, number in bars),
        room_ids=tuple(shown["room_id"]),
    )


def _together(either: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The rooms that a dot is drawn for, in their order, and how many there are of each."""
    counts = either[["messages", "previous_messages"]].fillna(0).to_numpy(dtype=np.float64)
    places = np.where(counts > 0, np.log10(np.maximum(counts, 1)), -1.0)
    alone = np.arange(len(either)) < OWN_DOTS
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
    looks: dict[tuple[bool, str], list[int]] = {}
    for number, dot in enumerate(dots):
        looks.setdefault((max(dot.messages, dot.previous) < SMALL, _side(dot, tokens)), []).append(number)
    size, strength = (7, 0.6) if any(dot.rooms > 1 for dot in dots) else (9, 0.85)
    for (small, colour), numbers in sorted(looks.items(), reverse=True):
        figure.add(
            "scatter",
            x=[round(_place(dots[number].previous, number), 3) for number in numbers],
            y=[round(_place(dots[number].messages, number), 3) for number in numbers],
            mode="markers",
            marker={
                "size": [round((0.7 if small else 1) * size * dots[number].rooms ** 0.2, 1) for number in numbers],
                "opacity": strength / 2 if small else strength,
                "color": colour,
                "line": {"width": 0.75, "color": tokens.paper},
            },
            hovertext=[_dot_hover(dots[number]) for number in numbers],
            hoverinfo="text",
            customdata=numbers,
        )


def _side(point: RoomBar, tokens: Tokens) -> str:
    if point.messages == point.previous:
        return tokens.muted
    return tokens.up if point.messages > point.previous else tokens.down


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
        note("▲ more than before", tokens.up, x=0, xanchor="left", y=top, yanchor="top", borderpad=3),
        note("▼ fewer than before", tokens.down, x=top, xanchor="right", y=0, yanchor="bottom", borderpad=3),
        note("previous period →", tokens.muted, x=1, xanchor="right", y=0, yshift=-20, **below),
        note("this period →", tokens.muted, textangle=-90, x=0, xanchor="center", xshift=shift, y=1, **below),
    )


def _name(figure: Canvas, points: Sequence[Dot], top: float, tokens: Tokens) -> None:
    low = _BAND - _BAND_HALF
    across = (DEFAULT_WIDTH - figure.left - _RIGHT) / (top - low)
    up = (_BODY - _BOTTOM) / (top - low)
    places = [(_place(point.previous, n), _place(point.messages, n)) for n, point in enumerate(points)]
    dots = np.array([((x - low) * across, (y - low) * up) for x, y in places])
    limits = ((top - low) * across, (top - low) * up)
    taken: list[_Box] = []
    for number in [number for number, point in enumerate(points) if point.change][:_MOST_NAMES]:
        text = f"{short(points[number].label, 20)} {signed(points[number].change)}"
        wide = text_width(text, NOTE)
        free: list[tuple[int, int, dict[str, Any], _Box]] = []
        for rank, anchors in enumerate(_anchors(*places[number], top)):
            box = _box(dots[number], wide, anchors)
            if _inside(box, limits) and not any(_overlap(box, other) for other in taken):
                free.append((_dots_in(dots, box), rank, anchors, box))
        hidden, _, anchors, box = min(
            free, key=lambda place: place[0] + place[1], default=(math.inf, 0, {}, (0, 0, 0, 0))
        )
        if hidden > _MOST_HIDDEN:
            continue
        taken.append(box)
        x, y = places[number]
        look = {"bgcolor": faded(tokens.paper, 0.7), **anchors}
        figure.annotate(note(for_plotly(text), tokens.ink, x=x, xref="x", y=y, yref="y", **look))


# Left, right, bottom and top in pixels from the lower left corner, for a chart of the default width.
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
    return hover_text(dot.label, counts, f"and {plural(dot.rooms - 1, 'room')} like it" if dot.rooms > 1 else "")


@dataclass(frozen=True, kw_only=True)
class Concentration(Info):
    """How many of the busiest rooms hold which percent together; thinned out past a few hundred rooms."""

    curve: tuple[tuple[int, float], ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The share of the first rooms at round numbers of them, and of all."""
        last = self.curve[-1][0] if self.curve else 0
        round_ = {step * 10**power for power in range(6) for step in (1, 2, 3, 5)}
        rows = ((plural(rank, "room"), percent(share)) for rank, share in self.curve if rank in round_ | {last})
        return Numbers(("Busiest rooms", "Share of all messages"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """The share by number of rooms, on a logarithmic scale, with the share written at 1, 3 and 10 rooms."""
        figure = framed(self, tokens, 300, left=44, right=16, bottom=46)
        if self.empty:
            return figure
        rooms = max(self.curve[-1][0], 10)
        line = {"mode": "lines" if len(self.curve) > 1 else "markers", "line": {"color": tokens.this, "width": 2.5}}
        dot = {"size": 10, "color": tokens.this, "line": {"color": tokens.paper, "width": 2}}
        marks = [(rank, share) for rank, share in self.curve if rank in MARKS]
        for points, look in ((self.curve, line), (marks, {"mode": "markers", "marker": dot, "cliponaxis": False})):
            figure.add(
                "scatter",
                x=[math.log10(rank) for rank, _ in points],
                y=[share for _, share in points],
                hovertext=[
                    hover_text(plural(rank, "room"), f"{percent(share)} of all messages") for rank, share in points
                ],
                hoverinfo="text",
                **look,
            )
        for rank, share in marks:
            text = f"<b>{percent(share)}</b> {plural(rank, 'room')}"
            at: dict[str, Any] = {"x": math.log10(rank), "y": share, "xanchor": "left", "yanchor": "top"}
            figure.annotate(note(text, tokens.ink, TEXT, xshift=8, yshift=-2, **at))
        last = math.log10(rooms)
        ranks = [rank for power in range(6) for rank in (10**power, 3 * 10**power) if rank <= rooms]
        figure.axis(
            "xaxis",
            range=[-0.03 * last, last * 1.02],
            tickvals=[math.log10(rank) for rank in ranks],
            ticktext=[count(rank) for rank in ranks],
        )
        figure.axis("yaxis", range=[0, 104], **numbered([0, 25, 50, 75, 100], percent))
        told = note("busiest rooms, counted from the first →", tokens.muted, x=1, xref="paper", xanchor="right")
        figure.annotate(told | {"y": 0, "yref": "paper", "yanchor": "top", "yshift": -22})
        return figure


def concentration(rooms: pd.DataFrame, context: Context) -> Concentration:
    """The share of all messages that the n busiest rooms of a rooms table hold, for n = 1 to all active rooms."""
    held = rankings.concentration(rooms)
    what = "Share of all messages held by the busiest rooms together"
    if not held:
        return no_messages(Concentration, context, what)
    half = next(rank for rank, share in enumerate(held, start=1) if share >= 50)
    holds = "holds" if half == 1 else "hold"
    said = (
        f"{spelled(half)} of {plural(len(held), 'room')} {holds} {share_text(held[half - 1], 100)} of the conversation"
    )
    return Concentration(
        title="One room holds the whole conversation" if len(held) == 1 else said,
        subtitle=context.subtitle(what, context.this_text),
        curve=tuple((rank, round(held[rank - 1], 2)) for rank in _ranks(len(held))),
    )


def _ranks(last: int) -> list[int]:
    if last <= _RANKS_DRAWN:
        return list(range(1, last + 1))
    return sorted({round(last ** (step / _RANKS_DRAWN)) for step in range(_RANKS_DRAWN + 1)})

"""Rooms as ranked bars: the busiest, those that changed most, and the busiest by their all-time counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens
from engagement.display.wording import count, percent, period_text, plural, share_text, short, signed, spelled
from engagement.figures.frame import (
    DEFAULT_WIDTH,
    NOTE,
    TEXT,
    TITLE_COLUMNS,
    Context,
    Info,
    RowName,
    framed,
    hover_text,
    names_width,
    no_messages,
    rooms_text,
    text_width,
    ticks,
    write_names,
)
from engagement.numbers import rankings
from engagement.numbers.naming import room_labels

ROW = 32
_REMARKS = ("new", "back")
# Bars to both sides leave less room for words.
_SHORT_REMARKS = {"new": "new", "back": "back", "went quiet": "quiet"}
_NAME_OF_MOVER = 160
_SHORT_BAR = 12
_COUNTED = ("messages", "previous_messages", "movement")


def _columns(rooms: pd.DataFrame, context: Context, *names: str) -> Iterator[tuple[Any, ...]]:
    """Room id, label and the columns ``names`` of every row."""
    labels = room_labels(rooms, show_people=context.show_people)
    return zip(rooms["room_id"], labels, *(rooms[name] for name in names), strict=True)


@dataclass(frozen=True)
class RoomBar:
    """One bar; ``previous`` is None where no tick is drawn."""

    room_id: str
    label: str
    messages: int
    previous: int | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class TopRooms(Info):
    """The bars from the top; ``total`` is the messages of all rooms."""

    rows: tuple[RoomBar, ...] = ()
    total: int = 0


def top_rooms_info(rooms: pd.DataFrame, context: Context, n: int = 10) -> TopRooms:
    """The ``n`` busiest rooms of a rooms table, silent rooms never appear."""
    what = "Messages per room"
    active = rankings.busiest(rooms, len(rooms))
    if active.empty:
        return no_messages(TopRooms, context, what)
    top, total = active.head(n), int(active["messages"].sum())
    return TopRooms(
        title=_held(int(top["messages"].sum()), total, len(top), len(active)),
        subtitle=context.subtitle(what, f"bar: {context.this_text}", f"tick: {period_text(context.previous)}"),
        rows=tuple(
            RoomBar(
                room_id,
                label,
                int(messages),
                int(previous) if previous > 0 else None,
                movement if movement in _REMARKS else "",
            )
            for room_id, label, messages, previous, movement in _columns(top, context, *_COUNTED)
        ),
        total=total,
    )


def _held(held: int, total: int, shown: int, active: int) -> str:
    if active == 1:
        return "One room holds the whole conversation"
    if shown == active:
        return f"{plural(total, 'message')} in {rooms_text(active)}"
    holds = "holds" if shown == 1 else "hold"
    return f"{spelled(shown)} of {count(active)} active rooms {holds} {share_text(held, total)} of the conversation"


def top_rooms_figure(info: TopRooms, tokens: Tokens) -> go.Figure:
    """Horizontal bars with the value before and the previous period as a tick across the bar."""
    return _bars(info, info.rows, tokens)


@dataclass(frozen=True, kw_only=True)
class BusiestByTotal(Info):
    """The bars from the top; ``total`` is the sum of all counters that are known."""

    rows: tuple[RoomBar, ...] = ()
    total: int = 0


def busiest_by_total_info(rooms: pd.DataFrame, context: Context, n: int = 10) -> BusiestByTotal:
    """The ``n`` rooms with the highest all-time counter; rooms whose counter is zero or unknown are left out."""
    subtitle = context.subtitle("All messages since each room was created, as counted by the room itself")
    known = rankings.by_counter(rooms[rooms["total_messages"] > 0])
    if known.empty:
        sentence = "The room directory told no message counter that is above zero."
        return BusiestByTotal(title="No room has messages", subtitle=subtitle, empty=sentence)
    top, total = known.head(n), int(known["total_messages"].sum())
    first, label = int(top["total_messages"].iloc[0]), room_labels(top, show_people=context.show_people).iloc[0]
    return BusiestByTotal(
        title=f"{short(label, TITLE_COLUMNS)} holds {share_text(first, total)} of all messages ever sent",
        subtitle=subtitle,
        rows=tuple(
            RoomBar(room_id, label, int(messages))
            for room_id, label, messages in _columns(top, context, "total_messages")
        ),
        total=total,
    )


def busiest_by_total_figure(info: BusiestByTotal, tokens: Tokens) -> go.Figure:
    """Horizontal bars with the value before them."""
    return _bars(info, info.rows, tokens)


def _bars(info: Info, rows: tuple[RoomBar, ...], tokens: Tokens) -> go.Figure:
    values = [count(row.messages) for row in rows]
    numbers = max((text_width(value, TEXT) for value in values), default=0) + 8
    left = names_width([row.label for row in rows]) + numbers
    remarks = max((text_width(row.remark, TEXT) for row in rows), default=0)
    right = remarks + 12
    figure = framed(info, tokens, ROW * len(rows) + 26, left=left, right=right)
    if info.empty:
        return figure
    places = list(range(len(rows)))
    high = max(max(row.messages, row.previous or 0) for row in rows)
    hover = [_bar_hover(row) for row in rows]
    figure.add_bar(
        x=[row.messages for row in rows],
        y=places,
        orientation="h",
        width=0.62,
        marker_color=tokens.this,
        text=[for_plotly(row.remark) for row in rows],
        textposition="outside",
        textfont={"size": NOTE, "color": tokens.muted},
        cliponaxis=False,
        constraintext="none",
        hovertext=hover,
        hoverinfo="text",
    )
    wide = high * _SHORT_BAR / (DEFAULT_WIDTH - left - right)
    for fine in (False, True):
        points = [(r.previous, place) for place, r in enumerate(rows) if r.previous and (r.messages < wide) == fine]
        add_ticks(figure, points, tokens, fine=fine)
    marks = ticks(high, parts=2)
    figure.update_xaxes(range=[0, high * 1.01], showgrid=True, tickvals=marks, ticktext=[count(mark) for mark in marks])
    write_names(figure, [RowName(row.label, text) for row, text in zip(rows, hover, strict=True)], tokens, left)
    # The values stand in front of the bars: behind them a tick of the previous period could run through.
    figure.update_yaxes(showticklabels=True, ticktext=values, ticklabelstandoff=4, tickfont_color=tokens.ink,
                        tickfont_size=TEXT)  # fmt: skip
    return figure


def add_ticks(figure: go.Figure, points: list[tuple[int, int]], tokens: Tokens, *, fine: bool) -> None:
    """Ink ticks across the rows of horizontal bars, rimmed with paper so that they show on a dark bar too.

    ``fine`` ticks are thin and have no rim, which would hide a bar of a few pixels.
    """
    if not points:
        return
    half = 0.42
    xs: list[int | None] = []
    ys: list[float | None] = []
    for value, place in points:
        xs += [value, value, None]
        ys += [place - half, place + half, None]
    for colour, thick in ((tokens.previous, 1.2),) if fine else ((tokens.paper, 6), (tokens.previous, 2.5)):
        line = {"color": colour, "width": thick}
        figure.add_scatter(x=xs, y=ys, mode="lines", line=line, cliponaxis=False, hoverinfo="skip")


def _bar_hover(row: RoomBar) -> str:
    before = f"before: {count(row.previous)}" if row.previous else ""
    return hover_text(row.label, plural(row.messages, "message"), before, row.remark)


@dataclass(frozen=True)
class Mover:
    """One room and its change."""

    room_id: str
    label: str
    change: int
    messages: int
    previous: int
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Movers(Info):
    """The rooms from the largest gain to the largest loss."""

    rows: tuple[Mover, ...] = ()


def movers_info(rooms: pd.DataFrame, context: Context, each: int = 5) -> Movers:
    """Up to ``each`` rooms that gained and ``each`` that lost most messages against the previous period."""
    spans = f"{context.this_text} less {period_text(context.previous)}"
    subtitle = context.subtitle("Change in messages per room", spans)
    moved = rankings.movers(rooms, each)
    if moved.empty:
        sentence = f"Every room shown here has as many messages as in {context.before}."
        return Movers(title="No room changed", subtitle=subtitle, empty=sentence)
    rows = tuple(
        Mover(room_id, label, int(change), int(messages), int(previous), movement)
        for room_id, label, messages, previous, movement, change in _columns(moved, context, *_COUNTED, "change")
    )
    return Movers(title=_moved(rows), subtitle=subtitle, rows=rows)


def _moved(rows: tuple[Mover, ...]) -> str:
    first, last = rows[0], rows[-1]
    parts = []
    if first.change > 0:
        parts.append(f"{short(first.label, TITLE_COLUMNS)} gained most ({signed(first.change)})")
    if last.change < 0:
        parts.append(f"{short(last.label, TITLE_COLUMNS)} lost most ({signed(last.change)})")
    return ", ".join(parts)


def movers_figure(info: Movers, tokens: Tokens) -> go.Figure:
    """Bars to both sides of zero, gains blue above, losses orange below, each with its signed value."""
    rows = info.rows
    texts = [" · ".join(filter(None, [signed(row.change), _SHORT_REMARKS.get(row.remark, "")])) for row in rows]
    sides = [
        max((text_width(text, TEXT) for row, text in zip(rows, texts, strict=True) if sign * row.change > 0), default=0)
        for sign in (-1, 1)
    ]
    names = names_width([row.label for row in rows], _NAME_OF_MOVER)
    left = names + sides[0] + (10 if sides[0] else 0)
    figure = framed(info, tokens, ROW * len(rows) + 26, left=left, right=sides[1] + 12)
    if info.empty:
        return figure
    hover = [_mover_hover(row) for row in rows]
    figure.add_bar(
        x=[row.change for row in rows],
        y=list(range(len(rows))),
        orientation="h",
        width=0.62,
        marker_color=[tokens.up if row.change > 0 else tokens.down for row in rows],
        text=[for_plotly(text) for text in texts],
        textposition="outside",
        textangle=0,
        textfont={"size": TEXT, "color": tokens.ink},
        cliponaxis=False,
        hovertext=hover,
        hoverinfo="text",
        constraintext="none",
    )
    low, high = min(rows[-1].change, 0), max(rows[0].change, 0)
    # Only the outermost marks: on a phone those between would run into each other.
    every = ticks(high, low, parts=2)
    marks = sorted({every[0], 0, every[-1]})
    figure.update_xaxes(
        range=[low, high],
        showgrid=True,
        tickvals=marks,
        ticktext=[signed(mark) for mark in marks],
        zeroline=True,
        zerolinecolor=tokens.muted,
        zerolinewidth=1,
    )
    write_names(
        figure, [RowName(row.label, text) for row, text in zip(rows, hover, strict=True)], tokens, left, _NAME_OF_MOVER
    )
    return figure


def _mover_hover(row: Mover) -> str:
    change = 100 * row.change / row.previous if row.previous > 0 else None
    share = f" ({percent(abs(change))} {'more' if row.change > 0 else 'fewer'})" if change is not None else ""
    return hover_text(
        row.label,
        f"{signed(row.change)} messages{share}",
        f"{count(row.messages)}, before: {count(row.previous)}",
        row.remark,
    )

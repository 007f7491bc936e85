"""Rooms as ranked bars: the busiest, those that changed most, and the busiest by their all-time counters."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from engagement.display.palette import Tokens
from engagement.display.wording import count, percent, period_text, plural, share_text, short, signed, spelled
from engagement.figures.frame import (
    DEFAULT_WIDTH,
    TITLE_COLUMNS,
    Context,
    Info,
    Row,
    add_ticks,
    hover_text,
    no_messages,
    numbered,
    row_bars,
    ticks,
)
from engagement.numbers import rankings
from engagement.numbers.naming import room_labels
from engagement.numbers.rooms import BACK, NEW, WENT_QUIET

# Bars to both sides leave less room for words.
_SHORT_REMARKS = {NEW: "new", BACK: "back", WENT_QUIET: "quiet"}
_NAME_OF_MOVER = 160
_SHORT_BAR = 12


@dataclass(frozen=True)
class RoomBar:
    """One room and its messages in the period and in the previous one; the latter are 0 where they are not told."""

    label: str
    messages: int
    previous: int = 0
    remark: str = ""

    @property
    def change(self) -> int:
        """Messages less those before."""
        return self.messages - self.previous


def bars_of(rooms: pd.DataFrame, context: Context) -> tuple[RoomBar, ...]:
    """A bar for every row of a rooms table; a count before that is not known is drawn as none."""
    counts = (rooms[name] for name in ("messages", "previous_messages", "movement"))
    labels = room_labels(rooms, show_people=context.show_people)
    return tuple(
        RoomBar(label, int(now), 0 if pd.isna(then) else int(then), word)
        for label, now, then, word in zip(labels, *counts, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class RankedRooms(Info):
    """The bars from the top."""

    rows: tuple[RoomBar, ...] = ()

    def figure(self, tokens: Tokens) -> go.Figure:
        """Horizontal bars with the value before and the previous period as a tick across the bar."""
        rows = [Row(row.label, row.messages, row.remark, _bar_hover(row)) for row in self.rows]
        # The values stand in front of the bars: behind them a tick of the previous period could run through.
        figure = row_bars(self, rows, {"color": tokens.this}, tokens, before=[count(row.messages) for row in self.rows])
        if self.empty:
            return figure
        high = max(max(row.messages, row.previous) for row in self.rows)
        wide = high * _SHORT_BAR / (DEFAULT_WIDTH - figure.layout.margin.l - figure.layout.margin.r)
        # Rimmed with paper, so that they show on a dark bar too; but the rim would hide a bar of a few pixels.
        for fine, strokes in (
            (False, [(tokens.paper, 6), (tokens.previous, 2.5)]),
            (True, [(tokens.previous, 1.2)]),
        ):
            shown = [(n, row) for n, row in enumerate(self.rows) if row.previous > 0 and (row.messages < wide) == fine]
            if shown:
                places = [((row.previous, row.previous), (place - 0.42, place + 0.42)) for place, row in shown]
                add_ticks(figure, places, strokes)
        figure.update_xaxes(range=[0, high * 1.01], **numbered(ticks(high, parts=2)))
        return figure


def _bar_hover(row: RoomBar) -> str:
    before = f"before: {count(row.previous)}" if row.previous > 0 else ""
    return hover_text(row.label, plural(row.messages, "message"), before, row.remark)


def top_rooms(rooms: pd.DataFrame, context: Context, n: int = 10) -> RankedRooms:
    """The ``n`` busiest rooms of a rooms table, silent rooms never appear."""
    what = "Messages per room"
    active = rankings.busiest(rooms, len(rooms))
    if active.empty:
        return no_messages(RankedRooms, context, what)
    top = active.head(n)
    return RankedRooms(
        title=_held(int(top["messages"].sum()), int(active["messages"].sum()), len(top), len(active)),
        subtitle=context.subtitle(what, f"bar: {context.this_text}", f"tick: {period_text(context.previous)}"),
        rows=bars_of(top, context),
    )


def _held(held: int, total: int, shown: int, active: int) -> str:
    if active == 1:
        return "One room holds the whole conversation"
    if shown == active:
        return f"{plural(total, 'message')} in {plural(active, 'room')}"
    holds = "holds" if shown == 1 else "hold"
    return f"{spelled(shown)} of {count(active)} active rooms {holds} {share_text(held, total)} of the conversation"


def busiest_by_total(rooms: pd.DataFrame, context: Context, n: int = 10) -> RankedRooms:
    """The ``n`` rooms with the highest all-time counter; rooms whose counter is zero or unknown are left out."""
    subtitle = context.subtitle("All messages since each room was created, as counted by the room itself")
    known = rankings.by_counter(rooms[rooms["total_messages"] > 0])
    if known.empty:
        sentence = "The room directory told no message counter that is above zero."
        return RankedRooms(title="No room has messages", subtitle=subtitle, empty=sentence)
    counters = known["total_messages"]
    rows = bars_of(known.assign(messages=counters, previous_messages=0, movement="").head(n), context)
    share = share_text(rows[0].messages, int(counters.sum()))
    title = f"{short(rows[0].label, TITLE_COLUMNS)} holds {share} of all messages ever sent"
    return RankedRooms(title=title, subtitle=subtitle, rows=rows)


@dataclass(frozen=True, kw_only=True)
class Movers(Info):
    """The rooms from the largest gain to the largest loss."""

    rows: tuple[RoomBar, ...] = ()

    def figure(self, tokens: Tokens) -> go.Figure:
        """Bars to both sides of zero, gains blue above, losses orange below, each with its signed value."""
        rows = [Row(row.label, row.change, _change_text(row), _mover_hover(row)) for row in self.rows]
        colours = [tokens.up if row.change > 0 else tokens.down for row in self.rows]
        figure = row_bars(self, rows, {"color": colours}, tokens, _NAME_OF_MOVER)
        if self.empty:
            return figure
        low, high = min(rows[-1].value, 0), max(rows[0].value, 0)
        # Only the outermost marks: on a phone those between would run into each other.
        every = ticks(high, low, parts=2)
        zero = {"zeroline": True, "zerolinecolor": tokens.muted, "zerolinewidth": 1}
        figure.update_xaxes(range=[low, high], **numbered(sorted({every[0], 0, every[-1]}), signed), **zero)
        return figure


def _change_text(row: RoomBar) -> str:
    return " · ".join(filter(None, [signed(row.change), _SHORT_REMARKS.get(row.remark, "")]))


def movers(rooms: pd.DataFrame, context: Context, each: int = 5) -> Movers:
    """Up to ``each`` rooms that gained and ``each`` that lost most messages against the previous period."""
    spans = f"{context.this_text} less {period_text(context.previous)}"
    subtitle = context.subtitle("Change in messages per room", spans)
    rows = bars_of(rankings.movers(rooms, each), context)
    if not rows:
        sentence = f"Every room shown here has as many messages as in {context.before}."
        return Movers(title="No room changed", subtitle=subtitle, empty=sentence)
    first, last = rows[0], rows[-1]
    said = [f"{short(first.label, TITLE_COLUMNS)} gained most ({signed(first.change)})"] if first.change > 0 else []
    said += [f"{short(last.label, TITLE_COLUMNS)} lost most ({signed(last.change)})"] if last.change < 0 else []
    return Movers(title=", ".join(said), subtitle=subtitle, rows=rows)


def _mover_hover(row: RoomBar) -> str:
    change = 100 * row.change / row.previous if row.previous > 0 else None
    share = f" ({percent(abs(change))} {'more' if row.change > 0 else 'fewer'})" if change is not None else ""
    counts = f"{count(row.messages)}, before: {count(row.previous)}"
    return hover_text(row.label, f"{signed(row.change)} messages{share}", counts, row.remark)

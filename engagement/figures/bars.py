"""Bars: the busiest rooms, those that changed most, the busiest by their all-time counters."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engagement.display.palette import Tokens, faded
from engagement.display.wording import (
    count,
    percent,
    plural,
    share_text,
    short,
    signed,
    signed_plural,
    spelled,
)
from engagement.figures.frame import (
    TITLE_COLUMNS,
    Row,
    add_ticks,
    bar_place,
    hover_text,
    numbered,
    row_bars,
    ticks,
)
from engagement.figures.info import Canvas, Context, Info, Numbers, no_messages
from engagement.numbers import rankings
from engagement.numbers.naming import room_labels
from engagement.numbers.rooms import FELL_SILENT, FROM_OR_TO_NOTHING
from engagement.numbers.verdict import RETURNED

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
    counts = (rooms[name] for name in ("messages", "previous_messages", "change_word"))
    labels = room_labels(rooms, show_people=context.show_people)
    return tuple(
        RoomBar(label, int(now), 0 if pd.isna(then) else int(then), word if word in FROM_OR_TO_NOTHING else "")
        for label, now, then, word in zip(labels, *counts, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class RankedRooms(Info):
    """The bars from the top."""

    rows: tuple[RoomBar, ...] = ()
    by_counter: bool = False

    @property
    def numbers(self) -> Numbers:
        """Every bar, with the period before where that is drawn."""
        if self.by_counter:
            return Numbers(("Room", "All messages"), tuple((row.label, count(row.messages)) for row in self.rows))
        rows = ((row.label, count(row.messages), count(row.previous), row.remark) for row in self.rows)
        return Numbers(("Room", "Messages", "Previous", "Remark"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Horizontal bars with the value before and the previous period as a tick across the bar."""
        rows = [Row(row.label, row.messages, row.remark, _bar_hover(row)) for row in self.rows]
        # The values stand in front of the bars: behind them a tick of the previous period could run through.
        figure = row_bars(self, rows, {"color": tokens.this}, tokens, before=[count(row.messages) for row in self.rows])
        if self.empty:
            return figure
        high = max(max(row.messages, row.previous) for row in self.rows)
        wide = high * _SHORT_BAR / figure.across
        middle, thick = bar_place(tokens)
        reach = 0.68 * thick
        # Rimmed with paper, so that they show on a dark bar too; but the rim would hide a bar of a few pixels.
        for fine, strokes in (
            (False, [(tokens.paper, 6), (tokens.ink, 2.5)]),
            (True, [(tokens.ink, 1.2)]),
        ):
            shown = [(n, row) for n, row in enumerate(self.rows) if row.previous > 0 and (row.messages < wide) == fine]
            if shown:
                places = [((row.previous, row.previous), (n + middle - reach, n + middle + reach)) for n, row in shown]
                add_ticks(figure, places, strokes)
        figure.axis("xaxis", range=[0, high * 1.01], **numbered(ticks(high, parts=2)))
        return figure


def _bar_hover(row: RoomBar) -> str:
    before = f"before: {count(row.previous)}" if row.previous > 0 else ""
    return hover_text(row.label, plural(row.messages, "message"), before, row.remark)


def top_rooms(rooms: pd.DataFrame, context: Context, n: int = 10) -> RankedRooms:
    """The ``n`` busiest rooms of a rooms table, silent rooms never appear."""
    what = "Messages per room"
    top, active = rankings.busiest(rooms, n), rooms["messages"][rooms["messages"] > 0]
    if top.empty:
        return no_messages(RankedRooms, context, what)
    return RankedRooms(
        title=_held(int(top["messages"].sum()), int(active.sum()), len(top), len(active)),
        subtitle=context.subtitle(what, f"bar: {context.this_text}", f"tick: {context.previous_text}"),
        rows=bars_of(top, context),
        room_ids=tuple(top["room_id"]),
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
    top = known.assign(messages=counters, previous_messages=0, change_word="").head(n)
    rows = bars_of(top, context)
    share = share_text(rows[0].messages, int(counters.sum()))
    title = f"{short(rows[0].label, TITLE_COLUMNS)} holds {share} of all messages ever sent"
    return RankedRooms(title=title, subtitle=subtitle, rows=rows, room_ids=tuple(top["room_id"]), by_counter=True)


@dataclass(frozen=True)
class MovedBar(RoomBar):
    """The same with its signal, where it has one that goes the way of its change."""

    signal: str = ""


@dataclass(frozen=True, kw_only=True)
class Movers(Info):
    """The rooms from the strongest rise to the strongest fall."""

    rows: tuple[MovedBar, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every bar with both counts, and its signal."""
        rows = (
            (row.label, signed(row.change), count(row.messages), count(row.previous), row.remark, row.signal)
            for row in self.rows
        )
        return Numbers(("Room", "Change", "Messages", "Previous", "Remark", "Signal"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Bars to both sides of zero, gains blue above, losses orange below, each with its signed value; where some
        have a signal, the others are pale.
        """
        # Bars to both sides leave little room for words, and who lost all stands among those who lost.
        words = [row.remark if row.remark != FELL_SILENT else "" for row in self.rows]
        texts = [" · ".join(filter(None, [signed(r.change), word])) for r, word in zip(self.rows, words, strict=True)]
        rows = [Row(r.label, r.change, text, _mover_hover(r)) for r, text in zip(self.rows, texts, strict=True)]
        colours = [tokens.up if row.change > 0 else tokens.down for row in self.rows]
        if any(row.signal for row in self.rows):
            colours = [c if row.signal else faded(c, 0.4) for c, row in zip(colours, self.rows, strict=True)]
        figure = row_bars(self, rows, {"color": colours}, tokens, _NAME_OF_MOVER)
        if self.empty:
            return figure
        changes = [row.change for row in self.rows]
        low, high = min(*changes, 0), max(*changes, 0)
        # Only the outermost marks: on a phone those between would run into each other.
        every = ticks(high, low, parts=2)
        zero = {"zeroline": True, "zerolinecolor": tokens.muted, "zerolinewidth": 1}
        figure.axis("xaxis", range=[low, high], **numbered(sorted({every[0], 0, every[-1]}), signed), **zero)
        return figure


def movers(rooms: pd.DataFrame, context: Context, each: int = 5) -> Movers:
    """Up to ``each`` rooms with more messages than in the previous period and ``each`` with fewer, in the order of
    ``rankings.movers``.
    """
    spans = f"{context.this_text} less {context.previous_text}"
    moved = rankings.movers(rooms, each)
    bars = zip(bars_of(moved, context), rankings.agreeing(moved), strict=True)
    rows = [MovedBar(bar.label, bar.messages, bar.previous, bar.remark, signal) for bar, signal in bars]
    pale = "pale: no clear change" if len({bool(row.signal) for row in rows}) > 1 else ""
    order = "strongest signal first" if rankings.judged(rooms) else "largest change first, without signals"
    subtitle = context.subtitle("Change in messages per room", spans, order, pale)
    if not rows:
        sentence = f"Every room shown here has as many messages as in {context.before}."
        return Movers(title="No room changed", subtitle=subtitle, empty=sentence)
    first, last = rows[0], rows[-1]
    said = [_moved(first, "gained")] if first.change > 0 else []
    said += [_moved(last, "lost")] if last.change < 0 else []
    unclear = rankings.judged(rooms) and not (first.signal or last.signal)
    title = ("No clear change: " if unclear else "") + ", ".join(said)
    return Movers(title=title, subtitle=subtitle, rows=tuple(rows), room_ids=tuple(moved["room_id"]))


def _moved(row: MovedBar, word: str) -> str:
    """What the title says of the first or last row."""
    said = {"": f"{word} most", RETURNED: RETURNED}.get(row.signal, f"is {row.signal}")
    return f"{short(row.label, TITLE_COLUMNS)} {said} ({signed(row.change)})"


def _mover_hover(row: MovedBar) -> str:
    change = 100 * row.change / row.previous if row.previous > 0 else None
    share = f" ({percent(abs(change))} {'more' if row.change > 0 else 'fewer'})" if change is not None else ""
    counts = f"{count(row.messages)}, before: {count(row.previous)}"
    return hover_text(row.label, f"{signed_plural(row.change, 'message')}{share}", counts, row.remark, row.signal)

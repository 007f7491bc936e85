"""Bars: the busiest rooms, those that changed most, the busiest by their all-time counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pandas as pd

from engagement.display import arrows
from engagement.display.palette import Tokens
from engagement.display.wording import (
    count,
    period_text,
    plural,
    share_text,
    short,
    signed,
    signed_percent,
    signed_plural,
    spelled,
)
from engagement.figures.frame import (
    TITLE_COLUMNS,
    Row,
    add_ticks,
    bar_place,
    cut_at,
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
BROKEN = "broken bar: longer than drawn"


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


def judged_in(rooms: pd.DataFrame) -> str:
    """ " of 19 Oct – 15 Nov 2026" where these are judged and not the period, which every reason says; else empty."""
    days = rooms["reason"].iloc[0].days if "reason" in rooms and len(rooms) else None
    return f" of {period_text(days)}" if days else ""


@dataclass(frozen=True, kw_only=True)
class RankedRooms(Info):
    """The bars from the top."""

    rows: tuple[RoomBar, ...] = ()
    total: int = 0
    by_counter: bool = False

    @property
    def numbers(self) -> Numbers:
        """Every bar with its share and that of all down to it, and with the period before where that is drawn."""
        together = accumulate(row.messages for row in self.rows)
        shares = [
            (share_text(row.messages, self.total), share_text(so_far, self.total))
            for row, so_far in zip(self.rows, together, strict=True)
        ]
        if self.by_counter:
            told: list[tuple[str, ...]] = [(row.label, count(row.messages)) for row in self.rows]
            names: tuple[str, ...] = ("Room", "All messages")
        else:
            told = [(row.label, count(row.messages), count(row.previous), row.remark) for row in self.rows]
            names = ("Room", "Messages", "Previous", "Remark")
        rows = ((*one, *share) for one, share in zip(told, shares, strict=True))
        return Numbers((*names, "Share", "Share so far"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Horizontal bars with the value before and the previous period as a tick across the bar."""
        reach = _reach(self.rows)
        rows = [Row(row.label, row.messages, _beyond(row, reach), _bar_hover(row)) for row in self.rows]
        # The values stand in front of the bars: behind them a tick of the previous period could run through.
        values = [count(row.messages) for row in self.rows]
        figure = row_bars(self, rows, {"color": tokens.this}, tokens, before=values, reach=reach)
        if self.empty:
            return figure
        middle, thick = bar_place(tokens)
        places = [
            ((row.previous, row.previous), (n + middle - 0.75 * thick, n + middle + 0.75 * thick))
            for n, row in enumerate(self.rows)
            if 0 < row.previous <= reach
        ]
        if places:
            add_ticks(figure, places, tokens.ink)
        high = min(max(max(row.messages, row.previous) for row in self.rows), reach)
        figure.axis("xaxis", range=[0, high * 1.01], **numbered(ticks(high, parts=2)))
        return figure


def _reach(rows: Sequence[RoomBar]) -> float:
    return cut_at([max(row.messages, row.previous) for row in rows])


def _reach_of_changes(rows: Sequence[MovedBar]) -> float:
    return cut_at([abs(row.change) for row in rows])


def _broken(values: Iterable[int], reach: float) -> str:
    """What a subtitle says where some bar is longer than it is drawn."""
    return BROKEN if max(map(abs, values), default=0) > reach else ""


def _beyond(row: RoomBar, reach: float) -> str:
    """What stands behind a bar: what is special about it, and the count before where its tick is beyond the chart."""
    before = f"before: {count(row.previous)}" if row.previous > reach else ""
    return " · ".join(filter(None, [row.remark, before]))


def _bar_hover(row: RoomBar) -> str:
    before = f"before: {count(row.previous)}" if row.previous > 0 else ""
    return hover_text(row.label, plural(row.messages, "message"), before, row.remark)


def top_rooms(rooms: pd.DataFrame, context: Context, n: int = 10) -> RankedRooms:
    """The ``n`` busiest rooms of a rooms table, silent rooms never appear."""
    what = "Messages per room"
    top, active = rankings.busiest(rooms, n), rooms["messages"][rooms["messages"] > 0]
    if top.empty:
        return no_messages(RankedRooms, context, what)
    rows, total = bars_of(top, context), int(active.sum())
    half = f"half of all messages: {plural(rankings.holding_half(rooms), 'room')}"
    broken = _broken((row.messages for row in rows), _reach(rows))
    return RankedRooms(
        title=_held(int(top["messages"].sum()), total, len(top), len(active)),
        subtitle=context.subtitle(what, f"bar: {context.this_text}", f"tick: {context.previous_text}", half, broken),
        rows=rows,
        total=total,
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
    what = "All messages since each room was created, as counted by the room itself"
    known = rankings.by_counter(rooms[rooms["total_messages"] > 0])
    if known.empty:
        sentence = "The room directory told no message counter that is above zero."
        return RankedRooms(title="No room has messages", subtitle=context.subtitle(what), empty=sentence)
    counters = known["total_messages"]
    top = known.assign(messages=counters, previous_messages=0, change_word="").head(n)
    rows = bars_of(top, context)
    subtitle = context.subtitle(what, _broken((row.messages for row in rows), _reach(rows)))
    total = int(counters.sum())
    share = share_text(rows[0].messages, total)
    title = f"{short(rows[0].label, TITLE_COLUMNS)} holds {share} of all messages ever sent"
    ids = tuple(top["room_id"])
    return RankedRooms(title=title, subtitle=subtitle, rows=rows, total=total, room_ids=ids, by_counter=True)


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
        """Bars to both sides of zero, each with its signed value; where that is news, in colour and with its arrow."""
        # Bars to both sides leave little room for words, and who lost all stands among those who lost.
        words = [row.remark if row.remark != FELL_SILENT else "" for row in self.rows]
        texts = [" · ".join(filter(None, [signed(r.change), word])) for r, word in zip(self.rows, words, strict=True)]
        rows = [
            Row(row.label, row.change, arrows.told(row.signal, text), _mover_hover(row))
            for row, text in zip(self.rows, texts, strict=True)
        ]
        colours = [arrows.colour(row.signal, tokens, tokens.silent[1]) for row in self.rows]
        reach = _reach_of_changes(self.rows)
        figure = row_bars(self, rows, {"color": colours}, tokens, _NAME_OF_MOVER, reach=reach)
        if self.empty:
            return figure
        changes = [max(-reach, min(row.change, reach)) for row in self.rows]
        low, high = min(*changes, 0), max(*changes, 0)
        # Only the outermost marks, and a line at zero: where there is little room others would run into each other.
        every = ticks(high, low, parts=2)
        zero = {"zeroline": True, "zerolinecolor": tokens.muted, "zerolinewidth": 1}
        figure.axis("xaxis", range=[low, high], **numbered(sorted({every[0], every[-1]} - {0}), signed), **zero)
        return figure


def movers(rooms: pd.DataFrame, context: Context, each: int = 5) -> Movers:
    """Up to ``each`` rooms with more messages than in the previous period and ``each`` with fewer, in the order of
    ``rankings.movers``.
    """
    spans = f"{context.this_text} less {context.previous_text}"
    moved = rankings.movers(rooms, each)
    bars = zip(bars_of(moved, context), rankings.agreeing(moved), strict=True)
    rows = [MovedBar(bar.label, bar.messages, bar.previous, bar.remark, signal) for bar, signal in bars]
    grey = "grey: no clear change" if len({bool(row.signal) for row in rows}) > 1 else ""
    strongest = f"strongest signal{judged_in(rooms)} first"
    order = strongest if rankings.judged(rooms) else "largest change first, without signals"
    broken = _broken((row.change for row in rows), _reach_of_changes(rows))
    subtitle = context.subtitle("Change in messages per room", spans, order, grey, broken)
    if not rows:
        sentence = f"Every room shown here has as many messages as in {context.before}."
        return Movers(title="No room changed", subtitle=subtitle, empty=sentence)
    first, last = rows[0], rows[-1]
    said = [_moved(first, "gained")] if first.change > 0 else []
    said += [_moved(last, "lost")] if last.change < 0 else []
    unclear = rankings.judged(rooms) and not (first.signal or last.signal)
    title = ("No clear change: " if unclear else "") + ", ".join(said) + " so far" * context.unfinished
    return Movers(title=title, subtitle=subtitle, rows=tuple(rows), room_ids=tuple(moved["room_id"]))


def _moved(row: MovedBar, word: str) -> str:
    """What the title says of the first or last row."""
    said = {"": f"{word} most", RETURNED: RETURNED}.get(row.signal, f"is {row.signal}")
    return f"{short(row.label, TITLE_COLUMNS)} {said} ({signed(row.change)})"


def _mover_hover(row: MovedBar) -> str:
    change = 100 * row.change / row.previous if row.previous > 0 else None
    share = f" ({signed_percent(change)})" if change is not None else ""
    counts = f"{count(row.messages)}, before: {count(row.previous)}"
    return hover_text(row.label, f"{signed_plural(row.change, 'message')}{share}", counts, row.remark, row.signal)

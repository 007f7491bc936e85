"""Bars: the busiest rooms, those that changed most, the busiest by their all-time counters; and silent rooms, by state
and by age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engagement.display.palette import Tokens, faded
from engagement.display.wording import (
    count,
    day_text,
    percent,
    plural,
    share_text,
    short,
    signed,
    signed_plural,
    spelled,
)
from engagement.figures.frame import (
    TEXT,
    TITLE_COLUMNS,
    TOLD_OUTSIDE,
    Row,
    add_ticks,
    bar_place,
    framed,
    hatched,
    hover_text,
    numbered,
    row_bars,
    ticks,
)
from engagement.figures.info import Canvas, Context, Info, InfoType, Numbers, no_messages
from engagement.numbers import rankings
from engagement.numbers.naming import room_labels
from engagement.numbers.rooms import FELL_SILENT, FROM_OR_TO_NOTHING, NEVER_USED
from engagement.numbers.verdict import RETURNED

_NAME_OF_MOVER = 160
_SHORT_BAR = 12
_FELL_SILENT = FELL_SILENT.capitalize()


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


@dataclass(frozen=True)
class Group:
    """How many rooms are in one state; ``age`` is 0 (young) to 4 (old) for those that are dormant."""

    name: str
    rooms: int
    meaning: str = ""
    age: int | None = None


@dataclass(frozen=True, kw_only=True)
class InactiveStates(Info):
    """One group per state, from the youngest silence to the oldest."""

    groups: tuple[Group, ...] = ()
    inactive: int = 0

    @property
    def numbers(self) -> Numbers:
        """The rooms of every state and their share."""
        rows = ((group.name, count(group.rooms), share_text(group.rooms, self.inactive)) for group in self.groups)
        return Numbers(("State", "Rooms", "Share"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Horizontal bars in the order of age, with the number and its share of all inactive rooms."""
        rows = []
        for group in self.groups:
            share = f" · {share_text(group.rooms, self.inactive)}" if group.rooms else ""
            text = f"{count(group.rooms)}{share}"
            rows.append(Row(group.name, group.rooms, text, hover_text(group.name, text, group.meaning)))
        figure = row_bars(self, rows, _fills(self.groups, tokens), tokens)
        if not self.empty:
            high = max(group.rooms for group in self.groups)
            figure.axis("xaxis", range=[0, high], **numbered(ticks(high, parts=3)))
        return figure


def _fills(groups: Sequence[Group], tokens: Tokens) -> dict[str, Any]:
    # Hatched where there is no last message to be old: neither a shade of age nor a colour of change would be true.
    fallen = [group.name == _FELL_SILENT for group in groups]
    shades = [tokens.silent[2 if group.age is None else group.age] for group in groups]
    colours = [tokens.down if fell else shade for fell, shade in zip(fallen, shades, strict=True)]
    return hatched(colours, [group.age is None and group.name != _FELL_SILENT for group in groups], tokens)


def _all_spoke(kind: type[InfoType], total: int, context: Context, subtitle: str) -> InfoType:
    if total == 0:
        return kind(title="No rooms to show", subtitle=subtitle, empty="No room passes the filters. Show more rooms.")
    title = f"All {plural(total, 'room')} had messages" if total > 1 else "The only room had messages"
    return kind(title=title, subtitle=subtitle, empty=f"No room was inactive, {context.this_text}.")


def inactive_states(rooms: pd.DataFrame, context: Context) -> InactiveStates:
    """Rooms of a rooms table that are not active, by state; dormant ones by the age of their silence.

    The four main states are always there, also at zero; "unused so far" and "unknown" only where there are some.
    """
    subtitle = context.subtitle("Rooms without a message and their share of all such rooms", context.this_text)
    of = rankings.silence(rooms)
    if of.inactive == 0:
        return _all_spoke(InactiveStates, len(rooms), context, subtitle)
    fallen = sum(of.fell_silent)
    groups = [Group(_FELL_SILENT, fallen, f"had messages in {context.before}")]
    groups += [
        Group(f"Dormant {name}", number, "no message in either period", place)
        for place, (name, number) in enumerate(zip(rankings.AGES, of.dormant, strict=True))
    ]
    groups.append(Group("Never used", of.never_used, "created before the period, no message ever"))
    if of.unused_so_far:
        groups.append(Group("Unused so far", of.unused_so_far, "created inside the period, no message yet"))
    if of.unknown:
        groups.append(Group("Last message unknown", of.unknown, "the room directory does not say"))
    said = ((fallen, FELL_SILENT), (of.never_used, NEVER_USED))
    parts = [f"{count(number)} {word}" for number, word in said if number]
    title = f"{count(of.inactive)} of {plural(of.rooms, 'room')} had no message"
    return InactiveStates(
        title=f"{title}: {', '.join(parts)}" if parts else title,
        subtitle=subtitle,
        groups=tuple(groups),
        inactive=of.inactive,
    )


@dataclass(frozen=True, kw_only=True)
class SilenceAge(Info):
    """Five ages of silence and the rooms that were never used."""

    columns: tuple[Group, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The rooms of every age."""
        rows = tuple((column.name, count(column.rooms)) for column in self.columns)
        return Numbers(("Silent for", "Rooms"), rows)

    def drawn(self, tokens: Tokens) -> Canvas:
        """Five columns, darker with age, and a hatched one apart for the rooms that were never used."""
        figure = framed(self, tokens, 250, bottom=44)
        if self.empty:
            return figure
        aged = len(rankings.AGES)
        places = [*range(aged), aged + 0.35]
        figure.add(
            "bar",
            x=places,
            y=[column.rooms for column in self.columns],
            width=0.78,
            marker=_fills(self.columns, tokens),
            text=[count(column.rooms) for column in self.columns],
            textfont={"size": 14, "color": tokens.ink},
            hovertext=[hover_text(column.name, plural(column.rooms, "room")) for column in self.columns],
            **TOLD_OUTSIDE,
        )
        high = max(column.rooms for column in self.columns)
        names = [column.name.replace(" days", "<br>days").replace("never ", "never<br>") for column in self.columns]
        figure.axis("xaxis", range=[-0.42, aged + 0.77], tickvals=places, ticktext=names, tickfont={"size": TEXT})
        # On a phone the first label begins left of its column; Plotly would rather not show it at all.
        figure.axis("xaxis", ticklabeloverflow="allow")
        figure.axis("yaxis", range=[0, max(high, 1) * 1.14], showticklabels=False)
        ground = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
        figure.layout["shapes"] = [{**ground, "line": {"color": tokens.muted, "width": 1}}]
        return figure


def silence_age(rooms: pd.DataFrame, context: Context) -> SilenceAge:
    """Inactive rooms of a rooms table by whole days from the last message to the end of the period.

    Rooms that are unused so far or whose last message is unknown are left out and counted.
    """
    of = rankings.silence(rooms)
    never, left_out = of.never_used, of.unused_so_far + of.unknown
    what = "Inactive rooms by days since their last message"
    remark = f"{plural(left_out, 'room')} of unknown age left out" if left_out else ""
    subtitle = context.subtitle(what, f"counted to {day_text(context.period.end)}", remark)
    if of.inactive == 0:
        return _all_spoke(SilenceAge, len(rooms), context, subtitle)
    aged = zip(rankings.AGES, of.aged, strict=True)
    columns = tuple(Group(name, number, age=place) for place, (name, number) in enumerate(aged))
    known, long = sum(of.aged), sum(of.aged[2:])
    if known:
        title = f"{count(long)} of {plural(known, 'room')} that once had messages have been silent for over 90 days"
        title = title if long else "No room that ever had messages has been silent for over 90 days"
    else:
        title = f"{plural(never, 'room')} never used" if never else "How long the rooms have been silent is not known"
    return SilenceAge(title=title, subtitle=subtitle, columns=(*columns, Group(NEVER_USED, never)))

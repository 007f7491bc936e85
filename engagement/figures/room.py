"""One room: its weekdays, a year of its weeks with the signals it was given, its rank and share, and other rooms beside
it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from engagement.display import arrows, reasons
from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens
from engagement.display.wording import DAYS, WEEKDAYS, amount, count, percent, plural, share_text, short
from engagement.figures.calendar import week_labels, week_text
from engagement.figures.frame import (
    TEXT,
    TITLE_COLUMNS,
    TOLD_OUTSIDE,
    axis_names,
    framed,
    hover_text,
    names_width,
    note,
    numbered,
    numbers_width,
    ticks,
)
from engagement.figures.heat import RoomWeeks
from engagement.figures.info import Canvas, Context, Info, Numbers, number_or_why, over_time
from engagement.figures.weeks import RoomLine
from engagement.numbers.days import Bars, Weekday, as_count, by_weekday
from engagement.numbers.periods import MONDAY
from engagement.numbers.verdict import NEWS

# A name at the end of a line may take so many pixels, and is so high.
_NAME, _NAME_HEIGHT = 130, 16
_BODY, _BOTTOM = 268, 38


@dataclass(frozen=True)
class Given:
    """The signal that a room was given in the week of a number, and why."""

    week: int
    signal: str
    why: str


@dataclass(frozen=True, kw_only=True)
class RoomYear(RoomLine):
    """The same with the signals that were ``given`` in the weeks before the last."""

    given: tuple[Given, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The same with the signal of each week that was given one."""
        line, given = super().numbers, {one.week: one.signal for one in self.given}
        rows = tuple((*row, given.get(number, "")) for number, row in enumerate(line.rows))
        return Numbers((*line.names, "Signal"), rows)

    def drawn(self, tokens: Tokens) -> Canvas:
        """The line with a triangle for each of the signals, which points the way of it."""
        figure = super().drawn(tokens)
        if self.given:
            weeks = [self.weeks[one.week] for one in self.given]
            figure.add(
                "scatter",
                x=[one.week for one in self.given],
                y=[week.messages for week in weeks],
                mode="markers",
                marker={
                    "size": 11,
                    "symbol": [arrows.SHAPES[arrows.way(one.signal)] for one in self.given],
                    "color": [arrows.colour(one.signal, tokens) for one in self.given],
                    "line": {"color": tokens.paper, "width": 1},
                },
                hovertext=[
                    hover_text(week_text(week.start), one.signal, one.why)
                    for one, week in zip(self.given, weeks, strict=True)
                ],
                hoverinfo="text",
                cliponaxis=False,
            )
        return figure


def room_year(line: RoomLine, told: pd.DataFrame) -> RoomYear:
    """The weeks of ``line`` with what ``numbers.room.signals_of_weeks`` says of the same weeks."""
    known = [number for number, week in enumerate(line.weeks) if week.messages is not None]
    rows = enumerate(zip(told["signal"], told["reason"], strict=True))
    given = tuple(
        Given(number, signal, reasons.text(why))
        for number, (signal, why) in rows
        if signal in NEWS and number in known[:-1]
    )
    triangles = "triangles: earlier signals, by the thresholds of today" if given else ""
    subtitle = " · ".join(filter(None, (line.subtitle, triangles)))
    return RoomYear(**vars(line) | {"subtitle": subtitle}, given=given)


@dataclass(frozen=True, kw_only=True)
class Weekdays(Info):
    """The seven weekdays in the order of the week; none where not every one is known, or all are silent."""

    rows: tuple[Weekday, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The mean of each weekday, and of how many days."""
        rows = tuple((WEEKDAYS[row.weekday], amount(row.mean), count(row.days)) for row in self.rows)
        return Numbers(("Weekday", "Messages a day", "Days"), rows)

    def drawn(self, tokens: Tokens) -> Canvas:
        """A bar for each weekday with its mean at the end, and below its name how many days this rests on."""
        figure = framed(self, tokens, 190, right=0, bottom=40)
        if self.empty:
            return figure
        means = [row.mean for row in self.rows]
        figure.add(
            "bar",
            x=list(range(len(self.rows))),
            y=[round(mean, 4) for mean in means],
            width=0.72,
            marker={"color": tokens.this},
            text=[amount(mean) for mean in means],
            textfont={"size": TEXT, "color": tokens.ink},
            hovertext=[
                hover_text(WEEKDAYS[row.weekday], _a_day(row), f"mean of {plural(row.days, 'day')}")
                for row in self.rows
            ],
            **TOLD_OUTSIDE,
        )
        names = [f"{WEEKDAYS[row.weekday]}<br>{plural(row.days, 'day')}" for row in self.rows]
        figure.axis("xaxis", range=[-0.5, len(self.rows) - 0.5], tickvals=list(range(len(names))), ticktext=names)
        high, low = max(*means, 0), min(*means, 0)
        room = 0.16 * max(high - low, 1)
        zero = {"zeroline": True, "zerolinecolor": tokens.muted, "zerolinewidth": 1}
        figure.axis("yaxis", range=[low - room * (low < 0), high + room], showticklabels=False, **zero)
        return figure


def weekdays(bars: Bars, context: Context, who: str, week_start: int = MONDAY) -> Weekdays:
    """The mean of messages per weekday of one room, named ``who``, by the days of both periods of its ``bars``."""
    rows, unknown = by_weekday(bars, week_start)
    subtitle = context.subtitle(
        "Mean of messages per weekday, over as many days as stand below it",
        f"days of {context.previous_text} and {context.this_text}",
        f"{plural(unknown, 'day')} not known, left out" if unknown else "",
    )
    if not any(row.mean for row in rows):
        sentence = "No whole week of its days is known that has a message."
        return Weekdays(title=f"{who}: nothing to tell of weekdays", subtitle=subtitle, empty=sentence)
    most, least = max(rows, key=lambda row: row.mean), min(rows, key=lambda row: row.mean)
    title = f"most on {DAYS[most.weekday]}s, {_a_day(most)}; fewest on {DAYS[least.weekday]}s, {amount(least.mean)}"
    if most.mean == least.mean:
        title = f"as much on every weekday, {_a_day(most)}"
    return Weekdays(title=f"{who}: {title}", subtitle=subtitle, rows=rows)


def _a_day(row: Weekday) -> str:
    return f"{amount(row.mean)} {'message' if row.mean == 1 else 'messages'} a day"


@dataclass(frozen=True)
class Standing:
    """A week of a room among the others; None is not known, and no rank a week without a message. ``why`` says so."""

    start: date
    rank: int | None
    share: float | None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Standings(Info):
    """The weeks in order."""

    weeks: tuple[Standing, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The rank and the share of every week; without a share, why there is none."""
        rows = (
            (
                week_text(week.start),
                count(week.rank),
                number_or_why(week.share, week.why, lambda share: share_text(share, 100)),
            )
            for week in self.weeks
        )
        return Numbers(("Week", "Rank", "Share of the messages"), tuple(rows))

    @property
    def main(self) -> str:
        """The best, the worst and the last rank."""
        return over_time([(week_text(week.start), week.rank) for week in self.weeks], "rank")

    def drawn(self, tokens: Tokens) -> Canvas:
        """Two panels above each other: the share of all messages, and the rank on a logarithmic scale, first on top."""
        shares, ranks = [week.share for week in self.weeks], [week.rank for week in self.weeks]
        highest, lowest = max((s or 0 for s in shares), default=0), max((r or 1 for r in ranks), default=1)
        marks = [1, *(m for power in range(7) for m in (3 * 10**power, 10 ** (power + 1)) if m <= lowest)]
        left = max(numbers_width(marks), numbers_width([100]) + 14)
        figure = framed(self, tokens, _BODY + 30, left=left, right=8, bottom=_BOTTOM)
        if self.empty:
            return figure
        round_ = [mark for mark in (0, 1, 2, 5, 10, 20, 50, 100) if mark <= highest * 1.05]
        parts = [round_[0], round_[-1]]
        shown = numbered(parts, percent) | {"range": [0, max(highest, 0.1) * 1.1]}
        places = {"tickvals": [math.log10(mark) for mark in marks], "ticktext": [count(mark) for mark in marks]}
        low = math.log10(lowest)
        ranked = places | {"showgrid": True, "range": [low + max(0.08 * low, 0.1), -max(0.08 * low, 0.1)]}
        heights = [None if rank is None else math.log10(rank) for rank in ranks]
        grid = figure.layout["yaxis"]
        panels: list[tuple[str, Sequence[float | None], str, tuple[float, float], dict[str, Any]]] = [
            ("Share of the messages", shares, "y2", (0.55, 0.92), shown),
            ("Rank", heights, "y", (0.0, 0.38), ranked),
        ]
        for name, values, axis, domain, scale in panels:
            figure.add(
                "scatter",
                x=list(range(len(self.weeks))),
                y=[None if value is None else round(value, 4) for value in values],
                yaxis=axis,
                mode="lines+markers",
                line={"color": tokens.this, "width": 2},
                marker={"size": 4, "color": tokens.this},
                connectgaps=False,
                hovertext=[_standing_hover(week) for week in self.weeks],
                hoverinfo="text",
                cliponaxis=False,
            )
            figure.layout[axis.replace("y", "yaxis")] = grid | {"domain": domain, "anchor": "x"} | scale
            place = {"xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom", "yshift": 4}
            head = note(name, tokens.ink, TEXT, x=0, xshift=-figure.left, y=domain[1], **place)
            head["font"]["weight"] = 600
            figure.annotate(head)
        starts = [week.start for week in self.weeks]
        figure.axis("xaxis", range=[-0.5, len(starts) - 0.5], anchor="y", **week_labels(starts))
        return figure


def standing(told: pd.DataFrame, number: int, context: Context, gaps: Sequence[str] = ()) -> Standings:
    """The weeks of ``numbers.room.standing`` among ``number`` rooms; ``gaps`` says why a week is not known."""
    rows = zip(told.index, told["rank"], told["share"], gaps or [""] * len(told), strict=True)
    weeks = tuple(
        Standing(pd.Timestamp(start).date(), as_count(rank), None if math.isnan(share) else float(share), why)
        for start, rank, share, why in rows
    )
    subtitle = context.subtitle(f"By messages per week, among the {plural(number, 'room')} shown")
    ranked = [week for week in weeks if week.rank is not None]
    if not ranked:
        sentence = "No week with a message of this room is known of all rooms shown."
        return Standings(title="No rank yet", subtitle=subtitle, empty=sentence)
    best = min(ranked, key=lambda week: (week.rank or 0, -week.start.toordinal()))
    last = weeks[-1]
    now = f"Rank {count(last.rank)}, {share_text(last.share or 0, 100)} of all" if last.rank else "No rank"
    title = f"{now} in the last full week"
    if best.rank != last.rank:
        title += f"; at best {count(best.rank)}, {week_text(best.start)}"
    return Standings(title=title, subtitle=subtitle, weeks=weeks)


def _standing_hover(week: Standing) -> str:
    if week.share is None:
        return hover_text(week_text(week.start), f"not known: {week.why or 'some room is not'}")
    rank = f"rank {count(week.rank)}" if week.rank else "no message"
    return hover_text(week_text(week.start), rank, f"{share_text(week.share, 100)} of all messages")


@dataclass(frozen=True, kw_only=True)
class Beside(Info):
    """The room and up to four others, and the first day of each week."""

    rooms: tuple[RoomWeeks, ...] = ()
    starts: tuple[date, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """A column for each room, a row for each week."""
        weeks = zip(*(room.weeks for room in self.rooms), strict=True)
        rows = ((week_text(start), *map(count, counts)) for start, counts in zip(self.starts, weeks, strict=True))
        return Numbers(("Week", *(room.label for room in self.rooms)), tuple(rows))

    @property
    def main(self) -> str:
        """The extremes of each room."""
        starts = [week_text(start) for start in self.starts]
        return ". ".join(over_time(list(zip(starts, room.weeks, strict=True)), room.label) for room in self.rooms)

    def drawn(self, tokens: Tokens) -> Canvas:
        """A line for each room over one scale, its name at the end; that of the room itself is the strongest."""
        highest = max((week or 0 for room in self.rooms for week in room.weeks), default=0)
        top = max(highest, 1) * 1.06
        marks = ticks(max(highest, 1), parts=3)
        labels = [room.label for room in self.rooms]
        right = names_width(labels, _NAME)
        figure = framed(self, tokens, _BODY, left=numbers_width(marks), right=right, bottom=_BOTTOM)
        if self.empty:
            return figure
        colours = [tokens.this, *tokens.others]
        drawn = list(zip(self.rooms, colours, strict=False))
        for room, colour in reversed(drawn):
            figure.add(
                "scatter",
                x=list(range(len(self.starts))),
                y=[None if week is None else max(week, 0) for week in room.weeks],
                mode="lines",
                line={"color": colour, "width": 3 if room is self.rooms[0] else 1.6},
                connectgaps=False,
                hovertext=[_week_hover(room, n, start) for n, start in enumerate(self.starts)],
                hoverinfo="text",
            )
        height = (_BODY - _BOTTOM) / top
        ends = _apart([(_last(room) or 0) * height for room in self.rooms], _BODY - _BOTTOM)
        place: dict[str, Any] = {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 8,
            "yref": "y",
            "yanchor": "middle",
        }
        names = axis_names(labels, _NAME)
        figure.annotate(
            *(
                note(for_plotly(name), colour, TEXT, y=end / height, hovertext=hover_text(room.label), **place)
                for name, end, (room, colour) in zip(names, ends, drawn, strict=True)
            )
        )
        figure.axis("xaxis", range=[-0.3, len(self.starts) - 0.7], **week_labels(self.starts))
        figure.axis("yaxis", range=[0, top], **numbered(marks))
        return figure


def beside(labels: Sequence[str], weekly: pd.DataFrame, context: Context) -> Beside:
    """Rooms beside the first one, a row of ``weekly`` for each label: messages by the first day of each week."""
    starts = tuple(pd.Timestamp(start).date() for start in weekly.columns)
    rooms = tuple(
        RoomWeeks(label, tuple(as_count(value) for value in row))
        for label, row in zip(labels, weekly.to_numpy(), strict=True)
    )
    span = f"{week_text(starts[0])} to {week_text(starts[-1])}"
    title = f"{short(labels[0], TITLE_COLUMNS)} beside {plural(len(rooms) - 1, 'other room')}"
    known = any(week is not None for room in rooms for week in room.weeks)
    empty = "" if known else "No week of these rooms has been counted yet."
    subtitle = context.subtitle("Messages per week", span)
    return Beside(title=title, subtitle=subtitle, empty=empty, rooms=rooms, starts=starts)


def _last(room: RoomWeeks) -> int | None:
    return next((week for week in reversed(room.weeks) if week is not None), None)


def _apart(heights: Sequence[float], highest: float) -> list[float]:
    """The ``heights`` moved as little as a name needs to stand clear of the next, from the lowest up."""
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    moved = list(heights)
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + _NAME_HEIGHT)
    # What was pushed out at the top goes back down, and takes those below along.
    ceiling = highest
    for number in reversed(order):
        moved[number] = min(moved[number], ceiling)
        ceiling = moved[number] - _NAME_HEIGHT
    return moved


def _week_hover(room: RoomWeeks, number: int, start: date) -> str:
    week = room.weeks[number]
    return hover_text(room.label, week_text(start), "not known" if week is None else plural(week, "message"))

"""Messages by week: of all rooms together, and of one room with what is usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from engagement.display import events, reasons, signals
from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens, faded
from engagement.display.wording import amount, count, plural, short
from engagement.figures.calendar import week_labels, week_text
from engagement.figures.events import OverTime, mark_events, weeks_from
from engagement.figures.frame import (
    TEXT,
    TITLE_COLUMNS,
    framed,
    hatched,
    hover_text,
    note,
    numbered,
    numbers_width,
    text_width,
    ticks,
)
from engagement.figures.info import UNKNOWN, Canvas, Context, Numbers, no_messages, over_time
from engagement.numbers.days import as_count
from engagement.numbers.events import during
from engagement.numbers.verdict import FALLS, NO_CLEAR_CHANGE, RETURNED, RISING
from engagement.numbers.weeks import median_before

_SILENT_WEEK = "No message in the last full week"


@dataclass(frozen=True)
class Week:
    """One week of all rooms; None is not known, ``why`` says so."""

    start: date
    messages: int | None
    active_rooms: int | None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class WeeklyTotals(OverTime):
    """The weeks in order."""

    weeks: tuple[Week, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every week; without a number, why there is none."""
        rows = (
            (
                week_text(week.start),
                (week.why or UNKNOWN) if week.messages is None else count(week.messages),
                count(week.active_rooms),
            )
            for week in self.weeks
        )
        return Numbers(("Week", "Messages", "Active rooms"), tuple(rows))

    @property
    def main(self) -> str:
        """Of each panel every one of a few weeks, else the extremes."""
        starts = [week_text(week.start) for week in self.weeks]
        both = (
            ("messages", [week.messages for week in self.weeks]),
            ("active rooms", [w.active_rooms for w in self.weeks]),
        )
        return ". ".join(
            filter(None, (over_time(list(zip(starts, counts, strict=True)), word) for word, counts in both))
        )

    def drawn(self, tokens: Tokens) -> Canvas:
        """Two panels above each other over the same weeks: messages, and rooms with messages."""
        weeks = self.weeks
        panels = [
            ("Messages", [week.messages for week in weeks], "y2", (0.47, 0.93)),
            ("Active rooms", [week.active_rooms for week in weeks], "y", (0, 0.33)),
        ]
        marks = [ticks(max((value or 0 for value in values), default=0), parts=2) for _, values, _, _ in panels]
        figure = framed(self, tokens, 330, left=numbers_width([*marks[0], *marks[1]]), right=4, bottom=38)
        if self.empty:
            return figure
        colours = [*[faded(tokens.this, 0.55)] * (len(weeks) - 1), tokens.this]
        grid = figure.layout["yaxis"]
        for (name, values, axis, domain), steps in zip(panels, marks, strict=True):
            figure.add(
                "bar",
                x=list(range(len(weeks))),
                y=values,
                yaxis=axis,
                width=0.74,
                marker=hatched(colours, [False] * len(weeks), tokens),
                hovertext=[_week_hover(week) for week in weeks],
                hoverinfo="text",
            )
            high = max((value or 0 for value in values), default=0)
            scale = {"domain": domain, "anchor": "x", "range": [0, max(high, 1) * 1.06], **numbered(steps)}
            figure.layout[axis.replace("y", "yaxis")] = grid | scale
            place = {"xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom", "yshift": 2}
            head = note(name, tokens.ink, TEXT, x=0, xshift=-figure.left, y=domain[1], **place)
            head["font"]["weight"] = 600
            figure.annotate(head)
        figure.axis("xaxis", range=[-0.5, len(weeks) - 0.5], anchor="y", **week_labels([week.start for week in weeks]))
        mark_events(figure, self.events, weeks_from([week.start for week in weeks]), tokens)
        return figure


def weekly_totals(weekly: pd.DataFrame, context: Context, gaps: Sequence[str] = ()) -> WeeklyTotals:
    """Totals by week from a table with columns messages and active_rooms, indexed by the first day of each week.

    The weeks are over; the title compares the last one with the median of those before it. ``gaps`` says why a week is
    not known (``History.gaps``).
    """
    counts = weekly["messages"], weekly["active_rooms"]
    weeks = tuple(
        Week(pd.Timestamp(start).date(), as_count(messages), as_count(active), why)
        for start, messages, active, why in zip(weekly.index, *counts, gaps or [""] * len(weekly), strict=True)
    )
    known = [week for week in weeks if week.messages is not None]
    if not any(week.messages for week in known):
        return no_messages(WeeklyTotals, context, "Messages and active rooms per week")
    what = f"Messages and active rooms per week, {plural(len(weeks), 'week')}"
    seen = during(context.events, *weeks_from([week.start for week in weeks]))
    span = f"{week_text(weeks[0].start)} to {week_text(weeks[-1].start)}"
    return WeeklyTotals(
        title=_weekly_title(known),
        subtitle=context.subtitle(what, span, events.listed(seen)),
        weeks=weeks,
        events=seen,
    )


def _weekly_title(known: Sequence[Week]) -> str:
    last, usual = known[-1], median_before([week.messages or 0 for week in known])
    rooms = f" in {plural(last.active_rooms, 'room')}" if last.active_rooms is not None else ""
    title = f"{plural(last.messages, 'message')}{rooms} in the last full week" if last.messages else _SILENT_WEEK
    return title if usual is None else f"{title}; the median of the weeks before is {amount(usual)}"


def _week_hover(week: Week) -> str:
    if week.messages is None:
        return hover_text(week_text(week.start), "not known", week.why)
    return hover_text(
        week_text(week.start), plural(week.messages, "message"), f"active rooms: {count(week.active_rooms)}"
    )


@dataclass(frozen=True)
class RoomWeek:
    """One week of one room with what was usual for it; None is not known, ``why`` says so of the messages."""

    start: date
    messages: int | None
    low: float | None
    level: float | None
    high: float | None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class RoomLine(OverTime):
    """The weeks of one room in order, the signal on the last one, and what is told of it to whoever looks closer."""

    weeks: tuple[RoomWeek, ...] = ()
    signal: str = ""
    closer: tuple[str, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every week with the edges of what is usual; without a number, why there is none."""
        rows = (
            (
                week_text(week.start),
                (week.why or UNKNOWN) if week.messages is None else count(week.messages),
                *(amount(edge) for edge in (week.low, week.level, week.high)),
            )
            for week in self.weeks
        )
        return Numbers(("Week", "Messages", "Usual from", "Level", "Usual to"), tuple(rows))

    @property
    def main(self) -> str:
        """Every one of a few weeks, else the extremes."""
        return over_time([(week_text(week.start), week.messages) for week in self.weeks])

    def drawn(self, tokens: Tokens) -> Canvas:
        """The weekly line over the usual band; the last point has the colour and the word of its signal."""
        weeks = self.weeks
        highest = max((max(week.messages or 0, week.high or 0) for week in weeks), default=0)
        marks = ticks(max(highest, 1), parts=3)
        figure = framed(self, tokens, 268, left=numbers_width(marks), right=16, bottom=38)
        if self.empty:
            return figure
        _band(figure, weeks, tokens)
        places = list(range(len(weeks)))
        hover = [_room_week_hover(week) for week in weeks]
        figure.add(
            "scatter",
            x=places,
            y=[week.messages for week in weeks],
            mode="lines+markers",
            line={"color": tokens.this, "width": 2},
            marker={"size": 5, "color": tokens.this},
            hovertext=hover,
            hoverinfo="text",
            connectgaps=False,
        )
        last = max(number for number, week in enumerate(weeks) if week.messages is not None)
        ups, downs = (
            dict.fromkeys((RISING, RETURNED), tokens.up),
            dict.fromkeys(FALLS, tokens.down),
        )
        colour = ({NO_CLEAR_CHANGE: tokens.ink} | ups | downs).get(self.signal, tokens.muted)
        figure.add(
            "scatter",
            x=[last],
            y=[weeks[last].messages],
            mode="markers",
            marker={"size": 12, "color": colour, "line": {"color": tokens.paper, "width": 2}},
            hovertext=["<br>".join([hover[last], *map(for_plotly, self.closer)])],
            hoverinfo="text",
            cliponaxis=False,
        )
        text = f"<b>{for_plotly(self.signal)}</b> {count(weeks[last].messages)}"
        clear = _clear_height(self, last, figure.across)
        place = {"x": last, "y": clear, "xanchor": "right", "xshift": 6, "yanchor": "bottom", "yshift": 8}
        figure.annotate(note(text, colour, TEXT, **place))
        figure.axis("xaxis", range=[-0.3, len(weeks) - 0.7], **week_labels([week.start for week in weeks]))
        figure.axis("yaxis", range=[0, max(highest, 1) * 1.18], **numbered(marks))
        mark_events(figure, self.events, weeks_from([week.start for week in weeks]), tokens)
        return figure


def room_line(
    label: str,
    weekly: pd.DataFrame,
    judged: pd.Series,
    context: Context,
    gaps: Sequence[str] = (),
    what: str = "this room",
    *,
    month: bool = False,
) -> RoomLine:
    """One room by week, from columns messages, low, level and high, indexed by the first day of each week.

    ``label`` comes from ``room_label``, ``what`` names it in a sentence; ``judged`` has the columns of
    ``verdict.judge``, of a ``month`` where that was judged; ``gaps`` says why a week is not known (``History.gaps``).
    """
    rows = weekly[["messages", "low", "level", "high"]].itertuples(name=None)
    weeks = tuple(
        RoomWeek(pd.Timestamp(start).date(), as_count(messages), _edge(low), _edge(level), _edge(high), why)
        for (start, messages, low, level, high), why in zip(rows, gaps or [""] * len(weekly), strict=True)
    )
    known = [week for week in weeks if week.messages is not None]
    name = short(label, TITLE_COLUMNS)
    if not known:
        sentence = "No week of this room has been counted yet."
        subtitle = context.subtitle("Messages per week")
        return RoomLine(title=f"{name}: no data", subtitle=subtitle, empty=sentence)
    last = known[-1]
    span = f"{week_text(weeks[0].start)} to {week_text(weeks[-1].start)}"
    seen = during(context.events, *weeks_from([week.start for week in weeks]))
    signal, reason = str(judged["signal"]), reasons.text(judged["reason"])
    edges = signals.news(judged["news_below"], judged["news_above"])
    if month and edges:
        edges += " in four weeks"
    if last is weeks[-1] and not month:
        said = filter(None, [plural(last.messages or 0, "message"), _usual(last)])
    else:
        said = filter(None, [reason])
    return RoomLine(
        title=", ".join([f"{name}: {signal}", *said]),
        subtitle=context.subtitle(
            "Messages per week", "band: held nine of ten weeks", edges, span, events.listed(seen)
        ),
        events=seen,
        weeks=weeks,
        signal=signal,
        closer=(reason, *signals.closer(judged, what)),
    )


def _edge(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _clear_height(info: RoomLine, last: int, pixels: float) -> float:
    """The height above which a word that ends at week ``last`` hides neither line nor band, ``pixels`` wide."""
    word = text_width(f"{info.signal} {count(info.weeks[last].messages)}", TEXT) * 1.1
    covered = math.ceil(word * len(info.weeks) / pixels) + 1
    return max(max(week.messages or 0, week.high or 0) for week in info.weeks[max(last + 1 - covered, 0) :])


def _band(figure: Canvas, weeks: Sequence[RoomWeek], tokens: Tokens) -> None:
    banded = [(n, week) for n, week in enumerate(weeks) if week.low is not None and week.high is not None]
    if not banded:
        return
    xs = [number for number, _ in banded]
    figure.add(
        "scatter",
        x=xs + xs[::-1],
        y=[week.high for _, week in banded] + [week.low for _, week in reversed(banded)],
        mode="lines",
        fill="toself",
        fillcolor=faded(tokens.this, 0.16),
        line={"width": 0},
        hoverinfo="skip",
    )
    figure.add(
        "scatter",
        x=xs,
        y=[week.level for _, week in banded],
        mode="lines",
        line={"color": tokens.muted, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )


def _room_week_hover(week: RoomWeek) -> str:
    messages = plural(week.messages, "message") if week.messages is not None else f"no data: {week.why or 'not known'}"
    return hover_text(week_text(week.start), messages, _usual(week))


def _usual(week: RoomWeek) -> str:
    low, high, messages = (math.nan if value is None else value for value in (week.low, week.high, week.messages))
    return signals.usual(low, high, messages)

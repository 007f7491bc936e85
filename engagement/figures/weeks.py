"""Messages by week: of all rooms together, and of one room with what is usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from engagement.display import arrows, events, reasons, signals
from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens, faded
from engagement.display.wording import amount, count, plural, short
from engagement.figures.calendar import week_labels, week_text
from engagement.figures.events import OverTime, mark_events, weeks_from
from engagement.figures.frame import (
    TEXT,
    TITLE_COLUMNS,
    framed,
    hover_text,
    note,
    numbered,
    numbers_width,
    text_width,
    ticks,
)
from engagement.figures.info import Canvas, Context, Numbers, no_messages, number_or_why, over_time
from engagement.numbers.days import as_count
from engagement.numbers.events import during
from engagement.numbers.totals import total_band
from engagement.numbers.weeks import History, total_signal

# The pixels of the panel below a line, with its heading.
_PANEL = 92


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
                number_or_why(week.messages, week.why),
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
        colour = arrows.colour(self.signal, tokens, tokens.ink)
        figure.add(
            "scatter",
            x=[last],
            y=[weeks[last].messages],
            mode="markers",
            marker={
                "size": 12,
                "symbol": arrows.SHAPES[arrows.way(self.signal)],
                "color": colour,
                "line": {"color": tokens.paper, "width": 2},
            },
            hovertext=["<br>".join([hover[last], *map(for_plotly, self.closer)])],
            hoverinfo="text",
            cliponaxis=False,
        )
        text = f"<b>{for_plotly(arrows.told(self.signal, self.signal))}</b> {count(weeks[last].messages)}"
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
        sentence = f"No week of {what} is known."
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


@dataclass(frozen=True, kw_only=True)
class WeeklyTotals(RoomLine):
    """The same of all rooms together, with how many ``active_rooms`` there were in each week."""

    active_rooms: tuple[int | None, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The same with the active rooms of each week."""
        line = super().numbers
        rows = zip(line.rows, self.active_rooms, strict=True)
        return Numbers((*line.names, "Active rooms"), tuple((*row, count(active)) for row, active in rows))

    @property
    def main(self) -> str:
        """Of messages and of active rooms every one of a few weeks, else the extremes."""
        counts = {"messages": [week.messages for week in self.weeks], "active rooms": self.active_rooms}
        starts = [week_text(week.start) for week in self.weeks]
        told = (over_time(list(zip(starts, of, strict=True)), word) for word, of in counts.items())
        return ". ".join(filter(None, told))

    def drawn(self, tokens: Tokens) -> Canvas:
        """The line of all messages, and below it over the same weeks a bar for the active rooms of each."""
        figure = super().drawn(tokens)
        if self.empty:
            return figure
        figure.layout["height"] += _PANEL
        high = max((active or 0 for active in self.active_rooms), default=0)
        hover = [
            hover_text(week_text(week.start), f"active rooms: {count(active)}")
            for week, active in zip(self.weeks, self.active_rooms, strict=True)
        ]
        figure.add(
            "bar",
            x=list(range(len(self.weeks))),
            y=self.active_rooms,
            yaxis="y2",
            width=0.6,
            marker={"color": tokens.this},
            hovertext=hover,
            hoverinfo="text",
        )
        scale = {"domain": (0, 0.2), "anchor": "x", "range": [0, max(high, 1) * 1.06], **numbered(ticks(high, parts=1))}
        figure.layout["yaxis2"] = figure.layout["yaxis"] | scale
        figure.axis("yaxis", domain=(0.33, 1))
        figure.axis("xaxis", anchor="y2", range=[-0.5, len(self.weeks) - 0.5])
        place = {"xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom", "yshift": 2}
        head = note("Active rooms", tokens.ink, TEXT, x=0, xshift=-figure.left, y=0.2, **place)
        head["font"]["weight"] = 600
        figure.annotate(head)
        return figure


def weekly_totals(weekly: pd.DataFrame, history: History, context: Context, weeks: int) -> WeeklyTotals:
    """The last ``weeks`` of all rooms together, with what is usual and the signal on them.

    ``weekly`` is ``measures.by_week`` of the ``history``: what is usual in the first week shown rests on those before.
    """
    messages, active = weekly["messages"], weekly["active_rooms"].tail(weeks)
    known = messages.tail(weeks).dropna()
    if len(known) and not (known > 0).any():
        return no_messages(WeeklyTotals, context, "Messages and active rooms per week")
    table = total_band(messages, history.left_out, weeks).assign(messages=messages)
    line = room_line(
        "Activity in all rooms shown",
        table,
        total_signal(history, messages),
        context,
        history.last(weeks).gaps,
        "all rooms together",
        month=history.month,
    )
    return WeeklyTotals(**vars(line), active_rooms=tuple(map(as_count, active)) if line.weeks else ())


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

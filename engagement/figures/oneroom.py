"""One room week by week, with what its own recent weeks let expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens, faded
from engagement.display.wording import count, plural, short
from engagement.figures.calendar import as_count, as_day, week_labels, week_text
from engagement.figures.frame import (
    DEFAULT_WIDTH,
    TEXT,
    TITLE_COLUMNS,
    Context,
    Info,
    framed,
    hover_text,
    note,
    numbered,
    numbers_width,
    text_width,
    ticks,
)
from engagement.numbers.verdict import GROWING, SHRINKING, STEADY


@dataclass(frozen=True)
class RoomWeek:
    """One week of one room with what was expected of it; None is not known."""

    start: date
    messages: int | None
    low: float | None
    level: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class RoomLine(Info):
    """The weeks of one room in order, and the verdict on the last one."""

    label: str
    weeks: tuple[RoomWeek, ...] = ()
    verdict: str = ""
    reason: str = ""

    def figure(self, tokens: Tokens) -> go.Figure:
        """The weekly line over the expected band; the last point has the colour and the word of its verdict."""
        weeks = self.weeks
        highest = max((max(week.messages or 0, week.high or 0) for week in weeks), default=0)
        marks = ticks(max(highest, 1), parts=3)
        figure = framed(self, tokens, 268, left=numbers_width(marks), right=16, bottom=38)
        if self.empty:
            return figure
        _band(figure, weeks, tokens)
        places = list(range(len(weeks)))
        hover = [_room_week_hover(week) for week in weeks]
        figure.add_scatter(
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
        figure.add_scatter(
            x=[last],
            y=[weeks[last].messages],
            mode="markers",
            marker={
                "size": 12,
                "color": verdict_colour(self.verdict, tokens),
                "line": {"color": tokens.paper, "width": 2},
            },
            hovertext=[hover[last] + (f"<br>{for_plotly(self.reason)}" if self.reason else "")],
            hoverinfo="text",
            cliponaxis=False,
        )
        text = f"<b>{for_plotly(self.verdict)}</b> {count(weeks[last].messages)}"
        clear = _clear_height(self, last, DEFAULT_WIDTH - figure.layout.margin.l - figure.layout.margin.r)
        place = {"x": last, "y": clear, "xanchor": "right", "xshift": 6, "yanchor": "bottom", "yshift": 8}
        figure.add_annotation(note(text, verdict_colour(self.verdict, tokens), TEXT, **place))
        figure.update_xaxes(range=[-0.3, len(weeks) - 0.7], **week_labels([week.start for week in weeks]))
        figure.update_yaxes(range=[0, max(highest, 1) * 1.18], **numbered(marks))
        return figure


def room_line(label: str, weekly: pd.DataFrame, verdict: str, context: Context, reason: str = "") -> RoomLine:
    """One room by week, from columns messages, low, level and high, indexed by the first day of each week.

    ``label`` comes from ``room_label``; ``verdict`` is growing, shrinking, steady or too few to tell.
    """
    weeks = tuple(
        RoomWeek(as_day(start), as_count(messages), *(None if pd.isna(value) else float(value) for value in band))
        for start, messages, *band in zip(
            weekly.index, *(weekly[name] for name in ("messages", "low", "level", "high")), strict=True
        )
    )
    known = [week for week in weeks if week.messages is not None]
    name = short(label, TITLE_COLUMNS)
    if not known:
        sentence = "No week of this room has been counted yet."
        subtitle = context.subtitle("Messages per week")
        return RoomLine(label=label, title=f"{name}: no data", subtitle=subtitle, empty=sentence)
    last = known[-1]
    span = f"{week_text(weeks[0].start)} to {week_text(weeks[-1].start)}"
    expected = f", expected {count(last.low)} to {count(last.high)}" if last.low is not None else ""
    is_verdict = f"{name} is {verdict}" if verdict in (GROWING, SHRINKING, STEADY) else f"{name}: {verdict}"
    return RoomLine(
        label=label,
        title=f"{is_verdict}: {plural(last.messages or 0, 'message')}{expected}",
        subtitle=context.subtitle("Messages per week", "band: expected from its own recent weeks", span),
        weeks=weeks,
        verdict=verdict,
        reason=reason,
    )


def _clear_height(info: RoomLine, last: int, pixels: float) -> float:
    """The height above which a word that ends at week ``last`` hides neither line nor band, ``pixels`` wide."""
    word = text_width(f"{info.verdict} {count(info.weeks[last].messages)}", TEXT) * 1.1
    covered = math.ceil(word * len(info.weeks) / pixels) + 1
    return max(max(week.messages or 0, week.high or 0) for week in info.weeks[max(last + 1 - covered, 0) :])


def verdict_colour(verdict: str, tokens: Tokens) -> str:
    """The colour that goes with a verdict; the word is always beside it."""
    return {GROWING: tokens.up, SHRINKING: tokens.down, STEADY: tokens.ink}.get(verdict, tokens.muted)


def _band(figure: go.Figure, weeks: Sequence[RoomWeek], tokens: Tokens) -> None:
    banded = [(n, week) for n, week in enumerate(weeks) if week.low is not None and week.high is not None]
    if not banded:
        return
    xs = [number for number, _ in banded]
    figure.add_scatter(
        x=xs + xs[::-1],
        y=[week.high for _, week in banded] + [week.low for _, week in reversed(banded)],
        mode="lines",
        fill="toself",
        fillcolor=faded(tokens.this, 0.16),
        line={"width": 0},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=xs,
        y=[week.level for _, week in banded],
        mode="lines",
        line={"color": tokens.muted, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )


def _room_week_hover(week: RoomWeek) -> str:
    messages = plural(week.messages, "message") if week.messages is not None else "no data"
    expected = f"expected {count(week.low)} to {count(week.high)}" if week.low is not None else ""
    return hover_text(week_text(week.start), messages, expected)

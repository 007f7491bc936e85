"""Messages over time: day by day and week by week, for all rooms, many rooms or one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engagement.display.palette import Tokens
from engagement.display.wording import MONTHS, WEEKDAYS, count, percent, period_text, plural
from engagement.figures.frame import (
    Canvas,
    Context,
    Info,
    add_ticks,
    framed,
    hatched,
    hover_text,
    no_messages,
    note,
    numbered,
    numbers_width,
    ticks,
    weekday_text,
)
from engagement.numbers.days import Day, Days
from engagement.numbers.periods import Period

_DAYS_LABELLED_EACH = 10
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class MessagesPerDay(Info):
    """Every day of the period, in order."""

    days: tuple[Day, ...] = ()

    def drawn(self, tokens: Tokens) -> Canvas:
        """Bars for the days, ink ticks for the days before, weekends on a tinted ground, an unfinished day hatched."""
        days = self.days
        high = max((max(day.messages or 0, day.previous or 0) for day in days), default=0)
        marks = ticks(high * 1.04, parts=3)
        figure = framed(
            self, tokens, 262, left=numbers_width(marks), right=4, bottom=40 if len(days) <= _DAYS_LABELLED_EACH else 24
        )
        if self.empty:
            return figure
        figure.layout["shapes"] = _weekends(days, tokens)
        figure.add(
            "bar",
            x=list(range(len(days))),
            y=[day.messages for day in days],
            width=0.72,
            marker=hatched(tokens.this, [day.unfinished for day in days], tokens),
            hovertext=[_day_hover(day) for day in days],
            hoverinfo="text",
        )
        _add_day_ticks(figure, days, tokens)
        figure.axis("xaxis", range=[-0.5, len(days) - 0.5], **_day_labels([day.day for day in days]))
        figure.axis("yaxis", range=[0, high * 1.06], **numbered(marks))
        _mark_running(figure, days, tokens)
        return figure


def messages_per_day(days: Days, context: Context) -> MessagesPerDay:
    """Both periods day by day, of all rooms, which beside figures of some rooms must not look like their total."""
    if not any((day.messages or 0) > 0 or (day.previous or 0) > 0 for day in days.days):
        return no_messages(MessagesPerDay, context, "Messages per day")
    return MessagesPerDay(
        title=f"Whole workspace: {_day_title(days, context)}",
        subtitle=context.subtitle(
            "Messages per day", f"bar: {context.this_text}", f"tick: {period_text(context.previous)}"
        ),
        days=days.days,
    )


def _day_title(days: Days, context: Context) -> str:
    total, before = days.messages, days.before
    said = plural(total, "message") + (" so far" if context.unfinished else "")
    if days.over is None or before is None:
        return said
    if context.unfinished:
        return f"{said}; {count(days.over)} on the days that are over, {count(before)} on those of {context.before}"
    if any(day.messages is None or day.previous is None for day in days.days):
        return said
    if total == before:
        return f"{said}, as many as {context.before}"
    share = f" ({percent(100 * abs(total - before) / before)})" if before > 0 else ""
    return f"{said}, {count(abs(total - before))} {'more' if total > before else 'fewer'} than {context.before}{share}"


def _weekends(days: Sequence[Day], tokens: Tokens) -> list[dict[str, Any]]:
    ground = {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": tokens.line, "opacity": 0.55}
    return [
        {**ground, "x0": number - 0.5, "x1": number + 0.5, "y0": 0, "y1": 1, "yref": "paper"}
        for number, day in enumerate(days)
        if day.day.weekday() >= _SATURDAY
    ]


def _mark_running(figure: Canvas, days: Sequence[Day], tokens: Tokens) -> None:
    for number, day in enumerate(days):
        if day.unfinished:
            at_the_edge = len(days) > _DAYS_LABELLED_EACH and number > len(days) / 2
            x, side = (number + 0.5, "right") if at_the_edge else (number, "center")
            top = max(day.messages or 0, day.previous or 0)
            figure.annotate(note("not over", tokens.muted, x=x, xanchor=side, y=top, yanchor="bottom", yshift=3))


def _add_day_ticks(figure: Canvas, days: Sequence[Day], tokens: Tokens) -> None:
    known = [(number, day.previous) for number, day in enumerate(days) if day.previous is not None]
    rim, thick = (0, 1.5) if len(days) > 62 else (6, 2.5)
    places = [((number - 0.44, number + 0.44), (previous, previous)) for number, previous in known]
    add_ticks(figure, places, [(tokens.paper, rim), (tokens.ink, thick)])


def _day_labels(days: Sequence[date]) -> dict[str, Any]:
    if len(days) <= _DAYS_LABELLED_EACH:
        chosen = list(range(len(days)))
        texts = [f"{WEEKDAYS[day.weekday()]}<br>{day.day} {MONTHS[day.month - 1]}" for day in days]
        return {"tickvals": chosen, "ticktext": texts}
    weeks = max(1, math.ceil(len(days) / 7 / 6))
    first = next(number for number, day in enumerate(days) if day.weekday() == 0)
    chosen = list(range(first, len(days), 7 * weeks))
    return {"tickvals": chosen, "ticktext": [f"{days[n].day} {MONTHS[days[n].month - 1]}" for n in chosen]}


def _day_hover(day: Day) -> str:
    return hover_text(
        weekday_text(day.day),
        plural(day.messages, "message") + (" so far" if day.unfinished else "")
        if day.messages is not None
        else "not known",
        f"{weekday_text(day.previous_day)}: {count(day.previous)}",
    )


def week_text(start: date) -> str:
    """The seven days from ``start`` as text."""
    return period_text(Period(start, start + timedelta(days=6)))


def week_labels(starts: Sequence[date]) -> dict[str, Any]:
    """Tick places and texts for columns of weeks: every week of a few, else the first week of a month, in words.

    The year stands below the first label and below each January; at most about eight labels.
    """
    if len(starts) <= 6:
        texts = [f"{start.day} {MONTHS[start.month - 1]}" for start in starts]
        chosen = list(range(len(starts)))
    else:
        firsts = [n for n, start in enumerate(starts) if start.day <= 7]
        chosen = firsts[:: max(1, math.ceil(len(firsts) / 8))] or [0]
        texts = [MONTHS[starts[number].month - 1] for number in chosen]
    years = [None, *(starts[number].year for number in chosen)]
    for place, number in enumerate(chosen):
        if starts[number].year != years[place]:
            texts[place] += f"<br>{starts[number].year}"
    return {"tickvals": chosen, "ticktext": texts}

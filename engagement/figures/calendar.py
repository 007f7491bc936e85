"""Messages over time: day by day and week by week, for all rooms, many rooms or one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engagement.display.events import listed
from engagement.display.palette import Tokens
from engagement.display.wording import MONTHS, WEEKDAYS, count, period_text, plural, signed, signed_percent
from engagement.figures.events import OverTime, mark_events
from engagement.figures.frame import (
    add_ticks,
    framed,
    hatched,
    hover_text,
    note,
    numbered,
    numbers_width,
    seen,
    ticks,
    weekday_text,
)
from engagement.figures.info import Canvas, Context, Numbers, no_messages, number_or_why, over_time
from engagement.numbers.days import Bar, Bars
from engagement.numbers.events import during
from engagement.numbers.periods import Period, month_of

_DAYS_LABELLED_EACH, _MONTHS_LABELLED_EACH, _MONTHS_IF_NARROW = 10, 18, 8
# From so many bars on they are as broad as their places allow.
_BROAD_FROM = 4
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class MessagesPerDay(OverTime):
    """Every part of the period in order: its days, weeks or months, as ``unit`` says."""

    bars: tuple[Bar, ...] = ()
    unit: str = "day"

    @property
    def numbers(self) -> Numbers:
        """Every part with its messages, and those of the part before; without a number, why there is none."""
        rows = (
            (
                _part_text(bar.part),
                number_or_why(bar.messages, bar.why),
                "" if bar.before is None else count(bar.previous),
            )
            for bar in self.bars
        )
        return Numbers((self.unit.capitalize(), "Messages", "Previous"), tuple(rows))

    @property
    def main(self) -> str:
        """Every one of a few parts, else the extremes."""
        return over_time([(_part_text(bar.part), bar.messages) for bar in self.bars])

    def drawn(self, tokens: Tokens) -> Canvas:
        """Bars, ink ticks for those before, weekends on a tinted ground, what is not over or not known hatched."""
        bars = self.bars
        told = [number for bar in bars for number in (bar.messages, bar.previous) if number is not None]
        high, low = max(told, default=0), min(0, min(told, default=0))
        marks = ticks(high * 1.04, low, parts=3)
        # A day or two would fill the chart as a wall.
        broad = min(1, len(bars) / _BROAD_FROM)
        labels = _labels([bar.part.start for bar in bars], self.unit, tokens.narrow)
        two_lines = any("<br>" in text for text in labels.get("ticktext", ()))
        figure = framed(self, tokens, 262, left=numbers_width(marks), right=4, bottom=40 if two_lines else 24)
        if self.empty:
            return figure
        if self.unit == "day":
            figure.layout["shapes"] = _weekends([bar.part.start for bar in bars], tokens)
        unknown = [number for number, bar in enumerate(bars) if bar.messages is None]
        figure.add(
            "bar",
            x=list(range(len(bars))),
            y=seen([bar.messages for bar in bars]),
            width=[0.72 * broad * _share(bar.part, self.unit) for bar in bars],
            marker=hatched(tokens.this, [bar.unfinished for bar in bars], tokens),
            hovertext=[_bar_hover(bar) for bar in bars],
            hoverinfo="text",
        )
        _add_day_ticks(figure, bars, tokens, 0.44 * broad)
        if unknown:
            # A place without a bar answers to no pointer.
            figure.add(
                "scatter",
                x=unknown,
                y=[0] * len(unknown),
                mode="text",
                text=["?"] * len(unknown),
                textposition="top center",
                textfont={"color": tokens.muted},
                hovertext=[_bar_hover(bars[number]) for number in unknown],
                hoverinfo="text",
            )
        figure.axis("xaxis", range=[-0.5, len(bars) - 0.5], **labels)
        figure.axis("yaxis", range=[low * 1.06, max(high, 1) * 1.06], **numbered(marks))
        _mark_running(figure, bars, tokens)
        mark_events(figure, self.events, [bar.part for bar in bars], tokens)
        return figure


def messages_per_day(bars: Bars, context: Context, who: str = "") -> MessagesPerDay:
    """The parts of the period, of the rooms that the bars are of, which add up to the tile; ``who`` names one room."""
    what, name = f"Messages per {bars.unit}", f"{who}: " if who else ""
    spoken = [number for bar in bars.bars for number in (bar.messages, bar.previous) if number]
    if not bars.messages and not spoken and who:
        sentence = f"No message of this room is known in it, nor in {context.before}."
        subtitle = context.subtitle(what, context.this_text)
        return MessagesPerDay(title=f"{who}: no messages in this period", subtitle=subtitle, empty=sentence)
    if not bars.messages and not spoken:
        return no_messages(MessagesPerDay, context, what)
    ticked = any(bar.previous is not None for bar in bars.bars)
    left = f"{bars.read} of {plural(bars.begun, bars.unit)} read" if bars.read < bars.begun else ""
    astray = f"the {bars.unit}s were read at another time: {signed(bars.astray)} in all" if bars.astray else ""
    return MessagesPerDay(
        title=name + _day_title(bars, context),
        subtitle=context.subtitle(
            what,
            left,
            astray,
            f"bar: {context.this_text}",
            f"tick: {context.previous_text}" if ticked else "",
            f"narrow: part of a {bars.unit}" if any(_share(bar.part, bars.unit) < 1 for bar in bars.bars) else "",
            listed(during(context.events, context.period, context.previous)),
        ),
        empty="" if bars.read else f"None of its {bars.unit}s has been read yet.",
        bars=bars.bars,
        unit=bars.unit,
        events=during(context.events, context.period),
    )


def _share(part: Period, unit: str) -> float:
    """How much of a week or a month lies in a part, as some of it does at both ends of a period."""
    whole = {"day": 1, "week": 7, "month": month_of(part.start).days}[unit]
    return max(part.days / whole, 0.2)


def _day_title(bars: Bars, context: Context) -> str:
    total, before = bars.messages, bars.previous
    said = "Messages not known" if total is None else plural(total, "message") + (" so far" * context.unfinished)
    if context.unfinished and bars.over is not None:
        return (
            f"{said}; {count(bars.over)} on the {bars.unit}s that are over, "
            f"{count(bars.before)} on those of {context.before}"
        )
    if total is None or before is None or context.unfinished or not bars.alike:
        return said
    if total == before:
        return f"{said}, as many as {context.before}"
    share = f" ({signed_percent(100 * (total - before) / before)})" if before > 0 else ""
    return f"{said}, {count(abs(total - before))} {'more' if total > before else 'fewer'} than {context.before}{share}"


def _weekends(days: Sequence[date], tokens: Tokens) -> list[dict[str, Any]]:
    ground = {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": tokens.line, "opacity": 0.55}
    return [
        {**ground, "x0": number - 0.5, "x1": number + 0.5, "y0": 0, "y1": 1, "yref": "paper"}
        for number, day in enumerate(days)
        if day.weekday() >= _SATURDAY
    ]


def _mark_running(figure: Canvas, bars: Sequence[Bar], tokens: Tokens) -> None:
    for number, bar in enumerate(bars):
        if bar.unfinished:
            at_the_edge = len(bars) > _DAYS_LABELLED_EACH and number > len(bars) / 2
            x, side = (number + 0.5, "right") if at_the_edge else (number, "center")
            top = max(bar.messages or 0, bar.previous or 0)
            figure.annotate(note("not over", tokens.muted, x=x, xanchor=side, y=top, yanchor="bottom", yshift=3))


def _add_day_ticks(figure: Canvas, bars: Sequence[Bar], tokens: Tokens, half: float) -> None:
    known = [(number, bar.previous) for number, bar in enumerate(bars) if bar.previous is not None]
    places = [((number - half, number + half), (previous, previous)) for number, previous in known]
    add_ticks(figure, places, tokens.ink)


def _labels(starts: Sequence[date], unit: str, narrow: bool) -> dict[str, Any]:
    if unit == "day":
        return _day_labels(starts)
    if unit == "week":
        return week_labels(starts)
    # Of years of months, every January has a label, or every second, third … one.
    januaries = [number for number, start in enumerate(starts) if start.month == 1]
    each = max(1, math.ceil(len(januaries) / _DAYS_LABELLED_EACH))
    step = math.ceil(len(starts) / _MONTHS_IF_NARROW) if narrow else 1
    chosen = [*range(0, len(starts), step)] if len(starts) <= _MONTHS_LABELLED_EACH else januaries[::each]
    return _with_years(starts, chosen, [MONTHS[starts[number].month - 1] for number in chosen])


def _day_labels(days: Sequence[date]) -> dict[str, Any]:
    if len(days) <= _DAYS_LABELLED_EACH:
        chosen = list(range(len(days)))
        texts = [f"{WEEKDAYS[day.weekday()]}<br>{day.day} {MONTHS[day.month - 1]}" for day in days]
        return {"tickvals": chosen, "ticktext": texts}
    first = next(number for number, day in enumerate(days) if day.weekday() == 0)
    chosen = list(range(first, len(days), 7))
    return {"tickvals": chosen, "ticktext": [f"{days[n].day} {MONTHS[days[n].month - 1]}" for n in chosen]}


def _bar_hover(bar: Bar) -> str:
    messages = "not known" if bar.messages is None else plural(bar.messages, "message") + " so far" * bar.unfinished
    before = f"{_part_text(bar.before)}: {count(bar.previous)}" if bar.before is not None else ""
    return hover_text(_part_text(bar.part), messages, bar.why, before)


def _part_text(part: Period) -> str:
    return weekday_text(part.start) if part.days == 1 else period_text(part)


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
    return _with_years(starts, chosen, texts)


def _with_years(starts: Sequence[date], chosen: list[int], texts: list[str]) -> dict[str, Any]:
    """Tick places and texts, with the year below the first and below each that begins another."""
    years = [None, *(starts[number].year for number in chosen)]
    for place, number in enumerate(chosen):
        if starts[number].year != years[place]:
            texts[place] += f"<br>{starts[number].year}"
    return {"tickvals": chosen, "ticktext": texts}

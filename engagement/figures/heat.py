"""Messages by room and week: the busiest rooms as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from engagement.display import events
from engagement.display.palette import Tokens
from engagement.display.wording import count, day_text, plural, short
from engagement.figures.calendar import week_labels, week_text
from engagement.figures.events import OverTime, mark_events, weeks_from
from engagement.figures.frame import (
    LONGEST_NAME,
    NOTE,
    TITLE_COLUMNS,
    framed,
    hatched,
    hover_text,
    names_width,
    note,
    text_width,
    write_names,
)
from engagement.figures.info import Canvas, Context, Numbers, no_messages
from engagement.numbers import rankings
from engagement.numbers.days import as_count
from engagement.numbers.events import during
from engagement.numbers.naming import room_labels
from engagement.numbers.weeks import places

HEAT_ROW = 25
# On a narrow screen: there is no place for a name above its row of squares.
_NARROW_NAME = 115
# Where on the scale of colours a single message is.
_FIRST = 0.02
# The pixels that the legend takes, and how far below the chart it stands.
_LEGEND, _LEGEND_AT = 24, 42


@dataclass(frozen=True)
class RoomWeeks:
    """One room; ``weeks`` has its messages per week, None where they are not known."""

    label: str
    weeks: tuple[int | None, ...]

    @property
    def strongest(self) -> int:
        """The most messages of one of them."""
        return max(week or 0 for week in self.weeks)


@dataclass(frozen=True, kw_only=True)
class Heat(OverTime):
    """The busiest rooms from the top, and the first day of each week."""

    rows: tuple[RoomWeeks, ...] = ()
    starts: tuple[date, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Every room with its messages in all these weeks, and in each."""
        rows = ((row.label, count(sum(n or 0 for n in row.weeks)), *map(count, row.weeks)) for row in self.rows)
        return Numbers(("Room", "Messages", *map(day_text, self.starts)), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Rooms × weeks, darker for more, each row by its own strongest week, whose messages stand behind it.

        Zero looks like the panel, no data is hatched.
        """
        pixels = _NARROW_NAME if tokens.narrow else LONGEST_NAME
        left = names_width([row.label for row in self.rows], pixels)
        strongest = [row.strongest for row in self.rows]
        ends = [count(most) for most in strongest]
        right = max((text_width(text, NOTE) for text in ends), default=0) + 10
        bottom = 38 + _LEGEND
        figure = framed(self, tokens, HEAT_ROW * len(self.rows) + bottom, left=left, right=right, bottom=bottom)
        if self.empty:
            return figure
        hover = [[_cell_hover(row, n, start) for n, start in enumerate(self.starts)] for row in self.rows]
        zero, few, some, many = tokens.heat
        figure.add(
            "heatmap",
            z=[[_strength(value, most) for value in row.weeks] for row, most in zip(self.rows, strongest, strict=True)],
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            # A single message must be told from none at a glance, so the scale jumps right above zero.
            colorscale=[[0, zero], [_FIRST - 0.0001, zero], [_FIRST, few], [0.52, some], [1, many]],
            text=hover,
            # The names of rooms are told once for their rows. Without a name of its own, no box beside says it.
            hovertemplate="%{y}<br>%{text}",
            name="",
            hoverongaps=True,
        )
        _hatch_gaps(figure, self, tokens)
        totals = [plural(sum(value or 0 for value in row.weeks), "message") for row in self.rows]
        told = [
            hover_text(row.label, f"{total} in all these weeks") for row, total in zip(self.rows, totals, strict=True)
        ]
        write_names(figure, [row.label for row in self.rows], told, tokens, pixels)
        figure.axis("yaxis", ticktext=[hover_text(row.label) for row in self.rows])
        figure.axis("xaxis", range=[-0.5, len(self.starts) - 0.5], **week_labels(self.starts))
        place: dict[str, Any] = {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 6,
            "yref": "y",
            "yanchor": "middle",
        }
        figure.annotate(*(note(text, tokens.muted, y=number, **place) for number, text in enumerate(ends)))
        _draw_legend(figure, tokens)
        mark_events(figure, self.events, weeks_from(self.starts), tokens)
        return figure


def heat(rooms: pd.DataFrame, weekly: pd.DataFrame, context: Context, n: int = 20) -> Heat:
    """The ``n`` busiest rooms of ``weekly``: rows are room ids, columns first days of weeks, values messages.

    NaN is "no data". Names come from the rooms table; rooms that are not in it are left out.
    """
    what = "Messages per room and week"
    top = rankings.busiest_of_weeks(rooms, weekly, n)
    if top.empty:
        return no_messages(Heat, context, what)
    starts = tuple(pd.Timestamp(start).date() for start in weekly.columns)
    labels = room_labels(top, show_people=context.show_people)
    rows = tuple(
        RoomWeeks(label, tuple(as_count(value) for value in counts))
        for counts, label in zip(weekly.to_numpy()[places(top["room_id"], weekly.index)], labels, strict=True)
    )
    gaps = any(value is None for row in rows for value in row.weeks)
    seen = during(context.events, *weeks_from(starts))
    return Heat(
        title=_extremes(rows),
        subtitle=context.subtitle(
            what,
            f"{week_text(starts[0])} to {week_text(starts[-1])}",
            "each room shaded by its own strongest week, whose count ends its row",
            "hatched: no data" if gaps else "",
            events.listed(seen),
        ),
        events=seen,
        rows=rows,
        starts=starts,
        room_ids=tuple(top["room_id"]),
    )


def _strength(value: int | None, strongest: int) -> float | None:
    """How strong the colour of a week is; a single message is told from none at a glance."""
    if value is None or value <= 0:
        return None if value is None else 0
    return round(_FIRST + (1 - _FIRST) * value / strongest, 4)


def _extremes(rows: Sequence[RoomWeeks]) -> str:
    """Of how many rooms the last week was the strongest of those shown, and of how many the weakest."""
    most, least = (sum(_is_last(row.weeks, way) for row in rows) for way in (1, -1))
    if len(rows) == 1:
        what = "its strongest" if most else "its weakest" if least else "neither its strongest nor its weakest"
        return f"{short(rows[0].label, TITLE_COLUMNS)} had {what} week last"
    strongest, weakest = (
        f"{count(number) if number else 'none'} {had}{'its' if number < 2 else 'their'}"
        for number, had in ((most, "had "), (least, ""))
    )
    return f"Of the {len(rows)} busiest rooms, {strongest} strongest week last and {weakest} weakest"


def _is_last(weeks: Sequence[int | None], way: int) -> bool:
    """Whether the last week is beyond all others that are known, upwards or downwards."""
    *before, last = weeks
    others = [week for week in before if week is not None]
    return last is not None and bool(others) and all(way * last > way * week for week in others)


def _draw_legend(figure: Canvas, tokens: Tokens) -> None:
    """Below the weeks: what the colours mean."""
    square: dict[str, Any] = {
        "type": "rect",
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
    }
    square |= {"xanchor": 0, "yanchor": 0, "y0": -_LEGEND_AT - 12, "y1": -_LEGEND_AT}
    place: dict[str, Any] = {"x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "top"}
    # From the left edge of the figure, as a phone has no room for it below the weeks alone.
    shapes, at = list[dict[str, Any]](), -figure.left
    for colours, text in ((tokens.heat[:1], "no message"), (tokens.heat[1:], "few to its strongest week")):
        for colour in colours:
            edge = {"color": tokens.line, "width": 1}
            shapes.append({**square, "x0": at, "x1": at + 12, "fillcolor": colour, "line": edge})
            at += 14
        figure.annotate(note(text, tokens.muted, xshift=at + 4, yshift=1 - _LEGEND_AT, **place))
        at += 24 + text_width(text, NOTE)
    figure.layout["shapes"] = [*figure.layout.get("shapes", []), *shapes]


def _hatch_gaps(figure: Canvas, info: Heat, tokens: Tokens) -> None:
    runs: list[tuple[int, int, int]] = []
    for week in range(len(info.starts)):
        for missing, group in groupby(range(len(info.rows)), key=lambda row: info.rows[row].weeks[week] is None):
            rows = list(group)
            runs += [(week, rows[0], len(rows))] if missing else []
    figure.add(
        "bar",
        x=[week for week, _, _ in runs],
        y=[length for _, _, length in runs],
        base=[start - 0.5 for _, start, _ in runs],
        width=1,
        marker=hatched(tokens.line, [True] * len(runs), tokens),
        hoverinfo="skip",
    )


def _cell_hover(row: RoomWeeks, number: int, start: date) -> str:
    value = row.weeks[number]
    return "<br>".join([week_text(start), "no data" if value is None else plural(value, "message")])

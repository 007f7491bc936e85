"""Messages by room and week: the busiest rooms as a heat map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import pandas as pd

from engagement.display import events
from engagement.display.palette import Tokens
from engagement.display.wording import count, day_text, plural
from engagement.figures.calendar import week_labels, week_text
from engagement.figures.events import OverTime, mark_events, weeks_from
from engagement.figures.frame import (
    LONGEST_NAME,
    framed,
    hatched,
    hover_text,
    names_width,
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


@dataclass(frozen=True)
class RoomWeeks:
    """One room; ``weeks`` has its messages per week, None where they are not known."""

    label: str
    weeks: tuple[int | None, ...]


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
        """Rooms × weeks, darker for more on a logarithmic scale; zero looks like the panel, no data is hatched."""
        pixels = _NARROW_NAME if tokens.narrow else LONGEST_NAME
        left = names_width([row.label for row in self.rows], pixels)
        figure = framed(self, tokens, HEAT_ROW * len(self.rows) + 38, left=left, right=0, bottom=38)
        if self.empty:
            return figure
        hover = [[_cell_hover(row, n, start) for n, start in enumerate(self.starts)] for row in self.rows]
        highest = max(value or 0 for row in self.rows for value in row.weeks)
        zero, few, some, many = tokens.heat
        figure.add(
            "heatmap",
            z=[
                [None if value is None else round(math.log10(1 + max(value, 0)), 4) for value in row.weeks]
                for row in self.rows
            ],
            zmin=0,
            zmax=max(math.log10(1 + highest), 1),
            xgap=2,
            ygap=2,
            showscale=False,
            # A single message must be told from none at a glance, so the scale jumps right above zero.
            colorscale=[[0, zero], [0.0199, zero], [0.02, few], [0.52, some], [1, many]],
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
    always = sum(all(value is None or value > 0 for value in row.weeks) for row in rows)
    some = f"All {always}" if always == len(rows) else f"{count(always) if always else 'None'} of the {len(rows)}"
    which = f"{some} busiest rooms" if len(rows) > 1 else rows[0].label
    gaps = any(value is None for row in rows for value in row.weeks)
    seen = during(context.events, *weeks_from(starts))
    return Heat(
        title=f"{which} had messages in every week" if len(rows) > 1 or always else f"{which} was silent in some weeks",
        subtitle=context.subtitle(
            what,
            f"{week_text(starts[0])} to {week_text(starts[-1])}",
            f"logarithmic colours, strongest: {count(max(value or 0 for row in rows for value in row.weeks))}",
            "hatched: no data" if gaps else "",
            events.listed(seen),
        ),
        events=seen,
        rows=rows,
        starts=starts,
        room_ids=tuple(top["room_id"]),
    )


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

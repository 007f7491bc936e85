"""Rooms without a message in the period: in which state, and silent for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from engagement.display.palette import Tokens
from engagement.display.wording import count, day_text, plural, share_text
from engagement.figures.frame import (
    TEXT,
    Context,
    Info,
    InfoType,
    Row,
    framed,
    hatched,
    hover_text,
    numbered,
    row_bars,
    ticks,
)
from engagement.numbers import rankings
from engagement.numbers.rooms import NEVER_USED, WENT_QUIET

_QUIET = "Went quiet"


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

    def figure(self, tokens: Tokens) -> go.Figure:
        """Horizontal bars in the order of age, with the number and its share of all inactive rooms."""
        rows = []
        for group in self.groups:
            share = f" · {share_text(group.rooms, self.inactive)}" if group.rooms else ""
            text = f"{count(group.rooms)}{share}"
            rows.append(Row(group.name, group.rooms, text, hover_text(group.name, text, group.meaning)))
        figure = row_bars(self, rows, _fills(self.groups, tokens), tokens)
        if not self.empty:
            high = max(group.rooms for group in self.groups)
            figure.update_xaxes(range=[0, high], **numbered(ticks(high, parts=3)))
        return figure


def _fills(groups: Sequence[Group], tokens: Tokens) -> dict[str, Any]:
    # Hatched where there is no last message to be old: neither a shade of age nor a colour of change would be true.
    quiet = [group.name == _QUIET for group in groups]
    shades = [tokens.silent[2 if group.age is None else group.age] for group in groups]
    colours = [tokens.down if fell else shade for fell, shade in zip(quiet, shades, strict=True)]
    return hatched(colours, [group.age is None and group.name != _QUIET for group in groups], tokens)


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
    quiet = sum(of.went_quiet)
    groups = [Group(_QUIET, quiet, f"had messages in {context.before}")]
    groups += [
        Group(f"Dormant {name}", number, "last message before the previous period began", place)
        for place, (name, number) in enumerate(zip(rankings.AGES, of.dormant, strict=True))
    ]
    groups.append(Group("Never used", of.never_used, "created before the period, no message ever"))
    if of.unused_so_far:
        groups.append(Group("Unused so far", of.unused_so_far, "created inside the period, no message yet"))
    if of.unknown:
        groups.append(Group("Last message unknown", of.unknown, "the room directory does not say"))
    said = ((quiet, WENT_QUIET), (of.never_used, NEVER_USED))
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

    def figure(self, tokens: Tokens) -> go.Figure:
        """Five columns, darker with age, and a hatched one apart for the rooms that were never used."""
        figure = framed(self, tokens, 250, bottom=44)
        if self.empty:
            return figure
        aged = len(rankings.AGES)
        places = [*range(aged), aged + 0.35]
        figure.add_bar(
            x=places,
            y=[column.rooms for column in self.columns],
            width=0.78,
            marker=_fills(self.columns, tokens),
            text=[count(column.rooms) for column in self.columns],
            textposition="outside",
            textangle=0,
            textfont={"size": 14, "color": tokens.ink},
            cliponaxis=False,
            constraintext="none",
            hovertext=[hover_text(column.name, plural(column.rooms, "room")) for column in self.columns],
            hoverinfo="text",
        )
        high = max(column.rooms for column in self.columns)
        names = [column.name.replace(" days", "<br>days").replace("never ", "never<br>") for column in self.columns]
        figure.update_xaxes(range=[-0.42, aged + 0.77], tickvals=places, ticktext=names, tickfont_size=TEXT)
        # On a phone the first label begins left of its column; Plotly would rather not show it at all.
        figure.update_xaxes(ticklabeloverflow="allow")
        figure.update_yaxes(range=[0, max(high, 1) * 1.14], showticklabels=False)
        figure.add_hline(y=0, line={"color": tokens.muted, "width": 1})
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
        title = f"{count(long)} of {plural(known, 'room')} that fell silent said nothing for over 90 days"
        title = title if long else "No room that ever had messages has been silent for over 90 days"
    else:
        title = f"{plural(never, 'room')} never used" if never else "How long the rooms have been silent is not known"
    return SilenceAge(title=title, subtitle=subtitle, columns=(*columns, Group(NEVER_USED, never)))

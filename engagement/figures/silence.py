"""Rooms without a message in the period: in which state, and silent for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from engagement.display.escaping import for_plotly
from engagement.display.palette import Tokens
from engagement.display.wording import count, day_text, share_text
from engagement.figures.frame import (
    TEXT,
    Context,
    Info,
    InfoType,
    RowName,
    framed,
    hover_text,
    names_width,
    rooms_text,
    text_width,
    ticks,
    write_names,
)
from engagement.numbers import rankings

ROW = 34


@dataclass(frozen=True)
class Group:
    """How many rooms are in one state; ``age`` is 0 (young) to 4 (old) for those that are dormant."""

    name: str
    rooms: int
    meaning: str = ""
    age: int | None = None


@dataclass(frozen=True, kw_only=True)
class InactiveStates(Info):
    """One group per state, from the youngest silence to the oldest; ``total`` counts active rooms too."""

    groups: tuple[Group, ...] = ()
    inactive: int = 0
    total: int = 0


def _all_spoke(kind: type[InfoType], total: int, context: Context, subtitle: str) -> InfoType:
    if total == 0:
        return kind(title="No rooms to show", subtitle=subtitle, empty="No room passes the filters. Show more rooms.")
    title = f"All {rooms_text(total)} had messages" if total > 1 else "The only room had messages"
    return kind(title=title, subtitle=subtitle, empty=f"No room was inactive, {context.this_text}.")


def inactive_states_info(rooms: pd.DataFrame, context: Context) -> InactiveStates:
    """Rooms of a rooms table that are not active, by state; dormant ones by the age of their silence.

    The four main states are always there, also at zero; "unused so far" and "unknown" only where there are some.
    """
    subtitle = context.subtitle("Rooms without a message and their share of all such rooms", context.this_text)
    of = rankings.silence(rooms)
    if of.inactive == 0:
        return _all_spoke(InactiveStates, len(rooms), context, subtitle)
    quiet = sum(of.went_quiet)
    groups = [Group("Went quiet", quiet, f"had messages in {context.before}")]
    groups += [
        Group(f"Dormant {name}", number, "last message before the previous period began", place)
        for place, (name, number) in enumerate(zip(rankings.AGES, of.dormant, strict=True))
    ]
    groups.append(Group("Never used", of.never_used, "created before the period, no message ever"))
    if of.unused_so_far:
        groups.append(Group("Unused so far", of.unused_so_far, "created inside the period, no message yet"))
    if of.unknown:
        groups.append(Group("Last message unknown", of.unknown, "the room directory does not say"))
    said = ((quiet, "went quiet"), (of.never_used, "never used"))
    parts = [f"{count(number)} {word}" for number, word in said if number]
    title = f"{count(of.inactive)} of {rooms_text(of.rooms)} had no message"
    return InactiveStates(
        title=f"{title}: {', '.join(parts)}" if parts else title,
        subtitle=subtitle,
        groups=tuple(groups),
        inactive=of.inactive,
        total=of.rooms,
    )


def inactive_states_figure(info: InactiveStates, tokens: Tokens) -> go.Figure:
    """Horizontal bars in the order of age, with the number and its share of all inactive rooms."""
    names = [group.name for group in info.groups]
    texts = [_with_share(group.rooms, info.inactive) for group in info.groups]
    left = names_width(names)
    right = max((text_width(text, TEXT) for text in texts), default=0) + 12
    figure = framed(info, tokens, ROW * len(names) + 26, left=left, right=right)
    if info.empty:
        return figure
    hover = [hover_text(group.name, text, group.meaning) for group, text in zip(info.groups, texts, strict=True)]
    high = max(group.rooms for group in info.groups)
    figure.add_bar(
        x=[group.rooms for group in info.groups],
        y=list(range(len(names))),
        orientation="h",
        width=0.62,
        marker=_fills(
            [_colour(group, tokens) for group in info.groups], [_solid(group) for group in info.groups], tokens
        ),
        text=[for_plotly(f"\u00a0{text}") for text in texts],
        textposition="outside",
        textfont={"size": TEXT, "color": tokens.ink},
        cliponaxis=False,
        constraintext="none",
        hovertext=hover,
        hoverinfo="text",
    )
    marks = ticks(high, parts=3)
    figure.update_xaxes(range=[0, high], showgrid=True, tickvals=marks, ticktext=[count(mark) for mark in marks])
    write_names(figure, [RowName(name, text) for name, text in zip(names, hover, strict=True)], tokens, left)
    return figure


def _with_share(number: int, whole: int) -> str:
    return f"{count(number)} · {share_text(number, whole)}" if number else "0"


def _colour(group: Group, tokens: Tokens) -> str:
    if group.age is not None:
        return tokens.silent[group.age]
    return tokens.down if group.name == "Went quiet" else tokens.silent[2]


def _solid(group: Group) -> bool:
    return group.age is not None or group.name == "Went quiet"


def _fills(colours: list[str], solid: list[bool], tokens: Tokens) -> dict[str, Any]:
    # Hatched where there is no last message to be old: neither a shade of age nor a colour of change would be true.
    return {
        "color": colours,
        "pattern": {
            "shape": ["" if filled else "/" for filled in solid],
            "fillmode": "replace",
            "fgcolor": colours,
            "bgcolor": tokens.paper,
            "size": 6,
            "solidity": 0.35,
        },
        "line": {"width": 0},
    }


@dataclass(frozen=True, kw_only=True)
class SilenceAge(Info):
    """Five ages of silence and the rooms that were never used; ``left_out`` have no age."""

    columns: tuple[Group, ...] = ()
    left_out: int = 0


def silence_age_info(rooms: pd.DataFrame, context: Context) -> SilenceAge:
    """Inactive rooms of a rooms table by whole days from the last message to the end of the period.

    Rooms that are unused so far or whose last message is unknown are left out and counted.
    """
    of = rankings.silence(rooms)
    never, left_out = of.never_used, of.unused_so_far + of.unknown
    what = "Inactive rooms by days since their last message"
    remark = f"{rooms_text(left_out)} of unknown age left out" if left_out else ""
    subtitle = context.subtitle(what, f"counted to {day_text(context.period.end)}", remark)
    if of.inactive == 0:
        return _all_spoke(SilenceAge, len(rooms), context, subtitle)
    aged = zip(rankings.AGES, of.aged, strict=True)
    columns = tuple(Group(name, number, age=place) for place, (name, number) in enumerate(aged))
    known, long = sum(of.aged), sum(of.aged[2:])
    if known:
        title = f"{count(long)} of {rooms_text(known)} that fell silent said nothing for over 90 days"
        title = title if long else "No room that ever had messages has been silent for over 90 days"
    else:
        title = f"{rooms_text(never)} never used" if never else "How long the rooms have been silent is not known"
    return SilenceAge(title=title, subtitle=subtitle, columns=(*columns, Group("never used", never)), left_out=left_out)


def silence_age_figure(info: SilenceAge, tokens: Tokens) -> go.Figure:
    """Five columns, darker with age, and a hatched one apart for the rooms that were never used."""
    figure = framed(info, tokens, 250, bottom=44)
    if info.empty:
        return figure
    aged = len(rankings.AGES)
    places = [*range(aged), aged + 0.35]
    solid = [column.age is not None for column in info.columns]
    colours = [tokens.silent[2 if column.age is None else column.age] for column in info.columns]
    figure.add_bar(
        x=places,
        y=[column.rooms for column in info.columns],
        width=0.78,
        marker=_fills(colours, solid, tokens),
        text=[count(column.rooms) for column in info.columns],
        textposition="outside",
        textangle=0,
        textfont={"size": 14, "color": tokens.ink},
        cliponaxis=False,
        constraintext="none",
        hovertext=[hover_text(column.name, rooms_text(column.rooms)) for column in info.columns],
        hoverinfo="text",
    )
    high = max(column.rooms for column in info.columns)
    names = [column.name.replace(" days", "<br>days").replace("never ", "never<br>") for column in info.columns]
    figure.update_xaxes(range=[-0.42, aged + 0.77], tickvals=places, ticktext=names, tickfont_size=TEXT)
    # On a phone the first label begins left of its column; Plotly would rather not show it at all.
    figure.update_xaxes(ticklabeloverflow="allow")
    figure.update_yaxes(range=[0, max(high, 1) * 1.14], showticklabels=False)
    figure.add_hline(y=0, line={"color": tokens.muted, "width": 1})
    return figure

"""Inactive rooms: for how long each has been silent, and which of them fell silent just now."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engagement.display.palette import Tokens
from engagement.display.wording import count, plural, share_text
from engagement.figures.frame import Row, bar_place, hatched, hover_text, numbered, row_bars, seen, ticks
from engagement.figures.info import Canvas, Context, Info, Numbers
from engagement.numbers import rankings
from engagement.numbers.rooms import FELL_SILENT, NEVER_USED, UNKNOWN, UNUSED_SO_FAR

# From the third age on: those silent for longer than this.
_LONG, _LONG_DAYS = 2, 90


@dataclass(frozen=True)
class Group:
    """How many rooms have been silent for an ``age``, 0 (young) to 4 (old), and how many of them ``fell_silent``.

    Without an age those of which no last message is known.
    """

    name: str
    rooms: int
    meaning: str = ""
    age: int | None = None
    fell_silent: int = 0


@dataclass(frozen=True, kw_only=True)
class Silence(Info):
    """A group for each age of silence from the youngest, then those without one; ``finding`` and ``states`` are the
    two parts of the title, the second empty where nothing is to say of them.
    """

    groups: tuple[Group, ...] = ()
    inactive: int = 0
    finding: str = ""
    states: str = ""

    @property
    def numbers(self) -> Numbers:
        """The rooms of every group, their share, and of those with an age how many are in which state."""
        rows = (
            (
                group.name,
                count(group.rooms),
                share_text(group.rooms, self.inactive),
                *(("", "") if group.age is None else map(count, (group.fell_silent, group.rooms - group.fell_silent))),
            )
            for group in self.groups
        )
        return Numbers(("Silent for", "Rooms", "Share", FELL_SILENT.capitalize(), "Dormant"), tuple(rows))

    def drawn(self, tokens: Tokens) -> Canvas:
        """Horizontal bars in the order of age, darker with it, in which those that fell silent come first."""
        bars = []
        for group in self.groups:
            share = f" · {share_text(group.rooms, self.inactive)}" if group.rooms else ""
            text, fell = f"{count(group.rooms)}{share}", group.fell_silent
            said = f"{count(fell)} of them {FELL_SILENT}" if fell else ""
            bars.append(Row(group.name, group.rooms, text, hover_text(group.name, text, said, group.meaning)))
        # Hatched where there is no last message to be old: no shade of age would be true.
        colours = [tokens.silent[2 if group.age is None else group.age] for group in self.groups]
        marker = hatched(colours, [group.age is None for group in self.groups], tokens)
        figure = row_bars(self, bars, marker, tokens)
        if self.empty:
            return figure
        middle, thick = bar_place(tokens)
        high = max(group.rooms for group in self.groups)
        figure.add(
            "bar",
            # By the scale of the bars that they lie on.
            x=seen([*(group.fell_silent for group in self.groups), high])[:-1],
            y=list(range(len(self.groups))),
            orientation="h",
            width=thick,
            offset=middle - thick / 2,
            marker={"color": tokens.this},
            hoverinfo="skip",
        )
        figure.axis("xaxis", range=[0, high], **numbered(ticks(high, parts=3)))
        return figure


def silence(rooms: pd.DataFrame, context: Context) -> Silence:
    """Rooms of a rooms table that are not active, by whole days from their last message to the end of the period.

    Every age that a room can have is there, also at zero; those without one ("never used", "unused so far", "unknown")
    where there are some. Whoever has not spoken in a period that is not over has not fallen silent yet.
    """
    of, so_far = rankings.silence(rooms), " so far" * context.unfinished
    fell_silent = "" if so_far else f"{FELL_SILENT}, "
    blue = f"blue: {fell_silent}had messages in {context.before}" if any(of.fell_silent) else ""
    subtitle = context.subtitle("Inactive rooms by the days since their last message", context.this_text, blue)
    if of.inactive == 0:
        return _all_spoke(rooms, context, subtitle)
    ages = enumerate(zip(rankings.AGES, of.aged, of.fell_silent, rankings.possible(context.period.days), strict=True))
    groups = [
        Group(name.capitalize(), number, age=age, fell_silent=fell)
        for age, (name, number, fell, possible) in ages
        # Where the server and the directory contradict each other, there are rooms of any age.
        if number or possible or so_far
    ]
    others = (
        Group(NEVER_USED.capitalize(), of.never_used, "created before the period, no message ever"),
        Group(UNUSED_SO_FAR.capitalize(), of.unused_so_far, "created inside the period, no message yet"),
        Group(UNKNOWN.capitalize(), of.unknown, "the room directory does not say when it last spoke"),
    )
    said = (
        (sum(of.fell_silent) if fell_silent else 0, FELL_SILENT),
        (sum(of.aged[_LONG:]), f"silent for over {_LONG_DAYS} days"),
        (of.never_used, NEVER_USED),
    )
    states = ", ".join(f"{count(number)} {word}" for number, word in said if number)
    finding = f"{count(of.inactive)} of {plural(of.rooms, 'room')} had no message{so_far}"
    return Silence(
        title=f"{finding}: {states}" if states else finding,
        subtitle=subtitle,
        groups=(*groups, *(group for group in others if group.rooms)),
        inactive=of.inactive,
        finding=finding,
        states=states,
    )


def _all_spoke(rooms: pd.DataFrame, context: Context, subtitle: str) -> Silence:
    if rooms.empty:
        return Silence(
            title="No rooms to show", subtitle=subtitle, empty="No room passes the filters. Show more rooms."
        )
    title = f"All {plural(len(rooms), 'room')} had messages" if len(rooms) > 1 else "The only room had messages"
    # Rooms that are called inactive nowhere may have had none.
    if not rooms["messages"].gt(0).all():
        title = "No room was inactive"
    return Silence(title=title, subtitle=subtitle, empty=f"No room was inactive, {context.this_text}.")

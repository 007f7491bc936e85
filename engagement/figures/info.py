"""What every figure is about and says before it is drawn: its words, its numbers as a table, both as one line of text;
and what it is drawn on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from engagement.display.palette import Tokens
from engagement.display.sources import NET
from engagement.display.wording import NOT_ALIKE, count, period_text, workspace_name
from engagement.numbers.events import Events
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity

if TYPE_CHECKING:
    import plotly.graph_objects as go

# So many values are told one by one to whoever cannot see a figure; of more, the ends and the extremes.
_MOST_TOLD = 10
# What stands in place of a number, where nothing says why there is none.
UNKNOWN = "not known"
DEFAULT_WIDTH = 430


@dataclass(frozen=True)
class Context:
    """What the figures of one view have in common; ``notes`` are short phrases added to every subtitle.

    ``unfinished`` says that the last day of the period is not over; ``show_people`` that the names in direct
    messages may be shown; ``events`` are those of the workspace, of any time. ``said`` that workspace and both periods
    stand elsewhere in the same document, so that not every figure repeats them.
    """

    workspace: str
    period: Period
    previous: Period
    unfinished: bool = False
    notes: tuple[str, ...] = ()
    show_people: bool = False
    events: Events = ()
    said: bool = False

    @classmethod
    def of(cls, activity: Activity, *notes: str, people: bool) -> Context:
        """What the figures of an activity have in common."""
        workspace = workspace_name(activity.workspace)
        notes += (() if activity.alike else (NOT_ALIKE,)) + ((NET,) if activity.net else ())
        return cls(workspace, activity.period, activity.previous, activity.unfinished, notes, people, activity.events)

    @property
    def before(self) -> str:
        """The previous period in words, as in "fewer than the week before"."""
        days = self.previous.days
        if self.previous != self.period.previous:
            return period_text(self.previous)
        return {1: "the day before", 7: "the week before"}.get(days, f"the {days} days before")

    @property
    def this_text(self) -> str:
        """The period as text, marked when it is not over."""
        if self.said:
            return "this period" + " (not over yet)" * self.unfinished
        return period_text(self.period, unfinished=self.unfinished)

    @property
    def previous_text(self) -> str:
        """The previous period as text."""
        return "previous period" if self.said else period_text(self.previous)

    def subtitle(self, *parts: str) -> str:
        """``parts``, the workspace and the notes in one line."""
        return " · ".join(filter(None, [*parts, "" if self.said else self.workspace, *self.notes]))


class Canvas:
    """A figure being drawn, in Plotly's own words but as plain dictionaries: its objects take thirty times as long."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.traces: list[dict[str, Any]] = []
        self.layout = layout

    def add(self, kind: str, **trace: Any) -> None:
        """Draws a trace of a kind: bar, scatter, heatmap."""
        self.traces.append({"type": kind, **trace})

    def axis(self, name: str, **more: Any) -> None:
        """Says more of ``xaxis`` or ``yaxis``, or of its ``tickfont``."""
        told = self.layout[name]
        font = {"tickfont": told["tickfont"] | more["tickfont"]} if "tickfont" in more else {}
        self.layout[name] = told | more | font

    def annotate(self, *notes: dict[str, Any]) -> None:
        """Writes notes (see ``note``) on it."""
        self.layout["annotations"] = [*self.layout.get("annotations", []), *notes]

    @property
    def left(self) -> float:
        """The pixels left of the chart."""
        return float(self.layout["margin"]["l"])

    @property
    def across(self) -> float:
        """The pixels that the chart itself has in a figure of the default width."""
        return DEFAULT_WIDTH - self.left - float(self.layout["margin"]["r"])

    def figure(self) -> go.Figure:
        """As one of Plotly's. It is not checked here: the tests check every kind of figure."""
        import plotly.graph_objects as go

        return go.Figure(data=self.traces, layout=self.layout, _validate=False)


@dataclass(frozen=True)
class Numbers:
    """What a figure shows as a table of plain texts, its main rows first; the first of each names it, the second is its
    main value.
    """

    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Info(ABC):
    """What every figure says in plain text; ``empty`` is the one sentence shown where there is nothing to draw.

    ``room_ids`` is where a click on a mark leads, by its place (``customdata`` of a point, else ``y``); never drawn.
    """

    title: str
    subtitle: str
    empty: str = ""
    room_ids: tuple[str, ...] = field(default=(), compare=False)

    @property
    def alt(self) -> str:
        """One line for those who cannot see the figure: what it says, and its main values."""
        main = "" if self.empty else self.main
        return ". ".join(part for part in (self.title, self.subtitle, self.empty, main) if part)

    @property
    def main(self) -> str:
        """The main values in words: those of the first rows."""
        rows = self.numbers.rows
        more = [f"and {count(len(rows) - _MOST_TOLD)} more"] if len(rows) > _MOST_TOLD else []
        return "; ".join([*(" ".join(row[:2]) for row in rows[:_MOST_TOLD]), *more])

    @property
    @abstractmethod
    def numbers(self) -> Numbers:
        """What is drawn, as a table."""

    def figure(self, tokens: Tokens) -> go.Figure:
        """The figure in the colours of a theme."""
        return self.drawn(tokens).figure()

    @abstractmethod
    def drawn(self, tokens: Tokens) -> Canvas:
        """What ``figure`` consists of."""


InfoType = TypeVar("InfoType", bound=Info)


def over_time(points: Sequence[tuple[str, int | None]], word: str = "") -> str:
    """The main values of a series in words: every one of a few, else the highest, the lowest and the last of those
    known, the first of equals; ``word`` is what they are values of.
    """
    known = [(when, value) for when, value in points if value is not None]
    if not known:
        return ""
    of = f"{word}: " if word else ""
    if len(points) <= _MOST_TOLD:
        return of + "; ".join(f"{when} {number_or_why(value, '')}" for when, value in points)
    chosen = {
        "highest": max(known, key=lambda at: at[1]),
        "lowest": min(known, key=lambda at: at[1]),
        "last": known[-1],
    }
    return of + "; ".join(f"{which} {count(value)} ({when})" for which, (when, value) in chosen.items())


def number_or_why(number: float | None, why: str, text: Callable[[float], str] = count) -> str:
    """The number as ``text``, or why there is none."""
    return (why or UNKNOWN) if number is None else text(number)


def no_messages(kind: type[InfoType], context: Context, what: str) -> InfoType:
    """The info of a figure that has nothing to draw because nothing was said."""
    return kind(
        title="No messages in this period",
        subtitle=context.subtitle(what, context.this_text),
        empty="No room that is shown here had a message. Choose another period, or show more rooms.",
    )

"""What all figures share: the period they speak of, title and margins, axes, the empty figure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import plotly.graph_objects as go

from engagement.display.escaping import for_plotly
from engagement.display.palette import FONT, Tokens
from engagement.display.wording import count, day_text, period_text, plural, short, told_apart
from engagement.numbers.periods import Period

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    # Plotly's own documents would otherwise offer to upload the chart to a public service.
    "showSendToCloud": False,
}

DEFAULT_WIDTH = 430
TEXT, NOTE = 13, 12
LABEL_COLUMNS = 28
# A title wraps between words; a longer name may be a single word that cannot.
TITLE_COLUMNS = 40
LONGEST_NAME = 200
_TOP = 8
_PART = " · "


@dataclass(frozen=True)
class Context:
    """What the figures of one view have in common; ``notes`` are short phrases added to every subtitle.

    ``unfinished`` says that the last day of the period is not over; ``show_people`` that the names in direct
    messages may be shown.
    """

    workspace: str
    period: Period
    previous: Period
    unfinished: bool = False
    notes: tuple[str, ...] = ()
    show_people: bool = False

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
        return period_text(self.period) + (" (not over yet)" if self.unfinished else "")

    def subtitle(self, *parts: str) -> str:
        """``parts``, the workspace and the notes in one line."""
        return _PART.join([*(part for part in parts if part), self.workspace, *self.notes])


@dataclass(frozen=True, kw_only=True)
class Info:
    """What every figure says in plain text; ``empty`` is the one sentence shown where there is nothing to draw."""

    title: str
    subtitle: str
    empty: str = ""

    @property
    def alt(self) -> str:
        """One line for those who cannot see the figure."""
        return ". ".join(part for part in (self.title, self.subtitle, self.empty) if part)


InfoType = TypeVar("InfoType", bound=Info)


def weekday_text(day: Any) -> str:
    """A day with its weekday: "Mon 9 Nov 2026"."""
    return f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day.weekday()]} {day_text(day)}"


def ticks(high: float, low: float = 0, parts: int = 4) -> list[int]:
    """Round whole numbers from ``low`` to ``high`` in about ``parts`` steps of 1, 2 or 5 times a power of ten."""
    rough = max((high - low) / parts, 1)
    power = 10 ** math.floor(math.log10(rough))
    steps = [size * power for size in (1, 2, 5, 10)]
    step = next(step for step in steps if step >= rough)
    if step > max(high, -low):
        step = max([1, *(other for other in steps if other <= max(high, -low))])
    return list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))


def text_width(text: str, size: float) -> float:
    """About how many pixels ``text`` takes at ``size`` pixels, on the wide side."""
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F") or character >= "\U0001f000":
        return 1.35
    if character in "ijlI.,:;|!'’·()[]ft ":
        return 0.31
    if character in "mMW@%—…":
        return 0.94
    return 0.74 if character.isupper() or character == "w" else 0.56


def numbers_width(marks: Sequence[float]) -> float:
    """The pixels that the numbers of a vertical axis need, with their gap."""
    return max((text_width(count(mark), NOTE) for mark in marks), default=0) + 8


def wrapped(text: str, size: float, pixels: float) -> list[str]:
    """``text`` in lines of at most about ``pixels``, broken between parts (" · ") where possible, else at spaces."""
    lines: list[str] = []
    for part in text.split(_PART):
        if lines and text_width(lines[-1] + _PART + part, size) <= pixels:
            lines[-1] += _PART + part
        else:
            lines += _by_words(part, size, pixels)
    return lines


def _by_words(text: str, size: float, pixels: float) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= pixels:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def framed(
    info: Info, tokens: Tokens, body: int, *, left: float = 0, right: float = 8, bottom: float = 26
) -> go.Figure:
    """A figure in the colours of a theme, with ``body`` pixels for the chart and what is below it.

    Title and subtitle are text beside it, which wraps with the page.
    """
    if info.empty:
        left, right, body = 0, 0, 96
    # One dictionary, because Plotly takes fifty times as long for the same as updates.
    figure = go.Figure(
        layout={
            "template": None,
            "font": {"family": FONT, "size": TEXT, "color": tokens.ink},
            "paper_bgcolor": tokens.paper,
            "plot_bgcolor": tokens.paper,
            "colorway": list(tokens.categorical),
            "margin": {"l": left, "r": right, "b": bottom, "t": _TOP, "pad": 0, "autoexpand": False},
            "height": body + _TOP,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "barcornerradius": 2,
            "hoverlabel": {**_hover_look(tokens), "align": "left", "namelength": -1},
            "xaxis": _axis(tokens) | {"visible": not info.empty},
            "yaxis": _axis(tokens) | {"visible": not info.empty},
        }
    )
    if info.empty:
        _say(figure, info.empty, tokens)
    return figure


def _hover_look(tokens: Tokens) -> dict[str, Any]:
    font = {"family": FONT, "size": TEXT, "color": tokens.ink}
    return {"bgcolor": tokens.paper, "bordercolor": tokens.muted, "font": font}


def _axis(tokens: Tokens) -> dict[str, Any]:
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "gridcolor": tokens.line,
        "linecolor": tokens.line,
        "tickcolor": tokens.line,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"family": FONT, "size": NOTE, "color": tokens.muted},
    }


def _say(figure: go.Figure, sentence: str, tokens: Tokens) -> None:
    lines = wrapped(sentence, TEXT, DEFAULT_WIDTH)
    figure.add_annotation(
        text="<br>".join(for_plotly(line) for line in lines),
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="top",
        yshift=-6, showarrow=False, align="left", borderpad=0, borderwidth=0,
        font={"size": TEXT, "color": tokens.muted},
    )  # fmt: skip


@dataclass(frozen=True)
class RowName:
    """A name beside a row of a chart: what it says in full, and what is shown when it is pointed at."""

    label: str
    hover: str


def axis_name(label: str, pixels: float = LONGEST_NAME) -> str:
    """``label`` shortened until it fits beside a chart."""
    limits = range(LABEL_COLUMNS, 8, -2)
    return next((text for text in (short(label, limit) for limit in limits) if text_width(text, TEXT) <= pixels),
                short(label, 8))  # fmt: skip


def axis_names(labels: Sequence[str], pixels: float = LONGEST_NAME) -> list[str]:
    """``labels`` shortened until they fit beside a chart; different labels stay different."""
    names = [axis_name(label, pixels) for label in labels]
    alike: dict[str, list[str]] = {}
    for label, name in dict(zip(labels, names, strict=True)).items():
        alike.setdefault(name, []).append(label)
    apart: dict[str, str] = {}
    for group in (group for group in alike.values() if len(group) > 1):
        tries = (told_apart(group, limit) for limit in range(LABEL_COLUMNS, 8, -2))
        fitting = (texts for texts in tries if max(text_width(text, TEXT) for text in texts) <= pixels)
        apart |= dict(zip(group, next(fitting, told_apart(group, 8)), strict=True))
    return [apart.get(label, name) for label, name in zip(labels, names, strict=True)]


def names_width(labels: Sequence[str], pixels: float = LONGEST_NAME) -> float:
    """The pixels that a column of these ``labels`` needs, with its gap to the chart."""
    return max((text_width(name, TEXT) for name in axis_names(labels, pixels)), default=0) + 12


def write_names(
    figure: go.Figure, rows: Sequence[RowName], tokens: Tokens, left: float, pixels: float = LONGEST_NAME
) -> None:
    """Names left of the rows 0, 1, … of ``figure``, flush with the title; axis labels would be ragged there."""
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5], showticklabels=False, tickvals=list(range(len(rows))))
    hover = _hover_look(tokens)
    names = axis_names([row.label for row in rows], pixels)
    figure.update_layout(
        annotations=[
            {
                "text": for_plotly(name),
                "hovertext": row.hover,
                "hoverlabel": hover,
                "x": 0, "xref": "paper", "xanchor": "left", "xshift": -left,
                "y": number, "yref": "y", "yanchor": "middle",
                "showarrow": False, "font": {"size": TEXT, "color": tokens.ink}, "borderpad": 0, "borderwidth": 0,
            }
            for number, (row, name) in enumerate(zip(rows, names, strict=True))
        ]
    )  # fmt: skip


def hover_text(*lines: str) -> str:
    """Plain ``lines`` as the text of a hover label, the first one bold; long names are wrapped."""
    first, *rest = (line for line in lines if line)
    heads = [first] if len(first) <= 40 else [short(line, 60) for line in _by_words(first, TEXT, 380)]
    head = "<br>".join(for_plotly(line) for line in heads)
    return "<br>".join([f"<b>{head}</b>", *(for_plotly(line) for line in rest)])


def no_messages(kind: type[InfoType], context: Context, what: str) -> InfoType:
    """The info of a figure that has nothing to draw because nothing was said."""
    return kind(
        title="No messages in this period",
        subtitle=context.subtitle(what, context.this_text),
        empty="No room that is shown here had a message. Choose another period, or show more rooms.",
    )


def rooms_text(number: int) -> str:
    """A number of rooms: "1 room", "1,200 rooms"."""
    return plural(number, "room")

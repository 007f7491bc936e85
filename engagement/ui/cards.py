"""Figures as cards in a row."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from markupsafe import Markup

from engagement.display import arrows, sparkline, wording
from engagement.display.tiles import Tile, tiles
from engagement.numbers import rankings
from engagement.numbers.rooms import BACK, FELL_SILENT, NEW
from engagement.ui import charts
from engagement.ui.shown import Shown

_COLOURS: dict[int, Literal["blue", "orange", "off"]] = {1: "blue", -1: "orange", 0: "off"}
_ARROWS: dict[int, Literal["up", "down", "off"]] = {1: "up", -1: "down", 0: "off"}

_WEEKS = Markup('<img class="weeks" src="{drawn}" alt="{label} in the last full weeks: {weeks}">')


def of(shown: Shown) -> tuple[Tile, ...]:
    """The tile of every measure over what a page is about."""
    history = shown.activity.history
    return shown.made(
        "tiles", lambda: tiles(shown.activity, shown.rooms, None if history is None else shown.weekly(history))
    )


def row(tiles_: tuple[Tile, ...], *, lines: bool = True) -> None:
    """A card for each tile, beside each other, its meaning behind the question mark; weeks only with ``lines``."""
    for column, tile in zip(st.columns(len(tiles_)), tiles_, strict=True):
        with column:
            card(tile, lines=lines)


def card(tile: Tile, *, lines: bool = True) -> None:
    """A card of its own."""
    with st.container(border=True, height="stretch", key=f"card_{tile.measure.name}"):
        st.metric(
            tile.label,
            tile.value,
            tile.change_told,
            delta_color=_COLOURS[arrows.way(tile.signal)],
            delta_arrow=_ARROWS[tile.direction],
            help=tile.meaning,
        )
        if lines and tile.weeks:
            tokens = charts.tokens()
            drawn = sparkline.data_uri(tile.weeks, arrows.colour(tile.signal, tokens, tokens.this), tokens)
            weeks = ", ".join(map(wording.amount, tile.weeks))
            st.html(_WEEKS.format(drawn=drawn, label=tile.label, weeks=weeks))


def change_cards(shown: Shown) -> None:
    """How many rooms are new, back, or fell silent."""
    counts = shown.made("changes", lambda: rankings.changes(shown.rooms))
    meanings = {
        NEW: "Created in this period or the previous one, with their first messages in this one.",
        BACK: "Older rooms with messages in this period and none in the previous one.",
        FELL_SILENT: "Rooms with messages in the previous period and none in this one.",
    }
    for column, (word, number) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(word.capitalize(), wording.count(number), help=meanings[word], border=True)

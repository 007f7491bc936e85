"""Figures as cards in a row."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from engagement.display import wording
from engagement.display.tiles import Tile, tiles
from engagement.numbers import rankings
from engagement.numbers.rooms import BACK, FELL_SILENT, NEW
from engagement.ui.shown import Shown

_LOOKS: dict[int, tuple[Literal["blue", "orange", "off"], Literal["up", "down", "off"]]] = {
    1: ("blue", "up"),
    -1: ("orange", "down"),
    0: ("off", "off"),
}


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
    st.metric(
        tile.label,
        tile.value,
        tile.change,
        delta_color=_LOOKS[tile.coloured][0],
        delta_arrow=_LOOKS[tile.direction][1],
        help=tile.meaning,
        border=True,
        chart_data=list(tile.weeks) if lines and tile.weeks else None,
        chart_type="line",
        height="stretch",
    )


def change_cards(shown: Shown) -> None:
    """How many rooms are new, back, or fell silent."""
    counts = shown.made("changes", lambda: rankings.changes(shown.rooms))
    meanings = {
        NEW: "Created in the period or the one before, with their first messages in this one.",
        BACK: "Older rooms with messages in this period and none in the one before.",
        FELL_SILENT: "Rooms with messages in the period before and none in this one.",
    }
    for column, (word, number) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(word.capitalize(), wording.count(number), help=meanings[word], border=True)

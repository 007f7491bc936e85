"""Which way something points, and whether that is news: the one place that decides on colours, arrows and shapes.

A change is a fact and grey; it has colour only where a signal says that it is news. Whoever sees no colours is told by
an arrow or a triangle.
"""

from __future__ import annotations

from engagement.display.palette import Tokens
from engagement.numbers.verdict import FALLS, NEWS

# By ``way``: 1 is up, -1 is down, 0 is neither.
ARROWS = {1: "▲", -1: "▼", 0: ""}
SHAPES = {1: "triangle-up", -1: "triangle-down", 0: "circle"}


def way(signal: str) -> int:
    """1 for a signal that points up, -1 for one that points down, 0 for what is no news."""
    return 0 if signal not in NEWS else -1 if signal in FALLS else 1


def colour(signal: str, tokens: Tokens, plain: str = "") -> str:
    """The colour of what has this signal: ``plain``, or else that of notes, where it is no news."""
    return {1: tokens.up, -1: tokens.down}.get(way(signal), plain or tokens.muted)


def told(signal: str, text: str) -> str:
    """The text behind the arrow of its signal, where that is news."""
    return f"{ARROWS[way(signal)]} {text}".lstrip()

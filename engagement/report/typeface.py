"""The typeface that a report carries: Source Sans 3, of which only the parts for the scripts that its text is in."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "font"
# The part for western languages, which every report needs.
_FIRST = "latin"
# One file for each: of a font that holds all weights, browsers put drawings into a PDF in place of letters.
_WEIGHTS = (400, 600)
_FACE = (
    '@font-face { font-family: "Source Sans"; font-weight: %d; '
    "src: url(data:font/woff2;base64,%s) format('woff2'); unicode-range: %s; }"
)


def faces(text: str) -> str:
    """The style rules, with the files in them, of the parts of the typeface that ``text`` is written with."""
    drawn = _drawn()
    others = {*map(ord, text)} - drawn[_FIRST]
    needed = [part for part, characters in drawn.items() if part == _FIRST or not others.isdisjoint(characters)]
    return "\n".join(_face(part, weight) for part in needed for weight in _WEIGHTS)


@cache
def _told() -> dict[str, str]:
    told: dict[str, str] = json.loads((HERE / "unicode.json").read_text(encoding="ascii"))
    return told


@cache
def _drawn() -> dict[str, frozenset[int]]:
    """The characters of each part, from "U+0460-052F,U+20B4"."""
    ends = {part: [some.removeprefix("U+").split("-") for some in told.split(",")] for part, told in _told().items()}
    return {
        part: frozenset(point for some in told for point in range(int(some[0], 16), int(some[-1], 16) + 1))
        for part, told in ends.items()
    }


@cache
def _face(part: str, weight: int) -> str:
    file = base64.b64encode((HERE / f"source-sans-3-{part}-{weight}-normal.woff2").read_bytes()).decode()
    return _FACE % (weight, file, _told()[part])

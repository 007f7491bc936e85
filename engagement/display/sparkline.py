"""A few weeks as bars of the height of a word, as SVG: numbers alone go into it, so there is nothing to escape.

Everywhere alike: from zero to the strongest of them, those marked at the end that are spoken of.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from engagement.display.palette import Tokens, faded
from engagement.numbers.weeks import LINE_WEEKS

WIDTH, HEIGHT = 96, 26
SCALE = "from zero to the strongest of them"
_BAR, _GAP, _LEAST = 9, 3, 2


def svg(values: Sequence[float], mark: str, tokens: Tokens, marked: int = 1) -> str:
    """The last value at the right edge, and the ``marked`` last ones in the colour ``mark``; none without any."""
    highest = max([*values, 1.0])
    parts = [f'<path d="M0 {HEIGHT - 0.5}H{WIDTH}" stroke="{tokens.line}"/>']
    for back, value in enumerate(reversed(values[-LINE_WEEKS:])):
        high = HEIGHT * max(value, 0.0) / highest
        # What is spoken of is marked where it is nothing, too.
        high, colour = (max(high, _LEAST), mark) if back < marked else (high, faded(tokens.this, 0.45))
        place = f'x="{WIDTH - _BAR - back * (_BAR + _GAP)}" y="{HEIGHT - high:.1f}"'
        parts.insert(1, f'<rect {place} width="{_BAR}" height="{high:.1f}" fill="{colour}"/>')
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def data_uri(values: Sequence[float], mark: str, tokens: Tokens, marked: int = 1) -> str:
    """The same as the address of an image: pages that take no drawing take an image."""
    return f"data:image/svg+xml,{quote(svg(values, mark, tokens, marked), safe='/:(),=')}"

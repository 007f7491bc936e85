"""A few weeks as a line of the height of a word, as SVG: numbers alone go into it, so there is nothing to escape."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from engagement.display.palette import Tokens, faded

WIDTH, HEIGHT = 96, 26
_EDGE = 3.5


def svg(values: Sequence[float], mark: str, tokens: Tokens) -> str:
    """The values from left to right over zero, the last one a dot in the colour ``mark``; nothing drawn without any."""
    highest = max([*values, 1.0])
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    # The last value stands at the right edge, however few there are.
    right = WIDTH - _EDGE - step * (len(values) - 1)
    ground = HEIGHT - _EDGE
    points = [
        (f"{right + step * place:.1f}", f"{ground - (HEIGHT - 2 * _EDGE) * max(value, 0.0) / highest:.1f}")
        for place, value in enumerate(values)
    ]
    parts = [f'<path d="M0 {ground}H{WIDTH}" stroke="{tokens.line}"/>']
    if points:
        line = "L".join(" ".join(point) for point in points)
        (first, _), (last, top) = points[0], points[-1]
        parts.append(f'<path d="M{first} {ground}L{line}L{last} {ground}Z" fill="{faded(tokens.this, 0.18)}"/>')
        parts.append(f'<path d="M{line}" fill="none" stroke="{tokens.this}" stroke-width="1.5"/>')
        parts.append(f'<circle cx="{last}" cy="{top}" r="3" fill="{mark}"/>')
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def data_uri(values: Sequence[float], mark: str, tokens: Tokens) -> str:
    """The same as the address of an image: pages that take no drawing take an image."""
    return f"data:image/svg+xml,{quote(svg(values, mark, tokens), safe='/:(),=')}"

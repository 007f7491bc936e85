"""Charts on a page: in the colours of the viewer's theme, under a title that wraps with the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from engagement import figures
from engagement.display import palette
from engagement.display.escaping import for_markdown
from engagement.ui import links, loading, width

if TYPE_CHECKING:
    import plotly.graph_objects as go

_CLICKS = "_clicks_on_charts"
# The table of a chart holds so many rows at most; there is hardly a chart of more, and the table of its page has all.
MOST_ROWS = 30


def tokens() -> palette.Tokens:
    """The colours of the reader's theme."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def draw(info: figures.Info, key: str) -> None:
    """Draws a figure under its title and subtitle, which wrap with the page, with a description for screen readers
    and its numbers as a table that opens below it.

    A click on the mark of a room leads to its page.
    """
    drawn = info.figure(replace(tokens(), narrow=width.narrow()))
    with st.container(border=True, key=f"chart_{key}"):
        st.header(for_markdown(info.title), anchor=False)
        # No line begins with what parts the words of two.
        st.caption(for_markdown(info.subtitle).replace(" · ", "\u00a0· "))
        _plot(info, drawn, f"plot_{key}")
        if not info.empty:
            st.html(as_table(info))


def _plot(info: figures.Info, drawn: go.Figure, name: str) -> None:
    if not info.room_ids:
        st.plotly_chart(drawn, theme=None, config=figures.CONFIG, key=name, alt=info.alt)
        return
    # A chart that was left by a click comes back as another one, on which nothing is chosen.
    name = f"{name}_{st.session_state.setdefault(_CLICKS, 0)}"
    # The framework keeps this for as long as the session: no more of the figure than it needs.
    room_ids = info.room_ids
    st.plotly_chart(
        drawn, theme=None, config=figures.CONFIG, key=name, alt=info.alt, selection_mode="points",
        on_select=lambda: _open(st.session_state[name], room_ids),
    )  # fmt: skip


def as_table(info: figures.Info) -> str:
    """The numbers of a figure as HTML that is closed until it is asked for, everything in it escaped."""
    numbers = info.numbers
    names, rows = numbers.names, numbers.rows
    head = "".join(f'<th scope="col"><bdi>{escape(name)}</bdi></th>' for name in names)
    body = "".join(map(_row, rows[:MOST_ROWS]))
    more = f"<p>The first {MOST_ROWS} of {len(rows):,}.</p>" if len(rows) > MOST_ROWS else ""
    return (
        '<details class="numbers"><summary>As a table</summary>'
        f'<div tabindex="0" role="region" aria-label="{escape(info.title)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{more}</div></details>"
    )


def _row(texts: Sequence[str]) -> str:
    first, *others = map(escape, texts)
    return f'<tr><th scope="row"><bdi>{first}</bdi></th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'


def _open(chosen: object, room_ids: Sequence[str]) -> None:
    if room_id := clicked(chosen, room_ids):
        st.session_state[_CLICKS] += 1
        links.open_room(loading.view().shown(), room_id)


def clicked(chosen: object, room_ids: Sequence[str]) -> str | None:
    """The room of the mark that was clicked on; None where none was, or where the mark is that of no room."""
    points = chosen.get("selection", {}).get("points", []) if isinstance(chosen, dict) else []
    places = [point.get("customdata", point.get("y")) for point in points if isinstance(point, dict)]
    # Below its name a bar lies a little beside the place of its row.
    found = [place for place in places if isinstance(place, int | float) and 0 <= place < len(room_ids) - 0.5]
    return room_ids[round(found[0])] if found else None


def beside(**infos: figures.Info) -> None:
    """Draws figures, named by their keys, beside each other."""
    for column, (key, info) in zip(st.columns(len(infos)), infos.items(), strict=True):
        with column:
            draw(info, key)

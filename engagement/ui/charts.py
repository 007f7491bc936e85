"""Charts on a page: in the colours of the viewer's theme, under a title that wraps with the page."""

from __future__ import annotations

import streamlit as st

from engagement import figures
from engagement.display import palette
from engagement.display.escaping import for_markdown


def draw(info: figures.Info, key: str) -> None:
    """Draws a figure under its title and subtitle, which wrap with the page, with a description for screen readers."""
    tokens = palette.DARK if st.context.theme.type == "dark" else palette.LIGHT
    with st.container(border=True, key=f"chart_{key}"):
        st.markdown(f"##### {for_markdown(info.title)}", width="stretch")
        st.caption(for_markdown(info.subtitle))
        drawn = info.figure(tokens)
        st.plotly_chart(drawn, theme=None, config=figures.CONFIG, key=f"plot_{key}", alt=info.alt)


def beside(**infos: figures.Info) -> None:
    """Draws figures, named by their keys, beside each other."""
    for column, (key, info) in zip(st.columns(len(infos), gap="medium"), infos.items(), strict=True):
        with column:
            draw(info, key)

"""Charts on a page: in the colours of the viewer's theme, under a title that wraps with the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import plotly.graph_objects as go
import streamlit as st

from engagement import figures
from engagement.display import palette, wording
from engagement.display.escaping import for_markdown
from engagement.numbers.rooms import Activity
from engagement.ui.loading import View

InfoType = TypeVar("InfoType", bound=figures.Info)


def tokens() -> palette.Tokens:
    """The colours of the viewer's theme."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def context(view: View, activity: Activity, *notes: str) -> figures.Context:
    """What every chart says of its source; ``notes`` are phrases for one chart alone."""
    return figures.Context(
        workspace=wording.workspace_name(activity.workspace),
        period=activity.period,
        previous=activity.previous,
        unfinished=activity.unfinished,
        show_people=view.people,
        notes=notes,
    )


def draw(info: InfoType, figure: Callable[[InfoType, palette.Tokens], go.Figure], key: str) -> None:
    """Draws a figure under its title and subtitle, which wrap with the page, with a description for screen readers."""
    with st.container(border=True, key=f"chart_{key}"):
        st.markdown(f"##### {for_markdown(info.title)}", width="stretch")
        st.caption(for_markdown(info.subtitle))
        drawn = figure(info, tokens())
        st.plotly_chart(drawn, theme=None, config=figures.CONFIG, key=f"plot_{key}", alt=info.alt)

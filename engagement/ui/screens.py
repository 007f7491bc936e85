"""The screens of the dashboard, in the order of the menu."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engagement.settings.program import FOLDER

# What the framework runs for every page.
FRAME = Path(__file__).with_name("frame.py")
TITLES = {
    "overview": "Overview",
    "top_channels": "Top channels",
    "inactive_rooms": "Inactive rooms",
    "week_over_week": "Week over week",
    "trends": "Trends",
    "room": "Room",
    "report": "Report",
}


def page(name: str) -> st.Page:
    """The page of a name in TITLES."""
    return st.Page(FOLDER / "pages" / f"{name}.py", title=TITLES[name], url_path=name, default=name == "overview")


def pages() -> list[st.Page]:
    """Every page, the overview first."""
    return [page(name) for name in TITLES]

"""The few lines of style that the theme has no option for."""

from __future__ import annotations

import streamlit as st

_STYLE = """<style>
/* A screenshot shall hold figures, not the space above them. */
[data-testid="stMainBlockContainer"] { padding-top: 4.25rem; padding-bottom: 2rem; max-width: 1480px; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
/* Cards of a row are equally high, with or without a small chart. */
[data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) > [data-testid="stColumn"],
[data-testid="stColumn"]:has(> [data-testid="stVerticalBlock"] [data-testid="stMetric"]) { align-self: stretch; }
[data-testid="stMetricDelta"] { white-space: normal; }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"] { display: none; }
  [class*="st-key-chart_"] { break-inside: avoid; }
}
</style>"""


def apply() -> None:
    """Adds the style to the page."""
    st.html(_STYLE)

"""The signs in tables that one can sort, which the framework paints and has no number format with a minus sign for."""

from __future__ import annotations

import streamlit as st

# Always the same, as that of ``ways``. What is copied out of a table keeps its hyphen, which a spreadsheet can read.
SCRIPT = """
{
  if (!window.engagementSigns) {
    window.engagementSigns = true;
    const paint = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      paint.call(this, String(text).replace(/^-(?=[\\d,.]+( %)?$)/, "\\u2212"), ...where);
    };
  }
}
"""


def write() -> None:
    """Lets the tables of a page write minus signs, as charts, files and words do."""
    with st.container(key="signs"):
        st.html(f"<script>{SCRIPT}</script>", unsafe_allow_javascript=True)

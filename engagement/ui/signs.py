"""The numbers in tables that one can sort, which the framework paints with number formats that lack our signs."""

from __future__ import annotations

import streamlit as st

# Stands unseen at the end of a number that is a change, so that its column is known where it is painted.
CHANGE = "\u2060"
# What is painted is written as ``wording`` writes it: minus signs, plus signs before changes, no decimal from 10 % up,
# and ×32 for a rise of 3,100 %; columns of percents hold what is told of them, ``wording.told_percents``.
# Always the same, as that of ``ways``. What is copied out of a table keeps its hyphen, which a spreadsheet can read.
SCRIPT = """
{
  if (!window.engagementSigns) {
    window.engagementSigns = true;
    const paint = CanvasRenderingContext2D.prototype.fillText;
    const number = /^(-?)(\\d[\\d,]*)(\\.\\d+ %)?(\\u2060?)$/;
    const told = (text, minus, whole, percent, change) => {
      const size = Number.parseFloat(whole.replaceAll(",", "") + (percent || ""));
      const times = Math.round(1 + size / 100).toLocaleString("en");
      if (percent && change && !minus && size >= 900) return "\\u00d7" + times;
      const sign = size < 0.05 ? "" : minus ? "\\u2212" : change && "+";
      return sign + whole + (percent ? (size && size < 10 ? percent.slice(0, 2) : "") + " %" : "");
    };
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      paint.call(this, String(text).replace(number, told), ...where);
    };
  }
}
"""


def write() -> None:
    """Lets the tables of a page write numbers as charts, files and words do."""
    with st.container(key="signs"):
        st.html(f"<script>{SCRIPT}</script>", unsafe_allow_javascript=True)

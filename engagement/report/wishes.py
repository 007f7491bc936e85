"""What may be asked of a report. Imports nothing, so that it can be named without making one."""

from __future__ import annotations

from dataclasses import dataclass

ENDINGS = HTML, PDF, PNG, XLSX, CSV = (".html", ".pdf", ".png", ".xlsx", ".csv")
# These need a browser.
PICTURES = (PDF, PNG)
PAPERS = ("A4", "Letter")
DEFAULT_TITLE = "Channel engagement report"
# What can be switched off. The words are those of the page.
SECTIONS = {
    "figures": "Key figures",
    "words": "What changed",
    "top": "Top channels",
    "movers": "Movers",
    "inactive": "Inactive rooms",
    "days": "Messages per day",
    "trend": "Trend",
    "tables": "Tables",
}
TOP = 10
MOST_TOP = 50
LONGEST_TITLE, LONGEST_COMMENT = 120, 2_000


@dataclass(frozen=True)
class Wishes:
    """What the reader wants: title, comment, which of SECTIONS, how many rooms in rankings, people's names."""

    title: str = ""
    comment: str = ""
    sections: frozenset[str] = frozenset(SECTIONS)
    top: int = TOP
    people: bool = False

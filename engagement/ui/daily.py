"""The days of a period, or its weeks or months, of the rooms shown: read room by room, and drawn as they arrive."""

from __future__ import annotations

from weakref import ref

import streamlit as st

from engagement import figures
from engagement.display.escaping import for_markdown
from engagement.figures.calendar import MessagesPerDay
from engagement.numbers.days import Bars
from engagement.numbers.weeks import History
from engagement.ui import charts, loading
from engagement.ui.loading import View
from engagement.ui.shown import Shown


def begin(view: View) -> None:
    """Begins to read the days that a page will draw: what is in sight goes before the weeks that signals rest on."""
    view.reader.days(view.facts, view.period, view.against)


def bars(shown: Shown, read: History) -> Bars:
    """The parts of the period, of the rooms shown, out of those of every room that are ``read``."""
    return shown.made(("bars", ref(read)), lambda: shown.activity.bars(read, shown.rooms))


def figure(shown: Shown, read: History, who: str = "") -> MessagesPerDay:
    """The same as a chart; ``who`` names the room, where it is one alone."""
    return figures.messages_per_day(bars(shown, read), shown.context(), who)


def arriving(shown: Shown) -> History | None:
    """The parts of the period of every room as far as they are there, with the progress of the others."""
    view = shown.view
    if not shown.activity.counted:
        return None
    days = view.reader.days(view.facts, view.period, view.against)
    # While the period itself is being read, its progress stands above.
    held = view.reader.activity(view.facts, view.period, view.against).running
    return days.latest if held else loading.arriving(days, "days")


def draw(shown: Shown, who: str = "", key: str = "messages_per_day") -> History | None:
    """Draws the chart of the rooms shown, with the progress of what is still to be read; ``who`` as in ``figure``.

    Returns what it has drawn.
    """
    place = st.container()
    if (read := arriving(shown)) is not None:
        with place:
            charts.draw(figure(shown, read, who), key)
            for said in read.receipt.notes:
                st.caption(for_markdown(said))
    return read

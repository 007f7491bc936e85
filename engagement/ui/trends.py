"""What the trends page asks and says: totals of weeks, one room by week, and what is usual for both."""

from __future__ import annotations

from dataclasses import replace
from weakref import ref

import pandas as pd
import streamlit as st

from engagement import figures
from engagement.display.views import ROOM
from engagement.figures.calendar import MessagesPerDay
from engagement.figures.heat import Heat
from engagement.figures.weeks import RoomLine, WeeklyTotals
from engagement.numbers import naming
from engagement.numbers.periods import Period
from engagement.numbers.room import known
from engagement.numbers.verdict import expected_band
from engagement.numbers.weeks import History, signals
from engagement.numbers.years import months_of
from engagement.ui import charts, links, loading, opened
from engagement.ui.filters import MOST_OPTIONS
from engagement.ui.shown import Shown


def totals(shown: Shown, history: History, weeks: int) -> WeeklyTotals:
    """All rooms of the view together in the last ``weeks``, with what is usual for them."""
    return shown.made(
        ("weekly_totals", weeks),
        lambda: figures.weekly_totals(shown.weekly(history), history, shown.context(), weeks),
    )


def draw_years(shown: Shown) -> None:
    """Draws the months of all the years of which the workspace noted its totals, for whoever it gives them to, where
    its server counts nothing: net, as everything else there, of all rooms.
    """
    view = shown.view
    told = loading.arriving(view.reader.statistics(view.facts), "statistics") if shown.activity.net else None
    if told is None or (rows := told.rows) is None or rows.empty:
        return

    def years() -> MessagesPerDay:
        bars = months_of(rows["messages"], view.facts.zone, shown.activity.today)
        period = Period(bars.bars[0].part.start, bars.bars[-1].part.end)
        context = replace(shown.context(), period=period, previous=period.previous, unfinished=True)
        return figures.messages_per_day(bars, context, "All rooms, by the statistics of the workspace")

    charts.draw(shown.made(("years", ref(told)), years), "years")


def heat(shown: Shown, history: History, most: int, weeks: int) -> Heat:
    """The busiest rooms of the last ``weeks``, week by week."""
    return shown.made(
        ("heat", most, weeks),
        lambda: figures.heat(shown.rooms, history.last(weeks).counts, shown.context(), most),
    )


def choose_room(shown: Shown) -> str | None:
    """The id of the room whose weeks are drawn, as it is in the URL, with a way to its page; None where nothing is
    chosen.
    """
    asked = st.query_params.get(ROOM)
    names = shown.made(("names", asked), lambda: _names(shown.rooms, asked, people=shown.view.people))
    ids = list(names)
    st.session_state["room_choice"] = asked if asked in names else (ids[0] if ids else None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="room_controls"):
        chosen: str | None = st.selectbox(
            "Room", ids, format_func=lambda room_id: names[room_id], key="room_choice", on_change=keep_room
        )
        if chosen is not None:
            links.lead_on("room", "The page of this room", room=[chosen])
    opened.shows(ROOM, [chosen])
    return chosen


def _names(rooms: pd.DataFrame, asked: str | None, *, people: bool) -> dict[str, str]:
    offered = rooms[(rooms.index < MOST_OPTIONS) | (rooms["room_id"] == asked)]
    labels = naming.room_labels(offered, show_people=people)
    return naming.told_apart(dict(zip(offered["room_id"], labels, strict=True)))


def keep_room() -> None:
    """In a callback: the room that was chosen is that of the URL."""
    st.query_params[ROOM] = st.session_state["room_choice"]


def room_line(shown: Shown, history: History, room_id: str, weeks: int) -> RoomLine:
    """One room in the last ``weeks``, with what is usual for it and its signal: that of every other page."""

    def line() -> RoomLine:
        weekly, one = history.of([room_id]).iloc[0], known(shown.activity.rooms, [room_id])
        label = naming.room_labels(one, show_people=shown.view.people).iloc[0]
        band = expected_band(weekly, history.left_out, history.basis.bar)
        # What is usual in the first of the weeks shown rests on those before them.
        table, judged = band.assign(messages=weekly).tail(weeks), signals(one, history).iloc[0]
        return figures.room_line(label, table, judged, shown.context(), history.last(weeks).gaps, month=history.month)

    return shown.made(("room_line", room_id, weeks), line)

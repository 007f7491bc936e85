"""What the trends page asks and says: totals of weeks, one room by week, and what is usual for both."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engagement import figures
from engagement.figures.weeks import RoomLine
from engagement.numbers import naming
from engagement.numbers.verdict import expected_band
from engagement.numbers.weeks import History, total_verdict, verdicts
from engagement.ui import opened
from engagement.ui.filters import MOST_OPTIONS


def total_line(weekly: pd.DataFrame, history: History, context: figures.Context) -> RoomLine:
    """All rooms of the view together, week by week (``measures.by_week``), with what is usual."""
    judged = total_verdict(history, weekly["messages"])
    return _line("Activity in all rooms shown", weekly["messages"], history, judged, context)


def choose_room(rooms: pd.DataFrame, people: bool) -> pd.Series | None:
    """The room whose weeks are drawn, by its id in the URL; None where nothing is chosen."""
    offered = rooms.head(MOST_OPTIONS)
    labels = naming.room_labels(offered, show_people=people)
    names = naming.told_apart(dict(zip(offered["room_id"], labels, strict=True)))
    asked = st.query_params.get("room")
    ids = list(names)
    st.session_state["room_choice"] = asked if asked in names else (ids[0] if ids else None)
    chosen = st.selectbox(
        "Room", ids, format_func=lambda room_id: names[room_id], key="room_choice", on_change=_keep_room
    )
    opened.shows("room", [chosen])
    return offered[offered["room_id"] == chosen].iloc[0] if chosen else None


def _keep_room() -> None:
    st.query_params["room"] = st.session_state["room_choice"]


def room_line(room: pd.Series, history: History, context: figures.Context) -> RoomLine:
    """One room, week by week, with what is usual for it and the verdict on the last full week."""
    one = pd.DataFrame([room])
    weekly = history.of([str(room["room_id"])]).iloc[0]
    label = naming.room_labels(one, show_people=context.show_people).iloc[0]
    return _line(label, weekly, history, verdicts(one, history).iloc[0], context)


def _line(label: str, weekly: pd.Series, history: History, judged: pd.Series, context: figures.Context) -> RoomLine:
    band = expected_band(weekly, history.turns_of_year())
    return figures.room_line(
        label, band.assign(messages=weekly), str(judged["verdict"]), context, str(judged["reason"])
    )

"""Trends: weeks of all rooms together, of the busiest rooms side by side, and of one room with what is usual for it."""

import streamlit as st

from engagement import figures
from engagement.numbers import measures
from engagement.ui import charts, header, loading, states, trends

view = loading.view_of_latest_week()
title = header.title("Trends")
if view.period != loading.view().period:
    st.caption("Trends are about full weeks: they end with the last one, whichever period is chosen.")
with header.controls():
    weeks = header.choose_number("Full weeks", [13, 26, 52], "weeks")
    most = header.choose_number("Rooms side by side", [20, 40], "heat")

activity = loading.activity(view)
rooms = header.header(title, view, activity)
states.need_rooms(rooms, activity)
states.need_counting(rooms, view, activity)

history = activity.agreed(loading.history(weeks))
states.history_notes(history)
context = charts.context(view, activity)
totals = measures.by_week(history, rooms)
line = trends.total_line(totals, history, context)
charts.beside(weekly_totals=figures.weekly_totals(totals, context), total_line=line)
charts.draw(figures.heat(rooms, history.counts, context, most), "heat")
room = trends.choose_room(rooms, view.people)
if room is not None:
    charts.draw(trends.room_line(room, history, context), "room_line")

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
if states.nothing_left(rooms, activity) or states.only_the_directory(rooms, view, activity):
    st.stop()

history = activity.agreed(loading.history(weeks))
states.history_notes(history)
context = charts.context(view, activity)
totals = measures.by_week(history, rooms)
left, right = st.columns(2, gap="medium")
with left:
    charts.draw(figures.weekly_totals_info(totals, context), figures.weekly_totals_figure, "weekly_totals")
with right:
    charts.draw(trends.total_line_info(totals, history, context), figures.room_line_figure, "total_line")
charts.draw(figures.heat_info(rooms, history.counts, context, most), figures.heat_figure, "heat")
room = trends.choose_room(rooms, view.people)
if room is not None:
    charts.draw(trends.room_line_info(room, history, context), figures.room_line_figure, "room_line")

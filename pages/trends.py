"""Trends: weeks of all rooms together, of the busiest rooms side by side, and of one room with what is usual for it."""

import streamlit as st

from engagement import figures
from engagement.ui import loading, parts, trends

view = loading.view_of_latest_week()
title = parts.title("Trends")
if view.period != loading.view().period:
    st.caption("Trends are about full weeks: they end with the last one, whichever period is chosen.")
with parts.controls():
    weeks = parts.choose_number("Full weeks", [13, 26, 52], "weeks")
    most = parts.choose_number("Rooms side by side", [20, 40], "heat")

activity = loading.activity(view)
rooms = parts.header(title, view, activity)
if parts.nothing_left(rooms, activity) or parts.only_the_directory(rooms, view, activity):
    st.stop()

history = loading.history(weeks)
parts.history_notes(history)
context = parts.context(view, activity)
totals = trends.totals(history, rooms)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.weekly_totals_info(totals, context), figures.weekly_totals_figure, "weekly_totals")
with right:
    parts.draw(trends.total_line_info(totals, history, context), figures.room_line_figure, "total_line")
parts.draw(figures.heat_info(rooms, history.counts, context, most), figures.heat_figure, "heat")
room = trends.choose_room(rooms, view.people)
if room is not None:
    parts.draw(trends.room_line_info(room, history, context), figures.room_line_figure, "room_line")

"""Trends: weeks of all rooms together, of the busiest rooms side by side, and of one room with what is usual for it."""

import streamlit as st

from engagement.ui import charts, header, loading, states, trends

view = loading.view_of_latest_week()
title = header.title("Trends")
with st.container():
    if view.period != loading.view().period:
        st.caption("Trends are about full weeks: they end with the last one, whichever period is chosen.")
with header.controls():
    weeks = header.choose_number("Full weeks", [13, 26, 52], "weeks")
    most = header.choose_number("Rooms side by side", [20, 40], "heat")

shown = header.header(title, view, loading.activity(view))
states.need_rooms(shown)
states.need_counting(shown)

shown, history = shown.with_weeks(loading.history(weeks))
states.history_notes(history.last(weeks))
if states.single(shown):
    st.stop()
charts.draw(trends.totals(shown, history, weeks), "weekly_totals")
trends.draw_years(shown)
charts.draw(trends.heat(shown, history, most, weeks), "heat")
room_id = trends.choose_room(shown)
if room_id is not None:
    charts.draw(trends.room_line(shown, history, room_id, weeks), "room_line")

"""Top channels: the busiest rooms, how concentrated the conversation is, and every room in a table."""

import streamlit as st

from engagement import figures, tables
from engagement.ui import loading, parts

view = loading.view()
activity = loading.activity()
parts.header("Top channels", view, activity)
rooms = view.rooms(activity)
if parts.nothing_left(rooms):
    st.stop()
if not activity.counted:
    parts.directory_only(rooms, view, activity)
    st.stop()
if parts.no_data(activity):
    st.stop()

context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    most = st.segmented_control("Rooms shown", [10, 20, 30], default=10, required=True, key="top", bind="query-params")
    parts.draw(figures.top_rooms_info(rooms, context, most), figures.top_rooms_figure, "top_rooms")
with right:
    parts.draw(figures.concentration_info(rooms, context), figures.concentration_figure, "concentration")
parts.table(tables.ranked(rooms, people=view.people), view, activity, "top-channels", rooms)

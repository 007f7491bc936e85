"""Top channels: the busiest rooms, how concentrated the conversation is, and every room in a table."""

import streamlit as st

from engagement import figures
from engagement.display import tables
from engagement.ui import listing, loading, parts

view = loading.view()
title = parts.title("Top channels")
with parts.controls():
    most = parts.choose_number("Rooms shown", [10, 20, 30], "top")
    order = parts.choose_order(tables.RANKED)

activity = loading.activity()
rooms = parts.header(title, view, activity)
if parts.nothing_to_show(rooms, view, activity):
    st.stop()

context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.top_rooms_info(rooms, context, most), figures.top_rooms_figure, "top_rooms")
with right:
    parts.draw(figures.concentration_info(rooms, context), figures.concentration_figure, "concentration")
history = loading.judged_history()
parts.judged_week(history, activity)
listing.table(tables.ranked(rooms, history, people=view.people), order, view, activity, "top-channels")

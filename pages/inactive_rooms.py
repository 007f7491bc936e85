"""Inactive rooms: how many, in which state, silent for how long, and every one of them in a table."""

import streamlit as st

from engagement import figures, tables
from engagement.ui import loading, parts

view = loading.view()
activity = loading.activity()
parts.header("Inactive rooms", view, activity)
rooms = view.rooms(activity)
if parts.nothing_left(rooms) or not parts.directory_is_there(activity):
    st.stop()
if parts.no_data(activity):
    st.stop()

exempt = st.toggle(
    "Leave out rooms that are quiet by design",
    key="exempt",
    bind="query-params",
    help="Read-only, default and announcement rooms.",
)
if exempt:
    rooms = rooms[~(rooms["read_only"] | rooms["default"] | rooms["announcement"])]
context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.inactive_states_info(rooms, context), figures.inactive_states_figure, "inactive_states")
with right:
    parts.draw(figures.silence_age_info(rooms, context), figures.silence_age_figure, "silence_age")
parts.table(tables.silent(rooms, people=view.people), view, activity, "inactive-rooms", rooms)

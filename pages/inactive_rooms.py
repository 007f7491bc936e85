"""Inactive rooms: how many, in which state, silent for how long, and every one of them in a table."""

import streamlit as st

from engagement import figures
from engagement.display import tables
from engagement.ui import listing, loading, parts

view = loading.view()
title = parts.title("Inactive rooms")
with parts.controls():
    by_design = "Read-only, default and announcement rooms."
    exempt = st.toggle("Leave out rooms quiet by design", key="exempt", bind="query-params", help=by_design)
    order = parts.choose_order(tables.SILENT)

activity = loading.activity()
rooms = parts.header(title, view, activity)
if parts.nothing_left(rooms, activity) or parts.no_data(activity) or not parts.directory_is_there(activity):
    st.stop()

rooms = parts.without_exempt(rooms, by_design=exempt)
context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.inactive_states_info(rooms, context), figures.inactive_states_figure, "inactive_states")
with right:
    parts.draw(figures.silence_age_info(rooms, context), figures.silence_age_figure, "silence_age")
listing.table(tables.silent(rooms, people=view.people), order, view, activity, "inactive-rooms")

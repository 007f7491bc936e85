"""Inactive rooms: how many, in which state, silent for how long, and every one of them in a table."""

import streamlit as st

from engagement import figures
from engagement.display import tables
from engagement.ui import charts, header, listing, loading, states

view = loading.view()
title = header.title("Inactive rooms")
with header.controls():
    by_design = "Read-only, default and announcement rooms."
    exempt = header.choose_whether("Leave out rooms quiet by design", "exempt", by_design)
    order = header.choose_order(tables.SILENT)

activity = loading.activity()
rooms = header.header(title, view, activity)
states.need_rooms(rooms, activity)
states.need_data(activity)
if not states.directory_is_there(activity):
    st.stop()

rooms = states.without_exempt(rooms, by_design=exempt)
context = charts.context(view, activity)
charts.beside(inactive_states=figures.inactive_states(rooms, context), silence_age=figures.silence_age(rooms, context))
listing.table(tables.silent(rooms, people=view.people), order, view, activity, "inactive-rooms")

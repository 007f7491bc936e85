"""Inactive rooms: how many, in which state, silent for how long, and every one of them in a table."""

from functools import partial

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

shown = header.header(title, view, loading.activity())
states.need_rooms(shown)
states.need_data(shown.activity)
if not states.directory_is_there(shown.activity):
    st.stop()

shown = states.without_exempt(shown, by_design=exempt)
charts.beside(inactive_states=shown.figure(figures.inactive_states), silence_age=shown.figure(figures.silence_age))
listing.table(shown, partial(tables.silent, people=view.people), order, "inactive-rooms")

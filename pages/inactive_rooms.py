"""Inactive rooms: how many, silent for how long; every one of them, and what was decided about it."""

import streamlit as st

from engagement import figures
from engagement.display import tables
from engagement.ui import charts, header, loading, states, worklist

view, desk = loading.view(), loading.worklist_desk()
title = header.title("Inactive rooms")
with header.controls():
    which = worklist.choose_list(desk)
    by_design = "Read-only, default and announcement rooms."
    exempt = header.choose_whether("Leave out rooms quiet by design", "exempt", by_design)
    order = header.choose_order(tables.SILENT)
above = st.container()
sieve = worklist.choose_rooms(desk)

with above:
    shown = header.header(title, view, loading.activity())
    states.need_rooms(shown)
    states.need_data(shown)
    if not states.directory_is_there(shown.activity):
        st.stop()
    shown = states.without_exempt(shown, by_design=exempt)
    if which == worklist.INACTIVE and not states.single(shown):
        charts.draw(shown.figure(figures.silence), "silence")
worklist.draw(shown, desk, which, sieve, order)

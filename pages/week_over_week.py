"""Week over week: the movers both ways, all rooms against the period before, and what is new, back, gone quiet."""

import streamlit as st

from engagement import figures
from engagement.display import tables
from engagement.numbers import measures
from engagement.ui import listing, loading, parts

view = loading.view()
title = parts.title("Week over week")
with parts.controls():
    words = [word.capitalize() for word in measures.MOVEMENTS]
    chosen = st.pills("Only rooms that are", words, selection_mode="multi", key="moved", bind="query-params")
    order = parts.choose_order(tables.CHANGED)

activity = loading.activity()
rooms = parts.header(title, view, activity)
if parts.nothing_to_show(rooms, view, activity) or parts.nothing_to_compare(activity):
    st.stop()

parts.movement_cards(measures.movements(rooms))
context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.movers_info(rooms, context, 10), figures.movers_figure, "movers")
with right:
    both = figures.current_vs_previous_info(rooms, context)
    parts.draw(both, figures.current_vs_previous_figure, "current_vs_previous")
history = loading.judged_history()
parts.judged_week(history, activity)
if chosen:
    rooms = rooms[rooms["movement"].str.capitalize().isin(chosen)]
listing.table(tables.changed(rooms, history, people=view.people), order, view, activity, "week-over-week")

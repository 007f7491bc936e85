"""Week over week: the movers both ways, all rooms against the period before, and what is new, back, gone quiet."""

import streamlit as st

from engagement import figures, labels, metrics, tables
from engagement.ui import loading, parts

view = loading.view()
activity = loading.activity()
parts.header("Week over week", view, activity)
rooms = view.rooms(activity)
if parts.nothing_left(rooms):
    st.stop()
if not activity.counted:
    parts.directory_only(rooms, view, activity)
    st.stop()
if parts.no_data(activity) or parts.nothing_to_compare(activity):
    st.stop()

counts = metrics.movements(rooms)
parts.movement_cards(counts)
context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    parts.draw(figures.movers_info(rooms, context, 10), figures.movers_figure, "movers")
with right:
    both = figures.current_vs_previous_info(rooms, context)
    parts.draw(both, figures.current_vs_previous_figure, "current_vs_previous")

shown = tables.changed(rooms, people=view.people)
words = {f"{word.capitalize()} ({labels.count(number)})": word for word, number in counts.items()}
chosen = st.pills("Only rooms that are", list(words), selection_mode="multi", key="movements")
if chosen:
    shown = shown[shown["Movement"].isin([words[word] for word in chosen])]
parts.table(shown, view, activity, "week-over-week", rooms)

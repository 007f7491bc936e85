"""Overview: the four figures, messages per day, the busiest rooms, the movers, the inactive rooms."""

import streamlit as st

from engagement import figures
from engagement.numbers import measures
from engagement.ui import loading, parts

view = loading.view()
title = parts.title("Overview")
activity = loading.activity()
rooms = parts.header(title, view, activity)
if parts.nothing_to_show(rooms, view, activity):
    st.stop()

history = loading.judged_history()
parts.headline_cards(measures.headline(rooms, activity.period), activity, history, rooms)
parts.workspace_verdict(history, rooms)
context = parts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    every_room = parts.context(view, activity, "all rooms, direct messages included")
    days = figures.messages_per_day_info(*activity.daily_by_period(), every_room)
    parts.draw(days, figures.messages_per_day_figure, "messages_per_day")
    parts.draw(figures.movers_info(rooms, context), figures.movers_figure, "movers")
with right:
    parts.draw(figures.top_rooms_info(rooms, context), figures.top_rooms_figure, "top_rooms")
    if parts.directory_is_there(activity):
        parts.draw(figures.inactive_states_info(rooms, context), figures.inactive_states_figure, "inactive_states")

"""Overview: the figures, messages per day, the busiest rooms, the movers, the inactive rooms."""

import streamlit as st

from engagement import figures
from engagement.display import tiles
from engagement.ui import cards, charts, header, loading, states

view = loading.view()
title = header.title("Overview")
activity = loading.activity()
rooms = header.header(title, view, activity)
states.need_counts(rooms, view, activity)

activity = loading.judged(activity)
rooms = view.rooms(activity)
cards.row(tiles.tiles(activity, rooms))
states.workspace_verdict(activity, rooms)
context = charts.context(view, activity)
left, right = st.columns(2, gap="medium")
with left:
    every_room = charts.context(view, activity, "all rooms, direct messages included")
    charts.draw(figures.messages_per_day(activity.days, every_room), "messages_per_day")
    charts.draw(figures.movers(rooms, context), "movers")
with right:
    charts.draw(figures.top_rooms(rooms, context), "top_rooms")
    if states.directory_is_there(activity):
        charts.draw(figures.inactive_states(rooms, context), "inactive_states")

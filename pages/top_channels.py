"""Top channels: the busiest rooms, how concentrated the conversation is, and every room in a table."""

from engagement import figures
from engagement.display import tables
from engagement.ui import charts, header, listing, loading, states

view = loading.view()
title = header.title("Top channels")
with header.controls():
    most = header.choose_number("Rooms shown", [10, 20, 30], "top")
    order = header.choose_order(tables.RANKED)

activity = loading.activity()
rooms = header.header(title, view, activity)
states.need_counts(rooms, view, activity)

context = charts.context(view, activity)
charts.beside(top_rooms=figures.top_rooms(rooms, context, most), concentration=figures.concentration(rooms, context))
activity = loading.judged(activity)
states.judged_week(activity)
listing.table(
    tables.ranked(view.rooms(activity), activity.history, people=view.people), order, view, activity, "top-channels"
)

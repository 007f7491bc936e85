"""Week over week: the movers both ways, all rooms against the period before, and what is new, back, gone quiet."""

from engagement import figures
from engagement.display import tables
from engagement.numbers import rankings
from engagement.ui import cards, charts, header, listing, loading, states

view = loading.view()
title = header.title("Week over week")
with header.controls():
    chosen = header.choose_some("Only rooms that are", [word.capitalize() for word in rankings.MOVEMENTS], "moved")
    order = header.choose_order(tables.CHANGED)

activity = loading.activity()
rooms = header.header(title, view, activity)
states.need_counts(rooms, view, activity)
states.need_previous(activity)

cards.movement_cards(rankings.movements(rooms))
context = charts.context(view, activity)
both = figures.current_vs_previous(rooms, context)
charts.beside(movers=figures.movers(rooms, context, 10), current_vs_previous=both)
activity = loading.judged(activity)
states.judged_week(activity)
rooms = view.rooms(activity)
if chosen:
    rooms = rooms[rooms["movement"].str.capitalize().isin(chosen)]
listing.table(tables.changed(rooms, activity.history, people=view.people), order, view, activity, "week-over-week")

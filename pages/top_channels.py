"""Top channels: the busiest rooms and how much of the conversation they hold, and every room in a table."""

from functools import partial

from engagement import figures
from engagement.display import tables
from engagement.ui import charts, header, leftout, listing, loading, states

view = loading.view()
title = header.title("Top channels")
with header.controls():
    most = header.choose_number("Rooms shown", [10, 20, 30], "top")
    order = header.choose_order(tables.RANKED)

shown = header.header(title, view, loading.activity())
states.need_counts(shown)

if not states.single(shown):
    leftout.offer(shown)
    charts.draw(shown.figure(figures.top_rooms, most), "top_rooms")
shown = shown.judged()
states.explain_signals(shown)
listing.table(shown, partial(tables.ranked, history=shown.activity.history, people=view.people), order, "top-channels")

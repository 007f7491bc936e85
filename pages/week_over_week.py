"""Week over week: the movers both ways, all rooms against the period before, and what is new, back, fell silent."""

from functools import partial

from engagement import figures
from engagement.display import tables
from engagement.numbers.rooms import FROM_OR_TO_NOTHING
from engagement.numbers.verdict import SIGNALS
from engagement.ui import cards, charts, header, listing, loading, states

view = loading.view()
title = header.title("Week over week")
with header.controls():
    chosen = header.choose_some("Only rooms that are", [word.capitalize() for word in FROM_OR_TO_NOTHING], "moved")
    signals = header.choose_some("Only rooms whose signal is", [word.capitalize() for word in SIGNALS], "signal")
    order = header.choose_order(tables.CHANGED)

shown = header.header(title, view, loading.activity())
states.need_counts(shown)
states.need_previous(shown)

cards.change_cards(shown)
shown = shown.judged()
if not states.single(shown):
    both = shown.figure(figures.current_vs_previous)
    charts.beside(movers=shown.figure(figures.movers, 10), current_vs_previous=both)
states.explain_signals(shown)
shown = states.with_signals(shown, signals)
if chosen:
    shown = shown.part(tuple(chosen), lambda rooms: rooms["change_word"].str.capitalize().isin(chosen))
states.none_left(shown, {"moved": [], "signal": []})
listing.table(
    shown, partial(tables.changed, history=shown.activity.history, people=view.people), order, "week-over-week"
)

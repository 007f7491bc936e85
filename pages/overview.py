"""Overview: what needs a look, the figures, messages per day, the busiest rooms, the inactive rooms."""

import streamlit as st

from engagement import figures
from engagement.ui import cards, charts, daily, header, leftout, loading, look, states, story

view = loading.view()
daily.begin(view)
title = header.title("Overview")
shown = header.header(title, view, loading.activity())
states.need_counts(shown)

shown = shown.judged()
story.tell(shown)
look.draw(shown)
cards.row(cards.of(shown))
states.workspace_signal(shown)
leftout.offer(shown)
left, right = st.columns(2)
with left:
    daily.draw(shown)
with right:
    if states.single(shown):
        st.stop()
    charts.draw(shown.figure(figures.top_rooms), "top_rooms")
# Rooms with a signal stand above, each with its weeks; without any, the largest changes are all that there is to see.
below: dict[str, figures.Info] = {} if look.found(shown).lines else {"movers": shown.figure(figures.movers)}
if states.directory_is_there(shown.activity):
    below["silence"] = shown.figure(figures.silence)
if below:
    charts.beside(**below)

"""Room: one room, what is known of it, a year of its weeks with the signals it was given, and others beside it."""

import streamlit as st

from engagement.display.escaping import for_markdown
from engagement.ui import charts, daily, deciding, header, loading, room, states

view = loading.view()
daily.begin(view)
title, line = room.title()
shown = header.header(line, view, loading.activity())

one = room.choose(shown)
name = room.label(shown, one)
st.set_page_config(page_title=f"{name} · Channel Engagement")
title.title(for_markdown(name), anchor=False)
place = room.place(shown, one)
room.draw_facts(shown, one, place)
deciding.room(shown, one)
if not shown.activity.counted:
    st.stop()
if place is not None:
    room.draw_days(shown, one, name)

shown, history = shown.with_weeks(loading.history(room.WEEKS))
states.history_notes(history.last(room.WEEKS))
charts.draw(room.year(shown, history, one), "room_year")
if place is not None:
    charts.draw(room.standing(shown, history, one), "standing")
others = room.choose_beside(shown, one)
if others:
    charts.draw(room.beside(shown, history, one, others), "beside")

"""Report: one screen to capture or print, the same as files, and what changed in words."""

import streamlit as st

from engagement.display import escaping
from engagement.numbers import masks
from engagement.report.wishes import DEFAULT_TITLE
from engagement.ui import daily, header, loading, posting, reporting, states

view = loading.view()
daily.begin(view)
with st.container(width=reporting.WIDTH, key="report"):
    with st.container(key="report_title"):
        place = st.container()
    # One line, so that what is to be read stands in sight on a phone too.
    tools = st.container(horizontal=True, key="report_tools")
    with tools:
        asked = reporting.choose(view)
    with place:
        line = header.title(escaping.for_markdown(asked.wishes.title.strip() or DEFAULT_TITLE))

    activity = loading.activity()
    view, activity = reporting.shown(view, activity, asked)
    shown = header.header(line, view, activity)
    if activity.masked:
        line.caption(masks.CAPTION.capitalize() + ".")
    states.need_rooms(shown)
    # Aliases and inactive rooms are only right when every room is known.
    if asked.masked and not states.directory_is_there(activity):
        st.stop()

    content = reporting.build(shown, asked)
    reporting.show(content)
    with tools:
        reporting.files(content)
        posting.panel(view, content, asked.wishes)

"""The head of a page: its title, its own controls, what is shown and how complete that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement.display import sources, tables, wording
from engagement.display.escaping import for_markdown
from engagement.numbers.rooms import Activity
from engagement.ui import filters, opened, session, states
from engagement.ui.loading import View
from engagement.ui.runtime import runtime
from engagement.ui.shown import Shown

# Minutes from which on the time of day does not say when something was read.
_DAY = 24 * 60


def title(words: str) -> DeltaGenerator:
    """Draws the title of a page and keeps the place below it for ``header``, which needs a reading."""
    st.title(words, anchor=False)
    return st.container()


def controls() -> DeltaGenerator:
    """The place of a page's own controls. They come before the reading: a control that a run does not draw is
    forgotten, in the page and in its link.
    """
    return st.container(horizontal=True, vertical_alignment="top", key="controls")


def choose_number(label: str, options: list[int], key: str) -> int:
    """One of a few numbers, the first at first, kept in the link under ``key``."""
    number: int = st.segmented_control(label, options, default=options[0], required=True, key=key, bind="query-params")
    opened.shows(key, [number])
    return number


def choose_some(label: str, options: list[str], key: str) -> list[str]:
    """Some of a few words, none at first, kept in the link under ``key``."""
    words: list[str] = st.pills(label, options, selection_mode="multi", key=key, bind="query-params")
    opened.shows(key, words)
    return words


def choose_whether(label: str, key: str, meaning: str) -> bool:
    """Yes or no, no at first, kept in the link under ``key``."""
    yes = st.toggle(label, key=key, bind="query-params", help=meaning)
    opened.shows(key, [yes])
    return yes


def choose_order(columns: Sequence[str]) -> str:
    """The column that the table of the page is sorted by."""
    order: str = st.selectbox("Sorted by", tables.sorts(columns), key="sort", bind="query-params", width=180)
    opened.shows("sort", [order])
    return order


def header(place: DeltaGenerator, view: View, activity: Activity) -> Shown:
    """Fills the line that says what is shown and how complete it is, with the details behind a badge.

    Comes back with what the page is about.
    """
    shown = Shown(view, activity)
    with place:
        _caption(shown)
        if said := sources.told(activity):
            (st.info if activity.net else st.warning)(said, icon=":material/info:")
        states.uncounted_days(activity)
        states.missing_rooms(activity)
    return shown


def _caption(shown: Shown) -> None:
    activity = shown.activity
    read = activity.read_at.astimezone(session.zone())
    minutes = int((runtime().clock() - activity.read_at).total_seconds() // 60)
    when = f"read {read:%H:%M} {read.tzname()}"
    if minutes >= _DAY:
        when = f"read {wording.moment_text(read, session.zone())} {read.tzname()}"
    elif minutes > 0:
        when += f", {wording.plural(minutes, 'minute')} ago"
    parts = [
        f"**{for_markdown(wording.workspace_name(activity.workspace))}**",
        f"**{wording.period_text(activity.period)}**" + (" (not over yet)" if activity.unfinished else ""),
        wording.compared_text(activity.period, activity.previous) if activity.counted else "by the room directory",
        wording.plural(shown.number, "room"),
        when,
    ]
    if not activity.receipt.complete:
        arrived = f"{wording.count(len(activity.rooms))} of {wording.count(activity.rooms_expected)} arrived"
        parts.insert(-1, arrived)
    with st.container(key="header"):
        st.markdown(" · ".join(parts))
    with st.container(horizontal=True, vertical_alignment="center", key="hidden"):
        _badge(shown)
        _hidden(shown)


def _hidden(shown: Shown) -> None:
    """What the filters hide: each of them a way to show it."""
    view, rooms = shown.view, shown.activity.rooms
    hidden = shown.made("hidden", lambda: view.filters.hidden(rooms))
    if hidden:
        st.caption("Not shown:", width="content")
        for name, words in tables.hidden_rooms(hidden, view.filters).items():
            st.button(for_markdown(words), type="tertiary", on_click=filters.lift, args=(name,), key=f"show_{name}")


def _badge(shown: Shown) -> None:
    view, activity = shown.view, shown.activity
    word, icon = "Complete", "info" if activity.receipt.notes else "check_circle"
    if not activity.receipt.complete:
        word, icon = "Incomplete", "warning"
    with st.popover(word, icon=f":material/{icon}:", key="completeness"):
        zone = session.zone().key
        told = tables.in_words(activity, view.filters, shown.number, viewer_zone=zone)
        st.markdown("\n\n".join(map(for_markdown, [*told, *activity.receipt.notes])))
        with st.expander("Technical details"):
            rows = tables.about(activity, view.filters, shown.number, viewer_zone=zone)
            st.markdown("\n".join(f"- {for_markdown(name)}: {for_markdown(text)}" for name, text in rows))
        asked = (view.facts, view.period, view.against)
        st.button("Read again", on_click=view.reader.forget, args=asked, key="read_again")

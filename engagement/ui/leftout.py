"""The rooms left out of a view: carried from page to page, kept as the first view of a person, and offered where one
dwarfs all others.
"""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from engagement.display.escaping import for_markdown
from engagement.display.views import LEFT_OUT
from engagement.display.wording import plural
from engagement.errors import EngagementError, StoreUnavailable
from engagement.numbers import naming, rankings
from engagement.reading.facts import Facts
from engagement.storage.first_views import FirstView
from engagement.ui import filters, session
from engagement.ui.runtime import runtime
from engagement.ui.shown import Shown

_PAGE, _MINE, _SAID = "_left_out_page", "_first_view", "_first_view_said"


def first_view(signed_in: session.SignedIn, facts: Facts) -> FirstView | None:
    """The first view of who is here; None where nothing tells them from others, or the workspace from another one."""
    person = session.person(signed_in)
    return runtime().archive.first_view(facts.identity.name, person) if person and facts.identity.known else None


def begin(mine: FirstView | None, page_path: str, *, opened: bool) -> None:
    """Leaves out what a link says, and nothing else. Where it says nothing of it, a tab that was just ``opened``
    leaves out what the first view does, and a page what the one before did: the page menu does not carry it along.
    """
    if opened and mine is not None:
        with suppress(StoreUnavailable):
            st.session_state[_MINE] = mine.left_out()
        st.session_state[filters.CARRIED] = list(st.session_state.get(_MINE, ()))
    carried = filters.said_of_left_out()
    said = any(carried) or bool(st.session_state.get(_MINE))
    # Once for each page: an address that is written anew is one more for the back button to come by.
    if said and carried and LEFT_OUT not in st.query_params and st.session_state.get(_PAGE) != page_path:
        st.query_params[LEFT_OUT] = carried
    st.session_state[filters.CARRIED], st.session_state[_PAGE] = carried, page_path


def offer_first_view(mine: FirstView | None) -> None:
    """Two buttons: to keep what is left out as the first view, and to forget the one that is kept."""
    if mine is None:
        return
    kept, left_out = frozenset(st.session_state.get(_MINE, ())), frozenset(filters.rooms_left_out())
    if left_out and left_out != kept:
        told = "These rooms are left out whenever you open the dashboard, unless a link says which."
        st.button("Keep as my first view", icon=":material/bookmark_add:", type="tertiary", help=told,
                  on_click=_keep, args=(mine, left_out), key="first_view_keep")  # fmt: skip
    if kept:
        st.caption(f"Your first view leaves out {plural(len(kept), 'room')}.")
        st.button("Forget my first view", icon=":material/bookmark_remove:", type="tertiary",
                  on_click=_keep, args=(mine, frozenset()), key="first_view_forget")  # fmt: skip
    if wrong := st.session_state.pop(_SAID, ""):
        st.error(for_markdown(wrong))


def _keep(mine: FirstView, left_out: frozenset[str]) -> None:
    try:
        mine.keep(left_out)
        st.session_state[_MINE] = tuple(sorted(left_out))
    except EngagementError as error:
        st.session_state[_SAID] = str(error)


def feed(shown: Shown) -> tuple[str, str] | None:
    """The id of the one room beside which all bars are small, and what makes it so as Markdown; None without one."""
    people = shown.view.people

    def found() -> tuple[str, str] | None:
        feed = rankings.dwarfing(shown.rooms)
        if feed is None:
            return None
        label = naming.room_labels(feed.room, show_people=people).iloc[0]
        times = f"{feed.times:,.0f} times the messages of the next room"
        return feed.room_id, f"**{for_markdown(label)}** has {times}, and {plural(feed.members, 'member')}: a feed?"

    return shown.made("dwarfing", found)


def offer(shown: Shown) -> None:
    """Offers to leave out the one room beside which all bars are small, in one click; says how to undo it."""
    if (found := feed(shown)) is None:
        return
    room_id, said = found
    told = "Of every total, share, chart and table, until “Rooms left out” brings it back."
    with st.container(horizontal=True, vertical_alignment="center", key="dwarfing"):
        st.caption(said, width="stretch")
        st.button("Leave it out", icon=":material/visibility_off:", help=told,
                  on_click=filters.leave_out, args=(room_id,), key="leave_out")  # fmt: skip

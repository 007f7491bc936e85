"""What a newcomer looks at first, and why: above the overview of the demo workspace, until it is put away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from engagement import figures
from engagement.display.escaping import for_markdown
from engagement.errors import EngagementError
from engagement.storage.first_views import FirstView
from engagement.ui import filters, leftout, links, look, session
from engagement.ui.shown import Shown

_AWAY = "_story_away"


def tell(shown: Shown) -> None:
    """Draws up to three findings of what the page shows, each with the reason to look and the way on.

    Nothing in any other workspace, where nobody needs to be shown around, nor for whoever has put it away or kept a
    first view.
    """
    # Only the demo workspace has no screens of its own.
    if shown.view.base_url is not None or _is_away(mine := leftout.first_view(session.current(), shown.view.facts)):
        return
    parts = list(filter(None, (_signal(shown), _silence(shown), _feed(shown))))
    with st.container(border=True, key="story"):
        st.header("New here? What this week tells, and why it matters", anchor=False)
        st.caption("This company is made up, and nothing that you do here reaches anybody.")
        for column, draw in zip(st.columns(len(parts) or 1, gap="medium"), parts, strict=False):
            with column:
                draw()
        with st.container(horizontal=True, vertical_alignment="center"):
            links.lead_on("report", "Take it along as a report", "print")
            st.button("Got it", on_click=_put_away, args=(mine,), key="story_away")


def _is_away(mine: FirstView | None) -> bool:
    if _AWAY not in st.session_state:
        with suppress(EngagementError):
            st.session_state[_AWAY] = mine is not None and mine.is_kept()
    return bool(st.session_state.get(_AWAY))


def _put_away(mine: FirstView | None) -> None:
    st.session_state[_AWAY] = True
    # Where nothing can be kept, it stays away in this tab alone.
    with suppress(EngagementError):
        if mine is not None:
            mine.keep(mine.left_out())


def _part(finding: str, why: str) -> None:
    st.markdown(f"**{for_markdown(finding)}**  \n{why}")


def _signal(shown: Shown) -> Callable[[], None] | None:
    line = next(iter(look.found(shown).lines), None)
    if line is None:
        return None

    def draw() -> None:
        _part(
            f"{line.label}: {line.signal}",
            f"{line.count.capitalize()}, {line.usual}. Most rooms swing by more than half every week; this one went "
            "further than its own weeks make likely. Ask its people why.",
        )
        links.lead_on("room", "See its year", room=[line.room_id])

    return draw


def _silence(shown: Shown) -> Callable[[], None] | None:
    if shown.activity.directory == "pending":
        return None
    found = shown.figure(figures.silence)
    if not found.inactive:
        return None

    def draw() -> None:
        told = f"{for_markdown(found.states[:1].upper() + found.states[1:])}. " if found.states else ""
        _part(
            found.finding,
            f"{told}Some are done, some wait for an answer. Keep, ask or archive, and it is noted who decided.",
        )
        links.lead_on("inactive_rooms", "Sort them out")

    return draw


def _feed(shown: Shown) -> Callable[[], None] | None:
    feed = leftout.feed(shown)
    if feed is None:
        return None
    room_id, said = feed

    def draw() -> None:
        st.markdown(f"{said}  \nA machine beside people makes every bar small and every share wrong.")
        st.button("Leave it out", icon=":material/visibility_off:", type="tertiary",
                  on_click=partial(filters.leave_out, room_id), key="story_leave_out")  # fmt: skip

    return draw

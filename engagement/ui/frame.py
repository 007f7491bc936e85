"""The frame of every page: who is signed in, the shared filters, and the way between pages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engagement.errors import EngagementError, InvalidPeriod, InvalidSettings, SignedOut
from engagement.ui import filters, loading, parts, session, signin
from engagement.ui.runtime import runtime

PAGES = Path(__file__).parents[2] / "pages"
TITLES = {
    "overview": "Overview",
    "top_channels": "Top channels",
    "inactive_rooms": "Inactive rooms",
    "week_over_week": "Week over week",
}
WATCH_EVERY = 10


def pages() -> list[st.Page]:
    """Every page, the overview first."""
    return [
        st.Page(PAGES / f"{name}.py", title=title, url_path=name, default=name == "overview")
        for name, title in TITLES.items()
    ]


def main() -> None:
    """Draws the frame, then the page."""
    st.set_page_config(page_title="Channel Engagement", page_icon="📊", layout="wide")
    try:
        runtime()
        signed_in = session.current()
    except SignedOut:
        st.navigation(pages(), position="hidden")
        signin.screen()
        return
    except InvalidSettings as error:
        st.navigation(pages(), position="hidden")
        st.title("The configuration needs a correction", anchor=False)
        for fault in error.faults:
            st.error(fault)
        return
    except EngagementError as error:
        st.navigation(pages(), position="hidden")
        _refused(error)
        return
    page = st.navigation(pages(), position="top")
    session.keep_signed_in()
    _watch()
    if _view(signed_in):
        page.run()


def _view(signed_in: session.SignedIn) -> bool:
    """Draws the sidebar and puts the view where the page finds it; False when there is nothing to ask."""
    reader = session.reader(signed_in)
    with st.sidebar:
        st.markdown(f"### {parts.workspace_name(signed_in.session.workspace)}")
        chosen_here = st.container()
        _person(signed_in)
    facts = loading.facts(reader)
    settings = runtime().settings
    today = facts.today(session.now())
    with chosen_here:
        try:
            choice = filters.choose(
                today,
                lambda period: loading.known(reader, facts, period),
                week_start=settings.calendar.week_start,
                longest=settings.limits.longest_period,
            )
        except InvalidPeriod as error:
            st.error(str(error), icon=":material/event_busy:")
            st.caption("The page comes back as soon as the range is right.")
            return False
    st.session_state[loading.VIEW] = loading.View(
        reader, facts, choice.period, choice.name, choice.filters, choice.people, signed_in.base_url
    )
    return True


def _person(signed_in: session.SignedIn) -> None:
    st.divider()
    who = "as a guest" if signed_in.demo else f"as {signed_in.session.username}"
    st.caption(f"Signed in {who}")
    st.button("Sign out", on_click=session.sign_out, icon=":material/logout:", key="sign_out")


def _refused(error: EngagementError) -> None:
    st.title("Channel Engagement", anchor=False)
    loading.problem(error)
    with st.container(horizontal=True):
        st.button("Try again", key="try_again")
        st.button("Sign in as somebody else", on_click=session.sign_out, key="sign_out")


@st.fragment(run_every=WATCH_EVERY)
def _watch() -> None:
    """Ends the view in this tab soon after somebody signed out in another."""
    if not session.alive():
        st.rerun()


main()

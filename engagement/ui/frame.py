"""The frame of every page: who is signed in, the shared filters, and the way between pages."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from engagement.display import escaping, wording
from engagement.errors import Admitting, EngagementError, InternalError, InvalidPeriod, InvalidSettings, SignedOut
from engagement.numbers.periods import Period
from engagement.ui import events, filters, leftout, links, loading, opened, session, signin, signing, signs, ways, width
from engagement.ui.runtime import runtime
from engagement.ui.screens import TITLES, pages

log = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("style.css")
A_DAY = 86_400


def main() -> None:
    """Draws the frame, then the page."""
    st.set_page_config(page_icon="📊", layout="wide")
    st.html(STYLE)
    loading.begin()
    try:
        runtime()
        signed_in = session.current()
    except EngagementError as error:
        st.navigation(pages(), position="hidden")
        _keep_out(error)
    else:
        _open(signed_in)


def _keep_out(error: EngagementError) -> None:
    """Draws what stands in place of every page, with a way on."""
    st.set_page_config(page_title="Channel Engagement")
    match error:
        case SignedOut():
            signing.forget_cookie()
            signin.screen()
        case InvalidSettings():
            st.title("The configuration needs a correction", anchor=False)
            for fault in error.faults:
                st.error(fault)
        case Admitting():
            loading.whole(error.job, key="admission")
            st.rerun()
        case _:
            st.title("Channel Engagement", anchor=False)
            loading.problem(error)
            with st.container(horizontal=True):
                st.button("Try again", on_click=session.ask_again, key="ask_again")
                if not runtime().settings.workspace_account:
                    st.button("Sign in as somebody else", on_click=signing.sign_out, key="sign_out")


def _open(signed_in: session.SignedIn) -> None:
    """Draws the page that was asked for, or what keeps it from being drawn, with a way on."""
    page = st.navigation(pages(), position="top")
    st.set_page_config(page_title=f"{page.title} · Channel Engagement")
    signing.keep_signed_in()
    _come_back()
    if signed_in.everyone:
        st.caption(":material/public: Everyone who can reach this link sees these figures.")
    try:
        if _view(signed_in, page.url_path):
            page.run()
    except Exception as exc:
        error = exc
        if not isinstance(error, EngagementError):
            # What the framework would tell the reader is no way on, and what it would log may hold a secret.
            error = InternalError(exc)
            log.error("A page failed by a mistake of ours: %s", error.place)
        loading.problem(error, lambda: None, key="page_again")
    finally:
        opened.say()
        if not isinstance(sys.exception(), RerunException):
            filters.settled()
        # Last of all: of a page that was not drawn to its end, the framework forgets the controls and their link.
        ways.follow()
        width.listen()
        signs.write()


def _view(signed_in: session.SignedIn, page_path: str) -> bool:
    """Draws the sidebar and puts the view where the page finds it; False when there is nothing to ask."""
    reader = session.reader(signed_in)
    with st.sidebar:
        st.header(escaping.for_markdown(wording.workspace_name(signed_in.workspace)), anchor=False)
        chosen_here = st.container()
        _person(signed_in)
    facts = loading.facts(reader)
    today = facts.today(runtime().clock())
    page_here, known, choice = st.container(), reader.events(facts), None
    with chosen_here:
        mine = leftout.first_view(signed_in, facts)
        leftout.begin(mine, page_path, opened=opened.begin())
        try:
            choice = filters.choose(today, lambda period, against: loading.known(reader, facts, period, against))
        except InvalidPeriod as error:
            with page_here:
                st.title(TITLES.get(page_path, TITLES["overview"]), anchor=False)
                st.error(str(error), icon=":material/event_busy:")
                st.caption("Correct the days in the sidebar, and the page comes back. Everything else stays as chosen.")
                st.button(next(iter(filters.PERIOD_NAMES)), on_click=filters.back_to_last_week, key="way_on")
        leftout.offer_first_view(mine)
        near = choice.period if choice else Period(today, today)
        events.panel(reader, facts, known, near, session.person(signed_in))
        links.share(choice, page_path)
    if choice is None:
        return False
    base_url = signed_in.base_url
    st.session_state[loading.VIEW] = loading.View(
        **vars(choice), reader=reader, facts=facts, base_url=base_url, events=known
    )
    return True


def _person(signed_in: session.SignedIn) -> None:
    st.divider()
    if signed_in.by_account:
        if signed_in.session.name:
            st.caption(f"Here as {escaping.for_markdown(signed_in.session.name)}")
        return
    who = "as a guest" if signed_in.demo else f"as {escaping.for_markdown(signed_in.session.username)}"
    st.caption(f"Signed in {who}")
    st.button("Sign out", on_click=signing.sign_out, icon=":material/logout:", key="sign_out")


@st.fragment(run_every=A_DAY)
def _come_back() -> None:
    """Nothing to see: a browser whose connection was closed asks for its page where a part of it runs by itself."""


main()

"""Signing in and out: how a tab gets its session, hands its cookie to the browser, and ends it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import streamlit as st

from engagement.api.client import Client
from engagement.display.views import BESIDE, LEFT_OUT, ROOM
from engagement.errors import AccountRefused, EngagementError, SignedOut
from engagement.reading.admission import Admission
from engagement.reading.jobs import Teller
from engagement.storage.sessions import Signed
from engagement.ui import handover, leaving, session
from engagement.ui.asking import BY_PASSWORD, pausing
from engagement.ui.runtime import runtime
from engagement.ui.session import ID, VIEWER, cookie, viewer

TICKET = "_ticket"
ENDED = "_ended"
LEAVING = "_leaving"


def begin(client_: Client, workspace: str, kind: str, say: Callable[[float], None] = lambda _: None) -> None:
    """Starts a session for the account of a client, when the workspace lets it see the figures.

    ``say`` is told the seconds of a pause that the workspace asks for.
    """
    account = client_.account
    if account is None:
        raise SignedOut
    # What an earlier session of this tab was refused is nobody's business any more.
    st.session_state.pop(VIEWER, None)
    try:
        access = _first_admission(client_, workspace, viewer(), say).access
        session_id = runtime().sessions.begin(
            Signed(
                workspace=workspace,
                user_id=account.user_id,
                username=access.person.username,
                name=access.person.name,
                kind=kind,
                token=account.token,
                rights=access.kept,
            )
        )
    except BaseException:
        # Nobody will sign out of a session that never began.
        if kind == BY_PASSWORD:
            leaving.revocations.add(workspace, account)
        raise
    # Nor is what it did and said, in a workspace that may be another one.
    for key in [key for key in map(str, st.session_state) if key.startswith("_") and key != VIEWER]:
        del st.session_state[key]
    st.session_state[ID] = session_id
    st.session_state[TICKET] = runtime().sessions.ticket(session_id)


def _first_admission(client_: Client, workspace: str, viewer_: str, say: Callable[[float], None]) -> Admission:
    def ask(tell: Teller[Admission]) -> Admission:
        return runtime().admissions.ask(workspace, viewer_, lambda t: pausing(client_, t), tell)

    job = runtime().jobs.ask(("signing in", viewer_), viewer_, ask, keep=0.0)
    while not job.wait(0.5):
        say(job.progress().pause)
    return job.result()


def keep_signed_in() -> None:
    """Right after signing in, lets the browser fetch the cookie that keeps it signed in."""
    # The place stays: a control that moves up in the next run has no part of the link any more.
    with st.container():
        if ticket := st.session_state.pop(TICKET, None):
            handover.post("session/begin", ticket=ticket)


def sign_out() -> None:
    """Ends the session in every tab; a login token is revoked, a personal access token is not."""
    st.session_state[LEAVING] = True
    # Controls take their part of the address along; which rooms somebody looked at is nothing for the next one.
    for name in (LEFT_OUT, ROOM, BESIDE):
        if name in st.query_params:
            del st.query_params[name]
    with suppress(EngagementError):
        _end()


def _end() -> None:
    session_id = st.session_state.pop(ID, None) or cookie()
    session.shows(None)
    if session_id:
        leaving.end(session_id)


def forget_cookie() -> None:
    """Right after signing out, lets the browser forget the cookie, and ends the session that it holds."""
    if st.session_state.pop(LEAVING, False):
        handover.post("session/end")


def ended_by_workspace() -> NoReturn:
    """The workspace no longer accepts the token: back to the sign-in screen, and from there to this page."""
    if runtime().settings.workspace_account:
        runtime().account = None
        st.error(str(AccountRefused()), icon=":material/error:")
        st.stop()
    _end()
    st.session_state[ENDED] = True
    st.rerun()

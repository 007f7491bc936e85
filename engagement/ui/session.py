"""Who is signed in in this tab, and as whom the workspace is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

import streamlit as st

from engagement.api import Account, Client, Pace, Person, shared_pace
from engagement.errors import EngagementError, SignedOut
from engagement.reader import Reader
from engagement.readings import Teller
from engagement.sessions import Session, Signed
from engagement.ui import handover
from engagement.ui.hub import DEMO, hub
from engagement.ui.runtime import runtime
from engagement.ui.web import COOKIE
from engagement.workspace import Access, admit

# An account that lost its permission sees nothing more after so long.
ADMISSION_LASTS = timedelta(minutes=4)
ID = "_session_id"
TICKET = "_ticket"
ENDED = "_ended"


@dataclass(frozen=True)
class SignedIn:
    """A session, and what the workspace let its person see when it was last asked."""

    id: str
    session: Session
    access: Access

    @property
    def demo(self) -> bool:
        """True in the demo workspace."""
        return self.session.workspace == DEMO

    @property
    def base_url(self) -> str | None:
        """Where rooms can be opened; None for the demo workspace, which has no screens of its own."""
        return None if self.demo else self.session.workspace


def now() -> datetime:
    """The time by the clock of this process, aware, in UTC."""
    return runtime().clock()


def cookie() -> str | None:
    """The session id that the browser sent when this tab was opened."""
    sent = st.context.cookies.get(COOKIE)
    return sent if isinstance(sent, str) else None


def viewer() -> str:
    """A name for this tab, for whoever must know who is looking."""
    return str(st.session_state.setdefault("_viewer", f"{id(st.session_state)}-{now().timestamp()}"))


def current() -> SignedIn:
    """Who is signed in, admitted by the workspace within the last minutes. Raises SignedOut, or why it was refused."""
    session_id = st.session_state.get(ID) or cookie()
    if not session_id:
        raise SignedOut
    session = runtime().sessions.find(session_id)
    if now() - session.admitted_at > ADMISSION_LASTS:
        access = _admit_again(session_id, session)
    else:
        person = Person(session.user_id, session.username, session.name, frozenset(), None)
        access = Access(person, session.rights)
    return SignedIn(session_id, session, access)


def _admit_again(session_id: str, session: Session) -> Access:
    try:
        access = admit(client(session))
    except SignedOut:
        runtime().sessions.end(session_id)
        raise
    runtime().sessions.admitted(session_id, access.permissions)
    return access


def pace_of(address: str) -> Pace:
    """The rate limit of the workspace at ``address``, shared by all its viewers."""
    return shared_pace(address, runtime().settings.limits.calls_a_minute)


def client(session: Session, tell: Teller[Any] | None = None) -> Client:
    """A client of the session's person; with a teller, it pauses and announces its pauses through it."""
    if session.workspace == DEMO:
        address, account = hub().demo().url, hub().demo_account()
    else:
        address, account = session.workspace, Account(session.user_id, session.token, session.kind == "token")
    pace = pace_of(address)
    if tell is None:
        return Client(address, account, pace=pace)
    return Client(address, account, pace=pace, sleep=tell.sleep, on_wait=tell.waiting)


def reader(signed_in: SignedIn) -> Reader:
    """Who asks the workspace in this tab."""
    return Reader(
        readings=hub().readings,
        make_client=lambda tell: client(signed_in.session, tell),
        workspace=signed_in.session.workspace,
        access=signed_in.access,
        viewer=viewer(),
        archive=runtime().archive,
        timezone=None if signed_in.demo else runtime().settings.calendar.timezone,
        week_start=runtime().settings.calendar.week_start,
        now=now,
    )


def begin(client_: Client, workspace: str, kind: str) -> None:
    """Starts a session for the account of a client, when the workspace lets it see the figures."""
    access = admit(client_)
    account = client_.account
    if account is None:
        raise SignedOut
    session_id = runtime().sessions.begin(
        Signed(
            workspace=workspace,
            user_id=account.user_id,
            username=access.person.username,
            name=access.person.name,
            kind=kind,
            token=account.token,
            rights=access.permissions,
        )
    )
    st.session_state[ID] = session_id
    st.session_state[TICKET] = runtime().sessions.ticket(session_id)


def keep_signed_in() -> None:
    """Right after signing in, lets the browser fetch the cookie that keeps it signed in."""
    ticket = st.session_state.pop(TICKET, None)
    if ticket:
        handover.hand_over(ticket)


def sign_out() -> None:
    """Ends the session in every tab; a login token is revoked, a personal access token is not."""
    session_id = st.session_state.pop(ID, None) or cookie()
    if session_id:
        try:
            session = runtime().sessions.find(session_id)
            runtime().sessions.end(session_id)
            if session.workspace != DEMO:
                client(session).sign_out()
        except EngagementError:
            # Whatever the workspace says, the session here is over.
            runtime().sessions.end(session_id)


def ended_by_workspace() -> NoReturn:
    """The workspace no longer accepts the token: back to the sign-in screen, and from there to this page."""
    session_id = st.session_state.pop(ID, None) or cookie()
    if session_id:
        runtime().sessions.end(session_id)
    st.session_state[ENDED] = True
    st.rerun()


def alive() -> bool:
    """True while the session of this tab has not ended elsewhere."""
    session_id = st.session_state.get(ID) or cookie()
    if not session_id:
        return False
    try:
        runtime().sessions.find(session_id)
    except EngagementError:
        return False
    return True

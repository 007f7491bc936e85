"""Who is signed in in this tab."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engagement.api.client import Person
from engagement.errors import AccountRefused, EngagementError, NotNamed, Refused, SignedOut, StoreUnavailable
from engagement.reading.admission import Admission
from engagement.reading.jobs import Teller
from engagement.reading.rights import Access, rules_of
from engagement.reading.workspace import Reader
from engagement.settings.keys import EVERYONE, PROXY_HEADER
from engagement.storage.sessions import Session
from engagement.ui import leaving
from engagement.ui.asking import ACCOUNT, allowed, client
from engagement.ui.runtime import DEMO, runtime
from engagement.ui.tabs import Visitor, name_of
from engagement.ui.web import COOKIE

T = TypeVar("T")

NEVER = datetime.fromtimestamp(0, UTC)
ID = "_session_id"
VIEWER = "_viewer"
# The header by which a script learns the name of its websocket; sockets.Gate sets it, and lets nobody else.
SOCKET = "X-Engagement-Socket"


@dataclass(frozen=True)
class SignedIn:
    """A session, and what the workspace let its person see when it was last asked."""

    session: Session
    access: Access

    @property
    def demo(self) -> bool:
        """True in the demo workspace."""
        return self.session.workspace == DEMO

    @property
    def everyone(self) -> bool:
        """True where all who can reach the link see the figures, by the account of the dashboard."""
        return self.by_account and runtime().settings.access.mode == EVERYONE

    @property
    def by_account(self) -> bool:
        """True where the visitor has not signed in: the dashboard has an account of its own."""
        return self.session.kind == ACCOUNT

    @property
    def workspace(self) -> str:
        """The workspace by the address at which people open it."""
        return runtime().settings.opened_at(self.session.workspace)

    @property
    def base_url(self) -> str | None:
        """Where rooms can be opened; None for the demo workspace, which has no screens of its own."""
        return None if self.demo else self.workspace


def cookie() -> str | None:
    """The session id that the browser sent when this tab was opened."""
    sent = st.context.cookies.get(COOKIE)
    return sent if isinstance(sent, str) else None


def viewer() -> str:
    """A name for this tab, for whoever must know who is looking."""
    return str(st.session_state.setdefault(VIEWER, secrets.token_hex(8)))


def zone() -> ZoneInfo:
    """The time zone that the browser reports, UTC where it reports none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def visitor() -> Visitor:
    """Who looks in this tab."""
    return visitor_of(st.session_state.get(ID) or cookie(), st.context.headers, viewer())


def visitor_of(session_id: str | None, headers: Mapping[str, str], viewer_: str) -> Visitor:
    """Who has this session id or, where nobody signs in, whom the headers name."""
    settings = runtime().settings
    if not settings.workspace_account:
        return Visitor(session_id, None, viewer_)
    named = headers.get(settings.access.header or "") if settings.access.mode == PROXY_HEADER else None
    return Visitor(None, (named or "").strip() or None, viewer_)


def current() -> SignedIn:
    """Who is signed in, admitted by the workspace within the last minutes.

    Raises SignedOut, NotNamed, Admitting while the workspace is being asked, or why it was refused.
    """
    try:
        signed_in = look(who := visitor())
    except EngagementError:
        shows(None)
        raise
    shows(replace(who, rights=signed_in.access.rights))
    return signed_in


def shows(who: Visitor | None) -> None:
    """Notes whom this tab shows figures to; while to nobody, it need not be closed when a session ends."""
    if run := get_script_run_ctx():
        runtime().tabs.shows(st.context.headers.get(SOCKET), run.session_id, who)


def look(who: Visitor) -> SignedIn:
    """As ``current``, for a tab that need not be this one; may be called from any thread."""
    if runtime().settings.workspace_account:
        return _by_account(who)
    if not who.session_id:
        raise SignedOut
    try:
        session = allowed(runtime().sessions.find(who.session_id))
    except SignedOut:
        leaving.over(who.session_id)
        raise
    leaving.remember(session)
    access = runtime().admissions.current(
        name_of(session.id), _held(session), who.viewer, lambda tell: _renewed(session.id, who.viewer, tell)
    )
    return SignedIn(session, access)


def lasts(who: Visitor) -> bool:
    """True while what was shown to somebody may stay: nothing says that the session has ended or was refused.

    No workspace is asked; may be called from any thread.
    """
    if runtime().settings.workspace_account:
        return runtime().settings.access.mode == EVERYONE or who.named is not None
    try:
        return allowed(runtime().sessions.find(who.session_id or "")).admitted_at > NEVER
    except SignedOut:
        return False
    except StoreUnavailable:
        return True


def admits(who: Visitor) -> bool:
    """True while figures may be sent to somebody: their session lasts, and so does the admission or its renewal, with
    the rights with which the figures were read; with others, all that they were shown goes.
    """
    try:
        if not lasts(who):
            return False
        same = who.rights in {None, look(who).access.rights}
    except EngagementError:
        return False
    if not same:
        runtime().tabs.drop(who.owner)
    return same


def _held(session: Session) -> Admission:
    person = Person(session.user_id, session.username, session.name, frozenset(), None)
    return Admission(Access.kept_as(person, session.rights), session.admitted_at)


def _renewed(session_id: str, viewer_: str, tell: Teller[Admission]) -> Admission:
    """The admission of a session, asked anew unless another tab or copy has just done so, and noted in it."""
    sessions, asking = runtime().sessions, runtime().admissions
    session = sessions.find(session_id)
    if asking.fresh(held := _held(session)):
        return held
    try:
        renewed = asking.ask(session.workspace, viewer_, lambda t: client(session, t), tell)
    except SignedOut:
        leaving.end(session_id)
        raise
    except Refused:
        # Nor may the next try be spared by the admission that was still good a moment ago.
        sessions.admitted(session_id, (), at=NEVER)
        runtime().tabs.drop(name_of(session_id))
        raise
    sessions.admitted(session_id, renewed.access.kept, at=renewed.at)
    return renewed


def _by_account(who: Visitor) -> SignedIn:
    """Whoever the proxy named, or everyone, by the account that the dashboard was given."""
    settings = runtime().settings
    if settings.access.mode != EVERYONE and who.named is None:
        raise NotNamed
    workspace = settings.workspace
    session = Session(
        id="",
        workspace=workspace.url or "",
        user_id=workspace.user_id or "",
        username=who.named or "",
        name=who.named or "",
        kind=ACCOUNT,
        token=workspace.auth_token or "",
        rights=frozenset(),
        admitted_at=NEVER,
        expires_at=NEVER,
    )

    def renew(tell: Teller[Admission]) -> Admission:
        held, asking = runtime().account, runtime().admissions
        if held is not None and asking.fresh(held):
            return held
        try:
            renewed = asking.ask(session.workspace, who.viewer, lambda t: client(session, t), tell)
        except Refused as exc:
            runtime().account = None
            runtime().tabs.drop(None)
            if isinstance(exc, SignedOut):
                raise AccountRefused from exc
            raise
        runtime().account = renewed
        return renewed

    return SignedIn(session, runtime().admissions.current(ACCOUNT, runtime().account, who.viewer, renew))


def ask_again() -> None:
    """Makes the next look ask the workspace anew, whatever it said a moment ago."""
    session_id = None if runtime().settings.workspace_account else visitor().session_id
    runtime().admissions.forget(name_of(session_id) if session_id else ACCOUNT, viewer())


def person(signed_in: SignedIn) -> str:
    """Who is here, for what is kept of them: the account of the workspace, or the visitor where others share that;
    empty where nothing tells one visitor from another.
    """
    if signed_in.everyone:
        return ""
    return visitor().owner if signed_in.by_account or signed_in.demo else signed_in.session.user_id


def permitted(build: Callable[[], T]) -> Callable[[], T]:
    """``build``, for a button that makes a file when it is pressed: it fails for whoever is not admitted any more."""
    who = visitor()

    def built() -> T:
        look(who)
        return build()

    return built


def reader(signed_in: SignedIn) -> Reader:
    """Who asks the workspace in this tab."""
    return Reader(
        jobs=runtime().jobs,
        make_client=lambda tell: client(signed_in.session, tell),
        workspace=signed_in.workspace,
        access=signed_in.access,
        viewer=viewer(),
        archive=runtime().archive,
        session=name_of(signed_in.session.id),
        timezone=None if signed_in.demo else runtime().settings.calendar.timezone,
        week_start=runtime().settings.calendar.week_start,
        rules=rules_of(runtime().settings),
        shared=True,
        # Whoever the account of the dashboard reads for has shown no right of their own.
        decisions=None if signed_in.by_account else runtime().decisions,
        now=runtime().clock,
    )

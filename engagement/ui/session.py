"""Who is signed in in this tab, and as whom the workspace is asked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import streamlit as st

from engagement.api.client import Account, Client, Pace, Person, shared_pace
from engagement.api.transport import SIGNING_IN
from engagement.errors import AccountRefused, EngagementError, NotNamed, Refused, SignedOut
from engagement.reading.admission import Admission, Admissions
from engagement.reading.jobs import Teller
from engagement.reading.rights import Access
from engagement.reading.workspace import Reader, rules_of
from engagement.settings.keys import EVERYONE, PROXY_HEADER
from engagement.storage.sessions import Session, Signed
from engagement.ui import handover
from engagement.ui.hub import DEMO, hub
from engagement.ui.runtime import runtime
from engagement.ui.web import COOKIE

T = TypeVar("T")

# Seconds to connect, and between two parts of an answer, while somebody waits before the sign-in form.
SIGN_IN_TIMEOUT = (4.0, 8.0)
NEVER = datetime.fromtimestamp(0, UTC)
# The kind of session of somebody who reads by the account of the dashboard itself.
ACCOUNT = "account"
ID = "_session_id"
_VIEWER = "_viewer"
TICKET = "_ticket"
ENDED = "_ended"
LEAVING = "_leaving"


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
    def everyone(self) -> bool:
        """True where all who can reach the link see the figures, by the account of the dashboard."""
        return self.session.kind == ACCOUNT and runtime().settings.access.mode == EVERYONE

    @property
    def by_account(self) -> bool:
        """True where the visitor has not signed in: the dashboard has an account of its own."""
        return self.session.kind == ACCOUNT

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
    return str(st.session_state.setdefault(_VIEWER, secrets.token_hex(8)))


def zone() -> ZoneInfo:
    """The time zone that the browser reports, UTC where it reports none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True)
class Visitor:
    """What a tab says of who looks: its session id, or the name that a trusted proxy gave; and a name of the tab."""

    session_id: str | None
    named: str | None
    viewer: str


def visitor() -> Visitor:
    """Who looks in this tab."""
    access = runtime().settings.access
    named = st.context.headers.get(access.header) if access.mode == PROXY_HEADER and access.header else None
    return Visitor(st.session_state.get(ID) or cookie(), (named or "").strip() or None, viewer())


def current() -> SignedIn:
    """Who is signed in, admitted by the workspace within the last minutes.

    Raises SignedOut, NotNamed, Admitting while the workspace is being asked, or why it was refused.
    """
    return look(visitor())


def look(who: Visitor) -> SignedIn:
    """As ``current``, for a tab that need not be this one; may be called from any thread."""
    if runtime().settings.workspace_account:
        return _by_account(who)
    if not who.session_id:
        raise SignedOut
    session = _allowed(runtime().sessions.find(who.session_id))
    held = _held(session)

    def renew(tell: Teller[Admission]) -> Admission:
        return _renewed(session.id, who.viewer, tell)

    access = _admissions().current(_name(session.id), held, who.viewer, renew)
    return SignedIn(session.id, session, access)


def _admissions() -> Admissions:
    return Admissions(hub().jobs, runtime().clock)


def _name(session_id: str) -> str:
    """What a session is called in keys, which hold no secret."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _held(session: Session) -> Admission:
    person = Person(session.user_id, session.username, session.name, frozenset(), None)
    return Admission(Access(person, session.rights), session.admitted_at)


def _allowed(session: Session) -> Session:
    """The session, when the configuration still allows asking its workspace. Raises SignedOut, and asks nobody."""
    settings = runtime().settings
    if session.workspace == DEMO:
        allowed = settings.demo.enabled
    elif settings.workspace.url is not None:
        allowed = _same_workspace(settings.workspace.url, session.workspace)
    else:
        allowed = settings.workspace.allow_typed_url
    if not allowed:
        raise SignedOut
    return session


def _same_workspace(configured: str, workspace: str) -> bool:
    """True for the configured address, and for the one with https that it leads to."""
    here, there = urlsplit(configured), urlsplit(workspace)
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    return configured == workspace or (upgraded and (here.hostname, here.path) == (there.hostname, there.path))


def _renewed(session_id: str, viewer_: str, tell: Teller[Admission]) -> Admission:
    """The admission of a session, asked anew unless another tab or copy has just done so, and noted in it."""
    sessions, admissions = runtime().sessions, _admissions()
    session = sessions.find(session_id)
    if admissions.fresh(held := _held(session)):
        return held
    try:
        renewed = admissions.ask(session.workspace, viewer_, lambda t: client(session, t), tell)
    except SignedOut:
        _end(session_id)
        raise
    except Refused:
        # Nor may the next try be spared by the admission that was still good a moment ago.
        sessions.admitted(session_id, (), at=NEVER)
        raise
    sessions.admitted(session_id, renewed.access.permissions, at=renewed.at)
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
        held, admissions = hub().account, _admissions()
        if held is not None and admissions.fresh(held):
            return held
        hub().account = None
        try:
            renewed = admissions.ask(session.workspace, who.viewer, lambda t: client(session, t), tell)
        except SignedOut as exc:
            raise AccountRefused from exc
        except Refused:
            raise
        except EngagementError:
            hub().account = held
            raise
        hub().account = renewed
        return renewed

    return SignedIn("", session, _admissions().current(ACCOUNT, hub().account, who.viewer, renew))


def ask_again() -> None:
    """Makes the next look ask the workspace anew, whatever it said a moment ago."""
    session_id = None if runtime().settings.workspace_account else visitor().session_id
    _admissions().forget(_name(session_id) if session_id else ACCOUNT, viewer())


def permitted(build: Callable[[], T]) -> Callable[[], T]:
    """``build``, for a button that makes a file when it is pressed: it fails for whoever is not admitted any more."""
    who = visitor()

    def built() -> T:
        look(who)
        return build()

    return built


def pace_of(address: str) -> Pace:
    """The rate limit of the workspace at ``address``, shared by all its viewers."""
    limits = runtime().settings.limits
    return shared_pace(address, limits.calls_a_minute, limits.copies)


def connect(address: str, account: Account | None = None, **more: Any) -> Client:
    """A client as the configuration wants it; an address that a visitor typed leads to no machine's own network."""
    workspace = runtime().settings.workspace
    guard = workspace.url is None
    return Client(address, account, pace=pace_of(address), ca_bundle=workspace.ca_bundle, guard=guard, **more)


def client(session: Session, tell: Teller[Any]) -> Client:
    """The client of the session's person, pausing and announcing its pauses through ``tell``."""

    def make() -> Client:
        if session.workspace == DEMO:
            return Client(hub().demo().url, hub().demo_account(), pace=shared_pace(hub().demo().url))
        return connect(session.workspace, account_of(session))

    one = hub().clients.of(_name(session.id), make)
    return one.with_waits(sleep=tell.sleep, on_wait=tell.waiting, stop=tell.stop)


def _end(session_id: str) -> None:
    runtime().sessions.end(session_id)
    hub().clients.close(_name(session_id))


def account_of(session: Session) -> Account:
    """The account that the workspace is asked by."""
    return Account(session.user_id, session.token, session.kind in {"token", ACCOUNT})


def reader(signed_in: SignedIn) -> Reader:
    """Who asks the workspace in this tab."""
    return Reader(
        jobs=hub().jobs,
        make_client=lambda tell: client(signed_in.session, tell),
        workspace=signed_in.session.workspace,
        access=signed_in.access,
        viewer=viewer(),
        archive=runtime().archive,
        timezone=None if signed_in.demo else runtime().settings.calendar.timezone,
        week_start=runtime().settings.calendar.week_start,
        rules=rules_of(runtime().settings),
        renews=True,
        now=now,
    )


def begin(client_: Client, workspace: str, kind: str, say: Callable[[float], None] = lambda _: None) -> None:
    """Starts a session for the account of a client, when the workspace lets it see the figures.

    ``say`` is told the seconds of a pause that the workspace asks for.
    """
    account = client_.account
    if account is None:
        raise SignedOut
    # What an earlier session of this tab was refused is nobody's business any more.
    st.session_state.pop(_VIEWER, None)
    admission = _first_admission(client_, workspace, viewer(), say)
    access = admission.access
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


def _first_admission(client_: Client, workspace: str, viewer_: str, say: Callable[[float], None]) -> Admission:
    def make(tell: Teller[Any]) -> Client:
        return client_.with_waits(sleep=tell.sleep, on_wait=tell.waiting, stop=tell.stop)

    job = hub().jobs.ask(
        ("signing in", viewer_), viewer_, lambda tell: _admissions().ask(workspace, viewer_, make, tell), keep=0.0
    )
    while not job.wait(0.5):
        say(job.progress().pause)
    return job.result()


def keep_signed_in() -> None:
    """Right after signing in, lets the browser fetch the cookie that keeps it signed in."""
    ticket = st.session_state.pop(TICKET, None)
    if ticket:
        handover.hand_over(ticket)


def sign_out() -> None:
    """Ends the session in every tab; a login token is revoked, a personal access token is not."""
    session_id, sessions = st.session_state.pop(ID, None) or cookie(), runtime().sessions
    st.session_state[LEAVING] = True
    if not session_id:
        return
    # Whatever the workspace says, the session here is over.
    with suppress(EngagementError):
        try:
            session = sessions.find(session_id)
        finally:
            _end(session_id)
        # A workspace that may not be asked any more is not asked this either.
        if _allowed(session).workspace != DEMO:
            account = account_of(session)
            with connect(session.workspace, account, timeout=SIGN_IN_TIMEOUT, bounds=SIGNING_IN) as leaving:
                leaving.sign_out()


def forget_cookie() -> None:
    """Right after signing out, lets the browser forget the cookie, and ends the session that it holds."""
    if st.session_state.pop(LEAVING, False):
        handover.clear_cookie()


def ended_by_workspace() -> NoReturn:
    """The workspace no longer accepts the token: back to the sign-in screen, and from there to this page."""
    if runtime().settings.workspace_account:
        hub().account = None
        st.error(str(AccountRefused()), icon=":material/error:")
        st.stop()
    session_id = st.session_state.pop(ID, None) or cookie()
    if session_id:
        _end(session_id)
    st.session_state[ENDED] = True
    st.rerun()


def alive() -> bool:
    """True while whoever looks in this tab may go on looking: the session has not ended, nor its admission."""
    try:
        current()
    except EngagementError:
        return False
    return True

"""Which workspace is asked for whom, and through which client."""

from __future__ import annotations

from typing import Any

from engagement.api.client import Account, Client, Pace, shared_pace
from engagement.api.guard import DIRECT, Way
from engagement.api.posting import Poster
from engagement.errors import SignedOut
from engagement.reading.jobs import Teller
from engagement.storage.sessions import Session
from engagement.ui.runtime import DEMO, runtime
from engagement.ui.tabs import name_of

# Seconds to connect, and between two parts of an answer, while somebody waits before the sign-in form.
SIGN_IN_TIMEOUT = (4.0, 8.0)
# The kind of session of somebody who reads by the account of the dashboard itself.
ACCOUNT = "account"
# The kind of session whose token was made for it by signing in, and is revoked when it ends.
BY_PASSWORD = "password"  # noqa: S105 - a kind, and no secret


def allowed(session: Session) -> Session:
    """The session, when the configuration still allows asking its workspace. Raises SignedOut, and asks nobody."""
    settings = runtime().settings
    if session.workspace == DEMO:
        allowed = settings.demo.enabled
    else:
        typed = settings.workspace.url is None and settings.workspace.allow_typed_url
        allowed = typed or settings.configured(session.workspace)
    if not allowed:
        raise SignedOut
    return session


def pace_of(address: str) -> Pace:
    """The rate limit of the workspace at ``address``, shared by all its viewers."""
    limits = runtime().settings.limits
    return shared_pace(address, limits.calls_a_minute, limits.copies)


def connect(address: str, account: Account | None = None, **more: Any) -> Client:
    """A client as the configuration wants it; an address that a visitor typed leads to no machine's own network."""
    return Client(address, account, pace=pace_of(address), way=_way(address), **more)


def _way(address: str) -> Way:
    workspace = runtime().settings.workspace
    return Way.by(workspace, address, guard=workspace.url is None)


def client(session: Session, tell: Teller[Any]) -> Client:
    """The client of the session's person, pausing and announcing its pauses through ``tell``."""

    def make() -> Client:
        if session.workspace == DEMO:
            return Client(runtime().demo().url, runtime().demo_account(), pace=shared_pace(runtime().demo().url))
        return connect(session.workspace, account_of(session))

    return pausing(runtime().clients.of(name_of(session.id), make), tell)


def poster(session: Session, tell: Teller[Any]) -> Poster:
    """What writes in the name of the session's person. Raises SignedOut for whoever has no account of their own."""
    if session.kind == ACCOUNT:
        raise SignedOut
    if session.workspace == DEMO:
        url = runtime().demo().url
        return Poster(url, runtime().demo_account(), pace=shared_pace(url), way=DIRECT, sleep=tell.sleep)
    address = session.workspace
    return Poster(address, account_of(session), pace=pace_of(address), way=_way(address), sleep=tell.sleep)


def pausing(client_: Client, tell: Teller[Any]) -> Client:
    """The client, pausing and announcing its pauses through ``tell``."""
    return client_.with_waits(sleep=tell.sleep, on_wait=tell.waiting, stop=tell.stop)


def account_of(session: Session) -> Account:
    """The account that the workspace is asked by."""
    return Account(session.user_id, session.token, session.kind in {"token", ACCOUNT})

"""The end of a session: for every tab at once, and at the workspace, where its token was made for it.

Who has no cookie of it cannot open a session, nor can this process: it revokes the tokens of the sessions that it has
seen in use since it started, and of others when their browser comes back. So the database and the key alone still give
nobody a token.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from engagement.api.client import Account
from engagement.api.transport import SIGNING_IN
from engagement.errors import EngagementError, SignedOut
from engagement.storage.sessions import Session
from engagement.ui import asking
from engagement.ui.runtime import runtime
from engagement.ui.tabs import name_of

# How often the workspace is asked to revoke a token, and the seconds between two tries.
TRIES, PAUSE = 3, 20.0
_MOST = 1_000


class Revocations:
    """Login tokens that workspaces are asked to revoke, in the background and a few times each.

    Each workspace is asked for one after another, so that one that does not answer keeps no other waiting.
    """

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[tuple[Account, int]]] = {}
        self._running: list[threading.Thread] = []

    def add(self, workspace: str, account: Account) -> None:
        """Has the workspace forget a login token, soon; returns at once."""
        with self._lock:
            if workspace in self._waiting:
                self._waiting[workspace].append((account, 0))
            elif len(self._waiting) < _MOST:
                self._waiting[workspace] = deque([(account, 0)], maxlen=_MOST)
                thread = threading.Thread(target=self._work, args=(workspace,), daemon=True, name="revocations")
                self._running = [*(one for one in self._running if one.is_alive()), thread]
                thread.start()

    def wait(self, seconds: float) -> None:
        """Returns when nothing is left to ask, or after so many seconds."""
        ends = time.monotonic() + seconds
        for thread in list(self._running):
            thread.join(max(0.0, ends - time.monotonic()))

    def _work(self, workspace: str) -> None:
        try:
            while (left := self._next(workspace)) is not None:
                self._ask(workspace, *left)
        except BaseException:
            # A mistake of ours: the next one is asked for again. At the usual end the place may be another thread's.
            with self._lock:
                del self._waiting[workspace]
            raise

    def _next(self, workspace: str) -> tuple[Account, int] | None:
        with self._lock:
            waiting = self._waiting[workspace]
            if waiting:
                return waiting.popleft()
            del self._waiting[workspace]
            return None

    def _ask(self, workspace: str, account: Account, tried: int) -> None:
        try:
            with asking.connect(workspace, account, timeout=asking.SIGN_IN_TIMEOUT, bounds=SIGNING_IN) as client:
                client.sign_out()
        except EngagementError:
            if tried + 1 < TRIES:
                with self._lock:
                    self._waiting[workspace].append((account, tried + 1))
            self._sleep(PAUSE)


revocations = Revocations()
# The sessions that this process has seen in use, with the time when they end if they are not used again.
_seen: dict[str, datetime] = {}
_MOST_SEEN = 20_000


def end(session_id: str) -> None:
    """Ends a session in every tab and copy; an unknown one is no error. Raises StoreUnavailable."""
    session: Session | None = None
    with suppress(SignedOut):
        session = runtime().sessions.kept(session_id)
    _seen.pop(session_id, None)
    runtime().sessions.end(session_id)
    runtime().clients.close(name_of(session_id))
    runtime().tabs.drop(name_of(session_id))
    # A workspace that may not be asked any more is not asked this either.
    with suppress(SignedOut):
        if session is not None and asking.allowed(session).kind == asking.BY_PASSWORD:
            revocations.add(session.workspace, asking.account_of(session))


def remember(session: Session) -> None:
    """Notes that a session is in use, so that its end is noticed."""
    if session.kind == asking.BY_PASSWORD:
        _seen[session.id] = session.expires_at
        if len(_seen) > _MOST_SEEN:
            # Its token is revoked when its browser comes back.
            del _seen[next(iter(_seen))]


def over(session_id: str) -> None:
    """Ends a session whose time is over, if it is one. Raises StoreUnavailable."""
    with suppress(SignedOut):
        session = runtime().sessions.kept(session_id)
        if session.expires_at <= runtime().clock():
            end(session_id)
        else:
            remember(session)


def sweep() -> None:
    """Ends the sessions whose time is over, of those in use since this process started. Raises StoreUnavailable."""
    now = runtime().clock()
    for session_id in [one for one, until in list(_seen.items()) if until <= now]:
        _seen.pop(session_id, None)
        over(session_id)

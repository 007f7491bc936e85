"""What becomes of a login token when its session has ended: the workspace forgets it, whoever noticed the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.api.client import Account, Client
from engagement.demo import DemoServer
from engagement.errors import SignedOut
from engagement.storage.sessions import Signed
from engagement.ui import leaving, session
from engagement.ui import runtime as runtimes
from engagement.ui.leaving import Revocations
from engagement.ui.tabs import Visitor, name_of
from tests.support.access_tools import RIGHTS, process, sign_in, signed_in, tab
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, SAID, WAITED, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="sessions")

HOURS = timedelta(hours=8)


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Revocations of the test's own, whose pauses pass at once."""
    pauses: list[float] = []
    monkeypatch.setattr(leaving, "revocations", Revocations(pauses.append))
    yield pauses
    leaving.revocations.wait(30)


def accepted(workspace: DemoServer, account: Account) -> bool:
    """Whether the workspace still accepts the token, once everything is revoked that is to be."""
    leaving.revocations.wait(30)
    with Client(workspace.url, account) as asking:
        try:
            asking.me()
        except SignedOut:
            return False
        return True


def account_of(running: runtimes.Runtime, session_id: str) -> Account:
    found = running.sessions.find(session_id)
    return Account(found.user_id, found.token, False)


def looks(session_id: str) -> None:
    session.look(Visitor(session_id, None, "a tab"))


def test_a_session_that_ends_is_revoked_at_the_workspace_and_its_connections_are_closed(
    dashboard: runtimes.Runtime, workspace: DemoServer
) -> None:
    session_id, other = signed_in(dashboard, workspace), signed_in(dashboard, workspace)
    account, remaining = account_of(dashboard, session_id), account_of(dashboard, other)
    closed: list[str] = []
    runtimes.runtime().clients.close = closed.append  # type: ignore[method-assign]
    leaving.end(session_id)
    assert closed == [name_of(session_id)]
    assert not accepted(workspace, account)
    assert accepted(workspace, remaining)


def test_of_very_many_sessions_in_use_the_latest_are_remembered(
    dashboard: runtimes.Runtime, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "_seen", {})
    monkeypatch.setattr(leaving, "_MOST_SEEN", 2)
    people = [signed_in(dashboard, workspace) for _ in range(3)]
    for session_id in people:
        looks(session_id)
    assert [*leaving._seen] == people[1:]


@fault("two 500 at sign-out", WAITED, "the session ends at once, its token after pauses")
def test_signing_out_does_not_wait_for_a_workspace_that_does_not_answer(
    dashboard: runtimes.Runtime, workspace: DemoServer, slept: list[float]
) -> None:
    session_id = signed_in(dashboard, workspace)
    account = account_of(dashboard, session_id)
    workspace.fail_next("/logout", "500", 2)
    app = AppTest.from_string("from engagement.ui import signing\nsigning.sign_out()")
    app.session_state[session.ID] = session_id
    app.run()
    assert not app.exception
    with pytest.raises(SignedOut):
        dashboard.sessions.find(session_id)
    assert not accepted(workspace, account)
    assert slept == [leaving.PAUSE] * 2


@fault("500 after 500 at sign-out", WAITED, "asked three times; the session has ended here")
def test_a_workspace_that_goes_on_failing_is_asked_three_times_and_no_more(
    dashboard: runtimes.Runtime, workspace: DemoServer, slept: list[float]
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.fail_next("/logout", "500", 9)
    leaving.end(session_id)
    leaving.revocations.wait(30)
    assert workspace.count("/logout") == leaving.TRIES == 3
    assert slept == [leaving.PAUSE] * 3


@fault("nobody signs out", REFUSED, "its token is revoked when its time is over")
def test_a_session_whose_time_is_over_is_revoked_without_anybody_coming_back(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    account = account_of(dashboard, session_id)
    looks(session_id)
    clock.put(ahead=HOURS - timedelta(minutes=1))
    leaving.sweep()
    assert accepted(workspace, account)
    clock.put(ahead=HOURS + timedelta(minutes=1))
    leaving.sweep()
    assert not accepted(workspace, account)
    with pytest.raises(SignedOut):
        dashboard.sessions.kept(session_id)


@fault("another copy prolongs a session", EXACT, "not ended before its time")
def test_a_session_that_another_copy_prolonged_is_not_swept_before_its_time(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    account = account_of(dashboard, session_id)
    looks(session_id)
    clock.forward(hours=7)
    dashboard.sessions.find(session_id)
    clock.forward(hours=2)
    leaving.sweep()
    assert accepted(workspace, account)
    clock.forward(hours=7)
    leaving.sweep()
    assert not accepted(workspace, account)


@fault("a session ends while the dashboard is down", REFUSED, "its token is revoked when its browser returns")
def test_a_session_that_nobody_saw_end_is_revoked_when_its_browser_comes_back(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    account = account_of(dashboard, session_id)
    # As after a restart: this process has not seen it in use.
    clock.forward(days=2)
    signed_in(dashboard, workspace)
    assert accepted(workspace, account)
    with pytest.raises(SignedOut):
        looks(session_id)
    assert not accepted(workspace, account)


def test_a_personal_access_token_and_the_account_of_the_demo_are_never_revoked(
    dashboard: runtimes.Runtime, workspace: DemoServer
) -> None:
    user_id, token = workspace.personal_token("manager")
    for kind in ("token", "demo"):
        person = Signed(workspace.url, user_id, "manager", "Manager", kind, token, RIGHTS)
        leaving.end(dashboard.sessions.begin(person))
    assert accepted(workspace, Account(user_id, token, True))
    assert workspace.count("/logout") == 0


@fault("a sign-in that may not see the figures", SAID, "its token is revoked", seen="Sign-in")
def test_a_sign_in_that_is_refused_the_figures_leaves_no_token_behind(
    dashboard: runtimes.Runtime, workspace: DemoServer
) -> None:
    app = sign_in(workspace.url, "viewer", "viewer")
    assert app.error
    leaving.revocations.wait(30)
    assert workspace.count("/logout") == 1


@fault("a session of a workspace that is configured no more", REFUSED, "it ends; that one is not asked")
def test_a_session_of_a_workspace_that_may_not_be_asked_any_more_ends_without_asking_it(
    tmp_path: Path, workspace: DemoServer
) -> None:
    with process(tmp_path, WORKSPACE_URL="https://chat.example.org") as running:
        session_id = signed_in(running, workspace)
        workspace.calls.clear()
        assert not tab(session_id).exception
        leaving.end(session_id)
        leaving.revocations.wait(30)
        assert workspace.calls == []
        with pytest.raises(SignedOut):
            running.sessions.kept(session_id)


@fault("one workspace does not answer at sign-out", WAITED, "tokens of others are revoked meanwhile")
def test_a_workspace_that_does_not_answer_keeps_no_other_waiting(
    dashboard: runtimes.Runtime, workspace: DemoServer
) -> None:
    pausing, go_on = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        pausing.set()
        go_on.wait(30)

    revocations = leaving.Revocations(sleep)
    revocations.add("http://127.0.0.1:9", Account("nobody", "t" * 20, False))
    assert pausing.wait(30)
    revocations.add(workspace.url, Client(workspace.url).sign_in("manager", "manager"))
    revocations._running[-1].join(30)
    assert workspace.count("/logout") == 1
    go_on.set()
    revocations.wait(30)


def test_a_token_that_comes_in_the_moment_in_which_nothing_was_left_is_revoked_as_well(
    dashboard: runtimes.Runtime, workspace: DemoServer
) -> None:
    first, second = (Client(workspace.url).sign_in("manager", "manager") for _ in range(2))

    class Between(Revocations):
        """Is given ``second`` when the thread of ``first`` has found nothing more to do, and has not ended yet."""

        def _next(self, workspace: str) -> tuple[Account, int] | None:
            left = super()._next(workspace)
            if left is None and len(self._running) == 1:
                self.add(workspace, second)
            return left

        def _ask(self, workspace: str, account: Account, tried: int) -> None:
            if account is second:
                self._running[0].join(30)
            super()._ask(workspace, account, tried)

    revocations = Between()
    revocations.add(workspace.url, first)
    revocations._running[0].join(30)
    revocations.wait(30)
    assert not accepted(workspace, first)
    assert not accepted(workspace, second)
    assert workspace.count("/logout") == 2
    assert revocations._waiting == {}

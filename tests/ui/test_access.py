"""Who gets in, and for how long: admissions that are renewed, and dashboards that read by an account of their own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer
from engagement.errors import AccountRefused, Admitting, NoPermission, NotNamed, SignedOut, Unreachable
from engagement.reading.admission import LASTS, RENEWED_AFTER
from engagement.reading.rights import Access
from engagement.settings.keys import EVERYONE, PROXY_HEADER, AccessRules
from engagement.storage.sessions import Signed
from engagement.ui import asking, session, signin
from engagement.ui import runtime as runtimes
from engagement.ui.doors import unsafe_start
from engagement.ui.tabs import Visitor, name_of
from tests.support.access_tools import FORGETFUL, RIGHTS, account_of, process, read, shows_figures, signed_in, tab
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, REFUSED, SAID, WAITED, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="sessions")

SEE_FIGURES = "view-engagement-dashboard"


def look(session_id: str, viewer: str = "a tab") -> Access:
    return session.look(Visitor(session_id, None, viewer)).access


def asked(workspace: DemoServer) -> tuple[int, int]:
    """How often the server was asked who somebody is, and which roles have which permission."""
    return workspace.count("/me"), workspace.count("permissions.listAll")


def test_an_admission_is_not_asked_again_before_it_is_due(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=RENEWED_AFTER - timedelta(seconds=1))
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (0, 0)
    clock.put(ahead=RENEWED_AFTER + timedelta(seconds=1))
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (1, 1)
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (1, 1)


def test_five_tabs_of_one_person_cost_one_call(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=10))
    with ThreadPoolExecutor(5) as pool:
        seen = list(pool.map(lambda n: look(session_id, f"tab {n}"), range(5)))
    assert {one.permissions for one in seen} == {RIGHTS}
    assert asked(workspace) == (1, 1)


def test_twenty_people_cost_one_call_each_and_one_for_all_of_them(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    people = [signed_in(dashboard, workspace) for _ in range(20)]
    clock.put(ahead=timedelta(minutes=10))
    with ThreadPoolExecutor(20) as pool:
        seen = list(pool.map(lambda n: look(people[n], f"tab {n}"), range(20)))
    assert {one.permissions for one in seen} == {RIGHTS}
    assert asked(workspace) == (20, 1)


def test_what_another_copy_renewed_is_not_asked_again(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=10))
    dashboard.sessions.admitted(session_id, RIGHTS)
    assert look(session_id).permissions == RIGHTS
    assert asked(workspace) == (0, 0)


@fault("a permission is withdrawn, and the workspace goes away", SAID, "no admission of before is used")
def test_a_permission_taken_away_ends_the_view_when_it_is_next_asked_and_for_good(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=RENEWED_AFTER + timedelta(seconds=1))
    with pytest.raises(NoPermission, match=SEE_FIGURES):
        look(session_id)
    # The admission of before would last for another minute, and now nobody can say that it ended.
    workspace.stop()
    runtimes.runtime().jobs.forget(("admission", name_of(session_id)), "a tab")
    with pytest.raises(Unreachable):
        look(session_id)


def test_a_permission_given_back_is_noticed_when_asked_again(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    app = read(tab(signed_in(dashboard, workspace)))
    assert shows_figures(app)
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=LASTS)
    app.run()
    assert SEE_FIGURES in app.error[0].value
    assert not shows_figures(app)
    workspace.grant(SEE_FIGURES, "manager")
    clock.forward(minutes=1)
    assert shows_figures(read(app.button(key="ask_again").click().run()))


@fault("one permission of three is withdrawn", REFUSED, "fewer rights from the next renewal on")
def test_less_permission_means_fewer_rights_at_the_next_renewal(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.revoke("view-room-administration", "manager")
    clock.put(ahead=timedelta(minutes=5))
    assert look(session_id).permissions == RIGHTS - {"view-room-administration"}
    assert dashboard.sessions.find(session_id).rights == RIGHTS - {"view-room-administration"}


@fault("permissions.listAll cannot be read at a renewal", NOTED, "incomplete, until told half a minute later")
def test_rights_that_were_not_told_are_no_fewer_rights_and_are_asked_for_again_soon(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    clock.put(ahead=timedelta(minutes=5))
    workspace.fail_next("permissions.listAll", "garbage")
    for _ in range(2):
        # The second look is at what the session keeps.
        seen = look(session_id)
        assert (seen.permissions, seen.told) == (frozenset(), False)
    # Nor does what was read without knowing the rights stand for what is read with none.
    assert seen.rights != replace(seen, told=True).rights
    clock.forward(seconds=31)
    assert (look(session_id).permissions, look(session_id).told) == (RIGHTS, True)


@fault("no answer when an admission is due", EXACT, "it lasts to its end, and no longer")
def test_a_workspace_that_does_not_answer_throws_nobody_out_before_the_admission_ends(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.stop()
    clock.put(ahead=LASTS - timedelta(seconds=2))
    assert look(session_id).permissions == RIGHTS
    clock.put(ahead=LASTS)
    with pytest.raises(Unreachable):
        look(session_id)


@fault("a 429 when an admission is due", WAITED, "shown with a way to stop; no figures meanwhile", seen="Overview")
def test_a_pause_that_the_workspace_asks_for_throws_nobody_out_but_never_prolongs_an_admission(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    workspace.fail_next("/me", "429")
    clock.put(ahead=LASTS - timedelta(seconds=2))
    assert look(session_id).permissions == RIGHTS
    clock.put(ahead=LASTS)
    with pytest.raises(Admitting) as waiting:
        look(session_id)
    job = waiting.value.job
    assert 50 < job.progress().pause <= 62
    app = tab(session_id)
    assert not shows_figures(app)
    assert any(button.key == "stop_admission" for button in app.button)
    run = job._run
    job.leave()
    app.button(key="stop_admission").click().run()
    assert run.over.wait(5)


def test_the_whole_of_an_admission_is_shorter_than_five_minutes() -> None:
    looked_at_every = timedelta(seconds=10)
    assert RENEWED_AFTER < LASTS
    assert LASTS + looked_at_every < timedelta(minutes=5)


@fault("the token of one of two ends", SAID, "the other goes on")
def test_somebody_whose_token_ended_does_not_end_the_sessions_of_others(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    ended, other = signed_in(dashboard, workspace), signed_in(dashboard, workspace)
    workspace.accounts.forget(dashboard.sessions.find(ended).token)
    clock.put(ahead=timedelta(minutes=5))
    outcomes: dict[str, object] = {}

    def try_(session_id: str) -> None:
        try:
            outcomes[session_id] = look(session_id, f"tab of {session_id}").permissions
        except SignedOut as error:
            outcomes[session_id] = type(error)

    threads = [threading.Thread(target=try_, args=(one,)) for one in (ended, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert outcomes == {ended: SignedOut, other: RIGHTS}
    with pytest.raises(SignedOut):
        dashboard.sessions.find(ended)


@fault("a file is asked for after the permission went", REFUSED, "no file")
def test_an_open_page_and_a_button_that_makes_a_file_end_with_the_admission(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = signed_in(dashboard, workspace)
    monkeypatch.setattr(session, "visitor", lambda: Visitor(session_id, None, "a tab"))
    file = session.permitted(lambda: b"figures")
    assert file() == b"figures"
    assert session.alive()
    workspace.revoke(SEE_FIGURES, "manager")
    clock.put(ahead=LASTS)
    with pytest.raises(NoPermission):
        file()
    assert not session.alive()


@fault("a file is asked for after signing out", REFUSED, "no file")
def test_after_signing_out_a_button_of_a_page_left_open_makes_no_file(
    dashboard: runtimes.Runtime, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = signed_in(dashboard, workspace)
    monkeypatch.setattr(session, "visitor", lambda: Visitor(session_id, None, "a tab"))
    file = session.permitted(lambda: b"figures")
    dashboard.sessions.end(session_id)
    with pytest.raises(SignedOut):
        file()


def test_with_an_account_of_its_own_for_everyone_the_page_says_so_and_asks_for_nothing(
    tmp_path: Path, workspace: DemoServer
) -> None:
    with process(tmp_path, **account_of(workspace), ACCESS_MODE="everyone"):
        app = read(tab())
        assert not app.exception
        assert shows_figures(app)
        assert any("Everyone who can reach this link sees these figures." in one.value for one in app.caption)
        assert not [one for one in app.button if one.key in {"sign_out", "demo"}]
        assert not [one for one in app.text_input if str(one.key).startswith("signin")]


PROXY = {"ACCESS_MODE": "proxy-header", "ACCESS_HEADER": "X-Forwarded-User", "ACCESS_TRUSTED_PROXIES": "127.0.0.2"}


@fault("nobody is named by the proxy", SAID, "nothing is read", kind="Doors", at="test", seen="Overview")
def test_with_a_proxy_that_names_people_nobody_else_gets_in_and_nothing_is_read_for_them(
    tmp_path: Path, workspace: DemoServer
) -> None:
    with process(tmp_path, **account_of(workspace), **PROXY) as proxied:
        workspace.calls.clear()
        app = tab()
        assert "Nobody has told this dashboard who you are" in app.error[0].value
        assert not shows_figures(app)
        assert not [one for one in app.button if one.key in {"sign_out", "demo"}]
        # A session of an earlier configuration is no way in either.
        signed = proxied.sessions.begin(Signed(workspace.url, "u", "ada", "Ada", "password", "t", RIGHTS))
        assert "Nobody has told this dashboard" in tab(signed).error[0].value
        for named in (None, "", "  "):
            with pytest.raises(NotNamed):
                session.look(Visitor(None, (named or "").strip() or None, "a tab"))
        assert workspace.calls == []
        seen = session.look(Visitor(None, "ada", "a tab"))
        assert (seen.session.name, seen.everyone, seen.access.permissions) == ("ada", False, RIGHTS)


def test_the_admission_of_the_dashboards_own_account_is_shared_and_renewed(
    tmp_path: Path, workspace: DemoServer, clock: Clock
) -> None:
    with process(tmp_path, clock, **account_of(workspace), ACCESS_MODE="everyone"):
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda n: session.look(Visitor(None, None, f"tab {n}")), range(20)))
        assert asked(workspace) == (1, 1)
        workspace.revoke(SEE_FIGURES, "manager")
        clock.put(ahead=LASTS)
        with pytest.raises(NoPermission):
            session.look(Visitor(None, None, "a tab"))


@fault("the dashboard’s own token ends", SAID, "whom to ask", seen="Overview")
def test_when_the_dashboards_own_token_ends_the_page_says_whom_to_ask(
    tmp_path: Path, workspace: DemoServer, clock: Clock
) -> None:
    with process(tmp_path, clock, **account_of(workspace), ACCESS_MODE="everyone"):
        app = read(tab())
        assert shows_figures(app)
        workspace.sign_out_everyone()
        clock.put(ahead=LASTS)
        app.run()
        assert app.error[0].value == str(AccountRefused())
        assert not shows_figures(app)
        assert not app.text_input


def test_a_token_that_ends_during_a_reading_by_the_dashboards_own_account_is_one_sentence(
    tmp_path: Path, workspace: DemoServer
) -> None:
    with process(tmp_path, **account_of(workspace), ACCESS_MODE="everyone"):
        app = read(tab())
        workspace.sign_out_everyone()
        app.sidebar.selectbox(key="period").select("Last 30 days").run()
        app = read(app)
        assert not app.exception
        assert [error.value for error in app.error] == [str(AccountRefused())]


@FORGETFUL
def test_a_proxy_header_is_believed_only_where_the_web_server_keeps_the_address_of_the_proxy() -> None:
    proxied = AccessRules(PROXY_HEADER, "X-Forwarded-User", (ip_network("127.0.0.1"),))
    for environ in ({}, {"FORWARDED_ALLOW_IPS": "127.0.0.1"}, {"FORWARDED_ALLOW_IPS": "*"}):
        assert "FORWARDED_ALLOW_IPS" in str(unsafe_start(proxied, environ))
        assert unsafe_start(AccessRules(EVERYONE), environ) is None
        assert unsafe_start(AccessRules(), environ) is None
    assert unsafe_start(proxied, {"FORWARDED_ALLOW_IPS": ""}) is None


def sign_in_slowly(
    workspace: DemoServer, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> tuple[AppTest, list[float]]:
    """Signs in where the workspace asks for so many pauses; every second that would be waited passes at once."""
    slept: list[float] = []
    began = time.monotonic()

    def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(signin, "sleep", sleep)
    monkeypatch.setattr(asking.pace_of(workspace.url), "monotonic", lambda: began + sum(slept))
    workspace.fail_next("/login", "429", refusals)
    app = tab()
    app.text_input(key="signin_user").set_value("manager")
    app.text_input(key="signin_password").set_value("manager")
    app.button[0].click().run()
    return app, slept


@fault("two 429 at sign-in", WAITED, kind="Waits and limits", seen="Sign-in")
def test_when_many_sign_in_in_the_same_minute_the_form_waits_instead_of_refusing(
    tmp_path: Path, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(tmp_path, WORKSPACE_URL=workspace.url):
        app, slept = sign_in_slowly(workspace, monkeypatch, refusals=2)
        assert not app.exception
        assert not app.error
        assert any("Signed in as manager" in one.value for one in app.caption)
        assert 110 <= sum(slept) <= 126


@fault("nine 429 at sign-in", SAID, "after two and a half minutes", kind="Waits and limits", seen="Sign-in")
def test_nobody_waits_before_the_form_for_longer_than_two_and_a_half_minutes(
    tmp_path: Path, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(tmp_path, WORKSPACE_URL=workspace.url):
        app, slept = sign_in_slowly(workspace, monkeypatch, refusals=9)
        assert "asks for a pause" in app.error[0].value
        assert sum(slept) <= signin.LONGEST_WAIT
        assert workspace.count("/login") == 3


@fault("an admission dated in the future", REFUSED, "asked again", at="database")
def test_an_admission_dated_in_the_future_is_not_fresh(
    dashboard: runtimes.Runtime, workspace: DemoServer, clock: Clock
) -> None:
    session_id = signed_in(dashboard, workspace)
    # A copy whose clock is a day ahead has renewed it, and the permission is taken away a moment later.
    dashboard.sessions.admitted(session_id, RIGHTS, at=clock.moment() + timedelta(days=1))
    workspace.revoke(SEE_FIGURES, "manager")
    with pytest.raises(NoPermission):
        look(session_id)

"""Who gets in: dashboards that read by an account of their own, and sign-in at a busy workspace."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer
from engagement.errors import (
    AccountRefused,
    NoPermission,
    NotNamed,
)
from engagement.reading.admission import LASTS
from engagement.settings.keys import EVERYONE, PROXY_HEADER, AccessRules
from engagement.storage.sessions import Signed
from engagement.ui import asking, session, signin
from engagement.ui.doors import unsafe_start
from engagement.ui.tabs import Visitor
from tests.support.access_tools import (
    FORGETFUL,
    RIGHTS,
    account_of,
    process,
    read,
    shows_figures,
    tab,
)
from tests.support.clock import Clock
from tests.support.faults import SAID, WAITED, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace", seen="sessions")

SEE_FIGURES = "view-engagement-dashboard"


def asked(workspace: DemoServer) -> tuple[int, int]:
    """How often the server was asked who somebody is, and which roles have which permission."""
    return workspace.count("/me"), workspace.count("permissions.listAll")


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

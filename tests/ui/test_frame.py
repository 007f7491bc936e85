"""The frame around the pages: each tab has a name of its own, and whatever goes wrong in a page has a way on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.errors import StoreUnavailable
from engagement.storage.sessions import Signed
from engagement.ui import loading, session
from engagement.ui.runtime import Runtime
from tests import ROOT
from tests.support.access_tools import RIGHTS, TODAY, explore, process, read, shows_figures, sound, tab
from tests.support.clock import Clock
from tests.support.faults import EXACT, SAID, fault

pytestmark = fault(kind="Odd values", at="test", seen="Overview")


@pytest.fixture(autouse=True)
def dashboard(tmp_path: Path) -> Iterator[Runtime]:
    with process(tmp_path, WORKSPACE_ALLOW_TYPED_URL="true") as built:
        yield built


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def activity(_: object = None) -> None:
        raise error

    monkeypatch.setattr(loading, "activity", activity)


@fault("the database goes away", SAID, "a button tries again", kind="Side dishes and refusals")
def test_an_error_of_ours_in_a_page_is_a_sentence_and_a_button_that_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = explore()
    with monkeypatch.context() as broken:
        failing(broken, StoreUnavailable())
        app.run()
        assert [error.value for error in app.error] == [str(StoreUnavailable())]
        assert not app.exception
    app.button(key="page_again").click().run()
    assert not app.error
    assert shows_figures(app)


@fault("a user name that is a link in Markdown", EXACT, "shown as it is written")
def test_the_name_of_an_account_is_shown_as_it_is_written(dashboard: Runtime) -> None:
    with DemoServer(Options(rooms=5, today=TODAY), clock=Clock()) as server:
        user_id, token = server.personal_token("manager")
        somebody = Signed(server.url, user_id, "[ada](//elsewhere)", "Ada", "token", token, RIGHTS)
        session_id = dashboard.sessions.begin(somebody)
        [caption] = [one.value for one in tab(session_id).caption if one.value.startswith("Signed in as")]
    # Whatever a name looks like, it is no link.
    assert "[ada](" not in caption
    assert caption.replace("\\", "") == "Signed in as [ada](//elsewhere)"


def test_tabs_opened_in_the_same_moment_are_viewers_of_their_own() -> None:
    def a_tab() -> None:
        from engagement.ui import session

        session.viewer()

    tabs = [AppTest.from_function(a_tab).run() for _ in range(5)]
    names = {app.session_state[session.VIEWER] for app in tabs}
    assert len(names) == 5
    assert {app.run().session_state[session.VIEWER] for app in tabs} == names


@fault(
    lambda reported: f"{reported!r} as time zone of the browser",
    EXACT,
    "times in UTC",
    seen="Overview, Top channels, Report",
)
@pytest.mark.parametrize("reported", ["Mars/Olympus_Mons", "../../etc/passwd", "", "Europe", None])
def test_a_browser_with_an_unknown_time_zone_sees_the_times_in_utc(
    reported: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(st.context), "timezone", reported)
    app = explore()
    for page in ("overview", "top_channels", "report"):
        app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
        app = read(app)
        assert not app.exception, page
        assert any(" UTC" in str(one.value) for one in app.markdown), page


def test_where_a_day_is_wrong_all_of_the_sidebar_stays() -> None:
    def labels(app: AppTest) -> set[str]:
        return {str(one.label) for one in app.sidebar if getattr(one, "label", "")}

    days = {"period": "Custom range", "from": "2026-11-09", "to": "2026-11-15"}
    app = explore(**{**days, "from": "2026-11-20"})
    right, wrong = labels(explore(**days)), labels(app)
    # There is no view to share, so that the button for its link is grey, and opens nothing.
    assert wrong == right | {"Copy link to this view"}
    assert {"First day", "Rooms left out", "What happened", "Sign out"} <= right
    # One click leads on, for whoever does not want to correct it.
    app = sound(read(app.button(key="way_on").click().run()))
    assert app.sidebar.selectbox(key="period").value == "Last full week"
    assert shows_figures(app)

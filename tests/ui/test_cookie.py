"""The cookie in a browser: how it comes, stays, and cannot be taken or forged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from engagement.ui import web
from tests import ROOT
from tests.support.api_tools import answering, send
from tests.support.dashboard import Dashboard
from tests.support.faults import REFUSED, fault

pytestmark = fault(kind="Doors", at="another site in a browser", seen="web server")

PAGE = """
import streamlit as st
from engagement.errors import SignedOut
from engagement.storage.sessions import Signed
from engagement.ui import handover
from engagement.ui.runtime import runtime
from engagement.ui.web import COOKIE

state = st.session_state
try:
    session = runtime().sessions.find(state.get("id") or st.context.cookies.get(COOKIE, ""))
except SignedOut:
    if st.button("Sign in"):
        state.id = runtime().sessions.begin(Signed("w", "u", "ada", "Ada", "password", "sesame", frozenset()))
        state.ticket = runtime().sessions.ticket(state.id)
        st.rerun()
    if state.pop("clear", False):
        handover.post("session/end")
else:
    st.write(f"Hello {session.name}")
    if ticket := state.pop("ticket", None):
        handover.post("session/begin", ticket=ticket)
    if st.button("Sign out"):
        runtime().sessions.end(session.id)
        state.pop("id", None)
        state.clear = True
        st.rerun()
"""
APP = """
import streamlit as st
from starlette.middleware import Middleware
from engagement.ui import doors, web
from engagement.ui.headers import SecurityHeaders
app = st.App(
    "page.py",
    routes=web.routes(doors.base_path(st.get_option("server.baseUrlPath"))),
    middleware=[Middleware(SecurityHeaders)],
)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A small application with a sign-in of one click."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "page.py").write_text(PAGE)
    (folder / "app.py").write_text(APP)
    options = {"HEADLESS": "true", "FILE_WATCHER_TYPE": "none", "ADDRESS": "127.0.0.1"}
    environ = {f"STREAMLIT_SERVER_{name}": value for name, value in options.items()}
    with Dashboard(folder, folder=folder, base="engagement", PYTHONPATH=str(ROOT), **environ) as application:
        yield application


def opens(context: BrowserContext, url: str, text: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_text(text, exact=True)).to_be_visible(timeout=15_000)
    return page


def kept(context: BrowserContext) -> dict[str, object]:
    return next((dict(cookie) for cookie in context.cookies() if cookie["name"] == web.COOKIE), {})


def test_the_session_survives_refresh_second_tab_and_restart_until_signing_out(
    served: Dashboard, context: BrowserContext
) -> None:
    page = opens(context, served.url, "Sign in")
    with page.expect_response("**/session/begin") as answered:
        page.get_by_role("button", name="Sign in").click()
    assert answered.value.status == 204
    expect(page.get_by_text("Hello Ada")).to_be_visible()

    cookie = kept(context)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/engagement")
    assert str(cookie["value"]) not in page.evaluate("document.cookie") + page.content()

    page.reload()
    expect(page.get_by_text("Hello Ada")).to_be_visible()
    served.stop()
    served.start()
    second = opens(context, served.url, "Hello Ada")

    with page.expect_response("**/session/end") as answered:
        page.reload()
        page.get_by_role("button", name="Sign out").click()
    assert answered.value.status == 204
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert kept(context) == {}
    second.reload()
    expect(second.get_by_role("button", name="Sign in")).to_be_visible()
    expect(second.get_by_text("Hello Ada")).to_have_count(0)
    context.add_cookies([cookie])  # type: ignore[list-item]
    replayed = opens(context, served.url, "Sign in")
    expect(replayed.get_by_text("Hello Ada")).to_have_count(0)


ATTACKS: dict[str, Callable[[str], str]] = {
    "form": lambda url: (
        f"<form method=post action='{url}/session/end'></form><script>document.forms[0].submit()</script>"
    ),
    "fetch": lambda url: (
        f"<script>fetch('{url}/session/end', {{method: 'POST', credentials: 'include', mode: 'no-cors'}})</script>"
    ),
    "frame": lambda url: f"<iframe src='{url}'></iframe>",
}


@pytest.fixture
def foreign(served: Dashboard) -> Iterator[str]:
    """Another site with one page for each attack: ``localhost`` is not the site of ``127.0.0.1``."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        page = ATTACKS.get(handler.path.strip("/"), str)(served.url)
        send(handler, 200, page.encode(), Content_Type="text/html")

    with answering(respond) as url:
        yield url.replace("127.0.0.1", "localhost")


@fault("a form that ends the session", REFUSED, "403")
@fault("a script that ends the session", REFUSED, "blocked")
@fault("a frame around the dashboard", REFUSED, "blocked")
def test_another_site_can_neither_end_a_session_nor_frame_the_page(
    served: Dashboard, foreign: str, context: BrowserContext
) -> None:
    page = opens(context, served.url, "Sign in")
    with page.expect_response("**/session/begin"):
        page.get_by_role("button", name="Sign in").click()
    form = context.new_page()
    with form.expect_response("**/session/end") as answered:
        form.goto(f"{foreign}/form")
    assert answered.value.status == 403
    fetch = context.new_page()
    with fetch.expect_event("requestfailed", lambda request: request.url.endswith("/session/end")) as failed:
        fetch.goto(f"{foreign}/fetch")
    # The page of the other site does not even get the refusal.
    assert "BLOCKED_BY_RESPONSE" in str(failed.value.failure)
    framing = context.new_page()
    refused: list[str] = []
    framing.on("console", lambda message: refused.append(message.text))
    framing.goto(f"{foreign}/frame")
    assert any("frame-ancestors" in text for text in refused), refused
    page.reload()
    expect(page.get_by_text("Hello Ada")).to_be_visible()

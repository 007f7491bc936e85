"""What tests of pages share: a process with settings of its own, tabs in it, and a watch over what is connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engagement.api.client import Client
from engagement.demo import DemoServer, Options
from engagement.storage.sessions import Signed
from engagement.ui import runtime as runtimes
from engagement.ui import session
from tests import ROOT
from tests.support.clock import Clock
from tests.support.faults import REFUSED, fault

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
FRAME = ROOT / "engagement" / "ui" / "frame.py"
TODAY = date(2026, 11, 22)
FORGETFUL = fault(
    "a web server that forgets the proxy’s address",
    REFUSED,
    "no start",
    kind="Doors",
    at="environment",
    seen="web server",
)
RIGHTS = frozenset({"view-engagement-dashboard", "view-room-administration", "view-c-room"})


@contextmanager
def process(folder: Path, clock: Clock | None = None, **environ: str) -> Iterator[runtimes.Runtime]:
    """A dashboard in this process with nothing signed in and nothing read; names are without ``ENGAGEMENT_``."""
    st.cache_data.clear()
    st.cache_resource.clear()
    named = {f"ENGAGEMENT_{name}": value for name, value in environ.items()}
    clock = clock or Clock()
    built = runtimes.build(named, folder=folder, clock=clock.moment, demo=Options(rooms=30, today=TODAY))
    runtimes.use(built)
    try:
        yield built
    finally:
        runtimes.use(None)


def account_of(server: DemoServer) -> dict[str, str]:
    """Settings of a dashboard that reads ``server`` by an account of its own."""
    user_id, token = server.personal_token("manager")
    return {"WORKSPACE_URL": server.url, "WORKSPACE_USER_ID": user_id, "WORKSPACE_AUTH_TOKEN": token}


def signed_in(running: runtimes.Runtime, server: DemoServer, user: str = "manager") -> str:
    """The id of a session of ``user``, as signing in would have begun it."""
    account = Client(server.url).sign_in(user, user)
    return running.sessions.begin(
        Signed(server.url, account.user_id, user, user.title(), "password", account.token, RIGHTS)
    )


def tab(session_id: str | None = None, page: str = "overview", **query: str | list[str]) -> AppTest:
    """A page in a new tab, with a session or without."""
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    if session_id is not None:
        app.session_state[session.ID] = session_id
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    return app


def explore(page: str = "overview", **query: str | list[str]) -> AppTest:
    """The page in the demo workspace, when everything it needs has been read."""
    return read(tab(page=page, **query).button(key="demo").click().run())


def sign_in(url: str, user: str, password: str, page: str = "overview") -> AppTest:
    """The page after signing in on a typed address."""
    app = tab(page=page)
    app.text_input(key="signin_url").set_value(url)
    app.text_input(key="signin_user").set_value(user)
    app.text_input(key="signin_password").set_value(password)
    return app.button[0].click().run()


def sound(app: AppTest) -> AppTest:
    """The same tab. Fails where it shows an exception or an error."""
    assert not app.exception, [error.message for error in app.exception]
    assert not app.error, [error.value for error in app.error]
    return app


def text_of(app: AppTest) -> str:
    """What is written on the page."""
    parts = [*app.title, *app.header, *app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(str(part.value) for part in parts)


def read(app: AppTest) -> AppTest:
    """The tab when everything is read."""
    for _ in range(40):
        if not any(str(button.key).startswith("stop_") for button in app.button):
            return app
        for run in [*runtimes.runtime().jobs._runs.values()]:
            run.over.wait(2)
        app.run()
    raise AssertionError("the reading does not end")


def shows_figures(app: AppTest) -> bool:
    """Whether any number, chart or table is on the page."""
    return bool(app.metric or app.get("plotly_chart") or app.dataframe)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket of this process is connected to, or tried to be."""
    asked: list[Any] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def watched(self: socket.socket, address: Any) -> None:
        asked.append(address)
        connect(self, address)

    def watched_ex(self: socket.socket, address: Any) -> int:
        asked.append(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket.socket, "connect_ex", watched_ex)
    return asked


@pytest.fixture
def workspace(clock: Clock) -> Iterator[DemoServer]:
    """A workspace to sign in to."""
    with DemoServer(Options(rooms=40, today=TODAY, rate_limit=0), clock=clock) as server:
        yield server


@pytest.fixture
def dashboard(tmp_path: Path, clock: Clock) -> Iterator[runtimes.Runtime]:
    """A process of the test's own, in which any address may be typed."""
    with process(tmp_path, clock, WORKSPACE_ALLOW_TYPED_URL="true") as built:
        yield built

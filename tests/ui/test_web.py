"""The routes around the pages, and in a browser: how the cookie comes, stays, and cannot be taken or forged."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import Message, Scope

from engagement.errors import InvalidSettings, SignedOut
from engagement.settings.keys import EVERYONE, PROXY_HEADER, AccessRules
from engagement.storage.sessions import Signed
from engagement.ui import runtime, web
from engagement.ui.runtime import Runtime
from tests import ROOT
from tests.support.clock import NOON, Clock

pytest_plugins = ["tests.support.browser_fixtures"]

ADA = Signed("https://chat.example.org", "u-ada", "ada", "Ada", "password", "sesame", frozenset({"view"}))


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def error(self) -> str:
        return str(json.loads(self.body)["error"])


def in_a_loop(work: Coroutine[Any, Any, None]) -> None:
    """Runs it in a thread: in this one, the browser of other tests may have a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result(30)


def ask(app: Starlette, method: str, path: str, body: bytes = b"", scheme: str = "http", **headers: str) -> Answer:
    """One request to the application, without a server; ``_`` in the name of a header stands for ``-``."""
    answer = Answer()
    named = {"host": "dash.example.org"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("203.0.113.7", 50000),
        "server": ("dash.example.org", 80),
    }
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)] or [b""]

    async def receive() -> Message:
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    in_a_loop(app(scope, receive, send))
    return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    built = runtime.build({}, folder=tmp_path / "data", clock=clock)
    runtime.use(built)
    yield built
    runtime.use(None)


@pytest.fixture
def app(shared: Runtime) -> Starlette:
    return Starlette(routes=web.routes(), middleware=[Middleware(web.SecurityHeaders)])


def ticket_body(ticket: object) -> bytes:
    return json.dumps({"ticket": ticket}).encode()


def test_a_ticket_is_exchanged_for_a_cookie_that_no_script_can_read(app: Starlette, shared: Runtime) -> None:
    session_id = shared.sessions.begin(ADA)
    answer = ask(app, "POST", "/session/begin", ticket_body(shared.sessions.ticket(session_id)))
    assert (answer.status, answer.body) == (204, b"")
    attributes = answer.headers["set-cookie"].split("; ")
    assert attributes[0] == f"engagement_session={session_id}"
    assert set(attributes[1:]) == {"HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=lax"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_ticket_sets_a_cookie_once_and_only_within_its_minute(app: Starlette, shared: Runtime, clock: Clock) -> None:
    session_id = shared.sessions.begin(ADA)
    used, late = shared.sessions.ticket(session_id), shared.sessions.ticket(session_id)
    assert ask(app, "POST", "/session/begin", ticket_body(used)).status == 204
    clock.forward(seconds=60)
    for ticket in (used, late, session_id, "", "x" * 43, None, 3, ["a"]):
        answer = ask(app, "POST", "/session/begin", ticket_body(ticket))
        assert answer.status == 403
        assert "set-cookie" not in answer.headers
        assert answer.error == "This ticket is not valid any more. Sign in again."


@pytest.mark.parametrize("body", [b"", b"ticket=x", b"[]", b"{}", b"3", b'"ticket"', b"\xff\xfe", b"null"])
def test_a_request_without_a_ticket_is_refused(app: Starlette, body: bytes) -> None:
    answer = ask(app, "POST", "/session/begin", body)
    assert answer.status == 400
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("scheme", "headers", "secure"),
    [("http", {}, False), ("https", {}, True), ("http", {"x_forwarded_proto": "https"}, True)],
)
def test_behind_tls_the_cookie_is_secure(
    app: Starlette, shared: Runtime, scheme: str, headers: dict[str, str], secure: bool
) -> None:
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    for path in ("/session/begin", "/session/end"):
        answer = ask(app, "POST", path, body, scheme, **headers)
        assert ("Secure" in answer.headers["set-cookie"].split("; ")) is secure


def test_under_a_base_path_the_cookie_is_for_that_path_alone(shared: Runtime) -> None:
    app = Starlette(routes=web.routes(web.base_path("/engagement/")))
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    assert ask(app, "POST", "/session/begin", body).status == 404
    answer = ask(app, "POST", "/engagement/session/begin", body)
    assert "Path=/engagement" in answer.headers["set-cookie"].split("; ")
    assert ask(app, "GET", "/engagement/healthz").status == 200


def test_signing_out_ends_the_session_and_clears_the_cookie(app: Starlette, shared: Runtime) -> None:
    session_id, other = shared.sessions.begin(ADA), shared.sessions.begin(ADA)
    answer = ask(app, "POST", "/session/end", cookie=f"engagement_session={session_id}; other=1")
    assert answer.status == 204
    assert answer.headers["set-cookie"].startswith('engagement_session=""; ')
    assert "Max-Age=0" in answer.headers["set-cookie"]
    with pytest.raises(SignedOut):
        shared.sessions.find(session_id)
    assert shared.sessions.find(other).username == "ada"
    for cookies in ({}, {"cookie": "engagement_session=forged"}, {"cookie": f"engagement_session={session_id}"}):
        assert ask(app, "POST", "/session/end", **cookies).status == 204


OTHER_SITES = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site", "origin": "http://dash.example.org"},
    {"sec_fetch_site": "none"},
    {"origin": "https://evil.example"},
    {"origin": "http://dash.example.org.evil.example"},
    {"origin": "http://dash.example.org:8080"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://[broken"},
]


@pytest.mark.parametrize("headers", OTHER_SITES)
def test_a_request_of_another_site_changes_nothing(app: Starlette, shared: Runtime, headers: dict[str, str]) -> None:
    session_id = shared.sessions.begin(ADA)
    ticket = shared.sessions.ticket(session_id)
    begun = ask(app, "POST", "/session/begin", ticket_body(ticket), **headers)
    ended = ask(app, "POST", "/session/end", cookie=f"engagement_session={session_id}", **headers)
    for answer in (begun, ended):
        assert answer.status == 403
        assert "set-cookie" not in answer.headers
    assert shared.sessions.find(session_id).username == "ada"
    assert shared.sessions.redeem(ticket) == session_id, "the ticket was not used up"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "http://seen.by.the.proxy"},
        {"origin": "http://dash.example.org"},
        {"origin": "https://Dash.example.org"},
    ],
)
def test_a_request_of_the_page_itself_is_answered(app: Starlette, shared: Runtime, headers: dict[str, str]) -> None:
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    assert ask(app, "POST", "/session/begin", body, **headers).status == 204


def test_a_body_above_four_kibibytes_is_refused(app: Starlette, shared: Runtime) -> None:
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    for path in ("/session/begin", "/session/end"):
        assert ask(app, "POST", path, body + b" " * (4097 - len(body))).status == 413
    assert ask(app, "POST", "/session/begin", body + b" " * (4096 - len(body))).status == 204


def test_health_is_told_apart_from_readiness(app: Starlette, shared: Runtime, tmp_path: Path) -> None:
    assert ask(app, "GET", "/healthz").body == b"ok"
    assert ask(app, "GET", "/readyz").body == b"ready"
    runtime.use(runtime.build({"ENGAGEMENT_ARCHIVE_URL": f"sqlite:///{tmp_path}/absent/x"}, folder=tmp_path / "data"))
    assert ask(app, "GET", "/healthz").status == 200
    unready = ask(app, "GET", "/readyz")
    assert unready.status == 503
    assert unready.error.startswith("The database that keeps sessions")
    for path, body in (("/session/begin", ticket_body("x" * 43)), ("/session/end", b"")):
        answer = ask(app, "POST", path, body, cookie=f"engagement_session={'x' * 43}")
        assert answer.status == 503
        assert "set-cookie" not in answer.headers


def test_every_answer_carries_the_headers_that_protect_it(app: Starlette) -> None:
    for method, path in (("GET", "/healthz"), ("POST", "/session/begin"), ("GET", "/absent")):
        headers = ask(app, method, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]


PROXIED = AccessRules(PROXY_HEADER, "X-Forwarded-User", (ip_network("127.0.0.1"), ip_network("10.1.0.0/16")))


@pytest.mark.parametrize(
    ("access", "client", "seen"),
    [
        (PROXIED, ("127.0.0.1", 4000), ["ada"]),
        (PROXIED, ("10.1.2.3", 4000), ["ada"]),
        (PROXIED, ("10.2.0.1", 4000), []),
        (PROXIED, ("::1", 4000), []),
        (PROXIED, ("testclient", 4000), []),
        (PROXIED, None, []),
        (AccessRules(EVERYONE), ("10.2.0.1", 4000), ["ada"]),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_a_trusted_proxy_can_name_the_person(
    access: AccessRules, client: tuple[str, int] | None, seen: list[str], kind: str
) -> None:
    names: list[str] = []

    async def inner(scope: Scope, receive: object, send: object) -> None:
        names.extend(HTTPConnection(scope).headers.getlist("x-forwarded-user"))
        assert HTTPConnection(scope).headers["host"] == "dash"

    scope = {"type": kind, "headers": [(b"host", b"dash"), (b"x-forwarded-user", b"ada")], "client": client}
    in_a_loop(web.TrustedHeader(inner, access)(scope, None, None))  # type: ignore[arg-type]
    assert names == seen


def test_the_runtime_is_built_once_and_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    runtime.use(None)
    first = runtime.runtime()
    assert runtime.runtime() is first
    assert first.sessions.find(first.sessions.begin(ADA)).username == "ada"
    runtime.use(None)
    again = runtime.runtime()
    assert again is not first
    assert (tmp_path / "channel-engagement" / "session.key").exists()
    runtime.use(None)


def test_the_runtime_goes_by_its_settings(tmp_path: Path, clock: Clock) -> None:
    key = "0123456789abcdef0123456789abcdef"
    environ = {"ENGAGEMENT_SESSION_KEY": key, "ENGAGEMENT_SESSION_HOURS": "2"}
    built = runtime.build(environ, folder=tmp_path / "data", clock=clock)
    found = built.sessions.find(built.sessions.begin(ADA))
    assert (found.expires_at - NOON).total_seconds() == 2 * 3600
    assert not (tmp_path / "data" / "session.key").exists(), "a configured key is not kept in a second place"
    assert key not in repr(built)
    built.store.close()


def test_a_wrong_configuration_is_told_again_until_it_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("ENGAGEMENT_SESSION_HOURS", "eight")
    runtime.use(None)
    for _ in range(2):
        with pytest.raises(InvalidSettings, match="ENGAGEMENT_SESSION_HOURS"):
            runtime.runtime()
    monkeypatch.setenv("ENGAGEMENT_SESSION_HOURS", "8")
    assert runtime.runtime().settings.session.hours == 8
    runtime.use(None)


def test_a_wrong_configuration_stops_the_start_with_one_sentence_per_fault(tmp_path: Path) -> None:
    environ = os.environ | {
        "XDG_DATA_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "ENGAGEMENT_SESSION_HOURS": "eight",
        "ENGAGEMENT_LIMITS_COPIES": "none",
    }
    started = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert "The dashboard does not start." in started.stderr
    assert "ENGAGEMENT_SESSION_HOURS must be a number of hours" in started.stderr
    assert "ENGAGEMENT_LIMITS_COPIES must be a whole number" in started.stderr
    assert "Traceback" not in started.stderr + started.stdout


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
        handover.clear_cookie()
else:
    st.write(f"Hello {session.name}")
    if ticket := state.pop("ticket", None):
        handover.hand_over(ticket)
    if st.button("Sign out"):
        runtime().sessions.end(session.id)
        state.pop("id", None)
        state.clear = True
        st.rerun()
"""
APP = """
import streamlit as st
from starlette.middleware import Middleware
from engagement.ui import web
app = st.App(
    "page.py",
    routes=web.routes(web.base_path(st.get_option("server.baseUrlPath"))),
    middleware=[Middleware(web.SecurityHeaders)],
)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A small application with a sign-in of one click, served at ``/engagement`` with its data in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}/engagement"
        (folder / "page.py").write_text(PAGE)
        (folder / "app.py").write_text(APP)
        self.log = (folder / "log").open("w")

    def start(self) -> None:
        options = {"address": "127.0.0.1", "port": self.port, "baseUrlPath": "engagement"}
        fixed = {"server.headless": "true", "server.fileWatcherType": "none", "browser.gatherUsageStats": "false"}
        arguments = [f"--server.{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *arguments, *(f"--{k}={v}" for k, v in fixed.items())],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(self.folder / "data")},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).text == "ready":
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    application = Served(tmp_path_factory.mktemp("served"))
    application.start()
    yield application
    application.stop()
    application.log.close()


def opens(context: BrowserContext, url: str, text: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_text(text, exact=True)).to_be_visible(timeout=15_000)
    return page


def kept(context: BrowserContext) -> dict[str, object]:
    return next((dict(cookie) for cookie in context.cookies() if cookie["name"] == web.COOKIE), {})


def test_in_a_browser_the_session_survives_refresh_second_tab_and_restart_until_signing_out(
    served: Served, context: BrowserContext
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
def foreign(served: Served) -> Iterator[str]:
    """Another site with one page for each attack: ``localhost`` is not the site of ``127.0.0.1``."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html = ATTACKS.get(self.path.strip("/"), str)(served.url).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(html)))
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_in_a_browser_another_site_can_neither_end_a_session_nor_frame_the_page(
    served: Served, foreign: str, context: BrowserContext
) -> None:
    page = opens(context, served.url, "Sign in")
    with page.expect_response("**/session/begin"):
        page.get_by_role("button", name="Sign in").click()
    for attack in ("form", "fetch"):
        evil = context.new_page()
        with evil.expect_response("**/session/end") as answered:
            evil.goto(f"{foreign}/{attack}")
        assert answered.value.status == 403
    framing = context.new_page()
    refused: list[str] = []
    framing.on("console", lambda message: refused.append(message.text))
    framing.goto(f"{foreign}/frame")
    assert any("frame-ancestors" in text for text in refused), refused
    page.reload()
    expect(page.get_by_text("Hello Ada")).to_be_visible()

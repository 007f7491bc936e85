"""The routes around the pages: how a session gets its cookie and loses it, and what no other site can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import Message, Scope

from engagement.errors import SignedOut
from engagement.settings.keys import EVERYONE, PROXY_HEADER, AccessRules
from engagement.storage.sessions import Signed
from engagement.ui import runtime, web
from engagement.ui.doors import Names, TrustedHeader, base_path
from engagement.ui.headers import SecurityHeaders
from engagement.ui.runtime import Runtime
from engagement.ui.tabs import name_of
from tests.support.clock import Clock
from tests.support.faults import REFUSED, SAID, fault

pytestmark = fault(kind="Doors", at="request of a test", seen="web server")

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
def shared(tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    built = runtime.build({}, folder=tmp_path / "data", clock=clock.moment)
    runtime.use(built)
    yield built
    runtime.use(None)


@pytest.fixture
def app(shared: Runtime) -> Starlette:
    names = Names(["http://dash.example.org"])
    return Starlette(routes=web.routes(names=names), middleware=[Middleware(SecurityHeaders)])


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


@fault("a ticket that is used, late or forged", REFUSED, "403, no cookie")
def test_a_ticket_sets_a_cookie_once_and_only_within_its_minute(app: Starlette, shared: Runtime, clock: Clock) -> None:
    session_id = shared.sessions.begin(ADA)
    used, late = shared.sessions.ticket(session_id), shared.sessions.ticket(session_id)
    assert ask(app, "POST", "/session/begin", ticket_body(used)).status == 204
    clock.forward(seconds=60)
    for ticket in (used, late, session_id, "", "x" * 43, "\ud800", "\x00"):
        answer = ask(app, "POST", "/session/begin", ticket_body(ticket))
        assert answer.status == 403
        assert "set-cookie" not in answer.headers
        assert answer.error == "This ticket is not valid any more. Sign in again."


MALFORMED = {
    "nothing": b"",
    "a form": b"ticket=x",
    "no JSON": b'{"ticket": ',
    "another type": b"[]",
    "a number": b"3",
    "a text": b'"ticket"',
    "null": b"null",
    "missing": b'{"tickets": "x"}',
    "a ticket that is null": b'{"ticket": null}',
    "a ticket that is a number": b'{"ticket": 3}',
    "a ticket that is a list": b'{"ticket": ["x"]}',
    "a huge number": b'{"ticket": ' + b"9" * 4000 + b"}",
    "a huge exponent": b'{"ticket": 1e999999}',
    "no number": b'{"ticket": NaN}',
    "not UTF-8": b'{"ticket": "\xff\xfe"}',
    "UTF-16": '{"ticket": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"ticket": "x"}',
    "nested lists": b"[" * 4096,
    "nested objects": b'{"ticket":' * 400,
    "a nested ticket": b'{"ticket": ' + b"[" * 2000 + b"]" * 2000 + b"}",
}


@fault("{body} in place of a ticket", REFUSED, "400, no cookie")
@pytest.mark.parametrize("body", MALFORMED)
def test_a_request_without_a_ticket_is_refused(app: Starlette, body: str) -> None:
    answer = ask(app, "POST", "/session/begin", MALFORMED[body])
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
    app = Starlette(routes=web.routes(base_path("/engagement/")))
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
    {"origin": "https://dash.example.org"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://[broken"},
]


def said(headers: dict[str, str]) -> str:
    return ", ".join(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())


@fault(
    lambda headers: f"/session/begin and /session/end with {said(headers)}", REFUSED, "403; nothing is used up or ended"
)
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
        {"origin": "HTTP://Dash.example.org:80"},
    ],
)
def test_a_request_of_the_page_itself_is_answered(app: Starlette, shared: Runtime, headers: dict[str, str]) -> None:
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    assert ask(app, "POST", "/session/begin", body, **headers).status == 204


@fault("a body above four kibibytes", REFUSED, "413")
def test_a_body_above_four_kibibytes_is_refused(app: Starlette, shared: Runtime) -> None:
    body = ticket_body(shared.sessions.ticket(shared.sessions.begin(ADA)))
    for path in ("/session/begin", "/session/end"):
        assert ask(app, "POST", path, body + b" " * (4097 - len(body))).status == 413
    assert ask(app, "POST", "/session/begin", body + b" " * (4096 - len(body))).status == 204


@fault("the database is away", SAID, "alive, not ready; 503 for sign-in and sign-out", at="database")
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


@fault(
    lambda seen, client, kind: f"a {kind} from {client[0] if client else 'nowhere'} names a person" if not seen else "",
    REFUSED,
    "nobody is named",
)
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
    in_a_loop(TrustedHeader(inner, access)(scope, None, None))  # type: ignore[arg-type]
    assert names == seen


def test_ending_a_session_by_its_cookie_closes_the_connections_of_its_person(
    app: Starlette, shared: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(runtime.runtime().clients, "close", closed.append)
    session_id = shared.sessions.begin(ADA)
    assert ask(app, "POST", "/session/end", cookie=f"engagement_session={session_id}").status == 204
    assert closed == [name_of(session_id)]

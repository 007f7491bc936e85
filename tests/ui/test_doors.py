"""What reaches the framework: by which names, from which pages, and which of its routes."""

from __future__ import annotations

import socket as sockets
from collections.abc import Iterator

import pytest
import requests
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from engagement.ui.doors import Names
from tests.support.dashboard import Dashboard
from tests.support.faults import REFUSED, fault

pytestmark = fault(kind="Doors", at="request of a test", seen="web server")

DASH = "https://dash.example.org"


def is_known(host: str, *addresses: str) -> bool:
    return Names(addresses).known(Headers({"host": host}))


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8501", "127.0.0.1:8501", "127.8.9.10", "[::1]:8501"])
def test_the_machines_own_names_are_always_known(host: str) -> None:
    assert is_known(host)
    assert is_known(host, DASH)


@fault(lambda host: f"Host: {host or 'none'}", REFUSED, "no name of the dashboard")
@pytest.mark.parametrize(
    "host",
    ["", "dash.example.org", "localhost.evil.example", "127.0.0.1.evil.example", "evil@localhost", "localhost/x",
     "localhost:port", "localhost:0", "10.0.0.1", "[::2]", "[::1", "0.0.0.0", "localhost, evil.example"],
)  # fmt: skip
def test_no_other_name_is_known_unless_it_is_configured(host: str) -> None:
    assert not is_known(host)


def test_a_configured_address_is_known_whatever_the_port_and_the_letters() -> None:
    assert is_known("dash.example.org", DASH)
    assert is_known("Dash.Example.ORG:8443", DASH)
    assert not is_known("other.example.org", DASH)
    assert not Names([DASH]).known(Headers(raw=[(b"host", b"dash.example.org"), (b"host", b"localhost")]))
    assert not Names([DASH]).known(Headers({}))


def comes_from(origin: str, host: str, scheme: str = "ws", *addresses: str) -> bool:
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    return Names(addresses).own_page({"type": "websocket", "scheme": scheme, "headers": headers})


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://localhost:8501", "localhost:8501", "ws"),
        ("http://127.0.0.1", "127.0.0.1:80", "ws"),
        ("https://localhost", "localhost", "wss"),
        ("http://[::1]:8501", "[::1]:8501", "ws"),
    ],
)
def test_the_page_of_the_request_itself_is_a_page_of_the_dashboard(origin: str, host: str, scheme: str) -> None:
    assert comes_from(origin, host, scheme)


@fault(lambda origin: f"a websocket from {origin or 'an empty Origin'}", REFUSED, "no page of its own")
@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8502", "http://localhost", "https://localhost:8501", "http://127.0.0.1:8501", "null", "",
     "http://localhost:8501.evil.example", "http://evil.example", "localhost:8501", "file://", "http://[broken"],
)  # fmt: skip
def test_another_port_scheme_or_name_is_another_site(origin: str) -> None:
    assert not comes_from(origin, "localhost:8501")


@fault("behind a proxy, another scheme, port or name than configured", REFUSED)
def test_behind_a_proxy_the_configured_address_is_the_only_one() -> None:
    for host in ("dash.example.org", "127.0.0.1:8501"):
        assert comes_from(DASH, host, "ws", DASH)
        assert comes_from("https://dash.example.org:443", host, "ws", DASH)
        for other in ("http://dash.example.org", "https://dash.example.org:8443", "https://example.org"):
            assert not comes_from(other, host, "ws", DASH)


@fault("two Origins", REFUSED)
def test_a_second_origin_is_none_of_the_dashboards() -> None:
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"origin", b"http://evil.example")]
    assert not Names().own_page({"type": "websocket", "scheme": "ws", "headers": headers})


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    environ = {"ENGAGEMENT_DASHBOARD_ADDRESS": f"{DASH}/engagement, http://10.1.2.3:8501"}
    with Dashboard(tmp_path_factory.mktemp("home"), base="engagement", **environ) as running:
        yield running


def status_of_a_socket(dashboard: Dashboard, origin: str | None, name: str = "127.0.0.1") -> int:
    """What a page of ``origin`` is answered that opens a websocket by this name of the machine."""
    try:
        with connect(
            f"ws://{name}:{dashboard.port}/engagement/_stcore/stream",
            sock=sockets.create_connection(("127.0.0.1", dashboard.port)),
            origin=None if origin is None else Origin(origin),
            subprotocols=[Subprotocol("streamlit")],
        ):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@fault("websockets of six other sites", REFUSED, "403 before the framework sees them", at="running dashboard")
def test_a_websocket_of_another_site_is_refused_before_it_is_accepted(dashboard: Dashboard) -> None:
    own = f"http://127.0.0.1:{dashboard.port}"
    assert status_of_a_socket(dashboard, own) == 101
    assert status_of_a_socket(dashboard, DASH) == 101
    assert status_of_a_socket(dashboard, None) == 101, "a program, which is no browser"
    others = [f"http://127.0.0.1:{dashboard.port + 1}", f"https://127.0.0.1:{dashboard.port}"]
    others += [f"http://localhost:{dashboard.port}", "http://dash.example.org", "https://evil.example", "null"]
    for other in others:
        assert status_of_a_socket(dashboard, other) == 403, other
    # The framework asks a host on the internet for this machine's address, before it refuses an Origin itself.
    assert "Rejecting WebSocket" not in dashboard.log()


def raw(dashboard: Dashboard, method: str, path: str, host: str | None = None) -> int:
    headers = {} if host is None else {"Host": host}
    address = f"http://127.0.0.1:{dashboard.port}{path}"
    return requests.request(method, address, headers=headers, timeout=10, allow_redirects=False).status_code


@fault("a name that was pointed here", REFUSED, "421, and 403 for a websocket", at="running dashboard")
def test_a_name_that_is_not_the_dashboards_gets_nothing_over_http_or_a_websocket(dashboard: Dashboard) -> None:
    for path in ("/engagement/", "/engagement/trends", "/engagement/healthz", "/engagement/_stcore/health"):
        assert raw(dashboard, "GET", path, "rebound.evil.example") == 421
        assert raw(dashboard, "GET", path, "dash.example.org") == 200
        assert raw(dashboard, "GET", path, "10.1.2.3:8501") == 200
    assert raw(dashboard, "POST", "/engagement/session/end", "rebound.evil.example") == 421
    # A page whose name has been pointed here since it was loaded.
    name = "rebound.evil.example"
    assert status_of_a_socket(dashboard, f"http://{name}:{dashboard.port}", name) == 403


CLOSED = [
    ("GET", "_stcore/metrics"),
    ("OPTIONS", "_stcore/metrics"),
    ("PUT", "_stcore/upload_file/some-session/some-file"),
    ("DELETE", "_stcore/upload_file/some-session/some-file"),
    ("OPTIONS", "_stcore/upload_file/some-session/some-file"),
    ("GET", "_stcore/script-health-check"),
    ("GET", "_stcore/agent/openapi.json"),
    ("POST", "_stcore/agent/interact"),
    ("POST", "_stcore/agent/mcp"),
    ("GET", "_stcore/bidi-components/a/b.js"),
    ("GET", "component/a/index.html"),
    ("GET", "app/static/a.txt"),
    ("GET", "auth/login"),
    ("GET", "auth/logout"),
    ("GET", "oauth2callback"),
    ("GET", "manifest.json"),
    ("GET", "no_such_page"),
    ("GET", "trends/more"),
    ("GET", "_stcore/health/more"),
    ("GET", "_stcore"),
]


@fault("{method} {path}", REFUSED, "404", at="running dashboard")
@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_route_of_the_framework_that_no_page_needs_is_closed(dashboard: Dashboard, method: str, path: str) -> None:
    assert raw(dashboard, method, f"/engagement/{path}") == 404


@fault("paths beside the base path", REFUSED, "404", at="running dashboard")
def test_nothing_outside_the_base_path_answers(dashboard: Dashboard) -> None:
    for path in ("/", "/healthz", "/_stcore/health", "/_stcore/metrics", "/engagement2/", "//engagement/"):
        assert raw(dashboard, "GET", path) == 404, path


@fault("writing to what pages read", REFUSED, "405", at="running dashboard")
def test_what_pages_need_can_be_read_and_not_written(dashboard: Dashboard) -> None:
    for path in ("", "top_channels", "report", "_stcore/health", "_stcore/host-config", "favicon.png"):
        assert raw(dashboard, "GET", f"/engagement/{path}") == 200, path
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            assert raw(dashboard, method, f"/engagement/{path}") == 405, (method, path)
    assert raw(dashboard, "GET", "/engagement/trends/") == 301

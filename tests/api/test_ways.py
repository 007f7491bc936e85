"""The ways to a workspace: through a forward proxy, through a gate, and to the place below its host where it lives."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from engagement.api.client import Account, Client
from engagement.api.guard import Way
from engagement.demo import DemoServer, Options
from engagement.errors import Gated, InvalidAddress, LedElsewhere, NotRocketChat, ProxyFailed
from engagement.settings.keys import Workspace
from tests.support.api_tools import answering, send
from tests.support.authority import Authority
from tests.support.between import basic, below, forward_proxy, gate
from tests.support.faults import EXACT, REFUSED, SAID, fault

pytestmark = fault(kind="Addresses and gates", at="server of the test", seen="client")

SECRET = "sesame-0123"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=5, rate_limit=0)) as running:
        yield running


def told(error: BaseException | None) -> str:
    """Everything that an error and what led to it say."""
    said = ""
    while error is not None:
        said += f"{error!r} {error} "
        error = error.__cause__ or error.__context__
    return said


def test_through_a_proxy_everything_is_read_and_its_password_reaches_nobody_else(server: DemoServer) -> None:
    with forward_proxy(basic(f"ada:{SECRET}")) as proxy:
        way = Way(proxy=f"http://ada:{SECRET}@127.0.0.1:{proxy.port}")
        with Client(server.url, way=way) as client:
            client.sign_in("manager", "manager")
            assert client.me().username == "manager"
            client.sign_out()
        assert SECRET not in repr(way)
    assert [one.split("/api/")[1] for one in proxy.asked] == ["info", "v1/login", "v1/me", "v1/logout"]
    assert all(server.url in one for one in proxy.asked)
    assert proxy.authorizations == {basic(f"ada:{SECRET}")}


def test_through_a_proxy_tls_is_with_the_workspace_itself(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Proxy-Authorization"))
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    authority = Authority(tmp_path)
    with forward_proxy(basic(f"ada:{SECRET}")) as proxy, answering(respond, authority.certify("localhost")) as url:
        way = Way(str(authority.bundle), f"http://ada:{SECRET}@127.0.0.1:{proxy.port}")
        with Client(url, way=way) as client:
            assert str(client.release()) == "8.4"
    assert proxy.asked == [f"CONNECT {url.removeprefix('https://')}"]
    assert seen == [None]


@fault(
    lambda fault, scheme: (
        f"{scheme} through a proxy {'with a wrong password' if fault == 'password' else 'that is away'}"
    ),
    SAID,
    "the proxy is named, its password is not",
)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fault", ["password", "nobody there"])
def test_a_proxy_that_refuses_or_is_not_there_is_named_without_its_password(scheme: str, fault: str) -> None:
    with forward_proxy("Basic other") as proxy, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = proxy.port if fault == "password" else unused.getsockname()[1]
        way = Way(proxy=f"http://ada:{SECRET}@127.0.0.1:{port}")
        with Client(f"{scheme}://127.0.0.1:9", way=way) as client, pytest.raises(ProxyFailed, match="proxy") as caught:
            client.release()
    assert SECRET not in told(caught.value)


@fault("{address}, typed, through a proxy", REFUSED, "the proxy is asked for nothing")
@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254", "https://169.254.169.254", "http://[::ffff:169.254.169.254]", "http://0xA9FEA9FE",
     "http://metadata.example.org", "https://metadata.example.org"],
)  # fmt: skip
def test_a_typed_address_that_may_not_be_asked_is_not_asked_through_a_proxy_either(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: int, **named: int) -> list[object]:
        return list(honest("169.254.169.254" if host == "metadata.example.org" else host, port, *more, **named))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with forward_proxy() as proxy:
        with Client(address, way=Way(proxy=f"http://127.0.0.1:{proxy.port}", guard=True)) as client:
            with pytest.raises(InvalidAddress, match="may not be asked"):
                client.release()
    assert proxy.asked == []


def test_a_typed_address_that_may_be_asked_is_asked_through_a_proxy(server: DemoServer) -> None:
    with forward_proxy() as proxy:
        with Client(server.url, way=Way(proxy=f"http://127.0.0.1:{proxy.port}", guard=True)) as client:
            assert str(client.release()) == "8.4"
    assert len(proxy.asked) == 1


@fault("a wrong password for a gate", SAID, "the gate is named, the password is not")
def test_a_gate_with_basic_authentication_lets_the_configured_header_through(server: DemoServer) -> None:
    with answering(gate(server.url, basic(f"ada:{SECRET}"))) as url:
        way = Way.by(Workspace(url=url, headers=(("Authorization", basic(f"ada:{SECRET}")),)), url)
        with Client(url, way=way) as client:
            account = client.sign_in("manager", "manager")
            assert client.me().user_id == account.user_id
        with Client(url, way=Way(headers=(("Authorization", basic("ada:wrong")),))) as client:
            with pytest.raises(Gated) as caught:
                client.sign_in("manager", "manager")
    assert basic(f"ada:{SECRET}") not in repr(way) + told(caught.value)


@fault("another scheme, port or host than the gate’s", REFUSED, "its headers stay here", at="settings")
def test_the_headers_of_a_gate_go_to_the_configured_host_alone() -> None:
    workspace = Workspace(url="https://chat.example.org/team", headers=(("X-Gate", SECRET),))
    assert Way.by(workspace, "https://chat.example.org/team").headers == (("X-Gate", SECRET),)
    assert Way.by(workspace, "https://chat.example.org").headers == (("X-Gate", SECRET),)
    for other in ("http://chat.example.org", "https://chat.example.org:8443", "https://chat.example.org.evil.example"):
        assert Way.by(workspace, other).headers == ()
    plain = Workspace(url="http://chat.example.org", headers=workspace.headers)
    assert Way.by(plain, "https://chat.example.org").headers, "the server has led to https"


@fault("a gate leads to another server", REFUSED, "that one is not asked, and gets no header")
def test_a_redirect_does_not_take_the_headers_of_a_gate_elsewhere() -> None:
    seen: list[str | None] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("X-Gate"))
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(elsewhere) as other, answering(lambda h: send(h, 302, b"", Location=f"{other}{h.path}")) as url:
        with Client(url, way=Way(headers=(("X-Gate", SECRET),))) as client, pytest.raises(LedElsewhere):
            client.release()
    assert seen == []


@fault("a workspace that lives at {path}", EXACT, "found, whichever of its pages was pasted")
@pytest.mark.parametrize("path", ["/home", "/group", "/channel", "/team/home"])
def test_a_workspace_that_lives_where_a_page_could_be_is_asked_there(path: str, server: DemoServer) -> None:
    with answering(below(path, server.url)) as url:
        for pasted in (path, f"{path}/", f"{path}/channel/general", f"{path}/home"):
            with Client(url + pasted) as client:
                client.sign_in("manager", "manager")
                assert client.address == url + path


@fault("a page of the workspace is pasted as its address", EXACT, "the page is cut")
def test_a_pasted_page_of_a_workspace_is_cut(server: DemoServer) -> None:
    with answering(below("", server.url)) as url:
        for pasted in ("/home", "/channel/general", "/group/x?msg=1"):
            with Client(url + pasted) as client:
                client.sign_in("manager", "manager")
                assert client.address == url
    with Client(f"{server.url}/home") as client:
        assert str(client.release()) == "8.4"
        assert client.address == server.url


def test_who_has_a_token_finds_the_place_before_the_first_question(server: DemoServer) -> None:
    user_id, token = server.personal_token("manager")
    with answering(below("", server.url)) as url, Client(f"{url}/home", Account(user_id, token, True)) as client:
        assert client.with_waits().me().username == "manager"
        assert client.with_waits().me().username == "manager"


@fault("a web site in place of a workspace", SAID)
def test_where_no_workspace_lives_no_place_is_one() -> None:
    with answering(lambda h: send(h, 200, b"<html>", Content_Type="text/html")) as url:
        with Client(f"{url}/home") as client, pytest.raises(NotRocketChat, match=re.escape(url)):
            client.release()


@fault("a host with ß", EXACT, "looked up, called and shown as one name, that of browsers")
def test_what_is_shown_of_an_international_address_is_what_is_looked_up_and_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        called.append(handler.headers["Host"])
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(respond) as url:
        port, looked_up = int(url.rsplit(":", 1)[1]), list[str]()

        def getaddrinfo(host: str, *_: object, **__: object) -> list[object]:
            looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        for guard in (False, True):
            with Client(f"http://straße.example:{port}", way=Way(guard=guard)) as client:
                client.release()
                assert client.address == f"http://xn--strae-oqa.example:{port}"
    assert set(looked_up) == {"xn--strae-oqa.example"}
    assert set(called) == {f"xn--strae-oqa.example:{port}"}

"""Workspaces with certificates: those of an organisation's own authority are trusted when it is named, others never."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engagement.api.client import Client
from engagement.api.guard import Way
from engagement.errors import InvalidSettings, Unreachable, Untrusted
from engagement.settings.keys import load
from tests.support.access_tools import process, tab
from tests.support.api_tools import answering, send
from tests.support.authority import Authority
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Addresses and gates", at="server of the test with TLS", seen="client")


@contextmanager
def serving(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a workspace on ``localhost`` with that certificate, and the paths it was asked for."""
    asked: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, 200, b'{"success":true,"version":"8.4"}')

    with answering(respond, certificate) as url:
        yield url, asked


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@fault("a certificate of an authority that is not named", SAID, "nothing is asked")
@pytest.mark.parametrize("guard", [False, True])
def test_an_authority_that_is_named_is_trusted_and_no_other(authority: Authority, guard: bool) -> None:
    with serving(authority.certify("localhost")) as (url, asked):
        with pytest.raises(Untrusted, match=r"certificate of https://localhost:\d+ is not trusted"):
            Client(url, way=Way(guard=guard)).release()
        assert asked == []
        assert str(Client(url, way=Way(str(authority.bundle), guard=guard)).release()) == "8.4"
        assert asked == ["/api/info"]


@fault("a certificate for another host", SAID, "nothing is asked")
@pytest.mark.parametrize("guard", [False, True])
def test_a_certificate_for_another_host_is_not_trusted(authority: Authority, guard: bool) -> None:
    with serving(authority.certify("chat.example.org")) as (url, asked):
        with pytest.raises(Untrusted):
            Client(url, way=Way(str(authority.bundle), guard=guard)).release()
        assert asked == []


def test_a_server_without_tls_does_not_answer_rather_than_being_distrusted() -> None:
    class Plain(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Plain) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        with pytest.raises(Unreachable) as caught:
            Client(f"https://127.0.0.1:{server.server_address[1]}").release()
        server.shutdown()
    assert type(caught.value) is Unreachable


@fault(
    lambda named: "" if named else "a certificate of an authority that is not named",
    SAID,
    "nothing is asked",
    seen="Sign-in",
)
@pytest.mark.parametrize("named", [True, False])
def test_on_the_sign_in_screen_the_setting_decides(authority: Authority, tmp_path: Path, named: bool) -> None:
    with serving(authority.certify("localhost")) as (url, asked):
        settings = {"WORKSPACE_CA_BUNDLE": str(authority.bundle)} if named else {}
        with process(tmp_path, WORKSPACE_URL=url, **settings):
            app = tab()
            app.text_input(key="signin_user").set_value("manager")
            app.text_input(key="signin_password").set_value("manager")
            app.button[0].click().run()
        assert not app.exception
        assert ("is not trusted" in app.error[0].value) is not named
        assert bool(asked) is named


@fault(
    lambda content: f"ca_bundle: {'a missing file' if content is None else content or 'an empty file'}",
    SAID,
    kind="Settings",
    at="file system",
    seen="settings",
)
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_a_fault_of_the_configuration(tmp_path: Path, content: str | None) -> None:

    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidSettings, match="ENGAGEMENT_WORKSPACE_CA_BUNDLE must be the path of a file"):
        load({"ENGAGEMENT_WORKSPACE_CA_BUNDLE": str(path)}, ())

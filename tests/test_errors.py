"""Every error of the client, made by a workspace or by something that is none, as one sentence in both interfaces."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.__main__ import main
from engagement.demo import DemoServer, Options
from engagement.ui import runtime as runtimes
from engagement.ui import signin
from tests import ROOT
from tests.support.clock import Clock
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace or a server of the test")

FRAME = ROOT / "engagement" / "ui" / "frame.py"
TODAY = date(2026, 11, 22)
Given = tuple[str, str, str]


@contextmanager
def workspace(**options: object) -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=10, today=TODAY, **({"rate_limit": 0} | options)), clock=Clock()) as server:
        yield server


@contextmanager
def nobody() -> Iterator[Given]:
    yield "http://127.0.0.1:9", "manager", "manager"


@contextmanager
def a_web_page() -> Iterator[Given]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>a shop</html>")

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", "manager", "manager"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_wrong_password() -> Iterator[Given]:
    with workspace() as server:
        yield server.url, "manager", "wrong-one"


@contextmanager
def a_second_factor() -> Iterator[Given]:
    with workspace() as server:
        yield server.url, "twofactor", "twofactor"


@contextmanager
def too_many_attempts() -> Iterator[Given]:
    with workspace() as server:
        from engagement.api.client import Client
        from engagement.errors import Refused

        for _ in range(10):
            with pytest.raises(Refused):
                Client(server.url).sign_in("manager", "wrong-one")
        yield server.url, "manager", "manager"


@contextmanager
def no_permission() -> Iterator[Given]:
    with workspace() as server:
        yield server.url, "viewer", "viewer"


@contextmanager
def too_many_calls() -> Iterator[Given]:
    with workspace() as server:
        server.fail_next("login", "429", times=3)
        yield server.url, "manager", "manager"


@contextmanager
def garbage() -> Iterator[Given]:
    with workspace() as server:
        server.fail_next("/me", "garbage", times=None)
        yield server.url, "manager", "manager"


@contextmanager
def an_ended_session() -> Iterator[Given]:
    with workspace() as server:
        server.fail_next("/me", "401", times=3)
        yield server.url, "manager", "manager"


CASES: list[tuple[Callable[[], object], str]] = [
    (nobody, "does not answer"),
    (a_web_page, "is not a Rocket.Chat workspace"),
    (a_wrong_password, "Check both and try again"),
    (a_second_factor, "second factor"),
    (too_many_attempts, "too many failed attempts"),
    (no_permission, "view-engagement-dashboard"),
    (too_many_calls, "seconds"),
    (garbage, "cannot be read"),
    (an_ended_session, "ended this session"),
]


def cases(*without: Callable[[], object]) -> pytest.MarkDecorator:
    chosen = [case for case in CASES if case[0] not in without]
    return pytest.mark.parametrize(("situation", "sentence"), chosen, ids=[case[0].__name__ for case in chosen])


# A command waits for the rate limit at sign-in, however often it is told to.
@fault("{situation}", SAID, "“… {sentence} …”", seen="channels table")
@cases(too_many_calls)
def test_the_command_line_says_it_in_one_line(
    situation: Callable[[], object],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    with situation() as (url, user, password):  # type: ignore[attr-defined]
        for name, value in {"URL": url, "USER": user, "PASSWORD": password}.items():
            monkeypatch.setenv(f"ROCKETCHAT_{name}", value)
        monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", f"sqlite:///{tmp_path}/archive.sqlite3")
        assert main(["channels"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert sentence in line
    assert "wrong-one" not in line


@fault("{situation}", SAID, "“… {sentence} …”", seen="Sign-in")
@cases()
def test_the_sign_in_screen_says_it_beside_the_form(
    situation: Callable[[], object], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The screen waits out the rate limit up to a point; here that point is at once.
    monkeypatch.setattr(signin, "LONGEST_WAIT", 0.0)
    runtimes.use(runtimes.build({"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true"}, folder=tmp_path))
    try:
        with situation() as (url, user, password):  # type: ignore[attr-defined]
            app = AppTest.from_file(str(FRAME), default_timeout=60).run()
            app.text_input(key="signin_url").set_value(url)
            app.text_input(key="signin_user").set_value(user)
            app.text_input(key="signin_password").set_value(password)
            app.button[0].click().run()
        assert not app.exception
        assert sentence in "\n".join(str(box.value) for box in [*app.error, *app.info])
        assert app.text_input(key="signin_url").value == url
        assert not app.get("plotly_chart")
    finally:
        runtimes.use(None)

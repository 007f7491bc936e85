"""One HTTP session per person who is signed in, for everything that is read for them, and ended with theirs."""

from __future__ import annotations

import pytest

from engagement.api import transport
from engagement.api.client import Client
from engagement.demo import DemoServer
from engagement.errors import SignedOut
from engagement.ui import leaving, runtime
from tests.support.access_tools import read, shows_figures, signed_in, tab


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each HTTP session that was begun, in order, whether it was closed."""
    closed: list[bool] = []

    class Watched(transport._Session):
        def __init__(self) -> None:
            super().__init__()
            self.number = len(closed)
            closed.append(False)

        def close(self) -> None:
            closed[self.number] = True
            super().close()

    monkeypatch.setattr(transport, "_Session", Watched)
    return closed


def test_all_that_is_read_for_a_person_goes_over_one_http_session_which_ends_with_theirs(
    dashboard: runtime.Runtime, workspace: DemoServer, http: list[bool]
) -> None:
    session_id = signed_in(dashboard, workspace)
    http.clear()
    app = read(tab(session_id))
    assert shows_figures(app)
    assert read(tab(session_id)).button(key="read_again").click().run()
    assert http == [False]
    read(app).button(key="sign_out").click().run()
    leaving.revocations.wait(30)
    # Signing out took one more, with the short patience of a form.
    assert http == [True, True]


def test_of_very_many_people_the_one_who_asked_longest_ago_is_parted_from(
    monkeypatch: pytest.MonkeyPatch, http: list[bool]
) -> None:
    monkeypatch.setattr(runtime, "_MOST_CLIENTS", 3)
    clients = runtime.Clients()
    for name in ("ada", "bob", "cyd", "ada", "dan"):
        clients.of(name, lambda: Client("https://chat.example.org"))
    assert http == [False, True, False, False]
    clients.close("ada")
    clients.close("nobody")
    assert http == [True, True, False, False]
    clients.close_all()
    assert http == [True] * 4


def test_a_reading_that_goes_on_after_its_session_opens_no_connection_that_nobody_would_close(
    http: list[bool],
) -> None:
    clients = runtime.Clients()
    clients.of("ada", lambda: Client("https://chat.example.org"))
    clients.close("ada")
    with pytest.raises(SignedOut):
        clients.of("ada", lambda: Client("https://chat.example.org"))
    assert http == [True]

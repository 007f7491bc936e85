"""A mistake of ours on a page: one sentence and a way on, and nothing of what it held in the log."""

from __future__ import annotations

import logging

import pytest

from engagement.ui import cards
from tests.support.access_tools import explore, read, text_of
from tests.support.faults import SAID, fault

pytestmark = pytest.mark.usefixtures("dashboard")


@fault(
    "a mistake of ours on a page",
    SAID,
    "once; the log has its place alone",
    kind="Sessions and ends",
    at="test",
    seen="Overview",
)
def test_a_mistake_of_ours_is_said_once_and_logged_by_its_place_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("token-of-somebody")

    monkeypatch.setattr(cards, "row", broken)
    with caplog.at_level(logging.ERROR, logger="engagement"):
        app = explore()
    assert [error.value for error in app.error if "inside this dashboard (KeyError)" in error.value] == [
        error.value for error in app.error
    ]
    assert len(app.error) == 1
    assert not app.exception
    assert "test_frame_errors.py" in caplog.text
    assert "token-of-somebody" not in caplog.text + text_of(app)
    monkeypatch.undo()
    app.button(key="page_again").click()
    assert not read(app.run()).error

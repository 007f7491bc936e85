"""What a page waits for: a moment for all that it needs, and never for what is there or has turned out to be slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engagement.reading.jobs import Job, Jobs
from engagement.reading.workspace import Reader
from engagement.ui import loading
from engagement.ui.runtime import Runtime
from tests.support.access_tools import explore, process, shows_figures, sound, tab

Held = Callable[[str], None]
HELD = "held"


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Runtime]:
    with process(tmp_path) as built:
        yield built


class Waits:
    """The seconds that pages waited for what is held: they pass at once, and no others pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jobs: Jobs) -> None:
        self.passed = 0.0
        self._wait = Job.wait
        monkeypatch.setattr(Job, "wait", lambda job, seconds: self.wait(job, seconds))
        monkeypatch.setattr(loading, "time", SimpleNamespace(monotonic=lambda: self.passed))
        monkeypatch.setattr(jobs, "_monotonic", lambda: self.passed)

    def wait(self, job: Job[Any], seconds: float | None) -> bool:
        if job.key != HELD or not job.running:
            return self._wait(job, seconds)
        self.passed += seconds or 0.0
        return False

    def during(self, run: Callable[[], object]) -> float:
        """The seconds waited meanwhile."""
        before = self.passed
        run()
        return self.passed - before


@pytest.fixture
def waits(dashboard: Runtime, monkeypatch: pytest.MonkeyPatch) -> Waits:
    return Waits(monkeypatch, dashboard.jobs)


@pytest.fixture
def hold(dashboard: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Keeps a question of the reader from ever being answered, until the end of the test."""
    over = threading.Event()

    def held(question: str) -> None:
        def asked(reader: Reader, *_: object) -> Job[Any]:
            return dashboard.jobs.ask(HELD, reader.viewer, lambda _: over.wait(30), keep=0)

        monkeypatch.setattr(Reader, question, asked)

    yield held
    over.set()


def stops(app: AppTest) -> list[str]:
    return [str(button.key) for button in app.button if str(button.key).startswith("stop_")]


def test_a_page_without_its_reading_waits_for_it_once_and_its_filters_with_it(hold: Held, waits: Waits) -> None:
    app = tab()
    hold("activity")
    assert waits.during(app.button(key="demo").click().run) == loading.PATIENCE
    assert stops(app) == ["stop_rooms"]


def test_a_click_while_a_reading_goes_on_waits_for_nothing(hold: Held, waits: Waits) -> None:
    app = tab()
    hold("activity")
    app.button(key="demo").click().run()
    assert waits.during(app.sidebar.toggle(key="archived").set_value(True).run) == 0
    assert stops(app) == ["stop_rooms"]


@pytest.mark.parametrize("page", ["overview", "top_channels", "week_over_week"])
def test_a_click_while_weeks_arrive_waits_for_nothing_and_shows_the_figures(
    page: str, hold: Held, waits: Waits
) -> None:
    app = sound(explore(page))
    hold("judged_history")
    assert waits.during(app.run) == loading.PATIENCE
    assert waits.during(app.sidebar.toggle(key="archived").set_value(True).run) == 0
    assert stops(app) == ["stop_weeks"]
    assert shows_figures(app)

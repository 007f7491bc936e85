"""What a page waits for: a moment for all that it needs, and never for what is there or has turned out to be slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engagement.api.client import ChannelCounts, Client
from engagement.demo import DemoServer, Options
from engagement.reading.jobs import Job, Jobs, Teller
from engagement.reading.workspace import Reader
from engagement.ui import loading
from engagement.ui.runtime import Runtime
from tests.support.access_tools import (
    explore,
    process,
    read,
    shows_figures,
    signed_in,
    sound,
    tab,
    text_of,
)
from tests.support.clock import Clock

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


def test_what_ends_while_its_progress_is_drawn_is_shown_by_the_run_after(
    dashboard: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, drawn = threading.Event(), list[str]()
    job = dashboard.jobs.ask(HELD, "ada", lambda _: over.wait(30), keep=60)

    def follow(followed: Job[Any], unit: str) -> None:
        drawn.append(unit)
        over.set()
        assert followed.wait(30)

    monkeypatch.setattr(loading, "_follow", follow)
    monkeypatch.setattr(loading, "_wait", lambda _: None)
    assert [loading._arrived(job, "weeks") for _ in range(2)] == [False, True]
    assert drawn == ["weeks"]


def test_a_page_does_not_wait_for_weeks_that_pause_for_the_rate_limit(
    dashboard: Runtime, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sound(explore())
    pausing, over = threading.Event(), threading.Event()

    def work(tell: Teller[Any]) -> bool:
        tell.partial("some of the weeks")
        tell.waiting("the workspace allows no more", 60)
        pausing.set()
        return over.wait(30)

    def asked(reader: Reader, *_: object) -> Job[Any]:
        job = dashboard.jobs.ask(HELD, reader.viewer, work, keep=0)
        assert pausing.wait(30)
        return job

    monkeypatch.setattr(Reader, "judged_history", asked)
    assert waits.during(app.run) == 0
    assert stops(app) == ["stop_weeks"]
    assert shows_figures(app)
    over.set()


def test_a_period_of_kept_weeks_is_shown_and_marked_while_nothing_of_it_has_been_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, over, read_counts = Clock(), threading.Event(), Client.channel_counts

    def held(*asked: Any, **more: Any) -> ChannelCounts:
        assert over.wait(60)
        return read_counts(*asked, **more)

    # The clocks of server and dashboard are told apart by parts of a second, which make no other minute.
    clock.forward(seconds=30)
    with DemoServer(Options(rooms=30, rate_limit=0), clock=clock) as server:
        with process(tmp_path, clock, WORKSPACE_URL=server.url) as first:
            sound(read(tab(signed_in(first, server))))
        clock.forward(days=1, hours=1)
        with process(tmp_path, clock, WORKSPACE_URL=server.url) as second:
            app = sound(read(tab(signed_in(second, server))))
            monkeypatch.setattr(Client, "channel_counts", held)
            sound(app.sidebar.selectbox(key="period").set_value("Last 4 full weeks").run())
            assert shows_figures(app)
            assert stops(app) == ["stop_rooms"]
            said = text_of(app).replace("\\", "")
            assert "- Complete: no" in said
            assert "- Note: As of 2026-11-20 12:00 UTC, when its weeks were last read; being read anew." in said
            assert "read 20 Nov 2026, 12:00 UTC" in said
            over.set()
            said = text_of(sound(read(app)))
            assert "- Complete: yes" in said
            assert "being read anew" not in said
            assert "read 13:00 UTC" in said

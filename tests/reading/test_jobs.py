"""Reading as a job: joined, followed, stopped, kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from engagement.errors import EngagementError, NoPremiumModule, ReadingStopped, SignedOut, UnreadableAnswer
from engagement.reading.jobs import FAILURE_KEPT, GONE_AFTER, Jobs, Teller
from tests.support.clock import Clock


@pytest.fixture
def jobs(clock: Clock) -> Jobs:
    return Jobs(clock)


def gated(gate: threading.Event, done: list[str]) -> Callable[[Teller[str]], str]:
    def work(tell: Teller[str]) -> str:
        tell.stage("Reading")
        tell.progress(100, 250)
        assert gate.wait(10)
        tell.check()
        done.append("read")
        return "result"

    return work


def test_twenty_who_ask_for_the_same_at_once_cause_one_reading(jobs: Jobs) -> None:
    gate, done = threading.Event(), list[str]()
    asked = [jobs.ask("week", f"viewer {n}", gated(gate, done), keep=60) for n in range(20)]
    gate.set()
    assert {r.result(10) for r in asked} == {"result"}
    assert done == ["read"]


def test_another_key_is_another_reading(jobs: Jobs) -> None:
    done: list[str] = []
    gate = threading.Event()
    gate.set()
    for rights in ("all", "few"):
        jobs.ask(("week", rights), "ada", gated(gate, done), keep=60).result(10)
    assert done == ["read", "read"]


def test_a_result_is_kept_for_as_long_as_asked_and_not_longer(jobs: Jobs, clock: Clock) -> None:
    done: list[str] = []
    gate = threading.Event()
    gate.set()
    jobs.ask("week", "ada", gated(gate, done), keep=60).result(10)
    clock.now += 59
    jobs.ask("week", "bob", gated(gate, done), keep=60).result(10)
    assert done == ["read"]
    clock.now += 2
    jobs.ask("week", "bob", gated(gate, done), keep=60).result(10)
    assert done == ["read", "read"]


def test_forgetting_makes_the_next_one_read_again(jobs: Jobs) -> None:
    done: list[str] = []
    gate = threading.Event()
    gate.set()
    jobs.ask("week", "ada", gated(gate, done), keep=60).result(10)
    jobs.forget("week")
    jobs.ask("week", "ada", gated(gate, done), keep=60).result(10)
    assert done == ["read", "read"]


def test_a_running_reading_shows_how_far_it_is(jobs: Jobs, clock: Clock) -> None:
    told, gate = threading.Event(), threading.Event()

    def work(tell: Teller[str]) -> str:
        tell.stage("Reading messages per room")
        tell.progress(100, 250)
        tell.waiting("channels/list", 42.0)
        tell.partial("half")
        told.set()
        assert gate.wait(10)
        return "whole"

    reading = jobs.ask("week", "ada", work, keep=60)
    assert told.wait(10)
    clock.now += 2
    progress = reading.progress()
    assert (progress.stage, progress.done, progress.total) == ("Reading messages per room", 100, 250)
    assert (progress.pause, progress.elapsed) == (40.0, 2.0)
    assert reading.running
    assert reading.latest == "half"
    gate.set()
    assert reading.result(10) == "whole"
    assert not reading.running


def test_the_only_viewer_can_stop_a_reading_even_while_it_waits_for_the_rate_limit(jobs: Jobs) -> None:
    waiting = threading.Event()

    def work(tell: Teller[str]) -> str:
        waiting.set()
        tell.sleep(3600)
        return "never"

    reading = jobs.ask("week", "ada", work, keep=60)
    assert waiting.wait(10)
    reading.leave("ada")
    with pytest.raises(ReadingStopped):
        reading.result(10)


def test_one_viewer_who_leaves_does_not_stop_the_reading_of_another(jobs: Jobs) -> None:
    gate, done = threading.Event(), list[str]()
    reading = jobs.ask("week", "ada", gated(gate, done), keep=60)
    jobs.ask("week", "bob", gated(gate, done), keep=60)
    reading.leave("ada")
    gate.set()
    assert reading.result(10) == "result"


def test_a_viewer_who_has_not_looked_for_long_no_longer_holds_a_reading(jobs: Jobs, clock: Clock) -> None:
    gate, done = threading.Event(), list[str]()
    reading = jobs.ask("week", "closed the tab", gated(gate, done), keep=60)
    clock.now += GONE_AFTER + 1
    jobs.ask("week", "ada", gated(gate, done), keep=60)
    reading.leave("ada")
    gate.set()
    with pytest.raises(ReadingStopped):
        reading.result(10)
    assert done == []


def failing(error: Exception, tried: list[str]) -> Callable[[Teller[str]], str]:
    def work(tell: Teller[str]) -> str:
        tried.append("tried")
        raise error

    return work


def test_a_failure_is_shown_to_all_for_a_short_while_and_then_tried_again(jobs: Jobs, clock: Clock) -> None:
    tried: list[str] = []
    for viewer in ("ada", "bob"):
        with pytest.raises(NoPremiumModule):
            jobs.ask("week", viewer, failing(NoPremiumModule(), tried), keep=600).result(10)
    assert tried == ["tried"]
    clock.now += FAILURE_KEPT + 1
    with pytest.raises(NoPremiumModule):
        jobs.ask("week", "bob", failing(NoPremiumModule(), tried), keep=600).result(10)
    assert tried == ["tried", "tried"]


def test_the_ended_session_of_one_viewer_is_no_failure_of_another(jobs: Jobs) -> None:
    tried: list[str] = []
    with pytest.raises(SignedOut):
        jobs.ask("week", "ada", failing(SignedOut(), tried), keep=60).result(10)
    gate = threading.Event()
    gate.set()
    assert jobs.ask("week", "bob", gated(gate, tried), keep=60).result(10) == "result"


def test_a_mistake_in_a_reading_ends_it_with_a_sentence_and_leaves_nobody_waiting(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    reading = jobs.ask("week", "ada", failing(KeyError("x"), []), keep=60)
    with pytest.raises(UnreadableAnswer, match="KeyError"):
        reading.result(10)
    assert isinstance(reading.error, EngagementError)
    assert "a reading failed" in caplog.text

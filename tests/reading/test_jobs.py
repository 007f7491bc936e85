"""Reading as a job: joined, followed, stopped, kept for a while."""

from __future__ import annotations

import gc
import re
import threading
import weakref
from collections.abc import Callable
from datetime import date
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pytest

from engagement.errors import InternalError, NoPremiumModule, ReadingStopped, SignedOut, Unreachable
from engagement.numbers.periods import Period
from engagement.numbers.weeks import History
from engagement.reading.jobs import FAILURE_KEPT, GONE_AFTER, IN_USE, Job, Jobs, Teller, bytes_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, SAID, fault

pytestmark = fault(kind="Sessions and ends", at="work of a test", seen="reading")


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
    jobs.forget("week", "ada")
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
    reading.leave()
    with pytest.raises(ReadingStopped):
        reading.result(10)


def test_one_viewer_who_leaves_does_not_stop_the_reading_of_another(jobs: Jobs) -> None:
    gate, done = threading.Event(), list[str]()
    reading = jobs.ask("week", "ada", gated(gate, done), keep=60)
    other = jobs.ask("week", "bob", gated(gate, done), keep=60)
    reading.leave()
    gate.set()
    assert other.result(10) == "result"


@fault("a tab is closed while it reads", REFUSED, "nothing is read for it for long")
def test_a_viewer_who_has_not_looked_for_long_no_longer_holds_a_reading(jobs: Jobs, clock: Clock) -> None:
    gate, done = threading.Event(), list[str]()
    jobs.ask("week", "closed the tab", gated(gate, done), keep=60)
    clock.now += GONE_AFTER / 2
    reading = jobs.ask("week", "ada", gated(gate, done), keep=60)
    clock.now += GONE_AFTER / 2
    reading.leave()
    gate.set()
    with pytest.raises(ReadingStopped):
        reading.result(10)
    assert done == []


def failing(error: Exception, tried: list[str]) -> Callable[[Teller[str]], str]:
    def work(tell: Teller[str]) -> str:
        tried.append("tried")
        raise error

    return work


@fault("a reading fails for several who wait", SAID, "tried once for all, again after a while")
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


@fault("the session of who began a reading has ended", EXACT, "others read on their own")
def test_the_ended_session_of_one_viewer_is_no_failure_of_another(jobs: Jobs) -> None:
    tried: list[str] = []
    with pytest.raises(SignedOut):
        jobs.ask("week", "ada", failing(SignedOut(), tried), keep=60).result(10)
    gate = threading.Event()
    gate.set()
    assert jobs.ask("week", "bob", gated(gate, tried), keep=60).result(10) == "result"


def test_five_who_ask_for_what_fails_make_one_try_even_where_no_result_is_kept(jobs: Jobs, clock: Clock) -> None:
    tried: list[str] = []
    for n in range(5):
        clock.now += 1
        with pytest.raises(Unreachable):
            jobs.ask("check", f"viewer {n}", failing(Unreachable("there"), tried), keep=0.0).result(10)
    assert tried == ["tried"]


def test_who_tries_again_also_tries_again_what_made_it_fail(jobs: Jobs) -> None:
    tried: list[str] = []

    def whole(tell: Teller[str]) -> str:
        return jobs.ask("part", "ada", failing(Unreachable("there"), tried), keep=60).result_for(tell)

    for _ in range(2):
        job = jobs.ask("whole", "ada", whole, keep=60)
        with pytest.raises(Unreachable):
            job.result(10)
        job.forget()
    assert tried == ["tried", "tried"]


@fault("a mistake of ours in a reading", SAID, "its kind; the log has the place, not the text")
def test_a_mistake_of_ours_is_called_one_and_the_log_says_where_but_not_what_it_said(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_: Teller[str]) -> str:
        typed = "hunter2"
        raise KeyError(typed)

    with pytest.raises(
        InternalError, match=r"inside this dashboard \(KeyError\); the workspace is not at fault"
    ) as told:
        jobs.ask("week", "ada", work, keep=60).result(10)
    [line] = caplog.messages
    assert re.search(r"KeyError at \S+test_jobs\.py:\d+ in work, called from \S+jobs\.py:\d+ in _execute", line)
    assert "hunter2" not in caplog.text + str(told.value) + repr(told.value)
    assert told.value.__cause__ is None


def test_a_failure_that_is_kept_holds_nothing_of_what_it_was_met_with(jobs: Jobs) -> None:
    class Connection:
        """What a reading works with, and somebody who asks for it looks with."""

    held: list[weakref.ref[Connection]] = []

    def work(_: Teller[str]) -> str:
        here = Connection()
        held.append(weakref.ref(here))
        try:
            raise OSError(here)
        except OSError as exc:
            raise Unreachable("https://chat.example.org") from exc

    def looks(job: Job[str]) -> None:
        mine = Connection()
        held.append(weakref.ref(mine))
        with pytest.raises(Unreachable, match=re.escape("https://chat.example.org")):
            job.result(10)

    job = jobs.ask("week", "ada", work, keep=60)
    looks(job)
    gc.collect()
    assert str(job.error) == str(Unreachable("https://chat.example.org"))
    assert [one() for one in held] == [None, None]


def kept(jobs: Jobs, key: str, result: str) -> bool:
    """Whether ``key`` need not be read anew; if so, it has been used by this."""
    tried: list[str] = []

    def work(_: Teller[str]) -> str:
        tried.append(key)
        return result

    assert jobs.ask(key, "ada", work, keep=10_000).result(10) == result
    return not tried


def test_results_are_kept_up_to_a_size_and_the_least_recently_used_go_first(clock: Clock) -> None:
    jobs = Jobs(clock, size_of=lambda result: len(str(result)), most_bytes=10)
    for key in ("a", "b"):
        assert not kept(jobs, key, "4444")
        clock.now += IN_USE
    assert kept(jobs, "a", "4444")
    clock.now += IN_USE
    assert not kept(jobs, "c", "4444")
    assert kept(jobs, "a", "4444")
    assert kept(jobs, "c", "4444")
    assert not kept(jobs, "b", "4444")


def test_results_are_kept_up_to_a_number(clock: Clock) -> None:
    jobs = Jobs(clock, most_kept=2)
    for key in ("a", "b", "c"):
        assert not kept(jobs, key, key)
        clock.now += IN_USE
    assert [key for key in ("c", "b") if kept(jobs, key, key)] == ["c", "b"]
    assert not kept(jobs, "a", "a")


def test_no_result_goes_while_a_page_is_about_to_need_it(clock: Clock) -> None:
    jobs = Jobs(clock, size_of=lambda result: len(str(result)), most_bytes=10)
    assert not kept(jobs, "activity", "7" * 7)
    assert not kept(jobs, "weeks", "8" * 8)
    assert kept(jobs, "activity", "7" * 7)
    assert kept(jobs, "weeks", "8" * 8)


def test_what_is_made_of_a_result_after_it_arrived_counts_with_it(clock: Clock) -> None:
    jobs, grown, tried = Jobs(clock, size_of=len, most_bytes=10), ["4"] * 4, list[str]()

    def work(_: Teller[list[str]]) -> list[str]:
        tried.append("read")
        return grown

    assert jobs.ask("a", "ada", work, keep=10_000).result(10) is grown
    grown += ["5"] * 5
    clock.now += IN_USE
    assert not kept(jobs, "b", "22")
    assert jobs.ask("a", "ada", work, keep=10_000).result(10) is grown
    assert tried == ["read", "read"]


def test_the_size_of_a_result_is_that_of_its_tables() -> None:
    rooms = pd.DataFrame({"messages": np.zeros(1000, dtype="int64"), "before": np.zeros(1000, dtype="int64")})
    weeks = (Period(date(2026, 11, 9), date(2026, 11, 15)),)
    assert 16_000 <= bytes_of(rooms) <= 16_500
    history = History(weeks, rooms, ())
    assert 16_000 <= bytes_of(history) <= 19_000
    # What hangs on it while that is kept counts, and that itself only where it is kept.
    assert 16_000 <= bytes_of(WeakKeyDictionary({history: rooms})) <= 16_500
    assert 8_000 <= bytes_of((rooms["messages"], "text")) <= 9_000


def test_a_result_that_stays_keeps_nothing_of_looks_that_are_over(jobs: Jobs) -> None:
    table = jobs.ask("a", "ada", lambda _: {"rooms": pd.DataFrame({"messages": [1, 2]})}, keep=60).result(10)["rooms"]

    def looks() -> int:
        return len(table._mgr.blocks[0].refs.referenced_blocks)

    for _ in range(400):
        table["messages"]
    assert looks() >= 400
    jobs.ask("b", "ada", lambda _: "another", keep=60).result(10)
    assert looks() < 5
    assert table["messages"].tolist() == [1, 2]

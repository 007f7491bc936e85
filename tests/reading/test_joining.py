"""Joined jobs: nobody loses theirs by what befalls another, and nothing goes on that nobody wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from engagement.api.client import Client
from engagement.demo import DemoServer, Options
from engagement.errors import NoPermission, ReadingStopped, SignedOut
from engagement.numbers.periods import Period
from engagement.reading import jobs as jobs_module
from engagement.reading.jobs import GONE_AFTER, Job, Jobs, Teller
from tests.support.asking import reader_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, REFUSED, fault

pytestmark = fault(kind="Sessions and ends", at="work of a test", seen="reading")

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


@pytest.fixture
def jobs(clock: Clock) -> Jobs:
    return Jobs(clock)


class Work:
    """Work that waits until it is told what comes of it, or is stopped; ``began`` says in whose name it was done."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.stopped: list[str] = []
        self.started = threading.Event()
        self.go_on = threading.Event()
        self.ends: dict[str, Exception] = {}

    def of(self, name: str) -> Callable[[Teller[str]], str]:
        def work(tell: Teller[str]) -> str:
            self.began.append(name)
            self.started.set()
            while not self.go_on.wait(0.01):
                if tell.stop.is_set():
                    self.stopped.append(name)
                tell.check()
            if name in self.ends:
                raise self.ends[name]
            return f"read for {name}"

        return work


@fault(lambda refused: f"who began is refused: {type(refused).__name__}", EXACT, "who joined goes on in their own name")
@pytest.mark.parametrize("refused", [SignedOut(), NoPermission("view-room-administration")])
def test_whoever_joined_goes_on_in_their_own_name_when_the_account_that_began_is_refused(
    refused: Exception, jobs: Jobs
) -> None:
    work = Work()
    work.ends["ada"] = refused
    ada = jobs.ask("week", "ada", work.of("ada"), keep=60)
    others = [jobs.ask("week", name, work.of(name), keep=60) for name in ("bob", "eve", "joe", "kim")]
    work.go_on.set()
    with pytest.raises(type(refused)):
        ada.result(10)
    assert len({other.result(10) for other in others}) == 1
    assert len(work.began) == 2
    assert {other.error for other in others} == {None}


def test_a_page_that_only_looks_now_and_then_goes_on_in_its_own_name_as_well(jobs: Jobs) -> None:
    work = Work()
    work.ends["ada"] = SignedOut()
    ada = jobs.ask("week", "ada", work.of("ada"), keep=60)
    bob = jobs.ask("week", "bob", work.of("bob"), keep=60)
    work.go_on.set()
    assert ada.wait(10)
    assert (bob.running, bob.error) == (True, None) or bob.latest == "read for bob"
    assert bob.result(10) == "read for bob"


@fault("a part that another began ends with their session", EXACT, "it is read in the own name")
def test_a_job_that_waits_for_anothers_job_does_not_take_its_end_for_its_own(jobs: Jobs) -> None:
    """The activity of ada waits for the directory that bob began, and bob is signed out meanwhile."""
    directory = Work()
    directory.ends["bob"] = SignedOut()
    bob = jobs.ask("directory", "bob", directory.of("bob"), keep=60)
    assert directory.started.wait(10)

    def activity(tell: Teller[str]) -> str:
        return "activity, " + jobs.ask("directory", "ada", directory.of("ada"), keep=60).result_for(tell)

    ada = jobs.ask("activity", "ada", activity, keep=60)
    eve = jobs.ask("activity", "eve", activity, keep=60)
    directory.go_on.set()
    with pytest.raises(SignedOut):
        bob.result(10)
    assert ada.result(10) == eve.result(10) == "activity, read for ada"


def test_one_whose_own_account_is_refused_is_told_so_and_asks_no_second_time(jobs: Jobs) -> None:
    work = Work()
    work.ends |= {"ada": SignedOut(), "bob": SignedOut()}
    work.go_on.set()
    for name in ("ada", "bob"):
        for _ in range(2):
            with pytest.raises(SignedOut):
                jobs.ask("week", name, work.of(name), keep=60).result(10)
    assert work.began == ["ada", "bob"]


def test_those_who_share_an_account_share_its_refusal(jobs: Jobs) -> None:
    work = Work()
    work.ends["ada"] = SignedOut()
    work.go_on.set()
    for viewer in ("tab 1", "tab 2"):
        with pytest.raises(SignedOut):
            jobs.ask("admission", viewer, work.of("ada"), keep=0.0, account="ada").result(10)
    assert work.began == ["ada"]


def test_stop_is_stop_for_whoever_pressed_it_while_the_others_go_on(jobs: Jobs) -> None:
    work = Work()
    ada = jobs.ask("week", "ada", work.of("ada"), keep=60)
    bob = jobs.ask("week", "bob", work.of("bob"), keep=60)
    ada.leave()
    again = jobs.ask("week", "ada", work.of("ada"), keep=60)
    for job in (ada, again):
        assert not job.running
        with pytest.raises(ReadingStopped):
            job.result(10)
    assert bob.running
    again.forget()
    assert jobs.ask("week", "ada", work.of("ada"), keep=60).running
    work.go_on.set()
    assert bob.result(10) == "read for ada"
    assert work.began == ["ada"]


def test_after_stop_nothing_begins_anew_before_it_is_asked_to(jobs: Jobs) -> None:
    work = Work()
    jobs.ask("week", "ada", work.of("ada"), keep=60).leave()
    job = jobs.ask("week", "ada", work.of("ada"), keep=60)
    with pytest.raises(ReadingStopped):
        job.result(10)
    assert work.began == ["ada"]
    work.go_on.set()
    job.forget()
    assert jobs.ask("week", "ada", work.of("ada"), keep=60).result(10) == "read for ada"
    assert work.began == ["ada", "ada"]


def test_a_job_that_nobody_has_looked_at_for_long_stops_itself(jobs: Jobs, clock: Clock) -> None:
    work = Work()
    job = jobs.ask("week", "closed the tab", work.of("ada"), keep=60)
    for _ in range(3):
        clock.now += GONE_AFTER - 1
        assert job.running
        assert jobs.stop_unwanted()
    assert work.stopped == []
    clock.now += GONE_AFTER
    until_nothing_runs(jobs)
    assert work.stopped == ["ada"]


def until_nothing_runs(jobs: Jobs) -> None:
    ends = time.monotonic() + 10
    while jobs.stop_unwanted():
        assert time.monotonic() < ends
        threading.Event().wait(0.01)


def test_the_jobs_are_watched_without_anybody_asking(jobs: Jobs, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "WATCH_EVERY", 0.01)
    ended = threading.Event()

    def work(tell: Teller[str]) -> str:
        assert tell.stop.wait(10)
        ended.set()
        raise ReadingStopped

    jobs.ask("week", "closed the tab", work, keep=60)
    clock.now += GONE_AFTER
    assert ended.wait(10)


def test_whoever_waits_in_a_command_wants_it_however_long_it_takes(jobs: Jobs, clock: Clock) -> None:
    work, results = Work(), list[str]()
    job = jobs.ask("week", "command line", work.of("ada"), keep=60)
    waiter = threading.Thread(target=lambda: results.append(job.result(30)))
    waiter.start()
    while not job._run._waiting:
        threading.Event().wait(0.01)
    clock.now += 10 * GONE_AFTER
    assert jobs.stop_unwanted()
    work.go_on.set()
    waiter.join(10)
    assert results == ["read for ada"]
    assert work.stopped == []


def chained(jobs: Jobs, name: str, directory: Work) -> Job[str]:
    """The activity of a period, as ``name`` asks for it; it waits for the directory."""

    def activity(tell: Teller[str]) -> str:
        return jobs.ask("directory", name, directory.of(name), keep=60).result_for(tell)

    return jobs.ask(("activity", name), name, activity, keep=60)


def test_what_a_stopped_job_waited_for_stops_with_it(jobs: Jobs) -> None:
    directory = Work()
    activity = chained(jobs, "ada", directory)
    assert directory.started.wait(10)
    activity.leave()
    until_nothing_runs(jobs)
    assert directory.stopped == ["ada"]


def test_what_a_stopped_job_waited_for_goes_on_for_another_that_waits_for_it(jobs: Jobs) -> None:
    directory = Work()
    activity = chained(jobs, "ada", directory)
    assert directory.started.wait(10)
    other = chained(jobs, "bob", directory)
    while jobs.ask("directory", "nobody", directory.of("nobody"), keep=60)._run._waiting < 2:
        threading.Event().wait(0.01)
    activity.leave()
    while ("activity", "ada") in jobs._runs and jobs._runs["activity", "ada"].running:
        threading.Event().wait(0.01)
    directory.go_on.set()
    assert other.result(10) == "read for ada"
    assert directory.stopped == []


@fault(
    "stopped while it waits for the limit",
    REFUSED,
    "nothing more is asked",
    at="demo workspace",
    kind="Waits and limits",
)
def test_after_stop_the_workspace_is_asked_nothing_more() -> None:
    """The reader presses Stop while the directory waits for the rate limit."""
    with DemoServer(Options(rooms=30, today=date(2026, 11, 22), rate_limit=0), clock=Clock()) as server:
        reader = reader_of(server)
        facts = reader.facts().result(60)
        server.fail_next("rooms.adminRooms", "429")
        activity = reader.activity(facts, WEEK)
        while activity.progress().pause < 30:
            assert not activity.wait(0.01)
        activity.leave()
        until_nothing_runs(reader.jobs)
        assert server.count("rooms.adminRooms") == 1


@fault("a token ends while others wait for its reading", EXACT, "they go on with theirs", at="demo workspace")
def test_a_token_that_ends_for_one_reader_ends_nothing_for_the_others_who_joined() -> None:
    """Ada began the directory that bob's activity waits for; she signs out, and he goes on with his own token."""
    with DemoServer(Options(rooms=30, today=date(2026, 11, 22), rate_limit=0), clock=Clock()) as server:
        shared, began, go_on = Jobs(), threading.Event(), threading.Event()
        ada, bob = reader_of(server, "admin", jobs=shared), reader_of(server, "manager", jobs=shared)
        facts = ada.facts().result(60)

        def of_ada(tell: Teller[object]) -> Client:
            client = ada.make_client(tell)
            began.set()
            assert go_on.wait(30)
            client.sign_out()
            return ada.make_client(tell)

        directory = replace(ada, make_client=of_ada).directory(facts)
        assert began.wait(10)
        activity = bob.activity(facts, WEEK)
        while activity.latest is None:
            assert not activity.wait(0.01)
        go_on.set()
        with pytest.raises(SignedOut):
            directory.result(10)
        assert activity.result(30).directory == "full"

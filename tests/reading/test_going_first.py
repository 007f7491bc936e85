"""Who looks goes first: past weeks that are still arriving make nobody wait who asks for a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engagement.api.client import Client, Pace
from engagement.demo import DemoServer, Options
from engagement.numbers.periods import Period
from engagement.reading.jobs import Teller
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.weeks import CHANNELS, LAST, visit

# Nobody asked for any of them before: two of them five times, as the history pauses five times.
PERIODS = [Period(date(2026, 10, day), date(2026, 10, day + 3)) for day in range(1, 25)]


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    """At the limit that every account keeps to that is no administrator's."""
    with DemoServer(Options(rooms=60, timezone="UTC", rate_limit=10), clock=clock) as running:
        yield running


def sleeping(reader: Reader, sleep: Callable[[float], None]) -> Reader:
    make = reader.make_client

    def make_client(tell: Teller[Any]) -> Client:
        return make(tell).with_waits(sleep=sleep, on_wait=tell.waiting, stop=tell.stop)

    return replace(reader, make_client=make_client)


def two_readers(
    server: DemoServer, clock: Clock, archive: Archive, pause: Callable[[float], None]
) -> tuple[Reader, Reader]:
    """Of one process: one who sleeps as ``pause`` does, and one who makes the clock of the test go on."""
    pace = Pace(monotonic=clock)
    ada = visit(server, clock, archive, "manager", pace=pace)
    bob = replace(visit(server, clock, archive, "manager", pace=pace), jobs=ada.jobs, viewer="bob")
    return tuple(replace(sleeping(one, how), shared=True) for one, how in ((ada, pause), (bob, clock.sleep)))  # type: ignore[return-value]


def seconds_waited(reader: Reader, clock: Clock, periods: list[Period]) -> float:
    """How long ``reader`` waits for two new periods."""
    began, facts = clock.now, reader.facts().result(60)
    for period in (periods.pop(), periods.pop()):
        reader.activity(facts, period).result(60)
    return clock.now - began


def test_with_52_weeks_still_arriving_a_new_period_takes_no_longer_than_alone(server: DemoServer, clock: Clock) -> None:
    periods, waited, paused = list(PERIODS), list[float](), list[float]()

    def pause(seconds: float) -> None:
        # The history has used all that it may, and somebody asks for what nobody asked for before.
        waited.append(seconds_waited(bob, clock, periods))
        paused.append(seconds)
        clock.now += seconds

    ada, bob = two_readers(server, clock, empty_archive(), pause)
    facts = ada.facts().result(60)
    clock.forward(minutes=2)
    server.calls.clear()
    history = ada.history(facts, LAST, 52).result(60)
    assert history.missing == ()
    # Three came with the counting check, the others two a call: 25 calls, five a minute, with a pause in between.
    assert len(paused) == 4
    alone = visit(server, clock, empty_archive(), "manager", pace=Pace(monotonic=clock))
    clock.forward(minutes=2)
    assert waited == [seconds_waited(sleeping(alone, clock.sleep), clock, periods)] * 4 == [0] * 4


def test_a_history_whose_weeks_are_kept_is_there_while_another_pauses(server: DemoServer, clock: Clock) -> None:
    seen = []

    def pause(seconds: float) -> None:
        seen.append(bob.history(bob.facts().result(60), LAST, 6).result(10).missing)
        clock.now += seconds

    ada, bob = two_readers(server, clock, empty_archive(), pause)
    facts = ada.facts().result(60)
    ada.history(facts, LAST, 26).result(60)
    assert seen
    assert set(seen) == {()}
    assert server.count(CHANNELS) == 2 + 12

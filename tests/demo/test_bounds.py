"""What the demo workspace remembers of its callers does not grow for ever."""

from __future__ import annotations

from functools import partial

import pytest

from engagement.demo import accounts, documents, server
from engagement.demo.community import RoomSpec
from engagement.demo.limiter import RateLimiter
from tests.support.clock import Clock
from tests.support.demo_tools import NOW, Caller, workspaces


def test_only_the_last_calls_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CALLS_KEPT", 3)
    with workspaces() as start:
        running = start([RoomSpec("a")], {})
        caller = Caller(running)
        for count in range(1, 6):
            caller.get("channels.list", count=count)
        assert [query["count"] for _, _, query in running.calls] == ["3", "4", "5"]
        assert running.count("channels.list") == 3


def test_the_limiter_forgets_windows_that_are_over() -> None:
    clock = Clock(NOW)
    limiter = RateLimiter(clock)
    for number in range(50):
        limiter.call("GET /a", f"10.0.0.{number}", 10)
    assert len(limiter) == 50
    clock.now += 61
    limiter.call("GET /b", "10.0.0.1", 10)
    assert len(limiter) == 1


def test_the_limiter_keeps_the_addresses_that_called_last_where_there_are_too_many() -> None:
    limiter = RateLimiter(Clock(NOW), most=2)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        limiter.call("GET /a", address, 10)
    assert len(limiter) == 2
    assert limiter.call("GET /a", "10.0.0.3", 10).remaining == 8


def test_the_oldest_of_too_many_tokens_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "TOKENS_KEPT", 2)
    with workspaces() as start:
        running = start([RoomSpec("a")], {})
        callers = [Caller(running) for _ in range(3)]
        assert [caller.get("me").status_code for caller in callers] == [401, 200, 200]


def test_only_the_last_orders_of_the_rooms_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "ORDERS_KEPT", 2)
    with workspaces() as start:
        kept = start([RoomSpec("a")], {}).workspace.documents
        made: list[str] = []

        def order(name: str) -> list[RoomSpec]:
            made.append(name)
            return []

        for name in ("one", "two", "two", "three", "two", "one"):
            kept.remembered(name, partial(order, name))
        assert made == ["one", "two", "three", "one"]

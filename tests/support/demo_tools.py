"""What tests of the demo workspace share: a caller that speaks plain HTTP, and workspaces on a still clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from tests.support.clock import Clock

CHANNELS = "engagement-dashboard/channels/list"
SENT = "engagement-dashboard/messages/messages-sent"
# A Sunday; the last full week before it begins on Monday the 9th.
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC).timestamp()
DENIED = "User does not have the permissions required for this action [error-unauthorized]"
WEEK = {"start": "2026-11-09T09:45:00.000Z", "end": "2026-11-15T08:15:00.000Z"}


class Caller:
    """Calls one demo workspace as one of its accounts, or as nobody."""

    def __init__(self, server: DemoServer, username: str | None = "admin") -> None:
        self.server = server
        self.headers: dict[str, str] = {}
        if username is not None:
            user_id, token = server.personal_token(username)
            self.headers = {"X-User-Id": user_id, "X-Auth-Token": token}

    def get(self, path: str, **query: Any) -> requests.Response:
        """``path`` below /api/v1/."""
        return requests.get(f"{self.server.url}/api/v1/{path}", params=query, headers=self.headers, timeout=10)

    def post(self, path: str, **more: Any) -> requests.Response:
        return requests.post(f"{self.server.url}/api/v1/{path}", headers=self.headers, timeout=10, **more)

    def channels(self, **query: Any) -> dict[str, Any]:
        """The channel list of the week from the 9th to the 15th, unless told otherwise."""
        answer = self.get(CHANNELS, **{**WEEK, **query})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def counts(self, **query: Any) -> dict[str, tuple[int, int]]:
        """Messages and those of the window before, by room id."""
        rows = self.channels(**query)["channels"]
        return {row["room"]["_id"]: (row["messages"], row["lastWeekMessages"]) for row in rows}


def every_day(first: date, last: date, messages: int = 10) -> dict[date, int]:
    """The same count on every day, both ends included."""
    return {first + timedelta(days=n): messages for n in range((last - first).days + 1)}


def daily(week: date, now: int, before: int) -> dict[date, int]:
    """So many messages on each day of the week that begins with ``week``, and of the twenty weeks before."""
    start, last = week - timedelta(days=140), week + timedelta(days=6)
    return every_day(start, week - timedelta(days=1), before) | every_day(week, last, now)


def refusal(answer: requests.Response) -> tuple[int, dict[str, Any]]:
    """Status and body."""
    return answer.status_code, answer.json()


Start = Callable[..., DemoServer]


@contextmanager
def workspaces(clock: Clock | None = None) -> Iterator[Start]:
    """What starts a workspace with rooms, counts and options (no rate limit unless told), and stops it."""
    running: list[DemoServer] = []

    def start(rooms: list[RoomSpec], counts: dict[str, dict[date, int]], **options: Any) -> DemoServer:
        made = community(rooms, counts)
        server = DemoServer(
            Options(**{"rate_limit": 0, "timezone": "UTC", **options}), clock=clock or Clock(NOW), community=made
        )
        running.append(server.start())
        return server

    try:
        yield start
    finally:
        for server in running:
            server.stop()


def two_rooms(start: Start) -> Start:
    """Starts a workspace of a public and a private room."""
    rooms = [RoomSpec("a"), RoomSpec("b", type="p")]
    return lambda **options: start(rooms, {"a": every_day(TODAY - timedelta(days=30), TODAY)}, **options)


def log_in(server: DemoServer, **body: object) -> requests.Response:
    return Caller(server, None).post("login", json=body)

"""The rate limit: so many calls a minute for each route and client address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

INTERVAL_SECONDS = 60.0


@dataclass(frozen=True)
class Verdict:
    """Whether a call is allowed, how many are left, and when counting starts anew (seconds since 1970)."""

    allowed: bool
    limit: int
    remaining: int
    reset: float

    def headers(self) -> dict[str, str]:
        """The three headers of every limited answer; the reset is in milliseconds."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(round(self.reset * 1000)),
        }


class RateLimiter:
    """Counts calls in windows of a minute; a route's window begins with its first call after the last one ended."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began: dict[str, float] = {}
        self._calls: dict[tuple[str, str], int] = {}

    def call(self, route: str, address: str, limit: int) -> Verdict:
        """Counts one call of ``route`` from ``address``, refused calls too."""
        now = self._now()
        began = self._began.get(route)
        if began is None or now - began > INTERVAL_SECONDS:
            began = self._began[route] = now
            self._calls = {key: n for key, n in self._calls.items() if key[0] != route}
        calls = self._calls[route, address] = self._calls.get((route, address), 0) + 1
        return Verdict(calls <= limit, limit, max(limit - calls, 0), began + INTERVAL_SECONDS)

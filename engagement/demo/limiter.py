"""The rate limit: so many calls a minute for each route and client address."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL_SECONDS = 60.0


@dataclass(frozen=True)
class Allowance:
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
    """Counts calls in windows of a minute; a route's window begins with its first call after the last one ended.

    Windows that are over are forgotten, and so is whoever called first where more than ``most`` addresses call a
    route within one window.
    """

    def __init__(self, now: Callable[[], float], most: int = 10_000) -> None:
        self._now, self._most = now, most
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, dict[str, int]]] = {}

    def call(self, route: str, address: str, limit: int) -> Allowance:
        """Counts one call of ``route`` from ``address``, refused calls too."""
        with self._lock:
            now = self._now()
            if not self._runs(route, now):
                self._windows = {other: window for other, window in self._windows.items() if self._runs(other, now)}
                self._windows[route] = (now, {})
            began, calls = self._windows[route]
            count = calls[address] = calls.get(address, 0) + 1
            if len(calls) > self._most:
                del calls[next(iter(calls))]
        return Allowance(count <= limit, limit, max(limit - count, 0), began + INTERVAL_SECONDS)

    def __len__(self) -> int:
        """How many counts are kept, over all routes and addresses."""
        return sum(len(calls) for _, calls in self._windows.values())

    def _runs(self, route: str, now: float) -> bool:
        return route in self._windows and now - self._windows[route][0] <= INTERVAL_SECONDS

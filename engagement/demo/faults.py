"""Faults that a test queues: what goes wrong between a client and a real workspace."""

from __future__ import annotations

from collections import deque
from typing import Literal, get_args

Fault = Literal["429", "500", "html", "garbage", "cut", "unauthorized", "hang"]


class Faults:
    """Faults by the end of a path, each used up by one call."""

    def __init__(self) -> None:
        self._queued: deque[tuple[str, Fault]] = deque()

    def queue(self, path: str, fault: Fault, times: int = 1) -> None:
        """The next ``times`` calls of a path with this end meet ``fault``. Raises ValueError for an unknown fault."""
        if fault not in get_args(Fault):
            raise ValueError(f"There is no fault called {fault!r}; choose one of {', '.join(get_args(Fault))}.")
        self._queued.extend([(path, fault)] * times)

    def take(self, path: str) -> Fault | None:
        """The fault that this call meets, if any."""
        for position, (end, fault) in enumerate(self._queued):
            if path.endswith(end):
                del self._queued[position]
                return fault
        return None

    def clear(self) -> None:
        """Forget the faults that no call has met."""
        self._queued.clear()

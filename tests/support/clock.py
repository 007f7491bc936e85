"""The clock of the tests: it stands still until told, so that no test waits or depends on the time of day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# A Friday; the last full week began on Monday the 9th.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    """Seconds since 1970 that pass only when told to, or while somebody sleeps; ``slept`` lists the sleeps."""

    def __init__(self, now: float = NOON.timestamp()) -> None:
        self.now = self._began = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def moment(self) -> datetime:
        """The same as an instant, for whatever goes by instants."""
        return datetime.fromtimestamp(self.now, UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts).total_seconds()

    def put(self, *, ahead: timedelta) -> None:
        """Puts the clock so far ahead of where it began."""
        self.now = self._began + ahead.total_seconds()

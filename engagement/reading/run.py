"""One run of a job: who wants it, how far it is, and how it learns that it shall stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from engagement.api.pace import LIMITED
from engagement.errors import EngagementError, NoPremiumModule, ReadingStopped, Refused
from engagement.numbers.receipt import NOTHING_READ

T = TypeVar("T")

# Browsers wake a tab in the background once a minute. Whoever has not looked for longer has closed theirs, and a job
# that nobody else looks at or waits for is stopped.
GONE_AFTER = 90.0
FAILURE_KEPT = 30.0
INCOMPLETE_KEPT = 180.0


@dataclass(frozen=True)
class Progress:
    """Where a job stands: what it does, how many of how many (None where unknown), seconds left of a pause.

    ``why`` it pauses; ``unit`` says what is counted. ``later`` are seconds of pauses that will follow the present one,
    as far as known.
    """

    stage: str = "Asking the workspace"
    done: int | None = None
    total: int | None = None
    pause: float = 0.0
    why: str = LIMITED
    elapsed: float = 0.0
    unit: str = "rooms"
    later: float = 0.0

    @property
    def left(self) -> float | None:
        """About how many seconds it will still take when it pauses now; None when it does not."""
        return self.pause + self.later if self.pause else None


class Run(Generic[T]):
    """One try at a question, in the name of ``account``; all who ask the same meanwhile look at it."""

    def __init__(self, account: str, keep: float, monotonic: Callable[[], float]) -> None:
        self.account = account
        self.keep = keep
        self.monotonic = monotonic
        self.lock = threading.RLock()
        self.over = threading.Event()
        self.stop = threading.Event()
        self.progress = Progress()
        self.pause_until = 0.0
        self.started = self.looked = monotonic()
        self.ended = 0.0
        self.latest: T | None = None
        self.error: EngagementError | None = None
        self.failed_by: Hashable = None
        self.left: set[str] = set()
        self._seen: dict[str, float] = {}
        self._waiting = 0

    @property
    def running(self) -> bool:
        return not self.over.is_set()

    def expired(self, keep: float) -> bool:
        """True when it is over for longer than a result (``keep`` seconds) or a failure is given to who asks now.

        What did not arrive whole may the next time.
        """
        receipt = getattr(self.latest, "receipt", NOTHING_READ)
        kept = keep if self.error is None else FAILURE_KEPT
        kept = kept if receipt.complete else min(kept, INCOMPLETE_KEPT)
        return not self.running and self.monotonic() - self.ended >= kept

    def stands_for(self, viewer: str, account: str) -> bool:
        """False where it ended, or is ending, only because of whom it was begun for: ``viewer`` then begins another.

        It was stopped since nobody else wanted it, or the account in whose name it asked was refused.
        """
        if viewer in self.left or (not self.running and self.error is None):
            return True
        if self.stop.is_set():
            return False
        personal = isinstance(self.error, Refused | ReadingStopped) and not isinstance(self.error, NoPremiumModule)
        return not personal or account == self.account

    def look(self, viewer: str) -> None:
        """Notes that ``viewer`` wants it; whoever left does not."""
        with self.lock:
            self.looked = self.monotonic()
            if viewer not in self.left:
                self._seen[viewer] = self.looked

    def leave(self, viewer: str, *, for_good: bool) -> None:
        """Stops it when nobody else wants it; ``for_good``: for ``viewer`` it is then stopped in any case."""
        with self.lock:
            self._seen.pop(viewer, None)
            if for_good and self.running:
                self.left.add(viewer)
            self.stop_unwanted()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Somebody waits for it, and it is wanted until they do no longer."""
        with self.lock:
            self._waiting += 1
        try:
            yield
        finally:
            with self.lock:
                self._waiting -= 1

    def stop_unwanted(self) -> None:
        """Stops it when nobody waits for it and nobody has looked at it lately."""
        with self.lock:
            horizon = self.monotonic() - GONE_AFTER
            if self.running and not self._waiting and not any(seen > horizon for seen in self._seen.values()):
                self.stop.set()

    def finish(self, latest: T | None, error: EngagementError | None) -> None:
        with self.lock:
            self.latest = latest if error is None else self.latest
            self.error, self.ended = None if error is None else error.anew(), self.monotonic()
        self.over.set()

    def standing(self) -> Progress:
        """Where it stands now."""
        with self.lock:
            now = self.monotonic()
            return replace(self.progress, pause=max(0.0, self.pause_until - now), elapsed=now - self.started)


class Teller(Generic[T]):
    """What a job tells its viewers, and how it learns that it shall stop."""

    def __init__(self, run: Run[T]) -> None:
        self._run = run

    @property
    def stop(self) -> threading.Event:
        """Set when the job shall stop, for whoever can wait for that instead of asking."""
        return self._run.stop

    def stage(self, words: str) -> None:
        """What the job does now, as a reader would say it."""
        self._set(stage=words, done=None, total=None, unit="rooms", later=0.0)

    def progress(self, done: int, total: int, unit: str = "rooms", later: float = 0.0) -> None:
        """How many of how many have arrived; ``later``: seconds of pauses to come after the next one."""
        self._set(done=done, total=total, unit=unit, later=later)

    def waiting(self, why: str, seconds: float) -> None:
        """The job pauses for so long: ``why`` as a reader would say it."""
        with self._run.lock:
            self._run.pause_until = self._run.monotonic() + seconds
            self._run.progress = replace(self._run.progress, why=why)

    def standing(self) -> Progress:
        """Where the job stands now."""
        return self._run.standing()

    def partial(self, value: T) -> None:
        """A part of the result that can be shown already."""
        with self._run.lock:
            self._run.latest = value

    def relay(self, progress: Progress) -> None:
        """Shows the progress of another job as this one's own."""
        self._set(
            stage=progress.stage, done=progress.done, total=progress.total, unit=progress.unit, later=progress.later
        )
        if progress.pause:
            self.waiting(progress.why, progress.pause)

    def failed_by(self, key: Hashable) -> None:
        """The job of ``key`` failed, and this one with it: whoever tries this again tries that again."""
        self._run.failed_by = key

    def sleep(self, seconds: float) -> None:
        """Sleeps, but raises ReadingStopped as soon as the job is stopped."""
        if self._run.stop.wait(seconds):
            raise ReadingStopped

    def check(self) -> None:
        """Raises ReadingStopped when the job was stopped."""
        self.sleep(0)

    def _set(self, **changes: Any) -> None:
        self.check()
        with self._run.lock:
            self._run.progress = replace(self._run.progress, **changes)

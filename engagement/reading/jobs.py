"""Reading as a job: in the background, joined by all who ask for the same, with progress, wait and stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from engagement.errors import EngagementError, ReadingStopped, SignedOut, UnreadableAnswer

T = TypeVar("T")
log = logging.getLogger(__name__)

# Somebody who has not looked for so long has closed the tab, and no longer keeps a reading going.
GONE_AFTER = 20.0
FAILURE_KEPT = 30.0


@dataclass(frozen=True)
class Progress:
    """Where a reading stands: what it does, how many of how many (None where unknown), seconds left of a pause.

    ``unit`` says what is counted. ``later`` are seconds of pauses that will follow the present one, as far as known.
    """

    stage: str = "Asking the workspace"
    done: int | None = None
    total: int | None = None
    pause: float = 0.0
    elapsed: float = 0.0
    unit: str = "rooms"
    later: float = 0.0

    @property
    def left(self) -> float | None:
        """About how many seconds it will still take when it pauses now; None when it does not."""
        return self.pause + self.later if self.pause else None


class Job(Generic[T]):
    """One job and what came of it. All methods may be called from any thread."""

    def __init__(self, key: Hashable, owner: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.key = key
        self.owner = owner
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._stop = threading.Event()
        self._followers: dict[str, float] = {}
        self._progress = Progress()
        self._pause_until = 0.0
        self._started = monotonic()
        self._ended = 0.0
        self._latest: T | None = None
        self._error: EngagementError | None = None

    @property
    def running(self) -> bool:
        """True until there is a result or an error."""
        return not self._over.is_set()

    @property
    def error(self) -> EngagementError | None:
        """Why it failed, if it did."""
        return self._error

    @property
    def latest(self) -> T | None:
        """The result, or while it runs the part of it that is there already."""
        return self._latest

    @property
    def age(self) -> float:
        """Seconds since it ended; 0 while it runs."""
        return self._monotonic() - self._ended if self._over.is_set() else 0.0

    def result(self, timeout: float | None = None) -> T:
        """Waits for the end and gives the result. Raises the reading's error, or ReadingStopped after ``timeout``."""
        if not self._over.wait(timeout):
            raise ReadingStopped
        if self._error is not None:
            raise self._error
        assert self._latest is not None  # noqa: S101 - a job without an error has a result
        return self._latest

    def wait(self, seconds: float) -> bool:
        """Waits at most so long; True when the reading is over."""
        return self._over.wait(seconds)

    def progress(self) -> Progress:
        """Where it stands now."""
        with self._lock:
            now = self._monotonic()
            pause = max(0.0, self._pause_until - now)
            return replace(self._progress, pause=pause, elapsed=now - self._started)

    def follow(self, viewer: str) -> None:
        """Notes that ``viewer`` looks at this reading; repeated at every look."""
        with self._lock:
            self._followers[viewer] = self._monotonic()

    def leave(self, viewer: str) -> None:
        """``viewer`` wants it stopped: it stops when nobody else is looking."""
        with self._lock:
            self._followers.pop(viewer, None)
            horizon = self._monotonic() - GONE_AFTER
            if not any(seen > horizon for seen in self._followers.values()):
                self._stop.set()

    def _finish(self, latest: T | None, error: EngagementError | None) -> None:
        with self._lock:
            self._latest = latest if error is None else self._latest
            self._error = error
            self._ended = self._monotonic()
        self._over.set()


class Teller(Generic[T]):
    """What a job tells its reading, and how it learns that it shall stop."""

    def __init__(self, reading: Job[T]) -> None:
        self._reading = reading

    def stage(self, words: str) -> None:
        """What the job does now, as a reader would say it."""
        self._set(stage=words, done=None, total=None, unit="rooms", later=0.0)

    def progress(self, done: int, total: int, unit: str = "rooms", later: float = 0.0) -> None:
        """How many of how many have arrived; ``later``: seconds of pauses to come after the next one."""
        self._set(done=done, total=total, unit=unit, later=later)

    def waiting(self, _route: str, seconds: float) -> None:
        """The rate limit of the server makes the job pause for so long."""
        with self._reading._lock:
            self._reading._pause_until = self._reading._monotonic() + seconds

    def standing(self) -> Progress:
        """Where the reading stands now."""
        return self._reading.progress()

    def partial(self, value: T) -> None:
        """A part of the result that can be shown already."""
        with self._reading._lock:
            self._reading._latest = value

    def relay(self, progress: Progress) -> None:
        """Shows the progress of another reading as this one's own."""
        self._set(
            stage=progress.stage, done=progress.done, total=progress.total, unit=progress.unit, later=progress.later
        )
        if progress.pause:
            self.waiting("", progress.pause)

    def sleep(self, seconds: float) -> None:
        """Sleeps, but raises ReadingStopped as soon as the reading is stopped."""
        if self._reading._stop.wait(seconds):
            raise ReadingStopped

    def check(self) -> None:
        """Raises ReadingStopped when the reading was stopped."""
        self.sleep(0)

    def _set(self, **changes: Any) -> None:
        self.check()
        with self._reading._lock:
            self._reading._progress = replace(self._reading._progress, **changes)


class Jobs:
    """All jobs of one process. ``monotonic`` is a parameter for tests."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, tuple[Job[Any], float]] = {}

    def ask(self, key: Hashable, viewer: str, work: Callable[[Teller[T]], T], *, keep: float) -> Job[T]:
        """The reading of ``key``: the one that runs or is not older than ``keep`` seconds, else a new one.

        ``key`` must hold everything that decides what may be seen: workspace, rights and question. A failure is
        remembered for a short while, so that twenty viewers do not ask a broken server twenty times; but somebody
        else's ended session is nobody's failure.
        """
        with self._lock:
            self._forget_old()
            reading, _ = self._jobs.get(key, (None, 0.0))
            if reading is None or not self._usable(reading, viewer, keep):
                reading = Job[T](key, viewer, self._monotonic)
                self._jobs[key] = (reading, keep)
                threading.Thread(target=_run, args=(reading, work), daemon=True, name="reading").start()
        reading.follow(viewer)
        return reading

    def forget(self, key: Hashable) -> None:
        """The next who asks for ``key`` gets a new reading; one that runs is left running."""
        with self._lock:
            reading, _ = self._jobs.get(key, (None, 0.0))
            if reading is not None and not reading.running:
                del self._jobs[key]

    def _usable(self, reading: Job[Any], viewer: str, keep: float) -> bool:
        if reading.running:
            return not reading._stop.is_set()
        if reading.error is None:
            return reading.age < keep
        if isinstance(reading.error, SignedOut | ReadingStopped) and reading.owner != viewer:
            return False
        return reading.age < FAILURE_KEPT

    def _forget_old(self) -> None:
        old = [key for key, (reading, keep) in self._jobs.items() if not reading.running and reading.age > keep]
        for key in old:
            del self._jobs[key]


def _run(reading: Job[T], work: Callable[[Teller[T]], T]) -> None:
    try:
        result = work(Teller(reading))
    except EngagementError as error:
        reading._finish(None, error)
    except Exception as exc:
        # A mistake of ours must not leave every viewer waiting for ever; the log has the whole of it.
        log.exception("a reading failed")
        unexpected = UnreadableAnswer(type(exc).__name__)
        unexpected.__cause__ = exc
        reading._finish(None, unexpected)
    else:
        reading._finish(result, None)

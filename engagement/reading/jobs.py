"""Reading as a job: in the background, joined by all who ask for the same, with progress, wait and stop."""

from __future__ import annotations

import dataclasses
import logging
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from engagement.errors import EngagementError, InternalError, ReadingStopped
from engagement.reading.run import FAILURE_KEPT, GONE_AFTER, Progress, Run, Teller
from engagement.settings.keys import Limits

__all__ = ["FAILURE_KEPT", "GONE_AFTER", "Job", "Jobs", "Progress", "Teller"]

T = TypeVar("T")
_TABLES = (pd.DataFrame, pd.Series, pd.Index)
# What most parts of a result are, and what consists of nothing else.
_PLAIN = frozenset({str, bytes, int, float, bool, type(None), date, datetime, timedelta})
log = logging.getLogger(__name__)

WATCH_EVERY = 1.0
RELAY_EVERY = 0.2
# How much is kept of finished jobs; the least recently used go first.
MOST_KEPT = 500
MOST_BYTES = Limits.memory * 2**20
# A page needs several results at once. None may go before it is drawn, or they would be read in turns for ever.
IN_USE = 60.0


@dataclass(eq=False)
class Job(Generic[T]):
    """A question as one viewer asks it. Every look at it says that they still want it.

    Whoever began the run that was joined, what befalls them does not end this job: it then goes on with another run,
    in the name of its own viewer. All methods may be called from any thread.
    """

    jobs: Jobs
    key: Hashable
    viewer: str
    account: str
    work: Callable[[Teller[T]], T]
    keep: float

    def __post_init__(self) -> None:
        self._joined = self.jobs._join(self)

    @property
    def _run(self) -> Run[T]:
        """The run that answers now. Nothing else decides about joining one or beginning another."""
        if not self._joined.stands_for(self.viewer, self.account):
            self._joined = self.jobs._join(self)
        self._joined.look(self.viewer)
        return self._joined

    @property
    def running(self) -> bool:
        """True until there is a result or an error."""
        run = self._run
        return run.running and self.viewer not in run.left

    @property
    def error(self) -> EngagementError | None:
        """Why it failed, if it did."""
        run = self._run
        return ReadingStopped() if run.running and self.viewer in run.left else run.error

    @property
    def latest(self) -> T | None:
        """The result, or while it runs the part of it that is there already."""
        return self._run.latest

    def progress(self) -> Progress:
        """Where it stands now."""
        return self._run.standing()

    def wait(self, seconds: float | None) -> bool:
        """Waits at most so long, without limit for None; True when it is over."""
        ends = None if seconds is None else time.monotonic() + seconds
        while self.running:
            run = self._joined
            with run.awaited():
                if not run.over.wait(None if ends is None else max(0.0, ends - time.monotonic())):
                    return False
        return True

    def result(self, timeout: float | None = None) -> T:
        """Waits for the end and gives the result. Raises the job's error, or ReadingStopped after ``timeout``."""
        if not self.wait(timeout):
            raise ReadingStopped
        if (error := self.error) is not None:
            raise error.anew()
        latest = self.latest
        assert latest is not None  # noqa: S101 - a job without an error has a result
        return latest

    def result_for(self, tell: Teller[Any]) -> T:
        """The result, for the work of another job: that one shows the progress of this, and wants it while it runs."""
        try:
            while self.running:
                run = self._joined
                with run.awaited():
                    while not run.over.wait(RELAY_EVERY):
                        tell.relay(run.standing())
            return self.result()
        except EngagementError:
            self._joined.leave(self.viewer, for_good=False)
            tell.failed_by(self.key)
            raise

    def part_for(self, tell: Teller[Any], meanwhile: Callable[[], object]) -> T:
        """The first part of the result, as ``result_for``; until it is there, ``meanwhile`` is called over and over."""
        part = self.latest
        while self.running and part is None:
            meanwhile()
            run = self._joined
            with run.awaited():
                run.over.wait(RELAY_EVERY)
            tell.relay(run.standing())
            part = self.latest
        return self.result_for(tell) if part is None else part

    def leave(self) -> None:
        """The viewer wants no more of it: it stops when nobody else does, and is stopped for them in any case."""
        self._joined.leave(self.viewer, for_good=True)

    def forget(self) -> None:
        """Makes the next who asks the same begin anew."""
        self.jobs.forget(self.key, self.viewer)


class Jobs:
    """All jobs of one process. The clock, the size of a result and how much is kept are parameters for tests."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        size_of: Callable[[object], int] | None = None,
        most_bytes: int = MOST_BYTES,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._monotonic = monotonic
        self._size_of = size_of or bytes_of
        self._most_bytes = most_bytes
        self._most_kept = most_kept
        self._lock = threading.RLock()
        self._runs: dict[Hashable, Run[Any]] = {}
        self._watched = False

    def ask(
        self,
        key: Hashable,
        viewer: str,
        work: Callable[[Teller[T]], T],
        *,
        keep: float,
        account: str | None = None,
    ) -> Job[T]:
        """The job of ``key`` for ``viewer``: with what runs or is not older than ``keep`` seconds, else begun anew.

        ``key`` must hold everything that decides what may be seen: workspace, rights and question. ``account`` is in
        whose name ``work`` asks, where several viewers share one. A failure is remembered for a short while, so that
        twenty viewers do not ask a broken server twenty times; but a refused account is nobody else's failure.
        """
        return Job(self, key, viewer, viewer if account is None else account, work, keep)

    def hand_over(self, key: Hashable, value: object, keep: float) -> None:
        """Leaves ``value`` for whoever takes it by ``key``, which nobody asks for, within ``keep`` seconds."""
        run: Run[Any] = Run("", keep, self._monotonic)
        run.finish(value, None)
        with self._lock:
            self._runs[key] = run

    def take(self, key: Hashable) -> Any:
        """What was handed over, which nobody else gets then; None where nothing is left."""
        with self._lock:
            run = self._runs.pop(key, None)
        return None if run is None or run.expired(run.keep) else run.latest

    def forget(self, key: Hashable, viewer: str) -> None:
        """The next who asks for ``key`` begins anew, and so does what made it fail; what runs is left running.

        ``viewer`` may follow it again, where they had left.
        """
        with self._lock:
            run = self._runs.get(key)
            if run is None:
                return
            run.left.discard(viewer)
            if run.running:
                return
            del self._runs[key]
            inner = self._runs.get(run.failed_by)
            if inner is not None and inner.error is not None:
                self.forget(run.failed_by, viewer)

    def stop_unwanted(self) -> bool:
        """Stops every job that nobody wants any more; True while any is running."""
        with self._lock:
            running = [run for run in self._runs.values() if run.running]
            self._watched = bool(running)
        for run in running:
            run.stop_unwanted()
        return bool(running)

    def _join(self, job: Job[T]) -> Run[T]:
        with self._lock:
            self._forget_old()
            run = self._runs.get(job.key)
            if run is None or run.expired(job.keep) or not run.stands_for(job.viewer, job.account):
                run = self._runs[job.key] = Run(job.account, job.keep, self._monotonic)
                threading.Thread(target=self._execute, args=(run, job.work), daemon=True, name="job").start()
                if not self._watched:
                    self._watched = True
                    threading.Thread(target=self._watch, daemon=True, name="jobs").start()
            run.look(job.viewer)
            return run

    def _watch(self) -> None:
        while self.stop_unwanted():
            time.sleep(WATCH_EVERY)

    def _execute(self, run: Run[T], work: Callable[[Teller[T]], T]) -> None:
        try:
            result = work(Teller(run))
            self._make_room(result)
            run.finish(result, None)
        except EngagementError as error:
            run.finish(None, error)
        except Exception as exc:
            # A mistake of ours must not leave every viewer waiting for ever.
            ours = InternalError(exc)
            log.error("A job failed by a mistake of ours: %s", ours.place)
            run.finish(None, ours)

    def _forget_old(self) -> None:
        for key in [key for key, run in self._runs.items() if run.expired(run.keep)]:
            del self._runs[key]

    def _make_room(self, result: object) -> None:
        """Forgets what is too old, and what is too much beside a ``result`` of the rest, with what was made of it since
        it arrived.
        """
        with self._lock:
            self._forget_old()
            finished = [(key, run) for key, run in self._runs.items() if not run.running]
        for _, run in finished:
            forget_looks(run.latest)
        # Whoever asks does not wait for the measuring: large tables take long.
        size, sizes = self._size_of(result), {key: self._size_of(run.latest) for key, run in finished}
        with self._lock:
            many, much = len(finished) + 1 - self._most_kept, sum(sizes.values()) + size - self._most_bytes
            for key, run in sorted(finished, key=lambda item: item[1].looked):
                if (many <= 0 and much <= 0) or self._monotonic() - run.looked < IN_USE:
                    return
                if self._runs.get(key) is run:
                    del self._runs[key]
                many, much = many - 1, much - sizes[key]


def bytes_of(value: object) -> int:
    """About how much memory a result takes."""
    return sum(map(_bytes_of_one, _parts(value)))


def _bytes_of_one(part: object) -> int:
    # Of a table it is told column by column; most parts are no tables, and summing up one number takes longest.
    if isinstance(part, _TABLES):
        return int(np.sum(part.memory_usage(deep=True)))
    return sys.getsizeof(part)


def forget_looks(value: object) -> None:
    """Has the tables of a result forget who looked at their columns and has gone: pandas keeps a weak reference to each
    look until there are 500 of a column, which for what thirty sessions hold is some forty megabytes.
    """
    for table in _parts(value):
        if isinstance(table, pd.DataFrame):
            looks = [block.refs for block in table._mgr.blocks] + [axis._references for axis in table._mgr.axes]
            for of_one in filter(None, looks):
                # It counts those that are still there, and drops the others.
                of_one.has_reference()


def _parts(value: object, seen: set[int] | None = None) -> Iterator[object]:
    """What a result consists of, without what holds fields alone; tables that parts of it share once."""
    if type(value) in _PLAIN:
        yield value
        return
    seen = set() if seen is None else seen
    within: Iterable[object] = ()
    if isinstance(value, _TABLES):
        if id(value) not in seen:
            seen.add(id(value))
            yield value
        return
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        within = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, WeakKeyDictionary):
        # What was made of a result hangs on it; what else that was made of is kept elsewhere. Others may be adding.
        within = list(vars(value)["data"].values())
    else:
        yield value
        if isinstance(value, Mapping):
            within = [*value.keys(), *value.values()]
        elif isinstance(value, tuple | list | Set):
            within = value
    for one in within:
        yield from _parts(one, seen)

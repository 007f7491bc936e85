"""Filling the archive ahead of time: the last full weeks, newest first, inside the rate limit, saying how it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, TextIO

from tqdm import tqdm

from engagement.display.wording import duration_text, plural
from engagement.errors import NoPremiumModule
from engagement.numbers.periods import Period, last_full_weeks
from engagement.numbers.weeks import weeks_until
from engagement.reading.jobs import Progress
from engagement.reading.reader import Reader
from engagement.reading.weeks import RULE

MOST_WEEKS = 520
_LOOK_EVERY = 0.2

SayWeeks = Callable[[int, int], None]


@dataclass(frozen=True)
class Synced:
    """What is in the archive after a sync: the weeks asked for, how many were there already, what is missing."""

    period: Period
    weeks: int
    before: int
    missing: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        kept = self.weeks - self.missing
        text = f"{plural(kept, 'week')} of {self.period} kept: {self.before} from before, {kept - self.before} read now"
        return text + (f"; {self.missing} without data" if self.missing else "")


def run(reader: Reader, weeks: int, say: SayWeeks = lambda done, total: None) -> Synced:
    """Reads those of the last ``weeks`` full weeks that are not kept, and keeps each as it arrives.

    ``say(done, total)`` is called whenever more weeks are done. Raises NoPremiumModule where the server counts
    nothing, and the errors of any reading.
    """
    facts = reader.facts().result()
    if not facts.counted:
        raise NoPremiumModule
    last = last_full_weeks(facts.today(reader.now()), 1, reader.week_start)
    asked = weeks_until(last, weeks)
    scope = reader.scope(facts)
    kept = reader.archive.kept(scope, asked, RULE)
    before = sum(window.settled and window.meta.complete for window in kept.values())
    reading = reader.history(facts, last, weeks)
    done = -1
    try:
        while reading.running:
            done = _say_more(reading.progress(), done, say)
            reading.wait(_LOOK_EVERY)
    finally:
        # An interrupted sync ends with the week it is reading.
        reading.leave(reader.viewer)
    notes = reading.result().notes
    missing = weeks - len(reader.archive.kept(scope, asked, RULE))
    if done < weeks:
        say(weeks, weeks)
    return Synced(Period(asked[0].start, last.end), weeks, before, missing, notes)


def _say_more(progress: Progress, done: int, say: SayWeeks) -> int:
    if progress.unit != "weeks" or progress.done is None or progress.total is None or progress.done == done:
        return done
    say(progress.done, progress.total)
    return progress.done


def pause_text(progress: Progress) -> str:
    """One line on a pause for the rate limit, with the time that the whole will still take where that is longer."""
    text = f"the workspace allows only so many calls a minute: going on in {progress.pause:.0f} s"
    return text + (f", done in about {duration_text(progress.pause + progress.later)}" if progress.later else "")


class Lines:
    """Progress as plain lines, for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def weeks(self, done: int, total: int) -> None:
        """One line on the weeks that are done."""
        self._write(f"{done} of {total} weeks")

    def pause(self, progress: Progress) -> None:
        """One line on a pause."""
        self._write(pause_text(progress))

    def _write(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


class Bar:
    """Progress as a bar in a terminal; pauses are told behind it."""

    def __init__(self, bar: tqdm[NoReturn]) -> None:
        self._bar = bar
        self._lock = threading.Lock()

    def weeks(self, done: int, total: int) -> None:
        """Moves the bar."""
        with self._lock:
            self._bar.total = total
            self._bar.set_postfix_str("", refresh=False)
            self._bar.update(done - self._bar.n)
            self._bar.refresh()

    def pause(self, progress: Progress) -> None:
        """Says behind the bar how long the pause and the whole will take."""
        with self._lock:
            left = f", {duration_text(progress.pause + progress.later)} left" if progress.later else ""
            self._bar.set_postfix_str(f"pausing {progress.pause:.0f} s{left}")


class Silence:
    """No progress at all."""

    def weeks(self, done: int, total: int) -> None:
        """Says nothing."""

    def pause(self, progress: Progress) -> None:
        """Says nothing."""


@contextmanager
def display(stream: TextIO, weeks: int, *, quiet: bool = False) -> Iterator[Lines | Bar | Silence]:
    """What shows the progress on ``stream``: a bar in a terminal, else plain lines; nothing when ``quiet``."""
    if quiet:
        yield Silence()
    elif not stream.isatty():
        yield Lines(stream)
    else:
        # Its own thread would only redraw what does not change.
        tqdm.monitor_interval = 0
        form = "{l_bar}{bar}| {n_fmt} of {total_fmt} weeks{postfix}"
        bar: tqdm[NoReturn] = tqdm(total=weeks, file=stream, bar_format=form, dynamic_ncols=True)
        with bar:
            yield Bar(bar)

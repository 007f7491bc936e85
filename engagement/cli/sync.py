"""``sync``: the archive filled ahead of time with the last full weeks, newest first, inside the rate limit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

from tqdm import tqdm

from engagement.cli.check import years_text
from engagement.cli.connection import SayWait, connected, pause_text, say_wait
from engagement.cli.surroundings import say
from engagement.display import sources
from engagement.display.signals import basis_text
from engagement.display.wording import duration_text, plural
from engagement.errors import EngagementError, InvalidSettings, Unrecognised
from engagement.numbers.periods import Period, last_full_weeks
from engagement.numbers.weeks import weeks_until
from engagement.reading.counters import keep_counters, readings_of
from engagement.reading.facts import Facts
from engagement.reading.jobs import Progress
from engagement.reading.weeks import QUARTER, RULE, Again
from engagement.reading.workspace import Reader

_LOOK_EVERY = 0.2

SayWeeks = Callable[[int, int], None]


def sync(*, weeks: int, again: bool, quiet: bool) -> int:
    """Fills the archive with the last full weeks, and writes one line on what is there; ``again`` reads all of them.

    Raises EngagementError, at once for more weeks than are kept.
    """
    with connected((lambda _: None) if quiet else say_wait) as connection:
        if weeks > (most := connection.settings.archive.weeks):
            raise InvalidSettings([f"[archive] weeks must be at least {weeks} for them to stay; it is {most}."])
        bar, say_weeks, say_pause = shown(sys.stderr, weeks, quiet=quiet)
        with bar:
            synced, notes = run(
                connection.reader(say_pause, keeps=True), weeks, say_weeks, Again(weeks) if again else QUARTER
            )
    print(synced)
    for note in notes:
        say(note)
    return 0


def run(
    reader: Reader, weeks: int, say: SayWeeks = lambda done, total: None, again: Again = QUARTER
) -> tuple[str, tuple[str, ...]]:
    """Reads those of the last ``weeks`` full weeks that are not kept, and ``again`` those it names; keeps each at once.

    A line on what is then in the archive comes back, with another on the thresholds of signals where these were found
    on it, and the notes. ``say(done, total)`` is called whenever more weeks are done. Where the server counts nothing,
    the counters of the rooms are read instead. Raises Unrecognised where nothing can be kept, and the errors of any
    reading.
    """
    facts = reader.facts().result()
    if not facts.identity.known:
        raise Unrecognised
    if not facts.counted:
        return _counters(reader, facts, weeks)
    last = last_full_weeks(facts.today(reader.now()), 1, reader.week_start)
    asked = weeks_until(last, weeks)
    scope = reader.scope(facts)
    before = reader.archive.kept(scope, {*asked} - facts.brought, RULE)
    reading = reader.history(facts, last, weeks, again=again)
    done = -1
    try:
        while reading.running:
            now = reading.progress()
            if now.unit == "weeks" and now.done is not None and now.total is not None and now.done != done:
                done = now.done
                say(done, now.total)
            reading.wait(_LOOK_EVERY)
    finally:
        # An interrupted sync ends with the week it is reading.
        reading.leave()
    notes = reading.result().receipt.notes
    try:
        events = reader.events(facts)
        found = reader.calibrated(facts, events, anew=again.weeks > 0 and again.after is None).result()
    except EngagementError as error:
        found, notes = False, (*notes, f"The thresholds of signals could not be found: {error}")
    kept = reader.archive.kept(scope, asked, RULE)
    from_before = sum(window.meta == kept[period].meta for period, window in before.items() if period in kept)
    if done < weeks:
        say(weeks, weeks)
    line = f"{plural(len(kept), 'week')} of {Period(asked[0].start, last.end)} kept: {from_before} from before, "
    line += f"{len(kept) - from_before} read now"
    line += f"; {weeks - len(kept)} without data" if len(kept) < weeks else ""
    return line + (f"\n{basis_text(reader.basis(facts, events).result())}" if found else ""), notes


def _counters(reader: Reader, facts: Facts, weeks: int) -> tuple[str, tuple[str, ...]]:
    """Keeps the counters of the rooms and the totals of the workspace, and tells how many of the last ``weeks`` full
    weeks are known by the counters.
    """
    listed, at = reader.directory(facts).result(), reader.now() + facts.skew
    # The directory has kept them, or another reading did within the hour; where none was kept, this says why.
    keep_counters(reader.archive, reader.scope(facts), facts, listed, at, reader.week_start)
    last = last_full_weeks(facts.today(reader.now()), 1, reader.week_start)
    history = reader.history(facts, last, weeks).result()
    kept = sources.readings_text(readings_of(reader.archive, reader.scope(facts)), facts.offset)
    period = Period(history.weeks[0].start, last.end)
    known = f"{history.gaps.count('')} of the {plural(weeks, 'week')} of {period} known by them"
    years = years_text(reader.statistics(facts).result().rows)
    return f"{kept}; {known}, {sources.NET}; {years}", (*listed.receipt.notes, *history.receipt.notes)


def shown(stream: TextIO, weeks: int, *, quiet: bool = False) -> tuple[tqdm[NoReturn], SayWeeks, SayWait]:
    """A bar of the weeks on ``stream``, what moves it, and what tells a pause behind it.

    tqdm draws no bar in a log, where each pause is a line with the weeks done before it; nothing when ``quiet``.
    """
    form = "{l_bar}{bar}| {n_fmt} of {total_fmt} weeks{postfix}"
    bar: tqdm[NoReturn] = tqdm(
        total=weeks, file=stream, disable=True if quiet else None, bar_format=form, dynamic_ncols=True
    )

    def say_weeks(done: int, total: int) -> None:
        bar.total = total
        bar.set_postfix_str("", refresh=False)
        bar.update(done - bar.n)
        bar.refresh()

    def say_pause(progress: Progress) -> None:
        if not bar.disable:
            left = f", {duration_text(progress.pause + progress.later)} left" if progress.later else ""
            bar.set_postfix_str(f"pausing {progress.pause:.0f} s{left}")
        elif not quiet:
            begun = f"{progress.done} of {progress.total} weeks; " if progress.unit == "weeks" else ""
            print(begun + pause_text(progress), file=stream, flush=True)

    return bar, say_weeks, say_pause

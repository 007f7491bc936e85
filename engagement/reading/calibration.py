"""The bar of a workspace: found on the weeks that are kept of it, kept with them, and found again as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from engagement.numbers.basis import MOST_WEEKS, Basis, due
from engagement.numbers.calibration import found
from engagement.numbers.events import Events, unlike
from engagement.numbers.periods import DAY, Period
from engagement.numbers.weeks import holding, weeks_until
from engagement.reading.facts import Facts
from engagement.reading.weeks import RULE
from engagement.storage.archive import Archive, Scope
from engagement.storage.bars import KeptBar

# The first part is raised when a bar is found in another way, the second when weeks are read in another way.
BAR_RULE = f"3.{RULE}"


def basis_of(
    archive: Archive, scope: Scope, facts: Facts, last: Period, events: Events, find_anew: Callable[[], object]
) -> Basis:
    """What signals rest on now: the bar that is kept, else the constants. Raises StoreUnavailable.

    Where ``events`` make weeks unlike others that the bar was found on, it is to ``find_anew`` first.
    """
    kept = archive.bar(scope, BAR_RULE)
    if kept is not None and not _stands(kept, events):
        find_anew()
        kept = archive.bar(scope, BAR_RULE)
    if kept is not None and kept.bar.weeks and _stands(kept, events):
        period, since = Period(kept.weeks[0], kept.weeks[-1] + 6 * DAY), facts.zone.day(kept.found_at + facts.skew)
        return Basis(kept.bar, period, len(kept.weeks), since)
    return Basis(known=len(_sound(archive, scope, facts, weeks_until(last, MOST_WEEKS), events)))


def _stands(kept: KeptBar, events: Events) -> bool:
    """Whether none of the weeks that a bar was found on has turned out to be unlike others."""
    return not any(unlike(Period(start, start + 6 * DAY), events) for start in kept.weeks)


def calibrate(
    archive: Archive,
    scope: Scope,
    facts: Facts,
    last: Period,
    *,
    now: Callable[[], datetime],
    anew: bool = False,
    events: Events = (),
) -> bool:
    """Finds the bar on the weeks kept until ``last`` and keeps it, where it is due; True when it did.

    ``anew``: whatever was found before, which is forgotten where too few weeks are known by now. So is what was found
    on weeks that ``events`` make unlike others. Raises StoreUnavailable.
    """
    sound = _sound(archive, scope, facts, weeks_until(last, MOST_WEEKS), events)
    starts = tuple(week.start for week in sound)
    kept = archive.bar(scope, BAR_RULE)
    anew = anew or (kept is not None and not _stands(kept, events))
    if not due(kept.weeks if kept and not anew else (), starts):
        if kept and anew:
            archive.keep_bar(scope, None)
        return kept is not None and anew
    weeks = weeks_until(sound[-1], (sound[-1].start - sound[0].start).days // 7 + 1)
    counts = _counts(archive, scope, weeks, sound)
    bar = found(counts, first_heard(counts), [bool(unlike(week, events)) for week in weeks])
    archive.keep_bar(scope, KeptBar(BAR_RULE, now(), starts, bar))
    return True


def first_heard(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The week of the first message of each room, 0 without one: when rooms were made is not kept, so that before it a
    room is taken for one that was not there.
    """
    first = np.zeros(len(counts))
    for number, week in reversed([*enumerate(counts.T)]):
        np.copyto(first, number, where=week > 0)
    return first


def _sound(archive: Archive, scope: Scope, facts: Facts, weeks: Sequence[Period], events: Events) -> list[Period]:
    """Those of ``weeks`` that a bar can be found on: kept whole, like others, and each day counted, as far as that is
    known of any day.
    """
    kept = archive.kept(scope, weeks, RULE)
    first = None if facts.daily.empty else facts.daily.index.min().date()
    lacking = holding(facts.uncounted, weeks)
    return [
        week
        for week in weeks
        if week in kept
        and kept[week].meta.complete
        and not unlike(week, events)
        and (first is None or week.start >= first)
        and week not in lacking
    ]


def _counts(
    archive: Archive, scope: Scope, weeks: Sequence[Period], sound: Sequence[Period]
) -> npt.NDArray[np.float64]:
    """Messages per room and week; NaN in those that are not ``sound``, and where nothing was counted at all."""
    counts = archive.weeks(scope, weeks, RULE).counts
    for week, column in zip(weeks, counts.T, strict=True):
        if week not in sound or not column.any():
            column[:] = np.nan
    return counts

"""A year of daily totals: read once, later only its last days, and all of it anew now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from engagement.api.client import Client, DailyTotals
from engagement.errors import RefusedParameters
from engagement.numbers.periods import DAY
from engagement.numbers.receipt import NOTHING_READ
from engagement.storage.totals import KeptTotals

REACHES_BACK = 400 * DAY
# Late edits and deletions are of the last days; purges of any, and are seen as soon as those of the weeks kept.
LATE, WHOLE_FOR = 35 * DAY, timedelta(weeks=1)
# Where a year of days is refused, a look into each season tells the offsets of the year.
_SEASONS = tuple(n * 91 * DAY for n in range(1, 5))
# Two midnights of one calendar are not nearer than this, over any change of its clocks.
_SHORTEST_DAY = timedelta(hours=22)


@dataclass(frozen=True, eq=False)
class Year:
    """Messages per day of the last year, as of ``at``, and what is to be kept of them.

    They are of one day of each season, and not ``whole``, where a year is refused, as on the build that begins its
    windows too late. ``remembered``: nobody was asked.
    """

    totals: DailyTotals
    at: datetime
    whole: bool = True
    remembered: bool = False
    keep: KeptTotals | None = None


def remembered(kept: KeptTotals) -> Year:
    """The year as it is kept."""
    return Year(DailyTotals(kept.messages, NOTHING_READ), kept.read_at, remembered=True)


def usable(kept: KeptTotals | None, release: str, now: datetime) -> KeptTotals | None:
    """What is kept, where it was told by this release, and not longer ago than all of it is believed."""
    if kept is None or kept.release != release or kept.messages.empty:
        return None
    lately = timedelta(0) <= now - kept.read_at and timedelta(0) <= now - kept.whole_at < WHOLE_FOR
    return kept if lately else None


def read_year(client: Client, kept: KeptTotals | None, release: str, now: datetime) -> Year:
    """The year until ``now``: its last days are read where the others are ``kept`` and fit, else all of it."""
    if kept is not None:
        try:
            late = client.sent_per_day(now - LATE, now)
        except RefusedParameters:
            return _whole(client, release, now)
        messages = _joined(kept.messages, late.messages, now - LATE)
        if messages is not None:
            messages = messages[messages.index > now - REACHES_BACK - DAY]
            keep = KeptTotals(release, now, kept.whole_at, messages)
            return Year(DailyTotals(messages, late.receipt), now, keep=keep)
    return _whole(client, release, now)


def _whole(client: Client, release: str, now: datetime) -> Year:
    try:
        totals = client.sent_per_day(now - REACHES_BACK, now)
    except RefusedParameters:
        moments = [now - ago for ago in (*reversed(_SEASONS), timedelta(0))]
        return Year(together([client.sent_per_day(moment, moment) for moment in moments]), now, whole=False)
    return Year(totals, now, keep=None if totals.messages.empty else KeptTotals(release, now, now, totals.messages))


def _joined(kept: pd.Series, late: pd.Series, since: datetime) -> pd.Series | None:
    """The kept days before ``since`` and the late ones from then on; None where their midnights are not those of one
    calendar, as after a move of the server to another zone, or no day tells.
    """
    if not len(kept.index.intersection(late.index)):
        return None
    ever = kept.index.union(late.index)
    if len(ever) > 1 and (ever[1:] - ever[:-1]).min() < _SHORTEST_DAY:
        return None
    joined: pd.Series = pd.concat([kept[kept.index <= since - DAY], late])
    return joined


def together(totals: Sequence[DailyTotals]) -> DailyTotals:
    """Several answers as one."""
    receipt = sum((total.receipt for total in totals), NOTHING_READ)
    return DailyTotals(pd.concat([total.messages for total in totals]), receipt)

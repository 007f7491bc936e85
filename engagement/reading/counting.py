"""The counting check: in which of the known ways does a server count? Only one of them is as documented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from engagement.api.client import ChannelCounts
from engagement.errors import RefusedParameters, UnreadableAnswer
from engagement.numbers.periods import DAY, Period, Way, Window, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt

# What a server answers for a window.
Ask = Callable[[Window], ChannelCounts]

# How long what was seen is believed: by then there is another full week to see it on.
SEEN_FOR = timedelta(weeks=1)
# Weeks so far from each other share no request.
_APART = 8 * DAY
NOT_TOLD_NOTE = (
    "Whether this server counts as expected could not be told this time: its room lists did not arrive whole, "
    "did not agree or would be the same either way. It is tried again."
)
TOO_EARLY_NOTE = "Whether this server counts as expected cannot be checked before a full week with messages is over."


@dataclass(frozen=True)
class Counting:
    """The way in which a server counts; None where the check proved nothing, and then ``note`` says why.

    ``receipt`` is what the check cost, just now.
    """

    way: Way | None
    note: str = ""
    receipt: Receipt = NOTHING_READ


@dataclass(frozen=True)
class Probe:
    """A week by which a server can be tried; ``tells`` where its days are known to tell the ways apart."""

    week: Period
    tells: bool = False


def probes(sent: pd.Series, last: Period) -> list[Probe]:
    """Two times seven days to try a server by, newest first, up to ``last``.

    ``sent`` are messages per day by naive midnights of the server. The week before must have some on its first day,
    which the shortened way leaves out, and on its last four, all that the swapped one counts. Where there is no such
    week, the last two have to do.
    """
    spoken = {day.date() for day in sent.index[sent != 0]}
    found: list[Probe] = []
    week = last
    while spoken and len(found) < 2 and week.previous.start >= min(spoken):
        tells = _tells(week.previous, spoken)
        if tells:
            found.append(Probe(week, tells=True))
        week = _earlier(week, _APART if tells else DAY)
    return found or [Probe(last), Probe(_earlier(last, _APART))]


def _tells(before: Period, spoken: set[date]) -> bool:
    return before.start in spoken and not spoken.isdisjoint([*before.dates()][-4:])


def _earlier(week: Period, by: timedelta) -> Period:
    return Period(week.start - by, week.end - by)


def check_counting(ask: Ask, tried: Sequence[Probe], offset: timedelta | None, expected: Way) -> Counting:
    """The way in which the server asked counts: the ``expected`` one where it is seen once, another where it
    is seen twice.

    It proves nothing when no room counted anything, or when the answers were faulty, not whole or contradictory.
    """
    seen, spent = list[Way | None](), NOTHING_READ
    for probe in tried:
        try:
            look = _look(ask, probe, offset)
        except (UnreadableAnswer, RefusedParameters):
            return Counting(None, NOT_TOLD_NOTE, spent)
        spent += look.receipt
        if look.way is expected or look.note == TOO_EARLY_NOTE:
            return replace(look, receipt=spent)
        seen.append(look.way)
    if len(seen) == 2 and seen[0] is not None and seen[0] is seen[1]:
        return Counting(seen[0], receipt=spent)
    return Counting(None, NOT_TOLD_NOTE, spent)


def _look(ask: Ask, probe: Probe, offset: timedelta | None) -> Counting:
    """The way by one week: its previous figures, asked for as is right for a way, equal those of the week before.

    The swapped way has none, however they are asked for.
    """
    own, plain = (ask(windows(week, offset)[0]) for week in (probe.week.previous, probe.week))
    counted, announced = _told(own, "messages"), _told(plain, "previous_messages")
    receipt, documented = own.receipt + plain.receipt, announced.equals(counted)
    if receipt.complete and counted.empty and announced.empty:
        return Counting(None, TOO_EARLY_NOTE, receipt.cost)
    if receipt.complete and probe.tells and documented:
        return Counting(Way.DOCUMENTED, receipt=receipt.cost)
    if counted.empty:
        return Counting(None, receipt=receipt.cost)
    later = ask(windows(probe.week, offset, Way.SHORTENED)[0])
    receipt += later.receipt
    other, way = _told(later, "previous_messages"), None
    if documented != other.equals(counted):
        way = Way.DOCUMENTED if documented else Way.SHORTENED
    elif announced.empty and other.empty:
        way = Way.SWAPPED
    return Counting(way if receipt.complete else None, receipt=receipt.cost)


def _told(counts: ChannelCounts, column: str) -> pd.Series:
    told = counts.rooms.set_index("room_id")[column].rename("messages")
    return told[told != 0].sort_index()

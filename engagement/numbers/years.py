"""Years of a whole workspace, month by month, from the totals that its server notes once a day."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime

import pandas as pd

from engagement.numbers.counters import nearest
from engagement.numbers.days import Bar, Bars
from engagement.numbers.periods import DAY, Period, month_of
from engagement.numbers.zone import Zone

# A row that is missing or late is stood for by its neighbour, as half a day of a month is little.
_NEAR = 1.5 * DAY
_NO_ROW = "no total was noted near its ends"
_FELL = "more was deleted or pruned than written"


def months_of(totals: pd.Series, zone: Zone, today: date) -> Bars:
    """Messages in each month since the first of the ``totals``, which are until each moment (UTC, ascending), net of
    what was deleted and pruned; the last month so far. Months in which more of that was than was written are not known.
    """
    known = totals.dropna()
    moments = [moment.to_pydatetime() for moment in known.index]
    bars = list[Bar]()
    if moments:
        part = month_of(zone.day(moments[0]))
        while part.start <= today:
            bars.append(_bar(part, known, moments, zone, today))
            part = month_of(part.end + DAY)
    told = [bar.messages for bar in bars if bar.messages is not None]
    return Bars(tuple(bars), "month", sum(told) if told else None, None)


def _bar(part: Period, totals: pd.Series, moments: list[datetime], zone: Zone, today: date) -> Bar:
    running = part.end >= today
    part = Period(part.start, min(part.end, today))
    first = nearest(moments, zone.midnight(part.start), _NEAR)
    last = moments[-1] if running else nearest(moments, zone.midnight(part.end + DAY), _NEAR)
    if first is None or last is None or first >= last:
        return Bar(part, None, unfinished=running, why=_NO_ROW)
    at = [bisect_left(moments, moment) for moment in (first, last)]
    rise = round(float(totals.iloc[at[1]] - totals.iloc[at[0]]))
    return Bar(part, rise if rise >= 0 else None, unfinished=running, why="" if rise >= 0 else _FELL)

"""The parts of a period as they are read of every room, from messages by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from engagement.numbers.days import parts_of
from engagement.numbers.periods import MONDAY, Period
from engagement.numbers.weeks import History

ByDay = Mapping[date, int]


def parts_read(
    period: Period,
    counts: Mapping[str, ByDay],
    today: date,
    *,
    previous: Period | None = None,
    week_start: int = MONDAY,
    missing: Sequence[Period] = (),
    incomplete: Sequence[Period] = (),
) -> History:
    """The parts of ``period`` and of ``previous`` that were over on ``today``, less those ``missing``.

    In those that are ``incomplete`` a room without messages is not known.
    """
    parts = [*(parts_of(previous, week_start) if previous else ()), *parts_of(period, week_start)]
    gone = {*missing, *(part for part in parts if not part.over(today))}

    def told(by_day: ByDay, part: Period) -> float:
        messages = sum(by_day.get(day, 0) for day in part.dates())
        return np.nan if part in gone or (part in incomplete and not messages) else messages

    table = pd.DataFrame(
        [[told(by_day, part) for part in parts] for by_day in counts.values()],
        index=pd.Index(list(counts), dtype="str"),
        columns=[pd.Timestamp(part.start) for part in parts],
        dtype="float64",
    )
    return History(tuple(parts), table, tuple(missing), incomplete=tuple(incomplete))

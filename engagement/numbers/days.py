"""The days of a period beside those of the previous one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from engagement.numbers.periods import Period


@dataclass(frozen=True)
class Day:
    """One day of the period and the day of the same number in the previous one; None is not known.

    ``unfinished`` says that it is today on the server.
    """

    day: date
    messages: int | None
    previous_day: date
    previous: int | None
    unfinished: bool = False


@dataclass(frozen=True)
class Days:
    """Every day of the period in order. ``over`` and ``before`` are the messages of the ``compared`` days, those
    that are over and known in both periods; None where there is no such day.
    """

    days: tuple[Day, ...]
    messages: int
    over: int | None
    before: int | None
    compared: int = 0


def aligned(daily: pd.Series, period: Period, previous: Period, today: date) -> Days:
    """The days of both periods by their number, from ``daily``: messages by day of the server (naive midnights).

    Days after ``today`` and days that ``daily`` does not hold are not known.
    """
    counts = {pd.Timestamp(str(day)).date(): _count(value) for day, value in daily.items()}
    days = tuple(
        Day(day, _known(counts, day, today), other, _known(counts, other, today), day == today)
        for day, other in zip(period.dates(), previous.dates(), strict=True)
    )
    both = [(one.messages, one.previous) for one in days if one.day < today]
    comparable = [(now, before) for now, before in both if now is not None and before is not None]
    return Days(
        days,
        messages=sum(one.messages or 0 for one in days),
        over=sum(now for now, _ in comparable) if comparable else None,
        before=sum(before for _, before in comparable) if comparable else None,
        compared=len(comparable),
    )


def _known(counts: Mapping[date, int | None], day: date, today: date) -> int | None:
    return counts.get(day) if day <= today else None


def _count(value: float) -> int | None:
    return None if pd.isna(value) else round(float(value))

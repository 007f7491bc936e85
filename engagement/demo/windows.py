"""Which days a request of the engagement dashboard counts, as the real server works it out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from engagement.demo.zone import ServerClock

Counting = Literal["documented", "swapped", "shortened"]
_DAY = timedelta(days=1)
_STRICT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Windows:
    """Both windows, all days inclusive; a window that ends before it starts is empty. ``length`` is the server's n."""

    first: date
    last: date
    previous_first: date
    previous_last: date
    length: int


def instant(text: str, field: str, *, strict: bool) -> datetime:
    """The moment that the query parameter ``field`` names. Raises ValueError with the words of the server."""
    refusal = f"Match error: Failed Match.Where validation in field {field}"
    if strict and not _STRICT.fullmatch(text):
        raise ValueError(refusal)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(refusal if strict else f'The "{field}" query parameter must be a valid date.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def windows(start: datetime, end: datetime, clock: ServerClock, counting: Counting = "documented") -> Windows:
    """The days that the server counts for ``start`` and ``end``, in its own zone.

    n = trunc(days between) + 1; the previous window ends the day before and has n + 1 days. ``swapped`` is the build
    that takes the difference the wrong way round (n = 1 - trunc) and counts no day before the previous window;
    ``shortened`` the proposed one with n one smaller.
    """
    here, there = clock.local(start), clock.local(end)
    whole_days = math.trunc((there - here) / _DAY)
    length = {"documented": whole_days + 1, "swapped": 1 - whole_days, "shortened": whole_days}[counting]
    previous_last = here - _DAY
    previous_first = (previous_last - length * _DAY).date()
    return Windows(max(here.date(), previous_first), there.date(), previous_first, previous_last.date(), length)

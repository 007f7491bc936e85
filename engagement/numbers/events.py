"""What people say has happened: spans of days with a name, and the weeks that they make unlike others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engagement.errors import InvalidInput, InvalidPeriod
from engagement.numbers.naming import clean
from engagement.numbers.periods import Period
from engagement.numbers.verdict import turn_of_year

LONGEST_NAME, MOST_DAYS = 80, 366


@dataclass(frozen=True)
class Event:
    """``name`` is what somebody typed, or what a calendar says under its ``uid``. ``id`` is empty until it is kept.

    Weeks that a ``not_comparable`` one touches are neither judged nor compared with.
    """

    name: str
    period: Period
    not_comparable: bool = False
    uid: str = ""
    id: str = ""

    @property
    def told(self) -> tuple[str, Period, bool]:
        """What people see of it."""
        return self.name, self.period, self.not_comparable

    def touches(self, period: Period) -> bool:
        """True when some day of it is in ``period``."""
        return self.period.start <= period.end and period.start <= self.period.end


Events = tuple[Event, ...]


def event(name: str, start: date, end: date | None = None, *, not_comparable: bool = False, uid: str = "") -> Event:
    """What was typed, as an event; without an ``end`` it is of one day. Raises InvalidInput, which says why not."""
    named = name.strip()
    if not named:
        raise InvalidInput("An event needs a name, for example “release 8.4”.")
    if len(named) > LONGEST_NAME:
        raise InvalidInput(f"The name of an event has at most {LONGEST_NAME} characters; this one has {len(named)}.")
    if not named.isprintable() or clean(named) != named:
        raise InvalidInput("The name of an event is one line of plain text, without control characters.")
    try:
        period = Period(start, start if end is None else end)
    except InvalidPeriod as exc:
        if end is not None and end < start:
            raise InvalidInput(f"The event ends ({end}) before it begins ({start}).") from exc
        raise InvalidInput("An event lies between the years 2000 and 2100.") from exc
    if period.days > MOST_DAYS:
        raise InvalidInput(f"An event has at most {MOST_DAYS} days; this one has {period.days:,}.")
    return Event(named, period, not_comparable, uid)


def during(events: Iterable[Event], *periods: Period) -> Events:
    """Those of ``events`` that touch one of ``periods``."""
    return tuple(one for one in events if any(map(one.touches, periods)))


def unlike_by(events: Events) -> Events:
    """Those of ``events`` that make weeks unlike others, alike whatever they are called and in whatever order."""
    spans = sorted({one.period for one in events if one.not_comparable})
    return tuple(Event("", span, not_comparable=True) for span in spans)


# Why the quiet weeks, and the one after them, are neither judged nor compared with.
TURN_OF_YEAR = "weeks around the turn of the year are not judged"


def unlike(week: Period, events: Events = ()) -> str:
    """Why a week is neither judged nor compared with, as the reason of a signal; empty where it is."""
    if turn_of_year(week):
        return TURN_OF_YEAR
    why = [one.name for one in events if one.not_comparable and one.touches(week)]
    return f"weeks with “{why[0]}” are not judged" if why else ""

"""Which days a question is about, and the instants that ask a server for exactly those days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from engagement.errors import InvalidPeriod

DAY = timedelta(days=1)
MONDAY, SUNDAY = 0, 6

# Offsets from UTC for which the fixed instants below cut exactly the days meant, with an hour of daylight
# saving to spare on the western side.
_WESTERNMOST_FIXED = timedelta(hours=-8)
_FIRST_DAY_AT, _LAST_DAY_AT = time(9, 45), time(8, 15)
_LOCAL_FIRST_DAY_AT, _LOCAL_LAST_DAY_AT, _NOON = time(12, 45), time(11, 15), time(12, 0)
# Blocks of so many days are counted rightly even by servers that begin their windows too late.
_SAFE_BLOCK_DAYS = 4


class Way(StrEnum):
    """How a server works out where the window before the one asked for begins."""

    DOCUMENTED = "documented"
    # The build with swapped dates: nothing is counted before, and of a longer window the last four days alone.
    SWAPPED = "swapped"
    # One day less than the documented way.
    SHORTENED = "shortened"


@dataclass(frozen=True, order=True)
class Period:
    """Whole calendar days of the server, both ends inclusive. Raises InvalidPeriod when it ends before it starts."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidPeriod(f"The period ends ({self.end}) before it starts ({self.start}).")
        if self.start < date(2000, 1, 1) or self.end > date(2100, 1, 1):
            raise InvalidPeriod("Choose a period between the years 2000 and 2100.")

    def __str__(self) -> str:
        return f"{self.start.isoformat()} to {self.end.isoformat()}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """How many days, at least 1."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> Period:
        """The same number of days right before."""
        return self.earlier(1)

    def earlier(self, number: int) -> Period:
        """The same number of days, so many periods before. Raises InvalidPeriod before the year 2000."""
        back = number * self.days * DAY
        return Period(self.start - back, self.end - back)

    def dates(self) -> Iterator[date]:
        """Every day, in order."""
        return (self.start + n * DAY for n in range(self.days))

    def over(self, today: date) -> bool:
        """True when the last day has ended on the server whose date is ``today``."""
        return self.end < today

    def blocks(self, longest: int) -> list[Period]:
        """The period cut into consecutive periods of at most ``longest`` days, in order."""
        starts = range(0, self.days, longest)
        return [Period(self.start + n * DAY, min(self.start + (n + longest - 1) * DAY, self.end)) for n in starts]


def week_of(day: date, week_start: int = MONDAY) -> Period:
    """The week of seven days that holds ``day``; ``week_start`` is a weekday as in ``date.weekday()``."""
    start = day - ((day.weekday() - week_start) % 7) * DAY
    return Period(start, start + 6 * DAY)


def month_of(day: date) -> Period:
    """The calendar month that holds ``day``."""
    first = day.replace(day=1)
    return Period(first, (first + 31 * DAY).replace(day=1) - DAY)


# What a period can be compared with, besides the same number of days from a day on. The names are part of command
# lines, so they never change.
PREVIOUS, SAME_WEEKDAYS, YEAR_BEFORE = "previous", "same-weekdays", "year-before"
COMPARISONS = (PREVIOUS, SAME_WEEKDAYS, YEAR_BEFORE)
# As many days as keep the weekdays.
_YEAR_DAYS = 52 * 7
# One of COMPARISONS, or the first day of what is compared with.
Against = str | date


def compared_with(period: Period, today: date, week_start: int = MONDAY, against: Against = PREVIOUS) -> Period:
    """What ``period`` is held against, the same number of days: those right before it, the same weekdays as few weeks
    before as there can be, the same weeks a year (52 weeks) before, or the days from one on.

    For one that begins with a week and is not over on ``today``, the previous period is the same weekdays before, as
    part of a week is nothing like the days right before it. Raises InvalidPeriod for days that do not lie before it.
    """
    if isinstance(against, date):
        other = Period(against, against + (period.days - 1) * DAY)
        if other.end >= period.start:
            last = period.start - period.days * DAY
            raise InvalidPeriod(f"What {period} is compared with lies before it: from {last} or earlier.")
        return other
    if against not in COMPARISONS:
        raise InvalidPeriod(f"There is no comparison {against!r}; choose a day or one of {', '.join(COMPARISONS)}.")
    begun = not period.over(today) and week_of(period.start, week_start).start == period.start
    if against == PREVIOUS and not begun:
        return period.previous
    length = _YEAR_DAYS if against == YEAR_BEFORE else 7
    back = -(-period.days // length) * length * DAY
    return Period(period.start - back, period.end - back)


def same_weekdays(period: Period, previous: Period) -> bool:
    """True when each day of the one is held against a day of the same weekday."""
    return (period.start - previous.start).days % 7 == 0


def last_full_weeks(today: date, weeks: int = 1, week_start: int = MONDAY) -> Period:
    """The last ``weeks`` full weeks that ended before ``today``."""
    end = week_of(today, week_start).start - DAY
    return Period(end - (7 * weeks - 1) * DAY, end)


def _last_month(today: date) -> Period:
    return month_of(today.replace(day=1) - DAY)


# The names are part of links and command lines, so they never change. All but the last end before today.
PRESETS: MappingProxyType[str, Callable[[date, int], Period]] = MappingProxyType(
    {
        "last-week": lambda today, week_start: last_full_weeks(today, 1, week_start),
        "last-7-days": lambda today, _: Period(today - 7 * DAY, today - DAY),
        "last-4-weeks": lambda today, week_start: last_full_weeks(today, 4, week_start),
        "last-month": lambda today, _: _last_month(today),
        "last-30-days": lambda today, _: Period(today - 30 * DAY, today - DAY),
        "last-90-days": lambda today, _: Period(today - 90 * DAY, today - DAY),
        "this-week": lambda today, week_start: Period(week_of(today, week_start).start, today),
    }
)


def preset_period(name: str, today: date, week_start: int = MONDAY) -> Period:
    """The period that the preset ``name`` means on ``today``. Raises InvalidPeriod for an unknown name."""
    try:
        return PRESETS[name](today, week_start)
    except KeyError:
        raise InvalidPeriod(f"There is no period called {name!r}; choose one of {', '.join(PRESETS)}.") from None


def checked_period(start: date, end: date, today: date, longest: int) -> Period:
    """The period from ``start`` to ``end``. Raises InvalidPeriod when reversed, in the future or too long."""
    period = Period(start, end)
    if period.start > today:
        raise InvalidPeriod(f"The period starts on {period.start}, but on the server it is still {today}.")
    if period.days > longest:
        raise InvalidPeriod(f"The period has {period.days} days; {longest} are the most that can be asked for.")
    return period


@dataclass(frozen=True)
class Window:
    """One request: ``start`` and ``end`` as the server wants them, and the periods that the answer counts.

    ``previous`` is None where the server's own previous window is not the same number of days.
    """

    start: str
    end: str
    period: Period
    previous: Period | None


def windows(
    period: Period, offset: timedelta | None = None, way: Way = Way.DOCUMENTED, previous: Period | None = None
) -> list[Window]:
    """The requests that together count ``period`` and ``previous``, the days right before unless said, exactly.

    ``offset`` is the server's offset from UTC where known. One request answers both periods, the current one first,
    except for a single day, for days that do not lie right before, and except in blocks of four days, for servers
    that count the swapped ``way``.
    The instants: Rocket.Chat's channel list compares N days with N+1 unless the last day is asked for at an earlier
    hour than the first; the shortened way compares N with N where that hour is later.
    """
    previous = previous or period.previous
    if way is Way.SWAPPED:
        both = previous.blocks(_SAFE_BLOCK_DAYS) + period.blocks(_SAFE_BLOCK_DAYS)
        return [_window(block, offset, way, alone=True) for block in both]
    if period.days == 1 or previous != period.previous:
        return [_window(one, offset, way, alone=True) for one in (period, previous)]
    return [_window(period, offset, way, alone=False)]


def _window(period: Period, offset: timedelta | None, way: Way, *, alone: bool) -> Window:
    local = offset is not None and (offset <= _WESTERNMOST_FIXED or period.days == 1)
    shift = offset if local and offset is not None else timedelta(0)
    if period.days == 1:
        first = last = _NOON if local else _FIRST_DAY_AT
    else:
        first, last = (_LOCAL_FIRST_DAY_AT, _LOCAL_LAST_DAY_AT) if local else (_FIRST_DAY_AT, _LAST_DAY_AT)
    if way is Way.SHORTENED:
        first, last = last, first
    start, end = (
        instant_text(datetime.combine(day, at, tzinfo=UTC) - shift)
        for day, at in ((period.start, first), (period.end, last))
    )
    return Window(start, end, period, None if alone else period.previous)


def instant_text(moment: datetime) -> str:
    """``moment`` as the one form that every release accepts, ``YYYY-MM-DDTHH:mm:ss.sssZ``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

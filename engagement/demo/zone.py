"""The clock of the demo workspace: its zone, its today, and the two ways it writes moments."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NOON = time(12)


class ServerClock:
    """What time it is on the server, which may live on another day than we do.

    ``clock`` gives seconds since 1970 (UTC). With ``today``, the server's days start there, at this time of day.
    Raises ValueError for an unknown zone.
    """

    def __init__(self, clock: Callable[[], float], timezone: str | None, today: date | None) -> None:
        name = (timezone or os.environ.get("TZ", "")).lstrip(":") or "UTC"
        try:
            self.zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
            raise ValueError(f"The time zone {name!r} is not known.") from exc
        self._clock = clock
        self._shift = timedelta(0)
        if today is not None:
            here = datetime.fromtimestamp(clock(), self.zone)
            self._shift = datetime.combine(today, here.time(), self.zone).astimezone(UTC) - here.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment on the server, in UTC."""
        return datetime.fromtimestamp(self._clock(), UTC) + self._shift

    def seconds(self) -> float:
        """The present moment in seconds since 1970."""
        return self.now().timestamp()

    def today(self) -> date:
        """The server's local date."""
        return self.now().astimezone(self.zone).date()

    def http_date(self) -> str:
        """The present moment as the ``Date`` header has it."""
        return format_datetime(self.now(), usegmt=True)

    def offset_hours(self) -> float:
        """How many hours the server's zone is ahead of UTC now; a whole number where it is one."""
        offset = self.now().astimezone(self.zone).utcoffset() or timedelta(0)
        hours = offset / timedelta(hours=1)
        return int(hours) if hours == int(hours) else hours

    def local(self, instant: datetime) -> datetime:
        """The wall-clock time of an instant, without a zone."""
        return instant.astimezone(self.zone).replace(tzinfo=None)

    def midnight(self, day: date) -> str:
        """The local midnight that begins ``day``, as it goes over the wire."""
        return self.wire(datetime.combine(day, time(0)))

    def wire(self, moment: date | datetime) -> str:
        """A day (its local noon, or now where that is earlier), a wall-clock time or an instant, as on the wire."""
        if not isinstance(moment, datetime):
            moment = min(datetime.combine(moment, _NOON, self.zone).astimezone(UTC), self.now())
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        else:
            moment -= moment.replace(tzinfo=self.zone).utcoffset() or timedelta(0)
        # As JavaScript's ``toISOString`` writes it.
        return moment.isoformat(timespec="milliseconds") + "Z"

    def wall_clock(self, moment: date | datetime) -> datetime:
        """Any moment of a room as wall-clock time without a zone, to compare it with others."""
        if not isinstance(moment, datetime):
            return datetime.combine(moment, _NOON)
        return moment if moment.tzinfo is None else self.local(moment)

"""Events out of files: calendars (iCalendar, RFC 5545) and tables with the columns HEAD."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from engagement.errors import InvalidInput
from engagement.numbers.events import LONGEST_NAME, Event, Events, event
from engagement.numbers.naming import clean
from engagement.numbers.periods import DAY
from engagement.storage.events import MOST_EVENTS

MOST_BYTES = 5_000_000
HEAD = ("name", "start", "end", "not_comparable")
_NO_CALENDAR = "It is not a calendar (iCalendar, RFC 5545, in UTF-8)."
# A calendar that others make may say anything under it, and every event of it is read with every page.
_LONGEST_UID = 255
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")

# The server's date at an instant (aware).
DayOf = Callable[[datetime], date]


def read_events(path: Path, day_of: DayOf) -> tuple[Events, tuple[str, ...]]:
    """The events of a file that ends in .ics or .csv, and what is to be said of them. Raises InvalidInput where the
    file is none of these or one of its events cannot be used, and OSError.
    """
    readers: dict[str, Callable[[bytes, DayOf], tuple[Events, tuple[str, ...]]]] = {".ics": _calendar, ".csv": _table}
    read = readers.get(path.suffix.lower())
    if read is None:
        raise InvalidInput(f"{path} is neither an .ics nor a .csv file.")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        found, notes = read(content, day_of)
    except InvalidInput as exc:
        raise InvalidInput(f"{path}: {exc}") from exc
    if not found:
        raise InvalidInput(f"{path} has no event.")
    if len(found) > MOST_EVENTS:
        raise InvalidInput(f"{path} has {len(found):,} events; at most {MOST_EVENTS:,} can be kept.")
    return found, notes


def _calendar(content: bytes, day_of: DayOf) -> tuple[Events, tuple[str, ...]]:
    # It is needed for this kind of file alone.
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(content.decode("utf-8-sig"), multiple=True)
        parts = [part for calendar in calendars for part in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
        raise InvalidInput(_NO_CALENDAR) from exc
    if not calendars:
        raise InvalidInput(_NO_CALENDAR)
    found = tuple(_of_part(part, day_of) for part in parts if str(part.get("STATUS", "")).upper() != "CANCELLED")
    repeated = sum("RRULE" in part or "RDATE" in part for part in parts)
    once = f"Of events that repeat ({repeated}), only the first time is taken."
    return found, (once,) if repeated else ()


def _of_part(part: Any, day_of: DayOf) -> Event:
    """One event of a calendar, in which the end of one without a time of day is the day after its last."""
    name = clean(str(_first(part, "SUMMARY"))).strip()[:LONGEST_NAME].strip()
    try:
        start, end = part.start, part.end
        if end > start:
            # The instant at which an event ends, midnight in most cases, is no part of it.
            end -= datetime.resolution if isinstance(end, datetime) else DAY
        first, last = _day(start, day_of), _day(end, day_of)
        uid, again = clean(_first(part, "UID"))[:_LONGEST_UID], part.get("RECURRENCE-ID")
        uid += f" {again.to_ical().decode()}" if again else ""
    except (ValueError, TypeError, AttributeError, OverflowError) as exc:
        raise InvalidInput(f"The days of the event “{name}” cannot be read.") from exc
    try:
        return event(name or "(no name)", first, max(first, last), uid=uid)
    except InvalidInput as exc:
        raise InvalidInput(f"The event “{name}” of {first}: {exc}") from exc


def _first(part: Any, key: str) -> Any:
    """What is told once of an event; of what a calendar tells more than once, the first."""
    told = part.get(key, "")
    return told[0] if isinstance(told, list) else told


def _day(moment: date, day_of: DayOf) -> date:
    if not isinstance(moment, datetime):
        return moment
    # A time of no zone is the same on every clock, and so on the server's.
    return moment.date() if moment.tzinfo is None else day_of(moment.astimezone(UTC))


def _table(content: bytes, _: DayOf) -> tuple[Events, tuple[str, ...]]:
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise InvalidInput("It is not a table in UTF-8.") from exc
    return tuple(_rows(rows)), ()


def _rows(rows: list[dict[str, Any]]) -> Iterator[Event]:
    for number, row in enumerate(rows, start=2):
        told = {str(name).strip().casefold(): str(value or "").strip() for name, value in row.items()}
        if not {"name", "start"} <= told.keys() <= {*HEAD}:
            raise InvalidInput(f"The columns are not {', '.join(HEAD)} (the last two may be missing).")
        try:
            start, end = date.fromisoformat(told["start"]), told.get("end", "")
            yield event(
                told["name"],
                start,
                date.fromisoformat(end) if end else None,
                not_comparable=_whether(told.get("not_comparable", "")),
            )
        except (ValueError, InvalidInput) as exc:
            why = str(exc) if isinstance(exc, InvalidInput) else "a day is written like 2026-11-09."
            raise InvalidInput(f"Line {number}: {why}") from exc


def _whether(text: str) -> bool:
    if text.casefold() not in (*_YES, *_NO):
        raise InvalidInput("not_comparable is yes or no.")
    return text.casefold() in _YES

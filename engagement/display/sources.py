"""Where the messages of a view come from, where no server counted them: the counters of rooms, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from engagement.display import wording
from engagement.display.wording import count, plural
from engagement.numbers.counters import Readings, Span
from engagement.numbers.rooms import COUNTER_FELL, Activity
from engagement.numbers.zone import clocks, zone_name

COUNTED, NET, UNKNOWN = "counted by the server", "net of deleted and pruned messages", "not known"
NO_MODULE = (
    "This workspace has no Premium licence with the engagement dashboard, so its server counts no messages per day."
)
# What the figure of messages means there, in place of what the server counts.
MEANING = (
    "By how much the rooms' own counters rose: messages less those that were deleted or pruned; bots count, system "
    "messages do not."
)


def source(activity: Activity) -> str:
    """Where the messages come from, in a few words: COUNTED, NET or UNKNOWN."""
    return NET if activity.net else COUNTED if activity.counted else UNKNOWN


def told(activity: Activity) -> str:
    """Two or three sentences on what the messages of a workspace without the module are; empty for any other."""
    if activity.counted and not activity.net:
        return ""
    readings = activity.readings or Readings()
    if not activity.net:
        return f"{NO_MODULE} {_not_known(readings, activity.offset)} Shown is what the room directory knows."
    before = f"; those before {span_text(readings.before, activity.offset)}" if readings.before else ""
    said = f"Messages are {NET}, by the rooms' own counters {span_text(readings.span, activity.offset)}{before}."
    if not readings.before:
        said += " Of the days before, no reading lies near enough to both ends."
    elif not readings.alike:
        said += " The two are not of the same length."
    if lost := int(activity.rooms["remark"].eq(COUNTER_FELL).sum()):
        said += f" In no total: {plural(lost, 'room')} whose counter fell or was not read."
    return said


def _not_known(readings: Readings, offset: timedelta | None) -> str:
    if readings.first is None or readings.last is None:
        return "No reading of its rooms' counters is kept yet: it takes two to tell what was written in between."
    read, first = "Its rooms' own counters have been read", moment_text(readings.first, offset)
    if readings.number == 1:
        return f"{read} once, on {first}; it takes a reading at either end of the period."
    return (
        f"{read} {count(readings.number)} times since {first}, and no reading lies near enough to both ends of this "
        "period."
    )


def readings_text(readings: Readings, offset: timedelta | None) -> str:
    """How many readings of the counters are kept, and from when to when."""
    if readings.first is None or readings.last is None:
        return "no reading of the rooms' counters is kept yet"
    kept = f"{plural(readings.number, 'reading')} of the rooms' counters kept"
    if readings.number == 1:
        return f"{kept}, of {moment_text(readings.first, offset)}"
    return f"{kept}, {span_text(Span(readings.first, readings.last), offset)}"


def span_text(span: Span | None, offset: timedelta | None) -> str:
    """Between which moments counters were read: "from 9 Nov 2026, 00:05 to 16 Nov 2026, 00:04 UTC"."""
    if span is None:
        return UNKNOWN
    return f"from {moment_text(span.start, offset, named=False)} to {moment_text(span.end, offset)}"


def moment_text(moment: datetime, offset: timedelta | None, *, named: bool = True) -> str:
    """A moment as "9 Nov 2026, 00:05 UTC"."""
    return wording.moment_text(moment, clocks(offset)) + (f" {zone_name(offset)}" if named else "")

"""What was counted in a period and the one it is compared with, per room and per day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from engagement.api.client import ChannelCounts, Client, DailyTotals
from engagement.api.refusals import ENDS_ALL
from engagement.errors import Outdated, StoreUnavailable, WorkspaceError
from engagement.numbers.counters import Readings
from engagement.numbers.days import index_of, uncounted, uncounted_note
from engagement.numbers.periods import DAY, Period, Way, Window, week_of, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt, witnessed
from engagement.numbers.rooms import spoke
from engagement.reading.facts import (
    NO_DAYS,
    NO_TOTALS,
    ZONE_NOTE,
    Facts,
    every_day,
    server_dates,
)
from engagement.reading.jobs import Teller
from engagement.reading.weeks import before, in_one, keep_week
from engagement.reading.year import REACHES_BACK, together
from engagement.storage.archive import Archive, Scope, WeekMatrix

# What a window holds, and when that was read by the server's clock.
Answer = tuple[ChannelCounts, datetime]

# Two months, where ten calls a minute are allowed.
MOST_SINGLE_DAYS = 62
# Days that lie no further apart are asked for in one call, with those between.
SAME_CALL = timedelta(days=90)
# Totals of days that were read so lately are not asked for again.
JUST_NOW = timedelta(minutes=1)
NOT_ALIKE_NOTE = (
    "The two periods do not have the same days counted: comparing them is not like for like, and nothing is judged by "
    "it."
)


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted in a period and the one it is compared with, per room and per day, and how reading it went.

    Of the ``unreadable`` rooms it is not known, so no table has them. ``lists`` is the receipt of the rooms alone,
    which were read at ``read_at`` by the server's clock. ``readings`` are those of the counters of rooms, where the
    server counts nothing: what rooms had is then net, and NaN where it is not known.
    """

    period: Period
    previous: Period
    rooms: pd.DataFrame | None
    daily: pd.Series
    lists: Receipt
    receipt: Receipt
    read_at: datetime
    unreadable: frozenset[str] = frozenset()
    readings: Readings | None = None


def read_counts(
    client: Client,
    ask: Callable[[Window], Answer],
    facts: Facts,
    period: Period,
    previous: Period,
    now: datetime,
    tell: Teller[Any],
) -> Counts:
    """The counts of both periods at ``now``, by the server's clock: ``ask`` gives those of rooms."""
    tell.stage("Reading messages per room")
    asked = windows(period, facts.offset, facts.way, previous)
    answers = []
    for number, window in enumerate(asked, start=1):
        if len(asked) > 1:
            tell.stage(f"Reading messages per room, part {number} of {len(asked)}")
        answers.append(ask(window))
    rooms, read_at = in_one(asked, [counts for counts, _ in answers], period), min(at for _, at in answers)
    if _just_read(facts, previous, period, now):
        known = as_counts(facts, period, previous, rooms, read_at)
        # What was written in between is in the rooms alone.
        if known.lists.complete or not rooms.receipt.complete:
            return known
    return as_counts(facts, period, previous, rooms, read_at, read_daily(client, facts, previous, period))


def kept_counts(
    kept: WeekMatrix, facts: Facts, period: Period, previous: Period, today: date, listed: pd.DataFrame
) -> Counts | None:
    """The counts of both periods as their weeks were last read, of the rooms ``listed``, which have the names: not
    whole, and said so. None where a week is not kept whole, has a day that was not counted, or more messages
    than its days.
    """
    found = [kept.windows[week] for week in kept.periods if week in kept.windows]
    if len(found) < len(kept.periods) or not all(window.meta.complete for window in found):
        return None
    read_at = min(window.meta.read_at for window in found)
    before, now = (half.sum(axis=1).astype("int64") for half in np.hsplit(kept.counts, 2))
    told = pd.DataFrame({"room_id": kept.room_ids, "messages": now, "previous_messages": before})
    told = told[(kept.counts != 0).any(axis=1)]
    receipt = sum((Receipt(notes=window.meta.notes) for window in found), NOTHING_READ)
    daily = _of_days(facts.daily, previous, period) if _in_year(facts, previous, period) else NO_DAYS
    counts = as_counts(facts, period, previous, ChannelCounts(told, receipt), read_at, DailyTotals(daily, NOTHING_READ))
    if not counts.lists.complete or uncounted_days(facts, today, counts):
        return None
    rooms = listed[NAMED].merge(told, on="room_id")
    lists = counts.lists + _left_out(len(told) - len(rooms))
    note = f"As of {read_at - facts.skew:%Y-%m-%d %H:%M} UTC, when its weeks were last read; being read anew."
    return replace(counts, rooms=rooms, lists=lists, receipt=lists + Receipt(notes=(note,), complete=False))


NAMED = ["room_id", "name", "usernames", "type", "created"]


def _left_out(rooms: int) -> Receipt:
    if not rooms:
        return NOTHING_READ
    which = "1 room that had messages then is" if rooms == 1 else f"{rooms:,} rooms that had messages then are"
    return Receipt(notes=(f"{which} not in the room directory and left out meanwhile.",), complete=False)


def keep_full_weeks(archive: Archive, scope: Scope, facts: Facts, counts: Counts, week_start: int) -> list[Period]:
    """What has just been read of full weeks that are over replaces what was kept; the weeks kept come back.

    A reading does without a place to keep it.
    """
    if counts.rooms is None or counts.period != week_of(counts.period.start, week_start):
        return []
    now, day = ChannelCounts(counts.rooms, counts.lists), facts.zone.day(counts.read_at)
    weeks = {counts.period: now, counts.previous: before(now)}
    over = [
        week
        for week in weeks
        if week.over(day)
        and week == week_of(week.start, week_start)
        and (not facts.first_counted or week.start >= facts.first_counted)
    ]
    with suppress(StoreUnavailable):
        for week in over:
            keep_week(archive, scope, facts, week, weeks[week], counts.read_at)
    return over


def as_counts(
    facts: Facts,
    period: Period,
    previous: Period,
    counts: ChannelCounts,
    read_at: datetime,
    daily: DailyTotals | None = None,
) -> Counts:
    """The counts of rooms together with the totals of the days, those of the ``facts`` unless said."""
    daily = daily or DailyTotals(_of_days(facts.daily, previous, period), NOTHING_READ)
    lists = counts.receipt
    # The days of a zone that is not sure may be those of their neighbours.
    if ZONE_NOTE not in facts.receipt.notes:
        for column, days in (("messages", period), ("previous_messages", previous)):
            lists += _by_days(int(counts.rooms[column].sum()), daily.messages, days, facts.zone.day(read_at))
    receipt = lists + daily.receipt
    return Counts(period, previous, counts.rooms, daily.messages, lists, receipt, read_at, counts.unreadable)


def _just_read(facts: Facts, previous: Period, period: Period, now: datetime) -> bool:
    """Whether the totals of the year, read just now, tell all days of both periods."""
    if facts.remembered or facts.daily_at is None or not timedelta(0) <= now - facts.daily_at < JUST_NOW:
        return False
    return _in_year(facts, previous, period)


def _in_year(facts: Facts, previous: Period, period: Period) -> bool:
    """Whether the totals of the year tell all days of both periods."""
    if facts.daily.empty or facts.daily_at is None:
        return False
    reach = (facts.daily_at - REACHES_BACK).date() + DAY
    return previous.start > reach and period.over(facts.zone.day(facts.daily_at))


def _by_days(in_rooms: int, daily: pd.Series, period: Period, today: date) -> Receipt:
    """What the totals of days that are over say of the messages of rooms; nothing where they are not known.

    They were read later, so whatever was written meanwhile is in them.
    """
    days = daily.reindex(index_of(period.dates()))
    known = period.over(today) and bool(days.notna().all())
    return witnessed(in_rooms, int(days.sum()), period) if known else NOTHING_READ


def uncounted_days(facts: Facts, today: date, counts: Counts) -> tuple[date, ...]:
    """The days of both periods that were not counted, by what was read now and the year before it; none where the
    server counts nothing: counters know of no days.
    """
    if counts.readings is not None:
        return ()
    first, asked = facts.first_counted, {*counts.previous.dates(), *counts.period.dates()}
    until = facts.zone.day(facts.daily_at) if facts.daily_at is not None else today
    days = pd.concat([every_day(facts.daily, until).drop(counts.daily.index, errors="ignore"), counts.daily])
    found = {*uncounted(days, today), *(day for day in asked if first is not None and day < first)}
    for window, column in ((counts.period, "messages"), (counts.previous, "previous_messages")):
        # A whole window without a message is no data, whatever is usual.
        if counts.rooms is not None and not spoke(counts.rooms[column]).any():
            found |= {day for day in window.dates() if day < today}
    return tuple(sorted(asked & found))


def gap_notes(facts: Facts, lacking: Sequence[date]) -> tuple[str, ...]:
    """What is to be said of days that were not counted; those before the first counted one have their own note."""
    if not lacking:
        return ()
    told = [day for day in lacking if facts.first_counted is None or day >= facts.first_counted]
    return (*((uncounted_note(told),) if told else ()), NOT_ALIKE_NOTE)


def read_daily(client: Client, facts: Facts, previous: Period, period: Period) -> DailyTotals:
    """Messages of all rooms together on every day of both periods, zeros included; by naive midnights of the server.

    None of them where they cannot be read, or would take too many calls. Raises Outdated where ``facts`` that are
    remembered are not confirmed by them.
    """
    near = (period.start - previous.end) <= SAME_CALL
    blocks = [Period(previous.start, period.end)] if near else [previous, period]
    if facts.way is Way.SWAPPED:
        # That build answers for single days alone.
        blocks = [*previous.blocks(1), *period.blocks(1)]
        if client.calls_a_minute is not None and len(blocks) > MOST_SINGLE_DAYS:
            return DailyTotals(NO_DAYS, NO_TOTALS.receipt)
    asked = [windows(block, facts.offset)[0] for block in blocks]
    try:
        totals = together([client.sent_per_day(window.start, window.end) for window in asked])
    except ENDS_ALL:
        raise
    except WorkspaceError as exc:
        if facts.remembered:
            raise Outdated from exc
        return DailyTotals(NO_DAYS, NO_TOTALS.receipt)
    if facts.remembered and facts.zone.named is None and not facts.zone.has_midnights(totals.messages.index):
        raise Outdated
    return DailyTotals(_of_days(server_dates(totals.messages, facts.offset), previous, period), totals.receipt)


def _of_days(dated: pd.Series, previous: Period, period: Period) -> pd.Series:
    """The days of both periods out of those that a server told: what it does not name had no message."""
    return dated.reindex(index_of((*previous.dates(), *period.dates())), fill_value=0).astype("int64")

"""Past weeks of every room: those that are kept, and those that are read once and then kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from engagement.activity import counts_of
from engagement.api import ChannelCounts, Client
from engagement.archive import Archive, Scope, WeekMatrix, WindowMeta
from engagement.periods import DAY, Period, week_of, windows
from engagement.readings import Teller
from engagement.verdict import judge, turn_of_year
from engagement.workspace import Facts

# Raised when the way of asking changes so that older windows mean something else.
RULE = 1
# The weeks a verdict looks at: eight to compare with, and up to four low or silent ones before the week judged.
VERDICT_WEEKS = 13


@dataclass(frozen=True, eq=False)
class History:
    """Messages per room and week: ``counts`` has room ids as index and the first day of each week as columns.

    NaN where nothing is known: the week was not read yet, or the server counted nothing in it. ``missing`` are the
    weeks still to be read, ``notes`` say what is incomplete. Shared: never assign to its table.
    """

    weeks: tuple[Period, ...]
    counts: pd.DataFrame
    missing: tuple[Period, ...]
    notes: tuple[str, ...] = ()

    def totals(self, room_ids: Sequence[str] | pd.Series) -> pd.DataFrame:
        """messages and active_rooms per week (first day as index) of the rooms given; NaN for weeks not known."""
        rooms = self.counts[self.counts.index.isin(room_ids)]
        known = self.counts.notna().any()
        return pd.DataFrame(
            {"messages": rooms.sum().where(known), "active_rooms": (rooms > 0).sum().astype("float64").where(known)}
        )

    def turns_of_year(self) -> list[bool]:
        """Which weeks touch the turn of the year, when chat is quiet and then seems to grow."""
        return [turn_of_year(week) for week in self.weeks]


def weeks_until(end: Period, number: int) -> list[Period]:
    """``number`` weeks, the last of them ``end``, oldest first."""
    return [Period(end.start - 7 * n * DAY, end.end - 7 * n * DAY) for n in reversed(range(number))]


def last_full_week(period: Period, week_start: int) -> Period | None:
    """The last full week inside ``period``; None where there is none."""
    week = week_of(period.end, week_start)
    if week.end > period.end:
        week = Period(week.start - 7 * DAY, week.end - 7 * DAY)
    return week if week.start >= period.start else None


def read_history(
    client: Client,
    archive: Archive,
    scope: Scope,
    facts: Facts,
    weeks: Sequence[Period],
    tell: Teller[History],
    *,
    now: Callable[[], datetime],
) -> History:
    """The history of ``weeks``: what is kept at once, the rest read newest first, each kept whole as it arrives."""
    kept = archive.weeks(scope, weeks, RULE)
    history = _history(kept, facts, now())
    tell.partial(history)
    waiting = list(reversed(kept.to_read))
    total = len(waiting)
    while waiting:
        tell.stage("Reading past weeks")
        tell.progress(total - len(waiting), total)
        for week, counts in _read(client, facts, waiting[0]):
            _keep(archive, scope, facts, week, counts, now())
            if week in waiting:
                waiting.remove(week)
        # One read of the archive after each call costs a hundredth of the call.
        history = _history(archive.weeks(scope, weeks, RULE), facts, now(), done=not waiting)
        tell.partial(history)
    return history


def _read(client: Client, facts: Facts, week: Period) -> list[tuple[Period, ChannelCounts]]:
    """One week and, where the server counts it rightly, the week before from the same answer."""
    if facts.block_days:
        blocks = [w for w in windows(week, facts.offset, facts.block_days) if w.period.start in week]
        answers = [client.channel_counts(block, every_room=False) for block in blocks]
        parts = [(w.period, False, a.rooms) for w, a in zip(blocks, answers, strict=True)]
        return [(week, _together(answers, counts_of(parts, week)))]
    answer = client.channel_counts(windows(week, facts.offset)[0], every_room=False)
    before = answer.rooms.assign(messages=answer.rooms["previous_messages"])
    return [(week, answer), (week.previous, _together([answer], before))]


def _together(answers: Sequence[ChannelCounts], rooms: pd.DataFrame) -> ChannelCounts:
    return ChannelCounts(
        rooms=rooms,
        announced=max(a.announced for a in answers),
        received=max(a.received for a in answers),
        duplicates=sum(a.duplicates for a in answers),
        calls=sum(a.calls for a in answers),
        reread=sum(a.reread for a in answers),
        complete=all(a.complete for a in answers),
        every_room=False,
        notes=tuple(dict.fromkeys(note for a in answers for note in a.notes)),
    )


def _keep(archive: Archive, scope: Scope, facts: Facts, week: Period, counts: ChannelCounts, read_at: datetime) -> None:
    rooms = counts.rooms[counts.rooms["messages"] != 0]
    names = counts.rooms[["room_id", "name", "type", "created"]]
    names = names.assign(created=names["created"].dt.tz_localize(None))
    archive.put(
        scope,
        week,
        rooms.set_index("room_id")["messages"],
        names,
        WindowMeta(
            read_at=read_at + facts.skew,
            announced=counts.announced,
            received=counts.received,
            complete=counts.complete,
            notes=counts.notes,
            rule=RULE,
            zone=zone_name(facts.offset),
        ),
    )


def zone_name(offset: timedelta | None) -> str:
    """An offset as ``UTC+02:00``; plain ``UTC`` where there is none."""
    minutes = int((offset or timedelta(0)).total_seconds() // 60)
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _history(kept: WeekMatrix, facts: Facts, now: datetime, *, done: bool = False) -> History:
    table = pd.DataFrame(kept.counts, index=kept.room_ids, columns=[pd.Timestamp(p.start) for p in kept.periods])
    for week, column in zip(kept.periods, table.columns, strict=True):
        before_counting = facts.first_counted is not None and week.end < facts.first_counted
        if before_counting or not table[column].fillna(0).any():
            table[column] = np.nan
    incomplete = [str(w.period) for w in kept.windows.values() if not w.meta.complete]
    notes = (f"Not complete: the weeks {', '.join(incomplete)}.",) if incomplete else ()
    missing = () if done else tuple(w for w in kept.to_read if w not in kept.windows)
    return History(tuple(kept.periods), table, missing, notes)


def verdicts(rooms: pd.DataFrame, history: History | None) -> pd.DataFrame:
    """A verdict for every room of a rooms table on the last week of the history, with ``room_id`` as index.

    The columns are those of ``verdict.judge``; without a history, all are missing. Rooms that the history never
    counted were silent in its known weeks.
    """
    index = pd.Index(rooms["room_id"])
    if history is None or not len(rooms):
        texts = {name: pd.Series(np.nan, index=index, dtype="str") for name in ("verdict", "reason")}
        numbers = {name: pd.Series(np.nan, index=index) for name in ("usual_low", "usual_high", "level", "weeks_known")}
        return pd.DataFrame(texts | numbers)
    known = history.counts.notna().any().to_numpy()
    counts = history.counts.reindex(index).fillna(0.0).to_numpy(dtype=np.float64)
    first_day = pd.Timestamp(history.weeks[0].start)
    days = (rooms["created"] - first_day).dt.days.astype("float64")
    made_in_week = np.floor(days.to_numpy(dtype=np.float64) / 7)
    return judge(np.where(known, counts, np.nan), made_in_week, history.turns_of_year()).set_axis(index, axis="index")

"""Past windows of every room: those that are kept, those that are read and then kept, and those that are due again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pandas as pd

from engagement.api.client import ChannelCounts, Client
from engagement.api.pace import Turn
from engagement.api.refusals import ENDS_ALL
from engagement.errors import ReadingStopped, SlowDown, WorkspaceError
from engagement.numbers.days import index_of, uncounted_note
from engagement.numbers.periods import Period, Way, Window, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt, witnessed
from engagement.numbers.rooms import counts_of, without
from engagement.numbers.weeks import History, holding
from engagement.numbers.zone import zone_name
from engagement.reading.estimate import Calls
from engagement.reading.facts import Facts, server_dates
from engagement.reading.jobs import Teller
from engagement.storage.archive import Archive, KeptWindow, Scope, WeekMatrix, WindowMeta

# Raised when the way of asking changes so that older windows mean something else.
RULE = 1


@dataclass(frozen=True)
class Again:
    """Which kept weeks are read again: the last ``weeks``, or those of them read longer than ``after`` ago."""

    weeks: int
    after: timedelta | None = None


NEVER = Again(0)
# Purges and late edits change what is kept, most of them lately.
QUARTER = Again(13, timedelta(weeks=1))


def read_history(
    client: Client,
    archive: Archive,
    scope: Scope,
    facts: Facts,
    weeks: Sequence[Period],
    tell: Teller[History],
    *,
    now: Callable[[], datetime],
    again: Again = NEVER,
    most: int = 0,
) -> History:
    """The history of ``weeks``: what is kept at once, the rest read newest first, each kept whole as it arrives.

    What is kept is read ``again`` as it says. With ``most``, only so many of the last weeks are read, and those before
    are as they are kept.

    Weeks that begin before the first counted day are not asked for: even the last of them was not counted whole.
    Those that another reading of the scope keeps meanwhile are taken from there.
    """
    job = WindowsJob(client, archive, scope, facts, tuple(weeks), now, again, most)
    tell.stage("Reading past weeks")
    return job.run(tell)


def renew(
    client: Client,
    archive: Archive,
    scope: Scope,
    facts: Facts,
    weeks: Sequence[Period],
    tell: Teller[bool],
    *,
    now: Callable[[], datetime],
) -> bool:
    """Reads the newest of ``weeks`` that is due again, and the week before with it; True when it did.

    Nobody waits for this, and nobody shall wait because of it: it gives up instead of pausing for the rate limit, and
    where a limited server wants more than one call for a window.
    """
    client = client.with_waits(sleep=_give_up, stop=tell.stop).at_turn(Turn.BACKGROUND)
    job = WindowsJob(client, archive, scope, facts, tuple(weeks), now, QUARTER)
    _, waiting = job.look()
    due = [week for week in waiting if week in job.kept]
    if not due:
        return False
    with suppress(ReadingStopped, SlowDown):
        job.read(due, tell, one_call=True)
        return True
    return False


def _give_up(_seconds: float) -> None:
    raise ReadingStopped


@contextmanager
def _turn(scope: Scope, what: str, tell: Teller[History]) -> Iterator[None]:
    """One reading of a scope at a time asks for weeks, or for days, so that two of them do not ask for the same."""
    with _turns_lock:
        turn = _turns.setdefault((scope, what), threading.Lock())
    while not turn.acquire(timeout=0.2):
        tell.check()
    try:
        yield
    finally:
        turn.release()


# A turn is forgotten with the last reading that waits for it or has it.
_turns: WeakValueDictionary[tuple[Scope, str], threading.Lock] = WeakValueDictionary()
_turns_lock = threading.Lock()


@dataclass
class WindowsJob:
    """One reading of windows: what it wants of the last ``most`` of them (0: all), and what it has asked for.

    ``what`` they are is said in its progress.
    """

    client: Client
    archive: Archive
    scope: Scope
    facts: Facts
    weeks: tuple[Period, ...]
    now: Callable[[], datetime]
    again: Again = NEVER
    most: int = 0
    what: str = "weeks"
    read_of: tuple[Period, ...] = field(init=False)
    began: datetime = field(init=False)
    asked: set[Period] = field(default_factory=set)
    kept: dict[Period, KeptWindow] = field(default_factory=dict)
    per_read: int = 1
    spent: Receipt = NOTHING_READ

    def __post_init__(self) -> None:
        self.began = self.now() + self.facts.skew
        self.read_of = self.weeks[-self.most :]

    def run(self, tell: Teller[History]) -> History:
        """What is kept at once, the rest newest first, each kept whole as it arrives."""
        while True:
            history, waiting = self.look()
            tell.partial(history)
            if not waiting:
                return history
            with _turn(self.scope, self.what, tell):
                if left := self.not_kept_meanwhile(waiting):
                    self.read(left, tell)

    def look(self) -> tuple[History, list[Period]]:
        """What is kept now, and the weeks to ask for, newest first."""
        found = self.archive.weeks(self.scope, self.weeks, RULE)
        self.kept = dict(found.windows)
        wanted = {*filter(self._wanted, found.to_read), *self._due()} - self.asked
        waiting = [week for week in reversed(self.read_of) if week in wanted]
        return _history(found, self.facts, self.read_of, waiting, self.spent), waiting

    def not_kept_meanwhile(self, waiting: Sequence[Period]) -> list[Period]:
        """Those of ``waiting`` that no other reading has kept since the last look."""
        kept = self.archive.kept(self.scope, waiting, RULE)
        return [week for week in waiting if kept.get(week) == self.kept.get(week)]

    def _due(self) -> list[Period]:
        """The kept weeks to read again."""
        last, after = self.weeks[-self.again.weeks :] if self.again.weeks else (), self.again.after
        kept = [self.kept[week] for week in last if week in self.kept]
        return [window.period for window in kept if after is None or window.meta.read_at < self.began - after]

    def _wanted(self, week: Period) -> bool:
        first = self.facts.first_counted
        lately = week in self.kept and self.kept[week].meta.read_at >= self.began
        return not lately and (first is None or week.start >= first)

    def read(self, waiting: list[Period], tell: Teller[Any], *, one_call: bool = False) -> None:
        """Reads the newest of ``waiting``, and the week before where the same answer has it; keeps them.

        With ``one_call`` it raises ReadingStopped where the rate limit counts and one call does not bring the window.
        """
        most = len(self.read_of)
        done = most - len(waiting)
        calls = Calls(self._reads(waiting), per_window=self.per_read)
        tell.progress(done, most, self.what, calls.later_pauses(self.client.calls_a_minute))

        def page(received: int, announced: int) -> None:
            nonlocal calls
            if one_call and received < announced and self.client.calls_a_minute is not None:
                raise ReadingStopped
            calls = calls.page(received, announced)
            tell.progress(done, most, self.what, calls.later_pauses(self.client.calls_a_minute))

        answered = [
            (week, self._witnessed(week, counts)) for week, counts in _read(self.client, self.facts, waiting[0], page)
        ]
        for week, counts in answered:
            if week in waiting:
                self.asked.add(week)
                keep_week(self.archive, self.scope, self.facts, week, counts, self.now() + self.facts.skew)
        self.per_read = max(1, answered[0][1].receipt.pages)
        self.spent += answered[0][1].receipt.cost

    def _witnessed(self, week: Period, counts: ChannelCounts) -> ChannelCounts:
        """The counts of a week, not complete where they are more than the totals of its days, which are read anew
        before that is said: they may have been known for an hour.
        """
        in_rooms, daily = int(counts.rooms["messages"].sum()), self.facts.daily
        days = index_of(week.dates())
        if daily.empty or daily.index.min() > days[0] or in_rooms <= daily.reindex(days).sum():
            return counts
        window = windows(week, self.facts.offset)[0]
        try:
            daily = server_dates(self.client.sent_per_day(window.start, window.end).messages, self.facts.offset)
        except ENDS_ALL:
            raise
        except WorkspaceError:
            return counts
        return replace(counts, receipt=counts.receipt + witnessed(in_rooms, int(daily.reindex(days).sum()), week))

    def _reads(self, waiting: Sequence[Period]) -> int:
        """How many reads bring all of ``waiting``: one for two neighbours, except in blocks of days."""
        if self.facts.way is Way.SWAPPED:
            return len(waiting)
        reads, brought = 0, set[Period]()
        for week in waiting:
            if week not in brought:
                reads += 1
                if week.days > 1:
                    brought.add(week.previous)
        return reads


def keep_week(
    archive: Archive, scope: Scope, facts: Facts, week: Period, counts: ChannelCounts, read_at: datetime
) -> None:
    """Keeps what was just read of a week in place of what was kept, unless that was whole and this is not."""
    whole = counts.receipt.complete
    kept = archive.kept(scope, [week], RULE).get(week)
    if kept is not None and kept.meta.complete and not whole:
        return
    # In a window that is not whole, a room that arrived without a message is known, one that is missing is not.
    told = counts.rooms[(counts.rooms["messages"] != 0) | (not whole)]
    meta = WindowMeta.of(counts.receipt, read_at, rule=RULE, zone=zone_name(facts.offset))
    archive.put(scope, week, told.set_index("room_id")["messages"], meta)


def all_kept(archive: Archive, scope: Scope, weeks: Sequence[Period]) -> bool:
    """Whether all of these weeks are kept whole, so that none of them is read."""
    kept = archive.kept(scope, weeks, RULE)
    return all(week in kept and kept[week].settled and kept[week].meta.complete for week in weeks)


def _read(
    client: Client, facts: Facts, week: Period, page: Callable[[int, int], None]
) -> list[tuple[Period, ChannelCounts]]:
    """One week and, where the server counts it rightly, the week before from the same answer."""
    asked = windows(week, facts.offset, facts.way)
    if facts.way is Way.SWAPPED:
        blocks = [window for window in asked if window.period.start in week]
        answers = [client.channel_counts(block, every_room=False, progress=page) for block in blocks]
        return [(week, in_one(blocks, answers, week))]
    answer = client.channel_counts(asked[0], every_room=False, progress=page)
    return [(week, answer)] if asked[0].previous is None else [(week, answer), (week.previous, before(answer))]


def in_one(asked: Sequence[Window], answers: Sequence[ChannelCounts], period: Period) -> ChannelCounts:
    """The answers to the requests for ``period`` and the days before as one, without what one of them left unread."""
    parts = [(w.period, w.previous is not None, a.rooms) for w, a in zip(asked, answers, strict=True)]
    unreadable = frozenset[str]().union(*(answer.unreadable for answer in answers))
    receipt = sum((answer.receipt for answer in answers), NOTHING_READ)
    return ChannelCounts(without(counts_of(parts, period), unreadable), receipt, unreadable)


def before(counts: ChannelCounts) -> ChannelCounts:
    """What the same answer tells of its previous window."""
    return replace(counts, rooms=counts.rooms.assign(messages=counts.rooms["previous_messages"]))


def _history(
    kept: WeekMatrix, facts: Facts, asked: Sequence[Period], waiting: Sequence[Period], spent: Receipt
) -> History:
    """What is kept; notes are on the weeks ``asked`` for alone, as nobody waits for the others."""
    counts = kept.counts
    first, notes = facts.first_counted, []
    days = [day for week in kept.periods for day in week.dates() if day in facts.uncounted]
    uncounted = holding(days, kept.periods)
    for week, column in zip(kept.periods, counts.T, strict=True):
        # What is not known counts as not zero.
        if week in uncounted or np.count_nonzero(column) == np.count_nonzero(np.isnan(column)):
            column[:] = np.nan
    if first is not None and any(week.start < first and week not in kept.windows for week in asked):
        notes.append(f"The server counted nothing before {first}; weeks that begin earlier have no data.")
    if told := [day for day in days if any(day in week for week in asked)]:
        notes.append(f"{uncounted_note(told)} Weeks with such days have no data.")
    incomplete = tuple(week for week in kept.periods if week in kept.windows and not kept.windows[week].meta.complete)
    if named := [week for week in incomplete if week in asked]:
        notes.append(f"Not complete: the weeks {', '.join(map(str, named))}.")
    missing = tuple(week for week in kept.periods if week in waiting and week not in kept.windows)
    receipt = spent + Receipt(notes=tuple(notes), complete=not (named or missing))
    table = pd.DataFrame(counts, index=kept.room_ids, columns=[pd.Timestamp(p.start) for p in kept.periods], copy=False)
    return History(tuple(kept.periods), table, missing, receipt, incomplete, uncounted)

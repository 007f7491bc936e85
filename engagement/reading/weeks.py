"""Past weeks of every room: those that are kept, and those that are read once and then kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd

from engagement.api.client import ChannelCounts, Client
from engagement.numbers.periods import Period, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.rooms import counts_of
from engagement.numbers.weeks import History
from engagement.numbers.zone import zone_name
from engagement.reading.estimate import Calls
from engagement.reading.facts import Facts
from engagement.reading.jobs import Teller
from engagement.storage.archive import Archive, KeptWindow, Scope, WeekMatrix, WindowMeta

# Raised when the way of asking changes so that older windows mean something else.
RULE = 1


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
    """The history of ``weeks``: what is kept at once, the rest read newest first, each kept whole as it arrives.

    Weeks that begin before the first counted day are not asked for: even the last of them was not counted whole.
    Those that another reading of the scope keeps meanwhile are taken from there.
    """
    job = _Job(client, archive, scope, facts, tuple(weeks), now)
    tell.stage("Reading past weeks")
    while True:
        with _turn(scope, tell):
            history, waiting = job.look()
            tell.partial(history)
            if not waiting:
                return history
            job.read(waiting, tell)


@contextmanager
def _turn(scope: Scope, tell: Teller[History]) -> Iterator[None]:
    """One reading of a scope at a time asks for weeks, so that two of them do not ask for the same."""
    with _turns_lock:
        turn = _turns.setdefault(scope, threading.Lock())
    while not turn.acquire(timeout=0.2):
        tell.check()
    try:
        yield
    finally:
        turn.release()


_turns: dict[Scope, threading.Lock] = {}
_turns_lock = threading.Lock()


@dataclass
class _Job:
    """One reading of a history: what it wants, and what it has asked for already."""

    client: Client
    archive: Archive
    scope: Scope
    facts: Facts
    weeks: tuple[Period, ...]
    now: Callable[[], datetime]
    began: datetime = field(init=False)
    asked: set[Period] = field(default_factory=set)
    kept: dict[Period, KeptWindow] = field(default_factory=dict)
    per_read: int = 1
    spent: Receipt = NOTHING_READ

    def __post_init__(self) -> None:
        self.began = self.now() + self.facts.skew

    def look(self) -> tuple[History, list[Period]]:
        """What is kept now, and the weeks to ask for, newest first."""
        found = self.archive.weeks(self.scope, self.weeks, RULE)
        self.kept = dict(found.windows)
        waiting = [week for week in reversed(found.to_read) if self._wanted(week)]
        return _history(found, self.facts, waiting, self.spent), waiting

    def _wanted(self, week: Period) -> bool:
        first = self.facts.first_counted
        lately = week in self.kept and self.kept[week].meta.read_at >= self.began
        return week not in self.asked and not lately and (first is None or week.start >= first)

    def read(self, waiting: list[Period], tell: Teller[History]) -> None:
        """Reads the newest of ``waiting``, and the week before where the same answer has it; keeps them."""
        done = len(self.weeks) - len(waiting)
        calls = Calls(self._reads(waiting), per_window=self.per_read)
        tell.progress(done, len(self.weeks), "weeks", calls.later_pauses(self.client.calls_a_minute))

        def page(received: int, announced: int) -> None:
            nonlocal calls
            calls = calls.page(received, announced)
            tell.progress(done, len(self.weeks), "weeks", calls.later_pauses(self.client.calls_a_minute))

        answered = _read(self.client, self.facts, waiting[0], page)
        for week, counts in answered:
            if week in waiting:
                self.asked.add(week)
                self._keep(week, counts)
        self.per_read = max(1, answered[0][1].receipt.pages)
        self.spent += answered[0][1].receipt.cost

    def _reads(self, waiting: Sequence[Period]) -> int:
        """How many reads bring all of ``waiting``: one for two neighbours, except in blocks of days."""
        if self.facts.block_days:
            return len(waiting)
        reads, brought = 0, set[Period]()
        for week in waiting:
            if week not in brought:
                reads += 1
                brought.add(week.previous)
        return reads

    def _keep(self, week: Period, counts: ChannelCounts) -> None:
        kept = self.kept.get(week)
        whole = counts.receipt.complete
        if kept is not None and kept.meta.complete and not whole:
            return
        # In a window that is not whole, a room that arrived without a message is known, one that is missing is not.
        told = counts.rooms[(counts.rooms["messages"] != 0) | (not whole)]
        read_at = self.now() + self.facts.skew
        meta = WindowMeta.of(counts.receipt, read_at, rule=RULE, zone=zone_name(self.facts.offset))
        self.archive.put(self.scope, week, told.set_index("room_id")["messages"], meta)


def _read(
    client: Client, facts: Facts, week: Period, page: Callable[[int, int], None]
) -> list[tuple[Period, ChannelCounts]]:
    """One week and, where the server counts it rightly, the week before from the same answer."""
    if facts.block_days:
        blocks = [w for w in windows(week, facts.offset, facts.block_days) if w.period.start in week]
        answers = [client.channel_counts(block, every_room=False, progress=page) for block in blocks]
        parts = [(w.period, False, a.rooms) for w, a in zip(blocks, answers, strict=True)]
        receipt = sum((a.receipt for a in answers), NOTHING_READ)
        return [(week, ChannelCounts(counts_of(parts, week), receipt))]
    answer = client.channel_counts(windows(week, facts.offset)[0], every_room=False, progress=page)
    before = answer.rooms.assign(messages=answer.rooms["previous_messages"])
    return [(week, answer), (week.previous, replace(answer, rooms=before))]


def _history(kept: WeekMatrix, facts: Facts, waiting: Sequence[Period], spent: Receipt) -> History:
    table = pd.DataFrame(kept.counts, index=kept.room_ids, columns=[pd.Timestamp(p.start) for p in kept.periods])
    first, notes = facts.first_counted, []
    for column in table:
        if not table[column].fillna(0).any():
            table[column] = np.nan
    if first is not None and any(week.start < first and week not in kept.windows for week in kept.periods):
        notes.append(f"The server counted nothing before {first}; weeks that begin earlier have no data.")
    incomplete = tuple(week for week in kept.periods if week in kept.windows and not kept.windows[week].meta.complete)
    if incomplete:
        notes.append(f"Not complete: the weeks {', '.join(map(str, incomplete))}.")
    missing = tuple(week for week in kept.periods if week in waiting and week not in kept.windows)
    receipt = spent + Receipt(notes=tuple(notes), complete=not (incomplete or missing))
    return History(tuple(kept.periods), table, missing, receipt, incomplete)

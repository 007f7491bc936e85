"""The parts of a period, room by room: days are windows like weeks, read and kept as these are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from engagement.api.client import Client
from engagement.api.pace import Turn
from engagement.numbers.days import asked_of, before_of, index_of, out_of_date, parts_of, unit_of
from engagement.numbers.periods import Period
from engagement.numbers.receipt import Receipt
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History
from engagement.reading.facts import Facts
from engagement.reading.jobs import Job, Teller
from engagement.reading.weeks import RULE, WindowsJob
from engagement.storage.archive import Archive, KeptWindow, Scope, WeekMatrix

# A week of days arrives before the weeks that signals rest on. More take minutes in any case, and hold up nothing.
AHEAD = 7
# What did not arrive whole, or is no longer what the period says, is not asked for at every look.
AGAIN_AFTER = timedelta(minutes=15)


@dataclass
class PartsJob(WindowsJob):
    """One reading of the parts of ``period`` and, after them, of those that they are held against.

    A part that is over is read once, and again where it did not arrive whole, or where the ``activity`` of the period
    has other counts: then newest first, until they agree.
    """

    period: Period = field(kw_only=True)
    today: date = field(kw_only=True)
    activity: Activity | None = None
    shared: bool = False

    @classmethod
    def of(
        cls,
        client: Client,
        archive: Archive,
        scope: Scope,
        facts: Facts,
        period: Period,
        previous: Period,
        now: Callable[[], datetime],
        week_start: int,
        *,
        shared: bool,
    ) -> PartsJob:
        """A reading of ``period`` and of what its parts are held against in ``previous``."""
        today = facts.today(now())
        before = before_of(period, previous, week_start)
        parts, what = (*before, *parts_of(period, week_start)), f"{unit_of(period)}s"
        return cls(client, archive, scope, facts, parts, now, what=what, period=period, today=today, shared=shared)

    def all(self, activity: Job[Activity], confirmed: Callable[[], Facts], tell: Teller[History]) -> History:
        """What is kept at once, the rest after the first answer of the period; with facts that are confirmed where
        anything has to be read.
        """
        stage = f"Reading {self.what} room by room"
        tell.stage(stage)
        kept, waiting = self.look()
        tell.partial(kept)
        activity.part_for(tell, lambda: self._take_turn(waiting))
        self._take_turn(waiting)
        if waiting:
            self.facts = confirmed()
            tell.stage(stage)
            self.run(tell)
        self.activity = activity.result_for(tell)
        tell.stage(stage)
        if not waiting and self.look()[1]:
            self.facts = confirmed()
        return self.run(tell)

    def look(self) -> tuple[History, list[Period]]:
        """What is kept now, and the parts to ask for: newest first, and those of the period before any other."""
        found = self.archive.weeks(self.scope, self.weeks, RULE)
        self.kept = dict(found.windows)
        ours = [part for part in self.weeks if part.start in self.period]
        asked = [*asked_of([part for part in self.weeks if part not in ours], self.today), *asked_of(ours, self.today)]
        first = self.facts.first_counted
        missing = [part for part in asked if part not in self.kept and (first is None or part.end >= first)]
        history = _history(found, [part for part in missing if part not in self.asked])
        due = [part for part in asked if part in self.kept and not self.kept[part].meta.complete]
        if self.activity is not None and self._contradicted(history, self.activity):
            due += [part for part in asked if part in self.kept and part in ours]
        wanted = {*missing, *filter(self._long_ago, due)} - self.asked
        return history, [part for part in reversed(asked) if part in wanted]

    def _long_ago(self, part: Period) -> bool:
        return self.kept[part].meta.read_at < self.began - AGAIN_AFTER

    def _contradicted(self, history: History, activity: Activity) -> bool:
        """Whether rooms have more or less in the parts than in the period, or all of them more than the server says of
        the days.
        """
        if not activity.whole or not activity.arrived:
            return False
        parts = [part for part in history.weeks if part.start in self.period]
        sums = history.counts.sum(min_count=1)
        totals = [activity.daily.reindex(index_of(part.dates())).sum(skipna=False) for part in parts]
        more = any(sums[pd.Timestamp(part.start)] > total for part, total in zip(parts, totals, strict=True))
        return more or out_of_date(history, activity.rooms, self.period)

    def read(self, waiting: list[Period], tell: Teller[History], *, one_call: bool = False) -> None:
        """Reads the first of ``waiting``."""
        self._take_turn(waiting)
        super().read(waiting, tell, one_call=one_call)

    def _take_turn(self, waiting: Sequence[Period]) -> None:
        """What is read next is in sight, or in the background of others who look at the same workspace."""
        if self.shared and waiting:
            ours = sum(part.start in self.period for part in self.weeks)
            # Nor where one call does not bring a day.
            turn = Turn.IN_SIGHT if ours <= AHEAD and self.per_read == 1 else Turn.BACKGROUND
            self.client = self.client.at_turn(turn if waiting[0].start in self.period else Turn.LAST)


def _history(kept: WeekMatrix, missing: Sequence[Period]) -> History:
    windows: Sequence[KeptWindow] = [kept.windows[part] for part in kept.periods if part in kept.windows]
    incomplete = [window for window in windows if not window.meta.complete]
    notes = [note for window in incomplete for note in window.meta.notes]
    columns = [pd.Timestamp(part.start) for part in kept.periods]
    table = pd.DataFrame(np.asarray(kept.counts), index=kept.room_ids, columns=columns, copy=False)
    receipt = Receipt(notes=tuple(notes), complete=not (incomplete or missing))
    return History(kept.periods, table, tuple(missing), receipt, tuple(window.period for window in incomplete))

"""One person's questions to one workspace, answered by jobs shared with everyone of the same rights."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from engagement.api.client import Client, Directory
from engagement.api.pace import Turn
from engagement.errors import NoPremiumModule, Outdated, StoreUnavailable
from engagement.numbers.basis import CONSTANTS_OF_NET, Basis
from engagement.numbers.events import Events, unlike_by
from engagement.numbers.periods import (
    MONDAY,
    PREVIOUS,
    Against,
    Period,
    Way,
    Window,
    compared_with,
    last_full_weeks,
    week_of,
    windows,
)
from engagement.numbers.rooms import NO_RULES, Activity, Rules
from engagement.numbers.weeks import SIGNAL_WEEKS, YEAR_WEEKS, History, last_full_week, weeks_until
from engagement.reading.activity import activity_of
from engagement.reading.calibration import basis_of, calibrate
from engagement.reading.counters import keep_counters, net_counts, net_parts, net_weeks
from engagement.reading.counting import SEEN_FOR, Counting
from engagement.reading.counts import (
    Answer,
    Counts,
    as_counts,
    keep_full_weeks,
    kept_counts,
    read_counts,
)
from engagement.reading.days import PartsJob
from engagement.reading.directory import read_directory
from engagement.reading.events import known_events
from engagement.reading.facts import Facts, read_facts
from engagement.reading.identity import Identity, identify
from engagement.reading.jobs import Job, Jobs, Teller
from engagement.reading.rights import Access
from engagement.reading.statistics import Years, read_statistics
from engagement.reading.weeks import NEVER, QUARTER, RULE, Again, all_kept, read_history, renew
from engagement.storage.archive import SETTLES_AFTER, Archive, Scope
from engagement.storage.checks import CountingCheck
from engagement.storage.database import IN_MEMORY, Store
from engagement.storage.decisions import Decisions

# Twice: by each session, and by all who ask the same workspace.
FACTS_KEPT = 1800.0
DIRECTORY_KEPT = 600.0
SETTLED_KEPT = 1800.0
UNSETTLED_KEPT = 180.0
RENEWAL_KEPT = 600.0
# How many weeks pages ask for.
HISTORIES = (SIGNAL_WEEKS, 26, YEAR_WEEKS)
# What the counting check was told stands for a reading that follows at once, and for no other.
HANDED_OVER = 60.0


@dataclass(frozen=True)
class Reader:
    """``make_client`` gives a client of the person that pauses and announces its waits through a teller.

    ``session`` is another one where the person may have another token. Where it is ``shared``, others look at the same
    workspace through this process: past weeks let them go first, and are renewed in the course of time. Where it
    ``remembers``, facts of the workspace that were read earlier the same day are not asked for before the answer.
    ``decisions`` are those of its worklist, None where nobody is known by an account of their own.
    """

    jobs: Jobs
    make_client: Callable[[Teller[Any]], Client]
    workspace: str
    access: Access
    viewer: str
    archive: Archive
    session: str = ""
    timezone: tzinfo | None = None
    week_start: int = MONDAY
    rules: Rules = NO_RULES
    shared: bool = False
    remembers: bool = True
    decisions: Decisions | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def facts(self) -> Job[Facts]:
        """What holds for the workspace whatever is asked. Each session asks which workspace that is."""

        def work(tell: Teller[Facts]) -> Facts:
            tell.stage("Looking at the workspace")
            client = self.make_client(tell)
            identity = identify(client, self.workspace, self.access, self.archive, self.session, self.now)

            return self._facts_of(identity).result_for(tell)

        return self.jobs.ask(self._session_key, self.viewer, work, keep=FACTS_KEPT)

    def _facts_of(self, identity: Identity, *, anew: bool = False) -> Job[Facts]:
        def work(tell: Teller[Facts]) -> Facts:
            archive = self._archive(identity)
            kept = archive.totals(identity.name)
            facts = read_facts(
                self.make_client(tell),
                identity,
                tell,
                now=self.now,
                timezone=self.timezone,
                week_start=self.week_start,
                checked=self._checked,
                kept=kept,
                remembers=self.remembers and not anew,
            )
            if not facts.remembered and (facts.totals is not None or kept is not None):
                archive.keep_totals(identity.name, facts.totals)
            return replace(facts, answers={}, totals=None, brought=self._use(facts))

        return self.jobs.ask((identity.name, self.access.rights, "facts"), self.viewer, work, keep=FACTS_KEPT)

    def _confirmed(self, facts: Facts, tell: Teller[Any]) -> Facts:
        """The facts as they were read after all, in place of those that are only remembered."""
        if not facts.remembered:
            return facts
        known = self._facts_of(facts.identity).result_for(tell)
        if known.remembered:
            for key in (self._session_key, self._key(facts, "facts")):
                self.jobs.forget(key, self.viewer)
            known = self._facts_of(facts.identity, anew=True).result_for(tell)
        if known.counted != facts.counted:
            self.jobs.forget(self._key(facts, "directory"), self.viewer)
        return known

    def directory(self, facts: Facts) -> Job[Directory]:
        """The rooms of the workspace that the person may know of."""

        def work(tell: Teller[Directory]) -> Directory:
            began = self.now() + facts.skew
            listed = read_directory(self.make_client(tell), facts, self.access, facts.today(self.now()), tell)
            if not facts.counted and facts.identity.known:
                # Whoever looks sees the rooms without a place to keep their counters, too.
                with suppress(StoreUnavailable):
                    keep_counters(self.archive, self.scope(facts), facts, listed, began, self.week_start)
            return listed

        return self.jobs.ask(self._key(facts, "directory"), self.viewer, work, keep=DIRECTORY_KEPT)

    def activity(self, facts: Facts, period: Period, against: Against = PREVIOUS) -> Job[Activity]:
        """The activity of every room in ``period`` and in what it is compared with, which raises InvalidPeriod where it
        cannot be; a first part as its weeks are kept, or with its counts.
        """

        def work(tell: Teller[Activity]) -> Activity:
            try:
                return self._read_activity(facts, period, against, tell)
            except (NoPremiumModule, Outdated):
                if not facts.remembered:
                    raise
            return self._read_activity(self._confirmed(facts, tell), period, against, tell)

        key, keep = self._key(facts, "activity", period, against), self._lasts(facts, period)
        return self.jobs.ask(key, self.viewer, work, keep=keep)

    def _read_activity(self, facts: Facts, period: Period, against: Against, tell: Teller[Activity]) -> Activity:
        directory, today = self.directory(facts), facts.today(self.now())
        previous = compared_with(period, today, self.week_start, against)
        if not facts.counted:
            listed, scope = directory.result_for(tell), self.scope(facts)
            now, archive = self.now() + facts.skew, self._archive(facts.identity)
            counts = net_counts(archive, scope, facts, period, previous, listed, now)
            return self._activity(facts, today, counts, listed)
        if (known := directory.latest) is not None:
            self._tell_kept(facts, period, previous, today, known, tell)
        client = self.make_client(tell)

        def ask(window: Window) -> Answer:
            if (handed := self.jobs.take(self._key(facts, window))) is not None:
                counts, at = handed
                return replace(counts, receipt=counts.receipt.paid), at
            told = client.channel_counts(window, every_room=False, progress=tell.progress)
            return told, self.now() + facts.skew

        counts = read_counts(client, ask, facts, period, previous, self.now() + facts.skew, tell)
        self._keep(facts, counts)
        # The days may contradict it by now.
        self.jobs.forget(self._key(facts, "days", period, against), self.viewer)
        if directory.latest is None:
            tell.partial(self._activity(facts, today, counts, None))
        return self._activity(facts, today, counts, directory.result_for(tell))

    def _activity(self, facts: Facts, today: date, counts: Counts, listed: Directory | None) -> Activity:
        return activity_of(facts, self.access, self.rules, today, counts, listed, self.now())

    def _tell_kept(
        self, facts: Facts, period: Period, previous: Period, today: date, listed: Directory, tell: Teller[Activity]
    ) -> None:
        """Shows both periods as their weeks were last read, where all of them are kept, before anybody is asked."""
        starts = (week_of(one.start, self.week_start).start == one.start for one in (previous, period))
        in_weeks = period.days % 7 == 0 and all(starts)
        # By what is only remembered, nobody knows yet that it is still this calendar, and still counted.
        if facts.remembered or not in_weeks or not period.over(today):
            return
        weeks = [week for one in (previous, period) for week in one.blocks(7)]
        with suppress(StoreUnavailable):
            kept = self._archive(facts.identity).weeks(self.scope(facts), weeks, RULE)
            if (counts := kept_counts(kept, facts, period, previous, today, listed.rooms)) is not None:
                part = self._activity(facts, today, counts, listed)
                tell.partial(replace(part, read_at=counts.read_at - facts.skew))

    def _use(self, facts: Facts) -> frozenset[Period]:
        """Keeps what the counting check was told in the way that proved right, and hands it over to who asks just this.

        The weeks kept come back.
        """
        brought = list[Period]()
        for window, answer in facts.answers.items():
            if facts.checked and not facts.remembered and windows(window.period, facts.offset, facts.way) == [window]:
                counts = as_counts(facts, window.period, window.period.previous, *answer)
                if counts.lists.complete:
                    brought += self._keep(facts, counts)
                    self.jobs.hand_over(self._key(facts, window), answer, HANDED_OVER)
        return frozenset(brought)

    def _keep(self, facts: Facts, counts: Counts) -> list[Period]:
        """Keeps what has just been read of full weeks; the weeks kept come back."""
        return keep_full_weeks(self._archive(facts.identity), self.scope(facts), facts, counts, self.week_start)

    def days(self, facts: Facts, period: Period, against: Against = PREVIOUS) -> Job[History]:
        """The parts of ``period`` (``numbers.days``) and the days compared with, of every room; kept ones at once."""

        def work(tell: Teller[History]) -> History:
            client, scope, archive = self.make_client(tell), self.scope(facts), self._archive(facts.identity)
            previous = compared_with(period, facts.today(self.now()), self.week_start, against)
            if not facts.counted:
                now, listed = self.now() + facts.skew, self.directory(facts).result_for(tell)
                return net_parts(archive, scope, facts, period, previous, listed, now, self.week_start)
            job = PartsJob.of(
                client, archive, scope, facts, period, previous, self.now, self.week_start, shared=self.shared
            )
            return job.all(self.activity(facts, period, against), lambda: self._confirmed(facts, tell), tell)

        key = self._key(facts, "days", period, against)
        return self.jobs.ask(key, self.viewer, work, keep=self._lasts(facts, period))

    def statistics(self, facts: Facts) -> Job[Years]:
        """What the workspace noted of itself day by day, where it tells that to the account.

        Whether it does is no part of the rights that others share, so each session asks by itself.
        """

        def work(tell: Teller[Years]) -> Years:
            return read_statistics(self.make_client(tell), self._archive(facts.identity), facts.identity, tell)

        return self.jobs.ask(self._key(facts, "statistics", self.session), self.viewer, work, keep=FACTS_KEPT)

    def _lasts(self, facts: Facts, period: Period) -> float:
        """How long what was read of ``period`` is given to who asks."""
        return SETTLED_KEPT if facts.today(self.now()) - period.end > SETTLES_AFTER else UNSETTLED_KEPT

    def scope(self, facts: Facts) -> Scope:
        """What the weeks that the person may see are kept under."""
        return Scope(facts.identity.name, self.access.rights)

    def _archive(self, identity: Identity) -> Archive:
        """Where the weeks of the workspace are kept: nowhere, for one that nothing tells from others."""
        return self.archive if identity.known else Archive(Store(IN_MEMORY))

    def history(
        self, facts: Facts, last: Period, weeks: int = SIGNAL_WEEKS, *, again: Again = NEVER, year: bool = False
    ) -> Job[History]:
        """``weeks`` weeks of every room, the last of them ``last``; kept weeks at once, the others as they arrive.

        Kept weeks are read ``again`` as it says. With a ``year``, the weeks before are in it as far as they are kept.
        """
        asked, key = weeks_until(last, weeks), self._key(facts, "history", last, weeks, again, year)
        told = weeks_until(last, max(weeks, YEAR_WEEKS)) if year else asked

        def work(tell: Teller[History]) -> History:
            client, scope, archive = self.make_client(tell), self.scope(facts), self._archive(facts.identity)
            if not facts.counted:
                listed = self.directory(facts).result_for(tell)
                return net_weeks(archive, scope, facts, told, listed, self.now() + facts.skew)
            if self.shared:
                client = client.at_turn(Turn.BACKGROUND)
            known = facts
            # What is read is kept for good, so nothing is read by what is only remembered.
            if facts.remembered and not (again == NEVER and all_kept(archive, scope, asked)):
                known = self._confirmed(facts, tell)
            history = read_history(client, archive, scope, known, told, tell, now=self.now, again=again, most=weeks)
            if history.receipt.calls and year:
                # They know less than this one by now.
                for other in {*HISTORIES} - {weeks}:
                    self.jobs.forget(self._key(facts, "history", last, other, again, year), self.viewer)
                self.jobs.forget(self._key(facts, "basis", unlike_by(self.events(facts))), self.viewer)
            if self.shared and facts.identity.known:
                self._renew(facts, last, key)
                self.calibrated(facts, self.events(facts))
            return history

        return self.jobs.ask(key, self.viewer, work, keep=SETTLED_KEPT)

    def _renew(self, facts: Facts, last: Period, history: Hashable) -> None:
        """Reads two kept weeks of the last quarter again, in the background; ``history`` is the job they are for."""
        weeks = weeks_until(last, QUARTER.weeks)

        def work(tell: Teller[bool]) -> bool:
            client, scope, known = self.make_client(tell), self.scope(facts), self._confirmed(facts, tell)
            renewed = renew(client, self.archive, scope, known, weeks, tell, now=self.now)
            if renewed:
                self.jobs.forget(history, self.viewer)
            return renewed

        self.jobs.ask(self._key(facts, "renewal", last), self.viewer, work, keep=RENEWAL_KEPT)

    def events(self, facts: Facts) -> Events:
        """The events of the workspace as they are at this moment."""
        return known_events(self.archive, facts.identity)

    def basis(self, facts: Facts, events: Events = ()) -> Job[Basis]:
        """What signals rest on among these events, the same for everybody and every page."""

        def work(tell: Teller[Basis]) -> Basis:
            if not facts.counted:
                # A bar that was found on weeks that a server counted says nothing of net ones.
                return CONSTANTS_OF_NET
            archive, scope, last = self._archive(facts.identity), self.scope(facts), self._last_week(facts)
            return basis_of(
                archive, scope, facts, last, events, lambda: self.calibrated(facts, events).result_for(tell)
            )

        return self.jobs.ask(self._key(facts, "basis", unlike_by(events)), self.viewer, work, keep=UNSETTLED_KEPT)

    def calibrated(self, facts: Facts, events: Events = (), *, anew: bool = False) -> Job[bool]:
        """Finds the bar of the workspace where that is due, behind what anybody waits for."""

        def work(_: Teller[bool]) -> bool:
            if not facts.counted:
                return False
            archive, last = self._archive(facts.identity), self._last_week(facts)
            changed = calibrate(archive, self.scope(facts), facts, last, now=self.now, anew=anew, events=events)
            if changed:
                self.jobs.forget(self._key(facts, "basis", unlike_by(events)), self.viewer)
            return changed

        return self.jobs.ask(self._key(facts, "bar", anew, unlike_by(events)), self.viewer, work, keep=RENEWAL_KEPT)

    def _last_week(self, facts: Facts) -> Period:
        return last_full_weeks(facts.today(self.now()), 1, self.week_start)

    def judged_history(self, facts: Facts, period: Period) -> Job[History] | None:
        """The weeks that the signals on ``period`` rest on, whatever page asks; None where it holds no full week."""
        last = last_full_week(period, self.week_start, facts.today(self.now()))
        return None if last is None else self.history(facts, last, year=True)

    def forget(self, facts: Facts, period: Period, against: Against = PREVIOUS) -> None:
        """Makes the next question about ``period`` read everything again, and which workspace it is."""
        self.jobs.forget(self._session_key, self.viewer)
        last = last_full_week(period, self.week_start, facts.today(self.now()))
        history = ("history", last, SIGNAL_WEEKS, NEVER, True)
        for question in (("activity", period, against), ("days", period, against), history, ("directory",)):
            self.jobs.forget(self._key(facts, *question), self.viewer)

    @property
    def _session_key(self) -> Hashable:
        return (self.workspace, self.access.rights, "facts of a session", self.session)

    def _key(self, facts: Facts, *question: Hashable) -> Hashable:
        # What was counted and what is net never stand for each other.
        return (facts.identity.name, self.access.rights, *question, *(() if facts.counted else ("net",)))

    def _checked(self, facts: Facts, check: Callable[[Way], Counting], tell: Teller[Any]) -> Counting:
        """The outcome of the counting check as it is kept, once for all whatever their rights.

        One that is old, or that the totals of a year contradict, is seen anew; a look that proves nothing leaves it.
        """
        name, release, archive = facts.identity.name, str(facts.identity.release), self._archive(facts.identity)

        def work(_: Teller[Counting]) -> Counting:
            kept = archive.check(name, release)
            expected = Way.DOCUMENTED if kept is None else kept.way
            hinted = (expected is Way.SWAPPED) == (facts.way is Way.SWAPPED)
            if kept is not None and hinted and abs(self.now() - kept.checked_at) < SEEN_FOR:
                return Counting(expected)
            counting = check(expected)
            if counting.way is not None:
                archive.keep_check(name, release, CountingCheck(counting.way, self.now()))
            elif kept is not None:
                return Counting(expected, receipt=counting.receipt)
            return counting

        return self.jobs.ask((name, "counting", release), self.viewer, work, keep=0.0).result_for(tell)

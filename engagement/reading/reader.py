"""One person's questions to one workspace, answered by jobs shared with everyone of the same rights."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from engagement.api.client import Client, Directory, Release
from engagement.numbers.periods import MONDAY, Period
from engagement.numbers.rooms import NO_RULES, Activity, Rules
from engagement.numbers.weeks import VERDICT_WEEKS, History, last_full_week, weeks_until
from engagement.reading.counting import Counting
from engagement.reading.jobs import Job, Jobs, Teller
from engagement.reading.weeks import read_history
from engagement.reading.workspace import Access, Facts, read_activity, read_directory, read_facts
from engagement.settings.keys import Settings
from engagement.storage.archive import SETTLES_AFTER, Archive, CountingCheck, Scope

FACTS_KEPT = 3600.0
DIRECTORY_KEPT = 600.0
SETTLED_KEPT = 1800.0
UNSETTLED_KEPT = 180.0


def rules_of(settings: Settings) -> Rules:
    """What the configuration says of rooms."""
    rooms = settings.rooms
    return Rules(rooms.exempt, rooms.leave_out, rooms.mask_names)


@dataclass(frozen=True)
class Reader:
    """``make_client`` gives a client of the person that pauses and announces its waits through a teller."""

    jobs: Jobs
    make_client: Callable[[Teller[Any]], Client]
    workspace: str
    access: Access
    viewer: str
    archive: Archive
    timezone: tzinfo | None = None
    week_start: int = MONDAY
    rules: Rules = NO_RULES
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def facts(self) -> Job[Facts]:
        """What holds for the workspace whatever is asked."""
        return self.jobs.ask(self._key("facts"), self.viewer, self._read_facts, keep=FACTS_KEPT)

    def directory(self, facts: Facts) -> Job[Directory]:
        """The rooms of the workspace that the person may know of."""

        def work(tell: Teller[Directory]) -> Directory:
            return read_directory(self.make_client(tell), self.access, facts, tell, now=self.now)

        return self.jobs.ask(self._key("directory"), self.viewer, work, keep=DIRECTORY_KEPT)

    def activity(self, facts: Facts, period: Period) -> Job[Activity]:
        """The activity of every room in ``period``."""

        def work(tell: Teller[Activity]) -> Activity:
            directory = self.directory(facts)
            client = self.make_client(tell)
            return read_activity(client, self.access, facts, period, directory, tell, now=self.now, rules=self.rules)

        settled = facts.today(self.now()) - period.end > SETTLES_AFTER
        return self.jobs.ask(
            self._key("activity", period), self.viewer, work, keep=SETTLED_KEPT if settled else UNSETTLED_KEPT
        )

    def scope(self, facts: Facts) -> Scope:
        """What the weeks that the person may see are kept under."""
        return Scope(facts.kept_as, self.access.rights)

    def history(self, facts: Facts, last: Period, weeks: int = VERDICT_WEEKS) -> Job[History]:
        """``weeks`` weeks of every room, the last of them ``last``; kept weeks at once, the others as they arrive."""
        asked = weeks_until(last, weeks)

        def work(tell: Teller[History]) -> History:
            client = self.make_client(tell)
            return read_history(client, self.archive, self.scope(facts), facts, asked, tell, now=self.now)

        return self.jobs.ask(self._key("history", last, weeks), self.viewer, work, keep=SETTLED_KEPT)

    def judged_history(self, facts: Facts, period: Period) -> Job[History] | None:
        """The weeks that the verdicts on ``period`` rest on; None where it holds no full week, or none is counted."""
        last = last_full_week(period, self.week_start, facts.today(self.now()))
        return self.history(facts, last) if last is not None and facts.counted else None

    def forget(self, period: Period) -> None:
        """Makes the next question about ``period`` read everything again."""
        self.jobs.forget(self._key("activity", period), self.viewer)
        self.jobs.forget(self._key("directory"), self.viewer)

    def _key(self, *question: Hashable) -> Hashable:
        return (self.workspace, self.access.rights, *question)

    def _read_facts(self, tell: Teller[Facts]) -> Facts:
        return read_facts(
            self.make_client(tell), self.workspace, tell, now=self.now, timezone=self.timezone, checked=self._checked
        )

    def _checked(self, workspace: str, release: Release, check: Callable[[], Counting], tell: Teller[Any]) -> Counting:
        """The outcome of the counting check that is kept; else checked now, once for all whatever their rights."""

        def work(_: Teller[Counting]) -> Counting:
            earlier = self.archive.check(workspace, str(release))
            if earlier is not None:
                return Counting(earlier.sound)
            counting = check()
            if counting.right is not None:
                self.archive.keep_check(workspace, str(release), CountingCheck(counting.right, self.now()))
            return counting

        key = (workspace, "counting", str(release))
        return self.jobs.ask(key, self.viewer, work, keep=0.0).result_for(tell)

"""One person's questions to one workspace, answered by jobs shared with everyone of the same rights."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import pandas as pd

from engagement.api.client import ChannelCounts, Client, DailyTotals, Directory
from engagement.api.refusals import ENDS_ALL
from engagement.errors import StoreUnavailable, WorkspaceError
from engagement.numbers.days import uncounted, uncounted_note
from engagement.numbers.masks import masked
from engagement.numbers.periods import MONDAY, Period, Way, compared_with, week_of, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt, witnessed
from engagement.numbers.rooms import NO_RULES, Activity, Rules, join, spoke, without, without_data
from engagement.numbers.weeks import VERDICT_WEEKS, History, last_full_week, weeks_until
from engagement.reading.counting import SEEN_FOR, Counting
from engagement.reading.facts import NO_DAYS, NO_TOTALS, ZONE_NOTE, Facts, every_day, read_facts, server_dates, together
from engagement.reading.identity import identify
from engagement.reading.jobs import Job, Jobs, Teller
from engagement.reading.rights import Access
from engagement.reading.weeks import NEVER, Again, before, in_one, keep_week, read_history, renew
from engagement.settings.keys import Settings
from engagement.storage.archive import SETTLES_AFTER, Archive, CountingCheck, Scope
from engagement.storage.database import IN_MEMORY, Store

# Twice: by each session, and by all who ask the same workspace.
FACTS_KEPT = 1800.0
DIRECTORY_KEPT = 600.0
SETTLED_KEPT = 1800.0
UNSETTLED_KEPT = 180.0
RENEWAL_KEPT = 600.0
# Two months, where ten calls a minute are allowed.
MOST_SINGLE_DAYS = 62
# No Rocket.Chat counted messages per day before its release 3.1 of 2020, which looked back 90 days.
LONG_AGO = date(2015, 1, 1)

NOT_ALIKE_NOTE = (
    "Both periods do not have the same days counted: comparing them is not like for like, and nothing is judged by it."
)
PENDING_NOTE = "The room directory is still being read; inactive rooms follow."
PRIVATE_UNKNOWN_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message since the server began counting are not known."
)
RIGHTS_UNREAD_NOTE = (
    "What this account may see could not be asked, so only what every account may see is shown: rooms outside the "
    "public directory that had no message are not known."
)
EVER_UNREAD_NOTE = "Which rooms had messages before both periods is not known, as their list could not be read."
PRIVATE_LATELY_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message in either period are not known."
)


def rules_of(settings: Settings) -> Rules:
    """What the configuration says of rooms."""
    rooms = settings.rooms
    return Rules(rooms.exempt, rooms.leave_out, rooms.mask_names)


@dataclass(frozen=True)
class Reader:
    """``make_client`` gives a client of the person that pauses and announces its waits through a teller.

    ``session`` is another one where the person may have another token. Where it is ``shared``, others look at the same
    workspace through this process: past weeks let them go first, and are renewed in the course of time.
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
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def facts(self) -> Job[Facts]:
        """What holds for the workspace whatever is asked. Each session asks which workspace that is."""

        def work(tell: Teller[Facts]) -> Facts:
            tell.stage("Looking at the workspace")
            identity = identify(self.make_client(tell), self.workspace, self.access, self.archive, self.session)

            def of_workspace(tell: Teller[Facts]) -> Facts:
                client, checked = self.make_client(tell), self._checked
                return read_facts(client, identity, tell, now=self.now, timezone=self.timezone, checked=checked)

            key = (identity.name, self.access.rights, "facts")
            return self.jobs.ask(key, self.viewer, of_workspace, keep=FACTS_KEPT).result_for(tell)

        return self.jobs.ask(self._session_key, self.viewer, work, keep=FACTS_KEPT)

    def directory(self, facts: Facts) -> Job[Directory]:
        """The rooms of the workspace that the person may know of."""

        def work(tell: Teller[Directory]) -> Directory:
            return self._read_directory(self.make_client(tell), facts, tell)

        return self.jobs.ask(self._key(facts, "directory"), self.viewer, work, keep=DIRECTORY_KEPT)

    def activity(self, facts: Facts, period: Period) -> Job[Activity]:
        """The activity of every room in ``period`` and in what it is compared with; a first part with its counts."""

        def work(tell: Teller[Activity]) -> Activity:
            directory, today = self.directory(facts), facts.today(self.now())
            previous = compared_with(period, today, self.week_start)
            counts = _read_counts(self.make_client(tell), facts, period, previous, today, tell)
            self._keep(facts, counts)
            if facts.counted:
                tell.partial(self._activity(facts, today, counts, None))
            return self._activity(facts, today, counts, directory.result_for(tell))

        settled = facts.today(self.now()) - period.end > SETTLES_AFTER
        keep = SETTLED_KEPT if settled else UNSETTLED_KEPT
        return self.jobs.ask(self._key(facts, "activity", period), self.viewer, work, keep=keep)

    def _keep(self, facts: Facts, counts: _Counts) -> None:
        """What has just been read of full weeks replaces what was kept. A reading does without a place to keep it."""
        if counts.rooms is None or counts.period != week_of(counts.period.start, self.week_start):
            return
        now, read_at = ChannelCounts(counts.rooms, counts.lists), self.now() + facts.skew
        weeks = [(counts.period, now), (counts.previous, before(now))]
        with suppress(StoreUnavailable):
            for week, told in weeks:
                if week.over(facts.zone.day(read_at)):
                    keep_week(self._archive(facts), self.scope(facts), facts, week, told, read_at)

    def scope(self, facts: Facts) -> Scope:
        """What the weeks that the person may see are kept under."""
        return Scope(facts.identity.name, self.access.rights)

    def _archive(self, facts: Facts) -> Archive:
        """Where the weeks of the workspace are kept: nowhere, for one that nothing tells from others."""
        return self.archive if facts.identity.known else Archive(Store(IN_MEMORY))

    def history(self, facts: Facts, last: Period, weeks: int = VERDICT_WEEKS, *, again: Again = NEVER) -> Job[History]:
        """``weeks`` weeks of every room, the last of them ``last``; kept weeks at once, the others as they arrive.

        Kept weeks are read ``again`` as it says.
        """
        asked, key = weeks_until(last, weeks), self._key(facts, "history", last, weeks, again)

        def work(tell: Teller[History]) -> History:
            client, scope, archive = self.make_client(tell), self.scope(facts), self._archive(facts)
            if self.shared:
                client = client.in_background()
            history = read_history(client, archive, scope, facts, asked, tell, now=self.now, again=again)
            if self.shared and facts.identity.known:
                self._renew(facts, last, key)
            return history

        return self.jobs.ask(key, self.viewer, work, keep=SETTLED_KEPT)

    def _renew(self, facts: Facts, last: Period, history: Hashable) -> None:
        """Reads two kept weeks of the last quarter again, in the background; ``history`` is the job they are for."""
        weeks = weeks_until(last, VERDICT_WEEKS)

        def work(tell: Teller[bool]) -> bool:
            client, scope = self.make_client(tell), self.scope(facts)
            renewed = renew(client, self.archive, scope, facts, weeks, tell, now=self.now)
            if renewed:
                self.jobs.forget(history, self.viewer)
            return renewed

        self.jobs.ask(self._key(facts, "renewal", last), self.viewer, work, keep=RENEWAL_KEPT)

    def judged_history(self, facts: Facts, period: Period) -> Job[History] | None:
        """The weeks that the verdicts on ``period`` rest on; None where it holds no full week, or none is counted."""
        last = last_full_week(period, self.week_start, facts.today(self.now()))
        return self.history(facts, last) if last is not None and facts.counted else None

    def forget(self, facts: Facts, period: Period) -> None:
        """Makes the next question about ``period`` read everything again, and which workspace it is."""
        self.jobs.forget(self._session_key, self.viewer)
        for question in (("activity", period), ("history", period, VERDICT_WEEKS, NEVER), ("directory",)):
            self.jobs.forget(self._key(facts, *question), self.viewer)

    @property
    def _session_key(self) -> Hashable:
        return (self.workspace, self.access.rights, "facts of a session", self.session)

    def _key(self, facts: Facts, *question: Hashable) -> Hashable:
        return (facts.identity.name, self.access.rights, *question)

    def _checked(self, facts: Facts, check: Callable[[Way], Counting], tell: Teller[Any]) -> Counting:
        """The outcome of the counting check as it is kept, once for all whatever their rights.

        One that is old, or that the totals of a year contradict, is seen anew; a look that proves nothing leaves it.
        """
        name, release, archive = facts.identity.name, str(facts.identity.release), self._archive(facts)

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

    def _read_directory(self, client: Client, facts: Facts, tell: Teller[Directory]) -> Directory:
        """The rooms that may be known without a count. Where the account may not see all rooms, also every room that
        was ever active or, on older releases, every room the channel list names.
        """
        tell.stage("Reading the room directory")
        listed = client.directory(full=self.access.all_rooms, progress=tell.progress)
        if self.access.all_rooms or not facts.counted:
            return listed
        tell.stage("Reading which rooms were ever active")
        window = windows(Period(LONG_AGO, facts.today(self.now())), facts.offset)[0]
        try:
            ever = client.channel_counts(window, every_room=True, progress=tell.progress)
        except ENDS_ALL:
            raise
        except WorkspaceError:
            return replace(listed, receipt=listed.receipt + Receipt(notes=(EVER_UNREAD_NOTE,), complete=False))
        return listed.with_rooms_of(ever)

    def _activity(self, facts: Facts, today: date, counts: _Counts, listed: Directory | None) -> Activity:
        """What is known; ``listed`` is None while the directory is being read, ``today`` the day the reading began."""
        directory = "pending" if listed is None else "full" if self.access.all_rooms else "public"
        lacking = _uncounted(facts, today, counts)
        rooms = join(
            counts.rooms,
            without(listed.rooms, counts.unreadable) if listed else None,
            counts.period,
            facts.zone,
            self.rules,
            previous=counts.previous,
            uncounted=lacking,
        )
        if facts.counted:
            now, before = (not spoke(rooms[name]).any() for name in ("messages", "previous_messages"))
            rooms = without_data(rooms, now=now, before=before)
        made = Activity(
            workspace=facts.identity.address,
            release=str(facts.identity.release),
            period=counts.period,
            previous=counts.previous,
            today=today,
            read_at=self.now().astimezone(UTC),
            rooms=rooms,
            daily=counts.daily.drop([pd.Timestamp(day) for day in lacking], errors="ignore"),
            receipt=_receipt(facts, counts, listed, directory, told=self.access.told)
            + Receipt(notes=_notes(facts, lacking)),
            directory=directory,
            counted=facts.counted,
            first_counted=facts.first_counted,
            offset=facts.offset,
            whole=counts.lists.complete,
            uncounted=lacking,
            rules=self.rules,
        )
        return masked(made) if self.rules.mask_names else made


@dataclass(frozen=True, eq=False)
class _Counts:
    """What was counted in a period and the one it is compared with, per room and per day, and how reading it went.

    Of the ``unreadable`` rooms it is not known, so no table has them.
    """

    period: Period
    previous: Period
    rooms: pd.DataFrame | None
    daily: pd.Series
    lists: Receipt
    receipt: Receipt
    unreadable: frozenset[str] = frozenset()


def _read_counts(
    client: Client, facts: Facts, period: Period, previous: Period, today: date, tell: Teller[Activity]
) -> _Counts:
    if not facts.counted:
        return _Counts(
            period, previous, None, pd.Series([], dtype="int64", name="messages"), NOTHING_READ, NOTHING_READ
        )
    tell.stage("Reading messages per room")
    asked = windows(period, facts.offset, facts.way, previous)
    answers = []
    for number, window in enumerate(asked, start=1):
        if len(asked) > 1:
            tell.stage(f"Reading messages per room, part {number} of {len(asked)}")
        answers.append(client.channel_counts(window, every_room=False, progress=tell.progress))
    counts = in_one(asked, answers, period)
    daily = read_daily(client, facts, previous, period)
    lists = counts.receipt
    # The days of a zone that is not sure may be those of their neighbours.
    if ZONE_NOTE not in facts.receipt.notes:
        for column, days in (("messages", period), ("previous_messages", previous)):
            lists += _by_days(int(counts.rooms[column].sum()), daily.messages, days, today)
    return _Counts(period, previous, counts.rooms, daily.messages, lists, lists + daily.receipt, counts.unreadable)


def _by_days(in_rooms: int, daily: pd.Series, period: Period, today: date) -> Receipt:
    """What the totals of days that are over say of the messages of rooms; nothing where they are not known.

    They were read later, so whatever was written meanwhile is in them.
    """
    days = daily.reindex(pd.DatetimeIndex([pd.Timestamp(day) for day in period.dates()]))
    known = period.over(today) and bool(days.notna().all())
    return witnessed(in_rooms, int(days.sum()), period) if known else NOTHING_READ


def _uncounted(facts: Facts, today: date, counts: _Counts) -> tuple[date, ...]:
    """The days of both periods that were not counted, by what was read now and the year before it."""
    first, asked = facts.first_counted, {*counts.previous.dates(), *counts.period.dates()}
    days = pd.concat([every_day(facts.daily).drop(counts.daily.index, errors="ignore"), counts.daily])
    found = {*uncounted(days, today), *(day for day in asked if first is not None and day < first)}
    for window, column in ((counts.period, "messages"), (counts.previous, "previous_messages")):
        # A whole window without a message is no data, whatever is usual.
        if counts.rooms is not None and not spoke(counts.rooms[column]).any():
            found |= {day for day in window.dates() if day < today}
    return tuple(sorted(asked & found))


def _notes(facts: Facts, lacking: Sequence[date]) -> tuple[str, ...]:
    """What is to be said of days that were not counted; those before the first counted one have their own note."""
    if not lacking:
        return ()
    told = [day for day in lacking if facts.first_counted is None or day >= facts.first_counted]
    return (*((uncounted_note(told),) if told else ()), NOT_ALIKE_NOTE)


def read_daily(client: Client, facts: Facts, previous: Period, period: Period) -> DailyTotals:
    """Messages of all rooms together on every day of both periods, zeros included; by naive midnights of the server.

    None of them where they cannot be read, or would take too many calls.
    """
    blocks = [Period(previous.start, period.end)]
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
    except WorkspaceError:
        return DailyTotals(NO_DAYS, NO_TOTALS.receipt)
    days = pd.DatetimeIndex([pd.Timestamp(d) for d in (*previous.dates(), *period.dates())])
    messages = server_dates(totals.messages, facts.offset).reindex(days, fill_value=0).astype("int64")
    return DailyTotals(messages, totals.receipt)


def _receipt(facts: Facts, counts: _Counts, listed: Directory | None, directory: str, *, told: bool) -> Receipt:
    """Everything that was read for an activity, directory and facts included."""
    receipt = facts.receipt + counts.receipt
    if facts.first_counted and facts.first_counted > counts.previous.start:
        begun = f"The server counted nothing before {facts.first_counted}; earlier days have no data."
        receipt += Receipt(notes=(begun,))
    if listed is None:
        return receipt + Receipt(notes=(PENDING_NOTE,), complete=False)
    receipt += listed.receipt
    if directory == "full":
        return receipt
    if not told:
        return receipt + Receipt(notes=(RIGHTS_UNREAD_NOTE,), complete=False)
    # A window of all time cannot be asked for where only blocks of days are counted rightly.
    lately = facts.way is Way.SWAPPED and not facts.identity.release.lists_silent_rooms
    return receipt + Receipt(notes=(PRIVATE_LATELY_NOTE if lately else PRIVATE_UNKNOWN_NOTE,))

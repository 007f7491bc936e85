"""What a workspace is asked, and in which order: its facts, its room directory, the activity of a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import pandas as pd

from engagement.api.client import (
    SEE_ALL_ROOMS,
    SEE_CHANNELS,
    SEE_FIGURES,
    ChannelCounts,
    Client,
    DailyTotals,
    Directory,
    Person,
    Release,
)
from engagement.errors import NoPermission, NoPremiumModule, RefusedParameters
from engagement.numbers.masks import masked
from engagement.numbers.periods import DAY, Period, last_full_weeks, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.rooms import NO_RULES, Activity, Rules, counts_of, join
from engagement.numbers.zone import Zone, midnights_of
from engagement.reading.counting import Counting, check_counting, week_to_check
from engagement.reading.jobs import Job, Teller

# Blocks of so many days are counted rightly even by servers that begin their windows too late.
SAFE_BLOCK_DAYS = 4
FACTS_REACH_BACK = 400 * DAY
# Where a year of days is refused, a look into each season tells the offsets of the year.
_SEASONS = tuple(n * 91 * DAY for n in range(1, 5))
# No Rocket.Chat counted messages per day before its release 3.1 of 2020, which looked back 90 days.
LONG_AGO = date(2015, 1, 1)

COUNTING_NOTE = (
    "This server begins its windows too late, so every period is read in blocks of four days, "
    "which it counts correctly."
)
ZONE_NOTE = (
    "The server's time zone could not be told for sure; days may be labelled one day off. "
    "Set `timezone` in the configuration."
)
PRIVATE_UNKNOWN_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message since the server began counting are not known."
)
PRIVATE_LATELY_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message in either period are not known."
)


@dataclass(frozen=True)
class Access:
    """Who asks, as the server told: the person and the permissions that decide what may be seen."""

    person: Person
    permissions: frozenset[str]

    @property
    def all_rooms(self) -> bool:
        """True when the account may see the directory of all rooms."""
        return SEE_ALL_ROOMS in self.permissions

    @property
    def rights(self) -> str:
        """What the account may see, as part of a key: accounts with the same rights see the same.

        Without the right to list rooms at all, the server shows each person the rooms they have joined.
        """
        own = () if self.permissions & {SEE_ALL_ROOMS, SEE_CHANNELS} else (f"rooms of {self.person.user_id}",)
        return ",".join([*sorted(self.permissions), *own])


def admit(client: Client, roles: Mapping[str, frozenset[str]] | None = None) -> Access:
    """Who the client's account is and what it may see. Raises NoPermission when that does not include the figures.

    ``roles`` are the roles that have each permission, where that was asked just now. A server on which the Premium
    module never ran does not know the permission, and nobody can lack it there.
    """
    person = client.me()
    having = client.roles_by_permission() if roles is None else roles
    held = frozenset(name for name, roles_of in having.items() if not person.roles.isdisjoint(roles_of))
    if SEE_FIGURES in having and SEE_FIGURES not in held:
        raise NoPermission(SEE_FIGURES)
    return Access(person, held & {SEE_FIGURES, SEE_ALL_ROOMS, SEE_CHANNELS})


@dataclass(frozen=True)
class Facts:
    """What holds for a workspace whatever is asked: release, clock, day border, whether and how it counts.

    ``workspace_id`` is the workspace's own where it has one, as another may answer at the same address one day.
    ``offset`` from UTC is the careful one for the instants sent, ``zone`` tells the days of moments. ``skew`` is the
    server's clock less ours; ``block_days`` is None where the server counts long windows rightly,
    which ``checked`` says was proved. ``receipt`` is that of the daily totals and of the counting check.
    """

    workspace: str
    release: Release
    offset: timedelta | None
    skew: timedelta
    counted: bool
    first_counted: date | None
    block_days: int | None
    receipt: Receipt = NOTHING_READ
    zone: Zone = field(default_factory=Zone)
    workspace_id: str | None = None
    checked: bool = True

    @property
    def kept_as(self) -> str:
        """The name under which what was read from this workspace is kept."""
        return kept_as(self.workspace, self.workspace_id)

    def today(self, now: datetime) -> date:
        """The server's date when our clock says ``now`` (aware)."""
        return self.zone.day(now.astimezone(UTC) + self.skew)


# The outcome of the counting check of a workspace (``kept_as``) and release: whoever gives it knows it from before,
# or calls the check, as a part of the job of the teller.
Checked = Callable[[str, Release, Callable[[], Counting], Teller[Any]], Counting]


def kept_as(workspace: str, workspace_id: str | None) -> str:
    """The name under which what was read from ``workspace`` is kept: its address, and its own id where it has one."""
    return f"{workspace} {workspace_id}" if workspace_id else workspace


def read_facts(
    client: Client,
    workspace: str,
    tell: Teller[Facts],
    *,
    now: Callable[[], datetime],
    timezone: tzinfo | None = None,
    checked: Checked,
) -> Facts:
    """Reads the facts of a workspace. ``timezone`` is the configured one; ``checked`` may know the outcome of the
    counting check of this release, or keep it.
    """
    tell.stage("Looking at the workspace")
    release = client.release()
    person = client.me()
    server_now = client.server_now()
    skew = server_now - now()
    try:
        totals, whole_year = _days_of_a_year(client, server_now)
    except NoPremiumModule:
        offset = _configured_offset(timezone, server_now)
        return Facts(
            workspace, release, offset, skew, False, None, None, zone=Zone(timezone), workspace_id=client.workspace_id
        )
    sent = totals.messages
    offset, zone, notes = _calendar(client, sent, person, timezone, server_now)
    today = zone.day(server_now)
    tell.stage("Checking how the server counts")
    week = week_to_check(server_dates(sent, offset), last_full_weeks(today))
    name = kept_as(workspace, client.workspace_id)
    counting = checked(name, release, lambda: check_counting(client, week, offset), tell)
    first, block_days = None, None
    if whole_year:
        first = _first_counted(sent, offset, (server_now - FACTS_REACH_BACK).date())
    if counting.right is False or not (whole_year or counting.right):
        first, block_days, notes = None, SAFE_BLOCK_DAYS, (*notes, COUNTING_NOTE)
    elif counting.right is None and not sent.empty:
        notes = (*notes, counting.note)
    return Facts(
        workspace,
        release,
        offset,
        skew,
        True,
        first,
        block_days,
        totals.receipt + counting.receipt + Receipt(notes=notes),
        zone,
        client.workspace_id,
        checked=counting.right is not None,
    )


def _calendar(
    client: Client, sent: pd.Series, person: Person, timezone: tzinfo | None, server_now: datetime
) -> tuple[timedelta | None, Zone, tuple[str, ...]]:
    """The offset for the instants sent, the zone for days, and what is unsure about them."""
    if timezone is not None:
        return _configured_offset(timezone, server_now), Zone(timezone), ()
    days = client.server_days(sent, person)
    zone = Zone() if days.offset is None else Zone.seen(midnights_of(sent), days.offset)
    return days.offset, zone, () if days.sure else (ZONE_NOTE,)


def _days_of_a_year(client: Client, server_now: datetime) -> tuple[DailyTotals, bool]:
    """Messages per day of the last year and True; one day of each season and False where a year is refused, as on
    the build that begins its windows too late.
    """
    try:
        return client.sent_per_day(server_now - FACTS_REACH_BACK, server_now), True
    except RefusedParameters:
        moments = [server_now - ago for ago in (*reversed(_SEASONS), timedelta(0))]
        return _together([client.sent_per_day(moment, moment) for moment in moments]), False


def _together(totals: Sequence[DailyTotals]) -> DailyTotals:
    receipt = sum((total.receipt for total in totals), NOTHING_READ)
    return DailyTotals(pd.concat([total.messages for total in totals]), receipt)


def _configured_offset(timezone: tzinfo | None, server_now: datetime) -> timedelta | None:
    """The westernmost offset of the zone within half a year, which is the careful one for the instants sent."""
    if timezone is None:
        return None
    offsets = [(server_now + n * 26 * 7 * DAY).astimezone(timezone).utcoffset() for n in (-1, 0)]
    known = [o for o in offsets if o is not None]
    now = known[-1] if known else None
    return min(known) if known and min(known) <= timedelta(hours=-8) else now


def _first_counted(sent: pd.Series, offset: timedelta | None, asked_from: date) -> date | None:
    """The first day with a message, where the days asked for began well before it."""
    if sent.empty:
        return None
    first = server_dates(sent, offset).index.min().date()
    return first if first > asked_from + 7 * DAY else None


def server_dates(sent: pd.Series, offset: timedelta | None) -> pd.Series:
    """Messages per day with naive midnights of the server as index, from midnights in UTC."""
    # Half a day more puts a daylight-saving hour between the offset and the midnight on the right day.
    index = pd.DatetimeIndex(sent.index).tz_localize(None) + pd.Timedelta((offset or timedelta(0)) + DAY / 2)
    return pd.Series(sent.to_numpy(), index=index.normalize(), name="messages").groupby(level=0).sum().sort_index()


def read_directory(
    client: Client, access: Access, facts: Facts, tell: Teller[Directory], *, now: Callable[[], datetime]
) -> Directory:
    """The rooms that may be known without a count. Where the account may not see all rooms, also every room that was
    ever active or, on older releases, every room the channel list names.
    """
    tell.stage("Reading the room directory")
    listed = client.directory(full=access.all_rooms, progress=tell.progress)
    if access.all_rooms or not facts.counted:
        return listed
    tell.stage("Reading which rooms were ever active")
    window = windows(Period(LONG_AGO, facts.today(now())), facts.offset)[0]
    ever = client.channel_counts(window, every_room=True, progress=tell.progress)
    return listed.with_rooms_of(ever)


def read_activity(
    client: Client,
    access: Access,
    facts: Facts,
    period: Period,
    directory: Job[Directory],
    tell: Teller[Activity],
    *,
    now: Callable[[], datetime],
    rules: Rules = NO_RULES,
) -> Activity:
    """The activity of every room in ``period`` and the one before; tells a first part as soon as counts are there."""
    today = facts.today(now())

    def result(counts: Counted | None, listed: Directory | None, daily: DailyTotals, kind: str) -> Activity:
        rooms = join(counts.rooms if counts else None, listed.rooms if listed else None, period, facts.zone, rules)
        made = Activity(
            workspace=facts.workspace,
            release=str(facts.release),
            period=period,
            previous=period.previous,
            today=today,
            read_at=now().astimezone(UTC),
            rooms=rooms,
            daily=daily.messages,
            receipt=_receipt(counts, listed, facts, daily, kind, period),
            directory=kind,
            counted=facts.counted,
            first_counted=facts.first_counted,
            offset=facts.offset,
            rules=rules,
        )
        return masked(made) if rules.mask_names else made

    if not facts.counted:
        listed = directory.result_for(tell)
        return result(
            None, listed, DailyTotals(pd.Series([], dtype="int64", name="messages"), NOTHING_READ), _kind(access)
        )
    tell.stage("Reading messages per room")
    counts = _read_counts(client, facts, period, tell)
    daily = read_daily(client, facts, period)
    tell.partial(result(counts, None, daily, "pending"))
    return result(counts, directory.result_for(tell), daily, _kind(access))


def _kind(access: Access) -> str:
    return "full" if access.all_rooms else "public"


@dataclass(frozen=True, eq=False)
class Counted:
    """The counts of one period and the one before, and how reading them went."""

    rooms: pd.DataFrame
    receipt: Receipt


def _read_counts(client: Client, facts: Facts, period: Period, tell: Teller[Activity]) -> Counted:
    asked = windows(period, facts.offset, facts.block_days)
    answers: list[ChannelCounts] = []
    for number, window in enumerate(asked, start=1):
        if len(asked) > 1:
            tell.stage(f"Reading messages per room, part {number} of {len(asked)}")
        answers.append(client.channel_counts(window, every_room=False, progress=tell.progress))
    parts = [(w.period, w.previous is not None, a.rooms) for w, a in zip(asked, answers, strict=True)]
    return Counted(counts_of(parts, period), sum((a.receipt for a in answers), NOTHING_READ))


def read_daily(client: Client, facts: Facts, period: Period) -> DailyTotals:
    """Messages of all rooms together on every day of both periods, zeros included; by naive midnights of the server."""
    both = Period(period.previous.start, period.end)
    # The build that begins too late answers for single days alone.
    blocks = both.blocks(1 if facts.block_days else both.days)
    asked = [windows(block, facts.offset)[0] for block in blocks]
    totals = _together([client.sent_per_day(window.start, window.end) for window in asked])
    days = pd.DatetimeIndex([pd.Timestamp(d) for d in both.dates()])
    messages = server_dates(totals.messages, facts.offset).reindex(days, fill_value=0).astype("int64")
    return DailyTotals(messages, totals.receipt)


def _receipt(
    counts: Counted | None, listed: Directory | None, facts: Facts, daily: DailyTotals, kind: str, period: Period
) -> Receipt:
    """Everything that was read for an activity, directory and facts included."""
    later: list[str] = []
    if kind == "public":
        # A window of all time cannot be asked for where only blocks of days are counted rightly.
        lately = facts.block_days is not None and not facts.release.lists_silent_rooms
        later.append(PRIVATE_LATELY_NOTE if lately else PRIVATE_UNKNOWN_NOTE)
    if kind == "pending":
        later.append("The room directory is still being read; inactive rooms follow.")
    receipt = facts.receipt + daily.receipt
    if counts is not None:
        receipt += counts.receipt
    if facts.first_counted and facts.first_counted > period.previous.start:
        uncounted = f"The server counted nothing before {facts.first_counted}; earlier days have no data."
        receipt += Receipt(notes=(uncounted,))
    if listed is not None:
        receipt += listed.receipt
    return receipt + Receipt(notes=tuple(later), complete=kind != "pending")

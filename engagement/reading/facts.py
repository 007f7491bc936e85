"""What holds for a workspace whatever is asked: release, clock, where its days begin, whether and how it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

import pandas as pd

from engagement.api.client import ChannelCounts, Client, DailyTotals
from engagement.api.refusals import ENDS_ALL
from engagement.api.release import UNKNOWN
from engagement.errors import NoPremiumModule, WorkspaceError
from engagement.numbers.days import uncounted
from engagement.numbers.periods import DAY, MONDAY, Period, Way, Window, last_full_weeks, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.zone import Zone, midnights_of
from engagement.reading.counting import Counting, check_counting, probes
from engagement.reading.identity import Identity
from engagement.reading.jobs import Teller
from engagement.reading.year import REACHES_BACK, Year, read_year, remembered, usable
from engagement.storage.totals import KeptTotals

COUNTING_NOTE = (
    "This server begins its windows too late, so every period is read in blocks of four days, "
    "which it counts correctly."
)
DAYS_NOTE = "How many messages each day had is not known, as the daily totals could not be read."
RELEASE_NOTE = "The workspace does not tell its release, so it is asked in the way that every release understands."
ZONE_NOTE = (
    "The server's time zone could not be told for sure; days may be labelled one day off. "
    "Set `timezone` in the configuration."
)
NO_DAYS: pd.Series = pd.Series([], index=pd.DatetimeIndex([]), dtype="int64", name="messages")
# Daily totals that could not be read.
NO_TOTALS = DailyTotals(NO_DAYS.tz_localize("UTC"), Receipt(notes=(DAYS_NOTE,), complete=False))


@dataclass(frozen=True)
class Facts:
    """What holds for a workspace whatever is asked: which it is, clock, day border, whether and how it counts.

    ``offset`` from UTC is the careful one for the instants sent, ``zone`` tells the days of moments. ``skew`` is the
    server's clock less ours; ``way`` is how the server counts as far as is known, and ``checked`` says that it was
    proved. ``daily`` are the messages of all rooms together per day of the last year, by naive midnights of the
    server, where they are known, as of ``daily_at`` by its clock, and ``uncounted`` its days on which nothing was
    counted. Where they are ``remembered``, they were kept on the same day and nobody was asked: what is read by them
    has to confirm them. ``receipt`` is that of the daily totals and of the check. ``answers`` are what this check was
    told, and when, for whoever has use for it at once, ``brought`` the weeks that are kept of it, and ``totals`` what
    is to be kept of the year.
    """

    identity: Identity
    skew: timedelta
    offset: timedelta | None
    zone: Zone
    counted: bool = False
    first_counted: date | None = None
    way: Way = Way.DOCUMENTED
    checked: bool = True
    daily: pd.Series = field(default_factory=lambda: NO_DAYS, repr=False, compare=False)
    daily_at: datetime | None = field(default=None, compare=False)
    remembered: bool = field(default=False, compare=False)
    uncounted: frozenset[date] = frozenset()
    receipt: Receipt = NOTHING_READ
    answers: Mapping[Window, tuple[ChannelCounts, datetime]] = field(default_factory=dict, repr=False, compare=False)
    totals: KeptTotals | None = field(default=None, repr=False, compare=False)
    brought: frozenset[Period] = field(default=frozenset(), compare=False)

    def today(self, now: datetime) -> date:
        """The server's date when our clock says ``now`` (aware)."""
        return self.zone.day(now.astimezone(UTC) + self.skew)


# The outcome of the counting check of a workspace, whose identity is known by then, and the way that the totals of a
# year hint at: whoever gives it knows it from before, or calls the check with the way to expect, as a part of the job
# of the teller.
Checked = Callable[[Facts, Callable[[Way], Counting], Teller[Facts]], Counting]


def read_facts(
    client: Client,
    identity: Identity,
    tell: Teller[Facts],
    *,
    now: Callable[[], datetime],
    timezone: tzinfo | None = None,
    week_start: int = MONDAY,
    checked: Checked,
    kept: KeptTotals | None = None,
    remembers: bool = True,
) -> Facts:
    """Reads the facts of the workspace of this ``identity``. ``timezone`` is the configured one; ``checked`` may know
    the outcome of the counting check of this release, or keep it; ``kept`` are daily totals from before, which do where
    they are of the same day and it ``remembers``.
    """
    tell.stage("Looking at the workspace")
    server_now = now() + identity.skew
    bare = Facts(
        identity=identity,
        skew=identity.skew,
        offset=_configured_offset(timezone, server_now),
        zone=Zone(timezone),
        receipt=identity.receipt,
    )
    release = str(identity.release)
    kept = usable(kept, release, server_now)
    if kept is not None and remembers:
        _, zone, _ = _calendar(client, kept.messages, timezone, server_now)
        remembers = zone.day(kept.read_at) == zone.day(server_now)
    try:
        if kept is not None and remembers:
            year = remembered(kept)
        else:
            year = read_year(client, kept, release, server_now)
    except ENDS_ALL:
        raise
    except WorkspaceError as exc:
        if isinstance(exc, NoPremiumModule) and not _counts_rooms(client, server_now):
            return bare
        year = Year(NO_TOTALS, server_now)
    sent = year.totals.messages
    offset, zone, notes = _calendar(client, sent, timezone, server_now)
    if identity.release == UNKNOWN:
        notes = (RELEASE_NOTE, *notes)
    tell.stage("Checking how the server counts")
    tried = probes(server_dates(sent, offset), last_full_weeks(zone.day(server_now), 1, week_start))
    # A hint, and careful: the blocks of the swapped way are right on every server.
    bare = replace(bare, way=Way.DOCUMENTED if year.whole else Way.SWAPPED)
    answers = dict[Window, tuple[ChannelCounts, datetime]]()

    def ask(window: Window) -> ChannelCounts:
        counts = client.channel_counts(window, every_room=False)
        answers[window] = counts, now() + identity.skew
        return counts

    counting = checked(bare, lambda expected: check_counting(ask, tried, offset, expected), tell)
    way = counting.way or bare.way
    days = server_dates(sent, offset) if year.whole else NO_DAYS
    first = _first_counted(sent, offset, (server_now - REACHES_BACK).date()) if year.whole else None
    if way is Way.SWAPPED:
        notes = (*notes, COUNTING_NOTE)
    elif counting.way is None and not sent.empty:
        notes = (*notes, counting.note)
    return replace(
        bare,
        counted=True,
        offset=offset,
        zone=zone,
        first_counted=first,
        way=way,
        checked=counting.way is not None,
        daily=days,
        daily_at=year.at,
        remembered=year.remembered,
        uncounted=frozenset(uncounted(every_day(days, zone.day(server_now)), zone.day(server_now))),
        receipt=bare.receipt + year.totals.receipt + counting.receipt + Receipt(notes=notes),
        answers=answers,
        totals=year.keep,
    )


def _counts_rooms(client: Client, server_now: datetime) -> bool:
    """Whether the Premium module answers although the route of the daily totals seems to be missing."""
    today = server_now.date()
    try:
        client.channel_counts(windows(Period(today, today), None)[0], every_room=False)
    except NoPremiumModule:
        return False
    return True


def _calendar(
    client: Client, sent: pd.Series, timezone: tzinfo | None, server_now: datetime
) -> tuple[timedelta | None, Zone, tuple[str, ...]]:
    """The offset for the instants sent, the zone for days, and what is unsure about them."""
    if timezone is not None:
        return _configured_offset(timezone, server_now), Zone(timezone), ()
    days = client.server_days(sent)
    if days.offset is not None and not days.sure:
        # Two zones fit, and the person's own may decide.
        days = client.server_days(sent, client.me())
    zone = Zone() if days.offset is None else Zone.seen(midnights_of(sent), days.offset)
    return days.offset, zone, () if days.sure else (ZONE_NOTE,)


def every_day(dated: pd.Series, today: date) -> pd.Series:
    """Messages per day with zero for days from the first to the one before ``today`` that the server does not name."""
    if dated.empty:
        return dated
    last = max(dated.index[-1], pd.Timestamp(today - DAY))
    return dated.reindex(pd.date_range(dated.index[0], last), fill_value=0)


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

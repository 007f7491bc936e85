"""One table per question: a row per room, joined from both periods and the directory, and how complete it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.basis import CONSTANTS, Basis
from engagement.numbers.days import Bars, bars_of
from engagement.numbers.events import Events, during
from engagement.numbers.filters import named_like
from engagement.numbers.naming import plain_labels
from engagement.numbers.periods import Period, same_weekdays
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.weeks import History, agreed, by_month, signals
from engagement.numbers.zone import Zone

ACTIVE = "active"
EXEMPT = "exempt"
FELL_SILENT = "fell silent"
DORMANT = "dormant"
NEVER_USED = "never used"
UNUSED_SO_FAR = "unused so far"
UNKNOWN = "unknown"
INACTIVE_STATES = (FELL_SILENT, DORMANT, NEVER_USED, UNUSED_SO_FAR, UNKNOWN)

# What a change is, in a word. The first three are from nothing or to nothing, where a percentage says little.
NEW, BACK, MORE, FEWER, THE_SAME = "new", "back", "more", "fewer", "the same"
FROM_OR_TO_NOTHING = (NEW, BACK, FELL_SILENT)
CHANGES = (*FROM_OR_TO_NOTHING, MORE, FEWER, THE_SAME)

NOT_COUNTED = "not counted by the server"
MORE_DELETED = "more deleted than written"
SPOKE_SINCE = "spoke again after the period"

COLUMNS = (
    "room_id name label slug type kind messages previous_messages change change_pct change_word state remark created "
    "last_message silent_days silent_least silent_most members owner archived read_only default announcement "
    "total_messages parent team exempt left_out"
).split()

# A discussion's name on the wire is a random id in this alphabet (Random.id of the server's framework).
_RANDOM_ID = re.compile(r"[2-9A-HJ-NP-TW-Za-km-z]{17}")


@dataclass(frozen=True)
class Rules:
    """What the configuration says of rooms: names, or patterns with ``*`` and ``?``, in any case.

    Rooms like ``exempt`` are never called inactive, those like ``left_out`` stand in no total, share or chart, and
    with ``mask_names`` nobody sees a private name.
    """

    exempt: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    mask_names: bool = False


NO_RULES = Rules()


@dataclass(frozen=True, eq=False)
class Activity:
    """What is known of every room in one period.

    ``rooms`` has the columns COLUMNS, a row per room that existed in the period; ``daily`` is messages per day of the
    server (index: naive midnights) over both periods, of all rooms together. ``directory`` is ``full``, ``public``
    (rooms anyone may list), ``none`` or ``pending`` (still being read). ``counted`` is False where the server counts no
    messages per day at all, ``whole`` where its counts contradict themselves or one another, ``arrived`` where it
    announced rooms that did not come. ``uncounted`` are the days of both periods on which nothing was counted,
    ``first_counted`` is the first day with any message, where known. ``offset`` is the server's from UTC, None where it
    is not known; ``masked`` says that names are aliases. ``history`` are the weeks of the signals; with them ``rooms``
    has the columns of ``weeks.signals`` too. ``events`` are those of the workspace, of any time.
    Shared by all who may see it: never assign to its tables.
    """

    workspace: str
    release: str
    period: Period
    previous: Period
    today: date
    read_at: datetime
    rooms: pd.DataFrame
    daily: pd.Series
    receipt: Receipt = NOTHING_READ
    directory: str = "full"
    counted: bool = True
    whole: bool = True
    arrived: bool = True
    uncounted: tuple[date, ...] = ()
    first_counted: date | None = None
    offset: timedelta | None = None
    rules: Rules = NO_RULES
    masked: bool = False
    history: History | None = None
    events: Events = ()
    _with_events: list[Activity] = field(default_factory=list, init=False, repr=False)
    _judged: WeakKeyDictionary[History, Activity] = field(default_factory=WeakKeyDictionary, init=False, repr=False)

    @property
    def rooms_expected(self) -> int:
        """The rooms of the table, and those that the server announced and that did not arrive."""
        return len(self.rooms) + self.receipt.missing

    @property
    def unfinished(self) -> bool:
        """True when the period reaches into a day that is not over on the server."""
        return not self.period.over(self.today)

    @property
    def happened(self) -> Events:
        """The events that touch either period."""
        return during(self.events, self.period, self.previous)

    def with_events(self, events: Events) -> Activity:
        """The same among these events, made once for all who ask with the same ones."""
        if events == self.events:
            return self
        found = [one for one in self._with_events if one.events == events]
        if not found:
            # Those of before are asked for no more.
            self._with_events[:] = found = [replace(self, events=events)]
        return found[0]

    def judged(self, history: History | None, basis: Basis = CONSTANTS) -> Activity:
        """The same with the signal of every room, worked out once for each history and basis; itself without one."""
        if history is None:
            return self
        found = self._judged.get(history)
        if found is None or found.history is None or found.history.basis != basis:
            ours = self.agreed(history, basis)
            judged = pd.concat([self.rooms, signals(self.rooms, ours).set_axis(self.rooms.index)], axis=1)
            found = replace(self, rooms=judged, history=ours)
            self._judged[history] = found
        return found

    def agreed(self, history: History, basis: Basis = CONSTANTS) -> History:
        """The history with the counts of this table in the weeks that it tells, so that one page has one number; its
        signals rest on ``basis`` and are on a week or a month, as the period is.
        """
        ours = agreed(history, self.period, self.previous, self.rooms, whole=self.whole, uncounted=self.uncounted)
        return replace(ours, basis=basis, month=by_month(self.period), events=self.events, asked=self.period)

    @property
    def adjacent(self) -> bool:
        """True where the period is compared with the days right before it, or with the week before it so far."""
        return (self.period.start - self.previous.end).days <= 7

    @property
    def same_weekdays(self) -> bool:
        """True when each day of the period is held against a day of the same weekday."""
        return same_weekdays(self.period, self.previous)

    def bars(self, read: History, rooms: pd.DataFrame) -> Bars:
        """The days, weeks or months of the period as far as they are ``read``, of some ``rooms`` of the table."""
        return bars_of(read, rooms, self.period, self.previous, self.today, self.uncounted)

    @property
    def alike(self) -> bool:
        """False when some day of either period was not counted or some room did not arrive: they are not compared."""
        return self.arrived and not self.uncounted

    @property
    def no_data(self) -> bool:
        """True when no room has any message in the period: then nothing was counted, and nobody is inactive."""
        return self.counted and not spoke(self.rooms["messages"]).any()

    @property
    def previous_no_data(self) -> bool:
        """The same of the previous period: then there is nothing to compare with."""
        return self.counted and not spoke(self.rooms["previous_messages"]).any()


def spoke(messages: pd.Series) -> pd.Series:
    """Where a count is known and not zero."""
    return messages.fillna(0) != 0


def without_data(rooms: pd.DataFrame, *, now: bool, before: bool) -> pd.DataFrame:
    """The rooms table with NaN in place of the counts of a window that nobody counted, and of what hangs on them."""
    unknown = ["messages"] * now + ["previous_messages"] * before
    if not unknown:
        return rooms
    return rooms.assign(**dict.fromkeys([*unknown, "change", "change_pct"], np.nan), change_word="")


def counts_of(parts: Sequence[tuple[Period, bool, pd.DataFrame]], period: Period) -> pd.DataFrame:
    """Adds the answers of several requests up: one row per room with ``messages`` and ``previous_messages``.

    Each part is the period that a request counted, whether its own previous window counts too, and its rooms.
    """
    frames = []
    for counted, both, rooms in parts:
        now, before = rooms["messages"], rooms["previous_messages"] if both else 0
        told = (now, before) if counted.start in period else (0, now)
        frames.append(rooms.assign(messages=told[0], previous_messages=told[1]))
    if len(frames) == 1:
        return frames[0]
    together = pd.concat(frames, ignore_index=True)
    sums = together.groupby("room_id", sort=False)[["messages", "previous_messages"]].sum()
    # The newest answer knows the newest names.
    others = together.drop(columns=["messages", "previous_messages"]).drop_duplicates("room_id", keep="last")
    return others.merge(sums, left_on="room_id", right_index=True, how="left").reset_index(drop=True)


def without(rooms: pd.DataFrame, room_ids: frozenset[str]) -> pd.DataFrame:
    """The rows of other rooms than these."""
    return rooms[~rooms["room_id"].isin(room_ids)].reset_index(drop=True) if room_ids else rooms


def change(now: pd.Series, before: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Messages less those before, and the same in percent of them; NaN where there were none before."""
    less = now - before
    return less, (100.0 * less / before.where(before > 0)).astype("float64")


def change_words(now: pd.Series, before: pd.Series, created_lately: pd.Series) -> npt.NDArray[np.str_]:
    """One of CHANGES for each room; ``created_lately`` tells the new ones from those that are back."""
    begun, less = (now > 0) & (before <= 0), now - before
    conditions = [begun & created_lately, begun, (now <= 0) & (before > 0), less > 0, less < 0]
    return np.select(conditions, CHANGES[:-1], THE_SAME)


def join(
    counts: pd.DataFrame | None,
    directory: pd.DataFrame | None,
    period: Period,
    zone: Zone,
    rules: Rules = NO_RULES,
    *,
    previous: Period | None = None,
    uncounted: Sequence[date] = (),
    arrived: bool = True,
) -> pd.DataFrame:
    """The rooms table (COLUMNS) of ``period``, sorted by messages, then name: made once, shown everywhere.

    ``counts`` has room_id, name, usernames, type, created, messages, previous_messages; ``directory`` the columns of
    the client's directory; either may be missing. ``zone`` is the server's, for the days of creation and last message;
    ``rules`` decide which rooms are exempt and left out; ``previous`` is what the period is compared with, the days
    right before unless said; what hangs on a day ``uncounted`` is not known, nor the counts of rooms that did not
    come where not all have ``arrived``. Rooms created after the period are not in it, unless something was counted in
    them.
    """
    table = _merged(counts, directory)
    table["created"] = zone.days(table["created"])
    for bound in ("spoke_from", "spoke_to"):
        table[bound] = zone.days(table[bound].where(table[bound].notna(), table["last_message"]))
    table["last_message"] = table["spoke_from"].where(table["spoke_from"] == table["spoke_to"])
    for column in ("messages", "previous_messages"):
        table[column] = table[column].fillna(0).astype("int64")
    for column in ("archived", "read_only", "default", "announcement"):
        table[column] = table[column].eq(True)
    for column in ("members", "total_messages"):
        table[column] = table[column].astype("float64")
    # A room whose type nobody tells is shown to as few as a private one.
    table["type"] = table["type"].fillna("private")
    for column in ("room_id", "type", "owner", "parent", "team"):
        table[column] = table[column].astype("str")
    counted_any = (table["messages"] != 0) | (table["previous_messages"] != 0)
    table = table[counted_any | ~(table["created"] > pd.Timestamp(period.end))].copy()
    _name(table)
    table["label"] = plain_labels(table)
    table["exempt"], table["left_out"] = named_like(table, rules.exempt), named_like(table, rules.left_out)
    previous = previous or period.previous
    _compare(table, previous)
    _judge_silence(table, period, previous, counted=counts is not None)
    came = pd.Series(True, table.index) if arrived or counts is None else table["room_id"].isin(counts["room_id"])
    _withdraw(table, period, previous, uncounted, ~came)
    table = table.sort_values(["messages", "name", "room_id"], ascending=[False, True, True], ignore_index=True)
    return table[COLUMNS]


_FROM_COUNTS = "room_id name usernames type created messages previous_messages".split()
_FROM_DIRECTORY = (
    "room_id name slug type kind usernames created last_message last_message_known spoke_from spoke_to "
    "members owner archived read_only default announcement total_messages parent team"
).split()


def _merged(counts: pd.DataFrame | None, directory: pd.DataFrame | None) -> pd.DataFrame:
    counts = _empty(_FROM_COUNTS) if counts is None else counts[_FROM_COUNTS]
    directory = _empty(_FROM_DIRECTORY) if directory is None else directory[_FROM_DIRECTORY]
    table = counts.merge(directory, on="room_id", how="outer", suffixes=("_counted", ""))
    for column in ("name", "usernames", "type", "created"):
        # The directory knows the titles of discussions; the counts know rooms that the directory does not show.
        table[column] = table[column].where(table[column].notna(), table.pop(f"{column}_counted"))
    return table


_DTYPES = {
    "messages": "int64",
    "previous_messages": "int64",
    "created": "datetime64[us, UTC]",
    "last_message": "datetime64[us, UTC]",
    "spoke_from": "datetime64[us, UTC]",
    "spoke_to": "datetime64[us, UTC]",
    "members": "float64",
    "total_messages": "float64",
} | dict.fromkeys(["archived", "read_only", "default", "announcement", "last_message_known"], "bool")


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series([], dtype=_DTYPES.get(c, "str")) for c in columns})


def _name(table: pd.DataFrame) -> None:
    """Fills name, slug and kind in place: titles where known, the people of direct messages, ids for links."""
    wire = table["name"].astype("str")
    untitled = wire.str.fullmatch(_RANDOM_ID.pattern).eq(True) & table["kind"].isna()
    table["kind"] = table["kind"].where(table["kind"].notna(), np.where(untitled, "discussion", "room")).astype("str")
    direct = table["type"].eq("direct")
    name = wire.where(~untitled, "untitled discussion " + wire.str.slice(0, 4))
    name = name.where(~(direct & table["usernames"].notna()), table["usernames"])
    table["name"] = name.where(name.notna() & name.ne(""), table["room_id"]).astype("str")
    by_name = ~direct & table["kind"].ne("discussion")
    slug = table["slug"].where(table["slug"].notna(), wire.where(by_name, table["room_id"]))
    table["slug"] = slug.where(slug.notna() & slug.ne(""), table["room_id"]).astype("str")


def _compare(table: pd.DataFrame, previous: Period) -> None:
    """Adds change, change_pct and change_word in place."""
    now, before = table["messages"], table["previous_messages"]
    table["change"], table["change_pct"] = change(now, before)
    created_lately = table["created"] >= pd.Timestamp(previous.start)
    table["change_word"] = change_words(now, before, created_lately)


def _judge_silence(table: pd.DataFrame, period: Period, previous: Period, *, counted: bool) -> None:
    """Adds state, remark and the days of silence in place. Counts decide; dates of last messages only explain.

    Where the server counts nothing, a room is inactive unless its last message is of the period or later. A last
    message that fell between two days decides what it decides on both of them. ``silent_days`` is NaN unless the day is
    known; ``silent_least`` and ``silent_most`` are the bounds.
    """
    first, last, known = table["spoke_from"], table["spoke_to"], table["last_message_known"].eq(True)
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    inactive = table["messages"] <= 0 if counted else ~(first >= start)
    since = inactive & (first > end)
    heard_before = (first >= pd.Timestamp(previous.start)) & (last <= pd.Timestamp(previous.end))
    nothing_before = (table["previous_messages"] == 0) & heard_before
    counted_none = (table["messages"] == 0) & (last <= end)
    uncounted = counted_none & ((first >= start) | nothing_before)
    remarks = {NOT_COUNTED: uncounted & inactive, SPOKE_SINCE: since, MORE_DELETED: table["messages"] < 0}
    table["remark"] = np.select([*remarks.values()], [*remarks], "")
    table["state"] = np.select(
        [
            ~inactive,
            table["exempt"],
            table["previous_messages"] > 0,
            table["created"] >= start,
            known & last.isna(),
            (counted_none & counted) | (last < start),
        ],
        [ACTIVE, EXEMPT, FELL_SILENT, UNUSED_SO_FAR, NEVER_USED, DORMANT],
        UNKNOWN,
    )
    spoken = inactive & (last <= end)
    table["silent_least"] = (end - last).dt.days.where(spoken).astype("float64")
    table["silent_most"] = (end - first).dt.days.where(spoken).astype("float64")
    table["silent_days"] = table["silent_least"].where(first == last)


def _withdraw(
    table: pd.DataFrame, period: Period, previous: Period, uncounted: Sequence[date], missing: pd.Series
) -> None:
    """Takes back in place what is said of silences that fall on uncounted days, or of rooms that may be ``missing``
    from the counts, unless the last message proves them.
    """
    now, before = (any(day in window for day in uncounted) for window in (period, previous))
    first, last, known = table["spoke_from"], table["spoke_to"], table["last_message_known"].eq(True)
    silent, silent_before = table["messages"] <= 0, table["previous_messages"] <= 0
    proved = known & ~(last >= pd.Timestamp(period.start))
    heard_before = (last >= pd.Timestamp(previous.start)) & (first <= pd.Timestamp(previous.end))
    unsure = (silent & ~proved & now) | (silent & silent_before & heard_before & before) | (missing & ~proved)
    table["state"] = table["state"].mask(unsure & ~table["exempt"], UNKNOWN)
    unsaid = (silent & ~proved & now) | (silent_before & before) | missing
    table["change_word"] = table["change_word"].mask(unsaid, "")
    if missing.any():
        counts = ["messages", "previous_messages", "change"]
        table[counts] = table[counts].astype("float64").mask(missing)

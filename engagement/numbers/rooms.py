"""One table per question: a row per room, joined from both periods and the directory, and how complete it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.basis import CONSTANTS, Basis
from engagement.numbers.counters import Readings
from engagement.numbers.days import Bars, bars_of
from engagement.numbers.events import Events, during
from engagement.numbers.periods import Period, same_weekdays
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.numbers.verdict import FALLS
from engagement.numbers.weeks import History, agreed, by_month, signals

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
COUNTER_FELL = "its counter fell or was not read"
SPOKE_SINCE = "spoke again after the period"

COLUMNS = (
    "room_id name label named_label slug type kind messages previous_messages change change_pct change_word state "
    "remark created last_message silent_days silent_least silent_most members owner owner_known archived read_only "
    "default announcement total_messages parent team exempt left_out"
).split()


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
    (rooms anyone may list), ``none`` or ``pending`` (still being read). ``counted`` is False where nothing tells the
    messages of the period, ``whole`` where its counts contradict themselves or one another, ``arrived`` where it
    announced rooms that did not come. Where the server counts no messages per day at all, there are ``readings`` of
    the counters of rooms, and what these tell is net of what was deleted and pruned. ``uncounted`` are the days of both
    periods on which nothing was counted, ``first_counted`` is the first day with any message, where known. ``offset``
    is the server's from UTC, None where it is not known; ``masked`` says that names are aliases. ``history`` are the
    weeks of the signals; with them ``rooms`` has the columns of ``weeks.signals`` too. ``events`` are those of the
    workspace, of any time.
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
    readings: Readings | None = None
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
            # Back after the days compared with, but not after the weeks that a signal rests on: more, and no return.
            not_back = judged["change_word"].eq(BACK) & judged["signal"].isin(FALLS)
            judged["change_word"] = judged["change_word"].mask(not_back, MORE)
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
    def net(self) -> bool:
        """True where messages are net of what was deleted and pruned, by the counters of rooms."""
        return self.counted and self.readings is not None

    @property
    def alike(self) -> bool:
        """False when some day of either period was not counted, some room did not arrive, or counters were read over
        spans of other lengths: they are not compared.
        """
        return self.arrived and not self.uncounted and (self.readings is None or self.readings.alike)

    @property
    def like_for_like(self) -> bool:
        """True when a change of the whole is a gain or a loss: both periods are over, counted, and alike."""
        return not self.unfinished and self.alike and not self.previous_no_data

    @property
    def no_data(self) -> bool:
        """True when no room has any message in the period: then nothing was counted, and nobody is inactive."""
        return self._no_data("messages")

    @property
    def previous_no_data(self) -> bool:
        """The same of the previous period: then there is nothing to compare with."""
        return self._no_data("previous_messages")

    def _no_data(self, column: str) -> bool:
        told = self.rooms[column]
        # Counters that did not move tell that nobody wrote.
        return self.counted and not (told.notna() if self.net else spoke(told)).any()


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

"""Which rooms come first, which changed, and how long the inactive ones have been silent: one rule for every view.

Every function takes the rooms of a view, rows of the rooms table. Ties go by name, then by room id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engagement.numbers.rooms import (
    DORMANT,
    FELL_SILENT,
    FROM_OR_TO_NOTHING,
    INACTIVE_STATES,
    NEVER_USED,
    UNKNOWN,
    UNUSED_SO_FAR,
    change,
    change_words,
    spoke,
)
from engagement.numbers.verdict import NEWS, TOO_FEW_WEEKS
from engagement.numbers.weeks import among, places

# Days since the last message, both ends inclusive.
AGES = ("up to 30 days", "31–90 days", "91–180 days", "181–365 days", "over 365 days")
_AGE_ENDS = (30, 90, 180, 365)


def _ordered(rooms: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The largest first; what is alike in one column by the next."""
    down = [False] * len(columns)
    return rooms.sort_values([*columns, "name", "room_id"], ascending=[*down, True, True], ignore_index=True)


def _largest(rooms: pd.DataFrame, most: int, *columns: str) -> pd.DataFrame:
    """The first ``most`` of ``_ordered``, without putting all the others in order."""
    return _ordered(rooms.nlargest(most, [*columns], keep="all"), *columns).head(most)


def ranked(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms by messages, most first; adds ``rank`` (from 1) and ``share`` in percent of all messages.

    A negative count weighs nothing in shares.
    """
    table = _ordered(rooms, "messages")
    counts = table["messages"].clip(lower=0)
    total = counts.sum()
    share = 100.0 * counts / total if total else counts * 0.0
    return table.assign(rank=np.arange(1, len(table) + 1), share=share)


def busiest(rooms: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first ``most`` rooms by messages that had any."""
    return _largest(rooms[rooms["messages"] > 0], most, "messages")


# A room dwarfs all others with so many times the messages of the next one, where so few read it that a machine writes.
DWARFED, FEW_MEMBERS = 3, 10


@dataclass(frozen=True)
class Dwarfing:
    """The one ``room`` (a row of the rooms table) beside which all bars are small, and how many ``times`` the next."""

    room: pd.DataFrame
    room_id: str
    times: float
    members: int


def dwarfing(rooms: pd.DataFrame) -> Dwarfing | None:
    """The busiest of ``rooms`` where it has DWARFED times the messages of the second, and at most FEW_MEMBERS members;
    None where it has not, has more or unknown ones, or is the only one with messages.
    """
    top = busiest(rooms, 2)
    if len(top) < 2:
        return None
    most, next_one = top["messages"]
    members = top["members"].iloc[0]
    if most < DWARFED * next_one or pd.isna(members) or members > FEW_MEMBERS:
        return None
    return Dwarfing(top.head(1), str(top["room_id"].iloc[0]), float(most / next_one), int(members))


def by_counter(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms by the room's own counter of all messages ever, most first, with ``rank`` (from 1)."""
    table = _ordered(rooms, "total_messages")
    return table.assign(rank=np.arange(1, len(table) + 1))


def judged(rooms: pd.DataFrame) -> bool:
    """True when some of the rooms are judged: their signals are known, and not all for want of weeks."""
    return "signal" in rooms and bool(rooms["signal"].ne(TOO_FEW_WEEKS).any())


def agreeing(rooms: pd.DataFrame) -> pd.Series:
    """The signal of each room that goes the way of its change: one against it is of other weeks; else empty."""
    if "signal" not in rooms:
        return pd.Series("", index=rooms.index)
    same = np.sign(rooms["surprise"]) == np.sign(rooms["change"])
    return rooms["signal"].where(same & rooms["signal"].isin(NEWS), "")


def strength(rooms: pd.DataFrame) -> pd.Series:
    """How strongly the counts of each room speak for its signal, whichever way; NaN for a room without one."""
    if "signal" not in rooms:
        return pd.Series(np.nan, index=rooms.index)
    return rooms["surprise"].abs().where(rooms["signal"].isin(NEWS))


def with_signal(rooms: pd.DataFrame) -> pd.DataFrame:
    """The rooms with a signal, the strongest first; equally strong ones by change."""
    table = rooms.assign(_strength=strength(rooms), _size=rooms["change"].abs())
    return _ordered(table[table["_strength"].notna()], "_strength", "_size").drop(columns=["_strength", "_size"])


def movers(rooms: pd.DataFrame, each: int) -> pd.DataFrame:
    """``each`` rooms with more messages than before and as many with fewer, from the strongest rise to the strongest
    fall: by surprise, and by change where that is none or not known.
    """
    surprise = rooms["surprise"] if "signal" in rooms else pd.Series(0.0, index=rooms.index)
    # A signal against the change is of other weeks: it makes nobody a mover.
    upwards, downwards = surprise.clip(lower=0), surprise.clip(upper=0)
    rooms = rooms.assign(_surprise=upwards.where(rooms["change"] > 0, downwards))
    return _both_ways(rooms, each, "_surprise", "change").drop(columns="_surprise")


def gains_and_losses(rooms: pd.DataFrame, each: int) -> pd.DataFrame:
    """The ``each`` rooms with the largest gain and as many with the largest loss, from gain to loss."""
    return _both_ways(rooms, each, "change")


def _both_ways(rooms: pd.DataFrame, each: int, *order: str) -> pd.DataFrame:
    up, down = rooms[rooms["change"] > 0], rooms[rooms["change"] < 0]
    lost = _ordered(down.nsmallest(each, [*order], keep="all"), *order).tail(each)
    return pd.concat([_largest(up, each, *order), lost], ignore_index=True)


def by_change(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms with a message in either period, largest change first, whichever way."""
    table = rooms[spoke(rooms["messages"]) | spoke(rooms["previous_messages"])]
    return _ordered(table.assign(_size=table["change"].abs()), "_size").drop(columns="_size")


def changed(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms with a signal (``with_signal``), of a longer silence too; then the others (``by_change``)."""
    others = by_change(rooms[strength(rooms).isna()])
    return pd.concat([with_signal(rooms), others], ignore_index=True)


def side_by_side(rooms: pd.DataFrame, others: pd.DataFrame, since: date) -> pd.DataFrame:
    """A rooms table whose ``previous_messages`` are those of ``others``, another period that begins on ``since``.

    Rooms with messages in neither period are left out; a room that only the other period knows *fell silent*.
    """
    lost = others[~among(rooms["room_id"], others["room_id"])].assign(messages=0)
    # Signals compare with the weeks before, not with another period.
    both = pd.concat([rooms, lost], ignore_index=True).drop(columns=["signal", "surprise"], errors="ignore")
    now, told = both["messages"], others.set_index("room_id")["messages"]
    before = both["room_id"].map(told).where(both["room_id"].isin(others["room_id"]), 0).astype(told.dtype)
    more, percent = change(now, before)
    words = pd.Series(change_words(now, before, both["created"] >= pd.Timestamp(since)), index=both.index, dtype="str")
    words = words.mask(more.isna(), "")
    both = both.assign(previous_messages=before, change=more, change_pct=percent, change_word=words)
    return both[spoke(now) | spoke(before)].reset_index(drop=True)


def busiest_of_weeks(rooms: pd.DataFrame, weekly: pd.DataFrame, most: int) -> pd.DataFrame:
    """The ``most`` rooms with most messages in all of ``weekly`` (rows are room ids); none without a message."""
    totals = np.zeros(len(weekly))
    for week in weekly.to_numpy().T:
        # What is not known, or less than nothing, weighs nothing.
        totals += np.fmax(week, 0)
    at = places(rooms["room_id"], weekly.index)
    of_rooms = np.where(at >= 0, totals[at], 0) if len(totals) else np.zeros(len(at))
    least = np.partition(of_rooms, -most)[-most] if len(at) > most else 0
    chosen = (of_rooms > 0) & (of_rooms >= least)
    return _ordered(rooms[chosen].assign(_total=of_rooms[chosen]), "_total").head(most).drop(columns="_total")


def changes(rooms: pd.DataFrame, words: Sequence[str] = FROM_OR_TO_NOTHING) -> dict[str, int]:
    """How many rooms have each of these words for their change."""
    counts = rooms["change_word"].value_counts()
    return {word: int(counts.get(word, 0)) for word in words}


def quiet_by_design(rooms: pd.DataFrame) -> pd.Series:
    """Which rooms are read-only, default or announcement rooms, as a mask."""
    return rooms["read_only"] | rooms["default"] | rooms["announcement"]


def inactive(rooms: pd.DataFrame) -> pd.DataFrame:
    """Inactive rooms, longest silence first."""
    table = rooms[rooms["state"].isin(INACTIVE_STATES)]
    order = ["silent_days", "created", "name", "room_id"]
    return table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def age(rooms: pd.DataFrame) -> pd.Series:
    """The place in AGES of the days since each room's last message; NaN where that is not known."""
    least, most = (
        pd.cut(rooms[bound], [-np.inf, *_AGE_ENDS, np.inf], labels=False).astype("float64")
        for bound in ("silent_least", "silent_most")
    )
    return least.where(least == most)


def possible(days: int) -> list[bool]:
    """For each of AGES, whether a room can be that old in which nobody spoke in the last ``days``."""
    return [days <= end for end in (*_AGE_ENDS, np.inf)]


@dataclass(frozen=True)
class Silence:
    """How many inactive rooms of a view are in which group; every inactive room is in exactly one.

    ``dormant`` and ``fell_silent`` by age, one number for each of AGES; ``unknown`` says nothing of when they spoke.
    """

    rooms: int
    inactive: int
    fell_silent: tuple[int, ...]
    dormant: tuple[int, ...]
    never_used: int
    unused_so_far: int
    unknown: int

    @property
    def aged(self) -> tuple[int, ...]:
        """Rooms that spoke once, by age."""
        return tuple(lately + slept for lately, slept in zip(self.fell_silent, self.dormant, strict=True))


def silence(rooms: pd.DataFrame) -> Silence:
    """The groups of the inactive rooms. One that fell silent with no known last message spoke in the period before."""
    table = rooms.loc[rooms["state"].isin(INACTIVE_STATES), ["state", "silent_least", "silent_most"]]
    states, ages = table["state"], age(table)
    of = {word: ages[states.eq(word)] for word in INACTIVE_STATES}

    def by_age(group: pd.Series) -> tuple[int, ...]:
        return tuple(int(group.eq(place).sum()) for place in range(len(AGES)))

    return Silence(
        rooms=len(rooms),
        inactive=len(table),
        # Whoever fell silent had a message in the previous period, whatever the directory knows of it.
        fell_silent=by_age(of[FELL_SILENT].fillna(0)),
        dormant=by_age(of[DORMANT]),
        never_used=len(of[NEVER_USED]),
        unused_so_far=len(of[UNUSED_SO_FAR]),
        unknown=len(of[UNKNOWN]) + int(of[DORMANT].isna().sum()),
    )


def holding_half(rooms: pd.DataFrame) -> int:
    """How few rooms hold half of all messages together; 0 where there are none."""
    held = np.sort(rooms["messages"].clip(0).to_numpy(dtype=np.float64, na_value=0))[::-1].cumsum()
    return int(np.searchsorted(held, held[-1] / 2)) + 1 if len(held) and held[-1] else 0

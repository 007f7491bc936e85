"""What each number means, defined once, by name. Pure pandas over the rooms table of ``engagement.activity``.

Unless said otherwise, messages are what the server counted in the period (messages and edits less deletions, system
messages left out), a negative count weighs nothing in totals of shares, and *active* means more than zero messages.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engagement.numbers.periods import Period
from engagement.numbers.rooms import ACTIVE, BACK, DORMANT, NEVER_USED, NEW, UNKNOWN, UNUSED_SO_FAR, WENT_QUIET

TYPES = ("channel", "private", "direct")
BUSIEST = 10
MOVEMENTS = (NEW, BACK, WENT_QUIET)

# Days of silence, both ends inclusive, and what they are called.
SILENCE = (
    (0, 30, "up to 30 days"),
    (31, 90, "31 to 90 days"),
    (91, 180, "91 to 180 days"),
    (181, 365, "181 to 365 days"),
    (366, None, "over a year"),
)


@dataclass(frozen=True)
class Filters:
    """Which rooms a view is about. ``types`` as in the rooms table; ``search`` is part of a name, any case.

    ``left_out`` are room ids, ``left_out_names`` names or shell patterns of names, any case.
    """

    types: frozenset[str] = frozenset({"channel", "private"})
    search: str = ""
    left_out: frozenset[str] = frozenset()
    archived: bool = False
    left_out_names: tuple[str, ...] = ()

    def out_of(self, rooms: pd.DataFrame) -> pd.Series:
        """Which rooms are left out of everything, as a mask."""
        return rooms["room_id"].isin(self.left_out) | named_like(rooms, self.left_out_names)

    def keep(self, rooms: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``rooms`` that the view is about, in their order."""
        mask = rooms["type"].isin(self.types)
        if not self.archived:
            mask &= ~rooms["archived"]
        mask &= ~self.out_of(rooms)
        if wanted := self.search.strip().lstrip("#"):
            mask &= rooms["name"].str.contains(wanted, case=False, regex=False)
        return rooms[mask].reset_index(drop=True)


def named_like(rooms: pd.DataFrame, patterns: tuple[str, ...]) -> pd.Series:
    """Which rooms have a name, or a name in links, like one of ``patterns`` (``*`` stands for anything), any case."""
    if not patterns:
        return pd.Series(False, index=rooms.index)
    like = "|".join(fnmatch.translate(pattern.casefold()) for pattern in patterns)
    return rooms["name"].str.casefold().str.match(like) | rooms["slug"].str.casefold().str.match(like)


@dataclass(frozen=True)
class Comparison:
    """A number of the period, the same of the previous period, and what they come to; None where undefined."""

    now: float
    before: float

    @property
    def change(self) -> float:
        """Now less before, in the unit of both."""
        return self.now - self.before

    @property
    def change_pct(self) -> float | None:
        """Percent of before; None where before is zero or less."""
        return 100 * self.change / self.before if self.before > 0 else None


@dataclass(frozen=True)
class Headline:
    """The four figures of the overview. ``busiest_share`` is in percent of messages, both periods by their own ten."""

    messages: Comparison
    active: Comparison
    inactive: Comparison
    busiest_share: Comparison


def headline(rooms: pd.DataFrame, period: Period) -> Headline:
    """The four figures over the rooms given. Rooms count as inactive from the period on in which they were created."""
    now, before = rooms["messages"], rooms["previous_messages"]
    existed = ~(rooms["created"] >= pd.Timestamp(period.start))
    return Headline(
        Comparison(float(now.sum()), float(before.sum())),
        Comparison(float((now > 0).sum()), float((before > 0).sum())),
        Comparison(float((now <= 0).sum()), float(((before <= 0) & existed).sum())),
        Comparison(_share_of_busiest(now), _share_of_busiest(before)),
    )


def _share_of_busiest(messages: pd.Series) -> float:
    counts = np.sort(messages.clip(lower=0).to_numpy())[::-1]
    total = counts.sum()
    return float(100 * counts[:BUSIEST].sum() / total) if total else 0.0


def ranked(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms by messages, most first, then name; adds ``rank`` (from 1), ``share`` and ``cumulative`` in percent."""
    table = rooms.sort_values(["messages", "name", "room_id"], ascending=[False, True, True], ignore_index=True)
    counts = table["messages"].clip(lower=0)
    total = counts.sum()
    share = 100.0 * counts / total if total else counts * 0.0
    return table.assign(rank=np.arange(1, len(table) + 1), share=share, cumulative=share.cumsum())


def rooms_for_share(rooms: pd.DataFrame, percent: float) -> int:
    """How many of the busiest rooms together hold at least ``percent`` of the messages; 0 without messages."""
    cumulative = ranked(rooms)["cumulative"]
    if cumulative.empty or not cumulative.iloc[-1]:
        return 0
    # Sums of shares miss a round number by a rounding error.
    return int(np.searchsorted(cumulative.to_numpy(), percent - 1e-9)) + 1


def movers(rooms: pd.DataFrame, most: int) -> pd.DataFrame:
    """The ``most`` rooms with the largest rise and as many with the largest fall, from rise to fall."""
    ordered = rooms.sort_values(["change", "name", "room_id"], ascending=[False, True, True], ignore_index=True)
    up = ordered[ordered["change"] > 0].head(most)
    down = ordered[ordered["change"] < 0].tail(most)
    return pd.concat([up, down], ignore_index=True)


def changed(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms with a message in either period, largest change first, whichever way."""
    table = rooms[(rooms["messages"] != 0) | (rooms["previous_messages"] != 0)]
    size = table["change"].abs()
    return table.assign(_size=size).sort_values(["_size", "name"], ascending=[False, True]).drop(columns="_size")


def quiet_by_design(rooms: pd.DataFrame) -> pd.Series:
    """Which rooms are read-only, default or announcement rooms, as a mask."""
    return rooms["read_only"] | rooms["default"] | rooms["announcement"]


def inactive(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms without a message in the period, longest silence first, with ``silence`` (the bucket, in words)."""
    table = rooms[rooms["state"].ne(ACTIVE)]
    table = table.assign(silence=silence(table))
    return table.sort_values(["silent_days", "created", "name"], ascending=[False, True, True], ignore_index=True)


def silence(rooms: pd.DataFrame) -> pd.Series:
    """The bucket of days since the last message, in the words of SILENCE; never used and unknown by their state."""
    days = rooms["silent_days"]
    choices = [(days >= low) & ((days <= high) if high is not None else True) for low, high, _ in SILENCE]
    words = [name for _, _, name in SILENCE]
    fallback = rooms["state"].where(rooms["state"].isin([NEVER_USED, UNUSED_SO_FAR]), UNKNOWN)
    return pd.Series(np.select(choices, words, fallback), index=rooms.index, dtype="str")


def inactive_by_state(rooms: pd.DataFrame) -> pd.Series:
    """How many inactive rooms are in which state, all states in their order, zeros included."""
    order = [WENT_QUIET, DORMANT, NEVER_USED, UNUSED_SO_FAR, UNKNOWN]
    return rooms["state"].value_counts().reindex(order, fill_value=0).astype("int64")


def movements(rooms: pd.DataFrame) -> dict[str, int]:
    """How many rooms are new, back or went quiet."""
    counts = rooms["movement"].value_counts()
    return {word: int(counts.get(word, 0)) for word in MOVEMENTS}


def by_counter(rooms: pd.DataFrame) -> pd.DataFrame:
    """Rooms by the room's own counter of all messages ever, most first, with ``rank`` (from 1)."""
    table = rooms.sort_values(["total_messages", "name", "room_id"], ascending=[False, True, True], ignore_index=True)
    return table.assign(rank=np.arange(1, len(table) + 1))

"""Which rooms of a list a clean-up is about: silent for how long, in which state, of whom, decided how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from engagement.numbers.decisions import ARCHIVE, ASK, KEEP
from engagement.numbers.rooms import NEVER_USED

NO_OWNER, UNKNOWN_OWNER, FEW_MEMBERS = "no owner", "owner not known", "at most 2 members"
LACKS = (NO_OWNER, UNKNOWN_OWNER, FEW_MEMBERS)
UNDECIDED, SPEAKS_AGAIN = "undecided", "spoke again"
_KINDS = {"kept": KEEP, "asked": ASK, "to archive": ARCHIVE}
DECIDED = (UNDECIDED, *_KINDS, SPEAKS_AGAIN)
_FEW = 2


def without_owner(rooms: pd.DataFrame) -> pd.Series[bool]:
    """Which rooms of a rooms table are nobody's by the directory; direct messages are of their people."""
    return rooms["owner_known"] & rooms["owner"].isna() & rooms["type"].ne("direct")


@dataclass(frozen=True)
class Sieve:
    """What the rooms of a list must be: silent for more than ``silent`` days, in one of ``states``, with all of
    ``lacks`` (of those that are about owners, one), and ``decided`` in one of these ways. What is empty asks for
    nothing.
    """

    silent: int = 0
    states: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()

    def keeps(self, rooms: pd.DataFrame, end: date) -> pd.Series[bool]:
        """Which rooms of a rooms table pass, ``end`` being the last day of its period.

        A room that was never used has been silent since it was created.
        """
        mask = pd.Series(True, index=rooms.index)
        if self.silent:
            unused = (pd.Timestamp(end) - rooms["created"]).dt.days.where(rooms["state"].eq(NEVER_USED))
            mask &= rooms["silent_least"].fillna(unused) > self.silent
        if self.states:
            mask &= rooms["state"].isin(self.states)
        if {NO_OWNER, UNKNOWN_OWNER} & {*self.lacks}:
            nobodys = without_owner(rooms)
            unknown = ~rooms["owner_known"] & (UNKNOWN_OWNER in self.lacks)
            mask &= unknown | (nobodys & (NO_OWNER in self.lacks))
        if FEW_MEMBERS in self.lacks:
            mask &= rooms["members"] <= _FEW
        return mask & self._decided(rooms) if self.decided else mask

    def _decided(self, rooms: pd.DataFrame) -> pd.Series[bool]:
        if "decision" not in rooms:
            return pd.Series(UNDECIDED in self.decided, index=rooms.index)
        mask = rooms["decision"].isin([_KINDS[word] for word in self.decided if word in _KINDS])
        if UNDECIDED in self.decided:
            mask |= rooms["decision"].isna()
        return mask | rooms["spoke_again"].notna() if SPEAKS_AGAIN in self.decided else mask

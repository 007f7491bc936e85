"""What was decided about rooms in the clean-up, and which decision stands on each.

Decisions are only ever added. The newest one on a room that nobody has taken back stands: of two people who decide at
once neither loses anything, and what is taken back gives way to what stood before.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from engagement.errors import InvalidInput
from engagement.numbers.rooms import EXEMPT, INACTIVE_STATES, Activity

KEEP, ASK, ARCHIVE = "keep", "ask", "archive"
KINDS = (KEEP, ASK, ARCHIVE)
# The kind of a row that takes another back.
UNDONE = "undone"
LONGEST_NOTE, LONGEST_WHOM = 500, 200

# What is known of a decision, and of which type.
ROWS = {
    "id": "int64",
    "room_id": "str",
    "user_id": "str",
    "decided_by": "str",
    "decided_at": "datetime64[us, UTC]",
    "decision": "str",
    "until": "datetime64[us]",
    "whom": "str",
    "asked_on": "datetime64[us]",
    "note": "str",
    "undoes": "float64",
}


@dataclass(frozen=True)
class Wish:
    """What somebody decides: keep until a day (None: always), ask somebody on a day, or archive; with a note.

    Raises InvalidInput for another kind, a text that is too long, and one with control characters.
    """

    kind: str
    until: date | None = None
    whom: str = ""
    asked_on: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidInput("A room is kept, asked about or archived.")
        _bounded("The note", self.note, LONGEST_NOTE)
        _bounded("Whom to ask", self.whom, LONGEST_WHOM)


def _bounded(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise InvalidInput(f"{what} has {len(text):,} characters; {longest} are the most.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise InvalidInput(f"{what} must be one line of text without control characters.")


@dataclass(frozen=True, eq=False)
class Worklist:
    """All decisions on the rooms of a workspace, those that were taken back too, with the columns ROWS, oldest first.

    Shared by all who may see it: never assign to its tables.
    """

    rows: pd.DataFrame

    @property
    def newest(self) -> int:
        """The number of the last decision, 0 without any: what was decided later has larger ones."""
        return int(self.rows["id"].iloc[-1]) if len(self.rows) else 0

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The decision that stands on each room, by ``room_id``; rooms without one are not in it."""
        rows = self.rows
        stands = rows["decision"].ne(UNDONE) & ~rows["id"].isin(rows["undoes"].dropna())
        return rows[stands].drop_duplicates("room_id", keep="last").set_index("room_id")

    def of(self, room_id: str) -> pd.DataFrame:
        """What was ever decided about a room, oldest first."""
        return self.rows[self.rows["room_id"].eq(room_id)]

    def overtaken(self, seen: int, acted: range) -> pd.DataFrame:
        """What others decided about the rooms of the rows ``acted``, after the row ``seen`` and before these."""
        numbers = self.rows["id"]
        ours = self.rows["room_id"].isin(self.rows.loc[numbers.isin(acted), "room_id"])
        return self.rows[ours & (numbers > seen) & (numbers < acted.start)]


def no_decisions() -> Worklist:
    """The worklist of a workspace in which nobody has decided anything."""
    return Worklist(pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in ROWS.items()}))


def decided(activity: Activity, worklist: Worklist) -> Activity:
    """``activity`` with the decision that stands on each room, in columns of its own; itself where none does.

    A kept room is exempt from being called inactive until its last day is over on the server, in every period.
    """
    standing, rooms = worklist.standing, activity.rooms
    if standing.empty:
        return activity
    found = standing.reindex(rooms["room_id"]).set_axis(rooms.index)
    kept = found["decision"].eq(KEEP) & ~(found["until"] < pd.Timestamp(activity.today))
    asked = found["asked_on"].where(found["decision"].eq(ASK))
    days = (found["decided_at"].dt.tz_localize(None) + (activity.offset or timedelta(0))).dt.normalize()
    made = rooms.assign(
        **found[["decision", "until", "whom", "asked_on", "note", "decided_by"]],
        decision_id=found["id"],
        decided_on=days,
        spoke_again=rooms["last_message"].where(rooms["last_message"] > asked),
        exempt=rooms["exempt"] | kept,
        state=rooms["state"].mask(kept & rooms["state"].isin(INACTIVE_STATES), EXEMPT),
    )
    return replace(activity, rooms=made)

"""One room of the demo workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

AS_COUNTED: Literal["as counted"] = "as counted"
Moment = date | datetime


@dataclass(slots=True)
class RoomSpec:
    """A room as its workspace knows it; ``type`` is c, p, d or l as on the wire.

    Days and datetimes without a zone are those of the server's clock. ``title`` is what people see where it differs
    from ``name``. Without a ``name`` the title is the name, without both the id is. ``last_message`` is taken from
    the counts unless said: None means that nobody ever wrote.
    ``discussion_of`` and ``team`` hold room ids; ``messages_total`` None means the sum of the counts.
    """

    room_id: str
    type: str = "c"
    name: str | None = None
    title: str | None = None
    usernames: tuple[str, ...] = ()
    created: Moment | None = None
    updated: Moment | None = None
    last_message: Moment | Literal["as counted"] | None = AS_COUNTED
    members: int | None = None
    owner: str | None = None
    archived: bool = False
    read_only: bool = False
    default: bool = False
    topic: str | None = None
    announcement: str | None = None
    discussion_of: str | None = None
    team: str | None = None
    team_main: bool = False
    messages_total: int | None = None

    def __post_init__(self) -> None:
        if self.type not in {"c", "p", "d", "l"}:
            raise ValueError(f"A room of type {self.type!r} is not known: use c, p, d or l.")
        if self.name is None:
            # As the server reads it: $ifNull[name, fname]. A direct message has neither, and keeps no name.
            self.name = self.title or (self.room_id if self.type != "d" else None)

    @property
    def shown_title(self) -> str | None:
        """What the server keeps as ``fname``: the title, else the name; a direct message has it only if it is told."""
        return self.title if self.title is not None or self.type == "d" else self.name

    @property
    def member_count(self) -> int | None:
        """How many people are in the room; None where nobody says."""
        return len(self.usernames) if self.members is None and self.type == "d" else self.members

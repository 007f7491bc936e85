"""What the tests of figures share: the view of a week, and rooms in it by their counts."""

from __future__ import annotations

from datetime import timedelta

from engagement.figures import Context
from tests.support.rooms import WEEK, rooms_table

__all__ = ["CONTEXT", "WEEK", "room", "rooms_table", "silent"]

CONTEXT = Context("chat.example.org", WEEK, WEEK.previous)


def room(name: str, messages: int, previous: int = 0, **more: object) -> dict[str, object]:
    """A room with so many messages in WEEK and in the week before."""
    return {"name": name, "messages": messages, "previous_messages": previous, **more}


def silent(days: int | None = None, **more: object) -> dict[str, object]:
    """A room without messages in WEEK, whose last one was so many days before its end; None: there never was one."""
    return {"name": "quiet", "last_message": days if days is None else str(WEEK.end - timedelta(days=days)), **more}

"""Who reads what is posted into a room, and so what it may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engagement.api.client import SEE_ALL_ROOMS, SEE_FIGURES
from engagement.api.posting import MOST_MEMBERS, Poster, Room
from engagement.display.wording import count
from engagement.errors import InvalidInput, NoPermission, RefusedParameters, UnreadableAnswer
from engagement.numbers.filters import Filters, found
from engagement.numbers.masks import masked
from engagement.numbers.naming import room_label
from engagement.numbers.rooms import Activity

# What is told of its room by nobody: whoever can be in it.
WEBHOOK = "webhook"
# The permission to write where most may only read.
WRITE_READ_ONLY = "post-readonly"


@dataclass(frozen=True)
class Audience:
    """A room, its plain ``label``, and what may be said there: only of ``public`` rooms, with ``names`` or aliases, and
    ``why``, as the end of a sentence.
    """

    room_id: str
    label: str
    public: bool
    names: bool
    why: str
    members: frozenset[str] = frozenset()

    @property
    def kind(self) -> tuple[bool, bool]:
        """What all audiences that may be told the same have in common."""
        return self.public, self.names

    def keep(self, activity: Activity, filters: Filters) -> tuple[Activity, Filters]:
        """What of an activity and the rooms of a view may be told here. Raises InvalidInput where that is nothing, or
        where it is searched for what is part of no name that may be told, as the link to the view says it.
        """
        if self.public:
            filters = replace(filters, types=filters.types & {"channel"})
        if not filters.types - {"direct"} and not self.names:
            raise InvalidInput(
                f"What this report is about must not be told in {self.label}: {self.why}. Choose public channels."
            )
        if self.names:
            return activity, filters
        told = masked(activity)
        if filters.search.strip() and not found(told.rooms[told.rooms["type"].eq("channel")], filters.search).any():
            raise InvalidInput(
                f"What is searched for may be a name that must not be told in {self.label}: {self.why}. Clear the "
                "search first."
            )
        return told, filters


def of_webhook() -> Audience:
    """The room of the incoming webhook."""
    return Audience(WEBHOOK, "the room of the webhook", True, False, "nothing tells who reads it, so public rooms only")


def audience(poster: Poster, room: Room, roles: Mapping[str, frozenset[str]], *, rule: bool = False) -> Audience:
    """Who reads a room. Names are told where each of its members may see all rooms and the figures on the dashboard,
    as the workspace tells it; by the ``rule`` of the configuration nowhere.

    ``roles`` are the roles that have each permission.
    """
    label = room_label(room.name, room.type)
    if room.type == "channel":
        return Audience(room.room_id, label, True, False, "everybody can read it, so public rooms only")
    members = poster.members(room)
    why = _withheld(poster, members, roles, rule=rule)
    told = f"all of its {count(len(members))} members may see the names"
    return Audience(room.room_id, label, False, not why, why or told, frozenset(members))


def _withheld(poster: Poster, members: list[str], roles: Mapping[str, frozenset[str]], *, rule: bool) -> str:
    """Why no names are told; empty where they are."""
    if rule:
        return "names are never told, by the configuration"
    if len(members) > MOST_MEMBERS:
        return f"it has more than {MOST_MEMBERS} members, so names are replaced"
    if SEE_ALL_ROOMS not in roles:
        return "the workspace does not tell who may see what, so names are replaced"
    for user_id in members:
        held = held_by(poster, user_id)
        if held is None:
            return "the workspace does not tell this account what its members may see, so names are replaced"
        if not may_see_names(held, roles):
            return "not all of its members may see the names, so these are replaced"
    return ""


def may_write(
    poster: Poster, room: Room, roles: Mapping[str, frozenset[str]], user_id: str, held: frozenset[str]
) -> bool:
    """Whether somebody with the roles ``held`` may write in a room; in one that is read-only as far as the workspace
    tells.
    """
    writing = roles.get(WRITE_READ_ONLY, frozenset())
    return not room.read_only or not writing.isdisjoint(held) or not writing.isdisjoint(poster.roles_in(room, user_id))


def held_by(poster: Poster, user_id: str) -> frozenset[str] | None:
    """The roles of somebody, none where the account is switched off or gone; None where the workspace does not tell."""
    try:
        standing = poster.standing(user_id)
    except (NoPermission, RefusedParameters, UnreadableAnswer):
        return None
    return standing.roles if standing.active else frozenset()


def may_see_names(held: frozenset[str], roles: Mapping[str, frozenset[str]]) -> bool:
    """Whether these roles may see the figures and every room. A workspace where the module never ran does not know the
    permission for the figures, and nobody can lack it there.
    """
    needed = [SEE_ALL_ROOMS, *([SEE_FIGURES] if SEE_FIGURES in roles else [])]
    return all(held & roles.get(permission, frozenset()) for permission in needed)

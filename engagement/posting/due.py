"""Subscriptions whose hour has come: what their owner may still see, into the room that they may still read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engagement.api.client import SEE_CHANNELS, SEE_FIGURES
from engagement.api.posting import MOST_MEMBERS, Poster, Room
from engagement.posting.audience import Audience, held_by, may_write
from engagement.reading.rights import Access
from engagement.storage.subscriptions import Subscription

UNCHECKED = "what {} may see is not told to this account, so public rooms only"


@dataclass(frozen=True)
class Standing:
    """What an owner may be shown of what the account of the run may see; ``ended`` says why nothing, ``note`` what
    could not be checked.
    """

    access: Access
    ended: str = ""
    note: str = ""


def standing(
    poster: Poster, access: Access, roles: Mapping[str, frozenset[str]], one: Subscription, to: Audience, room: Room
) -> Standing:
    """What of ``access`` is left for the owner of a subscription into a ``room``. The account of the run may write
    where the owner may not, and lends nobody its voice.

    The account of the run asks the workspace for the owner's roles, which it tells to those with
    view-full-other-user-info alone. Where it does not, the figures of what everybody may see are left.
    """
    if not to.public and len(to.members) <= MOST_MEMBERS and one.owner_id not in to.members:
        return Standing(access, ended=f"{one.owner} is not in the room any more")
    held = access.person.roles if one.owner_id == access.person.user_id else held_by(poster, one.owner_id)
    if not may_write(poster, room, roles, one.owner_id, held or frozenset()):
        return Standing(access, ended=f"the workspace does not tell that {one.owner} may write in the room")
    if held is None or not access.told:
        common = access.permissions & {SEE_FIGURES, SEE_CHANNELS}
        return Standing(_with(access, common), note=UNCHECKED.format(one.owner))
    if not held:
        return Standing(access, ended=f"{one.owner} has no account any more")
    if SEE_FIGURES in roles and not held & roles[SEE_FIGURES]:
        return Standing(access, ended=f"{one.owner} may not see the figures any more")
    theirs = {name for name, having in roles.items() if held & having}
    return Standing(_with(access, access.permissions & theirs))


def _with(access: Access, permissions: frozenset[str] | set[str]) -> Access:
    return Access(access.person, frozenset(permissions), access.told)

"""What an account may see, as the workspace itself says."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from engagement.api.client import SEE_ALL_ROOMS, SEE_CHANNELS, SEE_FIGURES, Client, Person
from engagement.api.refusals import ENDS_ALL
from engagement.errors import NoPermission, NoPremiumModule, WorkspaceError
from engagement.numbers.rooms import Rules
from engagement.settings.keys import Settings
from engagement.storage.decisions import Warrant

# Stands among the rights that are kept of a session where the server did not tell them.
UNTOLD = "not told"


@dataclass(frozen=True)
class Access:
    """Who asks, as the server told: the person and the permissions that decide what may be seen.

    ``told`` is False where it did not tell the permissions: then only what everybody may see is asked for.
    """

    person: Person
    permissions: frozenset[str]
    told: bool = True

    @classmethod
    def kept_as(cls, person: Person, kept: frozenset[str]) -> Access:
        """What ``kept`` was made of."""
        return cls(person, kept - {UNTOLD}, told=UNTOLD not in kept)

    @property
    def kept(self) -> frozenset[str]:
        """The permissions, and whether they were told, for whoever keeps them."""
        return self.permissions if self.told else self.permissions | {UNTOLD}

    @property
    def all_rooms(self) -> bool:
        """True when the account may see the directory of all rooms."""
        return SEE_ALL_ROOMS in self.permissions

    @property
    def rights(self) -> str:
        """What the account may see, as part of a key: accounts with the same rights see the same.

        Without the right to list rooms at all, the server shows each person the rooms they have joined.
        """
        own = () if self.permissions & {SEE_ALL_ROOMS, SEE_CHANNELS} else (f"rooms of {self.person.user_id}",)
        return ",".join([*sorted(self.kept), *own])


def warrant(access: Access, workspace: str) -> Warrant | None:
    """The right to see and to make decisions on the rooms of a workspace; None without that of administering rooms."""
    return Warrant(workspace, access.person.user_id, access.person.username) if access.all_rooms else None


def roles_told(client: Client) -> Mapping[str, frozenset[str]]:
    """The roles that have each permission; none where the server gives no answer that can be read."""
    try:
        return client.roles_by_permission()
    except ENDS_ALL:
        raise
    except WorkspaceError:
        return {}


def admit(client: Client, roles: Mapping[str, frozenset[str]] | None = None) -> Access:
    """Who the client's account is and what it may see. Raises NoPermission when that does not include the figures.

    ``roles`` are the roles that have each permission, where that was asked just now. A server on which the Premium
    module never ran does not know the permission, and nobody can lack it there. Where the server does not tell
    (``roles`` are empty), it is asked for a figure.
    """
    person = client.me()
    having = roles_told(client) if roles is None else roles
    if not having:
        with suppress(NoPremiumModule):
            client.sent_per_day(client.server_now(), client.server_now())
        return Access(person, frozenset(), told=False)
    held = frozenset(name for name, roles_of in having.items() if not person.roles.isdisjoint(roles_of))
    if SEE_FIGURES in having and SEE_FIGURES not in held:
        raise NoPermission(SEE_FIGURES)
    return Access(person, held & {SEE_FIGURES, SEE_ALL_ROOMS, SEE_CHANNELS})


def rules_of(settings: Settings) -> Rules:
    """What the configuration says of rooms."""
    rooms = settings.rooms
    return Rules(rooms.exempt, rooms.leave_out, rooms.mask_names)

"""What an account may see, as the workspace itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engagement.api.client import SEE_ALL_ROOMS, SEE_CHANNELS, SEE_FIGURES, Client, Person
from engagement.errors import NoPermission


@dataclass(frozen=True)
class Access:
    """Who asks, as the server told: the person and the permissions that decide what may be seen."""

    person: Person
    permissions: frozenset[str]

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
        return ",".join([*sorted(self.permissions), *own])


def admit(client: Client, roles: Mapping[str, frozenset[str]] | None = None) -> Access:
    """Who the client's account is and what it may see. Raises NoPermission when that does not include the figures.

    ``roles`` are the roles that have each permission, where that was asked just now. A server on which the Premium
    module never ran does not know the permission, and nobody can lack it there.
    """
    person = client.me()
    having = client.roles_by_permission() if roles is None else roles
    held = frozenset(name for name, roles_of in having.items() if not person.roles.isdisjoint(roles_of))
    if SEE_FIGURES in having and SEE_FIGURES not in held:
        raise NoPermission(SEE_FIGURES)
    return Access(person, held & {SEE_FIGURES, SEE_ALL_ROOMS, SEE_CHANNELS})

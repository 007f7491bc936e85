"""In whose name a workspace is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engagement.api.decode import Object, number, optional_text, text, texts
from engagement.errors import WrongCredentials

_HEADER_VALUE = re.compile(r"[\x21-\x7e]{1,500}")


@dataclass(frozen=True)
class Account:
    """A user id and the token that goes with it; ``personal`` for a personal access token, which is never revoked.

    Raises WrongCredentials for what no header can carry.
    """

    user_id: str = field(repr=False)
    token: str = field(repr=False)
    personal: bool

    def __post_init__(self) -> None:
        if not _HEADER_VALUE.fullmatch(self.user_id) or not _HEADER_VALUE.fullmatch(self.token):
            raise WrongCredentials

    def headers(self) -> dict[str, str]:
        """The headers of a call in the name of this account."""
        return {"X-User-Id": self.user_id, "X-Auth-Token": self.token}


@dataclass(frozen=True)
class Person:
    """Who an account belongs to; ``utc_offset`` is the person's own, in hours, as their client last reported it."""

    user_id: str
    username: str
    name: str
    roles: frozenset[str]
    utc_offset: float | None


def person_of(body: Object) -> Person:
    """The account in an answer of ``/me``. Raises UnreadableAnswer."""
    username = text(body, "username", "the account")
    offset = number(body, "utcOffset")
    return Person(
        user_id=text(body, "_id", "the account"),
        username=username,
        name=optional_text(body, "name") or username,
        roles=frozenset(texts(body, "roles")),
        utc_offset=None if offset != offset else offset,
    )

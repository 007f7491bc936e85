"""The releases of Rocket.Chat, and what each of them does with the channel list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engagement.errors import UnreadableAnswer

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\D.*)?", re.DOTALL)


@dataclass(frozen=True, order=True)
class Release:
    """Major and minor number of a Rocket.Chat; anonymous callers are told no more."""

    major: int
    minor: int

    def __str__(self) -> str:
        return "unknown" if self == UNKNOWN else f"{self.major}.{self.minor}"

    @classmethod
    def of(cls, version: str) -> Release:
        """The release in a text such as ``8.4`` or ``7.5.1``. Raises UnreadableAnswer."""
        found = _VERSION.fullmatch(version)
        if found is None:
            raise UnreadableAnswer("a version that is none")
        return cls(int(found.group(1)), int(found.group(2)))

    @property
    def lists_silent_rooms(self) -> bool:
        """The channel list holds rooms without messages, unless they are hidden on request."""
        return self < Release(8, 0)

    @property
    def hides_on_request(self) -> bool:
        """``hideRoomsWithNoActivity`` is understood."""
        return Release(6, 11) <= self < Release(8, 0)


# Of a workspace that does not say. Being lower than all others, it is asked in the way that each of them understands.
UNKNOWN = Release(0, 0)

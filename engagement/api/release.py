"""The releases of Rocket.Chat, and what each of them does with the channel list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engagement.api.answer import Answer
from engagement.api.decode import optional_text
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


def told(answer: Answer) -> Release:
    """The release in an answer of ``/api/info``; UNKNOWN where it tells none."""
    if answer.status != 200 or answer.body is None or answer.body.get("success") is not True:
        return UNKNOWN
    more = answer.body.get("info")
    version = optional_text(answer.body, "version") or optional_text(more if isinstance(more, dict) else {}, "version")
    return UNKNOWN if version is None else Release.of(version)

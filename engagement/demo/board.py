"""What was posted into the rooms of a demo workspace since it started."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Literal

# The newest are kept; a picture is some hundred kilobytes.
MESSAGES_KEPT, PICTURES_KEPT = 500, 50


@dataclass(frozen=True)
class Message:
    """A message of ``author`` in a room; ``picture`` is the id of one, ``thread`` of the message that it answers."""

    message_id: str
    room_id: str
    author: str
    text: str
    wire: str
    picture: str = ""
    thread: str = ""


@dataclass
class Board:
    """Messages by room, the oldest first, and pictures by id; safe to use from several threads.

    ``hook`` is the secret part of the address of an incoming webhook into the room ``hooked``; ``largest`` is what a
    text and a file may have, in characters and bytes, and a page of members.
    """

    messages: list[Message] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict, repr=False)
    hook: str = field(default_factory=lambda: f"{_new_id()}/{secrets.token_urlsafe(24)}", repr=False)
    hooked: str = ""
    largest: dict[Literal["text", "file", "members"], int] = field(
        default_factory=lambda: {"text": 5_000, "file": 100 * 2**20, "members": 100}
    )
    _waiting: dict[str, tuple[str, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, picture: bytes) -> str:
        """The id of a picture that no message shows yet."""
        with self._lock:
            self.pictures[picture_id := _new_id()] = picture
            while len(self.pictures) > PICTURES_KEPT:
                del self.pictures[next(iter(self.pictures))]
            return picture_id

    def wait(self, picture_id: str, room_id: str, user_id: str) -> None:
        """A picture was uploaded for a room by somebody, who alone may post it, there."""
        with self._lock:
            self._waiting[picture_id] = (room_id, user_id)

    def confirmed(self, picture_id: str, room_id: str, user_id: str) -> bool:
        """Whether such a picture waited; it does no more."""
        with self._lock:
            if self._waiting.get(picture_id) != (room_id, user_id):
                return False
            del self._waiting[picture_id]
            return True

    def post(self, room_id: str, author: str, text: str, wire: str, picture: str = "", thread: str = "") -> Message:
        """A new message, of the instant ``wire``."""
        with self._lock:
            self.messages.append(made := Message(_new_id(), room_id, author, text, wire, picture, thread))
            del self.messages[:-MESSAGES_KEPT]
            return made

    def of(self, room_id: str) -> list[Message]:
        """The messages of a room, the oldest first."""
        with self._lock:
            return [one for one in self.messages if one.room_id == room_id]


def _new_id() -> str:
    return secrets.token_hex(9)[:17]

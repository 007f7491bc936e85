"""Writing into rooms: the only calls of this project that change something in a workspace.

What reads cannot write: a message needs a client of its own, made by name for that. Nothing is ever sent twice blindly:
what was refused was not posted and may be tried in another way, where nothing tells is PostUnknown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from engagement.api.account import Account
from engagement.api.answer import Answer
from engagement.api.client import Client
from engagement.api.decode import Object, an_object, identifier, inner, objects, optional_text, text, texts, whole
from engagement.api.guard import DIRECT, Way
from engagement.api.pace import Pace, Sleep, patiently, shared_pace
from engagement.api.refusals import printable
from engagement.api.release import UNKNOWN, Release
from engagement.api.transport import Bounds, Transport, Waits
from engagement.errors import (
    NoPermission,
    NoSuchRoom,
    NotRocketChat,
    PictureRefused,
    PostRefused,
    PostUnknown,
    ProxyFailed,
    RefusedParameters,
    SignedOut,
    TextTooLong,
    Unreachable,
    UnreadableAnswer,
    Untrusted,
    WorkspaceError,
)

# For the rate limit, before each call that writes.
LONGEST_PAUSE = 150.0
# More members than that are not asked for one by one.
MOST_MEMBERS = 50
WRITING = Bounds(largest=8 * 2**20, answer_seconds=120.0)

_NEVER_SENT = (Untrusted, ProxyFailed)
_ABSENT = frozenset({404, 405, 410})
_TOO_LONG = "error-message-size-exceeded"
_HOOKS = "/hooks/"
# The words of every release, under no code of their own in most.
_GONE = "User not found"


@dataclass(frozen=True)
class Room:
    """A room that the account may enter; ``type`` is ``channel``, ``private`` or ``direct``. Its name is untrusted. In
    one that is ``read_only`` some may write.
    """

    room_id: str
    name: str
    type: str
    read_only: bool = False


@dataclass(frozen=True)
class Standing:
    """What the workspace tells of somebody: whether the account can be used, and the roles, None where it does not."""

    active: bool
    roles: frozenset[str] | None


class Poster(Client):
    """A client that may also write, in the name of its account. Pauses for the rate limit, up to LONGEST_PAUSE."""

    def __init__(
        self,
        address: str,
        account: Account,
        *,
        pace: Pace | None = None,
        way: Way = DIRECT,
        sleep: Sleep = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            address, account, pace=pace, timeout=(5.0, 60.0), sleep=sleep, monotonic=monotonic, bounds=WRITING, way=way
        )
        self._writes_as = account

    def room(self, name: str) -> Room:
        """The room of this name. Raises NoSuchRoom where there is none that the account may enter."""
        return self._room("roomName", name)

    def room_of(self, room_id: str) -> Room:
        """The room with this id. Raises NoSuchRoom."""
        return self._room("roomId", room_id)

    def members(self, room: Room) -> list[str]:
        """The ids of the people in a private room or a direct message, the first MOST_MEMBERS and one more.

        A workspace may give fewer at a time than are asked for. Raises UnreadableAnswer where not all come.
        """
        route, found = "groups.members" if room.type == "private" else "im.members", dict[str, None]()
        while len(found) <= MOST_MEMBERS:
            asked = [("roomId", room.room_id), ("count", str(MOST_MEMBERS + 1)), ("offset", str(len(found)))]
            body, before = self._read(route, asked).body, len(found)
            found |= {text(one, "_id", "a member"): None for one in objects(body, "members", "the members")}
            if len(found) >= whole(body, "total", "the members"):
                break
            if len(found) == before:
                raise UnreadableAnswer("fewer members than the workspace says there are")
        return [*found][: MOST_MEMBERS + 1]

    def roles_in(self, room: Room, user_id: str) -> frozenset[str]:
        """The roles that somebody has in a room alone, such as its owner; none where the workspace does not tell."""
        route = "channels.roles" if room.type == "channel" else "groups.roles"
        try:
            listed = objects(self._read(route, [("roomId", room.room_id)]).body, "roles", "the roles in a room")
        except (NoPermission, RefusedParameters, UnreadableAnswer):
            return frozenset()
        theirs = (one for one, user in zip(listed, inner(listed, "u"), strict=True) if user.get("_id") == user_id)
        return frozenset(role for one in theirs for role in texts(one, "roles"))

    def standing(self, user_id: str) -> Standing:
        """What the workspace tells this account of somebody; nobody is active who is not there any more.

        Raises NoPermission, RefusedParameters or UnreadableAnswer where it tells nothing.
        """
        try:
            user = an_object(self._read("users.info", [("userId", user_id)]).body, "user", "a user")
        except RefusedParameters as exc:
            if _GONE in str(exc):
                return Standing(False, frozenset())
            raise
        told = isinstance(user.get("roles"), list)
        return Standing(user.get("active") is not False, frozenset(texts(user, "roles")) if told else None)

    def post(self, room_id: str, said: str, thread: str = "") -> str:
        """Posts a text, in the ``thread`` of a message where one is named; its message id comes back.

        Raises TextTooLong, PostRefused, PostUnknown, SlowDown.
        """
        body = {"roomId": room_id, "text": said} | ({"tmid": thread} if thread else {})
        return _message_id(self._write("chat.postMessage", body))

    def post_picture(self, room_id: str, said: str, picture: bytes, name: str, thread: str = "") -> str:
        """Posts a text and a picture in one message; its message id comes back.

        Raises PictureRefused where the text may still be posted alone, and what ``post`` raises.
        """
        file = (name, picture, "image/png")
        fields = {"msg": said} | ({"tmid": thread} if thread else {})
        rid = quote(room_id, safe="")
        release = self._known_release()
        if release >= Release(8, 0) or release == UNKNOWN:
            # This posts nothing: whatever goes wrong here, no message is there.
            uploaded = self._sent(f"rooms.media/{rid}", {}, file)
            if uploaded.status not in _ABSENT and not uploaded.web_page:
                body = an_object(self._accepted(uploaded, picture=True), "file", "an upload")
                file_id = quote(text(body, "_id", "an upload"), safe="")
                confirmed = {**fields, "description": "", "fileName": name}
                return _message_id(self._write(f"rooms.mediaConfirm/{rid}/{file_id}", confirmed))
        return _message_id(self._write(f"rooms.upload/{rid}", fields, file))

    def _room(self, by: str, value: str) -> Room:
        try:
            found = an_object(self._read("rooms.info", [(by, value)]).body, "room", "a room")
        except (RefusedParameters, NoPermission) as exc:
            raise NoSuchRoom from exc
        kind = {"c": "channel", "p": "private", "d": "direct"}.get(text(found, "t", "a room"))
        room_id = identifier(found, "_id")
        if kind is None or room_id is None:
            raise NoSuchRoom
        name = optional_text(found, "fname") or optional_text(found, "name") or ""
        return Room(room_id, name, kind, found.get("ro") is True)

    def _write(self, route: str, body: Object, file: tuple[str, bytes, str] | None = None) -> Object:
        """The answer to a call that posts a message."""
        try:
            return self._accepted(self._sent(route, body, file), picture=file is not None)
        except _NEVER_SENT:
            raise
        except (Unreachable, UnreadableAnswer) as exc:
            raise PostUnknown(self.address) from exc

    def _sent(self, route: str, body: Object, file: tuple[str, bytes, str] | None) -> Answer:
        account, answers = self._writes_as, list[Answer]()

        def call() -> None:
            path, who = f"/api/v1/{route}", account.user_id
            answers.append(self._transport.post(path, body, headers=account.headers(), who=who, file=file))

        # What the rate limit refused was not posted.
        patiently(call, self._transport.sleep, LONGEST_PAUSE)
        return answers[0]

    def _accepted(self, answer: Answer, *, picture: bool) -> Object:
        if answer.status == 401 and self._get_me(self._writes_as).status == 401:
            raise SignedOut
        return _accepted(answer, picture=picture)


def post_by_webhook(url: str, said: str, *, way: Way = DIRECT, sleep: Sleep = time.sleep) -> None:
    """Posts a text into the room that an incoming webhook is made for, in nobody's name.

    Its address is a secret: it stands in no error, in none that led to it, and in no log. Raises as ``Poster.post``.
    """
    parts = urlsplit(url)
    base, cut, hook = url.partition(_HOOKS)
    transport = Transport(
        base, pace=shared_pace(f"{parts.scheme}://{parts.netloc} hooks"), timeout=(5.0, 60.0),
        monotonic=time.monotonic, waits=Waits(sleep=sleep), bounds=WRITING, way=way,
    )  # fmt: skip
    answers, failed = list[Answer](), list[WorkspaceError]()

    def call() -> None:
        answers.append(transport.post(f"{cut}{hook}", {"text": said}, headers={}, who=""))

    with _unlogged():
        try:
            patiently(call, transport.sleep, LONGEST_PAUSE)
            _accepted(answers[0], picture=False)
        except _NEVER_SENT as exc:
            failed.append(type(exc)(base))
        except (Unreachable, UnreadableAnswer):
            failed.append(PostUnknown(base))
        except NotRocketChat:
            failed.append(PostRefused("its address leads elsewhere"))
        finally:
            transport.close(for_good=True)
    # Raised here, it has no other behind it: the text of one of them may hold the address.
    for error in failed:
        raise error


@contextmanager
def _unlogged() -> Iterator[None]:
    """Libraries log the path of what they send, which is the secret of a webhook."""
    names = ("urllib3.connectionpool", "urllib3.util.retry")

    def told(record: logging.LogRecord) -> bool:
        return _HOOKS not in record.getMessage()

    for name in names:
        logging.getLogger(name).addFilter(told)
    try:
        yield
    finally:
        for name in names:
            logging.getLogger(name).removeFilter(told)


def _accepted(answer: Answer, *, picture: bool) -> Object:
    """The body of a success. Raises what any other answer stands for: after 400 and its like nothing was posted."""
    if answer.status == 200 and answer.body is not None and answer.body.get("success") is True:
        return answer.body
    if not 400 <= answer.status < 500:
        raise UnreadableAnswer(f"status {answer.status} to a message")
    if answer.error_type == _TOO_LONG:
        raise TextTooLong(printable(answer.error))
    refused = PictureRefused if picture and answer.status not in {401, 403} else PostRefused
    raise refused(printable(answer.error) or f"status {answer.status}")


def _message_id(body: Object) -> str:
    """The id of the message in an answer; empty where it tells none, as the message is there all the same."""
    message = body.get("message")
    return (identifier(message, "_id") if isinstance(message, dict) else None) or ""

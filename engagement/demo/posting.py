"""The routes that write: messages, pictures, an incoming webhook; and a page that shows what was posted in a room."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response

from engagement.demo.accounts import Account
from engagement.demo.board import Message
from engagement.demo.community import RoomSpec
from engagement.demo.directory import joined
from engagement.demo.responses import failure, not_found, success
from engagement.demo.state import Call, Refusal, State

_NO_ROOM = "The required 'roomId' or 'roomName' param provided does not match any channel [error-room-not-found]"
_PNG = b"\x89PNG"
_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    "<style>body{{font:16px/1.45 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}"
    "article{{border-top:1px solid #ddd;padding:1rem 0}}article.reply{{margin-left:3rem}}small{{color:#666}}"
    "pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}}img{{max-width:100%;border:1px solid #ddd}}"
    "</style></head><body><h1>{title}</h1><p><small>What was posted into this room of the demo workspace since it "
    "started; texts as they were sent.</small></p>{messages}</body></html>\n"
)


def room_info(state: State, call: Call) -> Response:
    """A room that the caller may enter, by id or name."""
    name, room_id = call.text("roomName"), call.text("roomId")
    for room in state.workspace.living():
        if (room_id is not None and room.room_id == room_id) or (name and name == room.name and room.type != "d"):
            _may_enter(state, call.who, room)
            told = {"_id": room.room_id, "t": room.type, "name": room.name, "fname": room.shown_title,
                    "ro": room.read_only, "usersCount": room.member_count}  # fmt: skip
            return success({"room": {key: value for key, value in told.items() if value is not None}})
    raise Refusal(failure(_NO_ROOM, "error-room-not-found"))


def members(state: State, call: Call) -> Response:
    """The people in a private room or a direct message: those who are named, or the accounts that have joined."""
    room = _room(state, call.text("roomId") or "")
    _may_enter(state, call.who, room)
    people = state.accounts.people
    names = room.usernames or [name for name, account in people.items() if joined(account, room)]
    ids = [people[name].user_id if name in people else f"user-{name}" for name in names]
    count, offset = min(int(call.text("count") or 50), state.board.largest["members"]), int(call.text("offset") or 0)
    every = [{"_id": user_id, "username": name} for user_id, name in zip(ids, names, strict=True)]
    listed = every[offset : offset + count]
    return success({"members": listed, "count": len(listed), "offset": offset, "total": len(names)})


def roles_in_room(state: State, call: Call) -> Response:
    """Who owns a room, as the roles that people have in it alone."""
    room = _room(state, call.text("roomId") or "")
    _may_enter(state, call.who, room)
    owner = state.accounts.people.get(room.owner or "")
    user = {"_id": owner.user_id, "username": owner.username} if owner else None
    return success({"roles": [{"_id": "1", "rid": room.room_id, "u": user, "roles": ["owner"]}] if user else []})


def user_info(state: State, call: Call) -> Response:
    """Somebody; the roles are for those who may see the full information of others."""
    user_id = call.text("userId") or ""
    for account in state.accounts.people.values():
        if account.user_id == user_id:
            shown: dict[str, object] = {"_id": user_id, "username": account.username, "name": account.name}
            if account is call.who or state.accounts.may(call.who, "view-full-other-user-info"):
                shown |= {"roles": list(account.roles), "active": True}
            return success({"user": shown})
    if user_id.startswith("user-"):
        named: dict[str, object] = {"_id": user_id, "username": user_id.removeprefix("user-")}
        told = state.accounts.may(call.who, "view-full-other-user-info")
        return success({"user": named | ({"roles": ["user"], "active": True} if told else {})})
    raise Refusal(failure("User not found.", "error-invalid-user"))


def post_message(state: State, call: Call) -> Response:
    """A text into a room by id, or ``#name``."""
    body = call.body
    asked = body.get("roomId") or body.get("channel") or ""
    if not isinstance(asked, str) or not isinstance(body.get("text"), str):
        raise Refusal(failure("Invalid message [error-invalid-params]", "error-invalid-params"))
    room = _room(state, asked)
    _may_enter(state, call.who, room)
    return _posted(state, call.who.username, room, str(body["text"]), thread=str(body.get("tmid") or ""))


def upload(state: State, call: Call) -> Response:
    """A picture and a text in one message."""
    room, file = _uploaded(state, call)
    text = str(call.body.get("msg") or "")
    thread = str(call.body.get("tmid") or "")
    return _posted(state, call.who.username, room, text, picture=state.board.keep(file), thread=thread)


def media(state: State, call: Call) -> Response:
    """A picture that waits for its message."""
    room, file = _uploaded(state, call)
    file_id = state.board.keep(file)
    state.board.wait(file_id, room.room_id, call.who.user_id)
    return success({"file": {"_id": file_id, "url": f"/file-upload/{file_id}/report.png"}})


def media_confirm(state: State, call: Call) -> Response:
    """The message of a picture that waits; no other keys than its own."""
    room_id, _, file_id = call.path.removeprefix("/api/v1/rooms.mediaConfirm/").partition("/")
    room = _room(state, room_id)
    if set(call.body) - {"msg", "description", "fileName", "tmid", "customFields"}:
        raise Refusal(failure("must NOT have additional properties", "error-invalid-params"))
    text = str(call.body.get("msg") or "")
    _short_enough(state, text)
    if not state.board.confirmed(file_id, room.room_id, call.who.user_id):
        raise Refusal(failure("Invalid file [error-invalid-file]", "error-invalid-file"))
    thread = str(call.body.get("tmid") or "")
    return _posted(state, call.who.username, room, text, picture=file_id, thread=thread)


def webhook(state: State, call: Call) -> Response:
    """A text into the room of the webhook; another room must not be named."""
    if call.path.removeprefix("/hooks/") != state.board.hook:
        raise Refusal(failure("Invalid integration id or token provided.", status=404))
    room = _room(state, state.board.hooked or state.workspace.living()[0].room_id)
    if call.body.get("channel"):
        raise Refusal(failure("overriding destination channel is disabled for this integration"))
    _posted(state, "rocket.cat", room, str(call.body.get("text") or ""))
    return success({})


def room_page(state: State, call: Call) -> Response:
    """What was posted in a room, for people; every text escaped."""
    room = _room(state, call.path.removeprefix("/demo/room/"))
    posted = state.board.of(room.room_id)
    shown = "".join(_article(one) for one in posted) or "<p>Nothing yet.</p>"
    page = _PAGE.format(title=escape(room.shown_title or room.room_id), messages=shown)
    return HTMLResponse(page, headers={"content-security-policy": "default-src 'none'; img-src 'self'; "
                                       "style-src 'unsafe-inline'"})  # fmt: skip


def picture(state: State, call: Call) -> Response:
    """A picture of a message."""
    found = state.board.pictures.get(call.path.removeprefix("/demo/picture/"))
    return not_found() if found is None else Response(found, media_type="image/png")


def _article(one: Message) -> str:
    image = f'<img src="/demo/picture/{escape(one.picture)}" alt="The report as a picture">' if one.picture else ""
    head = f"<small>{escape(one.author)} · {escape(one.wire)}{' · in a thread' if one.thread else ''}</small>"
    kind = ' class="reply"' if one.thread else ""
    return f"<article{kind}>{head}<pre>{escape(one.text)}</pre>{image}</article>"


def _room(state: State, asked: str) -> RoomSpec:
    """The room with this id, or of this name behind a ``#``."""
    for room in state.workspace.living():
        if room.room_id == asked or (asked.startswith("#") and room.type == "c" and room.name == asked[1:]):
            return room
    raise Refusal(failure(_NO_ROOM, "error-room-not-found"))


def _may_enter(state: State, account: Account, room: RoomSpec) -> None:
    named = account.username in room.usernames
    open_to_all = room.type == "c" and state.accounts.may(account, "view-c-room")
    if not (open_to_all or named or (room.type != "d" and not room.usernames and joined(account, room))):
        raise Refusal(state.dialect.unauthorized())


def _uploaded(state: State, call: Call) -> tuple[RoomSpec, bytes]:
    room = _room(state, call.path.rsplit("/", 1)[1])
    _may_enter(state, call.who, room)
    file = call.body.get("file")
    if not isinstance(file, bytes):
        raise Refusal(failure("File required"))
    if len(file) > state.board.largest["file"]:
        raise Refusal(failure("File exceeds allowed size [error-file-too-large]", "error-file-too-large"))
    if not file.startswith(_PNG):
        raise Refusal(failure("File type is not accepted [error-invalid-file-type]", "error-invalid-file-type"))
    return room, file


def _short_enough(state: State, text: str) -> None:
    if len(text) > state.board.largest["text"]:
        raise Refusal(
            failure("Message size exceeds limit [error-message-size-exceeded]", "error-message-size-exceeded")
        )


def _posted(state: State, author: str, room: RoomSpec, text: str, picture: str = "", thread: str = "") -> Response:
    _short_enough(state, text)
    if room.read_only and author in state.accounts.people:
        who = state.accounts.people[author]
        if not (room.owner == author or state.accounts.may(who, "post-readonly")):
            raise Refusal(failure("You can't send messages because the room is readonly."))
    if room.archived:
        raise Refusal(failure("You can't send messages because the room is archived", "error-action-not-allowed"))
    wire = str(state.clock.wire(state.clock.now()))
    made = state.board.post(room.room_id, author, text, wire, picture, thread)
    message = {"_id": made.message_id, "rid": room.room_id, "msg": text, "ts": wire, "u": {"username": author}}
    return success({"ts": wire, "channel": room.room_id, "message": message})

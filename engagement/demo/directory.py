"""The room directory: what the administration lists, and the lists of channels, groups and direct messages."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable

from starlette.responses import Response

from engagement.demo.accounts import Account
from engagement.demo.community import RoomSpec
from engagement.demo.documents import Shape
from engagement.demo.responses import failure, rows_response
from engagement.demo.state import Call, Refusal, State, page

PERMISSION = "view-room-administration"
_ADMIN_PARAMETERS = {"types", "types[]", "filter", "offset", "count", "sort"}
_BY_NAME = {"name": 1}


def admin_rooms(state: State, call: Call) -> Response:
    """All rooms of the types asked for, without their last message."""
    if not state.accounts.may(call.who, PERMISSION):
        return state.dialect.not_authorized()
    release = state.dialect.minor
    if release >= (8, 0) and set(call.query) - _ADMIN_PARAMETERS:
        return failure("must NOT have additional properties", "error-invalid-params")
    wanted = {kind for name in ("types[]", "types") for text in call.query.get(name, []) for kind in text.split(",")}
    shape: Shape = "dated" if release >= (6, 10) else "undated"
    usual_sort = {"default": -1, "name": 1}
    return _listing(state, call, "rooms", lambda room: _of_types(room, wanted, release), shape, usual_sort)


def channels_list(state: State, call: Call) -> Response:
    """Public rooms as whole documents; those of a team only where the caller has joined."""
    account = call.who
    everything = state.accounts.may(account, "view-c-room")
    if not everything and not state.accounts.may(account, "view-joined-room"):
        return state.dialect.unauthorized()

    def listed(room: RoomSpec) -> bool:
        open_to_all = everything and (room.team is None or room.team_main)
        return room.type == "c" and (open_to_all or joined(account, room))

    return _listing(state, call, "channels", listed, variant=str(everything))


def groups_list(state: State, call: Call) -> Response:
    """All private rooms as whole documents."""
    if not state.accounts.may(call.who, PERMISSION):
        return state.dialect.unauthorized()
    return _listing(state, call, "groups", lambda room: room.type == "p")


def direct_list(state: State, call: Call) -> Response:
    """All direct messages as whole documents."""
    return _listing(state, call, "ims", lambda room: room.type == "d")


def joined(account: Account, room: RoomSpec) -> bool:
    """Whether the account is a member of a room: one in five, always the same ones."""
    return zlib.crc32(f"{account.username} {room.room_id}".encode()) % 5 == 0


def _of_types(room: RoomSpec, wanted: set[str], release: tuple[int, ...]) -> bool:
    types = wanted - {"discussions", "teams"}
    if types and room.type not in types:
        return False
    discussion = room.discussion_of is not None
    if release < (4, 0):
        # Who asks 3.x for discussions gets nothing else.
        return discussion == ("discussions" in wanted)
    return ("discussions" in wanted or not discussion) and ("teams" in wanted or not room.team_main)


def _listing(
    state: State,
    call: Call,
    key: str,
    listed: Callable[[RoomSpec], bool],
    shape: Shape = "whole",
    usual_sort: dict[str, int] = _BY_NAME,
    variant: str = "",
) -> Response:
    (offset, most), sort = page(call, state.options), _sort(call, usual_sort)
    documents = state.workspace.documents

    def ordered() -> list[RoomSpec]:
        rooms = [room for room in state.workspace.living() if listed(room)]
        if state.options.shuffle_ties:
            # Sorting without a tie-break gives another order every time.
            random.shuffle(rooms)
        for field, direction in reversed(sort.items()):
            rooms.sort(key=lambda room, field=field: documents.sort_key(room, field), reverse=direction < 0)  # type: ignore[misc]
        return rooms

    asked = {name: values for name, values in call.query.items() if name not in {"offset", "count"}}
    name = json.dumps([key, variant, call.who.username, state.dialect.minor, asked], sort_keys=True)
    rooms = ordered() if state.options.shuffle_ties else documents.remembered(name, ordered)
    shown = [documents.text(room, shape) for room in rooms[offset : most and offset + most]]
    return rows_response(key, shown, count=len(shown), offset=offset, total=len(rooms))


def _sort(call: Call, usual: dict[str, int]) -> dict[str, int]:
    text = call.text("sort")
    if text is None:
        return usual
    try:
        sort = json.loads(text)
    except ValueError:
        sort = None
    if not isinstance(sort, dict) or not all(direction in (1, -1) for direction in sort.values()):
        raise Refusal(failure(f'Invalid sort parameter provided: "{text}" [error-invalid-sort]', "error-invalid-sort"))
    return sort

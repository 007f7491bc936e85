"""The routes of the REST API, and the order in which each release checks a call before it answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.responses import Response

from engagement.demo import dashboard, directory, posting, session, statistics
from engagement.demo.responses import no_permission, too_many_requests, unlicensed, web_page
from engagement.demo.state import Call, Refusal, State

_EXEMPT = "api-bypass-rate-limit"


@dataclass(frozen=True)
class Route:
    """What answers a path, and what is checked before; the dashboard is what a workspace needs a licence for."""

    answers: Callable[[State, Call], Response]
    method: str = "GET"
    signed_in: bool = True
    permission: str | None = None


_DASHBOARD = "/api/v1/engagement-dashboard"
_ROUTES: dict[str, Route] = {
    "/api/info": Route(session.info, signed_in=False),
    "/api/v1/info": Route(session.info, signed_in=False),
    "/api/v1/login": Route(session.login, method="POST", signed_in=False),
    "/api/v1/logout": Route(session.logout, method="POST"),
    "/api/v1/me": Route(session.me),
    "/api/v1/permissions.listAll": Route(session.permissions),
    f"{_DASHBOARD}/channels/list": Route(dashboard.channels_list, permission=dashboard.PERMISSION),
    f"{_DASHBOARD}/messages/messages-sent": Route(dashboard.messages_sent, permission=dashboard.PERMISSION),
    "/api/v1/rooms.adminRooms": Route(directory.admin_rooms),
    "/api/v1/channels.list": Route(directory.channels_list),
    "/api/v1/groups.listAll": Route(directory.groups_list),
    "/api/v1/im.list.everyone": Route(directory.direct_list, permission=directory.PERMISSION),
    "/api/v1/rooms.info": Route(posting.room_info),
    "/api/v1/groups.members": Route(posting.members),
    "/api/v1/im.members": Route(posting.members),
    "/api/v1/channels.roles": Route(posting.roles_in_room),
    "/api/v1/groups.roles": Route(posting.roles_in_room),
    "/api/v1/users.info": Route(posting.user_info),
    "/api/v1/chat.postMessage": Route(posting.post_message, method="POST"),
    "/api/v1/statistics.list": Route(statistics.statistics_list, permission=statistics.PERMISSION),
}
# What stands behind these is part of the question.
_BELOW: dict[str, Route] = {
    "/api/v1/rooms.upload/": Route(posting.upload, method="POST"),
    "/api/v1/rooms.media/": Route(posting.media, method="POST"),
    "/api/v1/rooms.mediaConfirm/": Route(posting.media_confirm, method="POST"),
    "/hooks/": Route(posting.webhook, method="POST", signed_in=False),
    "/demo/room/": Route(posting.room_page, signed_in=False),
    "/demo/picture/": Route(posting.picture, signed_in=False),
}


def _found(path: str) -> tuple[str, Route | None]:
    """The route of a path, and what its calls are counted under."""
    if path in _ROUTES:
        return path, _ROUTES[path]
    below = next((begin for begin in _BELOW if path.startswith(begin)), None)
    return (path, None) if below is None else (below, _BELOW[below])


def respond(state: State, call: Call) -> Response:
    """The answer to a call, with the headers of the rate limit where it applies."""
    dialect, (counted, route) = state.dialect, _found(call.path)
    newer = (call.path == "/api/v1/info" and dialect.minor >= (4, 0)) or (
        counted.startswith("/api/v1/rooms.media") and dialect.minor < (8, 0)
    )
    if route is None or newer:
        return dialect.unknown_path() if call.path.startswith("/api") else web_page()
    if route.method != call.method:
        return dialect.wrong_method()
    missing_module = state.options.unlicensed and route.permission == dashboard.PERMISSION
    if missing_module and dialect.drops_unlicensed_routes:
        return dialect.unknown_path()
    if missing_module and dialect.minor < (8, 1):
        # These check the licence before anything else.
        return unlicensed()
    account = state.accounts.holder(call.headers.get("x-user-id", ""), call.token)
    if route.signed_in and account is None:
        return dialect.login_needed()
    state.workspace.advance(state.clock.today())
    if state.options.unlicensed:
        state.workspace.tell_counters(state.clock.local(state.clock.now()))
    limit = state.options.rate_limit
    if not limit or not call.path.startswith("/api") or (account is not None and state.accounts.may(account, _EXEMPT)):
        return _allowed(state, route, replace(call, account=account), missing_module=missing_module)
    allowance = state.limiter.call(f"{call.method} {counted}", call.address, limit)
    if allowance.allowed:
        answered = _allowed(state, route, replace(call, account=account), missing_module=missing_module)
    else:
        answered = too_many_requests(max(1, math.ceil(allowance.reset - state.clock.seconds())))
    answered.headers.update(allowance.headers())
    return answered


def _allowed(state: State, route: Route, call: Call, *, missing_module: bool) -> Response:
    if route.permission is not None and not state.accounts.may(call.who, route.permission):
        # 3.x lets everybody who is signed in read the dashboard.
        if route.permission != dashboard.PERMISSION or state.dialect.minor >= (4, 0):
            return no_permission()
    if missing_module:
        return unlicensed()
    try:
        return route.answers(state, call)
    except Refusal as refusal:
        return refusal.answer

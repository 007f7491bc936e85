"""The routes of the REST API, and the order in which each release checks a call before it answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from engagement.demo import dashboard, directory, session
from engagement.demo.accounts import Account
from engagement.demo.answers import Answer, too_many_requests, web_page
from engagement.demo.limiter import Verdict
from engagement.demo.state import Call, Refusal, State

_EXEMPT = "api-bypass-rate-limit"


@dataclass(frozen=True)
class Route:
    """What answers a path, and what is checked before."""

    answers: Callable[[State, Call], Answer]
    signed_in: bool = True
    permission: str | None = None
    licensed: bool = False


_SIGN_OUT = Route(session.logout)
_ROUTES: dict[str, dict[str, Route]] = {
    "/api/info": {"GET": Route(session.info, signed_in=False)},
    "/api/v1/info": {"GET": Route(session.info, signed_in=False)},
    "/api/v1/login": {"POST": Route(session.login, signed_in=False)},
    "/api/v1/logout": {"POST": _SIGN_OUT, "GET": _SIGN_OUT},
    "/api/v1/me": {"GET": Route(session.me)},
    "/api/v1/permissions.listAll": {"GET": Route(session.permissions)},
    "/api/v1/users.2fa.sendEmailCode": {"POST": Route(session.send_code, signed_in=False)},
    "/api/v1/engagement-dashboard/channels/list": {
        "GET": Route(dashboard.channels_list, permission=dashboard.PERMISSION, licensed=True)
    },
    "/api/v1/engagement-dashboard/messages/messages-sent": {
        "GET": Route(dashboard.messages_sent, permission=dashboard.PERMISSION, licensed=True)
    },
    "/api/v1/rooms.adminRooms": {"GET": Route(directory.admin_rooms)},
    "/api/v1/channels.list": {"GET": Route(directory.channels_list)},
    "/api/v1/groups.listAll": {"GET": Route(directory.groups_list)},
    "/api/v1/im.list.everyone": {"GET": Route(directory.direct_list, permission=directory.PERMISSION)},
    "/api/v1/dm.list.everyone": {"GET": Route(directory.direct_list, permission=directory.PERMISSION)},
}


def respond(state: State, call: Call) -> Answer:
    """The answer to a call, with the headers of the rate limit where it applies."""
    release = state.release
    methods = _ROUTES.get(call.path)
    if call.path == "/api/v1/info" and release.minor >= (4, 0):
        methods = None
    if methods is None:
        return release.unknown_path() if call.path.startswith("/api") else web_page()
    route = methods.get(call.method)
    missing_module = route is not None and route.licensed and state.options.unlicensed
    if missing_module and release.drops_unlicensed_routes:
        return release.unknown_path()
    if route is None:
        return release.wrong_method()
    if missing_module and release.licence_before_login:
        return release.unlicensed()
    account = state.accounts.holder(call.headers.get("x-user-id", ""), call.token)
    if route.signed_in and account is None:
        return release.login_needed()
    state.workspace.advance(state.clock.today())
    verdict = _limit(state, call, account)
    answered = _checked(state, route, replace(call, account=account), verdict, missing_module=missing_module)
    return answered.with_headers(verdict.headers()) if verdict is not None else answered


def _limit(state: State, call: Call, account: Account | None) -> Verdict | None:
    allowed = state.options.rate_limit
    if not allowed or (account is not None and state.accounts.may(account, _EXEMPT)):
        return None
    return state.limiter.call(f"{call.method} {call.path}", call.address, allowed)


def _checked(state: State, route: Route, call: Call, verdict: Verdict | None, *, missing_module: bool) -> Answer:
    if verdict is not None and not verdict.allowed:
        return too_many_requests(max(1, math.ceil(verdict.reset - state.clock.seconds())))
    if route.permission is not None and not state.accounts.may(call.who, route.permission):
        open_to_all = route.permission == dashboard.PERMISSION and not state.release.checks_dashboard_permission
        if not open_to_all:
            return state.release.no_permission()
    if missing_module:
        return state.release.unlicensed()
    try:
        return route.answers(state, call)
    except Refusal as refusal:
        return refusal.answer

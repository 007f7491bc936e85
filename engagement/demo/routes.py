"""The routes of the REST API, and the order in which each release checks a call before it answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from engagement.demo import dashboard, directory, session
from engagement.demo.accounts import Account
from engagement.demo.limiter import Allowance
from engagement.demo.responses import Response, too_many_requests, web_page
from engagement.demo.state import Call, Refusal, State

_EXEMPT = "api-bypass-rate-limit"


@dataclass(frozen=True)
class Route:
    """What answers a path, and what is checked before."""

    answers: Callable[[State, Call], Response]
    signed_in: bool = True
    permission: str | None = None
    licensed: bool = False


_ROUTES: dict[str, dict[str, Route]] = {
    "/api/info": {"GET": Route(session.info, signed_in=False)},
    "/api/v1/info": {"GET": Route(session.info, signed_in=False)},
    "/api/v1/login": {"POST": Route(session.login, signed_in=False)},
    "/api/v1/logout": {"POST": Route(session.logout)},
    "/api/v1/me": {"GET": Route(session.me)},
    "/api/v1/permissions.listAll": {"GET": Route(session.permissions)},
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
}


def respond(state: State, call: Call) -> Response:
    """The answer to a call, with the headers of the rate limit where it applies."""
    dialect = state.dialect
    methods = _ROUTES.get(call.path)
    if call.path == "/api/v1/info" and dialect.minor >= (4, 0):
        methods = None
    if methods is None:
        return dialect.unknown_path() if call.path.startswith("/api") else web_page()
    route = methods.get(call.method)
    missing_module = route is not None and route.licensed and state.options.unlicensed
    if missing_module and dialect.drops_unlicensed_routes:
        return dialect.unknown_path()
    if route is None:
        return dialect.wrong_method()
    if missing_module and dialect.licence_before_login:
        return dialect.unlicensed()
    account = state.accounts.holder(call.headers.get("x-user-id", ""), call.token)
    if route.signed_in and account is None:
        return dialect.login_needed()
    state.workspace.advance(state.clock.today())
    allowance = _limit(state, call, account)
    answered = _checked(state, route, replace(call, account=account), allowance, missing_module=missing_module)
    return answered.with_headers(allowance.headers()) if allowance is not None else answered


def _limit(state: State, call: Call, account: Account | None) -> Allowance | None:
    allowed = state.options.rate_limit
    if not allowed or (account is not None and state.accounts.may(account, _EXEMPT)):
        return None
    return state.limiter.call(f"{call.method} {call.path}", call.address, allowed)


def _checked(state: State, route: Route, call: Call, allowance: Allowance | None, *, missing_module: bool) -> Response:
    if allowance is not None and not allowance.allowed:
        return too_many_requests(max(1, math.ceil(allowance.reset - state.clock.seconds())))
    if route.permission is not None and not state.accounts.may(call.who, route.permission):
        open_to_all = route.permission == dashboard.PERMISSION and not state.dialect.checks_dashboard_permission
        if not open_to_all:
            return state.dialect.no_permission()
    if missing_module:
        return state.dialect.unlicensed()
    try:
        return route.answers(state, call)
    except Refusal as refusal:
        return refusal.answer

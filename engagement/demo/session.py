"""The routes around signing in: version, login and logout, who am I, and what each role may do."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from engagement.demo.accounts import Account, SignInRefused
from engagement.demo.responses import success
from engagement.demo.state import Call, State


def info(state: State, call: Call) -> Response:
    """The version, in the form of each release: whole before 4.0, then without patch for whoever is not admin."""
    dialect = state.dialect
    needed = "view-statistics" if dialect.minor >= (8, 0) else "get-server-info"
    knows_more = call.account is not None and state.accounts.may(call.account, needed)
    short, full = (".".join(map(str, shown)) for shown in (dialect.minor, (*dialect.numbers, 1)[:3]))
    whole = {"version": full, "build": {"date": state.clock.wire(state.clock.now())}, "commit": {}}
    if dialect.minor < (6, 5):
        if knows_more:
            return success({"info": whole})
        return success({"version": full if dialect.minor < (4, 0) else short})
    body: dict[str, object] = {
        "version": full if knows_more else short,
        "minimumClientVersions": {"desktop": "3.9.6", "mobile": "4.39.0"},
        "supportedVersions": {"signed": "demo"},
    }
    if state.identity is not None:
        body["cloudWorkspaceId"] = state.identity
    return success({**body, "info": whole} if knows_more else body)


def login(state: State, call: Call) -> Response:
    """A token for user name or e-mail address with password (and code)."""
    user, password, code = (call.body.get(name) for name in ("user", "password", "code"))
    try:
        if not isinstance(user, str) or not isinstance(password, str):
            raise SignInRefused
        account = state.accounts.sign_in(user, password, str(code) if code else None)
    except SignInRefused as refused:
        return state.dialect.login_failed(refused.code, refused.reason, refused.details)
    token = state.accounts.issue(account)
    data = {"userId": account.user_id, "authToken": token, "me": _profile(state, account)}
    body: dict[str, object] = {"status": "success", "data": data}
    return JSONResponse(body if state.dialect.minor < (7, 2) else {**body, "success": True})


def logout(state: State, call: Call) -> Response:
    """The token of the call is not valid any more, be it of a login or a personal one."""
    state.accounts.forget(call.token)
    return JSONResponse({"status": "success", "data": {"message": "You've been logged out!"}})


def me(state: State, call: Call) -> Response:
    """Who the token belongs to."""
    return success(_profile(state, call.who))


def permissions(state: State, call: Call) -> Response:
    """Every permission with the roles that have it; that of a module which never ran is missing."""
    updated = state.clock.wire(state.clock.now())
    listed = [
        {"_id": name, "roles": sorted(roles), "_updatedAt": updated}
        for name, roles in sorted(state.accounts.roles.items())
        if not (state.options.unlicensed and name == "view-engagement-dashboard")
    ]
    return success({"update": listed, "remove": []})


def _profile(state: State, account: Account) -> dict[str, object]:
    return {
        "_id": account.user_id,
        "username": account.username,
        "name": account.name,
        "emails": [{"address": account.email, "verified": True}],
        "email": account.email,
        "roles": list(account.roles),
        "active": True,
        "status": "online",
        "statusConnection": "online",
        "statusText": "",
        "utcOffset": state.clock.offset_hours(),
        "language": "en",
        "settings": {"preferences": {}},
        "avatarUrl": f"/avatar/{account.username}",
    }

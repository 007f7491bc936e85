"""The routes around signing in: version, login and logout, who am I, and what each role may do."""

from __future__ import annotations

from engagement.demo.accounts import Account, SignInRefused
from engagement.demo.answers import Answer, answer, failure, success
from engagement.demo.state import Call, State

_LOGIN_KEYS = {"user", "username", "email", "password", "code"}


def info(state: State, call: Call) -> Answer:
    """The version, in the form of each release: whole before 4.0, then without patch for whoever is not admin."""
    release = state.release
    needed = "view-statistics" if release.minor >= (8, 0) else "get-server-info"
    knows_more = call.account is not None and state.accounts.may(call.account, needed)
    whole = {"version": release.full, "build": {"date": state.clock.wire(state.clock.now())}, "commit": {}}
    if release.minor < (6, 5):
        if knows_more:
            return success({"info": whole})
        return success({"version": release.full if release.minor < (4, 0) else release.short})
    body: dict[str, object] = {
        "version": release.full if knows_more else release.short,
        "minimumClientVersions": {"desktop": "3.9.6", "mobile": "4.39.0"},
        "supportedVersions": {"signed": "demo"},
    }
    if state.identity is not None:
        body["cloudWorkspaceId"] = state.identity
    return success({**body, "info": whole} if knows_more else body)


def login(state: State, call: Call) -> Answer:
    """A token for user name or e-mail address with password (and code), or for a token that is valid already."""
    try:
        account = _signing_in(state, call)
    except SignInRefused as refused:
        if refused.code == "Unauthorized":
            return state.release.login_failed()
        return state.release.login_failed(refused.code, refused.reason, refused.details)
    token = state.accounts.issue(account)
    data = {"userId": account.user_id, "authToken": token, "me": _profile(state, account)}
    body: dict[str, object] = {"status": "success", "data": data}
    return answer(body if state.release.minor < (7, 2) else {**body, "success": True})


def logout(state: State, call: Call) -> Answer:
    """The token of the call is not valid any more, be it of a login or a personal one."""
    state.accounts.forget(call.token)
    return answer({"status": "success", "data": {"message": "You've been logged out!"}})


def me(state: State, call: Call) -> Answer:
    """Who the token belongs to."""
    return success(_profile(state, call.who))


def permissions(state: State, call: Call) -> Answer:
    """Every permission with the roles that have it; that of a module which never ran is missing."""
    updated = state.clock.wire(state.clock.now())
    listed = [
        {"_id": name, "roles": sorted(roles), "_updatedAt": updated}
        for name, roles in sorted(state.accounts.roles.items())
        if not (state.options.unlicensed and name == "view-engagement-dashboard")
    ]
    return success({"update": listed, "remove": []})


def send_code(state: State, call: Call) -> Answer:
    """Mails the code anew; says yes to unknown people too."""
    login_name = call.body.get("emailOrUsername")
    if not isinstance(login_name, str) or not login_name:
        return failure("emailOrUsername is required [error-parameter-required]", "error-parameter-required")
    state.accounts.mail_code(login_name)
    return success({})


def _signing_in(state: State, call: Call) -> Account:
    body = call.body
    if isinstance(body.get("resume"), str):
        return state.accounts.resume(str(body["resume"]))
    user = body.get("user") or body.get("username") or body.get("email")
    if isinstance(user, dict):
        user = user.get("username") or user.get("email")
    if not isinstance(user, str) or set(body) - _LOGIN_KEYS:
        raise SignInRefused("Unauthorized", "Unauthorized")
    code = body.get("code") or call.headers.get("x-2fa-code")
    return state.accounts.sign_in(user, body.get("password"), str(code) if code else None)


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

"""What a refusal of the server means, in every form that a release has given it.

Statuses and codes decide, never the text alone: bodies differ between Restivus (up to 7.1), 7.2 to 8.8, and 9.0.
"""

from __future__ import annotations

from collections.abc import Callable

from engagement.api.answer import Answer
from engagement.errors import (
    CodeNeeded,
    CodeWrong,
    LockedOut,
    NoPermission,
    NoPremiumModule,
    NotRocketChat,
    Refused,
    RefusedParameters,
    SignedOut,
    SlowDown,
    UnreadableAnswer,
    WorkspaceError,
    WrongCredentials,
)

# What one call meets and the next will meet too; any other error may be that of one route alone.
ENDS_ALL = (SignedOut, SlowDown)

_NO_MODULE = "error-action-not-allowed"
_NOT_ALLOWED = frozenset(
    {
        "error-forbidden",
        "error-no-permission",
        "error-not-allowed",
        "error-not-authorized",
        "error-unauthorized",
        "forbidden",
        "no-permission",
        "not-allowed",
        "not-authorized",
        "unauthorized",
    }
)
_LOCKED = frozenset({"error-login-blocked-for-ip", "error-login-blocked-for-user"})
_WRONG_CODE = frozenset({"totp-invalid", "totp-max-attempts"})
_NOT_LET_IN = {
    "error-user-is-not-activated": "The workspace has not activated this account yet. Ask an administrator of it.",
    "error-app-user-is-not-allowed-to-login": "This is the account of an app, which may not sign in. Use your own.",
    "error-invalid-email": "The e-mail address of this account is not confirmed yet. Open the link that was mailed.",
}


def refusal(
    answer: Answer, path: str, *, permission: str, dashboard: bool, module_seen: bool, signed_in: Callable[[], object]
) -> WorkspaceError:
    """The error that an answer other than the documented success stands for.

    ``permission`` is the one that ``path`` needs; ``dashboard`` says that it belongs to the Premium module,
    and ``module_seen`` that this module has answered lately: then only a refusal that says so means that it lacks.
    ``signed_in()`` asks the server whether the account still is, and raises SignedOut where not: a 401 says
    "no permission" too, and a web page only means a missing route when the API still answers elsewhere.
    """
    if dashboard and answer.error_type == _NO_MODULE:
        return NoPremiumModule()
    if answer.status == 401:
        signed_in()
        return NoPermission(permission)
    absent = answer.status in {404, 405} or (answer.status == 200 and answer.web_page)
    if dashboard and absent and not module_seen:
        signed_in()
        return NoPremiumModule()
    if answer.body is None or absent:
        what = "a web page" if answer.web_page else "no JSON"
        return UnreadableAnswer(f"{what} with status {answer.status} from {path}")
    if answer.status == 403 or (answer.status in {200, 400} and answer.error_type in _NOT_ALLOWED):
        return NoPermission(permission)
    if 400 <= answer.status < 500:
        return RefusedParameters(printable(answer.error) or f"status {answer.status}")
    return UnreadableAnswer(f"status {answer.status} from {path}, and no success")


def sign_in_refusal(answer: Answer, address: str, *, code_given: bool) -> WorkspaceError:
    """The error that a refused sign-in stands for."""
    if answer.body is None:
        return NotRocketChat(address)
    error = answer.error_type
    if error == "totp-required":
        details = answer.body.get("details")
        method = details.get("method") if isinstance(details, dict) else None
        return CodeNeeded(method if isinstance(method, str) else "unknown")
    if error in _WRONG_CODE:
        return CodeWrong()
    if error in _LOCKED:
        return LockedOut()
    if error in _NOT_LET_IN:
        return Refused(_NOT_LET_IN[error])
    if answer.status in {400, 401, 403}:
        # Some 8.0 and 9.0 builds say no more than "unauthorized", whether a code is wanted or the password wrong.
        bare = error == "unauthorized" and "message" not in answer.body
        return CodeNeeded("unknown") if bare and not code_given else WrongCredentials()
    return UnreadableAnswer(f"status {answer.status} from the sign-in")


def printable(text: str) -> str:
    """A text of the server on one line, cut short, without characters that cannot be seen."""
    return "".join(one if one.isprintable() else " " for one in text[:160]).strip()

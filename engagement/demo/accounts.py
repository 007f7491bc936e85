"""Accounts, roles, tokens and the second factor of the demo workspace."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

SECOND_FACTOR = "123456"
FAILURES_ALLOWED = 10
BLOCKED_SECONDS = 300.0
CODE_SECONDS = 3600.0
TOKENS_KEPT = 10_000

# Permissions by role: those that matter here, and a few more so that a list of all looks like one.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "access-permissions": ("admin",),
    "api-bypass-rate-limit": ("admin", "bot"),
    "create-c": ("admin", "user", "bot", "app"),
    "create-personal-access-tokens": ("admin", "user"),
    "get-server-info": ("admin",),
    "post-readonly": ("admin", "owner", "moderator"),
    "view-c-room": ("admin", "user", "bot", "app", "anonymous"),
    "view-d-room": ("admin", "user", "bot", "app", "guest"),
    "view-full-other-user-info": ("admin",),
    "view-engagement-dashboard": ("admin", "manager", "analyst"),
    "view-joined-room": ("guest", "bot", "app", "anonymous"),
    "view-p-room": ("admin", "user", "anonymous", "guest"),
    "view-room-administration": ("admin", "manager"),
    "view-statistics": ("admin",),
}


@dataclass
class Account:
    """Who may sign in; the password is the user name."""

    username: str
    name: str
    roles: tuple[str, ...]
    two_factor: bool = False
    failures: int = 0
    blocked_until: float = 0.0
    mailed_at: float = -CODE_SECONDS

    @property
    def user_id(self) -> str:
        """Seventeen characters, as every id there."""
        return hashlib.sha256(self.username.encode()).hexdigest()[:17]

    @property
    def email(self) -> str:
        """The address of the account."""
        return f"{self.username}@demo.example.org"


class SignInRefused(Exception):
    """Sign-in refused, with the code, reason and details that the server gives."""

    def __init__(
        self, code: str = "Unauthorized", reason: str = "Unauthorized", details: dict[str, object] | None = None
    ) -> None:
        self.code, self.reason, self.details = code, reason, details
        super().__init__(code)


_PEOPLE = (
    Account("admin", "Ada Admin", ("admin", "user")),
    Account("manager", "Mika Manager", ("user", "manager")),
    Account("analyst", "Anan Analyst", ("user", "analyst")),
    Account("viewer", "Vera Viewer", ("user",)),
    Account("twofactor", "Tove Twofactor", ("user", "manager"), two_factor=True),
)


@dataclass
class Accounts:
    """Who is who, who is signed in, and what each role may do. ``now`` gives seconds since 1970."""

    now: Callable[[], float]
    method: Literal["totp", "email"] = "totp"
    people: dict[str, Account] = field(default_factory=lambda: {person.username: replace(person) for person in _PEOPLE})
    roles: dict[str, set[str]] = field(default_factory=lambda: {key: set(value) for key, value in PERMISSIONS.items()})
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def may(self, account: Account, permission: str) -> bool:
        """Whether one of the account's roles has ``permission``."""
        return not self.roles.get(permission, set()).isdisjoint(account.roles)

    def issue(self, account: Account) -> str:
        """A new token for ``account``; the oldest of too many is forgotten."""
        token = secrets.token_urlsafe(33)[:43]
        self._tokens[token] = account.username
        if len(self._tokens) > TOKENS_KEPT:
            self._tokens.pop(next(iter(self._tokens)), None)
        return token

    def holder(self, user_id: str, token: str) -> Account | None:
        """The account that ``user_id`` and ``token`` belong to, if any."""
        account = self.people.get(self._tokens.get(token, ""))
        return account if account is not None and account.user_id == user_id else None

    def forget(self, token: str) -> None:
        """The token is not valid any more."""
        self._tokens.pop(token, None)

    def forget_all(self) -> None:
        """No token is valid any more."""
        self._tokens.clear()

    def sign_in(self, login: str, password: str, code: str | None) -> Account:
        """The account that signs in with these. Raises SignInRefused."""
        account = self.people.get(login.removesuffix("@demo.example.org"))
        if account is not None and account.blocked_until > self.now():
            reason = "Login has been temporarily blocked For User"
            raise SignInRefused("error-login-blocked-for-user", reason, {"user": account.username})
        if account is None or password != account.username:
            if account is not None:
                account.failures += 1
                if account.failures >= FAILURES_ALLOWED:
                    account.failures, account.blocked_until = 0, self.now() + BLOCKED_SECONDS
            raise SignInRefused
        if account.two_factor:
            self._check_code(account, code)
        account.failures = 0
        return account

    def _check_code(self, account: Account, code: str | None) -> None:
        if not code:
            raise SignInRefused("totp-required", "TOTP Required", self._code_details(account))
        if code.strip() != SECOND_FACTOR:
            raise SignInRefused("totp-invalid", "TOTP Invalid", {"method": self.method})

    def _code_details(self, account: Account) -> dict[str, object]:
        if self.method == "totp":
            return {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]}
        fresh = account.mailed_at + CODE_SECONDS < self.now()
        if fresh:
            account.mailed_at = self.now()
        return {
            "method": "email",
            "codeGenerated": fresh,
            "codeExpires": round((account.mailed_at + CODE_SECONDS) * 1000),
            "emailOrUsername": account.email,
            "availableMethods": ["email"],
        }

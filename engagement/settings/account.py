"""The workspace and the account of the command line: from the environment, or else from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engagement.errors import InvalidSettings, Unusable
from engagement.settings import values
from engagement.settings.keys import Settings

_PAIRS = (("USER_ID", "AUTH_TOKEN"), ("USER", "PASSWORD"))
_NAMES = ("URL", *(name for pair in _PAIRS for name in pair), "CODE")


@dataclass(frozen=True)
class CommandLineAccount:
    """The workspace and either ``user_id`` and ``auth_token`` or ``user``, ``password`` and perhaps ``code``."""

    url: str
    user_id: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


def command_line_account(environ: Mapping[str, str], settings: Settings) -> CommandLineAccount:
    """The account of the command line: ``ROCKETCHAT_*`` variables, or else the workspace account of the file.

    A token of the file is never sent to an address of the environment. Raises InvalidSettings, naming what is missing.
    """
    told = {name: environ.get(f"ROCKETCHAT_{name}", "") for name in _NAMES}
    # The spaces around a password are a part of it.
    given = {name: value for name, text in told.items() if (value := text if name == "PASSWORD" else text.strip())}
    faults: list[str] = []
    url = _url(given, settings, faults)
    for one, other in (*_PAIRS, *(pair[::-1] for pair in _PAIRS)):
        if one in given and other not in given:
            faults.append(f"ROCKETCHAT_{one} is set, but ROCKETCHAT_{other} is not: both are needed.")
    account = {name.lower(): given[name] for name in _NAMES[1:] if name in given}
    if not account and "URL" not in given and settings.workspace_account:
        account = {"user_id": settings.workspace.user_id or "", "auth_token": settings.workspace.auth_token or ""}
    if not account or account.keys() == {"code"}:
        faults.append(
            "No account is named: set ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN, or ROCKETCHAT_USER and "
            "ROCKETCHAT_PASSWORD."
        )
    if faults:
        raise InvalidSettings(faults)
    wanted = ("user_id", "auth_token") if "auth_token" in account else ("user", "password", "code")
    return CommandLineAccount(url, **{name: account[name] for name in wanted if name in account})


def _url(given: Mapping[str, str], settings: Settings, faults: list[str]) -> str:
    """The address of the workspace; "" with a fault where there is none that can be used."""
    if "URL" not in given:
        if settings.workspace.url is None:
            faults.append("No workspace is named: set ROCKETCHAT_URL, or [workspace] url in .streamlit/secrets.toml.")
        return settings.workspace.url or ""
    try:
        return values.address(given["URL"])
    except Unusable as exc:
        faults.append(f"ROCKETCHAT_URL must be {exc}.")
        return ""

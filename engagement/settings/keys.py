"""Configuration: one file, ``.streamlit/secrets.toml``, and environment variables, which win over it.

Every key of the file has a variable: ``[workspace] url`` is ``ENGAGEMENT_WORKSPACE_URL``. Lists in a variable are
separated by commas. An empty variable counts as not set.
"""

from __future__ import annotations

import calendar
import difflib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from engagement.errors import InvalidSettings
from engagement.settings import values

PREFIX = "ENGAGEMENT"
# The longest period that may be asked for, in days.
LONGEST_PERIOD = 366
OWN_ACCOUNT, PROXY_HEADER, EVERYONE = "own-account", "proxy-header", "everyone"


@dataclass(frozen=True)
class Workspace:
    """The one workspace, or leave to type its address, and the account that reads it for every visitor.

    ``ca_bundle`` is a file of the certificates to trust in place of the usual ones.
    """

    url: str | None = None
    allow_typed_url: bool = False
    user_id: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None


@dataclass(frozen=True)
class Demo:
    """Whether the demo workspace is offered."""

    enabled: bool = True


@dataclass(frozen=True)
class AccessRules:
    """Who gets in: ``own-account`` (everyone signs in), ``proxy-header`` or ``everyone``."""

    mode: str = OWN_ACCOUNT
    header: str | None = None
    trusted_proxies: tuple[values.Network, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The server's time zone where it cannot be read from it, and the weekday on which weeks start (0 is Monday)."""

    timezone: ZoneInfo | None = None
    week_start: int = calendar.MONDAY


@dataclass(frozen=True)
class Limits:
    """The longest period in days, the calls a minute of all copies together (None: as announced), and the copies."""

    longest_period: int = LONGEST_PERIOD
    calls_a_minute: int | None = None
    copies: int = 1


@dataclass(frozen=True)
class ArchivePlace:
    """The database of sessions and archive; None is the SQLite file in the user's data folder."""

    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Rooms:
    """Names or shell patterns of rooms never called inactive and of rooms left out; whether names are masked."""

    exempt: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    mask_names: bool = False


@dataclass(frozen=True)
class SessionRules:
    """How many hours an unused session lasts, and the key that encrypts tokens (None: one is made and kept)."""

    hours: float = 8.0
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured. Its ``repr`` shows no token, no key and no database address."""

    workspace: Workspace = Workspace()
    demo: Demo = Demo()
    access: AccessRules = AccessRules()
    calendar: Calendar = Calendar()
    limits: Limits = Limits()
    archive: ArchivePlace = ArchivePlace()
    rooms: Rooms = Rooms()
    session: SessionRules = SessionRules()

    @property
    def workspace_account(self) -> bool:
        """True when one account reads the workspace for every visitor."""
        return self.workspace.user_id is not None


def default_files() -> tuple[Path, ...]:
    """Where the configuration is looked for, in order: beside the dashboard, then in the home folder."""
    return tuple(folder / ".streamlit" / "secrets.toml" for folder in (Path.cwd(), Path.home()))


def load(environ: Mapping[str, str], files: Sequence[Path]) -> Settings:
    """The settings from the first of ``files`` that exists and from ``environ``, which wins.

    Raises InvalidSettings with one sentence for every fault, each naming its key and never a secret.
    """
    faults: list[str] = []
    raw = _known(_file(files, faults), faults)
    sources = {key: f"[{key[0]}] {key[1]}" for key in raw}
    for key, variable, value in _variables(environ, faults):
        raw[key], sources[key] = value, variable
    parsed: dict[tuple[str, str], Any] = {}
    for key, value in raw.items():
        try:
            parsed[key] = _KEYS[key].parse(value)
        except values.Unusable as exc:
            faults.append(f"{sources[key]} must be {exc}{_as_given(key, value)}.")
    faults.extend(_contradictions(parsed, set(raw)))
    if faults:
        raise InvalidSettings(faults)
    sections = {
        section: kind(**{key: value for (of, key), value in parsed.items() if of == section})
        for section, kind in _SECTIONS.items()
    }
    return Settings(**sections)


def _file(files: Sequence[Path], faults: list[str]) -> dict[str, Any]:
    path = next((path for path in files if path.exists()), None)
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        faults.append(f"The file {path} cannot be read: {exc.strerror}.")
    except UnicodeDecodeError:
        faults.append(f"The file {path} is not UTF-8 text.")
    except tomllib.TOMLDecodeError as exc:
        place = re.search(r"\(at [^)]*\)", str(exc))
        faults.append(f"The file {path} is not valid TOML {place.group() if place else ''}".rstrip() + ".")
    return {}


def _known(tables: Mapping[str, Any], faults: list[str]) -> dict[tuple[str, str], Any]:
    """The values of the file by section and key, without those that nobody reads."""
    found = {}
    for section, content in tables.items():
        if not isinstance(content, dict):
            home = next((f"; it belongs under [{of}]" for of, key in _KEYS if key == section), "")
            faults.append(f"{section} stands outside of any section{home}.")
        elif section not in _SECTIONS:
            faults.append(f"There is no section [{section}]{_meant(section, _SECTIONS, '[{}]')}.")
        else:
            for key, value in content.items():
                if (section, key) in _KEYS:
                    found[section, key] = value
                else:
                    faults.append(f"There is no key {key} in [{section}]{_instead(section, key)}.")
    return found


def _variables(environ: Mapping[str, str], faults: list[str]) -> list[tuple[tuple[str, str], str, str]]:
    names = {"_".join((PREFIX, *key)).upper(): key for key in _KEYS}
    found = []
    for name, value in environ.items():
        if name in names and value.strip():
            found.append((names[name], name, value.strip()))
        elif name.startswith(f"{PREFIX}_") and name not in names:
            faults.append(f"There is no setting {name}{_meant(name, names)}.")
    return found


def _instead(section: str, key: str) -> str:
    others = [of for of, name in _KEYS if name == key]
    if others:
        return f"; it belongs under [{others[0]}]"
    return _meant(key, [name for of, name in _KEYS if of == section])


def _meant(word: str, words: Any, form: str = "{}") -> str:
    close = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {form.format(close[0])}" if close else ""


def _as_given(key: tuple[str, str], value: object) -> str:
    return "" if _KEYS[key].secret else f", not {str(value)[:60]!r}"


def _contradictions(parsed: Mapping[tuple[str, str], Any], given: set[tuple[str, str]]) -> list[str]:
    """Sentences about keys that do not go together. A key with a fault of its own counts as given."""
    has = {f"{section}.{key}" for section, key in given if parsed.get((section, key), True) not in (False, ())}
    account = {"workspace.user_id", "workspace.auth_token"} & has
    faults = []
    if {"workspace.url", "workspace.allow_typed_url"} <= has:
        faults.append("[workspace] allow_typed_url cannot be set together with [workspace] url: remove one of them.")
    if len(account) == 1:
        missing = "auth_token" if "workspace.user_id" in account else "user_id"
        faults.append(f"[workspace] {missing} is missing: the workspace account needs user_id and auth_token.")
    if account and "workspace.url" not in has:
        faults.append("[workspace] url is missing: a workspace account needs the address of its workspace.")
    if account and "access.mode" not in has:
        faults.append(
            f'[access] mode is missing: with a workspace account, say who gets in, "{PROXY_HEADER}" or "{EVERYONE}".'
        )
    if not account and any(key.startswith("access.") for key in has):
        faults.append("[access] needs a workspace account: set [workspace] user_id and auth_token, or remove [access].")
    faults.extend(_access_contradictions(parsed.get(("access", "mode")), has))
    if parsed.get(("demo", "enabled"), True) is False and not {"workspace.url", "workspace.allow_typed_url"} & has:
        faults.append("There is nothing to open: set [workspace] url or allow_typed_url, or [demo] enabled.")
    return faults


def _access_contradictions(mode: str | None, has: set[str]) -> list[str]:
    details = ("header", "trusted_proxies")
    if mode == PROXY_HEADER:
        why = f'with [access] mode "{PROXY_HEADER}", name the header and the addresses of the proxies that set it'
        return [f"[access] {key} is missing: {why}." for key in details if f"access.{key}" not in has]
    if mode == EVERYONE:
        return [f'[access] {key} has no meaning with mode "{EVERYONE}".' for key in details if f"access.{key}" in has]
    return []


@dataclass(frozen=True)
class _Key:
    parse: Callable[[object], Any]
    secret: bool = False


_SECTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "workspace": Workspace,
        "demo": Demo,
        "access": AccessRules,
        "calendar": Calendar,
        "limits": Limits,
        "archive": ArchivePlace,
        "rooms": Rooms,
        "session": SessionRules,
    }
)
_KEYS: Mapping[tuple[str, str], _Key] = MappingProxyType(
    {
        # An address that was refused may hold a password, so it is not repeated.
        ("workspace", "url"): _Key(values.address, secret=True),
        ("workspace", "allow_typed_url"): _Key(values.switch),
        ("workspace", "ca_bundle"): _Key(values.certificates),
        ("workspace", "user_id"): _Key(values.plain, secret=True),
        ("workspace", "auth_token"): _Key(values.plain, secret=True),
        ("demo", "enabled"): _Key(values.switch),
        ("access", "mode"): _Key(values.one_of(PROXY_HEADER, EVERYONE)),
        ("access", "header"): _Key(values.header),
        ("access", "trusted_proxies"): _Key(values.networks),
        ("calendar", "timezone"): _Key(values.zone),
        ("calendar", "week_start"): _Key(values.week_start),
        ("limits", "longest_period"): _Key(values.whole(1, LONGEST_PERIOD)),
        ("limits", "calls_a_minute"): _Key(values.whole(1, 10_000)),
        ("limits", "copies"): _Key(values.whole(1, 100)),
        ("archive", "url"): _Key(values.database, secret=True),
        ("rooms", "exempt"): _Key(values.texts),
        ("rooms", "leave_out"): _Key(values.texts),
        ("rooms", "mask_names"): _Key(values.switch),
        ("session", "hours"): _Key(values.hours),
        ("session", "key"): _Key(values.key, secret=True),
    }
)

"""Configuration: one file, ``.streamlit/secrets.toml``, and environment variables, which win over it.

Every key of the file has a variable: ``[workspace] url`` is ``ENGAGEMENT_WORKSPACE_URL``. Lists in a variable are
separated by commas, headers stand on lines of their own. An empty variable counts as not set.
"""

from __future__ import annotations

import calendar
import contextlib
import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engagement.errors import InvalidSettings, Unusable
from engagement.settings import values
from engagement.settings.address import is_led_to, places

PREFIX = "ENGAGEMENT"
# The longest period that may be asked for, in days.
LONGEST_PERIOD = 366
OWN_ACCOUNT, PROXY_HEADER, EVERYONE = "own-account", "proxy-header", "everyone"


def _key(parse: Callable[[object], Any], default: Any = None, *, secret: bool = False, repeated: bool = True) -> Any:
    """A key of the file: what reads its value, and what holds without one.

    A ``secret`` stands in no ``repr`` and no fault; what is not ``repeated`` in no fault.
    """
    return field(default=default, repr=not secret, metadata={"parse": parse, "repeated": repeated and not secret})


@dataclass(frozen=True)
class Workspace:
    """The one workspace, or leave to type its address, and the account that reads it for every visitor.

    ``public_url`` is where people open the workspace, where the dashboard asks it elsewhere.
    ``ca_bundle`` is a file of the certificates to trust in place of the usual ones, ``proxy`` a forward proxy,
    ``headers`` what a gate in front of the workspace wants with each request.
    """

    # An address that was refused may hold a password.
    url: str | None = _key(values.address, repeated=False)
    allow_typed_url: bool = _key(values.switch, False)
    user_id: str | None = _key(values.plain, repeated=False)
    auth_token: str | None = _key(values.plain, secret=True)
    ca_bundle: str | None = _key(values.certificates)
    proxy: str | None = _key(values.proxy, secret=True)
    headers: tuple[tuple[str, str], ...] = _key(values.headers, (), secret=True)
    public_url: str | None = _key(values.address, repeated=False)


@dataclass(frozen=True)
class Dashboard:
    """The addresses that visitors open the dashboard by, besides those of its own machine."""

    address: tuple[str, ...] = _key(values.addresses, ())

    def link(self, base: str = "") -> str:
        """Where links for others lead, without a final slash: the first address, with the path ``base`` (the server's
        baseUrlPath, slashes or not) where it has none of its own. Empty where none is configured.
        """
        first, path = next(iter(self.address), ""), base.strip("/")
        return f"{first}/{path}" if first and path and not urlsplit(first).path else first


@dataclass(frozen=True)
class Demo:
    """Whether the demo workspace is offered."""

    enabled: bool = _key(values.switch, True)


@dataclass(frozen=True)
class AccessRules:
    """Who gets in: ``own-account`` (everyone signs in), ``proxy-header`` or ``everyone``."""

    mode: str = _key(values.one_of(PROXY_HEADER, EVERYONE), OWN_ACCOUNT)
    header: str | None = _key(values.header)
    trusted_proxies: tuple[values.Network, ...] = _key(values.networks, ())


@dataclass(frozen=True)
class Calendar:
    """The server's time zone where it cannot be read from it, and the weekday on which weeks start (0 is Monday)."""

    timezone: ZoneInfo | None = _key(values.zone)  # noqa: RUF009 - a field, no shared value
    week_start: int = _key(values.week_start, calendar.MONDAY)


@dataclass(frozen=True)
class Limits:
    """The longest period in days, the calls a minute of all copies together (None: as announced), the copies, and the
    megabytes of readings, and of what is made of them, that each copy keeps.
    """

    longest_period: int = _key(values.whole(1, LONGEST_PERIOD), LONGEST_PERIOD)
    calls_a_minute: int | None = _key(values.whole(1, 10_000))
    copies: int = _key(values.whole(1, 100), 1)
    memory: int = _key(values.whole(16, 1_000_000), 384)


@dataclass(frozen=True)
class ArchivePlace:
    """The database of sessions and archive (None: the SQLite file in the user's data folder), and how many past weeks
    the archive keeps.
    """

    url: str | None = _key(values.database, secret=True)
    weeks: int = _key(values.whole(53, 520), 104)


@dataclass(frozen=True)
class Rooms:
    """Names or shell patterns of rooms never called inactive and of rooms left out; whether names are masked."""

    exempt: tuple[str, ...] = _key(values.texts, ())
    leave_out: tuple[str, ...] = _key(values.texts, ())
    mask_names: bool = _key(values.switch, False)


@dataclass(frozen=True)
class WorklistTexts:
    """The texts for the owner of a room, and of several rooms, to copy into a message; fields stand in braces."""

    text: str = _key(
        values.template("owner", "room", "last_message", "silence", "link", "workspace"),
        "Hello {owner}, do you still need {room}? For all we can see, {silence}. {link}\n"
        "If we hear nothing from you, we will archive it; what was written there stays readable.",
    )
    text_for_several: str = _key(
        values.template("owner", "rooms", "workspace"),
        "Hello {owner}, do you still need these rooms of yours?\n\n{rooms}\n\n"
        "If we hear nothing from you, we will archive them; what was written there stays readable.",
    )


@dataclass(frozen=True)
class ReportRules:
    """The incoming webhook that posts reports in nobody's name, and in how many days news is not told twice."""

    webhook: str | None = _key(values.webhook, secret=True)
    grace: int = _key(values.whole(1, 365), 14)


@dataclass(frozen=True)
class SessionRules:
    """How many hours an unused session lasts, and the key that encrypts tokens (None: one is made and kept)."""

    hours: float = _key(values.hours, 8.0)
    key: str | None = _key(values.key, secret=True)


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured. Its ``repr`` shows no token, no key and no database address."""

    workspace: Workspace = Workspace()
    dashboard: Dashboard = Dashboard()
    demo: Demo = Demo()
    access: AccessRules = AccessRules()
    calendar: Calendar = Calendar()
    limits: Limits = Limits()
    archive: ArchivePlace = ArchivePlace()
    rooms: Rooms = Rooms()
    worklist: WorklistTexts = WorklistTexts()
    report: ReportRules = ReportRules()
    session: SessionRules = SessionRules()

    @property
    def workspace_account(self) -> bool:
        """True when one account reads the workspace for every visitor."""
        return self.workspace.user_id is not None

    def configured(self, address: str) -> bool:
        """True for the address of the configured workspace, and for those that it may have led to."""
        url = self.workspace.url
        return url is not None and any(is_led_to(place, address) for place in places(url))

    def opened_at(self, address: str) -> str:
        """Where people open the workspace that is asked at ``address``: what it is called, and where links lead."""
        return self.workspace.public_url if self.workspace.public_url and self.configured(address) else address


Name = tuple[str, str]

_SECTIONS: Mapping[str, Any] = {section.name: section.default for section in fields(Settings)}
# Every key of the file, by its section and its name there.
KEYS: Mapping[Name, Field[Any]] = {(of, key.name): key for of, section in _SECTIONS.items() for key in fields(section)}


def default_files() -> tuple[Path, ...]:
    """Where the configuration is looked for, in order: beside the dashboard, then in the home folder."""
    folders = []
    for where in (Path.cwd, Path.home):
        # A folder may be deleted while one stands in it, and a user of a container may be unknown to its system.
        with contextlib.suppress(OSError, RuntimeError):
            folders.append(where())
    return tuple(folder / ".streamlit" / "secrets.toml" for folder in folders)


def load(environ: Mapping[str, str], files: Sequence[Path]) -> Settings:
    """The settings from the first of ``files`` that exists and from ``environ``, which wins.

    Raises InvalidSettings with one sentence for every fault, each naming its key and never a secret.
    """
    faults: list[str] = []
    given = _known(_file(files, faults), faults) | _variables(environ, faults)
    parsed: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for (section, key), (source, value) in given.items():
        declared = KEYS[section, key].metadata
        try:
            parsed[section][key] = declared["parse"](value)
        except Unusable as exc:
            faults.append(f"{source} must be {exc}" + (_not(value) if declared["repeated"] else "."))
    faults.extend(_contradictions(parsed, given))
    if faults:
        raise InvalidSettings(faults)
    return Settings(**{name: replace(section, **parsed[name]) for name, section in _SECTIONS.items()})


def _not(value: object) -> str:
    """The end of a sentence: what a value is instead."""
    try:
        return f", not {str(value)[:60]!r}."
    except ValueError:
        # Python writes no number of thousands of digits.
        return "."


def _file(files: Sequence[Path], faults: list[str]) -> dict[str, Any]:
    for path in files:
        try:
            # Editors of Windows put a mark before the text.
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as exc:
            faults.append(f"The file {path} cannot be read: {exc.strerror}.")
        except UnicodeDecodeError:
            faults.append(f"The file {path} is not UTF-8 text.")
        except RecursionError:
            faults.append(f"The file {path} is not valid TOML: its brackets are nested too deeply.")
        except ValueError as exc:
            place = re.search(r"\(at [^)]*\)", str(exc))
            faults.append(f"The file {path} is not valid TOML {place.group() if place else ''}".rstrip() + ".")
        return {}
    return {}


def _known(tables: Mapping[str, Any], faults: list[str]) -> dict[Name, tuple[str, Any]]:
    """The keys of the file that there are, each with its place in words and its value."""
    found = {}
    for section, content in tables.items():
        if not isinstance(content, dict):
            home = next((f"; it belongs under [{of}]" for of, key in KEYS if key == section), "")
            faults.append(f"{section[:60]} stands outside of any section{home}.")
        elif section not in _SECTIONS:
            faults.append(f"There is no section [{section[:60]}]{_meant(section, _SECTIONS, '[{}]')}.")
        else:
            for key, value in content.items():
                if (section, key) in KEYS:
                    found[section, key] = (f"[{section}] {key}", value)
                else:
                    faults.append(f"There is no key {key[:60]} in [{section}]{_instead(section, key)}.")
    return found


def _variables(environ: Mapping[str, str], faults: list[str]) -> dict[Name, tuple[str, str]]:
    """The keys that a variable sets, each with the name of the variable and its value."""
    names = {"_".join((PREFIX, *key)).upper(): key for key in KEYS}
    unknown = [name for name in environ if name.startswith(f"{PREFIX}_") and name not in names]
    faults.extend(f"There is no setting {name[:60]}{_meant(name, names)}." for name in unknown)
    given = {name: environ[name].strip() for name in names if name in environ}
    return {names[name]: (name, value) for name, value in given.items() if value}


def _instead(section: str, key: str) -> str:
    others = [of for of, name in KEYS if name == key]
    if others:
        return f"; it belongs under [{others[0]}]"
    return _meant(key, [name for of, name in KEYS if of == section])


def _meant(word: str, words: Any, form: str = "{}") -> str:
    close = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {form.format(close[0])}" if close else ""


def _contradictions(parsed: Mapping[str, Mapping[str, Any]], given: Iterable[Name]) -> list[str]:
    """Sentences about keys that do not go together. A key with a fault of its own counts as given."""
    has = {f"{section}.{key}" for section, key in given if parsed[section].get(key, True) not in (False, ())}
    account = {"workspace.user_id", "workspace.auth_token"} & has
    faults = []
    if {"workspace.url", "workspace.allow_typed_url"} <= has:
        faults.append("[workspace] allow_typed_url cannot be set together with [workspace] url: remove one of them.")
    if "workspace.headers" in has and "workspace.url" not in has:
        faults.append("[workspace] url is missing: the headers are for the gate in front of one workspace.")
    if "workspace.public_url" in has and "workspace.url" not in has:
        faults.append("[workspace] url is missing: public_url is where people open the workspace that is asked there.")
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
    faults.extend(_access_contradictions(parsed["access"].get("mode"), has))
    if parsed["demo"].get("enabled") is False and not {"workspace.url", "workspace.allow_typed_url"} & has:
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

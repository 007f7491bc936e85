"""What a single setting may be: each function takes the raw value of a file or a variable and returns it usable."""

from __future__ import annotations

import calendar
import ipaddress
import math
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engagement.errors import InvalidAddress, Unusable
from engagement.settings.address import clean_address

SHORTEST_KEY = 32

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def quoted(value: object) -> str:
    """A text that is not blank, without the spaces around it."""
    if not isinstance(value, str) or not value.strip():
        raise Unusable("a text in quotes")
    return value.strip()


def like(pattern: str, what: str) -> Callable[[object], str]:
    """A reader of texts of the form ``pattern``; ``what`` they must be is told of any other."""

    def parse(value: object) -> str:
        if not re.fullmatch(pattern, text := quoted(value), re.DOTALL):
            raise Unusable(what)
        return text

    return parse


# An id or token goes into a header of a request, so it has no control characters either.
plain = like("[!-~]{1,512}", "one word without spaces")
header = like("[A-Za-z][A-Za-z0-9-]{0,63}", "the name of a header, as in X-Forwarded-User")
database = like(
    r"((postgres|postgresql|postgresql\+psycopg)://|sqlite:///)[^\n].*",
    "postgresql://user:password@host/name, or sqlite:///path/to/file",
)
# Long enough to encrypt with.
key = like(f".{{{SHORTEST_KEY},}}", f"a secret of at least {SHORTEST_KEY} characters")


def template(*names: str) -> Callable[[object], str]:
    """A reader of texts in which fields of these names stand in braces; a brace of the text itself stands twice."""
    there_are = ", ".join(f"{{{name}}}" for name in names)

    def parse(value: object) -> str:
        text = quoted(value)
        try:
            fields = [part[1:] for part in Formatter().parse(text)]
        except ValueError:
            raise Unusable(f"a text in which braces stand around one of {there_are}, or twice") from None
        for name, form, conversion in fields:
            if name is not None and (name not in names or form or conversion):
                raise Unusable(f"a text without the field {{{name[:40]}}} (there are {there_are})")
        return text

    return parse


def switch(value: object) -> bool:
    """True or false, also written yes, no, on, off, 1 or 0."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise Unusable("true or false")


def whole(low: int, high: int) -> Callable[[object], int]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def parse(value: object) -> int:
        # Not str(value) of any number: Python writes none of thousands of digits.
        text = f"{value:d}" if type(value) is int and abs(value) <= high else value if isinstance(value, str) else ""
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise Unusable(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def hours(value: object) -> float:
    """A number of hours, from six minutes to thirty days."""
    try:
        hours = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        hours = math.nan
    if not 0.1 <= hours <= 720:
        raise Unusable("a number of hours from 0.1 to 720")
    return hours


def one_of(*choices: str) -> Callable[[object], str]:
    """A reader of exactly one of ``choices``."""

    def parse(value: object) -> str:
        if value not in choices:
            raise Unusable(" or ".join(f'"{choice}"' for choice in choices))
        return str(value)

    return parse


def week_start(value: object) -> int:
    """The weekday on which weeks start, as in ``date.weekday()``."""
    return {"monday": calendar.MONDAY, "sunday": calendar.SUNDAY}[one_of("monday", "sunday")(value)]


def texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one text with commas; blank ones are left out."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise Unusable('a list of texts, as in ["general", "bot-*"]')
    return tuple(part.strip() for part in parts if part.strip())


def networks(value: object) -> tuple[Network, ...]:
    """Addresses and networks of addresses."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts(value))
    except ValueError:
        raise Unusable('a list of addresses or networks, as in ["10.0.0.5", "10.1.0.0/16"]') from None


# What the dashboard says in headers of its own, and what belongs to the connection.
_TAKEN = frozenset("connection content-length content-type host transfer-encoding x-auth-token x-user-id".split())


def headers(value: object) -> tuple[tuple[str, str], ...]:
    """Names and values of headers: a table, or one text with ``Name: value`` on each line."""
    if isinstance(value, str):
        lines = [line.partition(":") for line in value.splitlines() if line.strip()]
        value = {name.strip(): text for name, _, text in lines}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise Unusable('names and texts, as in { X-Gate = "secret" }')
    found = tuple((header(name), text.strip()) for name, text in value.items())
    if not all(re.fullmatch(r"[ -~]{1,4096}", text) for _, text in found):
        raise Unusable("texts of letters, digits and signs on one line each")
    if taken := _TAKEN & {name.lower() for name, _ in found}:
        raise Unusable(f"headers of a gate; {', '.join(sorted(taken))} is not one")
    return found


def proxy(value: object) -> str:
    """The address of a forward proxy, with its user and password where it wants them."""
    try:
        text = quoted(value)
        parts = urlsplit(text)
        found = parts.scheme == "http" and parts.hostname and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        found = False
    if not found or parts.path.strip("/") or not re.fullmatch(r"[!-~]{1,500}", text):
        raise Unusable("the address of a proxy like http://user:password@proxy.example.org:3128")
    return text.rstrip("/")


def webhook(value: object) -> str:
    """The address of an incoming webhook of a workspace, which is a secret."""
    found = re.fullmatch(r"(https?://[^/?#@\s]+(?:/[^?#@\s]*)?)(/hooks/[\w-]{1,100}/[\w-]{1,200})", quoted(value))
    try:
        return clean_address(found[1]) + found[2] if found else quoted(None)
    except (InvalidAddress, Unusable):
        raise Unusable("an address as the administration shows it, https://chat.example.org/hooks/…/…") from None


def zone(value: object) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(quoted(value))
    except (KeyError, ValueError, OSError):
        raise Unusable("the name of a time zone, as in Europe/Berlin") from None


def address(value: object) -> str:
    """The address of a workspace, without a final slash."""
    try:
        return clean_address(quoted(value))
    except InvalidAddress:
        raise Unusable("an address like https://chat.example.org, without user, password, ? and #") from None


def addresses(value: object) -> tuple[str, ...]:
    """Each address of a list, or of one text with commas, without a final slash and as browsers write its name."""
    try:
        parts = [urlsplit(clean_address(text)) for text in texts(value)]
    except InvalidAddress:
        raise Unusable('addresses like https://dash.example.org, as in ["https://dash.example.org"]') from None
    return tuple(f"{part.scheme}://{part.netloc.lower()}{part.path}" for part in parts)


def certificates(value: object) -> str:
    """The path of a file of certificates, which is opened to see that it is one."""
    try:
        path = Path(quoted(value)).expanduser()
        ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError, RuntimeError):
        raise Unusable("the path of a file with certificates in PEM form") from None
    return str(path)

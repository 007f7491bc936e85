"""What a single setting may be: each function takes the raw value of a file or a variable and returns it usable."""

from __future__ import annotations

import calendar
import ipaddress
import math
import re
import ssl
from collections.abc import Callable
from pathlib import Path
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


def plain(value: object) -> str:
    """An id or token: it goes into a header of a request, so it has no spaces and no control characters."""
    if not re.fullmatch(r"[!-~]{1,512}", text := quoted(value)):
        raise Unusable("one word without spaces")
    return text


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


def header(value: object) -> str:
    """The name of an HTTP header."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", text := quoted(value)):
        raise Unusable("the name of a header, as in X-Forwarded-User")
    return text


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


def certificates(value: object) -> str:
    """The path of a file of certificates, which is opened to see that it is one."""
    try:
        path = Path(quoted(value)).expanduser()
        ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError, RuntimeError):
        raise Unusable("the path of a file with certificates in PEM form") from None
    return str(path)


def database(value: object) -> str:
    """The address of a PostgreSQL database or of a SQLite file."""
    text = quoted(value)
    if not re.match(r"(postgres|postgresql|postgresql\+psycopg)://.|sqlite:///.", text):
        raise Unusable("postgresql://user:password@host/name, or sqlite:///path/to/file")
    return text


def key(value: object) -> str:
    """A secret long enough to encrypt with."""
    if len(text := quoted(value)) < SHORTEST_KEY:
        raise Unusable(f"a secret of at least {SHORTEST_KEY} characters")
    return text

"""The address of a workspace, from what a person types or pastes."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

from engagement.errors import InvalidAddress

# First segments of the web client's own pages: from here on a pasted link may name a page, not the workspace.
_PAGES = frozenset(
    "account admin api audit channel create-channel directory direct group home invite livechat login marketplace "
    "omnichannel register reset-password".split()
)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?")
_SEGMENT = re.compile(r"[A-Za-z0-9_~.-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXAMPLE = "Type it as in https://chat.example.org."


def clean_address(text: str) -> str:
    """The address without a final slash: scheme, host, port where it is not the usual one, base path.

    The host is in ASCII, where browsers go (UTS 46, without the old readings of ß and ς): what is shown is what is
    called, and letters of several alphabets that look alike are told apart. ``https://`` is added where there is no
    scheme; a page is cut (``/channel/general?msg=…``) where it cannot be part of an address: see ``places``.
    Raises InvalidAddress for anything but http and https, and for a user name, password, query or fragment.
    """
    text = text.strip()
    if not text:
        raise InvalidAddress(f"The address of the workspace is missing. {_EXAMPLE}")
    if len(text) > 500 or re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise InvalidAddress(f"This is not the address of a workspace. {_EXAMPLE}")
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme.group(1).lower() not in _DEFAULT_PORTS:
        raise InvalidAddress("The address of a workspace starts with https:// or http://.")
    parts = _split(text if scheme else f"https://{text}")
    if "@" in parts.netloc:
        raise InvalidAddress("The address must hold no user name or password. Leave out what stands before the @.")
    path, more = _base_path(parts.path)
    if parts.query or parts.fragment or more:
        # What follows is no part of an address, so it follows a page.
        pages = _pages(path)
        if not pages:
            raise InvalidAddress(
                f"The path in this address cannot be used. {_EXAMPLE}"
                if more
                else "The address must end before any ? or #."
            )
        path = path[: pages[-1]]
    return f"{parts.scheme}://{_host(parts)}{_port(parts)}{path}"


def places(address: str) -> tuple[str, ...]:
    """Where the workspace of a clean address may live: there, or where its path names a page of the web client, before
    the last and before the first such name. Only the server can tell.
    """
    begins = len(address) - len(urlsplit(address).path)
    cuts = [begins + at for at in _pages(address[begins:])]
    return tuple(dict.fromkeys([address, *(address[:at] for at in (cuts[-1:] + cuts[:1]))]))


def is_led_to(address: str, other: str) -> bool:
    """True where ``other`` is ``address``, or the one with https that a server may have led from it to."""
    here, there = urlsplit(address), urlsplit(other)
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    return address == other or (upgraded and (here.hostname, here.path) == (there.hostname, there.path))


def _pages(path: str) -> list[int]:
    """Where in a path the names of pages of the web client begin, with their slashes."""
    return [found.start() for found in re.finditer("/[^/]+", path) if found[0][1:].lower() in _PAGES]


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as exc:
        raise InvalidAddress(f"This is not the address of a workspace. {_EXAMPLE}") from exc


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        if "[" in parts.netloc:
            return f"[{ipaddress.IPv6Address(host)}]"
        if not host.isascii() or "xn--" in host:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        if not _HOST.fullmatch(host) or len(host) > 253:
            raise ValueError(host)
        return host
    except (ValueError, IndexError) as exc:
        raise InvalidAddress(f"The name of the server in this address cannot be read. {_EXAMPLE}") from exc


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
        if port == 0:
            raise ValueError(port)
    except ValueError as exc:
        raise InvalidAddress("The port in this address is not a number from 1 to 65535.") from exc
    return "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"


def _base_path(path: str) -> tuple[str, bool]:
    """The path as far as it can belong to an address, and whether there is more of it."""
    kept: list[str] = []
    for segment in filter(None, path.split("/")):
        if not _SEGMENT.fullmatch(segment) or segment in {".", ".."}:
            return "".join(kept), True
        kept.append(f"/{segment}")
    return "".join(kept), False

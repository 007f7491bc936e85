"""The address of a workspace, from what a person types or pastes."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from engagement.errors import InvalidAddress

# First segments of the web client's own pages: from here on a pasted link names a page, not the workspace.
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

    ``https://`` is added where there is no scheme; a pasted page (``/home``, ``/channel/general?msg=…``) is cut.
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
    path, cut = _base_path(parts.path)
    if not cut and (parts.query or parts.fragment):
        raise InvalidAddress("The address must end before any ? or #.")
    return f"{parts.scheme}://{_host(parts)}{_port(parts)}{path}"


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
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except ValueError as exc:
        raise InvalidAddress(f"The name of the server in this address cannot be read. {_EXAMPLE}") from exc
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise InvalidAddress(f"The name of the server in this address cannot be read. {_EXAMPLE}")
    return host


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError as exc:
        raise InvalidAddress("The port in this address is not a number from 1 to 65535.") from exc
    if port == 0:
        raise InvalidAddress("The port in this address is not a number from 1 to 65535.")
    return "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"


def _base_path(path: str) -> tuple[str, bool]:
    """The path that belongs to the workspace, and whether a page was cut from it."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment.lower() in _PAGES:
            return "".join(kept), True
        if segment in {".", ".."}:
            raise InvalidAddress(f"The path in this address cannot be used. {_EXAMPLE}")
        if segment and not _SEGMENT.fullmatch(segment):
            raise InvalidAddress(f"The path in this address cannot be used. {_EXAMPLE}")
        if segment:
            kept.append(f"/{segment}")
    return "".join(kept), False

"""What reaches the framework: requests by a name of the dashboard, from its own pages, for what its pages need.

Everything else is refused here, whatever the framework serves besides and may serve one day.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement.settings.keys import PROXY_HEADER, AccessRules

SOCKET = "/_stcore/stream"
# The browser asks for the first two before it opens its websocket, below the path of a page first: were they there, it
# would look for everything else there too.
_FILES = frozenset({"/_stcore/health", "/_stcore/host-config", "/favicon.png"})
_FOLDERS = ("/static/", "/media/")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
REFUSED = 1008
UNKEPT = {"Cache-Control": "no-store"}
# What stands in links that an older release made, and what it is called now.
_RENAMED = {
    ("moved", "Went quiet"): ("moved", "Fell silent"),
    ("lacks", "No owner known"): ("lacks", "No owner"),
    ("sort", "As listed"): ("sort", "Default order"),
}


def unsafe_start(access: AccessRules, environ: Mapping[str, str]) -> str | None:
    """Why the web server would hide from TrustedHeader who sends a request; None when it does not.

    uvicorn takes the visitor's address for the sender's where a program on the same machine says so.
    """
    if access.mode != PROXY_HEADER or environ.get("FORWARDED_ALLOW_IPS") == "":
        return None
    return (
        f'[access] mode "{PROXY_HEADER}" needs the environment variable FORWARDED_ALLOW_IPS to be set, and to be '
        "empty: otherwise the address of the proxy is lost before it is looked at."
    )


def base_path(configured: str) -> str:
    """``server.baseUrlPath`` as a path: empty, or with a slash before it and none behind."""
    path = configured.strip("/")
    return f"/{path}" if path else ""


class Names:
    """What the dashboard is called: the configured addresses, and the loopback names of its own machine."""

    def __init__(self, addresses: Collection[str] = ()) -> None:
        parts = [urlsplit(address) for address in addresses]
        self._origins = frozenset(f"{part.scheme}://{part.netloc}" for part in parts)
        self._hosts = {part.hostname for part in parts}

    def known(self, headers: Headers) -> bool:
        """True when the request is to one of the names, whatever the port, and names no second one."""
        hosts = headers.getlist("host")
        name = _hostname(hosts[0]) if len(hosts) == 1 else ""
        return name in self._hosts or _is_loopback(name)

    def own_page(self, scope: Scope) -> bool:
        """True when the request comes from a page of this dashboard, or from a program that is no browser.

        Scheme, name and port must be those of a configured address or, on a name that is not configured, those of the
        request itself. Programs send no Origin, and hold no cookie of anybody.
        """
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        if not origins:
            return True
        host = headers.get("host", "")
        own = set(self._origins)
        if _hostname(host) not in self._hosts:
            own.add(f"{scope['scheme'].replace('ws', 'http')}://{host}")
        return len(origins) == 1 and _plain(origins[0]) in {_plain(one) for one in own}


def _hostname(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "") if parts.netloc == host and "@" not in host and parts.port != 0 else ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _plain(origin: str) -> str:
    """An origin in small letters, and without the port where it is the usual one of its scheme."""
    origin = origin.lower()
    return origin.removesuffix(_DEFAULT_PORTS.get(origin.partition("://")[0], ""))


class Doors:
    """ASGI middleware that lets through what a page of the dashboard needs, and refuses the rest.

    ``pages`` and ``routes`` are paths below ``base``, a path as ``base_path`` gives it. A websocket of another site
    is closed before it is accepted.
    """

    def __init__(
        self, app: ASGIApp, *, names: Names, base: str = "", pages: Collection[str] = (), routes: Collection[str] = ()
    ) -> None:
        self._app = app
        self._names = names
        self._base = base
        self._read_only = _FILES | {"", *pages}
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refused = self._refused(scope)
            await (self._app if refused is None else refused)(scope, receive, send)
        elif scope["type"] != "websocket":
            await self._app(scope, receive, send)
        elif (
            self._names.known(Headers(scope=scope))
            and self._names.own_page(scope)
            and scope["path"] == self._base + SOCKET
        ):
            # The framework would look for the machine's own address at a host elsewhere before it refuses an Origin.
            headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"origin"]
            await self._app({**scope, "headers": headers}, receive, send)
        else:
            await send({"type": "websocket.close", "code": REFUSED})

    def _refused(self, scope: Scope) -> Response | None:
        if not self._names.known(Headers(scope=scope)):
            return _sentence(
                421,
                "This dashboard is not known by this name. Its administrator sets its names in [dashboard] address.",
            )
        if scope["path"] != self._base and not scope["path"].startswith(f"{self._base}/"):
            return _sentence(404, "There is nothing here.")
        path = scope["path"].removeprefix(self._base)
        if path in self._routes:
            return None
        if path.rstrip("/") not in self._read_only and not path.startswith(_FOLDERS):
            return _sentence(404, "There is nothing here.")
        return _renewed(scope) if scope["method"] in {"GET", "HEAD"} else _sentence(405, "This can only be read.")


def _renewed(scope: Scope) -> RedirectResponse | None:
    """The way to the same page in the words of today, where its link uses others; the framework would drop them."""
    asked = parse_qsl(scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True)
    told = [_RENAMED.get(pair, pair) for pair in asked]
    return RedirectResponse(f"?{urlencode(told)}", headers=UNKEPT) if told != asked else None


def _sentence(status: int, sentence: str) -> PlainTextResponse:
    return PlainTextResponse(sentence, status, UNKEPT)


class TrustedHeader:
    """ASGI middleware that removes the header naming a person, unless a trusted proxy sent the request.

    What is left in ``st.context.headers`` can then be believed. Two such headers are removed too: one of them is not
    the proxy's.
    """

    def __init__(self, app: ASGIApp, access: AccessRules) -> None:
        self._app = app
        self._name = (access.header or "").lower().encode() if access.mode == PROXY_HEADER else b""
        self._trusted = access.trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._name and scope["type"] in {"http", "websocket"}:
            headers = [(name, value) for name, value in scope["headers"] if name.lower() != self._name]
            if not self._from_proxy(scope) or len(scope["headers"]) > len(headers) + 1:
                scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)

    def _from_proxy(self, scope: Scope) -> bool:
        try:
            address = ipaddress.ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

"""The web application around the pages: the routes of the session cookie, health, and headers of every answer."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engagement.errors import EngagementError, SignedOut
from engagement.settings.keys import PROXY_HEADER, AccessRules
from engagement.ui.runtime import runtime

COOKIE = "engagement_session"
MOST_BYTES = 4096
# The row in the database says when a session is over. The cookie outlives it, because a tab in use prolongs its
# session without loading a page that could renew the cookie.
COOKIE_LASTS = 30 * 24 * 3600

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; form-action 'self'; object-src 'none'",
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


def routes(base: str = "") -> list[Route]:
    """The routes of the application under ``base``, a path as ``base_path`` gives it."""
    cookie_path = base or "/"

    async def begin(request: Request) -> Response:
        return await _from_this_site(request, lambda body: _begin(request, body, cookie_path))

    async def end(request: Request) -> Response:
        return await _from_this_site(request, lambda _: _end(request, cookie_path))

    return [
        Route(f"{base}/session/begin", begin, methods=["POST"]),
        Route(f"{base}/session/end", end, methods=["POST"]),
        Route(f"{base}/healthz", _alive, methods=["GET"]),
        Route(f"{base}/readyz", _ready, methods=["GET"]),
    ]


async def _from_this_site(request: Request, answer: Callable[[bytes], Response]) -> Response:
    """The answer to a small request that a page of this site made, worked out in a thread; a refusal to any other."""
    if not _same_origin(request.headers):
        return _refusal(403, "This request comes from another site.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return _refusal(413, "This request is too large.")
    response = await run_in_threadpool(answer, bytes(body))
    response.headers["Cache-Control"] = "no-store"
    return response


def _same_origin(headers: Headers) -> bool:
    """What the browser says of the page that asks. Programs that are no browsers say nothing, and hold no cookie."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    if origin is None:
        return True
    return origin.lower().partition("://")[2] == headers.get("host", "").lower()


def _begin(request: Request, body: bytes, cookie_path: str) -> Response:
    """Set the cookie of the session whose ticket the page handed to its own script."""
    try:
        ticket = json.loads(body.decode("utf-8"))["ticket"]
    # RecursionError: brackets within brackets, as deep as a body of this size can be.
    except (ValueError, KeyError, TypeError, RecursionError):
        ticket = None
    if not isinstance(ticket, str):
        return _refusal(400, "This request holds no ticket.")
    try:
        session_id = runtime().sessions.redeem(ticket)
    except SignedOut:
        return _refusal(403, "This ticket is not valid any more. Sign in again.")
    except EngagementError as exc:
        return _refusal(503, str(exc))
    response = Response(status_code=204)
    response.set_cookie(
        COOKIE, session_id, COOKIE_LASTS, path=cookie_path, secure=_over_tls(request), httponly=True, samesite="lax"
    )
    return response


def _end(request: Request, cookie_path: str) -> Response:
    """End the session of the cookie, for every tab, and clear the cookie."""
    try:
        if session_id := request.cookies.get(COOKIE):
            runtime().sessions.end(session_id)
    except EngagementError as exc:
        return _refusal(503, str(exc))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path=cookie_path, secure=_over_tls(request), httponly=True, samesite="lax")
    return response


def _over_tls(request: Request) -> bool:
    # Whoever makes this header up only keeps a cookie of their own from being sent in the clear.
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "").lower() == "https"


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, {"Cache-Control": "no-store"})


def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


def _ready(_request: Request) -> Response:
    try:
        runtime().store.ping()
    except EngagementError as exc:
        return _refusal(503, str(exc))
    return PlainTextResponse("ready", headers={"Cache-Control": "no-store"})


class SecurityHeaders:
    """ASGI middleware that adds to every answer what keeps it out of other sites' frames and guesses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


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

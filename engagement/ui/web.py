"""The routes around the pages: the session cookie, and health."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from engagement.errors import EngagementError, SignedOut
from engagement.ui import leaving
from engagement.ui.doors import UNKEPT, Names
from engagement.ui.runtime import runtime

LOOPBACK = Names()
COOKIE = "engagement_session"
MOST_BYTES = 4096
# The row in the database says when a session is over. The cookie outlives it, because a tab in use prolongs its
# session without loading a page that could renew the cookie.
COOKIE_LASTS = 30 * 24 * 3600


def routes(base: str = "", names: Names = LOOPBACK) -> list[Route]:
    """The routes of the application under ``base``, a path as ``base_path`` gives it, for pages of these names."""

    def from_this_site(answer: Callable[[Request, bytes, str], Response]) -> Callable[..., Any]:
        """Answers a small request that a page of this site made, in a thread; any other is refused."""

        async def answered(request: Request) -> Response:
            # What the browser says of the page that asks; an older one says less.
            site = request.headers.get("sec-fetch-site")
            if not (names.own_page(request.scope) if site is None else site == "same-origin"):
                return _refusal(403, "This request comes from another site.")
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return _refusal(413, "This request is too large.")
            try:
                return await run_in_threadpool(answer, request, bytes(body), base or "/")
            except EngagementError as exc:
                return _refusal(503, str(exc))

        return answered

    return [
        Route(f"{base}/session/begin", from_this_site(_begin), methods=["POST"]),
        Route(f"{base}/session/end", from_this_site(_end), methods=["POST"]),
        Route(f"{base}/healthz", _alive, methods=["GET"]),
        Route(f"{base}/readyz", _ready, methods=["GET"]),
    ]


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
    response = Response(status_code=204, headers=UNKEPT)
    response.set_cookie(
        COOKIE, session_id, COOKIE_LASTS, path=cookie_path, secure=_over_tls(request), httponly=True, samesite="lax"
    )
    return response


def _end(request: Request, _body: bytes, cookie_path: str) -> Response:
    """End the session of the cookie, for every tab, and clear the cookie."""
    if session_id := request.cookies.get(COOKIE):
        leaving.end(session_id)
    response = Response(status_code=204, headers=UNKEPT)
    response.delete_cookie(COOKIE, path=cookie_path, secure=_over_tls(request), httponly=True, samesite="lax")
    return response


def _over_tls(request: Request) -> bool:
    # Whoever makes this header up only keeps a cookie of their own from being sent in the clear.
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "").lower() == "https"


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, UNKEPT)


def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok", headers=UNKEPT)


def _ready(_request: Request) -> Response:
    try:
        runtime().store.ping()
    except EngagementError as exc:
        return _refusal(503, str(exc))
    return PlainTextResponse("ready", headers=UNKEPT)

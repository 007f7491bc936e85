"""Answers, and the bodies in which each release says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

_WEB_APP = (
    '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>Rocket.Chat</title></head>\n'
    "<body><p>This is the demo workspace of a dashboard. It has rooms and counts, but no conversations to show.</p>"
    "</body>\n</html>\n"
)


def success(body: Mapping[str, object]) -> Response:
    """A JSON answer of status 200 with ``success``."""
    return JSONResponse({**body, "success": True})


def rows_response(key: str, rows: Sequence[str], **counts: int) -> Response:
    """A page of rows that are JSON already, and ``counts`` behind them."""
    tail = "".join(f'"{name}":{n},' for name, n in counts.items())
    return Response(f'{{"{key}":[{",".join(rows)}],{tail}"success":true}}', media_type="application/json")


def web_page() -> Response:
    """The web application, which answers wherever no route does."""
    return HTMLResponse(_WEB_APP)


@dataclass(frozen=True)
class Dialect:
    """How one release says no, and its number; what else it does differently stands where it is done."""

    numbers: tuple[int, ...]

    @property
    def minor(self) -> tuple[int, ...]:
        """Major and minor number."""
        return self.numbers[:2]

    @property
    def _terse(self) -> bool:
        # 8.0.0 and 9.0 say less about a refusal than the releases between them.
        return self.numbers == (8, 0, 0) or self.minor >= (9, 0)

    @property
    def drops_unlicensed_routes(self) -> bool:
        """Without the licence the routes do not exist, instead of refusing."""
        return self.minor < (7, 6)

    def login_needed(self) -> Response:
        """401: no token, or one that is not valid."""
        error = "You must be logged in to do this."
        if self._terse:
            return failure(error, status=401)
        old = {"status": "error", "message": error}
        return JSONResponse(old if self.minor < (7, 2) else {"success": False, "error": error, **old}, 401)

    def login_failed(self, code: str, reason: str, details: Mapping[str, object] | None) -> Response:
        """401: sign-in refused, with the code and reason where this release gives them."""
        if self._terse:
            return failure("unauthorized", status=401)
        body: Mapping[str, object] = {"status": "error", "error": code, "message": reason}
        if details is not None:
            body = {**body, "details": details}
        return JSONResponse(body if self.minor < (7, 2) else {"success": False, **body}, 401)

    def unauthorized(self) -> Response:
        """The refusal of a route that checks permissions itself: 403, in 8.x 401."""
        return self._forbidden("unauthorized", 401 if self.minor >= (8, 0) else 403)

    def not_authorized(self) -> Response:
        """The refusal of a service behind a route: a plain error up to 8.8, 403 from 9.0 on."""
        return self._forbidden("error-not-authorized", 400)

    def _forbidden(self, error: str, before: int) -> Response:
        return failure(error, "error-forbidden", 403) if self.minor >= (9, 0) else failure(error, status=before)

    def unknown_path(self) -> Response:
        """No such route: the web application up to 7.5, a plain 404 later."""
        return web_page() if self.drops_unlicensed_routes else not_found()

    def wrong_method(self) -> Response:
        """The route exists for another method."""
        if self.drops_unlicensed_routes:
            return JSONResponse({"status": "error", "message": "API endpoint does not exist"}, 405)
        return not_found()


def failure(error: str, error_type: str | None = None, status: int = 400) -> Response:
    """A refusal with its text, and its type where it has one."""
    body = {"success": False, "error": error}
    return JSONResponse(body if error_type is None else {**body, "errorType": error_type}, status)


def no_permission() -> Response:
    """403 of a route that names its permissions."""
    return failure("User does not have the permissions required for this action [error-unauthorized]", status=403)


def unlicensed() -> Response:
    """400: the module is not licensed, from 7.6 on."""
    return failure("This is an enterprise feature [error-action-not-allowed]", "error-action-not-allowed")


def not_found() -> Response:
    """404: nothing answers here."""
    return Response("404 Not Found", 404, media_type="text/plain; charset=UTF-8")


def too_many_requests(seconds: int) -> Response:
    """429: the rate limit."""
    return failure(
        f"Error, too many requests. Please slow down. You must wait {seconds} seconds before trying this endpoint "
        "again. [error-too-many-requests]",
        status=429,
    )


def internal_error() -> Response:
    """500: something broke inside."""
    return failure("Internal server error", status=500)

"""Answers, and the bodies in which each release says no."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Json = Mapping[str, object]

LOGIN_NEEDED = "You must be logged in to do this."
NO_PERMISSION = "User does not have the permissions required for this action [error-unauthorized]"
_WEB_APP = (
    '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>Rocket.Chat</title></head>\n'
    "<body><p>This is the demo workspace of a dashboard. It has rooms and counts, but no conversations to show.</p>"
    "</body>\n</html>\n"
)


@dataclass(frozen=True)
class Response:
    """Status, body and headers of one answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


def json_response(body: Json, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def success(body: Json) -> Response:
    """A JSON answer of status 200 with ``success``."""
    return json_response({**body, "success": True})


def web_page(status: int = 200) -> Response:
    """The web application, which answers wherever no route does."""
    return Response(status, _WEB_APP.encode(), "text/html; charset=utf-8")


@dataclass(frozen=True)
class Dialect:
    """What one release does differently from others on the wire."""

    numbers: tuple[int, ...]

    @property
    def minor(self) -> tuple[int, ...]:
        """Major and minor number."""
        return self.numbers[:2]

    @property
    def full(self) -> str:
        """The version as an administrator sees it."""
        patch = self.numbers[2] if len(self.numbers) > 2 else 1
        return f"{self.numbers[0]}.{self.numbers[1]}.{patch}"

    @property
    def short(self) -> str:
        """The version as anybody sees it from 4.0 on."""
        return f"{self.numbers[0]}.{self.numbers[1]}"

    @property
    def terse_refusals(self) -> bool:
        """8.0.0 and 9.0 say less about a refusal than the releases between them."""
        return self.numbers == (8, 0, 0) or self.minor >= (9, 0)

    @property
    def lists_every_room(self) -> bool:
        """The channel list holds rooms of every type, livechat too."""
        return self.minor < (6, 11)

    @property
    def may_hide_silent_rooms(self) -> bool:
        """``hideRoomsWithNoActivity`` is understood."""
        return (6, 11) <= self.minor < (8, 0)

    @property
    def checks_dashboard_permission(self) -> bool:
        """3.x lets everybody who is signed in read the dashboard."""
        return self.minor >= (4, 0)

    @property
    def strict_dates(self) -> bool:
        """Only the text of ``Date.toISOString()`` is taken for a date."""
        return self.minor >= (4, 3)

    @property
    def drops_unlicensed_routes(self) -> bool:
        """Without the licence the routes do not exist, instead of refusing."""
        return self.minor < (7, 6)

    @property
    def licence_before_login(self) -> bool:
        """The licence is checked before anything else."""
        return (7, 6) <= self.minor < (8, 1)

    def login_needed(self) -> Response:
        """401: no token, or one that is not valid."""
        if self.terse_refusals:
            return json_response({"success": False, "error": LOGIN_NEEDED}, 401)
        old = {"status": "error", "message": LOGIN_NEEDED}
        return json_response(old if self.minor < (7, 2) else {"success": False, "error": LOGIN_NEEDED, **old}, 401)

    def no_permission(self) -> Response:
        """403 of a route that names its permissions."""
        return json_response({"success": False, "error": NO_PERMISSION}, 403)

    def unauthorized(self) -> Response:
        """The refusal of a route that checks permissions itself: 403, in 8.x 401."""
        if self.minor >= (9, 0):
            return json_response({"success": False, "error": "unauthorized", "errorType": "error-forbidden"}, 403)
        return json_response({"success": False, "error": "unauthorized"}, 401 if self.minor >= (8, 0) else 403)

    def not_authorized(self) -> Response:
        """The refusal of a service behind a route: a plain error up to 8.8, 403 from 9.0 on."""
        if self.minor >= (9, 0):
            body = {"success": False, "error": "error-not-authorized", "errorType": "error-forbidden"}
            return json_response(body, 403)
        return json_response({"success": False, "error": "error-not-authorized"}, 400)

    def login_failed(
        self, code: str = "Unauthorized", reason: str = "Unauthorized", details: Json | None = None
    ) -> Response:
        """401: sign-in refused, with the code and reason where this release gives them."""
        if self.terse_refusals:
            return json_response({"success": False, "error": "unauthorized"}, 401)
        body: dict[str, object] = {"status": "error", "error": code, "message": reason}
        if details is not None:
            body["details"] = details
        return json_response(body if self.minor < (7, 2) else {"success": False, **body}, 401)

    def unlicensed(self) -> Response:
        """The module is not licensed: no route up to 7.5, 400 later."""
        if self.drops_unlicensed_routes:
            return web_page()
        return failure("This is an enterprise feature [error-action-not-allowed]", "error-action-not-allowed")

    def unknown_path(self) -> Response:
        """No such route: the web application up to 7.5, a plain 404 later."""
        if self.drops_unlicensed_routes:
            return web_page()
        return Response(404, b"404 Not Found", "text/plain; charset=UTF-8")

    def wrong_method(self) -> Response:
        """The route exists for another method."""
        if self.drops_unlicensed_routes:
            return json_response({"status": "error", "message": "API endpoint does not exist"}, 405)
        return self.unknown_path()


def failure(error: str, error_type: str | None = None, status: int = 400) -> Response:
    """A refusal with its text, and its type where it has one."""
    body: dict[str, object] = {"success": False, "error": error}
    return json_response(body if error_type is None else {**body, "errorType": error_type}, status)


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

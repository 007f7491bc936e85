"""Faults that a test queues: what goes wrong between a client and a real workspace."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, get_args

from engagement.demo.limiter import INTERVAL_SECONDS, Allowance
from engagement.demo.responses import Dialect, Response, internal_error, too_many_requests, web_page
from engagement.demo.tampering import Tampering

FAR_SECONDS = 86_400.0
Named = Literal[
    "401",  # signed out
    "403",  # no permission
    "404",
    "429",  # the limit is used up for a minute
    "429-past",  # the announced reset lies a minute back
    "429-far",  # the announced reset is a day away
    "500",
    "502",  # the page of a proxy that does not reach the workspace
    "gate-401",  # something in front of the workspace wants basic authentication
    "gate-403",  # something in front of the workspace lets nobody through
    "html",  # a web page with status 200
    "nonsense",  # JSON that answers something else
    "garbage",  # JSON that breaks off
    "cut",  # the honest answer, whose connection breaks halfway
    "hang",  # nothing until the server is stopped
]
Fault = Named | Tampering


@dataclass
class _Queued:
    end: str
    fault: Fault
    left: int | None
    after: int


class Faults:
    """Faults by the end of a path; a call meets the first one that waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queued: list[_Queued] = []

    def queue(self, path: str, fault: Fault, times: int | None = 1, after: int = 0) -> None:
        """The next ``times`` calls (None: all) of a path with this end meet ``fault``, once ``after`` calls went well.

        A fault is one of the names, or what changes the body of the honest answer (see ``tampering``). Raises
        ValueError for an unknown name.
        """
        if not callable(fault) and fault not in get_args(Named):
            raise ValueError(f"There is no fault called {fault!r}; choose one of {', '.join(get_args(Named))}.")
        with self._lock:
            self._queued.append(_Queued(path, fault, times, after))

    def take(self, path: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            for queued in self._queued:
                if not path.endswith(queued.end):
                    continue
                if queued.after:
                    queued.after -= 1
                    continue
                if queued.left is not None:
                    queued.left -= 1
                    self._queued = [other for other in self._queued if other.left != 0]
                return queued.fault
        return None

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._queued.clear()


def response_of(fault: Fault | None, dialect: Dialect, limit: int, now: float) -> Response | None:
    """What a call that meets ``fault`` is answered; None where the honest answer is made all the same."""
    match fault:
        case "401":
            return dialect.login_needed()
        case "403":
            return dialect.no_permission()
        case "404":
            return Response(404, b"404 Not Found", "text/plain; charset=UTF-8")
        case "429":
            return _limited(limit, now, INTERVAL_SECONDS)
        case "429-past":
            return _limited(limit, now, -INTERVAL_SECONDS)
        case "429-far":
            return _limited(limit, now, FAR_SECONDS)
        case "500" | "hang":
            return internal_error()
        case "502":
            return _page(502, "502 Bad Gateway")
        case "gate-401":
            wanted = {"WWW-Authenticate": 'Basic realm="Restricted"'}
            return _page(401, "401 Authorization Required").with_headers(wanted)
        case "gate-403":
            return _page(403, "403 Forbidden")
        case "html":
            return web_page()
        case "nonsense":
            return Response(200, b'{"weather":"fine"}')
        case "garbage":
            return Response(200, b'{"channels":[{"room":{"_id":')
        case _:
            return None


def _limited(limit: int, now: float, seconds: float) -> Response:
    headers = Allowance(False, limit, 0, now + seconds).headers()
    return too_many_requests(max(round(seconds), 0)).with_headers(headers)


def _page(status: int, title: str) -> Response:
    """What a proxy in front of the workspace says."""
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    return Response(status, page.encode(), "text/html")

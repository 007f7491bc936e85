"""Faults that a test queues: what goes wrong between a client and a real workspace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from starlette.responses import JSONResponse, Response

from engagement.demo.limiter import INTERVAL_SECONDS, Allowance
from engagement.demo.responses import Dialect, internal_error, no_permission, not_found, too_many_requests, web_page
from engagement.demo.tampering import Tampering

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


def _page(title: str, headers: Mapping[str, str]) -> Response:
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    return Response(page, int(title[:3]), {"content-type": "text/html", **headers})


# In how many seconds the limit of calls says that it counts anew.
_RESETS: Mapping[str, float] = {"429": INTERVAL_SECONDS, "429-past": -INTERVAL_SECONDS, "429-far": 86_400.0}
# What is the same in every release.
_SAID: Mapping[str, Callable[[], Response]] = {
    "403": no_permission,
    "404": not_found,
    "500": internal_error,
    "502": partial(_page, "502 Bad Gateway", {}),
    "gate-401": partial(_page, "401 Authorization Required", {"WWW-Authenticate": 'Basic realm="Restricted"'}),
    "gate-403": partial(_page, "403 Forbidden", {}),
    "html": web_page,
    "nonsense": partial(JSONResponse, {"weather": "fine"}),
    "garbage": partial(Response, '{"channels":[{"room":{"_id":', media_type="application/json"),
    "hang": internal_error,
}


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
    if not isinstance(fault, str):
        return None
    if fault == "401":
        return dialect.login_needed()
    if fault in _RESETS:
        answer = too_many_requests(max(round(_RESETS[fault]), 0))
        answer.headers.update(Allowance(False, limit, 0, now + _RESETS[fault]).headers())
        return answer
    return _SAID[fault]() if fault in _SAID else None

"""What the server holds when many look at the same view: so many tabs over websockets, here and on a plain page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager

import requests

from benchmarks.soak.machines import held
from benchmarks.speed.figures import Measured, megabytes
from benchmarks.speed.site import Site
from benchmarks.speed.table import PLAIN
from tests.support.dashboard import Dashboard
from tests.support.screen import Screen, signed_in

MOST = 1.3
TABS = (1, 10, 30)
PAUSE, SETTLES = 0.5, 300.0
# Whatever is being worked on in a moment comes on top of what is held, so of some looks the least counts.
LOOKS = 5


def measure(site: Site) -> Iterator[Measured]:
    """Once: the same server with more and more tabs of the overview, each with a session of its own."""
    with ExitStack() as stack:
        ours, plain = site.fresh_dashboard(stack), site.fresh_plain(stack)
        here = _held(stack, ours, lambda: visitor(ours.url, "admin"))
        there = _held(stack, plain, lambda: closing(Screen(plain.url, {})))
    for tabs in TABS:
        most = MOST if tabs == TABS[-1] else None
        what = f"memory of the server, {tabs} session{'s' if tabs > 1 else ''}"
        yield Measured(what, site.rooms, here[tabs], megabytes, PLAIN, there[tabs], most=most, grows=tabs == TABS[-1])
    ours_more, plain_more = ((of[TABS[-1]] - of[TABS[0]]) / (TABS[-1] - TABS[0]) for of in (here, there))
    yield Measured("memory of a further session", site.rooms, ours_more, megabytes, PLAIN, plain_more)


def _held(stack: ExitStack, server: Dashboard, visit: Callable[[], AbstractContextManager[Screen]]) -> dict[int, float]:
    """Bytes of memory by the number of tabs."""
    found: dict[int, float] = {}
    for number in range(1, TABS[-1] + 1):
        drawn(stack.enter_context(visit()))
        if number in TABS:
            found[number] = 2**20 * min(_look(server) for _ in range(LOOKS))
    return found


def _look(server: Dashboard) -> float:
    time.sleep(PAUSE)
    return held(server.pid).memory


@contextmanager
def visitor(url: str, user: str) -> Iterator[Screen]:
    """Somebody who has just signed in."""
    with requests.Session() as browser, closing(signed_in(url, user, browser)) as screen:
        yield screen


def drawn(screen: Screen) -> None:
    """Waits as an open page does until everything is drawn. Raises TimeoutError."""
    ends = time.monotonic() + SETTLES
    screen.run()
    while screen.reading or not any(True for _ in screen.each("metric")):
        if time.monotonic() > ends:
            raise TimeoutError("the overview is not drawn")
        time.sleep(PAUSE)
        screen.run()

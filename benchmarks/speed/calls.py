"""How many requests a visit costs the workspace, and how long a new period takes where ten a minute are allowed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from statistics import median

import requests

from benchmarks.speed.figures import Measured, number, seconds
from benchmarks.speed.processes import python, surroundings
from benchmarks.speed.sessions import drawn
from benchmarks.speed.site import Site
from engagement.demo import DemoServer, Options
from tests.support.dashboard import Dashboard
from tests.support.screen import Screen, signed_in

# Polling and drawing come on top of the calls, and not always alike.
MOST = 1.1
# Nobody asks for anything any more when nothing was asked for so long.
QUIET = 4.0
LONGEST = 400.0
LIMIT = 10
NEW = ("Last 30 days", "Last full month", "Last 90 days")
KEPT = "Last 4 full weeks"
ARRIVING, AHEAD = "52", "13"


def measure(site: Site) -> Iterator[Measured]:
    """With a workspace in this process, which counts what arrives, its own work included in no figure but seconds."""
    yield from _visits(site)
    yield from _limited(site)


def _visits(site: Site) -> Iterator[Measured]:
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=site.rooms, rate_limit=0)))
        dashboard = stack.enter_context(Dashboard(site.folder(), ENGAGEMENT_WORKSPACE_URL=server.url))

        def counted(what: str, period: str = "") -> Measured:
            """The requests of a sign-in and the overview, or of a change of period in the same tab."""
            before = len(server.calls)
            screen = stack.enter_context(_visitor(dashboard.url, "admin")) if not period else screens[-1]
            screens.append(screen)
            if period:
                screen.choose(period=period)
            drawn(screen)
            _at_rest(server)
            return Measured(f"calls of {what}", site.rooms, len(server.calls) - before, number)

        screens: list[Screen] = []
        yield counted("a first visit, sign-in included")
        yield counted("a second person, sign-in included")
        yield counted("a new period", NEW[0])
        yield counted("a period of weeks that are kept", KEPT)
        yield counted("a period seen before", NEW[0])
        dashboard.restart()
        yield counted("a visit after a restart, sign-in included")


def _limited(site: Site) -> Iterator[Measured]:
    """A dashboard in which 52 weeks are being read beside one in which they are not, over workspaces of their own."""
    with ThreadPoolExecutor(2) as both:
        alone, beside = both.map(lambda arriving: _waits(site, arriving=arriving), (False, True))
    floor = "the same with nothing else being read"
    new, new_alone = (median(waits[period] for period in NEW) for waits in (beside, alone))
    what = f"new period at {LIMIT} calls a minute while {ARRIVING} weeks arrive, median of {len(NEW)}"
    yield Measured(what, site.rooms, new, seconds, floor, new_alone, most=MOST)
    what = f"period of kept weeks at {LIMIT} calls a minute while {ARRIVING} weeks arrive, once"
    yield Measured(what, site.rooms, beside[KEPT], seconds, floor, alone[KEPT], most=MOST)


def _waits(site: Site, *, arriving: bool) -> dict[str, float]:
    """Seconds until the figures of each period are there, for somebody whom the limit holds for."""
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=site.rooms, rate_limit=LIMIT)))
        home = site.folder()
        # The weeks of verdicts are there, read by somebody whom no limit holds back.
        account = {"ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER": "admin", "ROCKETCHAT_PASSWORD": "admin"}
        words = ("-m", "engagement", "sync", "--weeks", AHEAD, "--quiet")
        python(*words, environ=surroundings(home, **account), out=site.folder() / "out")
        dashboard = stack.enter_context(Dashboard(home, ENGAGEMENT_WORKSPACE_URL=server.url))
        screen = stack.enter_context(_visitor(dashboard.url, "manager"))
        drawn(screen)
        if arriving:
            screen.go("trends")
            screen.run()
            screen.choose(weeks=[ARRIVING])
            screen.run()
            screen.go("")
        return {period: _wait(screen, period) for period in (*NEW, KEPT)}


def _wait(screen: Screen, period: str) -> float:
    screen.choose(period=period)
    begun = time.monotonic()
    screen.run(seconds=LONGEST)
    while not any(True for _ in screen.each("metric")):
        if time.monotonic() > begun + LONGEST:
            raise TimeoutError(f"no figures of {period}")
        time.sleep(0.2)
        screen.run(seconds=LONGEST)
    return time.monotonic() - begun


@contextmanager
def _visitor(url: str, user: str) -> Iterator[Screen]:
    """Somebody who has just signed in."""
    with requests.Session() as browser:
        screen = signed_in(url, user, browser)
    try:
        yield screen
    finally:
        screen.close()


def _at_rest(server: DemoServer) -> None:
    asked, since = len(server.calls), time.monotonic()
    while time.monotonic() < since + QUIET:
        time.sleep(0.2)
        if len(server.calls) != asked:
            asked, since = len(server.calls), time.monotonic()

"""How many requests a visit costs the workspace, and how long a new period takes where ten a minute are allowed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

from benchmarks.speed.figures import Measured, number, seconds
from benchmarks.speed.peers.question import LISTS
from benchmarks.speed.processes import python, surroundings
from benchmarks.speed.sessions import drawn, visitor
from benchmarks.speed.site import Site
from engagement.demo import DemoServer, Options
from engagement.numbers.weeks import SIGNAL_WEEKS
from tests.support.dashboard import Dashboard
from tests.support.demo_tools import CHANNELS, WEEK, Caller
from tests.support.screen import Screen

# Polling and drawing come on top of the calls, and not always alike.
MOST = 1.1
# What is looked at once every fifth of a second, and takes no longer itself.
ONCE = 2.0
# Nobody asks for anything any more when nothing was asked for so long.
QUIET = 4.0
LONGEST = 400.0
LIMIT = 10
NEW = ("Last 30 days", "Last full month", "Last 90 days")
KEPT = "Last 4 full weeks"
ARRIVING, AHEAD = "52", str(SIGNAL_WEEKS)
# An admission is renewed when it is nearly four minutes old.
PEOPLE, RENEWED = 10, 230.0
# The workspace whose days are read.
DAYS_OF = 5_000


def measure(site: Site) -> Iterator[Measured]:
    """With workspaces in this process, which count what arrives. What takes minutes of waiting waits together."""
    yield from _commands(site)
    yield from _visits(site)
    with ThreadPoolExecutor(4) as together:
        renewals, days = together.submit(_renewals, site), together.submit(_days, site)
        alone, beside = together.map(lambda arriving: _waits(site, arriving=arriving), (False, True))
        yield from _limited(site, alone, beside)
        yield renewals.result()
        yield from days.result()


def _commands(site: Site) -> Iterator[Measured]:
    """Of the command line, the first time and when everything about the workspace is known."""
    with DemoServer(Options(rooms=site.rooms, rate_limit=0)) as server:
        environ = surroundings(site.folder(), **_account(server))
        for what in ("calls of channels", "calls of channels, again the same day"):
            before = len(server.calls)
            python("-m", "engagement", "channels", environ=environ, out=site.folder() / "out")
            yield Measured(what, site.rooms, len(server.calls) - before, number, "lists that are needed", len(LISTS))


def _visits(site: Site) -> Iterator[Measured]:
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=site.rooms, rate_limit=0)))
        dashboard = stack.enter_context(Dashboard(site.folder(), ENGAGEMENT_WORKSPACE_URL=server.url))

        def counted(what: str, period: str = "") -> Measured:
            """The requests of a sign-in and the overview, or of a change of period in the same tab."""
            before = len(server.calls)
            screen = stack.enter_context(visitor(dashboard.url, "admin")) if not period else screens[-1]
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


def _limited(site: Site, alone: Mapping[str, float], beside: Mapping[str, float]) -> Iterator[Measured]:
    """Seconds of each period alone, and while weeks are read beside it."""
    floor = "the same with nothing else being read"
    new, new_alone = (median(waits[period] for period in NEW) for waits in (beside, alone))
    what = f"new period at {LIMIT} calls a minute while {ARRIVING} weeks arrive, median of {len(NEW)}"
    yield Measured(what, site.rooms, new, seconds, floor, new_alone, most=MOST)
    what = f"period of kept weeks while {ARRIVING} weeks arrive and others have used {LIMIT} calls a minute up, once"
    yield Measured(what, site.rooms, beside[KEPT], seconds, "a new period, nobody waiting", new_alone, most=ONCE)


def _waits(site: Site, *, arriving: bool) -> dict[str, float]:
    """Seconds until the figures of each period are there, for somebody whom the limit holds for."""
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=site.rooms, rate_limit=LIMIT)))
        home = site.folder()
        # The weeks of signals are there, read by somebody whom no limit holds back.
        words = ("-m", "engagement", "sync", "--weeks", AHEAD, "--quiet")
        python(*words, environ=surroundings(home, **_account(server)), out=site.folder() / "out")
        dashboard = stack.enter_context(Dashboard(home, ENGAGEMENT_WORKSPACE_URL=server.url))
        screen = stack.enter_context(visitor(dashboard.url, "manager"))
        drawn(screen)
        if arriving:
            screen.go("trends")
            screen.run()
            screen.choose(weeks=[ARRIVING])
            screen.run()
            screen.go("")
        waits = {period: _wait(screen, period) for period in NEW}
        # Whatever has to be asked for takes most of a minute from here.
        others = Caller(server, "manager")
        while others.get(CHANNELS, **WEEK).ok:
            pass
        return waits | {KEPT: _wait(screen, KEPT)}


def _renewals(site: Site) -> Measured:
    """What it costs that some people look again minutes later, on the route that is asked most."""
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=site.rooms, rate_limit=0)))
        dashboard = stack.enter_context(Dashboard(site.folder(), ENGAGEMENT_WORKSPACE_URL=server.url))
        tabs = [stack.enter_context(visitor(dashboard.url, "manager")) for _ in range(PEOPLE)]
        for tab in tabs:
            drawn(tab)
        time.sleep(RENEWED)
        server.calls.clear()
        for tab in tabs:
            tab.run()
        _at_rest(server)
        most = max(Counter(path for _, path, _ in server.calls).values(), default=0)
    what = f"calls on the busiest route for a renewal, mean of {PEOPLE} people"
    return Measured(what, site.rooms, most / PEOPLE, "{:.1f}".format, bound=1)


def _days(site: Site) -> list[Measured]:
    """Seconds to the figures and to the days of a week for somebody whom the limit holds for, where nothing is kept;
    and how many days a second visit asks for.
    """
    with ExitStack() as stack:
        server = stack.enter_context(DemoServer(Options(rooms=DAYS_OF, rate_limit=LIMIT)))
        dashboard = stack.enter_context(Dashboard(site.folder(), ENGAGEMENT_WORKSPACE_URL=server.url))
        begun = time.monotonic()
        screen = stack.enter_context(visitor(dashboard.url, "manager"))
        while not any(True for _ in screen.each("metric")):
            screen.run(seconds=LONGEST)
        usable = time.monotonic() - begun
        while (
            not (chart := screen.charts().get("messages_per_day", {"data": []}))["data"]
            or None in chart["data"][0]["y"]
        ):
            if time.monotonic() > begun + LONGEST:
                raise TimeoutError("no days")
            time.sleep(0.2)
            screen.run(seconds=LONGEST)
        there = time.monotonic() - begun
        while len(_single_days(server)) < 2 * len(chart["data"][0]["y"]):
            if time.monotonic() > begun + LONGEST:
                raise TimeoutError("no days before")
            time.sleep(1)
            screen.run(seconds=LONGEST)
        dashboard.restart()
        before = len(_single_days(server))
        drawn(stack.enter_context(visitor(dashboard.url, "manager")))
        _at_rest(server)
        again = len(_single_days(server)) - before
    what = f"at {LIMIT} calls a minute, nothing kept"
    return [
        Measured(f"figures of a first visit {what}", DAYS_OF, usable, seconds),
        Measured(f"days of the week of a first visit {what}", DAYS_OF, there, seconds, bound=60),
        Measured("calls for days on a second visit after a restart", DAYS_OF, again, number, bound=0),
    ]


def _single_days(server: DemoServer) -> list[str]:
    """The days that were asked for by themselves."""
    calls = [query for _, path, query in server.calls if path.endswith(CHANNELS)]
    return [query["start"] for query in calls if query["start"] == query["end"] and query["offset"] == "0"]


def _account(server: DemoServer) -> dict[str, str]:
    return {"ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER": "admin", "ROCKETCHAT_PASSWORD": "admin"}


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


def _at_rest(server: DemoServer) -> None:
    asked, since = len(server.calls), time.monotonic()
    while time.monotonic() < since + QUIET:
        time.sleep(0.2)
        if len(server.calls) != asked:
            asked, since = len(server.calls), time.monotonic()

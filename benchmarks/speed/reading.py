"""Every room of a week as JSON, as a whole process, against the least that the question needs and against others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.speed.figures import Measured, alternating, megabytes, number, seconds
from benchmarks.speed.processes import Used, python, surroundings
from benchmarks.speed.site import Site

MOST = 1.5
# What is asked for in pages of fifty takes a minute for so many rooms, and does so each time.
ONCE_FROM = 50_000
MINIMUM, PAGES, LIBRARY = "bare minimum", "loop over pages of 50", "rocketchat_API"
PEERS = {MINIMUM: "minimum", PAGES: "pages", LIBRARY: "library"}


def measure(site: Site) -> Iterator[Measured]:
    """``channels --format json``: with what is kept of the workspace, and in an empty home."""
    kept, out = site.folder(), site.folder() / "out"
    workspace = site.workspace

    def ours(home: Callable[[], Path]) -> Used:
        environ = surroundings(home(), **workspace.environ)
        return python("-m", "engagement", "channels", "--format", "json", environ=environ, out=out)

    def peer(module: str) -> Used:
        environ = surroundings(kept, **workspace.environ)
        return python("-m", f"benchmarks.speed.peers.{module}", environ=environ, out=site.folder() / "out")

    received = len(json.loads(ours(lambda: kept).printed.read_text())["rooms"])
    things = {"again": lambda: ours(lambda: kept), "first": lambda: ours(site.folder)}
    things |= {name: lambda module=module: peer(module) for name, module in PEERS.items()}
    few = {PAGES: 1, LIBRARY: 1} if site.rooms >= ONCE_FROM else {}
    used = alternating(things, site.runs, few)
    yield from _rows(site.rooms, used, received)


def _rows(rooms: int, used: dict[str, list[Used]], received: int) -> Iterator[Measured]:
    time = {name: median(one.seconds for one in ones) for name, ones in used.items()}
    memory = {name: median(one.memory for one in ones) for name, ones in used.items()}
    budget = MOST if rooms >= 1_000 else None
    yield Measured("time", rooms, time["again"], seconds, MINIMUM, time[MINIMUM], most=budget, grows=True)
    yield Measured("memory", rooms, memory["again"], megabytes, MINIMUM, memory[MINIMUM], most=budget, grows=True)
    yield Measured("time, nothing kept yet", rooms, time["first"], seconds, MINIMUM, time[MINIMUM])
    for name in (PAGES, LIBRARY):
        yield Measured("time", rooms, time["again"], seconds, name, time[name])
        yield Measured("memory", rooms, memory["again"], megabytes, name, memory[name])
        theirs = int(used[name][0].printed.read_text())
        yield Measured("rooms received", rooms, received, number, name, theirs)

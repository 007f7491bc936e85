"""Every room of a week as JSON, as a whole process, against the least that the question needs and against others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.speed.figures import Measured, alternating, megabytes, number, seconds
from benchmarks.speed.processes import Used, Workspace, python, surroundings, workspace
from benchmarks.speed.site import LARGE, Site

MOST = 1.5
# Below, the workspace can also be asked for rooms with equal names and counts in no order, as a real one gives them.
SHUFFLED_BELOW = 5_000
MINIMUM, PAGES, LIBRARY = "bare minimum", "loop over pages of 50", "rocketchat_API"
PEERS = {MINIMUM: "minimum", PAGES: "pages", LIBRARY: "library"}


def measure(site: Site) -> Iterator[Measured]:
    """``channels --format json``: with what is kept of the workspace, and in an empty home."""
    kept = site.folder()
    things = {"again": partial(_ours, site, site.workspace, kept), "first": lambda: _ours(site, site.workspace)}
    things |= {name: partial(_peer, site, site.workspace, name) for name in PEERS}
    things["again"]()
    # Pages of fifty take a minute for so many rooms, and do so each time.
    few = {PAGES: 1, LIBRARY: 1} if site.rooms >= LARGE else {}
    used = alternating(things, site.runs, few)
    yield from _rows(site.rooms, used)
    yield from _received(site.rooms, "", {name: ones[0] for name, ones in used.items()})
    if site.rooms < SHUFFLED_BELOW:
        with workspace(site.rooms, site.folder(), "--shuffle-ties") as shuffled:
            once = {name: _peer(site, shuffled, name) for name in PEERS}
            yield from _received(site.rooms, ", ties in no order", {"again": _ours(site, shuffled), **once})


def _ours(site: Site, of: Workspace, home: Path | None = None) -> Used:
    environ = surroundings(home or site.folder(), **of.environ)
    return python("-m", "engagement", "channels", "--format", "json", environ=environ, out=site.folder() / "out")


def _peer(site: Site, of: Workspace, name: str) -> Used:
    environ = surroundings(site.folder(), **of.environ)
    return python("-m", f"benchmarks.speed.peers.{PEERS[name]}", environ=environ, out=site.folder() / "out")


def _received(rooms: int, how: str, used: Mapping[str, Used]) -> Iterator[Measured]:
    """Rooms of the week that each received, of those that there were."""
    here = len(json.loads(used["again"].printed.read_text())["rooms"])
    there = {name: int(used[name].printed.read_text()) for name in PEERS}
    what = f"rooms received of {number(there[MINIMUM])}{how}"
    for name in (PAGES, LIBRARY):
        yield Measured(what, rooms, here, number, name, there[name])


def _rows(rooms: int, used: Mapping[str, list[Used]]) -> Iterator[Measured]:
    time = {name: median(one.seconds for one in ones) for name, ones in used.items()}
    memory = {name: median(one.memory for one in ones) for name, ones in used.items()}
    budget = MOST if rooms >= 1_000 else None
    yield Measured("time", rooms, time["again"], seconds, MINIMUM, time[MINIMUM], most=budget, grows=True)
    yield Measured("memory", rooms, memory["again"], megabytes, MINIMUM, memory[MINIMUM], most=budget, grows=True)
    yield Measured("time, nothing kept yet", rooms, time["first"], seconds, MINIMUM, time[MINIMUM])
    for name in (PAGES, LIBRARY):
        yield Measured("time", rooms, time["again"], seconds, name, time[name])
        yield Measured("memory", rooms, memory["again"], megabytes, name, memory[name])

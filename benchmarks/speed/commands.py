"""What a command line answers without a workspace, against the import of the library that calls one."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.speed.figures import Measured, alternating, seconds
from benchmarks.speed.processes import Used, python, surroundings
from benchmarks.speed.site import Site

MOST = 1.5
LEAST_RUNS = 9
FLOOR = "import requests"
# The words of each, and the status it ends with.
ASKED = {
    "--help": (("--help",), 0),
    "channels --help": (("channels", "--help"), 0),
    "a word that is no command": (("chanels",), 2),
    "a period that there is not": (("channels", "--period", "last-century"), 2),
}


def measure(site: Site) -> Iterator[Measured]:
    """Seconds of computing, which other processes disturb less than those of the clock."""
    environ, out = surroundings(site.folder()), site.folder() / "out"

    def ours(words: tuple[str, ...], status: int) -> Used:
        return python("-m", "engagement", *words, environ=environ, out=out, status=status)

    things = {what: lambda asked=asked: ours(*asked) for what, asked in ASKED.items()}
    things[FLOOR] = lambda: python("-c", "import requests", environ=environ, out=out)
    used = alternating(things, max(site.runs, LEAST_RUNS))
    user = {what: median(one.user for one in ones) for what, ones in used.items()}
    for what in ASKED:
        yield Measured(what, None, user[what], seconds, FLOOR, user[FLOOR], most=MOST)

"""The parts of the benchmark over the sizes, each in its place; what fails costs its own rows."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.speed.figures import Measured, growths
from benchmarks.speed.site import Site
from benchmarks.speed.table import PARTS, Row, failed
from tests.support import browser

# The sizes at which a part is measured, where it is not each: the number of rooms plays no part there.
ALONE = {"commands": 20, "calls": 1_000}
VERSIONS = ("streamlit", "plotly", "pandas", "requests", "SQLAlchemy", "playwright")


@dataclass
class Result:
    """The rows of each part, and what is to be said of the run."""

    run: str
    machine: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def bench(parts: Sequence[str], sizes: Sequence[int], runs: int, minutes: float) -> Result:
    """Measures; what has not begun after ``minutes`` is left out, and says so in its rows."""
    began, measured = time.monotonic(), {part: list[Measured]() for part in parts}
    result = Result(f"{datetime.now(UTC):%d %b %Y %H:%M}", "", {part: [] for part in parts})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="speed-", ignore_cleanup_errors=True)))
        opened = OneBrowser(stack)
        for rooms, here in _order(parts, sizes):
            with ExitStack() as of_size:
                site = Site(rooms, runs, folder, of_size, opened)
                for part in here:
                    shown = None if part in ALONE else rooms
                    if time.monotonic() - began > 60 * minutes:
                        result.rows[part].append(failed(shown, f"not begun within {minutes:g} minutes", result.run))
                        continue
                    begun = time.monotonic()
                    try:
                        found = list(importlib.import_module(f"benchmarks.speed.{part}").measure(site))
                    except Exception as error:
                        why = f"{type(error).__name__}: {error}"
                        result.failures.append(f"{part}, {rooms:,} rooms: {why}")
                        result.rows[part].append(failed(shown, why, result.run))
                        continue
                    measured[part] += found
                    result.rows[part] += [one.row(result.run) for one in found]
                    _say(f"{part}, {rooms:,} rooms: {time.monotonic() - begun:.0f} s")
        result.machine = machine(runs) + opened.version
    for part, ones in measured.items():
        result.rows[part] += growths(ones, result.run)
    return result


def _order(parts: Sequence[str], sizes: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """The sizes from small to large, each with the parts that are measured at it."""
    alone = {ALONE[part] for part in parts if part in ALONE}
    for rooms in sorted({*sizes, *alone}):
        here = [part for part in PARTS if part in parts and ALONE.get(part, rooms) == rooms]
        yield rooms, [part for part in here if part in ALONE or rooms in sizes]


class OneBrowser:
    """A browser that is started when somebody needs it, and ended with ``stack``."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._opened = stack, list[Browser]()

    def __call__(self) -> Browser:
        if not self._opened:
            playwright = self._stack.enter_context(sync_playwright())
            self._opened.append(playwright.chromium.launch(executable_path=browser.executable()))
            self._stack.callback(self._opened[0].close)
        return self._opened[0]

    @property
    def version(self) -> str:
        """What a run says of it; nothing where it was not needed."""
        return f", Chromium {self._opened[0].version}" if self._opened else ""


def machine(runs: int) -> str:
    """What it was measured on, without a name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    cores, running = len(os.sched_getaffinity(0)), sys.version.split()[0]
    return f"medians of {runs}; {cores} cores, {memory:.0f} GiB of memory, Python {running}, {versions}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

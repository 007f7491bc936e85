"""What somebody with a browser waits for, here and on a plain page: the first picture, a click, another period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

from playwright.sync_api import Page

from benchmarks.speed.figures import Measured, alternating, seconds
from benchmarks.speed.site import Site
from benchmarks.speed.table import PLAIN
from benchmarks.speed.watch import SCREEN, choose, click, enter, picture, toggle, watched

CLICK = 1.3
# Of the first picture, up to so many rooms.
PICTURES = {1_000: 1.3, 100_000: 1.6}
SEEN = ("Last 4 full weeks", "Last full week")
NEW = ("Last 30 days", "Last 7 full days", "Last full month", "Last 90 days", "This week so far")


@dataclass(frozen=True)
class Look:
    """A page by its name, what it is called in an address, and how many charts and tiles it has when all are drawn."""

    name: str
    path: str
    charts: int
    tiles: int


OVERVIEW = Look("Overview", "", 4, 5)
TOP = Look("Top channels", "top_channels", 2, 0)
REPORT = Look("Report", "report", 4, 5)


def measure(site: Site) -> Iterator[Measured]:
    """Each in turns with the plain page; the report page, which has no like, with our own overview."""
    yield from _overview(site)
    yield from _against_plain(site, TOP)
    yield from _report(site)


def _overview(site: Site) -> Iterator[Measured]:
    yield from _against_plain(site, OVERVIEW)
    with tabs(site, OVERVIEW, OVERVIEW) as both:
        for tab in both:
            _through(tab, SEEN)
        here, there = _medians(site.few, *(partial(_through, tab, SEEN) for tab in both))
        what = "Overview, period seen before"
        yield Measured(what, site.rooms, max(here), seconds, PLAIN, max(there), most=CLICK, grows=True)
        # Each can be new but once.
        here, there = ([click(tab, choose(tab, one), told=True) for one in NEW] for tab in both)
        what = "Overview, new period, to its figures"
        yield Measured(what, site.rooms, median(here), seconds, PLAIN, median(there), grows=True)


def _against_plain(site: Site, look: Look) -> Iterator[Measured]:
    most = next((most for rooms, most in PICTURES.items() if site.rooms <= rooms), None)
    with tabs(site, look, look) as (ours, plain):
        both = (
            partial(_both, ours, f"{site.dashboard.url}/{look.path}"),
            partial(_both, plain, f"{site.plain.url}/{look.path}"),
        )
        here, there = _medians(site.few, *both)
    for what, place, budget in (("first picture", 0, most), ("click", 1, CLICK)):
        name = f"{look.name}, {what}"
        yield Measured(name, site.rooms, here[place], seconds, PLAIN, there[place], most=budget, grows=True)


def _report(site: Site) -> Iterator[Measured]:
    with tabs(site, REPORT) as (report,), tabs(site, OVERVIEW) as (overview,):
        both = (
            partial(_both, report, f"{site.dashboard.url}/{REPORT.path}"),
            partial(_both, overview, site.dashboard.url),
        )
        here, there = _medians(site.few, *both)
    for what, place in (("first picture", 0), ("click", 1)):
        yield Measured(f"Report, {what}", site.rooms, here[place], seconds, "Overview", there[place], most=1.0)


def _medians(runs: int, here: Callable[[], list[float]], there: Callable[[], list[float]]) -> list[list[float]]:
    """Of each of the values that both give, taken in turns."""
    given = alternating({"here": here, "there": there}, runs)
    return [[median(values) for values in zip(*ones, strict=True)] for ones in given.values()]


def _both(tab: Page, url: str) -> list[float]:
    """The first picture, and of a click there and back the slower one."""
    first = picture(tab, url)
    return [first, max(click(tab, toggle(tab, "Private")) for _ in range(2))]


def _through(tab: Page, periods: Sequence[str]) -> list[float]:
    return [click(tab, choose(tab, one)) for one in periods]


@contextmanager
def tabs(site: Site, ours: Look, plain: Look | None = None) -> Iterator[tuple[Page, ...]]:
    """A tab of the dashboard, signed in, and one of the plain page, in browsers that have seen what they show."""
    with ExitStack() as stack:
        opened = [_tab(site, stack, ours)]
        enter(opened[0], f"{site.dashboard.url}/{ours.path}")
        if plain is not None:
            opened.append(_tab(site, stack, plain))
            picture(opened[1], f"{site.plain.url}/{plain.path}")
        yield tuple(opened)


def _tab(site: Site, stack: ExitStack, look: Look) -> Page:
    context = site.browser.new_context(viewport=SCREEN)
    stack.callback(context.close)
    return watched(context, look.charts, look.tiles)

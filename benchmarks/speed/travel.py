"""How many bytes reach a browser: over the websocket for a picture and a click, over HTTP for the first visit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Request, StorageState, WebSocket

from benchmarks.speed.figures import Measured, kilobytes, megabytes
from benchmarks.speed.screens import OVERVIEW, REPORT, TOP, Look
from benchmarks.speed.site import Site
from benchmarks.speed.table import PLAIN
from benchmarks.speed.watch import SCREEN, click, enter, picture, toggle, watched

MOST = 300_000
HTTP = "HTTP of a first visit"
ALIKE = (OVERVIEW, TOP)
LOOKS = (
    OVERVIEW,
    TOP,
    Look("Inactive rooms", "inactive_rooms", 2, 0),
    Look("Week over week", "week_over_week", 2, 3),
    Look("Trends", "trends", 3, 0),
    REPORT,
)


@dataclass
class _Heard:
    """What a tab received since it was last asked."""

    frames: int = 0
    requests: list[Request] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """From now on."""
        page.on("websocket", self._connected)
        page.on("requestfinished", self._finished)

    def _connected(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        self.frames += len(frame)

    def _finished(self, request: Request) -> None:
        self.requests.append(request)

    def websocket(self) -> int:
        """Bytes of messages, before any compression."""
        heard, self.frames = self.frames, 0
        return heard

    def http(self) -> int:
        """Bytes of bodies, as they were sent."""
        heard, self.requests = self.requests, []
        return sum(request.sizes()["responseBodySize"] for request in heard)


def measure(site: Site) -> Iterator[Measured]:
    """Each page once: bytes do not vary. Of the plain page there are two."""
    with _context(site) as ours, _context(site) as plain:
        enter(watched(ours, OVERVIEW.charts, OVERVIEW.tiles), site.dashboard.url)
        for look in LOOKS:
            here = _bytes(site, ours, look, site.dashboard.url)
            there = _bytes(site, plain, look, site.plain.url) if look in ALIKE else None
            for what, value in here.items():
                unit, most = (megabytes, None) if what is HTTP else (kilobytes, MOST)
                floor = (PLAIN, there[what]) if there else ("", None)
                yield Measured(f"{look.name}, {what}", site.rooms, value, unit, *floor, bound=most)


def _bytes(site: Site, context: BrowserContext, look: Look, url: str) -> dict[str, int]:
    """Of the websocket for the first picture and a click; where there is a plain page, of HTTP for a first visit."""
    page, heard, address = watched(context, look.charts, look.tiles), _Heard(), f"{url}/{look.path}"
    # What tells of reading comes once, and not with every picture.
    picture(page, address)
    heard.listen(page)
    picture(page, address)
    found = {"websocket of the first picture": heard.websocket()}
    click(page, toggle(page, "Private"))
    found["websocket of a click"] = heard.websocket()
    page.close()
    if look in ALIKE:
        with _context(site, context.storage_state()) as fresh:
            page, heard = watched(fresh, look.charts, look.tiles), _Heard()
            heard.listen(page)
            picture(page, address)
            found[HTTP] = heard.http()
    return found


@contextmanager
def _context(site: Site, kept: StorageState | None = None) -> Iterator[BrowserContext]:
    """A browser that has nothing but these cookies."""
    context = site.browser.new_context(viewport=SCREEN, storage_state=kept)
    try:
        yield context
    finally:
        context.close()

"""How many bytes reach a browser: over the websocket for a picture and a click, over HTTP for the first visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, WebSocket

from benchmarks.speed.figures import Measured, kilobytes, megabytes
from benchmarks.speed.screens import OVERVIEW, REPORT, TOP, Look
from benchmarks.speed.site import Site
from benchmarks.speed.table import PLAIN
from benchmarks.speed.watch import SCREEN, click, enter, picture, toggle, watched

MOST = 300_000
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
    """Each page once: bytes do not vary."""
    for look in LOOKS:
        ours = _bytes(site, look, site.dashboard.url, user="admin")
        plain = _bytes(site, look, site.plain.url) if look in (OVERVIEW, TOP) else None
        for place, (what, most) in enumerate((("first picture", MOST), ("click", MOST), ("HTTP, nothing kept", None))):
            unit = kilobytes if most else megabytes
            there = None if plain is None else plain[place]
            named = f"{look.name}, {what}"
            yield Measured(named, site.rooms, ours[place], unit, PLAIN if plain else "", there, bound=most)


def _bytes(site: Site, look: Look, url: str, user: str = "") -> tuple[int, int, int]:
    """Of the websocket for the first picture and a click, and of HTTP for the first visit, in a browser of its own."""
    context = site.browser.new_context(viewport=SCREEN)
    try:
        page, heard = watched(context, look.charts, look.tiles), _Heard()
        address = f"{url}/{look.path}"
        if user:
            enter(page, address, user)
        # What tells of reading comes once, and not with every picture.
        picture(page, address)
        heard.listen(page)
        picture(page, address)
        first = heard.websocket()
        click(page, toggle(page, "Private"))
        pressed = heard.websocket()
        kept = context.storage_state()
    finally:
        context.close()
    fresh = site.browser.new_context(viewport=SCREEN, storage_state=kept)
    try:
        page, heard = watched(fresh, look.charts, look.tiles), _Heard()
        heard.listen(page)
        picture(page, address)
        return first, pressed, heard.http()
    finally:
        fresh.close()

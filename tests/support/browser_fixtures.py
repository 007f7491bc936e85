"""One browser for all tests of a process: two at a time cannot be driven from one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect, sync_playwright

from tests.support import browser
from tests.support.dashboard import Dashboard, drawn, explore, ready

# A page that is drawn beside other tests, which want the same processors, takes longer than the usual five seconds.
expect.set_options(timeout=30_000)

SCREEN: ViewportSize = {"width": 1400, "height": 900}
Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Pages of one profile share a process, which has the framework's scripts ready: the second one is drawn in half
        # the time.
        opened = playwright.chromium.launch(executable_path=browser.executable(), args=["--process-per-site"])
        yield opened
        opened.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of the test's own: no cookies, nothing cached."""
    opened = chromium.new_context()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard over the embedded demo workspace, for tests that leave nothing behind in it."""
    with Dashboard(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="session")
def known(demo_dashboard: Dashboard, chromium: Browser) -> StorageState:
    """What the browser of somebody keeps who is in the demo workspace already."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{demo_dashboard.url}/inactive_rooms")
    explore(ready(page))
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture(scope="session")
def profiles_of_the_known(chromium: Browser, known: StorageState) -> Iterator[Callable[..., BrowserContext]]:
    """The browser profile of somebody who need not sign in, one for all pages with the same options."""
    opened: dict[str, BrowserContext] = {}

    def profile(**options: Any) -> BrowserContext:
        name = repr(sorted(options.items()))
        if name not in opened:
            opened[name] = chromium.new_context(storage_state=known, **{"viewport": SCREEN, **options})
        return opened[name]

    yield profile
    for context in opened.values():
        context.close()


@pytest.fixture
def enter(demo_dashboard: Dashboard, profiles_of_the_known: Callable[..., BrowserContext]) -> Iterator[Enter]:
    """Opens a page of the demo workspace for somebody who need not sign in, in a browser with these options."""
    pages: list[Page] = []

    def enter(path: str = "", **options: Any) -> Page:
        pages.append(profiles_of_the_known(**options).new_page())
        pages[-1].goto(f"{demo_dashboard.url}/{path}")
        return drawn(pages[-1])

    yield enter
    for page in pages:
        page.close()

"""One browser for all tests of a process: two at a time cannot be driven from one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.support import browser

# A page that is drawn beside other tests, which want the same processors, takes longer than the usual five seconds.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser.executable())
        yield opened
        opened.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of the test's own: no cookies, nothing cached."""
    opened = chromium.new_context()
    yield opened
    opened.close()

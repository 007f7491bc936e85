"""Every page at every width, from a large screen to a small phone, in a workspace whose names are hard to draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from docs.pictures.camera import settled
from docs.pictures.scenes import NAMES, PAGES
from docs.pictures.stage import Stage
from tests.support.dashboard import explore, ready
from tests.support.widths import LOOK

pytestmark = pytest.mark.timeout(300)

# The half of 1440 and of 1280 are what a zoom of 200 % leaves of them.
WIDTHS = (1920, 1440, 1280, 1024, 768, 720, 640, 390, 360)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Page]:
    """In the browser of somebody who is in that workspace already."""
    with Stage(tmp_path_factory.mktemp("home"), NAMES) as dashboard:
        context = chromium.new_context(base_url=dashboard.url, reduced_motion="reduce")
        page = context.new_page()
        page.goto("/inactive_rooms")
        explore(ready(page))
        yield page
        context.close()


def test_every_page_has_room_for_all_its_words_and_marks_however_wide_the_screen_is(page: Page) -> None:
    faults: list[str] = []
    for name in PAGES:
        page.set_viewport_size(ViewportSize(width=WIDTHS[0], height=900))
        page.goto("/" if name == "overview" else f"/{name}")
        settled(page)
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size(ViewportSize(width=width, height=900))
            faults += [f"{name} at {width}: {told}" for told in page.evaluate(LOOK)]
    assert not faults, "\n".join(faults)

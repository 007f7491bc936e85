"""From a signal, a bar and a row to the page of a room and back, as a browser goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_fixtures import Enter
from tests.support.dashboard import by_menu, drawn, nothing_is_wrong

pytestmark = pytest.mark.timeout(300)

# The view travels along, and comes back with the browser's own button.
QUERY = "types=Channels&period=Last+4+full+weeks"


@pytest.fixture(params=[1400, 390])
def page(enter: Enter, request: pytest.FixtureRequest) -> Page:
    return enter(f"?{QUERY}", viewport={"width": request.param, "height": 900})


def there_and_back(page: Page, home: str, name: str) -> None:
    """The page of a room has its name, its title and the view; one step back is where the click was."""
    expect(page).to_have_url(re.compile(r"/room\?.*\broom=\w+"))
    assert "types=Channels" in page.url
    assert "period=Last+4+full+weeks" in page.url
    nothing_is_wrong(drawn(page))
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page).to_have_title(f"{name} · Channel Engagement")
    page.go_back()
    drawn(page)
    expect(page).to_have_url(home)


def test_from_a_signal_a_bar_and_a_row_to_the_room_and_back(page: Page) -> None:
    home = page.url
    link = page.locator(".look th a").first
    name = link.inner_text()
    link.click()
    there_and_back(page, home, name)
    # As often as one likes.
    for _ in range(2):
        name = first_bar(page)
        page.locator(".st-key-chart_top_rooms .bars .point path").first.click(force=True)
        there_and_back(page, home, name)
    if page.viewport_size and page.viewport_size["width"] < 768:
        page.get_by_role("button", name="Expand sidebar").click()
    by_menu(page, "Top channels")
    home, name = page.url, first_bar(page)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 110, "y": 38 + 17})
    there_and_back(page, home, name)


def first_bar(page: Page) -> str:
    """The name at the busiest bar, which the first row of the table has too."""
    return page.locator(".st-key-chart_top_rooms .annotation-text").first.text_content() or ""

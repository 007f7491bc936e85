"""The whole way without a pointer: in, a period, a filter, the numbers of a chart, a room, the worklist, a file.

The focus is seen wherever it stops on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard, drawn, nothing_is_wrong, ready
from tests.support.keyboard import choose, reach

pytestmark = pytest.mark.timeout(300)

TODAY = date(2026, 11, 22)
OLD = date(2024, 1, 2)


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    """A room that fell silent in the last full week after a year of messages, a busy one, and a room never used."""
    rooms = [RoomSpec(name, name=name, created=OLD) for name in ("busy", "fallen")]
    rooms.append(RoomSpec("never", name="never", created=OLD, owner="ada", last_message=None))
    days = [TODAY - timedelta(days=back) for back in range(1, 400)]
    counts = {"busy": dict.fromkeys(days, 9), "fallen": {day: 9 for day in days if day < date(2026, 11, 9)}}
    options = Options(today=TODAY, timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("home"), ENGAGEMENT_WORKSPACE_URL=workspace.url) as running:
        yield running


@pytest.fixture
def page(chromium: Browser, dashboard: Dashboard) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(dashboard.url)
    # Before its first run a page says that no run is going on; its style comes by a module that is fetched apart.
    expect(page.get_by_label("User name or e-mail")).to_be_visible()
    expect(page.locator("xpath=//style[contains(., '#2f7fc8')]")).not_to_have_count(0)
    yield ready(page)
    context.close()


def sign_in(page: Page) -> None:
    reach(page, "User name or e-mail")
    page.keyboard.type("manager")
    reach(page, "Password")
    page.keyboard.type("manager")
    reach(page, "Sign in")
    page.keyboard.press("Enter")
    drawn(page)


def test_the_whole_way_is_walked_by_the_keyboard_alone(page: Page) -> None:
    sign_in(page)
    # A period and a filter.
    reach(page, "Period")
    choose(page, "Last 4 full weeks")
    expect(page).to_have_url(re.compile(r"period=Last\+4\+full\+weeks"))
    drawn(page)
    reach(page, "Period", "Shift+Tab")
    choose(page, "Last full week")
    expect(page).not_to_have_url(re.compile("period="))
    drawn(page)
    reach(page, "Help for Room types")
    page.keyboard.press("Tab")
    reach(page, "Private", "ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("types=Channels(&|$)"))
    drawn(page)
    # The numbers of a chart, and a room.
    reach(page, "As a table")
    page.keyboard.press("Enter")
    expect(page.locator("details.numbers[open] table").first).to_be_visible()
    reach(page, "#fallen", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="#fallen", exact=True)).to_be_visible()
    drawn(page)
    # The worklist, and a file of it.
    reach(page, "Inactive rooms")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inactive rooms", exact=True)).to_be_visible()
    drawn(page)
    reach(page, "CANVAS")
    for key in ("ArrowDown", "Shift+Space"):
        page.keyboard.press(key)
    expect(page.get_by_text("1 room chosen")).to_be_visible()
    ready(page)
    reach(page, "Archive", "Shift+Tab")
    page.keyboard.press("Enter")
    reach(page, "Note for the archive: 1 room")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Noted for the archive: ")).to_be_visible()
    ready(page)
    reach(page, "Complete")
    page.keyboard.press("Tab")
    reach(page, "Worklist", "ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-csv_worklist")).to_be_visible()
    ready(page)
    reach(page, "CSV")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()[-1].startswith("#")
    nothing_is_wrong(page)

"""The worklist in a browser: rooms chosen in a table, decided about, seen by another person, as a file, and undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard, drawn, nothing_is_wrong, ready, sign_in

pytestmark = pytest.mark.timeout(300)

OLD = date(2024, 1, 2)
ROW = 35


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    """One busy room, and three in which nobody ever wrote, in this order."""
    rooms = [RoomSpec("busy-id", name="busy", created=OLD)]
    rooms += [RoomSpec(f"quiet-{n}", name=f"quiet-{n}", created=OLD, owner="ada", last_message=None) for n in range(3)]
    counts = {"busy-id": {date(2026, 11, day): 3 for day in range(1, 22)}}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("home"), ENGAGEMENT_WORKSPACE_URL=workspace.url) as running:
        yield running


@pytest.fixture(params=[("light", 1440, 900), ("dark", 390, 844)], ids=["light, wide", "dark, narrow"])
def profiles(request: pytest.FixtureRequest, chromium: Browser, dashboard: Dashboard) -> Iterator[dict[str, Page]]:
    """The list of inactive rooms, each in a browser profile of its own."""
    scheme, width, height = request.param
    size = {"width": width, "height": height}
    users = ("manager", "admin", "analyst")
    contexts = {user: chromium.new_context(color_scheme=scheme, viewport=size) for user in users}  # type: ignore[arg-type]
    yield {user: signed_in(context.new_page(), dashboard, user) for user, context in contexts.items()}
    for context in contexts.values():
        context.close()


def signed_in(page: Page, dashboard: Dashboard, user: str) -> Page:
    page.goto(f"{dashboard.url}/inactive_rooms")
    nothing_is_wrong(drawn(sign_in(page, user)))
    return page


def tick(page: Page, *rows: int) -> None:
    """Chooses rows of the table, which is a picture to the browser."""
    table = page.locator('[class*="st-key-table_"] canvas').first
    for number, row in enumerate(rows, start=1):
        table.scroll_into_view_if_needed()
        box = table.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 16, box["y"] + ROW * (row + 1) + ROW / 2)
        expect(page.get_by_text(f"{number} room{'s' * (number > 1)} chosen")).to_be_visible(timeout=30_000)
        # What can be done with them does not move the list under the pointer, and on a large screen is in sight.
        ready(page)
        assert table.bounding_box() == box
        if page.viewport_size and page.viewport_size["width"] > 768:
            expect(page.get_by_role("button", name="Archive", exact=True)).to_be_in_viewport()


def lists(page: Page, which: str) -> None:
    page.get_by_role("toolbar", name="List").or_(page.get_by_role("radiogroup", name="List")).get_by_text(which).click()
    ready(page)


def test_rooms_are_noted_for_the_archive_seen_by_the_other_as_a_file_and_undone(profiles: dict[str, Page]) -> None:
    page, second, analyst = profiles.values()
    tick(page, 0, 1)
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_label("Note").last.fill("owner asked")
    page.get_by_role("button", name="Note for the archive: 2 rooms").click()
    expect(page.get_by_text("Noted for the archive: 2 rooms.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("2 rooms chosen")).to_have_count(0)
    nothing_is_wrong(ready(page))

    lists(page, "Worklist")
    expect(page).to_have_url(re.compile("list=Worklist"), timeout=30_000)
    expect(page.locator(".st-key-csv_worklist")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[:2] for row in rows[-2:]] == [["#quiet-1", "Archive"], ["#quiet-0", "Archive"]]
    assert all("owner asked" in row for row in rows[-2:])

    second.goto(page.url)
    tick(drawn_list(second), 0)
    second.get_by_role("button", name="History").click()
    expect(second.get_by_text("manager: Archive (owner asked)").first).to_be_visible()

    analyst.goto(page.url)
    drawn(analyst)
    for word in ("Worklist", "Decided", "owner asked", "Take back"):
        expect(analyst.get_by_text(word)).to_have_count(0)

    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("what stood before stands again")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Nothing is decided yet")).to_be_visible(timeout=30_000)
    nothing_is_wrong(ready(page))


def drawn_list(page: Page) -> Page:
    """Waits until the list is there; that of the worklist has no charts above it."""
    expect(page.locator('[class*="st-key-table_"] canvas').first).to_be_visible(timeout=60_000)
    return ready(page)

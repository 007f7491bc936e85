"""The closed doors in a browser: every page works behind them, and none breaks the policy of what scripts may do."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engagement.demo import DemoServer, Options
from engagement.ui import runtime as runtimes
from tests.support.access_tools import PAGES, TODAY, signed_in
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard, drawn, explore, nothing_is_wrong, ready
from tests.support.faults import REFUSED, fault

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=3000, today=TODAY, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("home"), ENGAGEMENT_WORKSPACE_URL=workspace.url) as running:
        yield running


@pytest.fixture
def profile(dashboard: Dashboard, workspace: DemoServer, chromium: Browser) -> Iterator[BrowserContext]:
    """The browser of somebody who is signed in."""
    inside = runtimes.build({}, folder=dashboard.home / ".local" / "share" / "channel-engagement")
    cookie = {"name": "engagement_session", "value": signed_in(inside, workspace), "url": dashboard.url}
    inside.store.close()
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.add_cookies([cookie])  # type: ignore[list-item]
    yield context
    context.close()


def complaints(page: Page) -> list[str]:
    """What the browser will have said against the policy, from now on."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", note)
    return said


def settled(page: Page) -> Page:
    ready(page)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=60_000)
    nothing_is_wrong(ready(page))
    return page


def test_no_page_breaks_the_policy_and_each_comes_back_by_link_reload_and_the_back_button(
    dashboard: Dashboard, profile: BrowserContext
) -> None:
    page = profile.new_page()
    said = complaints(page)
    for name in PAGES:
        page.goto(f"{dashboard.url}/{name}")
        settled(page)
    page.reload()
    settled(page)
    page.go_back()
    settled(page)
    assert page.url.split("?")[0] == f"{dashboard.url}/{PAGES[-2]}"
    page.emulate_media(color_scheme="dark")
    page.goto(dashboard.url)
    settled(drawn(page))
    assert said == []


def test_signing_in_and_out_hands_the_cookie_over_within_the_policy(tmp_path: Path, context: BrowserContext) -> None:
    with Dashboard(tmp_path, base="engagement") as fresh:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{fresh.url}/")
        with page.expect_response("**/engagement/session/begin") as answered:
            explore(ready(page))
        assert answered.value.status == 204
        with page.expect_response("**/engagement/session/end") as answered:
            page.get_by_role("button", name="Sign out").click()
        assert answered.value.status == 204
        assert said == []


def test_a_long_table_comes_in_pieces_and_has_one_download_which_is_ours(
    dashboard: Dashboard, profile: BrowserContext
) -> None:
    page = profile.new_page()
    pieces: list[int] = []

    def note(frame: bytes | str) -> None:
        told = ForwardMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
        if told.backend_operation_response.HasField("dataframe_chunk"):
            pieces.append(told.backend_operation_response.dataframe_chunk.offset)

    page.on("websocket", lambda opened: opened.on("framereceived", note))
    page.goto(f"{dashboard.url}/inactive_rooms")
    settled(drawn(page))
    table = page.get_by_test_id("stDataFrame")
    table.hover()
    toolbar = table.get_by_role("button").evaluate_all("all => all.map(one => one.getAttribute('aria-label') || '')")
    assert not [name for name in toolbar if "ownload" in name or "CSV" in name], toolbar
    said = complaints(page)
    table.locator(".dvn-scroller").evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
    for _ in range(100):
        if pieces:
            break
        page.wait_for_timeout(50)
    assert max(pieces) > 500
    nothing_is_wrong(settled(page))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) > 1000
    assert said == []


@fault(
    "signed out in another tab",
    REFUSED,
    "the table is gone within seconds",
    kind="Sessions and ends",
    at="browser",
    seen="Inactive rooms",
)
def test_signing_out_empties_every_tab_at_once(dashboard: Dashboard, profile: BrowserContext) -> None:
    first, second = profile.new_page(), profile.new_page()
    for page in (first, second):
        page.goto(f"{dashboard.url}/inactive_rooms")
        settled(drawn(page))
    first.get_by_role("button", name="Sign out").click()
    # An open tab is looked at every ten seconds; the tabs of this process are closed at once.
    expect(second.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=8_000)
    expect(second.get_by_test_id("stDataFrame")).to_have_count(0)
    expect(first.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=30_000)
    nothing_is_wrong(second)

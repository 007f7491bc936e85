"""What only a browser shows: the way in, staying signed in, links, the back button, narrow windows, the dark theme."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from engagement.demo import DemoServer, Options
from tests.support.dashboard import Dashboard, drawn, explore, nothing_is_wrong, ready

pytestmark = pytest.mark.timeout(300)

PAGES = {
    "": "Overview",
    "top_channels": "Top channels",
    "inactive_rooms": "Inactive rooms",
    "week_over_week": "Week over week",
    "trends": "Trends",
}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    running = Dashboard(tmp_path_factory.mktemp("home")).start()
    yield running
    running.stop()


@pytest.fixture
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Page:
    return profile.new_page()


@pytest.mark.parametrize("path", ["week_over_week", "trends"])
def test_the_first_deep_link_of_a_fresh_server_shows_the_sign_in_and_then_that_page(
    path: str, tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    fresh = Dashboard(tmp_path_factory.mktemp("home")).start()
    try:
        page.goto(f"{fresh.url}/{path}")
        expect(page.get_by_role("heading", name="Channel Engagement")).to_be_visible(timeout=60_000)
        explore(page)
        expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible()
        nothing_is_wrong(page)
        assert page.url.split("?")[0] == f"{fresh.url}/{path}"
    finally:
        fresh.stop()


@pytest.mark.parametrize("path", list(PAGES))
def test_every_page_opens_from_its_link_and_asks_nobody_else(path: str, dashboard: Dashboard, page: Page) -> None:
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((dashboard.url, "data:", "blob:")):
            elsewhere.append(request.url)

    page.on("request", note)
    page.goto(f"{dashboard.url}/{path}")
    explore(ready(page))
    expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible()
    nothing_is_wrong(page)
    assert elsewhere == []


def test_a_refresh_a_second_tab_and_a_restart_ask_for_nothing(
    tmp_path_factory: pytest.TempPathFactory, profile: BrowserContext
) -> None:
    fresh = Dashboard(tmp_path_factory.mktemp("home")).start()
    try:
        page = profile.new_page()
        page.goto(fresh.url)
        explore(ready(page))
        page.reload()
        drawn(page)
        second = profile.new_page()
        second.goto(f"{fresh.url}/inactive_rooms")
        drawn(second)
        fresh.restart()
        third = profile.new_page()
        third.goto(f"{fresh.url}/top_channels")
        drawn(third)
        for one in (page, second, third):
            expect(one.get_by_role("button", name="Explore the demo workspace")).to_have_count(0)
    finally:
        fresh.stop()


def test_scripts_cannot_read_the_cookie(dashboard: Dashboard, page: Page, profile: BrowserContext) -> None:
    page.goto(dashboard.url)
    explore(ready(page))
    [cookie] = [c for c in profile.cookies() if c["name"] == "engagement_session"]
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"
    assert "engagement_session" not in page.evaluate("document.cookie")


def test_signing_out_ends_the_session_in_every_tab(dashboard: Dashboard, profile: BrowserContext) -> None:
    first, second = profile.new_page(), profile.new_page()
    first.goto(dashboard.url)
    explore(ready(first))
    second.goto(f"{dashboard.url}/trends")
    drawn(second)
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    # The other tab notices by itself.
    expect(second.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    expect(second.locator(".js-plotly-plot")).to_have_count(0)
    first.reload()
    expect(first.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)


def test_after_signing_out_the_browser_holds_no_cookie(
    dashboard: Dashboard, profile: BrowserContext, page: Page
) -> None:
    def names() -> list[str]:
        return [cookie["name"] for cookie in profile.cookies()]

    page.goto(dashboard.url)
    explore(ready(page))
    assert "engagement_session" in names()
    with page.expect_response("**/session/end") as answered:
        page.get_by_role("button", name="Sign out").click()
    assert answered.value.status == 204
    expect(page.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    assert "engagement_session" not in names()


def test_filters_go_into_the_link_and_the_back_button_goes_back(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.url)
    explore(ready(page))
    page.get_by_label("Period").click()
    page.get_by_role("option", name="Last 4 full weeks").click()
    expect(page).to_have_url(re.compile(r"period=Last\+4\+full\+weeks"))
    page.get_by_role("link", name="Top channels").click()
    expect(page.get_by_role("heading", name="Top channels", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"top_channels\?.*period=Last\+4\+full\+weeks"))
    drawn(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    expect(page.get_by_label("Period")).to_have_value("Last 4 full weeks")
    nothing_is_wrong(drawn(page))


def what_is_shown(page: Page) -> list[str]:
    """The header, the titles of the charts and the size of the table."""
    drawn(page)
    texts = [*page.get_by_role("heading", level=5).all_inner_texts()]
    texts.append(page.locator(".st-key-header p").first.inner_text().split(" · read ")[0])
    return texts


@pytest.mark.parametrize("fixed", [False, True], ids=["days that move along", "fixed days"])
def test_a_copied_link_shows_somebody_else_the_same_view(fixed: bool, dashboard: Dashboard, chromium: Browser) -> None:
    sender, reader = chromium.new_context(), chromium.new_context()
    try:
        page = sender.new_page()
        page.goto(f"{dashboard.url}/top_channels")
        explore(ready(page))
        page.get_by_label("Period").click()
        page.get_by_role("option", name="Last 30 days").click()
        expect(page).to_have_url(re.compile("period=Last"))
        page.get_by_role("button", name="Private").click()
        expect(page).to_have_url(re.compile("types=Channels"))
        page.get_by_role("textbox", name="Room name contains").fill("e")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("search=e"))
        drawn(page).get_by_role("radio", name="20").click()
        expect(page.get_by_text("Twenty of")).to_be_visible(timeout=30_000)
        shown = what_is_shown(page)
        page.get_by_role("button", name="Copy link to this view").click()
        links = page.locator(".stCode code")
        expect(links).to_have_count(2)
        link = links.nth(int(fixed)).inner_text().replace("\n", "")
        assert ("from=2" in link) is fixed
        assert "top=20" in link
        other = reader.new_page()
        other.goto(link)
        explore(ready(other))
        assert what_is_shown(other) == shown
        nothing_is_wrong(other)
    finally:
        sender.close()
        reader.close()


def test_a_broken_link_falls_back_to_the_usual_and_says_so(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.url}/top_channels?period=Last+decade&types=Bots&top=99")
    explore(ready(page))
    expect(page.get_by_text("This link asks for something unknown")).to_be_visible()
    expect(page.get_by_label("Period")).to_have_value("Last full week")
    page.get_by_role("button", name="All right").click()
    expect(page.get_by_text("This link asks for something unknown")).to_have_count(0)


def test_a_wrong_password_keeps_what_was_typed_except_the_password(dashboard: Dashboard, page: Page) -> None:
    with DemoServer(Options(rooms=20)) as workspace:
        page.goto(dashboard.url)
        ready(page).get_by_label("Workspace address").fill(workspace.url)
        page.get_by_label("User name or e-mail").fill("manager")
        page.get_by_label("Password", exact=True).last.fill("not this one")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_text("Check both and try again")).to_be_visible(timeout=30_000)
        expect(page.get_by_label("Workspace address")).to_have_value(workspace.url)
        expect(page.get_by_label("User name or e-mail")).to_have_value("manager")
        expect(page.get_by_label("Password", exact=True).last).to_have_value("")
        page.get_by_label("Password", exact=True).last.fill("manager")
        page.get_by_role("button", name="Sign in", exact=True).click()
        drawn(page)
        expect(page.get_by_text("Signed in as manager")).to_be_visible()
        assert "not this one" not in dashboard.log()


def test_on_a_phone_nothing_is_wider_than_the_screen(dashboard: Dashboard, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(dashboard.url)
        explore(ready(page))
        for path in PAGES:
            page.goto(f"{dashboard.url}/{path}")
            drawn(page)
            wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
            assert wide <= 390, path
    finally:
        context.close()


def test_in_the_dark_theme_charts_are_light_on_dark(dashboard: Dashboard, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(dashboard.url)
        explore(ready(page))
        plot = page.locator(".js-plotly-plot .main-svg").first
        assert plot.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(18, 22, 28)"
        text = page.locator(".js-plotly-plot text").first
        red = text.evaluate("node => parseInt(getComputedStyle(node).fill.match(/\\d+/)[0])")
        assert red > 120
    finally:
        context.close()

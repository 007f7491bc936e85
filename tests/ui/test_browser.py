"""What only a browser shows: the way in, staying signed in, links, the back button, narrow windows, the dark theme."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Cookie, Page, Request, expect

from engagement.demo import DemoServer, Options
from engagement.report.wishes import PAPERS
from tests.support.browser_fixtures import SCREEN, Enter
from tests.support.dashboard import Dashboard, drawn, explore, nothing_is_wrong, ready
from tests.support.report_tools import pdf_lines

pytestmark = pytest.mark.timeout(300)

PAGES = {
    "": "Overview",
    "top_channels": "Top channels",
    "inactive_rooms": "Inactive rooms",
    "week_over_week": "Week over week",
    "trends": "Trends",
    "room": "#build-feed",
    "report": "Channel engagement report",
}
# What is of no use on paper.
CONTROLS = {
    "Customise", "Download", "Post into a room", "Copy as Markdown", "As a table", "CSV", "XLSX", "Complete",
    "Not shown:", "Period", "Room types", "Sorted by", "Default order", "Only rooms that are", "What a signal is",
    "Sign out",
}  # fmt: skip


@pytest.fixture
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=SCREEN)
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Page:
    return profile.new_page()


def test_the_first_deep_link_of_a_fresh_server_shows_the_sign_in_and_then_that_page(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    with Dashboard(tmp_path_factory.mktemp("home")) as fresh:
        page.goto(f"{fresh.url}/week_over_week")
        expect(page.get_by_role("heading", name="Channel Engagement")).to_be_visible(timeout=60_000)
        explore(page)
        expect(page.get_by_role("heading", name="Week over week", exact=True)).to_be_visible()
        nothing_is_wrong(page)
        assert page.url.split("?")[0] == f"{fresh.url}/week_over_week"


# What is painted into the tables of a page.
NOTE_WHAT_IS_PAINTED = """
  const paint = CanvasRenderingContext2D.prototype.fillText;
  window.painted = new Set();
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    window.painted.add(text);
    paint.call(this, text, ...where);
  };
"""


def test_every_page_opens_from_its_link_asks_nobody_else_and_has_signs_in_its_tables(
    demo_dashboard: Dashboard, enter: Enter
) -> None:
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((demo_dashboard.url, "data:", "blob:")):
            elsewhere.append(request.url)

    page = enter()
    page.on("request", note)
    page.add_init_script(NOTE_WHAT_IS_PAINTED)
    painted: set[str] = set()
    for path, title in PAGES.items():
        page.goto(f"{demo_dashboard.url}/{path}")
        nothing_is_wrong(drawn(page))
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page).to_have_title(f"{title if path != 'report' else 'Report'} · Channel Engagement")
        painted |= set(page.evaluate("[...window.painted]"))
    assert elsewhere == []
    assert [text for text in painted if re.match(r"-\d", text)] == []
    assert [text for text in painted if re.fullmatch(r"−[\d,]+", text)] != []
    assert [text for text in painted if re.fullmatch(r"\+[\d,]+ %", text)] != []


def test_a_refresh_a_second_tab_and_a_restart_ask_for_nothing(
    tmp_path_factory: pytest.TempPathFactory, profile: BrowserContext
) -> None:
    with Dashboard(tmp_path_factory.mktemp("home")) as fresh:
        page = profile.new_page()
        page.goto(f"{fresh.url}/top_channels")
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


def test_scripts_cannot_read_the_cookie_and_signing_out_takes_it_from_the_browser(
    demo_dashboard: Dashboard, page: Page, profile: BrowserContext
) -> None:
    def cookies() -> list[Cookie]:
        return [cookie for cookie in profile.cookies() if cookie["name"] == "engagement_session"]

    page.goto(f"{demo_dashboard.url}/inactive_rooms")
    expect(ready(page)).to_have_title("Channel Engagement")
    explore(page)
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies()] == [(True, "Lax")]
    assert "engagement_session" not in page.evaluate("document.cookie")
    with page.expect_response("**/session/end") as answered:
        page.get_by_role("button", name="Sign out").click()
    assert answered.value.status == 204
    expect(page.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    assert cookies() == []


def test_signing_out_ends_the_session_in_every_tab(demo_dashboard: Dashboard, profile: BrowserContext) -> None:
    first, second = profile.new_page(), profile.new_page()
    first.goto(f"{demo_dashboard.url}/inactive_rooms")
    explore(ready(first))
    second.goto(f"{demo_dashboard.url}/week_over_week")
    drawn(second)
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    # The other tab notices by itself.
    expect(second.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)
    expect(second.locator(".js-plotly-plot")).to_have_count(0)
    first.reload()
    expect(first.get_by_role("button", name="Explore the demo workspace")).to_be_visible(timeout=30_000)


def what_is_shown(page: Page) -> list[str]:
    """The header, the titles of the charts and the size of the table."""
    drawn(page)
    texts = [*page.get_by_test_id("stMain").get_by_role("heading", level=2).all_inner_texts()]
    texts.append(page.locator(".st-key-header p").first.inner_text().split(" · read ")[0])
    return texts


# How opaque a header is that stands under other days than the sidebar has, at each moment from now on.
WATCH_OLD_DAYS = """() => {
  window.old = [];
  const look = () => {
    const said = document.querySelector("[data-testid=stMain] .st-key-header p");
    const chosen = document.querySelector("[data-testid=stSidebar] [data-testid=stCaptionContainer] strong");
    if (said && chosen && !said.innerText.includes(chosen.innerText)) {
      let opacity = 1;
      for (let at = said; at; at = at.parentElement) opacity *= getComputedStyle(at).opacity;
      window.old.push(opacity);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def test_filters_go_into_the_link_and_the_back_button_goes_back_one_of_them_at_a_time(enter: Enter) -> None:
    page = enter()
    entries, week = page.evaluate("history.length"), what_is_shown(page)
    line = page.locator(".st-key-header p").first
    page.evaluate(WATCH_OLD_DAYS)
    page.get_by_label("Period").click()
    page.get_by_role("option", name="Last 4 full weeks").click()
    expect(page).to_have_url(re.compile(r"period=Last\+4\+full\+weeks"))
    expect(line).not_to_contain_text(week[-1])
    weeks = what_is_shown(page)
    # Never old numbers under new days, but for grey ones.
    assert not [opacity for opacity in page.evaluate("window.old") if opacity > 0.5]
    # The script adds the days to the address of a range of one's own.
    page.get_by_label("Period").click()
    page.get_by_role("option", name="Custom range").click()
    expect(page).to_have_url(re.compile("from=2.*to=2"))
    drawn(page).get_by_role("button", name="Private").click()
    expect(page).to_have_url(re.compile("types=Channels"))
    drawn(page).get_by_role("link", name="Top channels").click()
    expect(page.get_by_role("heading", name="Top channels", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"top_channels\?.*types=Channels"))
    assert drawn(page).evaluate("history.length") == entries + 4
    page.go_back()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    private = page.get_by_test_id("stButtonGroup").get_by_role("button", name="Private")
    expect(private).to_have_attribute("aria-pressed", "false")
    for period, then in (("Custom range", weeks), ("Last 4 full weeks", weeks), ("Last full week", week)):
        drawn(page).go_back()
        expect(page.get_by_label("Period")).to_have_value(period)
        expect(private).to_have_attribute("aria-pressed", "true")
        expect(line).to_contain_text(then[-1])
        assert what_is_shown(page) == then
    assert page.evaluate("history.length") == entries + 4
    nothing_is_wrong(page)


def test_a_copied_link_shows_somebody_else_the_same_view(enter: Enter, page: Page) -> None:
    sender = enter("top_channels")
    sender.get_by_label("Period").click()
    sender.get_by_role("option", name="Last 30 days").click()
    expect(sender).to_have_url(re.compile("period=Last"))
    sender.get_by_role("button", name="Private").click()
    expect(sender).to_have_url(re.compile("types=Channels"))
    sender.get_by_role("textbox", name="Room name contains").fill("e")
    sender.keyboard.press("Enter")
    expect(sender).to_have_url(re.compile("search=e"))
    drawn(sender).get_by_role("radio", name="20").click()
    expect(sender.get_by_text("Twenty of")).to_be_visible(timeout=30_000)
    # The head of a column chooses the order that the page names.
    sender.get_by_test_id("stDataFrame").locator(".dvn-scroller").click(position={"x": 300, "y": 15})
    expect(sender.get_by_label("Sorted by")).not_to_have_value("Default order")
    order = sender.get_by_label("Sorted by").input_value()
    shown = what_is_shown(sender)
    sender.context.grant_permissions(["clipboard-read"])
    copied = []
    buttons = {"Copy with days that move along": "last 30 days, on whatever day.", "Copy link to this view": "2026."}
    for words, days in buttons.items():
        sender.get_by_role("button", name=words).focus()
        sender.keyboard.press("Enter")
        expect(sender.locator(".share [role=status]")).to_have_text(re.compile(f"^Copied: .*{re.escape(days)}$"))
        copied.append(sender.evaluate("navigator.clipboard.readText()"))
    moving, fixed = copied
    assert "top=20" in moving
    assert "from=2" not in moving
    assert "from=2" in fixed
    page.goto(moving)
    explore(ready(page))
    assert what_is_shown(page) == shown
    expect(page.get_by_label("Sorted by")).to_have_value(order)
    page.goto(fixed)
    assert what_is_shown(page) == shown
    nothing_is_wrong(page)


def test_a_broken_link_falls_back_to_the_usual_and_says_so(enter: Enter) -> None:
    page = enter("top_channels?period=Last+decade&types=Bots&top=99")
    expect(page.get_by_text("This link asks for something unknown")).to_be_visible()
    expect(page.get_by_label("Period")).to_have_value("Last full week")
    page.get_by_role("button", name="All right").click()
    expect(page.get_by_text("This link asks for something unknown")).to_have_count(0)


def test_a_wrong_password_keeps_what_was_typed_except_the_password(demo_dashboard: Dashboard, page: Page) -> None:
    with DemoServer(Options(rooms=20, rate_limit=0)) as workspace:
        page.goto(demo_dashboard.url)
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
        assert "not this one" not in demo_dashboard.log()


def test_on_a_phone_the_menu_goes_when_a_page_was_chosen(enter: Enter) -> None:
    page = enter(viewport={"width": 390, "height": 844})
    menu = page.get_by_test_id("stSidebar")
    expect(menu).not_to_be_in_viewport()
    page.get_by_role("button", name="Expand sidebar").click()
    page.get_by_role("button", name="Private").click()
    expect(page).to_have_url(re.compile("types=Channels"))
    expect(menu).to_be_in_viewport(ratio=0.9)
    menu.get_by_role("link", name="Top channels").click()
    expect(page.get_by_role("heading", name="Top channels", exact=True)).to_be_visible()
    expect(menu).not_to_be_in_viewport()


def test_a_printed_page_has_no_controls_and_nothing_is_cut_off_or_torn_from_its_heading(
    demo_dashboard: Dashboard, enter: Enter
) -> None:
    page = enter("report")
    for path in ("report", "week_over_week"):
        page.goto(f"{demo_dashboard.url}/{path}")
        headings = drawn(page).get_by_test_id("stMain").get_by_role("heading").all_inner_texts()
        charts = page.locator("[class*=st-key-chart_] h2").all_inner_texts()[:2]
        cells = [row.split("\t") for row in page.locator(".report-table tbody tr").all_inner_texts()]
        # A long name goes on in a second line.
        rows = [" ".join(" ".join(row).split()) for row in cells if len(row[0]) <= 16]
        assert len(rows) > 20 or path != "report"
        for size in PAPERS:
            printed = pdf_lines(page.pdf(format=size))
            assert {line for lines in printed for line in lines} & CONTROLS == set()
            # The first page is used as far as it goes: figures, words, and the first charts beside each other.
            first = " ".join(printed[0])
            assert [title for title in charts if title[:20] not in first] == [], (path, size)
            assert len(printed) <= 3
            ends = [lines[-1] for lines in printed]
            alone = [end for end in ends if re.fullmatch(r"[\d,]+ rooms?", end)]
            assert alone + [end for end in ends if any(one.endswith(end) for one in headings)] == [], (path, size)
            # What is printed over something else, or cut off, is no line of its own.
            assert [row for row in rows if not any(row in lines for lines in printed)] == [], (path, size)


def test_in_the_dark_theme_charts_are_light_on_dark(enter: Enter) -> None:
    page = enter("inactive_rooms", color_scheme="dark")
    plot = page.locator(".js-plotly-plot .main-svg").first
    assert plot.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(18, 22, 28)"
    text = page.locator(".js-plotly-plot text").first
    red = text.evaluate("node => parseInt(getComputedStyle(node).fill.match(/\\d+/)[0])")
    assert red > 120


def test_a_link_with_words_of_an_older_release_shows_and_becomes_one_of_today(enter: Enter) -> None:
    page = enter("week_over_week?moved=New&moved=Went+quiet&sort=As+listed")
    for word in ("New", "Fell silent"):
        expect(page.get_by_test_id("stButtonGroup").get_by_role("button", name=word, exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    expect(page).to_have_url(re.compile(r"moved=New&moved=Fell(\+|%20)silent"))
    expect(page.get_by_text("This link asks for something unknown")).to_have_count(0)

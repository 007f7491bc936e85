"""What axe-core finds on the pages by the rules of WCAG 2.2 AA, in both themes: nothing of ours."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from engagement.report.wishes import DEFAULT_TITLE
from engagement.ui.screens import TITLES
from tests.support.browser_fixtures import SCREEN, Enter
from tests.support.dashboard import Dashboard, by_menu, ready

pytestmark = pytest.mark.timeout(600)

WRONG_DAYS = "?period=Custom+range&from=2026-11-20&to=2026-11-10"
HEADINGS = {"room": "#build-feed", "report": DEFAULT_TITLE}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Of the habits that are no rule of WCAG: headings go 1, 2, 3.
    "rules": {"heading-order": {"enabled": True}, "page-has-heading-one": {"enabled": True}},
    "resultTypes": ["violations"],
}
# Where a thing stands: the nearest part that the framework gives a name, or the class of ours that it has.
WHERE = "target => document.querySelector(target)?.closest('[data-testid]')?.dataset.testid ?? target"
# What the framework does and no style of ours reaches: a rule, and where. What is found no longer leaves the list.
FRAMEWORK = {
    # The parts of a date lie next to each other, each as large as its digits.
    ("target-size", "stDateInputFieldsScroller"),
}


def found(page: Page) -> set[tuple[str, str]]:
    """The rules that are broken on a page, and where."""
    for _ in range(5):
        violations = Axe().run(page, options=RULES).response["violations"]
        told = {(one["id"], page.evaluate(WHERE, node["target"][0])) for one in violations for node in one["nodes"]}
        if told <= FRAMEWORK:
            break
        # What is drawn, and the theme of the system, come in by a transition.
        page.wait_for_timeout(1_000)
    return told


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_but_what_is_known_of_the_framework(
    theme: str, demo_dashboard: Dashboard, enter: Enter, chromium: Browser
) -> None:
    context = chromium.new_context(color_scheme=theme, viewport=SCREEN)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(demo_dashboard.url)
    told = {"sign-in": found(ready(page))}
    context.close()
    page = enter(color_scheme=theme)
    for name, title in TITLES.items():
        told[name] = found(page if name == "overview" else by_menu(page, title, HEADINGS.get(name, "")))
    page.goto(f"{demo_dashboard.url}/{WRONG_DAYS}")
    expect(ready(page).get_by_role("spinbutton")).to_have_count(6)
    told["a wrong date"] = found(page)
    unknown = {name: things - FRAMEWORK for name, things in told.items() if things - FRAMEWORK}
    assert unknown == {}
    assert set().union(*told.values()) == FRAMEWORK

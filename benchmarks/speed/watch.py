"""When something is on the screen: told by the page itself, in its own clock."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, ViewportSize

SCREEN: ViewportSize = {"width": 1400, "height": 900}
LONGEST = 240_000
# So long nothing changes any more when everything is drawn, and nothing is being read.
QUIET = 500
# The document is watched from its first moment on: ``drawn`` is when so many charts and tiles were there first,
# ``last`` when something changed last, ``told`` when the tiles (or the charts, where there are none) showed something
# else than at the last press of a button.
_WATCH = """
(() => {
  const bench = { drawn: null, last: 0, told: null, before: '', pressed: 0, charts: 0, tiles: 0 };
  window.bench = bench;
  const paths = () => [...document.querySelectorAll('.main-svg path')].map(one => one.getAttribute('d')).join();
  const tiles = () => [...document.querySelectorAll('[data-testid=stMetricValue]')].map(one => one.textContent).join();
  const shown = () => bench.tiles ? tiles() : paths();
  const running = () => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'notRunning';
  const charts = () => [...document.querySelectorAll('.js-plotly-plot')].filter(one => one.querySelector('.main-svg'));
  const look = () => {
    bench.last = performance.now();
    if (bench.drawn === null && bench.charts
        && charts().length >= bench.charts
        && document.querySelectorAll('[data-testid=stMetricValue]').length >= bench.tiles) bench.drawn = bench.last;
    if (bench.pressed && bench.told === null && shown() && shown() !== bench.before) bench.told = bench.last;
  };
  new MutationObserver(look).observe(document,
    { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener('pointerdown', () => {
    Object.assign(bench, { pressed: performance.now(), told: null, before: shown() });
  }, true);
  const reading = () => [...document.querySelectorAll('button')].some(one => one.textContent.trim() === 'Stop');
  bench.quiet = () => !running() && !reading() && performance.now() - bench.last > QUIET;
  bench.settled = () => bench.told !== null && bench.quiet();
})()
"""


def watched(context: BrowserContext, charts: int, tiles: int) -> Page:
    """A page of the context that notes when so many charts and tiles are drawn."""
    page = context.new_page()
    page.add_init_script(_WATCH.replace("QUIET", str(QUIET)))
    page.add_init_script(f"Object.assign(window.bench, {{charts: {charts}, tiles: {tiles}}})")
    return page


def picture(page: Page, url: str) -> float:
    """Seconds from the call of an address until charts and tiles are drawn; returns when all is at rest."""
    page.goto(url, wait_until="commit")
    until(page, "bench.drawn !== null && bench.quiet()")
    return float(page.evaluate("bench.drawn")) / 1000


def click(page: Page, press: Callable[[], object], *, told: bool = False) -> float:
    """Seconds from the last press of ``press`` until nothing changes any more; with ``told`` until the tiles have the
    new values. Returns when all is at rest.
    """
    press()
    until(page, "bench.settled()")
    return float(page.evaluate(f"bench.{'told' if told else 'last'} - bench.pressed")) / 1000


def until(page: Page, holds: str) -> None:
    """Waits for it. Raises TimeoutError."""
    page.wait_for_function(f"() => window.bench && ({holds})", polling=50, timeout=LONGEST)


def toggle(page: Page, kind: str) -> Callable[[], object]:
    """Presses the button of a room type."""
    return page.get_by_test_id("stSidebar").get_by_role("button", name=kind, exact=True).click


def choose(page: Page, period: str) -> Callable[[], object]:
    """Chooses a period."""

    def press() -> None:
        page.get_by_test_id("stSidebar").get_by_label("Period").click()
        page.get_by_role("option", name=period).click()

    return press


def enter(page: Page, url: str, user: str = "admin") -> None:
    """Signs in, until nothing changes any more."""
    page.goto(url)
    page.get_by_label("User name or e-mail").fill(user)
    page.get_by_label("Password", exact=True).fill(user)
    page.get_by_role("button", name="Sign in", exact=True).click()
    until(page, "bench.drawn !== null && bench.quiet()")

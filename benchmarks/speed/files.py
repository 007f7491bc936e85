"""Reports as files, from the click to the file, against what a browser that runs already needs to print the HTML."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, expect

from benchmarks.speed.figures import Measured, alternating, kilobytes, megabytes, seconds, taken
from benchmarks.speed.screens import REPORT, tabs
from benchmarks.speed.site import Site
from benchmarks.speed.watch import LONGEST, until

MOST, LARGEST = 1.5, 1_500_000
FLOOR = "a running browser"
# As the product's own pictures: their width, and twice the resolution.
WIDTH, SCALE = 992, 2
DRAWN = "[...document.querySelectorAll('figure')].every(one => one.querySelector('svg, img'))"


def measure(site: Site) -> Iterator[Measured]:
    """Every file is one of a new title, or it would have been made already."""
    with tabs(site, REPORT) as (page,), tempfile.TemporaryDirectory() as name:
        page.get_by_text("Download", exact=True).click()
        folder, titles = Path(name), iter(range(1_000))
        html = _downloaded(page, "HTML", folder)
        once = {ending: _made(page, ending, next(titles)) for ending in ("PDF", "PNG")}
        things: dict[str, Callable[[], float]] = {
            "HTML": lambda: taken(lambda: _downloaded(page, "HTML", folder)),
            "XLSX": lambda: taken(lambda: _downloaded(page, "XLSX", folder)),
            "PDF": lambda: _made(page, "PDF", next(titles)),
            "printed PDF": lambda: _printed(site.browser, html, "pdf"),
            "PNG": lambda: _made(page, "PNG", next(titles)),
            "printed PNG": lambda: _printed(site.browser, html, "png"),
        }
        took = {what: median(ones) for what, ones in alternating(things, site.few).items()}
        xlsx = _downloaded(page, "XLSX", folder)
        yield Measured("HTML, size", site.rooms, html.stat().st_size, megabytes, bound=LARGEST)
        yield Measured("XLSX, size", site.rooms, xlsx.stat().st_size, kilobytes)
        for ending in ("HTML", "XLSX"):
            yield Measured(f"{ending}, time", site.rooms, took[ending], seconds)
        for ending in ("PDF", "PNG"):
            there = took[f"printed {ending}"]
            yield Measured(f"{ending}, time", site.rooms, took[ending], seconds, FLOOR, there, most=MOST)
            yield Measured(f"{ending}, time of the first one", site.rooms, once[ending], seconds, FLOOR, there)


def _downloaded(page: Page, ending: str, folder: Path) -> Path:
    """Clicks, and waits for the file."""
    with page.expect_download(timeout=LONGEST) as download:
        page.get_by_role("button", name=ending, exact=True).click()
    path = folder / f"report.{ending.lower()}"
    download.value.save_as(path)
    return path


def _made(page: Page, ending: str, number: int) -> float:
    """Seconds from the click until the file can be saved."""
    title = f"Report {number}"
    controls = page.get_by_text("Customise", exact=True)
    if not page.get_by_label("Title", exact=True).is_visible():
        controls.click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=LONGEST)
    until(page, "bench.quiet()")
    # It is gone with the title that its file was made of.
    save = page.get_by_role("button", name="Save")
    expect(save).to_have_count(0, timeout=LONGEST)

    def press() -> None:
        page.get_by_role("button", name=ending, exact=True).click()
        save.wait_for(timeout=LONGEST)

    return taken(press)


def _printed(browser: Browser, html: Path, kind: str) -> float:
    """Seconds in which a browser that runs already opens the finished page and prints it."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 1000}, device_scale_factor=SCALE)

    def work() -> None:
        page = context.new_page()
        page.goto(html.as_uri())
        page.wait_for_function(f"() => {DRAWN}", timeout=LONGEST)
        page.pdf(format="A4", print_background=True) if kind == "pdf" else page.screenshot(full_page=True)

    try:
        return taken(work)
    finally:
        context.close()

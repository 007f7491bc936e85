"""PDF and PNG of an HTML document, by an installed Chrome or Chromium."""

from __future__ import annotations

import base64

from engagement.report import chromium

browser, close = chromium.find, chromium.close

TIMEOUT = 90.0
SCALE = 2
PAGE_WIDTH, CHART_WIDTH = 992, 720
_HEIGHT = 'Math.ceil(document.querySelector("main").getBoundingClientRect().height)'
_TALLEST = 16_000


def pdf(document: str, timeout: float = TIMEOUT) -> bytes:
    """``document`` printed, with text that can be selected. Raises NoBrowser and FileNotMade."""
    with chromium.page(document, PAGE_WIDTH, 1, timeout) as page:
        made = page.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True, generateTaggedPDF=True)
    return base64.b64decode(made["data"])


def png(document: str, width: int = PAGE_WIDTH, timeout: float = TIMEOUT) -> bytes:
    """``document`` from top to end, ``width`` pixels wide, at twice the resolution. Raises NoBrowser, FileNotMade."""
    with chromium.page(document, width, SCALE, timeout) as page:
        page.resize(min(page.value(_HEIGHT), _TALLEST))
        made = page.ask("Page.captureScreenshot", format="png")
    return base64.b64decode(made["data"])

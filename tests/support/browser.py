"""The browser of the browser tests: an installed Chrome or Chromium, else the one Playwright downloads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """The path of an installed Chrome or Chromium, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def downloaded() -> str | None:
    """The path of Playwright's own Chromium, None where it has not been downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def executable() -> str:
    """The browser to test with. Raises RuntimeError when there is none."""
    path = installed() or downloaded()
    if not path:
        raise RuntimeError("no browser")
    return path


def main() -> int:
    """Makes sure that there is a browser, downloading one if need be; 1 with one line when there cannot be."""
    if installed() or downloaded():
        return 0
    # Playwright's own words about a failed download are long; the line below says what helps.
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False)
    if downloaded():
        return 0
    print("The browser tests need Chrome or Chromium: on Debian, apt-get install chromium", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""The dashboard as its users start it: a process of its own, with its own home folder, on a free port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from tests import ROOT

# Screens of the tests are narrower, or a good deal wider.
_PHONE = 430


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dashboard:
    """``streamlit run app.py`` in ``folder`` with an empty home; ``restart`` keeps the home and the port.

    Below ``base``, when that is given. No setting of ours but those in ``environ``, and typed addresses
    where they name no workspace.
    """

    def __init__(self, home: Path, *, folder: Path = ROOT, base: str = "", **environ: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/{base}".rstrip("/")
        self._folder = folder
        typed = {} if "ENGAGEMENT_WORKSPACE_URL" in environ else {"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true"}
        below = {"STREAMLIT_SERVER_BASE_URL_PATH": base} if base else {}
        self._environ = {**typed, **below, **environ}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = home / "dashboard.log"

    def __enter__(self) -> Dashboard:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Dashboard:
        """Returns when it answers. Raises AssertionError with its output when it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self._folder, env=self._surroundings(), stdout=log, stderr=log
            )
        for _ in range(600):
            try:
                if requests.get(f"{self.url}/_stcore/health", timeout=5).text == "ok":
                    return self
            except requests.RequestException:
                time.sleep(0.05)
            assert self._process.poll() is None, self.log()
        raise AssertionError(self.log())

    def refuses_to_start(self) -> str:
        """What it says on standard error when it ends by itself. Raises AssertionError when it ends well."""
        ended = subprocess.run(
            self._command(),
            cwd=self._folder,
            env=self._surroundings(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode != 0
        assert "Traceback" not in ended.stderr + ended.stdout
        return ended.stderr

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={self.port}"]

    def _surroundings(self) -> dict[str, str]:
        ours = ("ENGAGEMENT_", "ROCKETCHAT_", "XDG_", "FORWARDED_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"HOME": str(self.home)} | self._environ

    def stop(self) -> None:
        """Ends the process, if it runs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    @property
    def pid(self) -> int:
        """The number of its process, which must run."""
        assert self._process is not None
        return self._process.pid

    def restart(self) -> None:
        """Stops and starts it again."""
        self.stop()
        self.start()

    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")


def ready(page: Page) -> Page:
    """Waits until the script has run to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    return page


def explore(page: Page) -> Page:
    """From the sign-in screen into the demo workspace, until charts are drawn."""
    page.get_by_role("button", name="Explore the demo workspace").click()
    return drawn(page)


def sign_in(page: Page, user: str) -> Page:
    """Signs in to the configured workspace as an account of the demo workspace; with what is shown then."""
    ready(page).get_by_label("User name or e-mail").fill(user)
    page.get_by_label("Password", exact=True).last.fill(user)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def drawn(page: Page) -> Page:
    """Waits until there is a chart and nothing is being read."""
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=60_000)
    # A page that is narrower, or wider, than its charts were drawn for is drawn again.
    if size := page.viewport_size:
        narrow = str(size["width"] < _PHONE).lower()
        expect(page.locator(f"[data-engagement-narrow={narrow}]")).to_have_count(1, timeout=60_000)
    return ready(page)


def by_menu(page: Page, title: str, heading: str = "") -> Page:
    """Goes to the page of this title, whose ``heading`` is another, and waits until it is drawn.

    To load a page anew is most of the work of a browser in a test.
    """
    # On a wide screen the menu is at the top, on a phone in the sidebar.
    page.get_by_role("link", name=re.compile(f"{title}$")).first.click()
    expect(page.get_by_role("heading", name=heading or title, exact=True, level=1)).to_be_visible(timeout=60_000)
    return drawn(page)


def nothing_is_wrong(page: Page) -> None:
    """No exception box and no error box on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)

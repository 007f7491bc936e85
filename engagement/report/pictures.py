"""PDF and PNG of an HTML document, by an installed Chrome or Chromium.

The browser is found the way Plotly's own image tool finds it: the one that ``plotly_get_chrome`` downloaded, the one
that BROWSER_PATH names, then Chrome, Chromium and their relatives where they are usually installed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from engagement.errors import FileNotMade, NoBrowser

TIMEOUT = 90.0
SCALE = 2
PAGE_WIDTH, CHART_WIDTH = 992, 720
# A browser takes a quarter of a gigabyte, so that only so many run at a time, whoever asks.
_browsers = threading.BoundedSemaphore(2)
_HEIGHT = re.compile(r'data-height="(\d+)"')
_MEASURE = (
    "<script>document.documentElement.dataset.height ="
    'Math.ceil(document.querySelector("main").getBoundingClientRect().height)</script>'
)
_TALLEST = 16_000

_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    # Containers often have a tiny /dev/shm.
    "--disable-dev-shm-usage",
    # Nothing in a report needs the network; with this nothing could reach it either.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--hide-scrollbars",
    "--run-all-compositor-stages-before-draw",
    "--virtual-time-budget=8000",
)


def browser() -> str:
    """The path of the browser that makes the pictures. Raises NoBrowser."""
    try:
        from choreographer.browsers.chromium import Chromium

        path = Chromium.find_browser(skip_local=False)
    except RuntimeError:
        # It looks into the home folder at once, and there is none.
        names = (os.environ.get("BROWSER_PATH", ""), "google-chrome", "chromium", "chromium-browser")
        path = next((found for name in names if (found := shutil.which(name))), None)
    if not path or not shutil.which(path):
        raise NoBrowser
    return path


def pdf(document: str, timeout: float = TIMEOUT) -> bytes:
    """``document`` printed, with text that can be selected. Raises NoBrowser and FileNotMade."""
    with _folder() as folder:
        made = folder / "made.pdf"
        _run(folder, document, "--no-pdf-header-footer", f"--print-to-pdf={made}", timeout=timeout)
        return _checked(made, b"%PDF-")


def png(document: str, width: int = PAGE_WIDTH, timeout: float = TIMEOUT) -> bytes:
    """``document`` from top to end, ``width`` pixels wide, at twice the resolution. Raises NoBrowser, FileNotMade."""
    with _folder() as folder:
        laid = _run(folder, _measuring(document), "--dump-dom", f"--window-size={width},1000", timeout=timeout)
        found = _HEIGHT.search(laid)
        if not found:
            raise FileNotMade("The browser could not lay out the report, so there is no PNG. Try HTML or PDF.")
        size = f"--window-size={width},{min(int(found.group(1)), _TALLEST)}"
        made = folder / "made.png"
        scale = f"--force-device-scale-factor={SCALE}"
        _run(folder, document, size, scale, f"--screenshot={made}", timeout=timeout)
        return _checked(made, b"\x89PNG")


def _measuring(document: str) -> str:
    """The same document, open to a script that notes its height; only ever seen by our own browser."""
    opened = re.sub(r"script-src [^;]*;", "script-src 'unsafe-inline';", document, count=1)
    head, _, _ = opened.rpartition("</body>")
    return f"{head}{_MEASURE}</body></html>"


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for the runs of one browser, gone afterwards. Raises NoBrowser."""
    # Browsers from a snap see nothing of /tmp, and no hidden folder.
    home = os.path.expanduser("~") if "/snap" in os.path.realpath(browser()) else None
    with _browsers, tempfile.TemporaryDirectory(prefix="report-", dir=home, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _run(folder: Path, document: str, *flags: str, timeout: float) -> str:
    """Opens the document once; comes back with what the browser printed. Raises FileNotMade."""
    page, program = folder / "report.html", browser()
    page.write_text(document, encoding="utf-8")
    # As root Chromium refuses to start with its sandbox; everybody else keeps it.
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [program, *_FLAGS, *sandbox, f"--user-data-dir={folder}/profile", *flags, page.as_uri()]
    # A signal interrupts the main thread alone, maybe while it starts the browser: started in another one, it is
    # known, and ended, in any case.
    with ThreadPoolExecutor(1) as elsewhere:
        starting = elsewhere.submit(
            subprocess.Popen,
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        try:
            running = starting.result()
            out, err = running.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as exc:
            raise FileNotMade(f"The browser took longer than {timeout:.0f} seconds, so it was stopped.") from exc
        except OSError as exc:
            raise FileNotMade(f"The browser {program} could not be started: {exc.strerror}.") from exc
        finally:
            if starting.exception() is None:
                _end(starting.result())
    if running.returncode:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:]
        said = f" ({last[0].strip()[:200]})" if last else ""
        raise FileNotMade(f"The browser stopped with status {running.returncode}{said}.")
    return out.decode("utf-8", "replace")


def _checked(path: Path, begins: bytes) -> bytes:
    """What the browser made. Raises FileNotMade when it is not there or not what it should be."""
    made = path.read_bytes() if path.exists() else b""
    if not made.startswith(begins):
        raise FileNotMade(f"The browser made no {path.suffix[1:].upper()}. Try again; HTML works without it.")
    return made


def _end(running: subprocess.Popen[bytes]) -> None:
    """Ends what is left of the browser, with all its helpers."""
    if running.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
    running.communicate()

"""One Chrome or Chromium for everybody's pictures: started when first needed, ended when nobody needed it for a while.

It is asked through two pipes (the DevTools protocol with ``--remote-debugging-pipe``), so that nothing listens that
another account of the machine could reach, and so that it ends by itself when this process does, however that ends.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engagement.errors import FileNotMade, NoBrowser

# How long it is kept when nobody needs it: it takes a quarter of a gigabyte.
KEPT = 60.0
# It reads questions from 3 and writes answers to 4; nothing else of it may write there.
_PIPES = 'exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null'
_BLOCK = 2**16

_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
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
)


def find() -> str:
    """The path of the browser, found the way Plotly's own image tool finds it: the one that ``plotly_get_chrome``
    downloaded, the one that BROWSER_PATH names, then Chrome, Chromium and their relatives where they are usually
    installed. Raises NoBrowser.
    """
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


@dataclass(frozen=True)
class Page:
    """A document in the browser, drawn ``width`` pixels wide, each of them ``scale`` pixels of a picture."""

    browser: Chromium
    session: str
    width: int
    scale: int

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command about this page. Raises FileNotMade."""
        return self.browser.ask(method, self.session, **parameters)

    def value(self, expression: str) -> Any:
        """What a script comes to, once it is settled. Raises FileNotMade."""
        return self.ask("Runtime.evaluate", expression=expression, awaitPromise=True)["result"].get("value")

    def resize(self, height: int) -> None:
        """Makes the window so many pixels high. Raises FileNotMade."""
        size = {"width": self.width, "height": height, "deviceScaleFactor": self.scale}
        self.ask("Emulation.setDeviceMetricsOverride", mobile=False, **size)


class Chromium:
    """A browser that runs. Every document has a context of its own, which nothing outlives."""

    def __init__(self, program: str) -> None:
        """Starts it. Raises FileNotMade."""
        self.program = program
        # Browsers from a snap see nothing of /tmp, and no hidden folder.
        home = os.path.expanduser("~") if "/snap" in os.path.realpath(program) else None
        self._folder = tempfile.TemporaryDirectory(prefix="report-", dir=home, ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked, self._heard, self._cut = 0, b"", 0.0
        try:
            # A signal interrupts the main thread alone, maybe while it starts the browser: started in another one, it
            # is known, and ended, in any case.
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(self._start).result()
        except BaseException as exc:
            self.end()
            if isinstance(exc, OSError):
                raise FileNotMade(f"The browser {program} could not be started: {exc.strerror}.") from exc
            raise

    def _start(self) -> None:
        # As root Chromium refuses to start with its sandbox; everybody else keeps it.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        folder = self._folder.name
        with self._said.open("wb") as said:
            # The browser is one that whoever runs this has installed or named.
            self._process = subprocess.Popen(  # noqa: S603
                ["/bin/sh", "-c", _PIPES, self.program, *_FLAGS, *sandbox, f"--user-data-dir={folder}/profile"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                env={**os.environ, "TMPDIR": folder},
            )

    @property
    def _said(self) -> Path:
        return Path(self._folder.name, "said")

    @property
    def runs(self) -> bool:
        """False when it has ended."""
        return self._process is not None and self._process.poll() is None

    @contextmanager
    def page(self, document: str, width: int, scale: int) -> Iterator[Page]:
        """The HTML ``document``, drawn; gone afterwards with all that it kept. Raises FileNotMade."""
        context = {"browserContextId": self.ask("Target.createBrowserContext")["browserContextId"]}
        target = self.ask("Target.createTarget", url="about:blank", **context)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, width, scale)
        page.ask("Inspector.enable")
        page.resize(1000)
        page.ask("Page.setDocumentContent", frameId=target, html=document)
        page.value("window.drawn")
        yield page
        self.ask("Target.disposeBrowserContext", **context)

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """The answer of the browser, or of one of its pages, to a command of its protocol. Raises FileNotMade."""
        self._asked += 1
        question = {"id": self._asked, "method": method, "params": parameters}
        self._tell(question | ({"sessionId": session} if session else {}))
        while (answer := self._hear()).get("id") != self._asked:
            if answer.get("method") == "Inspector.targetCrashed":
                raise FileNotMade("The browser broke down over this report. Try again; HTML works without it.")
        if "error" in answer:
            raise FileNotMade(f"The browser refused to make the file ({str(answer['error'].get('message'))[:200]}).")
        result: dict[str, Any] = answer["result"]
        return result

    def _tell(self, question: dict[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018 - started with a pipe
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\0")
            self._process.stdin.flush()
        except OSError as exc:
            raise self._ended() from exc

    def _hear(self) -> dict[str, Any]:
        """The next thing that the browser says: an answer, or an event."""
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 - started with a pipe
        parts: list[bytes] = []
        while b"\0" not in self._heard:
            parts.append(self._heard)
            self._heard = os.read(self._process.stdout.fileno(), _BLOCK)
            if not self._heard:
                raise self._ended()
        last, _, self._heard = self._heard.partition(b"\0")
        said: dict[str, Any] = json.loads(b"".join([*parts, last]))
        return said

    def _ended(self) -> FileNotMade:
        """Why the browser says nothing any more."""
        if self._cut:
            return FileNotMade(f"The browser took longer than {self._cut:.0f} seconds, so it was stopped.")
        assert self._process is not None  # noqa: S101 - it has spoken
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._kill()
        last = self._said.read_text("utf-8", "replace").strip().splitlines()[-1:]
        said = f" ({last[0].strip()[:200]})" if last else ""
        return FileNotMade(f"The browser stopped with status {self._process.returncode}{said}.")

    def cut(self, seconds: float) -> None:
        """Stops it, from another thread, in the middle of what takes longer than ``seconds``."""
        self._cut = seconds
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Ends it, with all its helpers, and removes what it wrote."""
        self._kill()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
        self._folder.cleanup()


_lock = threading.Lock()
_running: Chromium | None = None
_idle: threading.Timer | None = None


@contextmanager
def page(document: str, width: int, scale: int, timeout: float) -> Iterator[Page]:
    """The HTML ``document`` in the browser that is running, or in a new one; those who ask at once take turns.

    After any failure the next one starts anew. Raises NoBrowser, and FileNotMade when it takes longer than ``timeout``.
    """
    global _running, _idle
    with _lock:
        program = find()
        if _idle is not None:
            _idle.cancel()
        if _running is None or not _running.runs or _running.program != program:
            close()
            _running = Chromium(program)
        cutter = _later(timeout, _running.cut, timeout)
        try:
            with _running.page(document, width, scale) as opened:
                yield opened
        except BaseException:
            close()
            raise
        finally:
            cutter.cancel()
        _idle = _later(KEPT, _close_idle)


def _later(seconds: float, what: Callable[..., None], *values: Any) -> threading.Timer:
    timer = threading.Timer(seconds, what, values)
    # No process waits for it at its end.
    timer.daemon = True
    timer.start()
    return timer


def _close_idle() -> None:
    with _lock:
        close()


@atexit.register
def close() -> None:
    """Ends the browser, if one runs, also in the middle of its work."""
    global _running
    ending, _running = _running, None
    if ending is not None:
        ending.end()

"""What all visitors of one process share besides the stores: jobs and the demo workspace."""

from __future__ import annotations

import threading

from engagement.api.client import Account, Client
from engagement.demo import DemoServer, Options
from engagement.reading.admission import Admission
from engagement.reading.jobs import Jobs

DEMO_SEED = 1
DEMO = f"demo:{DEMO_SEED}"


class Hub:
    """Jobs by key, the admission of the account that reads for every visitor, and at most one demo server."""

    def __init__(self, demo_options: Options | None = None) -> None:
        self.jobs = Jobs()
        self.account: Admission | None = None
        self._lock = threading.Lock()
        self._demo_options = demo_options or Options(seed=DEMO_SEED)
        self._demo: DemoServer | None = None
        self._demo_account: Account | None = None

    def demo(self) -> DemoServer:
        """The demo workspace, started on a free port of the loopback interface when first asked for."""
        with self._lock:
            if self._demo is None:
                self._demo = DemoServer(self._demo_options).start()
            return self._demo

    def demo_account(self) -> Account:
        """The account that every visitor of the demo workspace uses."""
        url = self.demo().url
        with self._lock:
            if self._demo_account is None:
                self._demo_account = Client(url).sign_in("admin", "admin")
            return self._demo_account

    def close(self) -> None:
        """Stops the demo server, if it runs."""
        with self._lock:
            if self._demo is not None:
                self._demo.stop()
            self._demo = self._demo_account = None


_lock = threading.Lock()
_hub: Hub | None = None


def hub() -> Hub:
    """The hub of this process."""
    global _hub
    with _lock:
        if _hub is None:
            _hub = Hub()
        return _hub


def use(other: Hub | None) -> None:
    """Puts another hub in its place (None: a new one when next asked for); for tests."""
    global _hub
    with _lock:
        if _hub is not None:
            _hub.close()
        _hub = other

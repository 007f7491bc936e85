"""What all visitors of one process share besides the stores: jobs, open tabs and the demo workspace."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from engagement.api.client import Account, Client
from engagement.demo import DemoServer, Options
from engagement.reading.admission import Admission
from engagement.reading.jobs import Jobs
from engagement.ui.tabs import Tabs

DEMO_SEED = 1
DEMO = f"demo:{DEMO_SEED}"
_MOST_CLIENTS = 200


class Clients:
    """One client per person by a name of theirs: made when first asked for, closed when their session ends.

    Of very many, the one not asked for longest is closed; where a session ended unseen, its own is among them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, Client] = OrderedDict()

    def of(self, name: str, make: Callable[[], Client]) -> Client:
        """The client of that name, which ``make`` makes where there is none."""
        with self._lock:
            if name not in self._clients:
                self._clients[name] = make()
            self._clients.move_to_end(name)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)[1].close()
            return self._clients[name]

    def close(self, name: str) -> None:
        """Closes the client of that name, where there is one."""
        with self._lock:
            found = self._clients.pop(name, None)
        if found is not None:
            found.close()

    def close_all(self) -> None:
        """Closes every client."""
        for name in list(self._clients):
            self.close(name)


class Hub:
    """Jobs by key, a client per person, open tabs, the admission of the account that reads for all, one demo server."""

    def __init__(self, demo_options: Options | None = None, clock: Callable[[], float] = time.time) -> None:
        self.jobs = Jobs()
        self.clients = Clients()
        self.tabs = Tabs()
        self.account: Admission | None = None
        self._lock = threading.Lock()
        self._demo_options = demo_options or Options(seed=DEMO_SEED)
        self._clock = clock
        self._demo: DemoServer | None = None
        self._demo_account: Account | None = None

    def demo(self) -> DemoServer:
        """The demo workspace, started on a free port of the loopback interface when first asked for."""
        with self._lock:
            if self._demo is None:
                self._demo = DemoServer(self._demo_options, clock=self._clock).start()
            return self._demo

    def demo_account(self) -> Account:
        """The account that every visitor of the demo workspace uses."""
        url = self.demo().url
        with self._lock:
            if self._demo_account is None:
                with Client(url) as client:
                    self._demo_account = client.sign_in("admin", "admin")
            return self._demo_account

    def close(self) -> None:
        """Closes all clients, and stops the demo server, if it runs."""
        self.clients.close_all()
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

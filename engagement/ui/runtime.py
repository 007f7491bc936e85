"""What the routes and the pages of one process share: settings, stores, jobs, open tabs and the demo workspace."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engagement.api.client import Account, Client
from engagement.demo import DemoServer, Options
from engagement.errors import SignedOut
from engagement.reading.admission import Admission, Admissions
from engagement.reading.jobs import Jobs
from engagement.settings import keys as configuration
from engagement.settings.keys import Settings
from engagement.storage.archive import Archive
from engagement.storage.database import Clock, Store, data_folder, utc_now
from engagement.storage.decisions import Decisions
from engagement.storage.sessions import Sessions, kept_key
from engagement.ui.kept import Kept
from engagement.ui.tabs import Tabs

DEMO_SEED = 1
DEMO = f"demo:{DEMO_SEED}"
_MOST_CLIENTS, _MOST_ENDED = 200, 10_000
# Of the memory that may be kept, what readings take; the rest is for what is made of them.
_OF_READINGS = 0.75


class Clients:
    """One client per person by a name of theirs: made when first asked for, closed when their session ends.

    Of very many, the one not asked for longest is let go; where a session ended unseen, its own is among them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, Client] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def of(self, name: str, make: Callable[[], Client]) -> Client:
        """The client of that name, which ``make`` makes where there is none. Raises SignedOut for a session that has
        ended: a reading that began before goes on for others, and nobody would close what it opens now.
        """
        with self._lock:
            if name in self._ended:
                raise SignedOut
            if name not in self._clients:
                self._clients[name] = make()
            self._clients.move_to_end(name)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)[1].close(for_good=False)
            return self._clients[name]

    def close(self, name: str) -> None:
        """Closes the client of that name, where there is one, for good."""
        with self._lock:
            found = self._clients.pop(name, None)
            self._ended[name] = None
            if len(self._ended) > _MOST_ENDED:
                self._ended.popitem(last=False)
        if found is not None:
            found.close()

    def close_all(self) -> None:
        """Closes every client."""
        for name in list(self._clients):
            self.close(name)


@dataclass
class Runtime:
    """One of each for the whole process; ``clock`` is the one that all of them go by.

    ``account`` is the admission of the account that reads for every visitor.
    """

    settings: Settings
    store: Store
    sessions: Sessions
    archive: Archive
    clock: Clock
    demo_options: Options
    jobs: Jobs = field(default_factory=Jobs)
    kept: Kept = field(default_factory=Kept)
    clients: Clients = field(default_factory=Clients)
    tabs: Tabs = field(default_factory=Tabs)
    account: Admission | None = None

    def __post_init__(self) -> None:
        self.admissions = Admissions(self.jobs, self.clock)
        self.decisions = Decisions(self.store)
        self._lock = threading.Lock()
        self._demo: DemoServer | None = None
        self._demo_account: Account | None = None

    def demo(self) -> DemoServer:
        """The demo workspace, started on a free port of the loopback interface when first asked for."""
        with self._lock:
            if self._demo is None:
                self._demo = DemoServer(self.demo_options, clock=lambda: self.clock().timestamp()).start()
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
        """Closes all clients and the database, and stops the demo server, if it runs."""
        self.clients.close_all()
        with self._lock:
            if self._demo is not None:
                self._demo.stop()
            self._demo = self._demo_account = None
        self.store.close()


def build(
    environ: Mapping[str, str],
    files: Sequence[Path] = (),
    *,
    folder: Path | None = None,
    clock: Clock = utc_now,
    demo: Options | None = None,
) -> Runtime:
    """A runtime by the configuration; what it keeps in files is in ``folder``, by default the user's data folder.

    Nothing is connected yet. Raises InvalidSettings, and StoreUnavailable when the session key cannot be kept.
    """
    settings = configuration.load(environ, files)
    store = Store(settings.archive.url, folder=folder, clock=clock)
    key = settings.session.key.encode() if settings.session.key else kept_key(folder or data_folder())
    sessions = Sessions(store, key, clock, settings.session.hours)
    archive, most = Archive(store, settings.archive.weeks), settings.limits.memory * 2**20
    jobs, kept = Jobs(most_bytes=int(most * _OF_READINGS)), Kept(int(most * (1 - _OF_READINGS)))
    return Runtime(settings, store, sessions, archive, clock, demo or Options(seed=DEMO_SEED), jobs, kept)


_current: Runtime | None = None
_lock = threading.Lock()


def runtime() -> Runtime:
    """The runtime of this process, built at the first call. Raises what ``build`` raises, and then tries again."""
    global _current
    with _lock:
        if _current is None:
            _current = build(os.environ, configuration.default_files())
        return _current


def use(other: Runtime | None) -> None:
    """Put another runtime in its place; with None the next call of ``runtime`` builds one. For tests."""
    global _current
    with _lock:
        if _current is not None and _current is not other:
            _current.close()
        _current = other

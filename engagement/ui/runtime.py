"""What the routes and the pages of one process share: settings, database, sessions and archive."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engagement.settings import keys as configuration
from engagement.settings.keys import Settings
from engagement.storage.archive import Archive
from engagement.storage.database import Clock, Store, data_folder, utc_now
from engagement.storage.sessions import Sessions, kept_key


@dataclass(frozen=True)
class Runtime:
    """One of each for the whole process; ``clock`` is the one that all of them go by."""

    settings: Settings
    store: Store
    sessions: Sessions
    archive: Archive
    clock: Clock


def build(
    environ: Mapping[str, str],
    files: Sequence[Path] = (),
    *,
    folder: Path | None = None,
    clock: Clock = utc_now,
) -> Runtime:
    """A runtime by the configuration; what it keeps in files is in ``folder``, by default the user's data folder.

    Nothing is connected yet. Raises InvalidSettings, and StoreUnavailable when the session key cannot be kept.
    """
    settings = configuration.load(environ, files)
    store = Store(settings.archive.url, folder=folder, clock=clock)
    key = settings.session.key.encode() if settings.session.key else kept_key(folder or data_folder())
    return Runtime(settings, store, Sessions(store, key, clock, settings.session.hours), Archive(store), clock)


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
            _current.store.close()
        _current = other

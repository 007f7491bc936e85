"""An archive for a command that only reads: where nothing can be kept, it goes on in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

from engagement.errors import StoreUnavailable
from engagement.settings.keys import ArchivePlace
from engagement.storage.archive import Archive
from engagement.storage.database import IN_MEMORY, Store


def archive_or_memory(
    url: str | None, say: Callable[[StoreUnavailable], None], weeks: int = ArchivePlace.weeks
) -> Archive:
    """The archive of so many ``weeks`` in the database of ``url``; from the moment that fails, one in memory, after
    ``say`` was told once.

    What is found missing then is read from the workspace again. Raises InvalidSettings.
    """
    return cast("Archive", _OrMemory(url, say, weeks))


class _OrMemory:
    """Calls every method of an archive, and the same of another one when the database of the first fails."""

    def __init__(self, url: str | None, say: Callable[[StoreUnavailable], None], weeks: int) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._kept: Archive | None = None
        self._spare: Archive | None = None
        try:
            self._kept = Archive(Store(url), weeks)
        except StoreUnavailable as error:
            self._in_memory(error)

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._spare is None:
                try:
                    return getattr(self._kept, name)(*arguments, **named)
                except StoreUnavailable as error:
                    self._in_memory(error)
            return getattr(self._spare, name)(*arguments, **named)

        return call

    def _in_memory(self, error: StoreUnavailable) -> None:
        with self._lock:
            if self._spare is None:
                self._say(error)
                self._spare = Archive(Store(IN_MEMORY))

"""Which open tab shows figures, and to whom; and who was told where a file of theirs lies.

A tab has two names: that of its websocket, which ends with the connection, and the framework's own, under which it
goes on over the next one. All methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")
_MOST = 20_000
# An owner, and the rights with which what they were shown was read.
_Whose = tuple[str, str | None]


def name_of(session_id: str) -> str:
    """What a session is called in keys, which hold no secret."""
    return hashlib.sha256(session_id.encode()).hexdigest()


@dataclass(frozen=True)
class Visitor:
    """Who looks: by a session id, or by the name that a trusted proxy gave; and a name of the tab for jobs.

    ``rights`` are those with which what they were shown was read, None for whichever they have now.
    """

    session_id: str | None = field(repr=False)
    named: str | None
    viewer: str
    rights: str | None = None

    @property
    def owner(self) -> str:
        """Whose is what was shown to this visitor."""
        if self.session_id:
            return name_of(self.session_id)
        return "everyone" if self.named is None else f"named {self.named}"


class Tab:
    """A websocket. ``visitor`` is whom it shows figures to, None while it shows none; ``over`` when it must close."""

    def __init__(self) -> None:
        self.visitor: Visitor | None = None
        self.seen = 0.0
        self.over = False
        self.closing = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Nothing goes through it any more, and it is closed."""
        self.over = True
        # A loop that has ended has closed its websockets.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.closing.set)


class Tabs:
    """The open tabs of one process, whose pages can be resumed, and whose files lie ready."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Tab] = {}
        self._pages: OrderedDict[str, _Whose | None] = OrderedDict()
        self._files: OrderedDict[str, frozenset[_Whose]] = OrderedDict()

    def open(self, socket: str, tab: Tab) -> None:
        """Keeps the tab of a new websocket."""
        with self._lock:
            self._open[socket] = tab

    def closed(self, socket: str) -> None:
        """Forgets a websocket that is closed."""
        with self._lock:
            self._open.pop(socket, None)

    def shows(self, socket: str | None, page: str, visitor: Visitor | None) -> None:
        """Notes that the page of a tab shows figures to ``visitor``, or that it shows none to anybody."""
        with self._lock:
            if tab := self._open.get(socket or ""):
                # Just admitted.
                tab.visitor, tab.seen = visitor, time.monotonic()
                _keep(self._pages, page, _whose(visitor) if visitor else None)

    def resumes(self, page: str, visitor: Visitor, tab: Tab) -> bool:
        """True when what the page last showed was this visitor's, or no figures: ``tab`` then goes on with it."""
        with self._lock:
            if page not in self._pages:
                return False
            whose = self._pages[page]
            if whose is not None and whose[0] != visitor.owner:
                return False
            tab.visitor = replace(visitor, rights=whose[1]) if whose else None
            return True

    def told(self, file: str, visitor: Visitor) -> None:
        """Notes that the place of a file was told to a visitor."""
        with self._lock:
            _keep(self._files, file, self._files.get(file, frozenset()) | {_whose(visitor)})

    def as_told(self, file: str, visitor: Visitor) -> list[Visitor]:
        """This visitor with the rights with which the place of the file was told to them, in this tab or another of
        theirs; none where it was not.
        """
        with self._lock:
            told = self._files.get(file, frozenset())
        return [replace(visitor, rights=rights) for owner, rights in told if owner == visitor.owner]

    def drop(self, owner: str | None) -> None:
        """Closes every tab that shows figures to the owner, or to anybody; what it showed can be had no more."""
        with self._lock:
            tabs = [tab for tab in self._open.values() if tab.visitor and owner in {None, tab.visitor.owner}]
            for page in [page for page, whose in self._pages.items() if whose and owner in {None, whose[0]}]:
                del self._pages[page]
            for file, told in list(self._files.items()):
                self._files[file] = frozenset(whose for whose in told if owner not in {None, whose[0]})
                if not self._files[file]:
                    del self._files[file]
        for tab in tabs:
            tab.close()


def _whose(visitor: Visitor) -> _Whose:
    return visitor.owner, visitor.rights


def _keep(kept: OrderedDict[str, T], name: str, value: T) -> None:
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > _MOST:
        kept.popitem(last=False)

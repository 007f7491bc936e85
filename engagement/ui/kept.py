"""What was made of a reading, kept for whoever asks for the same of the same reading: nothing of a page is computed
again when another of its controls is touched, nor when somebody else looks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import ref

from engagement.reading.jobs import bytes_of
from engagement.settings.keys import Limits

T = TypeVar("T")

# A quarter of what may be kept of readings and of what is made of them.
MOST_BYTES = Limits.memory * 2**20 // 4


class Kept:
    """Things made of something else, at most so many bytes of them; those not asked for longest go first.

    Whoever holds what a thing is made of may see it: readings themselves are found under the rights of who asks. What
    is made of a reading that is gone is never found again. All methods may be called from any thread.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._things: OrderedDict[tuple[ref[Any], Hashable], tuple[Any, int]] = OrderedDict()
        self.bytes = 0

    def of(self, source: object, key: Hashable, make: Callable[[], T], size: Callable[[T], int] | None = None) -> T:
        """What ``make`` makes of ``source``; ``key`` holds everything else that it depends on.

        What ``size`` does not say is measured, the key with it.
        """
        whole = (ref(source), key)
        with self._lock:
            if whole in self._things:
                self._things.move_to_end(whole)
                thing: T = self._things[whole][0]
                return thing
        thing = make()
        with self._lock:
            self._forget(whole)
            # A filter can name thousands of rooms, and what is made by it be a number.
            self._things[whole] = (thing, bytes_of((key, thing)) if size is None else size(thing))
            self.bytes += self._things[whole][1]
            for gone in [one for one in self._things if one[0]() is None]:
                self._forget(gone)
            while self.bytes > self._most:
                self._forget(next(iter(self._things)))
        return thing

    def _forget(self, whole: tuple[ref[Any], Hashable]) -> None:
        _, size = self._things.pop(whole, (None, 0))
        self.bytes -= size

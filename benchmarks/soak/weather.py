"""Faults of the workspace that come and go."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Any

from engagement.demo import DemoServer
from engagement.demo import tampering as changes

ROUTES = ("channels/list", "messages-sent", "rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone",
          "permissions.listAll", "/me", "/api/info")  # fmt: skip
NAMED = ("500", "502", "429", "hang", "cut", "garbage", "nonsense", "html")
TOTALS = ("negative", "zero", "fewer than rows", "rows of the page", "shrinking", "one page ahead")
LISTS = ROUTES[:1] + ROUTES[2:6]


class Weather:
    """Fine and foul in turns of ``spell`` seconds, from ``start`` until ``stop``; ``seen`` counts what was sent.

    Without ``hangs`` every call is answered: a reading that nobody waits for any more goes on for another minute and a
    half, and so does what it holds.
    """

    def __init__(self, server: DemoServer, dice: random.Random, spell: float, *, hangs: bool = True) -> None:
        self._server, self._dice, self._spell = server, dice, spell
        self._kinds = [*(name for name in NAMED if hangs or name != "hang"), "total", "room twice", "unannounced"]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._change, daemon=True)
        self.seen: Counter[str] = Counter()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Fine from now on."""
        self._over.set()
        self._thread.join(10)
        self._server.heal()

    def _change(self) -> None:
        while not self._over.wait(self._spell):
            for _ in range(self._dice.randint(1, 3)):
                self._foul()
            self._over.wait(self._spell)
            self._server.heal()

    def _foul(self) -> None:
        name = self._dice.choice(self._kinds)
        route = self._dice.choice(LISTS if name in ("total", "room twice", "unannounced") else ROUTES)
        fault: Any = name
        if name == "total":
            fault = changes.total(self._dice.choice(TOTALS))  # type: ignore[arg-type]
        elif name == "room twice":
            room = self._dice.choice(self._server.workspace.rooms)
            fault = changes.room_twice(room.room_id, messages=1_000_000)
        elif name == "unannounced":
            fault = changes.unannounced(7)
        self.seen[f"{name} on {route.strip('/')}"] += 1
        self._server.fail_next(route, fault, self._dice.choice([1, 2, 5, None]))

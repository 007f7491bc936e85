"""What the demo workspace is asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engagement.demo.windows import Counting


@dataclass(frozen=True)
class Options:
    """The flags of ``python -m engagement demo``; the defaults are a workspace of release 8.4 that lives today.

    ``rate_limit`` is calls a minute for each route and client address, 0 for none. ``timezone`` is a name such as
    ``Asia/Kolkata``; None takes the environment variable TZ, or UTC. ``release`` has two or three numbers. ``counting``
    is how the length of a window is worked out (see ``windows``).
    """

    rooms: int = 1200
    seed: int = 1
    data: Path | None = None
    today: date | None = None
    release: tuple[int, ...] = (8, 4)
    rate_limit: int = 10
    page_cap: int = 100
    unlimited: bool = True
    unlicensed: bool = False
    shuffle_ties: bool = False
    counting: Counting = "documented"
    timezone: str | None = None

    def __post_init__(self) -> None:
        if len(self.release) not in (2, 3) or not (3, 1) <= self.release[:2] <= (9, 0):
            raise ValueError("The demo workspace speaks as the releases from 3.1 to 9.0 do.")
        if self.rooms < 1 or self.page_cap < 1 or self.rate_limit < 0:
            raise ValueError(
                "The demo workspace needs at least one room, a page of at least one, and no negative limit."
            )

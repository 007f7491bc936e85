"""What the demo workspace is asked to be, what every route of it knows, and a call to one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from starlette.responses import Response

from engagement.demo.accounts import Account, Accounts
from engagement.demo.board import Board
from engagement.demo.community import Community
from engagement.demo.files import from_files
from engagement.demo.generated import generate
from engagement.demo.limiter import RateLimiter
from engagement.demo.responses import Dialect, failure
from engagement.demo.windows import Counting
from engagement.demo.workspace import Workspace
from engagement.demo.zone import ServerClock

DEFAULT_COUNT = 50


@dataclass(frozen=True)
class Options:
    """The flags of ``python -m engagement demo``; the defaults are a workspace of release 8.4 that lives today.

    ``rate_limit`` is calls a minute for each route and client address, 0 for none. ``timezone`` is a name such as
    ``Asia/Kolkata``; None takes the environment variable TZ, or UTC. ``release`` has two or three numbers. ``counting``
    is how the length of a window is worked out (see ``windows``). An ``unregistered`` workspace has no id of its own.
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
    unregistered: bool = False

    def __post_init__(self) -> None:
        if len(self.release) not in (2, 3) or not (3, 1) <= self.release[:2] <= (9, 0):
            raise ValueError("The demo workspace speaks as the releases from 3.1 to 9.0 do.")
        if self.rooms < 1 or self.page_cap < 1 or self.rate_limit < 0:
            raise ValueError(
                "The demo workspace needs at least one room, a page of at least one, and no negative limit."
            )


class State:
    """One running workspace. ``options`` may be replaced while it runs; only rooms, seed, data and zone are fixed.

    ``on_page`` is called before each answer of the channel list. Raises ValueError or OSError for options that cannot
    be met.
    """

    def __init__(
        self, options: Options, clock: Callable[[], float] = time.time, community: Community | None = None
    ) -> None:
        self.options = options
        self._data = None if community is not None else _digest(options.data)
        given = community or (from_files(options.data) if options.data is not None else None)
        today = options.today
        if today is None and options.data is not None and given is not None:
            today = given.counts.last_day
        self.clock = ServerClock(clock, options.timezone, today)
        if given is not None:
            self.workspace = Workspace(given, self.clock)
        else:
            renew = partial(generate, options.rooms, options.seed)
            self.workspace = Workspace(renew(self.clock.today()), self.clock, renew)
        self.accounts = Accounts(self.clock.seconds)
        self.limiter = RateLimiter(self.clock.seconds)
        self.board = Board()
        self.on_page: Callable[[], None] | None = None

    def swap(self, community: Community) -> None:
        """Another community takes the place of this one, as after a new installation of a server without an id.

        It has the same accounts, but issued none of the tokens.
        """
        self._data = None
        self.accounts.forget_all()
        self.workspace = Workspace(community, self.clock)

    @property
    def identity(self) -> str | None:
        """What tells this workspace from another one at the same address; None for one written by hand, and for one
        that is not registered.

        A build that counts otherwise is another workspace too, as a release is not changed under its number.
        """
        if self._data is None or self.options.unregistered:
            return None
        options = self.options
        said = f"{options.seed} {options.rooms} {self._data} {self.clock.zone} {options.counting}"
        return str(uuid5(NAMESPACE_URL, said))

    @property
    def dialect(self) -> Dialect:
        """How the release that the workspace pretends to be speaks."""
        return Dialect(self.options.release)


def _digest(data: Path | None) -> str:
    if data is None:
        return ""
    return hashlib.sha256(b"".join((data / name).read_bytes() for name in ("rooms.csv", "daily.csv"))).hexdigest()


@dataclass(frozen=True)
class Call:
    """One call of a route, with who calls where that is known."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, object] = field(repr=False)
    address: str
    account: Account | None = None

    def text(self, name: str) -> str | None:
        """The query parameter ``name``, if given."""
        values = self.query.get(name)
        return values[-1] if values else None

    @property
    def who(self) -> Account:
        """The account that calls a route behind the sign-in."""
        if self.account is None:
            raise AssertionError("a route without sign-in asked who calls")
        return self.account

    @property
    def token(self) -> str:
        """The token that the call came with."""
        return self.headers.get("x-auth-token", "")


class Refusal(Exception):
    """A route ends early with this answer."""

    def __init__(self, refusal: Response) -> None:
        self.answer = refusal
        super().__init__(refusal.status_code)


def page(call: Call, options: Options) -> tuple[int, int | None]:
    """The first row of the page asked for and how many (None: all), as the workspace allows. Raises Refusal."""
    offset, count = _number(call, "offset", 0), _number(call, "count", DEFAULT_COUNT)
    if offset < 0 or count < 0:
        raise Refusal(failure("the limit must be positive"))
    count = min(count, options.page_cap)
    if count == 0 and not options.unlimited:
        count = min(DEFAULT_COUNT, options.page_cap)
    return offset, count or None


def _number(call: Call, name: str, default: int) -> int:
    try:
        return int(call.text(name) or default)
    except ValueError:
        return default

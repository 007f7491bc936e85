"""Keeping to the rate limit of a workspace: wait before it refuses, and never ask again before the announced reset."""

from __future__ import annotations

import math
import re
import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import IntEnum

from engagement.errors import SlowDown

WINDOW_SECONDS = 60.0
LONGEST_WAIT = 15 * 60.0
# A reset further away is a mistake of a clock or a proxy: the server's windows are a minute long.
LONGEST_WINDOW = 5 * 60.0
LIMITED = "the workspace allows only so many calls a minute"

# The Date header has a resolution of one second and may come from a proxy's clock, and the server opens its
# next window a moment after the announced instant, never at it.
_MARGIN = 1.0
# How soon a call looks again whether those who go first have gone.
_BEHIND = 1.0
# Whatever is read by and by asks again within so many seconds, or has what it wanted.
_NEXT = 10.0
_MOST_EXEMPT = 1_000
_MOST_UNUSED = 100
_WAIT_IN_TEXT = re.compile(r"wait (\d{1,6}) second", re.IGNORECASE)

Sleep = Callable[[float], None]
OnWait = Callable[[str, float], None]


class Turn(IntEnum):
    """Who goes first: what somebody asked for, what arrives before their eyes, what is read behind it, and after."""

    ASKED = 0
    IN_SIGHT = 1
    BACKGROUND = 2
    LAST = 3


@dataclass
class _Route:
    """What is known of one route: the server's window, our calls under way and of the last minute, who waits, and
    whether it was asked in the name of an account.
    """

    limit: int | None = None
    remaining: int = 0
    reset_at: float | None = None
    server_reset: float = 0.0
    under_way: Counter[str] = field(default_factory=Counter)
    exempt: dict[str, None] = field(default_factory=dict)
    sent: deque[float] = field(default_factory=deque)
    named: bool = False
    waiting: Counter[Turn] = field(default_factory=Counter)

    def room(self) -> int:
        """Calls that the window still has for us, less those under way (exempt accounts use none)."""
        return self.remaining - sum(calls for who, calls in self.under_way.items() if who not in self.exempt)

    def spare(self, who: str) -> None:
        """``who`` is exempt; of very many accounts, those that were seen last are remembered."""
        self.exempt.pop(who, None)
        self.exempt[who] = None
        if len(self.exempt) > _MOST_EXEMPT:
            del self.exempt[next(iter(self.exempt))]

    def landed(self, who: str) -> None:
        """A call of ``who`` is no longer under way."""
        self.named = self.named or bool(who)
        self.under_way[who] -= 1
        self.under_way = +self.under_way


class Pace:
    """The rate limit of one workspace as this process knows it; safe to share between threads and accounts.

    The server counts per route and client address, so all accounts of a process share what is learned; an
    account whose answers carry no ``X-RateLimit`` headers is exempt on that route. ``calls_a_minute`` is a
    ceiling of our own per route, for everybody. ``copies`` of the dashboard share ceiling and limit: each takes its
    part, at least one call.

    Who looks goes first: calls in the background leave half of each route's limit free, whoever used the other half,
    those in sight one call. None of them goes while one of an earlier turn waits, nor in the background while the next
    one in sight is expected.
    """

    def __init__(
        self,
        calls_a_minute: int | None = None,
        *,
        copies: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls_a_minute = calls_a_minute
        self.copies = copies
        self.monotonic = monotonic
        self._routes: dict[str, _Route] = {}
        self._made_at: dict[Turn, float] = {}
        self._lock = threading.Lock()

    def limit(self, who: str = "") -> int | None:
        """The calls a minute and route that the server announced, the lowest of all routes; None where it did not.

        For an account, ``who``, those of the routes that are asked in the name of one, and on which it is not exempt:
        whoever signs in or asks for the release is nobody yet, and is counted like all others.
        """
        with self._lock:
            states = [state for state in self._routes.values() if not who or (state.named and who not in state.exempt)]
            return min((state.limit for state in states if state.limit is not None), default=None)

    def allowed(self, who: str = "", turn: Turn = Turn.ASKED) -> int | None:
        """The calls a minute that this copy may make, in the name of ``who``, at a turn or in all; None: no limit."""
        limits = [limit for limit in (self.limit(who), self.calls_a_minute) if limit is not None]
        return self._share(min(limits), turn) if limits else None

    def _share(self, limit: int, turn: Turn) -> int:
        part = max(1, limit // self.copies)
        return part - _left_free(part, turn)

    def take_place(
        self,
        route: str,
        who: str,
        *,
        sleep: Sleep,
        on_wait: OnWait | None = None,
        longest_wait: float = LONGEST_WAIT,
        turn: Turn = Turn.ASKED,
    ) -> float:
        """Reserves one call of ``who`` to ``route``, sleeping until there is room; the seconds waited come back.

        Each wait is announced with ``on_wait(LIMITED, seconds)`` first. Raises SlowDown, without sleeping, when
        the waits would add up to more than ``longest_wait`` seconds, or one of them where others may go first for
        long; and whatever ``sleep`` raises.
        """
        waited, seconds = 0.0, self._reserve(route, who, turn)
        with self._in_line(route, turn) if seconds else nullcontext():
            while seconds > 0:
                if seconds + (0 if turn else waited) > longest_wait:
                    raise SlowDown(seconds)
                if on_wait is not None:
                    on_wait(LIMITED, seconds)
                sleep(seconds)
                waited += seconds
                seconds = self._reserve(route, who, turn)
        return waited

    def expect(self, turn: Turn) -> None:
        """A call at this turn is about to be made, and those of later turns let it."""
        with self._lock:
            self._made_at[turn] = self.monotonic()

    @contextmanager
    def _in_line(self, route: str, turn: Turn) -> Iterator[None]:
        """Somebody waits for a place, and no call of a later turn takes it."""
        with self._lock:
            self._state(route).waiting[turn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._state(route).waiting[turn] -= 1

    def answered(self, route: str, who: str, headers: Mapping[str, str], *, success: bool) -> None:
        """Learns from the headers of an answer to a call that had a place.

        Only a ``success`` without the headers shows an exempt account: an error may come from a proxy.
        """
        limit, remaining, reset = (_number(headers.get(f"X-RateLimit-{name}")) for name in _HEADERS)
        with self._lock:
            state = self._state(route)
            state.landed(who)
            if limit is None or remaining is None or reset is None:
                state.remaining = max(0, state.remaining - (who not in state.exempt))
                if success:
                    state.spare(who)
                return
            state.exempt.pop(who, None)
            self._learn(state, max(1, int(limit)), max(0, int(remaining)), reset / 1000, server_time(headers))

    def refused(self, route: str, who: str, headers: Mapping[str, str], text: str, refusals: int = 1) -> float:
        """Learns from a 429 how many seconds nobody may call ``route``, which come back.

        They are at least doubled by each of the ``refusals`` that one call has met, whatever the server announces.
        """
        with self._lock:
            state = self._state(route)
            state.landed(who)
            state.exempt.pop(who, None)
            seconds = max(_announced_wait(headers, text), min(WINDOW_SECONDS, 2.0 ** (refusals - 1)))
            state.limit = state.limit or int(_number(headers.get("X-RateLimit-Limit")) or 10)
            state.remaining = 0
            state.reset_at = max(state.reset_at or 0.0, self.monotonic() + seconds)
            state.server_reset = (server_time(headers) or 0.0) + seconds
            return seconds

    def failed(self, route: str, who: str) -> None:
        """Gives up the place of a call that got no answer; the server may have counted it."""
        with self._lock:
            state = self._state(route)
            state.landed(who)
            state.remaining = max(0, state.remaining - (who not in state.exempt))

    def _state(self, route: str) -> _Route:
        return self._routes.setdefault(route, _Route())

    def _reserve(self, route: str, who: str, turn: Turn) -> float:
        """Seconds until there may be room for one more call; 0.0 when the place was taken just now."""
        with self._lock:
            now = self.monotonic()
            state = self._state(route)
            wait = self._ceiling_wait(state, who, now, turn)
            if who not in state.exempt:
                wait = max(wait, self._window_wait(state, now, turn))
            if self._held_up(state, who, now, turn):
                wait = max(wait, _BEHIND)
            if wait > 0:
                return wait
            state.under_way[who] += 1
            self._made_at[turn] = now
            if self.calls_a_minute is not None or (self.copies > 1 and who not in state.exempt):
                state.sent.append(now)
            return 0.0

    def _held_up(self, state: _Route, who: str, now: float, turn: Turn) -> bool:
        """Whether others go before a call of ``who``: those of an earlier turn that wait, or are about to ask."""
        if any(state.waiting[first] for first in Turn if first < turn):
            return True
        others = [self._made_at.get(first, -math.inf) for first in Turn if Turn.IN_SIGHT <= first < turn]
        return who not in state.exempt and now < max(others, default=-math.inf) + _NEXT

    def _ceiling_wait(self, state: _Route, who: str, now: float, turn: Turn) -> float:
        length = WINDOW_SECONDS + _MARGIN
        while state.sent and state.sent[0] + length <= now:
            state.sent.popleft()
        # The server's window tells what all copies have used, but only after an answer: each keeps to its part.
        limits = [self.calls_a_minute, state.limit if self.copies > 1 and who not in state.exempt else None]
        known = [self._share(limit, turn) for limit in limits if limit is not None]
        if not known:
            return 0.0
        if len(state.sent) < min(known):
            return 0.0
        return state.sent[-min(known)] + length - now

    def _window_wait(self, state: _Route, now: float, turn: Turn) -> float:
        if state.limit is None:
            return 0.0
        if state.reset_at is None or now >= state.reset_at:
            # A new window: it starts with our next call unless somebody else's started it, which its answer tells.
            state.remaining = state.limit
            state.reset_at = now + WINDOW_SECONDS + _MARGIN
            state.server_reset = 0.0
        return 0.0 if state.room() > _left_free(state.limit, turn) else state.reset_at - now

    def _learn(self, state: _Route, limit: int, remaining: int, reset: float, now_there: float | None) -> None:
        if state.limit is not None and now_there is not None and reset <= now_there:
            # The answer took so long that the window it tells of is over: it says nothing of the present one.
            return
        seconds = WINDOW_SECONDS if now_there is None else _believed(reset - now_there)
        reset = reset if now_there is None else now_there + seconds
        reset_at = self.monotonic() + seconds + _MARGIN
        window_over = state.limit is None or now_there is None or now_there + _MARGIN > state.server_reset
        # Behind a load balancer every server process has a window of its own: until the known window is over,
        # the least room and the latest reset of all of them hold.
        state.remaining = remaining if window_over else min(state.remaining, remaining)
        state.reset_at = reset_at if window_over or state.reset_at is None else max(state.reset_at, reset_at)
        state.server_reset = reset if window_over else max(state.server_reset, reset)
        state.limit = limit


def _left_free(limit: int, turn: Turn) -> int:
    """The calls of ``limit`` that are left to earlier turns: a later one has one call at least."""
    if turn >= Turn.BACKGROUND:
        return limit - max(1, limit // 2)
    return min(1, limit - 1) if turn is Turn.IN_SIGHT else 0


_HEADERS = ("Limit", "Remaining", "Reset")
# Every Pace that somebody holds, and the last ones even when nobody does: an address asked a moment ago is known.
_shared: weakref.WeakValueDictionary[str, Pace] = weakref.WeakValueDictionary()
_recent: deque[Pace] = deque(maxlen=_MOST_UNUSED)
_shared_lock = threading.Lock()


def shared_pace(address: str, calls_a_minute: int | None = None, copies: int = 1) -> Pace:
    """The one Pace of this process for the workspace at ``address``; what was given last holds.

    Where nobody holds it, it is forgotten when many other addresses were asked since.
    """
    with _shared_lock:
        pace = _shared.get(address) or Pace()
        _shared[address] = pace
        with suppress(ValueError):
            _recent.remove(pace)
        _recent.append(pace)
        pace.calls_a_minute, pace.copies = calls_a_minute, copies
        return pace


def patiently(call: Callable[[], object], pause: Sleep, longest_wait: float = LONGEST_WAIT) -> None:
    """Calls until the rate limit lets it pass, with ``pause(seconds)`` between; raises SlowDown when the pauses would
    add up to more than ``longest_wait`` seconds.
    """
    waited = 0.0
    while True:
        try:
            call()
            return
        except SlowDown as slow:
            waited += slow.seconds
            if waited > longest_wait:
                raise
            pause(slow.seconds)


def server_time(headers: Mapping[str, str]) -> float | None:
    """The server's clock at an answer, in seconds since 1970; None when it does not say, or a cache on the way did."""
    if headers.get("Age", "0").strip() != "0":
        return None
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"-?\d{1,16}", text.strip()) else None


def _announced_wait(headers: Mapping[str, str], text: str) -> float:
    """Seconds to wait after a 429: the Reset header on the server's own clock, else Retry-After, else the text."""
    reset, now_there = _number(headers.get("X-RateLimit-Reset")), server_time(headers)
    if reset is not None and now_there is not None:
        return _believed(reset / 1000 - now_there) + _MARGIN
    retry_after = _number(headers.get("Retry-After"))
    if retry_after is not None:
        return _believed(retry_after) + _MARGIN
    found = _WAIT_IN_TEXT.search(text)
    return _believed(float(found.group(1)) if found else WINDOW_SECONDS) + _MARGIN


def _believed(seconds: float) -> float:
    """The announced seconds until a reset: none where it is over, one window where it is too far away to be true."""
    return max(0.0, seconds) if seconds <= LONGEST_WINDOW else WINDOW_SECONDS

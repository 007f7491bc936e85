"""One HTTP exchange with a workspace: in time, of a bounded size, at the allowed pace, and without leaking a secret."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from engagement.api.answer import Answer, answer_of
from engagement.api.guard import Adapter, Exchange, Way, within
from engagement.api.pace import LONGEST_WAIT, OnWait, Pace, Sleep, Turn, server_time
from engagement.errors import (
    Gated,
    Interrupted,
    InvalidAddress,
    LedElsewhere,
    NotRocketChat,
    ProxyFailed,
    ReadingStopped,
    SignedOut,
    SlowDown,
    Unreachable,
    UnreadableAnswer,
    Untrusted,
)
from engagement.numbers.receipt import Receipt

# About half a minute in all: as long as a workspace needs to be started again.
PAUSES = (2.0, 4.0, 8.0, 16.0)
FAILING = "the workspace failed to answer"

_CHUNK = 2**18
_BUSY = frozenset({502, 503, 504})
_FAILED = _BUSY | {500}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = frozenset({401, 403})
_FOREIGN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bounds:
    """How much is borne of a server: the bytes and seconds of one answer, and the seconds of all calls together.

    Waiting for the rate limit does not count.
    """

    largest: int = 256 * 2**20
    answer_seconds: float = 600.0
    all_seconds: float | None = None


@dataclass(frozen=True)
class Waits:
    """How a job waits: ``stop`` ends its waits and its answers, ``on_wait(why, seconds)`` is told of each pause,
    and ``sleep`` may raise to end one. At a later ``turn`` it lets others go first.
    """

    stop: threading.Event | None = None
    on_wait: OnWait | None = None
    sleep: Sleep | None = None
    turn: Turn = Turn.ASKED


READING = Bounds()
# Somebody waits before a form, and the address may be any that they typed.
SIGNING_IN = Bounds(largest=8 * 2**20, answer_seconds=12.0, all_seconds=12.0)


@dataclass(frozen=True)
class _Raw:
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


class Transport:
    """Calls one workspace. Reads (GET) wait for the rate limit and are tried again after each of PAUSES where the
    workspace failed to answer (once where nobody may wait); anything else is sent once.

    Proxies, netrc and certificates named by the environment are not used: ``way`` says how the workspace is reached.
    """

    def __init__(
        self,
        address: str,
        *,
        pace: Pace,
        timeout: tuple[float, float],
        monotonic: Callable[[], float],
        waits: Waits,
        bounds: Bounds = READING,
        way: Way,
    ) -> None:
        self.address = address
        self.base = address
        self.pace = pace
        self.timeout = timeout
        self._bounds = bounds
        self._spent = 0.0
        self._monotonic = monotonic
        self._waits = waits
        self._clock: tuple[float, float] | None = None
        self._session = _Session()
        self._session.trust_env = False
        self._session.verify = way.ca_bundle or True
        self._session.headers.update({"Accept": "application/json", "User-Agent": "channel-engagement"})
        self._session.headers.update(way.headers)
        self._session.proxies = dict.fromkeys(("http", "https"), way.proxy) if way.proxy else {}
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, Adapter(guard=way.guard))

    @property
    def waits(self) -> Waits:
        """How calls wait."""
        return self._waits

    def with_waits(self, waits: Waits) -> Transport:
        """The same transport over the same connections, with other waits."""
        other = copy(self)
        other._waits = waits
        return other

    def close(self, *, for_good: bool) -> None:
        """Closes the connections; for good, whoever else still calls over them, or until the next call."""
        self._session.closed |= for_good
        self._session.close()

    def server_now(self) -> datetime:
        """The server's clock in UTC, from its last answer; our own clock when it has not told the time."""
        if self._clock is None:
            return datetime.now(UTC)
        then, at = self._clock
        return datetime.fromtimestamp(then, UTC) + timedelta(seconds=self._monotonic() - at)

    def get(self, path: str, params: Params = (), *, headers: Mapping[str, str], who: str, wait: bool = True) -> Answer:
        """Reads ``path``. Raises Unreachable, NotRocketChat, Gated, UnreadableAnswer; SlowDown when it may not wait."""
        longest = LONGEST_WAIT if wait else 0.0
        pauses = list(PAUSES if wait else PAUSES[:1])
        waited, calls, refusals = 0.0, 0, 0
        while True:
            waited += self._take_place(path, who, longest - waited)
            calls += 1
            try:
                raw = self._exchange("GET", path, who, params=params, headers=headers)
            except Interrupted:
                if not pauses:
                    raise
                self._pause(pauses.pop(0))
                continue
            answer = answer_of(raw.status, raw.content)
            if raw.status == 429:
                refusals += 1
                seconds = self.pace.refused(path, who, raw.headers, answer.error, refusals)
                if waited + seconds > longest:
                    raise SlowDown(seconds)
                continue
            self._learn(path, who, raw)
            if raw.status not in _FAILED or (raw.status not in _BUSY and not pauses):
                self._check_gate(raw, answer)
                return replace(answer, receipt=Receipt(calls=calls, waited=timedelta(seconds=waited)))
            if not pauses:
                raise Unreachable(self.address)
            self._pause(pauses.pop(0))

    def post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        headers: Mapping[str, str],
        who: str,
        file: tuple[str, bytes, str] | None = None,
    ) -> Answer:
        """Sends ``body`` to ``path`` once and without waiting, as a form where a ``file`` (name, content, kind) goes
        with it. Raises as ``get`` does, SlowDown at once.
        """
        self._take_place(path, who, 0.0)
        sent = {"json": body} if file is None else {"data": body, "files": {"file": file}}
        raw = self._exchange("POST", path, who, sent=sent, headers=headers)
        answer = answer_of(raw.status, raw.content)
        if raw.status == 429:
            raise SlowDown(self.pace.refused(path, who, raw.headers, answer.error))
        self._learn(path, who, raw)
        if raw.status in _BUSY:
            raise Unreachable(self.address)
        self._check_gate(raw, answer)
        return answer

    def _pause(self, seconds: float) -> None:
        """Waits before a failed read is tried again, and says so."""
        if self._waits.on_wait is not None:
            self._waits.on_wait(FAILING, seconds)
        self.sleep(seconds)

    def _check_gate(self, raw: _Raw, answer: Answer) -> None:
        """Raises Gated for a refusal that is none of Rocket.Chat's, whose refusals are JSON and ask no browser."""
        if raw.status not in _REFUSALS:
            return
        if "WWW-Authenticate" in raw.headers or not (answer.body or {}).keys() & {"success", "status"}:
            raise Gated(self.address)

    def sleep(self, seconds: float) -> None:
        """Waits, unless the reading was or is stopped meanwhile: then ReadingStopped."""
        self._check_stop()
        if self._waits.sleep is not None:
            self._waits.sleep(seconds)
        elif self._waits.stop is not None:
            self._waits.stop.wait(seconds)
        else:
            time.sleep(seconds)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._session.closed:
            # Whose account it was has signed out. What goes on for others goes on in a name of theirs.
            raise SignedOut
        if self._waits.stop is not None and self._waits.stop.is_set():
            raise ReadingStopped

    def _take_place(self, path: str, who: str, longest: float) -> float:
        self._check_stop()
        return self.pace.take_place(
            path,
            who,
            sleep=self.sleep,
            on_wait=self._waits.on_wait,
            longest_wait=longest,
            turn=self._waits.turn,
        )

    def _learn(self, path: str, who: str, raw: _Raw) -> None:
        self.pace.answered(path, who, raw.headers, success=raw.status == 200)

    def _exchange(
        self,
        method: str,
        path: str,
        who: str,
        *,
        headers: Mapping[str, str],
        params: Params = (),
        sent: Mapping[str, Any] | None = None,
    ) -> _Raw:
        """One call, redirects within the workspace included. Raises Interrupted when another try is worth it."""
        try:
            for _ in range(4):
                raw = self._once(method, self.base + path, params, sent, headers)
                if raw.status == 407:
                    raise ProxyFailed(self.address)
                if raw.status not in _REDIRECTS:
                    return raw
                self.base = self._redirected(path, raw.headers.get("Location", ""))
            raise NotRocketChat(self.address)
        except _FOREIGN as exc:
            self.pace.failed(path, who)
            _strip(exc)
            raise self._failure(exc) from exc
        except (InvalidAddress, NotRocketChat, Unreachable, UnreadableAnswer, ReadingStopped) as exc:
            self.pace.failed(path, who)
            _strip(exc)
            raise

    def _once(
        self, method: str, url: str, params: Params, sent: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> _Raw:
        began = self._monotonic()
        try:
            with within(self._seconds_left(), self._waits.stop, self._monotonic) as exchange:
                return self._sent(method, url, params, sent, headers, exchange)
        finally:
            self._spent += self._monotonic() - began
            if self._session.closed:
                # It may have been closed after this call had taken its connection.
                self._session.close()

    def _seconds_left(self) -> float:
        """How long the next answer may take. Raises Unreachable when no time is left for any."""
        left = self._bounds.answer_seconds
        if self._bounds.all_seconds is not None:
            left = min(left, self._bounds.all_seconds - self._spent)
        if left <= 0:
            raise Unreachable(self.address)
        return left

    def _sent(
        self,
        method: str,
        url: str,
        params: Params,
        sent: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        exchange: Exchange,
    ) -> _Raw:
        with self._session.request(
            method,
            url,
            params=list(params),
            headers=dict(headers),
            timeout=self.timeout,
            stream=True,
            allow_redirects=False,
            **(sent or {}),
        ) as response:
            now_there = server_time(response.headers)
            content = b"" if response.status_code in _REDIRECTS else self._content(response, exchange)
            if now_there is not None:
                self._clock = (now_there, self._monotonic())
            return _Raw(response.status_code, response.headers, content)

    def _content(self, response: requests.Response, exchange: Exchange) -> bytes:
        # read1 hands over what has arrived, so that no drop of an answer that comes in drops is waited for.
        chunks: list[bytes] = []
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._bounds.largest:
                raise UnreadableAnswer("it has no end")
            exchange.check()
        return b"".join(chunks)

    def _redirected(self, path: str, location: str) -> str:
        """The base address after a redirect that stays in the workspace. Raises NotRocketChat for any other."""
        here = urlsplit(self.base + path)
        try:
            there = urlsplit(urljoin(self.base + path, location))
        except ValueError as exc:
            raise NotRocketChat(self.address) from exc
        same = there.hostname == here.hostname and there.path == here.path and there.username is None
        upgraded = (here.scheme, there.scheme) == ("http", "https")
        if not same or not upgraded:
            raise LedElsewhere(self.address)
        return f"https://{there.netloc}{there.path.removesuffix(path)}"

    def _failure(self, exc: BaseException) -> Exception:
        if isinstance(exc, urllib3.exceptions.DecodeError):
            return UnreadableAnswer("its compression is broken")
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in _chain(exc)):
            return Untrusted(self.address)
        if any(isinstance(one, requests.exceptions.ProxyError) for one in _chain(exc)):
            return ProxyFailed(self.address)
        return Interrupted(self.address) if _interrupted(exc) else Unreachable(self.address)


class _Session(requests.Session):
    """A session that leaves redirects to us: its own preparations read a redirect's body whole, however long.

    ``closed`` says that it was closed for good, where others would open connections again.
    """

    closed = False

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _chain(exc: BaseException) -> list[BaseException]:
    """The exception and everything that led to it."""
    found: list[BaseException] = []
    waiting: list[object] = [exc]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _interrupted(exc: BaseException) -> bool:
    """True when a connection that stood was cut, as opposed to refused, unknown, untrusted, slow or cut by us."""
    if isinstance(exc, TimeoutError):
        return False
    cut = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, urllib3.exceptions.IncompleteRead)
    return any(isinstance(one, cut) for one in _chain(exc))


def _strip(exc: BaseException) -> None:
    """Takes from foreign exceptions what could carry a header or a password: requests, responses, frames."""
    for one in _chain(exc):
        one.__traceback__ = None
        if isinstance(one, requests.RequestException):
            one.request = None
            one.response = None

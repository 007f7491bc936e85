"""Connections to the machines of a workspace: in time, and never to those that a typed address may not lead to.

A name is looked up once for each connection, every address it has is checked, and one of those is connected to: a name
server that gives another answer a moment later changes nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from engagement.errors import InvalidAddress, ReadingStopped
from engagement.settings.address import is_led_to
from engagement.settings.keys import Workspace

LOOKUP_SECONDS = 5.0

# Where clouds tell a machine its own secrets, where machines find each other without a router, and what is nobody's
# address. Private networks are not among them: a Rocket.Chat on the intranet is the normal case.
_FORBIDDEN = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:c1::/32",
        "fd00:ec2::/32",
        "fd20:ce::/32",
        "fe80::/10",
        "ff00::/8",
    )
)
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_COMPATIBLE = ip_network("::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

# A family of addresses and an address in it, as sockets take them.
Found = tuple[socket.AddressFamily, tuple[Any, ...]]

# How soon an exchange learns that it shall end.
_POLL_SECONDS = 0.1

# The exchange that this thread is busy with.
_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def may_be_asked(address: str) -> bool:
    """False for the address of a machine that nobody may name: link-local, a cloud's metadata, multicast, reserved.

    IPv4 addresses inside IPv6 ones count as themselves.
    """
    found = ip_address(address.split("%")[0])
    return not any(one in network for one in (found, *_inside(found)) for network in _FORBIDDEN)


def _inside(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that packets to an IPv6 address may end at."""
    if isinstance(address, IPv4Address):
        return
    last = int(address) & 0xFFFFFFFF
    if any(address in network for network in _NAT64) or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(last)
    if address in _COMPATIBLE and last > 0xFFFF:
        yield IPv4Address(last)
    yield from (one for one in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if one is not None)


def checked_addresses(host: str, port: int) -> list[Found]:
    """Where ``host`` is, numbers in any notation included. Raises InvalidAddress when one of them may not be asked.

    Raises socket.gaierror when it is nowhere, TimeoutError when that is not known in time.
    """
    found = _looked_up(host, port)
    if not all(may_be_asked(str(sockaddr[0])) for _, sockaddr in found):
        raise InvalidAddress(
            f"The server {host} may not be asked: its address is one that networks and clouds keep for themselves. "
            "Use the address that you open Rocket.Chat with in a browser."
        )
    return found


def _looked_up(host: str, port: int) -> list[Found]:
    # The operating system's own look-up has no time limit that could be given, hence the thread.
    outcome: list[Any] = []

    def look_up() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as exc:
            outcome.append(exc)

    thread = threading.Thread(target=look_up, daemon=True, name="look-up")
    thread.start()
    thread.join(_at_most(LOOKUP_SECONDS))
    if not outcome:
        raise TimeoutError
    if isinstance(outcome[0], BaseException):
        raise socket.gaierror(str(outcome[0])) from outcome[0]
    return [(family, sockaddr) for family, _, _, _, sockaddr in outcome[0]]


class Exchange:
    """One question and its answer, over at a time limit or when it is stopped, whatever the other side does.

    The connection is cut then, because its usual time limits begin anew at every byte.
    """

    def __init__(self, seconds: float, stop: threading.Event | None, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends = monotonic() + seconds
        self._stop = stop
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    @property
    def seconds_left(self) -> float:
        """How long it may still take."""
        return self._ends - self._monotonic()

    @property
    def _stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def check(self) -> None:
        """Raises ReadingStopped when it was stopped, TimeoutError when its time is over."""
        if self._stopped:
            raise ReadingStopped
        if self.seconds_left <= 0:
            raise TimeoutError

    def over(self) -> bool:
        """True when it was stopped or its time is over."""
        return self._stopped or self.seconds_left <= 0

    def hold(self, handle: socket.socket) -> None:
        """Notes the socket to cut; one of its own, as the connection may close its before the body is read."""
        self._release()
        with self._lock:
            self._handle = handle.dup()

    def watch(self) -> None:
        """Cuts what is held as soon as the exchange is over, until it is done."""
        while not self._done.wait(_POLL_SECONDS):
            if self.over():
                # The other side may have ended the connection meanwhile.
                with self._lock, contextlib.suppress(OSError):
                    if self._handle is not None:
                        self._handle.shutdown(socket.SHUT_RDWR)

    def done(self) -> None:
        """Nothing is to be cut any more."""
        self._done.set()
        self._release()

    def _release(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


@contextmanager
def within(
    seconds: float, stop: threading.Event | None = None, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Exchange]:
    """Ends connecting, waiting and reading in this thread after so long or at ``stop``, in a fraction of a second.

    Looking up a name and opening a connection end by their own time limits. Raises as ``Exchange.check``.
    """
    exchange = Exchange(seconds, stop, monotonic)
    token = _current.set(exchange)
    threading.Thread(target=exchange.watch, daemon=True, name="watch").start()
    try:
        yield exchange
        # What was cut can look like a whole answer.
        exchange.check()
    except Exception:
        # Or fail in many ways.
        exchange.check()
        raise
    finally:
        exchange.done()
        _current.reset(token)


def _at_most(seconds: float) -> float:
    """So many seconds, or what is left of the exchange of this thread where that is less."""
    exchange = _current.get()
    return seconds if exchange is None else max(0.01, min(seconds, exchange.seconds_left))


class _Timed(HTTPConnection):
    """A connection that the exchange of this thread can cut."""

    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        if isinstance(self.timeout, (int, float)):
            self.timeout = _at_most(self.timeout)
        opened = self._opened()
        # Encryption takes the socket over; the handle stays able to cut it.
        self._handle = opened.dup()
        self._hand_over()
        return opened

    def _opened(self) -> socket.socket:
        return super()._new_conn()

    def getresponse(self) -> Any:
        self._hand_over()
        return super().getresponse()

    def _hand_over(self) -> None:
        exchange = _current.get()
        if exchange is not None and self._handle is not None:
            exchange.hold(self._handle)

    def close(self) -> None:
        super().close()
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class _Checked(_Timed):
    """A connection to an address that was looked up and checked."""

    def _opened(self) -> socket.socket:
        host = self._dns_host.strip("[]")
        failed: OSError | None = None
        try:
            addresses = checked_addresses(host, self.port)
        except TimeoutError as exc:
            raise ConnectTimeoutError(self, "the name server does not answer") from exc
        except socket.gaierror as exc:
            raise NameResolutionError(self.host, self, exc) from exc
        for family, address in addresses:
            try:
                return self._connected(family, address)
            except OSError as exc:
                failed = exc
        raise NewConnectionError(self, "no address answers") from failed

    def _connected(self, family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                opened.setsockopt(*option)
            opened.settimeout(self.timeout if isinstance(self.timeout, (int, float)) else LOOKUP_SECONDS)
            opened.connect(address)
        except OSError:
            opened.close()
            raise
        return opened


class _TimedTls(_Timed, HTTPSConnection):
    """A timed connection with TLS."""


class _CheckedTls(_Checked, HTTPSConnection):
    """A checked connection with TLS; the certificate is for the name, not for the address."""


def _pools(plain: type[HTTPConnection], tls: type[HTTPSConnection]) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class Plain(urllib3.HTTPConnectionPool):
        ConnectionCls = plain

    class Tls(urllib3.HTTPSConnectionPool):
        ConnectionCls = tls

    return {"http": Plain, "https": Tls}


_TIMED = _pools(_Timed, _TimedTls)
_CHECKED = _pools(_Checked, _CheckedTls)


@dataclass(frozen=True)
class Way:
    """How a workspace is reached: certificates to trust in place of the usual ones, a forward proxy, headers for a gate
    in front of it, which no other host is sent, and with ``guard`` only machines that anybody may name.
    """

    ca_bundle: str | None = None
    proxy: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    guard: bool = False

    @classmethod
    def by(cls, settings: Workspace, address: str, *, guard: bool = False) -> Way:
        """The configured way to a workspace; the headers go to the configured host alone."""
        own = settings.url is not None and is_led_to(_root(settings.url), _root(address))
        return cls(settings.ca_bundle, settings.proxy, settings.headers if own else (), guard)


def _root(address: str) -> str:
    return urlsplit(address)._replace(path="").geturl()


DIRECT = Way()


class Adapter(HTTPAdapter):
    """Sends the requests of a session over timed connections, with ``guard`` only to addresses that may be asked."""

    def __init__(self, *, guard: bool) -> None:
        self._guard = guard
        self._classes = _CHECKED if guard else _TIMED
        super().__init__(pool_connections=2, pool_maxsize=8)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        # The proxy itself is whatever the configuration names, a machine of one's own network as a rule.
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _TIMED
        return manager

    def send(self, request: Any, *, proxies: Any = None, **options: Any) -> Any:  # type: ignore[override]
        """As the adapter of requests. Raises InvalidAddress before a proxy is asked for what may not be asked."""
        if self._guard and select_proxy(request.url, proxies):
            # The proxy looks the name up once more. One whose name server tells it something else than us could be led
            # elsewhere, which only the proxy's own rules can prevent; a number, in any notation, and an honest name
            # that leads to a forbidden address end here. A name that is not known here is not asked for.
            parts = urlsplit(request.url)
            checked_addresses((parts.hostname or "").strip("[]"), parts.port or 443)
        return super().send(request, proxies=proxies, **options)

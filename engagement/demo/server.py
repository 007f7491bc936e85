"""The demo workspace over real HTTP, on the loopback interface only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from urllib.parse import parse_qs

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from engagement.demo.community import Community
from engagement.demo.faults import Fault, Faults, response_of
from engagement.demo.options import Options
from engagement.demo.responses import Response, internal_error
from engagement.demo.routes import respond
from engagement.demo.state import Call, State
from engagement.demo.tampering import tampered
from engagement.demo.workspace import Workspace

__all__ = ["DemoServer", "Options", "serve"]

_log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_START_SECONDS = 30.0
_STOP_SECONDS = 1.0
_TURNS = 3
_LARGEST_BODY = 64 * 1024
CALLS_KEPT = 10_000


class _Uvicorn(uvicorn.Server):
    """A server that says when it answers, and stops without a pause."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.answering.set()

    async def main_loop(self) -> None:
        if self._stopping is not None:
            await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own way looks ten times a second whether everything has ended; nobody has to wait for that here.
        # Whoever was let in just now becomes a connection a few turns of the loop later, and is left open for good by a
        # server that is closed before.
        for server in self.servers:
            for listening in server.sockets:
                asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            _, unfinished = await asyncio.wait(self.server_state.tasks, timeout=_STOP_SECONDS)
            for task in unfinished:
                task.cancel()
        await asyncio.sleep(0)

    async def stopped(self) -> None:
        """Returns when the server is asked to stop."""
        if self._stopping is not None:
            await self._stopping.wait()

    def ask_to_stop(self) -> None:
        """Ends the server from another thread."""
        self.should_exit = True
        if self._loop is not None and self._stopping is not None:
            # The loop may have ended by itself already.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)


class DemoServer:
    """A demo workspace at ``url``; start and stop it, or use it as a context manager.

    ``calls`` holds method, path and query of the last calls (repeated parameters joined by commas), never headers or
    bodies. ``on_page`` is called before each answer of the channel list. Raises ValueError or OSError for options
    that cannot be met.
    """

    def __init__(
        self,
        options: Options | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        *,
        community: Community | None = None,
    ) -> None:
        self.state = State(options or Options(), clock, community)
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.faults = Faults()
        self._port = port
        self._server: _Uvicorn | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    def start(self) -> DemoServer:
        """Answers from the moment this returns. Raises OSError when the port is taken."""
        if self._server is not None:
            raise RuntimeError("The demo workspace runs already.")
        self._socket = _loopback_socket(self._port)
        self._port = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self._application,
            log_config=None,
            log_level="critical",
            access_log=False,
            interface="asgi3",
            lifespan="off",
            loop="asyncio",
            http="h11",
            ws="none",
            date_header=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
        )
        self._server = _Uvicorn(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="demo-workspace", daemon=True
        )
        self._thread.start()
        if not self._server.answering.wait(_START_SECONDS):
            raise RuntimeError("The demo workspace did not start.")
        return self

    def stop(self) -> None:
        """Answers no more; open calls are cut off. Does nothing when it does not run."""
        if self._server is not None:
            self._server.ask_to_stop()
        if self._thread is not None:
            self._thread.join(10)
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    def __enter__(self) -> DemoServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the workspace answers."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def options(self) -> Options:
        """What the workspace is asked to be; may be replaced while it runs."""
        return self.state.options

    @options.setter
    def options(self, options: Options) -> None:
        self.state.options = options

    @property
    def workspace(self) -> Workspace:
        """Its rooms and counts, which may be changed while it runs."""
        return self.state.workspace

    @property
    def on_page(self) -> Callable[[], None] | None:
        """Called before each answer of the channel list."""
        return self.state.on_page

    @on_page.setter
    def on_page(self, hook: Callable[[], None] | None) -> None:
        self.state.on_page = hook

    def count(self, path_suffix: str) -> int:
        """How many of the last calls had a path that ends so."""
        return sum(path.endswith(path_suffix) for _, path, _ in self.calls)

    def fail_next(self, path_suffix: str, fault: Fault, times: int | None = 1, *, after: int = 0) -> None:
        """The next ``times`` calls (None: all) of a path that ends so go wrong, once ``after`` calls went well.

        ``fault`` is a name (see ``faults``) or a change of the honest body (see ``tampering``).
        """
        self.faults.queue(path_suffix, fault, times, after)

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.clear()

    def swap(self, community: Community) -> None:
        """Another community stands at the same address from now on, with the same accounts and without an id."""
        self.state.swap(community)

    def personal_token(self, username: str) -> tuple[str, str]:
        """User id and a new personal access token. Raises KeyError for an unknown user."""
        account = self.state.accounts.people[username]
        return account.user_id, self.state.accounts.issue(account)

    def grant(self, permission: str, role: str) -> None:
        """The role has the permission from now on."""
        self.state.accounts.roles.setdefault(permission, set()).add(role)

    def revoke(self, permission: str, role: str) -> None:
        """The role has the permission no more."""
        self.state.accounts.roles.get(permission, set()).discard(role)

    def sign_out_everyone(self) -> None:
        """No token is valid any more."""
        self.state.accounts.forget_all()

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        path = request.url.path
        self.calls.append((request.method, path, {name: ",".join(values) for name, values in query.items()}))
        del self.calls[:-CALLS_KEPT]
        fault = self.faults.take(path)
        try:
            if fault == "hang":
                await self._until_stopped()
            limit, now = self.options.rate_limit or 10, self.state.clock.seconds()
            answered = response_of(fault, self.state.dialect, limit, now) or await self._answer(request, query)
            if callable(fault) and answered.status == 200:
                answered = tampered(answered, fault)
        except ClientDisconnect:
            return
        except Exception:
            _log.exception("The demo workspace failed to answer %s.", path)
            answered = internal_error()
        await _send(answered, send, date=self.state.clock.http_date(), cut=fault == "cut")

    async def _until_stopped(self) -> None:
        if self._server is not None:
            await self._server.stopped()

    async def _answer(self, request: Request, query: Mapping[str, list[str]]) -> Response:
        body = await request.body()
        call = Call(
            method=request.method,
            path=request.url.path.rstrip("/") or "/",
            query=query,
            headers=request.headers,
            body=_fields(body, request.headers.get("content-type", "")),
            address=request.client.host if request.client else "",
        )
        return await run_in_threadpool(respond, self.state, call)


async def _send(answered: Response, send: Send, *, date: str, cut: bool) -> None:
    headers = {
        "content-type": answered.content_type,
        "content-length": str(len(answered.body)),
        "cache-control": "no-store",
        "date": date,
        **answered.headers,
    }
    start: Message = {
        "type": "http.response.start",
        "status": answered.status,
        "headers": [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
    }
    await send(start)
    if cut:
        # Half the body is sent; that the connection then breaks is what was asked for.
        await send({"type": "http.response.body", "body": answered.body[: len(answered.body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": answered.body})


def _fields(body: bytes, content_type: str) -> dict[str, object]:
    if not body or len(body) > _LARGEST_BODY:
        return {}
    try:
        if "json" in content_type:
            parsed = json.loads(body)
            return parsed if isinstance(parsed, dict) else {}
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    except ValueError:
        return {}


def _loopback_socket(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
    except OSError:
        listening.close()
        raise
    return listening


def serve(options: Options, port: int) -> None:
    """Runs a demo workspace until SIGINT or SIGTERM; its first line says where. Raises as DemoServer does."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with DemoServer(options, port) as server:
        sys.stdout.write(f"ready {server.url}\n")
        sys.stdout.flush()
        ended.wait()

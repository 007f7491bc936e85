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
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engagement.demo.community import Community
from engagement.demo.faults import Faults, response_of
from engagement.demo.responses import internal_error
from engagement.demo.routes import respond
from engagement.demo.state import Call, Options, State
from engagement.demo.tampering import tamper

__all__ = ["DemoServer", "Options", "serve"]

_log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_START_SECONDS = 30.0
_STOP_SECONDS = 1.0
_TURNS = 3
_LARGEST_BODY, _LARGEST_UPLOAD = 64 * 1024, 16 * 1024 * 1024
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


class DemoServer(State):
    """A demo workspace at ``url``; start and stop it, or use it as a context manager.

    ``calls`` holds method, path and query of the last calls (repeated parameters joined by commas), never headers or
    bodies. ``fail_next`` and ``heal`` queue faults and clear them. Raises ValueError or OSError for options that
    cannot be met.
    """

    def __init__(
        self,
        options: Options | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        *,
        community: Community | None = None,
    ) -> None:
        super().__init__(options or Options(), clock, community)
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self._faults = Faults()
        self.fail_next, self.heal = self._faults.queue, self._faults.clear
        self.sign_out_everyone = self.accounts.forget_all
        self._port = port
        self._server: _Uvicorn | None = None
        self._ending = contextlib.ExitStack()

    def start(self) -> DemoServer:
        """Answers from the moment this returns. Raises OSError when the port is taken."""
        if self._server is not None:
            raise RuntimeError("The demo workspace runs already.")
        listening = self._ending.enter_context(_loopback_socket(self._port))
        self._port = listening.getsockname()[1]
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
        thread = threading.Thread(target=self._server.run, args=([listening],), name="demo-workspace", daemon=True)
        thread.start()
        self._ending.callback(thread.join, 10)
        self._ending.callback(self._server.ask_to_stop)
        if not self._server.answering.wait(_START_SECONDS):
            raise RuntimeError("The demo workspace did not start.")
        return self

    def stop(self) -> None:
        """Answers no more; open calls are cut off. Does nothing when it does not run."""
        self._ending.close()
        self._server = None

    def __enter__(self) -> DemoServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the workspace answers."""
        return f"http://{LOOPBACK}:{self._port}"

    def count(self, path_suffix: str) -> int:
        """How many of the last calls had a path that ends so."""
        return sum(path.endswith(path_suffix) for _, path, _ in self.calls)

    def personal_token(self, username: str) -> tuple[str, str]:
        """User id and a new personal access token. Raises KeyError for an unknown user."""
        account = self.accounts.people[username]
        return account.user_id, self.accounts.issue(account)

    def grant(self, permission: str, role: str) -> None:
        """The role has the permission from now on."""
        self.accounts.roles.setdefault(permission, set()).add(role)

    def revoke(self, permission: str, role: str) -> None:
        """The role has the permission no more."""
        self.accounts.roles.get(permission, set()).discard(role)

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        path = request.url.path
        self.calls.append((request.method, path, {name: ",".join(values) for name, values in query.items()}))
        del self.calls[:-CALLS_KEPT]
        fault = self._faults.take(path)
        try:
            if fault == "hang" and self._server is not None:
                await self._server.stopped()
            limit, now = self.options.rate_limit or 10, self.clock.seconds()
            answered = response_of(fault, self.dialect, limit, now) or await self._answer(request, query)
            if callable(fault) and answered.status_code == 200:
                tamper(answered, fault)
        except ClientDisconnect:
            return
        except Exception:
            _log.exception("The demo workspace failed to answer %s.", path)
            answered = internal_error()
        answered.headers.update({"cache-control": "no-store", "date": self.clock.http_date()})
        if fault == "cut":
            # Less than what was announced: that the connection then breaks is what was asked for.
            answered.body = answered.body[: len(answered.body) // 2]
        await answered(scope, receive, send)

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
        return await run_in_threadpool(respond, self, call)


def _fields(body: bytes, content_type: str) -> dict[str, object]:
    upload = content_type.startswith("multipart/form-data")
    if not body or len(body) > (_LARGEST_UPLOAD if upload else _LARGEST_BODY):
        return {}
    try:
        if upload:
            return _parts(body, content_type)
        if "json" in content_type:
            parsed = json.loads(body)
            return parsed if isinstance(parsed, dict) else {}
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    except ValueError:
        return {}


def _parts(body: bytes, content_type: str) -> dict[str, object]:
    """The fields of a form by name: texts, and bytes where one is a file."""
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, object] = {}
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            name = part.get_param("name", header="content-disposition")
            found[str(name)] = content.decode() if part.get_filename() is None else content
    return found


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
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with DemoServer(options, port) as server:
        sys.stdout.write(f"ready {server.url}\n")
        sys.stdout.flush()
        ended.wait()

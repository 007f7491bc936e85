"""What goes through an open websocket and out of the store of files: only what somebody may see now."""

from __future__ import annotations

import asyncio
import re
import secrets
import time

from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from engagement.ui import session
from engagement.ui.held import Held
from engagement.ui.runtime import runtime
from engagement.ui.tabs import Tab, Visitor
from engagement.ui.web import COOKIE

# Seconds after which what is sent is no longer let through because its script was admitted when it began, and after
# which a tab where nothing happens is looked at: whether its session goes on, which costs no call.
CHECKED_EVERY = 10.0
_PROTOCOLS = b"sec-websocket-protocol"
_FILE = re.compile(rb"/media/([0-9a-f]{32,128})")
# What a page asks for. The framework also empties caches, takes uploads and installs files for whoever asks.
_RUNS = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
_FIGURES = frozenset({"dataframe_chunk", "deferred_file"})


class Gate:
    """ASGI middleware that knows whose figures a websocket or a request is about, and sends them to nobody else.

    A websocket is closed soon after the session of whom it shows figures to has ended, and as soon as figures are to be
    sent to somebody who is not admitted any more; the browser opens another one, which begins anew. So is one whose
    browser would be sent the hash of what it may hold no more.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app = app
        self._files = f"{base}/media/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(self._files):
            await self._file(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_unkept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        who = _visitor(HTTPConnection(scope))
        file = scope["path"].removeprefix(self._files).partition(".")[0]
        owners = runtime().tabs.as_told(file, who)
        admitted = [one for one in owners if await run_in_threadpool(session.admits, one)]
        answer = self._app if admitted else PlainTextResponse("There is nothing here.", 404)
        await answer(scope, receive, send_unkept)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        tab, held, socket = Tab(), Held(), secrets.token_hex(16)
        runtime().tabs.open(socket, tab)
        ours = session.SOCKET.lower().encode()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in {ours, _PROTOCOLS}]
        headers += [(ours, socket.encode()), *_protocols(HTTPConnection(scope), tab)]

        async def hear() -> Message:
            """What the browser sends, as far as the framework may hear it; the end when the tab is over."""
            while message := await _next(tab, receive):
                if message["type"] != "websocket.receive":
                    return message
                if (asked := await _let_through(tab, message.get("bytes"))) is not None:
                    if asked.HasField("rerun_script"):
                        hashes = asked.rerun_script.cached_message_hashes
                        hashes[:] = held.of(list(hashes))
                        return {**message, "bytes": asked.SerializeToString()}
                    return message
            await send({"type": "websocket.close", "code": 1012})
            return {"type": "websocket.disconnect", "code": 1012}

        async def tell(message: Message) -> None:
            """What the framework sends, until the tab is over."""
            if tab.visitor and time.monotonic() - tab.seen >= CHECKED_EVERY and not await _admits(tab):
                tab.close()
            raw = message.get("bytes") or b""
            if not tab.over and not held.hears(raw):
                tab.close()
            if tab.over:
                return
            if tab.visitor:
                for file in _FILE.findall(raw):
                    runtime().tabs.told(file.decode(), tab.visitor)
            await send(message)

        try:
            await self._app({**scope, "headers": headers}, hear, tell)
        finally:
            runtime().tabs.closed(socket)


async def _next(tab: Tab, receive: Receive) -> Message | None:
    """What comes next; None when the tab is over."""
    if tab.over:
        return None
    coming, closing = asyncio.ensure_future(receive()), asyncio.ensure_future(tab.closing.wait())
    try:
        first = asyncio.FIRST_COMPLETED
        while not (await asyncio.wait({coming, closing}, timeout=CHECKED_EVERY, return_when=first))[0]:
            if tab.visitor and not await run_in_threadpool(session.lasts, tab.visitor):
                runtime().tabs.drop(tab.visitor.owner)
        return None if tab.over else coming.result()
    finally:
        coming.cancel()
        closing.cancel()


async def _let_through(tab: Tab, raw: bytes | None) -> BackMsg | None:
    """What the browser asks for; None for what the framework is not asked."""
    asked = BackMsg()
    try:
        asked.ParseFromString(raw or b"")
    except DecodeError:
        raw = None
    # Text, or bytes that mean nothing, come from no page.
    if raw is None:
        tab.close()
        return None
    kind: str | None = asked.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = asked.backend_operation_request.WhichOneof("payload")
        if kind in _FIGURES and not await _admits(tab):
            tab.close()
            return None
    return asked if kind in _RUNS | _FIGURES else None


async def _admits(tab: Tab) -> bool:
    """True when the tab shows figures to somebody who may see them now."""
    who = tab.visitor
    if who is None or not await run_in_threadpool(session.admits, who):
        return False
    tab.seen = time.monotonic()
    return True


def _protocols(request: HTTPConnection, tab: Tab) -> list[tuple[bytes, bytes]]:
    """The header in which the browser asks to go on with a page, without the page where it is not its own."""
    if (asked := request.headers.get(_PROTOCOLS.decode())) is None:
        return []
    protocol, token, page = [*(part.strip() for part in asked.split(",")), "", ""][:3]
    who = _visitor(request)
    if page and runtime().tabs.resumes(page, who, tab):
        return [(_PROTOCOLS, asked.encode("latin-1"))]
    return [(_PROTOCOLS, f"{protocol}, {token}".encode("latin-1") if token else protocol.encode("latin-1"))]


def _visitor(request: HTTPConnection) -> Visitor:
    """Who sends a request. TrustedHeader has gone over its headers."""
    return session.visitor_of(request.cookies.get(COOKIE), request.headers, "a request")

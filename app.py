"""What ``streamlit run app.py`` starts: the pages, and the routes around them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from engagement.errors import EngagementError, InvalidSettings
from engagement.ui import doors, leaving, memory, web
from engagement.ui.headers import SecurityHeaders
from engagement.ui.runtime import runtime
from engagement.ui.screens import FRAME
from engagement.ui.sockets import Gate

SWEPT_EVERY = 60.0

memory.give_back()
try:
    settings = runtime().settings
    if fault := doors.unsafe_start(settings.access, os.environ):
        raise InvalidSettings([fault])
except EngagementError as error:
    sentences = error.faults if isinstance(error, InvalidSettings) else [str(error)]
    print("\n".join(["The dashboard does not start.", *sentences]), file=sys.stderr)
    raise SystemExit(1) from None


@asynccontextmanager
async def sweeping(_app: st.App) -> AsyncIterator[None]:
    """Ends, once a minute, the sessions whose time is over, and settles what has come to stay."""

    async def sweep() -> None:
        while True:
            memory.settle()
            await asyncio.sleep(SWEPT_EVERY)
            with suppress(EngagementError):
                await run_in_threadpool(leaving.sweep)

    sweeper = asyncio.create_task(sweep())
    yield
    sweeper.cancel()


base = doors.base_path(st.get_option("server.baseUrlPath") or "")
names = doors.Names(settings.dashboard.address)
routes = web.routes(base, names)
pages = [f"/{page.stem}" for page in (Path(__file__).parent / "pages").glob("*.py")]
own = [route.path.removeprefix(base) for route in routes]
app = st.App(
    FRAME,
    routes=routes,
    lifespan=sweeping,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(doors.Doors, names=names, base=base, pages=pages, routes=own),
        Middleware(doors.TrustedHeader, access=settings.access),
        Middleware(Gate, base=base),
    ],
)

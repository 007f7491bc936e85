"""What ``streamlit run app.py`` starts: the pages, and the routes around them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from engagement.errors import EngagementError, InvalidSettings
from engagement.ui import web
from engagement.ui.runtime import runtime

try:
    settings = runtime().settings
    if fault := web.unsafe_start(settings.access, os.environ):
        raise InvalidSettings([fault])
except EngagementError as error:
    sentences = error.faults if isinstance(error, InvalidSettings) else [str(error)]
    print("\n".join(["The dashboard does not start.", *sentences]), file=sys.stderr)
    raise SystemExit(1) from None

app = st.App(
    Path(__file__).parent / "engagement" / "ui" / "frame.py",
    routes=web.routes(web.base_path(st.get_option("server.baseUrlPath") or "")),
    middleware=[Middleware(web.SecurityHeaders), Middleware(web.TrustedHeader, access=settings.access)],
)

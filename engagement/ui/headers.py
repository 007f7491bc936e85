"""The headers of every answer: what a browser may load and run on the pages, and who may show or keep them."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engagement.display.escaping import script_hash
from engagement.ui import handover, signs, ways, width

# The one script that stands in the framework's own page.
_FRAMEWORK_SCRIPT = "\n      window.prerenderReady = false\n    "
_SCRIPTS = (_FRAMEWORK_SCRIPT, handover.SCRIPT, signs.SCRIPT, ways.SCRIPT, width.SCRIPT)
_POLICY = {
    "default-src": "'none'",
    # The framework's modules, and inline scripts that never change. Nothing is evaluated: no eval, no WebAssembly.
    "script-src": " ".join(["'self'", *map(script_hash, _SCRIPTS)]),
    # The framework, its tables and its charts write their styles while the page is drawn.
    "style-src": "'self' 'unsafe-inline'",
    # The charts' script has a font in it, and the framework's styles have icons.
    "font-src": "'self' data:",
    "img-src": "'self' data:",
    # The websocket, and the requests of the handover.
    "connect-src": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    # Another port of the same host is the same site: its pages would send the cookie along.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
}


class SecurityHeaders:
    """ASGI middleware that adds to every answer what keeps it out of other sites' frames and guesses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)

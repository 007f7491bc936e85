"""How a page gives the browser its session cookie: a script of the page exchanges a ticket for it.

A page cannot set an HttpOnly cookie itself; the answer to a request can. The session id is never in the page.
"""

from __future__ import annotations

import json

import streamlit as st

from engagement.ui.web import base_path

_SCRIPT = """<script>
fetch({path}, {{
  method: "POST",
  credentials: "same-origin",
  headers: {{"Content-Type": "application/json"}},
  body: JSON.stringify({body}),
}});
</script>"""


def hand_over(ticket: str) -> None:
    """Let the browser exchange the ticket for the session cookie. Call it once, in a run that draws its page."""
    _post("session/begin", {"ticket": ticket})


def clear_cookie() -> None:
    """Let the browser end the session of its cookie and forget the cookie."""
    _post("session/end", {})


def _post(route: str, body: dict[str, str]) -> None:
    path = f"{base_path(st.get_option('server.baseUrlPath') or '')}/{route}"
    st.html(_SCRIPT.format(path=_literal(path), body=_literal(body)), unsafe_allow_javascript=True)


def _literal(value: object) -> str:
    """A JavaScript literal that cannot end the script it stands in."""
    return json.dumps(value).replace("<", "\\u003c")

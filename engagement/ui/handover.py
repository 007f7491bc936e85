"""How a page gives the browser its session cookie: a script of the page exchanges a ticket for it.

A page cannot set an HttpOnly cookie itself; the answer to a request can. The session id is never in the page.
"""

from __future__ import annotations

import html
import json

import streamlit as st

from engagement.ui.doors import base_path

# Always the same, so that the content security policy can name it by its hash; what it sends stands in the element.
SCRIPT = """
for (const { dataset } of document.querySelectorAll("[data-engagement-post]")) {
  if (dataset.engagementPost) {
    fetch(dataset.engagementPost, {
      method: "POST",
      credentials: "same-origin",
      headers: {"Content-Type": "application/json"},
      body: dataset.engagementBody,
    });
    dataset.engagementPost = "";
  }
}
"""


def post(route: str, **body: str) -> None:
    """Let the browser ask a route of ``web`` that sets its cookie. Call it once, in a run that draws its page."""
    path = f"{base_path(st.get_option('server.baseUrlPath') or '')}/{route}"
    about = f'data-engagement-post="{html.escape(path)}" data-engagement-body="{html.escape(json.dumps(body))}"'
    st.html(f"<span {about}></span><script>{SCRIPT}</script>", unsafe_allow_javascript=True)

"""Ways inside the dashboard that the framework has none for: from a mark, a row or a plain link to the page of a room.

Its own way from a script leaves an entry of the browser's history for each filter, and going back loses them. These are
what Back and Forward are: a place in the history that the framework is told of, in the same session.
"""

from __future__ import annotations

import html
import secrets

import streamlit as st

_GO = "_way_to"
# Always the same, so that the content security policy can name it by its hash; where to go stands in an element.
SCRIPT = """
{
  const go = (way) => {
    history.pushState(null, "", way);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  for (const { dataset } of document.querySelectorAll("[data-engagement-way]")) {
    // The framework may draw an element twice.
    if (window.engagementWent !== dataset.engagementClick) {
      window.engagementWent = dataset.engagementClick;
      go(dataset.engagementWay);
    }
  }
  if (!window.engagementWays) {
    window.engagementWays = true;
    addEventListener("click", (click) => {
      const link = click.target.closest?.("a[href], a[*|href]");
      if (!link || click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
      const way = new URL(link.href.baseVal ?? link.href, location);
      if (way.origin === location.origin && way.pathname.endsWith("/room") && link.target !== "_blank") {
        click.preventDefault();
        go(way.pathname + way.search);
      }
    });
  }
}
"""


def choose(way: str) -> None:
    """In a callback: the run that follows ends by going to ``way``, a path and query of this dashboard."""
    st.session_state[_GO] = way, secrets.token_hex(8)


def follow() -> None:
    """Lets plain links to rooms keep the session, and goes where a click chose to."""
    told = ""
    if _GO in st.session_state:
        way, click = st.session_state.pop(_GO)
        told = f'<span data-engagement-way="{html.escape(way)}" data-engagement-click="{click}"></span>'
    st.html(f"{told}<script>{SCRIPT}</script>", unsafe_allow_javascript=True)

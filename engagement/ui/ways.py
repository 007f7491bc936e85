"""Ways inside the dashboard that the framework has none for: from a mark, a row or a plain link to the page of a room,
back by one filter, from a button into the clipboard, and on a phone from the menu to the page that was chosen there.

Its own way from a script leaves an entry of the browser's history for each filter, and going back loses them. These are
what Back and Forward are: a place in the history that the framework is told of, in the same session. A change of a
control is one entry, which the framework writes over the one before; what its script then adds to the address is part
of that entry, unless somebody has done something else in the meantime.
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
  if (!window.engagementWays) {
    window.engagementWays = true;
    let done = false;
    const doing = (event) => {
      done ||= event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    };
    addEventListener("pointerdown", doing, true);
    addEventListener("keydown", doing, true);
    addEventListener("popstate", () => { done = false; }, true);
    const write = (how, state, way) => {
      done = false;
      History.prototype[how].call(history, state, "", way);
    };
    history.pushState = (state, _, way) => {
      const added = !done && new URL(way, location).pathname === location.pathname;
      write(added ? "replaceState" : "pushState", state, way);
    };
    // A control's own change is told by the whole address, what is put right on the way back by its path.
    history.replaceState = (state, _, way) => {
      write(String(way).startsWith(location.origin) ? "pushState" : "replaceState", state, way);
    };
    const copy = async (text) => {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        // A page that is not sent over TLS has no clipboard but this one.
        const field = document.body.appendChild(document.createElement("textarea"));
        const before = document.activeElement;
        field.value = text;
        field.select();
        const copied = document.execCommand("copy");
        field.remove();
        before?.focus();
        if (!copied) return `Your browser lets no page copy. The link: ${text}`;
      }
      return "";
    };
    addEventListener("click", async ({ target }) => {
      const button = target.closest?.("[data-engagement-copy]");
      const said = button?.parentElement.querySelector("[role=status]");
      if (said) said.textContent = (await copy(button.dataset.engagementCopy)) || button.dataset.engagementSaid;
    });
    // On a phone the menu lies over the page: it goes when a page was chosen, and stays while a filter is.
    addEventListener("click", ({ target }) => {
      if (target.closest?.("[data-testid=stSidebarNavLink]") && matchMedia("(max-width: 768px)").matches) {
        document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
      }
    });
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
  for (const { dataset } of document.querySelectorAll("[data-engagement-way]")) {
    // The framework may draw an element twice.
    if (window.engagementWent !== dataset.engagementClick) {
      window.engagementWent = dataset.engagementClick;
      go(dataset.engagementWay);
    }
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

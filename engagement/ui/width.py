"""How wide the page is, which the browser alone knows: the charts of a narrow one are drawn otherwise."""

from __future__ import annotations

import streamlit as st

_NARROW = "_width_narrow"
# The pixels that a chart has across from which on names stand beside their bars. Between the two all stays as it is, or
# a scroll bar that comes and goes with the height of the charts would draw them again and again.
_NARROW_BELOW, _WIDE_FROM = 420, 440
# Always the same, as that of ``ways``. Charts beside each other are never narrower than one below the other may be.
SCRIPT = f"""
{{
  const tell = () => {{
    const page = document.querySelector("[data-testid=stMainBlockContainer]");
    const drawn = document.querySelector("[data-engagement-narrow]");
    if (!page || !drawn) return;
    const {{ paddingLeft, paddingRight }} = getComputedStyle(page);
    const wide = page.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const was = drawn.dataset.engagementNarrow === "true";
    if (wide < (was ? {_WIDE_FROM} : {_NARROW_BELOW}) !== was) document.querySelector(".st-key-redraw button")?.click();
  }};
  window.engagementWidth?.disconnect();
  window.engagementWidth = new ResizeObserver(() => {{
    clearTimeout(window.engagementResized);
    window.engagementResized = setTimeout(tell, 150);
  }});
  const page = document.querySelector("[data-testid=stMainBlockContainer]");
  if (page) window.engagementWidth.observe(page);
}}
"""


def narrow() -> bool:
    """Whether the page is as narrow as on a phone: as the browser told, else whether it says it is one of a phone."""
    return bool(st.session_state.get(_NARROW, "Mobi" in str(st.context.headers.get("User-Agent", ""))))


def listen() -> None:
    """Lets the browser tell when the page is not as wide as it was drawn for, and draws it again then."""
    drawn = narrow()
    with st.container(key="redraw"):
        st.html(
            f'<span data-engagement-narrow="{str(drawn).lower()}"></span><script>{SCRIPT}</script>',
            unsafe_allow_javascript=True,
        )
        st.button("Draw again", key="redraw_as_wide" if drawn else "redraw_as_narrow", on_click=_is, args=(not drawn,))


def _is(narrow_: bool) -> None:
    st.session_state[_NARROW] = narrow_

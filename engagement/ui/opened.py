"""What the link of a tab asked for, and what of it no control took over: that is said once, and never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

# What the link asked for under each name, until the control of that name was drawn.
_ASKED = "_link_asked"
_IGNORED = "_link_ignored"
_PLACE = "_link_place"


def asked() -> dict[str, list[str]]:
    """What the URL of this tab says, every value of every name."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def begin() -> bool:
    """On the first run of a tab, which is then True, remembers its link: controls drop silently what they do not know.
    Keeps the place for ``say``.
    """
    first = _ASKED not in st.session_state
    if first:
        st.session_state[_ASKED], st.session_state[_IGNORED] = asked(), []
    st.session_state[_PLACE] = st.container()
    return first


def shows(name: str, values: Iterable[object]) -> None:
    """Compares what the control ``name`` shows with what the link asked for, the first time that it is drawn."""
    link: Mapping[str, list[str]] = st.session_state.get(_ASKED, {})
    if name in link and ignored(link[name], [str(value) for value in values]):
        st.session_state[_IGNORED].append(name)
    st.session_state[_ASKED] = {other: texts for other, texts in link.items() if other != name}


def ignored(link: Iterable[str], shown: Iterable[str]) -> bool:
    """True when a link asks for something that is not shown; an empty value asks for nothing."""
    return not {text.casefold() for text in link if text} <= {text.casefold() for text in shown}


def say() -> None:
    """Says which parts of the link were replaced by the usual ones, until that was read."""
    place, names = st.session_state.pop(_PLACE, None), st.session_state.get(_IGNORED)
    if place is None or not names:
        return
    with place:
        st.warning(f"This link asks for something unknown ({', '.join(names)}). The usual is shown instead.")
        st.button("All right", key="broken_read", on_click=names.clear)

"""Links to what is on the screen, for sharing, from one screen to another, and into the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

import pandas as pd
import streamlit as st
from markupsafe import Markup

from engagement.display import views, wording
from engagement.display.views import CUSTOM, LEFT_OUT, ROOM, compose
from engagement.numbers.periods import Period
from engagement.ui import opened, ways
from engagement.ui.doors import base_path
from engagement.ui.filters import Choice, said_of_left_out
from engagement.ui.runtime import runtime
from engagement.ui.screens import page

# The controls of single pages, under their names in the URL. A click while a page is still being drawn can be missing
# there, but never in the state of the page.
PAGE_CONTROLS = (
    *("top", "sort", "signal", "moved", "weeks", "heat", "exempt"),
    *("list", "silent", "state", "lacks", "decision"),
)
# Where rooms of a type lie in a workspace.
_PATHS = {"channel": "channel", "private": "group", "direct": "direct"}


# The script of ``ways`` does what the buttons say, and says below them what came of it.
_SHARE = Markup('<div class="share">{buttons}<span role="status"></span></div>')
_COPY = Markup(
    '<button type="button" class="{look}" data-engagement-copy="{link}" data-engagement-said="Copied: {days}."'
    ' title="{means}">{words}</button>'
)
_WHOEVER = "Whoever opens it signs in with an account of their own and sees what that account may see."


def share(choice: Choice | None, page_path: str) -> None:
    """Two buttons that copy the link to this view: with these days, and with the period as it is called. Without one
    there is nothing to share.
    """
    if choice is None:
        st.button("Copy link to this view", icon=":material/link:", width="stretch", disabled=True, key="share_nothing")
        return
    chosen, period = choice.shown(), choice.period
    shown = opened.asked() | _page_controls() | {name: list(values) for name, values in chosen.items()}
    address, [name] = _address(page_path), chosen["period"]
    link, days = compose(address, shown, period), wording.period_text(period)
    means = f"Always {days}. {_WHOEVER}"
    buttons = _COPY.format(look="first", link=link, days=days, means=means, words="Copy link to this view")
    if name != CUSTOM:
        link, days = compose(address, shown, None), f"{name.lower()}, on whatever day"
        means = f"It shows “{name.lower()}” as of the day on which it is opened. {_WHOEVER}"
        buttons += _COPY.format(look="also", link=link, days=days, means=means, words="Copy with days that move along")
    st.html(_SHARE.format(buttons=buttons))


def _page_controls() -> dict[str, list[str]]:
    set_here = {name: st.session_state[name] for name in PAGE_CONTROLS if name in st.session_state}
    return {name: _texts(value) for name, value in set_here.items() if value not in (None, False)}


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return ["true" if value is True else str(value)]


def _address(page_path: str) -> str:
    """Where this page is in the reader's browser; only ever shown to that reader."""
    parts = urlsplit(str(st.context.url or "http://localhost:8501/"))
    path = f"{base_path(st.get_option('server.baseUrlPath') or '')}/{page_path}".rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or '/'}"


def to_rooms(rooms: pd.DataFrame, base_url: str) -> list[str]:
    """The address of each room of a rooms table in the workspace."""
    told = zip(rooms["type"], rooms["slug"], strict=True)
    return [f"{base_url}/{_PATHS.get(kind, 'channel')}/{quote(slug, safe='')}" for kind, slug in told]


def to_administration(room_id: str, base_url: str) -> str:
    """The address of a room in the administration of the workspace, where it is archived."""
    return f"{base_url}/admin/rooms/edit/{quote(room_id, safe='')}"


def to_room(chosen: Mapping[str, Sequence[str]], room_id: str) -> str:
    """The address of the page of a room, with the same choice."""
    return compose(_address("room"), {**chosen, ROOM: [room_id]}, None)


def rooms_in_files(chosen: Mapping[str, Sequence[str]], period: Period) -> str:
    """The address of the page of a room up to its id, for a file that others open: with the days of ``period``, at the
    configured address of the dashboard. Empty where none is configured.
    """
    return views.rooms_at(dashboard(), chosen, period)


def dashboard() -> str:
    """The configured address of the dashboard; empty where there is none."""
    return runtime().settings.dashboard.link(st.get_option("server.baseUrlPath") or "")


def open_room(chosen: Mapping[str, Sequence[str]], room_id: str) -> None:
    """In a callback: goes to the page of a room, with the same choice."""
    address = urlsplit(to_room(chosen, room_id))
    ways.choose(f"{address.path}?{address.query}")


def lead_on(name: str, words: str, icon: str = "arrow_forward", **controls: Sequence[str]) -> None:
    """A link to another page with the same filters, and with controls of that page set; ``words`` are Markdown."""
    st.page_link(page(name), label=words, query_params={**_kept(), **controls}, icon=f":material/{icon}:")


def _kept() -> dict[str, list[str]]:
    """What a link inside the dashboard must carry: the rooms left out. Controls of the frame keep their own part."""
    left_out = said_of_left_out()
    return {LEFT_OUT: left_out} if left_out else {}

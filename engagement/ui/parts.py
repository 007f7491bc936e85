"""The parts that pages are made of: header, cards, charts, tables, and the states without data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engagement import figures, labels, palette, tables
from engagement.activity import Activity
from engagement.metrics import Comparison, Headline
from engagement.ui.loading import View

InfoType = TypeVar("InfoType", bound=figures.Info)

# Above so many rows a table is sent piece by piece, as the reader scrolls.
LAZY_ABOVE = 1_000


def tokens() -> palette.Tokens:
    """The colours of the viewer's theme."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def context(view: View, activity: Activity, *notes: str) -> figures.Context:
    """What every chart says of its source; ``notes`` are phrases for one chart alone."""
    return figures.Context(
        workspace=workspace_name(activity.workspace),
        period=activity.period,
        previous=activity.previous,
        unfinished=activity.unfinished,
        show_people=view.people,
        notes=notes,
    )


def workspace_name(workspace: str) -> str:
    """The address of a workspace without its scheme, or what the demo is called."""
    if workspace.startswith("demo:"):
        return "Demo workspace"
    return workspace.split("://", 1)[-1]


def header(title: str, view: View, activity: Activity) -> None:
    """The title, one line that says what is shown and how complete it is, and the details behind a badge."""
    st.title(title, anchor=False)
    complete = activity.completeness
    zone = ZoneInfo(st.context.timezone or "UTC")
    read = activity.read_at.astimezone(zone)
    parts = [
        f"**{labels.for_markdown(workspace_name(activity.workspace))}**",
        f"**{labels.period_text(activity.period)}**" + (" (not over yet)" if activity.unfinished else ""),
        f"compared with {labels.period_text(activity.previous)}",
        f"{labels.count(complete.received)} of {labels.count(complete.announced)} rooms",
        f"read {read:%H:%M} {read.tzname()}",
    ]
    shown = len(view.rooms(activity))
    if shown < len(activity.rooms):
        parts.insert(-1, f"{labels.count(shown)} shown")
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.markdown(" · ".join(parts), width="stretch")
        _badge(view, activity)
    if not activity.counted:
        st.warning(
            "This workspace has no Premium licence with the engagement dashboard, so its server counts no messages "
            "per day. Shown is what the room directory knows.",
            icon=":material/info:",
        )


def _badge(view: View, activity: Activity) -> None:
    complete = activity.completeness
    special = complete.notes and complete.complete
    word = "Complete" if complete.complete else "Incomplete"
    icon = ":material/check_circle:" if complete.complete and not special else ":material/info:"
    with st.popover(word, icon=icon if complete.complete else ":material/warning:", key="completeness"):
        rows = tables.about(activity, view.filters, len(view.rooms(activity)), viewer_zone=st.context.timezone or "UTC")
        rows += [
            ("Duplicates removed", labels.count(complete.duplicates)),
            ("Calls", labels.count(complete.calls)),
            ("Pages read again", labels.count(complete.reread)),
        ]
        st.markdown("\n".join(f"- {labels.for_markdown(name)}: {labels.for_markdown(text)}" for name, text in rows))
        st.button("Read again", on_click=view.reader.forget, args=(view.period,), key="read_again")


def card(label: str, figure: Comparison, meaning: str, *, unit: str = "", compared: bool = True) -> None:
    """One figure with its change in words; ``unit`` "%" shows a share and its change in points."""
    share = unit == "%"
    value = labels.percent(figure.now) if share else labels.count(figure.now)
    if not compared:
        delta = "nothing to compare with"
    elif share:
        delta = f"{labels.signed(round(figure.change))} points"
    else:
        percent = figure.change_pct
        delta = labels.signed(figure.change) + ("" if percent is None else f", {labels.signed_percent(percent)}")
    change = round(figure.change) if compared else 0
    colour: Literal["blue", "orange", "off"] = "blue" if change > 0 else "orange" if change < 0 else "off"
    st.metric(
        label,
        value,
        delta,
        delta_color=colour,
        delta_arrow="up" if change > 0 else "down" if change < 0 else "off",
        help=meaning,
        border=True,
    )


def draw(info: InfoType, figure: Callable[[InfoType, palette.Tokens], go.Figure], key: str) -> None:
    """Draws a figure under its title and subtitle, which wrap with the page, with a description for screen readers."""
    with st.container(border=True, key=f"chart_{key}"):
        st.markdown(f"##### {labels.for_markdown(info.title)}", width="stretch")
        st.caption(labels.for_markdown(info.subtitle))
        drawn = figures.untitled(figure(info, tokens()))
        st.plotly_chart(drawn, theme=None, config=figures.CONFIG, key=f"plot_{key}", alt=info.alt)


def headline_cards(head: Headline, activity: Activity) -> None:
    """The four figures of the overview, each with its change and, in its help, its definition."""
    compared = not activity.previous_no_data
    columns = st.columns(4)
    with columns[0]:
        card("Messages", head.messages, MEANINGS["messages"], compared=compared)
    with columns[1]:
        card("Active rooms", head.active, MEANINGS["active"], compared=compared)
    with columns[2]:
        if directory_is_there(activity):
            card("Inactive rooms", head.inactive, MEANINGS["inactive"], compared=compared)
    with columns[3]:
        card("Share of the ten busiest", head.busiest_share, MEANINGS["share"], unit="%", compared=compared)


MEANINGS = {
    "messages": "Messages and edits less deletions, as the server counted them; system messages are left out. "
    "The change is against the previous period of the same length.",
    "active": "Rooms with at least one message in the period.",
    "inactive": "Rooms without a message in the period, out of all rooms that existed in it. "
    "The previous period counts the rooms that existed then.",
    "share": "How much of all messages the ten busiest rooms hold, in each period by its own ten.",
}


def directory_is_there(activity: Activity) -> bool:
    """True when the room directory has been read; else says that what needs it follows."""
    if activity.directory != "pending":
        return True
    st.info("Inactive rooms follow as soon as the room directory has been read.", icon=":material/hourglass_top:")
    return False


def directory_only(rooms: pd.DataFrame, view: View, activity: Activity) -> None:
    """What is known without the Premium module: rooms by their counters and by their last message."""
    of = context(view, activity)
    left, right = st.columns(2, gap="medium")
    with left:
        draw(figures.busiest_by_total_info(rooms, of), figures.busiest_by_total_figure, "busiest_by_total")
    with right:
        draw(figures.silence_age_info(rooms, of), figures.silence_age_figure, "silence_age")
    table(tables.counters(rooms, people=view.people), view, activity, "rooms-by-counter", rooms)


def no_data(activity: Activity) -> bool:
    """Says so, and gives True, where the server counted nothing at all in the period."""
    if not activity.no_data:
        return False
    first = activity.first_counted
    since = f" Its first counted day is {labels.day_text(first)}." if first else ""
    st.info(
        f"The server counted no message in any room from {labels.period_text(activity.period)}.{since} "
        "That is no data, not silence. Choose another period.",
        icon=":material/event_busy:",
    )
    return True


def nothing_to_compare(activity: Activity) -> bool:
    """Says so, and gives True, where the server counted nothing at all in the previous period."""
    if not activity.previous_no_data:
        return False
    st.info(
        f"The server counted no message in any room from {labels.period_text(activity.previous)}, "
        "so there is nothing to compare with. Choose a later period.",
        icon=":material/event_busy:",
    )
    return True


def movement_cards(counts: dict[str, int]) -> None:
    """How many rooms are new, back, or went quiet."""
    meanings = {
        "new": "Created in the period or the one before, with their first messages in this one.",
        "back": "Older rooms with messages in this period and none in the one before.",
        "went quiet": "Rooms with messages in the period before and none in this one.",
    }
    for column, (word, number) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(word.capitalize(), labels.count(number), help=meanings[word], border=True)


def nothing_left(rooms: pd.DataFrame) -> bool:
    """Says so, and gives True, where the filters leave no room."""
    if len(rooms):
        return False
    st.info("No room matches the filters. Choose more room types or shorten the search.", icon=":material/filter_alt:")
    return True


COLUMNS: dict[str, Callable[[], Any]] = {
    "Rank": lambda: st.column_config.NumberColumn(width=60),
    "Messages": lambda: st.column_config.NumberColumn(format="localized"),
    "Previous": lambda: st.column_config.NumberColumn(format="localized", help="Messages in the previous period"),
    "Change": lambda: st.column_config.NumberColumn(format="%+d", help="Messages less those of the previous period"),
    "Change %": lambda: st.column_config.NumberColumn(
        format="%+.0f %%", help="Undefined where the previous count is zero or less"
    ),
    "Share %": lambda: st.column_config.NumberColumn(format="%.1f %%", help="Of the messages of all rooms shown"),
    "Members": lambda: st.column_config.NumberColumn(format="localized"),
    "All messages": lambda: st.column_config.NumberColumn(format="localized", help="The room's counter, ever"),
    "Silent days": lambda: st.column_config.NumberColumn(
        "Silent for", format="localized", help="Days since the last message"
    ),
    "Last message": lambda: st.column_config.DateColumn(format="D MMM YYYY"),
    "Created": lambda: st.column_config.DateColumn(format="D MMM YYYY"),
}


def table(shown: pd.DataFrame, view: View, activity: Activity, what: str, rooms: pd.DataFrame) -> None:
    """A table with links into the workspace, and every row of it as a file."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.markdown(f"**{labels.plural(len(shown), 'room')}**", width="content")
        st.download_button(
            "CSV",
            lambda: tables.csv_bytes(
                shown,
                tables.about(activity, view.filters, len(shown), viewer_zone=st.context.timezone or "UTC"),
            ),
            tables.file_name(what, activity, "csv"),
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
            key=f"csv_{what}",
            help="Every row, with the period, the filters and how complete they are",
        )
    config = {name: made() for name, made in COLUMNS.items() if name in shown}
    linked = shown.reset_index(drop=True)
    if view.base_url is not None:
        linked["Room"] = _links(shown["Room"], rooms, view.base_url)
        config["Room"] = st.column_config.LinkColumn(display_text=r"#room=(.*)$", width="medium")
    st.dataframe(
        linked,
        hide_index=True,
        column_config=config,
        lazy=len(shown) > LAZY_ABOVE,
        height=min(560, 38 + 35 * max(1, len(shown))),
        key=f"table_{what}",
        alt=f"{what.replace('-', ' ')}, {len(shown)} rooms",
    )


_PATHS = {"channel": "channel", "private": "group", "direct": "direct"}


def _links(names: pd.Series, rooms: pd.DataFrame, base_url: str) -> list[str]:
    """The address of each room in the workspace; what follows ``#room=`` is only what the table shows."""
    by_id = rooms.set_index("room_id")
    kinds, slugs = by_id["type"].reindex(names.index), by_id["slug"].reindex(names.index)
    return [
        f"{base_url}/{_PATHS.get(kind, 'channel')}/{quote(slug, safe='')}#room={quote(name, safe='')}"
        for kind, slug, name in zip(kinds, slugs, names, strict=True)
    ]

"""The table of a page, with links into the workspace, and every row of it as a file."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pandas as pd
import streamlit as st

from engagement.display import tables, wording
from engagement.numbers.rooms import Activity
from engagement.report.workbook import workbook
from engagement.ui import session
from engagement.ui.loading import View

# Above so many rows a table is sent piece by piece, as the reader scrolls.
LAZY_ABOVE = 1_000

COLUMNS = {
    "Room": st.column_config.TextColumn(width="medium", pinned=True),
    # Pinned columns come first, so what stands before the room is pinned too.
    "Rank": st.column_config.NumberColumn(width=60, pinned=True),
    "Messages": st.column_config.NumberColumn(format="%,d"),
    "Previous": st.column_config.NumberColumn(format="%,d", help="Messages in the previous period"),
    "Change": st.column_config.NumberColumn(format="%+,d", help="Messages less those of the previous period"),
    "Change %": st.column_config.NumberColumn(
        format="%+,.0f %%", help="Undefined where the previous count is zero or less"
    ),
    "Type": st.column_config.TextColumn(width=105),
    "Verdict": st.column_config.TextColumn(
        help="On the last full week of the period, against the room's own recent weeks"
    ),
    "Why": st.column_config.TextColumn(width=230),
    "Weeks": st.column_config.AreaChartColumn(y_min=0, help="Messages in each of the last eight full weeks"),
    "Share %": st.column_config.NumberColumn(format="%.1f %%", help="Of the messages of all rooms shown"),
    "Members": st.column_config.NumberColumn(format="%,d"),
    "All messages": st.column_config.NumberColumn(format="%,d", help="The room's counter, ever"),
    "Silent days": st.column_config.NumberColumn(format="%,d", help="Days since the last message"),
    "Last message": st.column_config.DateColumn(format="D MMM YYYY"),
    "Created": st.column_config.DateColumn(format="D MMM YYYY"),
}
MIMES = {
    "html": "text/html",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "png": "image/png",
}


def download(form: str, make: Callable[[], bytes], what: str, activity: Activity, about: str | None = None) -> None:
    """A button for a file, made when it is asked for by whoever may still see what is in it."""
    ending = form.lower()
    st.download_button(
        form,
        session.permitted(make),
        tables.file_name(what, activity, ending),
        MIMES[ending],
        on_click="ignore",
        icon=":material/download:",
        key=f"{ending}_{what}",
        help=about,
    )


def table(shown: pd.DataFrame, order: str, view: View, activity: Activity, what: str) -> None:
    """A table with links into the workspace, and every row of it as a file."""
    shown = tables.sorted_by(shown, order)
    about = tables.about(activity, view.filters, len(shown), viewer_zone=session.zone().key)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.markdown(f"**{wording.plural(len(shown), 'room')}**", width="stretch")
        sheet = what.replace("-", " ").capitalize()
        download("CSV", lambda: tables.csv_bytes(shown.drop(columns="Weeks", errors="ignore"), about), what, activity,
                 "Every row, with the period, the filters and how complete they are")  # fmt: skip
        download("XLSX", lambda: workbook(about, [(sheet, shown)], made_at=activity.read_at), what, activity,
                 "The same with typed columns; what it is about stands on the first sheet")  # fmt: skip
    config = {name: column for name, column in COLUMNS.items() if name in shown}
    linked = shown.reset_index(drop=True)
    if view.base_url is not None:
        linked["Room"] = _links(shown["Room"], activity.rooms, view.base_url)
        config["Room"] = st.column_config.LinkColumn(display_text=r"#room=(.*)$", width="medium", pinned=True)
    st.dataframe(
        linked,
        hide_index=True,
        column_config=config,
        placeholder=wording.UNDEFINED,
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

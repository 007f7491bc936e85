"""The table of a page, with links into the workspace, and every row of it as a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import streamlit as st

from engagement.display import tables, wording
from engagement.numbers.rooms import Activity
from engagement.report.workbook import workbook
from engagement.ui import links, session
from engagement.ui.shown import Shown

# Above so many rows a table is sent piece by piece, as the reader scrolls.
LAZY_ABOVE = 1_000
# What a table shows of a link: all of it after the last stroke or equals sign, of which names have none there.
SHOWN_OF_LINK = r"([^/=]*)$"

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
    "Signal": st.column_config.TextColumn(
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
    "Decision": st.column_config.TextColumn(width=190),
    "Spoke again": st.column_config.DateColumn(
        format="D MMM YYYY", help="A message later than the day of the question"
    ),
    "Note": st.column_config.TextColumn(width=200),
    "Decided on": st.column_config.DateColumn(format="D MMM YYYY"),
    "Asked on": st.column_config.DateColumn(format="D MMM YYYY"),
    "Until": st.column_config.DateColumn(format="D MMM YYYY"),
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


def table(shown: Shown, make: Callable[[pd.DataFrame], pd.DataFrame], order: str, what: str) -> None:
    """A table of ``make``, one of ``display.tables``, with links into the workspace, and every row of it as a file."""
    base_url = shown.view.base_url

    def rows() -> pd.DataFrame:
        return tables.sorted_by(make(shown.rooms), order, shown.rooms)

    sent = shown.made(("table", what, order, base_url), lambda: travelling(rows(), shown.activity, base_url))
    head(shown, rows, what, sent.num_rows)
    st.dataframe(sent, key=f"table_{what}", **look(sent, what, base_url))


def head(shown: Shown, rows: Callable[[], pd.DataFrame], what: str, number: int) -> None:
    """How many rooms a table has, and every row of it as a file."""
    activity = shown.activity
    about = tables.about(activity, shown.view.filters, number, viewer_zone=session.zone().key)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.markdown(f"**{wording.plural(number, 'room')}**", width="stretch")
        sheet = what.replace("-", " ").capitalize()
        download("CSV", lambda: tables.csv_bytes(rows().drop(columns="Weeks", errors="ignore"), about), what, activity,
                 "Every row, with the period, the filters and how complete they are")  # fmt: skip
        download("XLSX", lambda: workbook(about, [(sheet, rows())], made_at=activity.read_at), what, activity,
                 "The same with typed columns; what it is about stands on the first sheet")  # fmt: skip


def look(sent: pa.Table, what: str, base_url: str | None) -> dict[str, Any]:
    """How a table is shown: all that the framework wants to know besides the table and its key."""
    config = {name: column for name, column in COLUMNS.items() if name in sent.column_names}
    if base_url is not None:
        config["Room"] = st.column_config.LinkColumn(display_text=SHOWN_OF_LINK, width="medium", pinned=True)
    return {
        "hide_index": True,
        "column_config": config,
        "placeholder": wording.UNDEFINED,
        "lazy": sent.num_rows > LAZY_ABOVE,
        "height": min(560, 38 + 35 * max(1, sent.num_rows)),
        "alt": f"{what.replace('-', ' ')}, {sent.num_rows} rooms",
    }


def travelling(rows: pd.DataFrame, activity: Activity, base_url: str | None) -> pa.Table:
    """The rows as they travel to the browser, in as few bytes as hold them."""
    if base_url is not None:
        rows = rows.assign(Room=addresses(rows["Room"], activity.rooms, base_url))
    return pa.table({name: _narrow(rows[name]) for name in rows})


def _narrow(column: pd.Series) -> pa.Array:
    values = pa.Array.from_pandas(column)
    if isinstance(column.dtype, pd.StringDtype):
        return values.cast(pa.string())
    whole = [pa.int16(), pa.int32()]
    kinds = [pa.date32()] if tables.kind_of(column) == "day" else whole
    for kind in map(pa.list_, whole) if column.name == "Weeks" else kinds:
        # Not all are whole, or small enough.
        with suppress(pa.ArrowInvalid):
            return values.cast(kind)
    return values


def addresses(names: pd.Series, rooms: pd.DataFrame, base_url: str) -> list[str]:
    """The address of each room in the workspace, with the name to show where the address does not end with it."""
    described = rooms.set_index("room_id")[["type", "slug"]].reindex(names.index)
    found = zip(links.to_rooms(described, base_url), described["slug"], names, strict=True)
    return [address if slug == name else f"{address}#room={quote(name, safe='')}" for address, slug, name in found]

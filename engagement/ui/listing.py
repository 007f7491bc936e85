"""The table of a page, with the ways to each room here and in the workspace, and every row of it as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from engagement.display import sparkline, tables, wording
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import LINE_WEEKS
from engagement.report.workbook import workbook
from engagement.ui import links, session, signs
from engagement.ui.shown import Shown

# Above so many rows a table is sent piece by piece, as the reader scrolls.
LAZY_ABOVE = 1_000
# Percents below that are the same in half the bytes.
_SHORT = 100_000
# The column with the way into the workspace.
WORKSPACE = "Rocket.Chat"

COLUMNS = {
    # Pinned columns come first, so what stands before the room is pinned too.
    "Rank": st.column_config.NumberColumn(width=60, pinned=True),
    "Messages": st.column_config.NumberColumn(format="%,d"),
    "Previous": st.column_config.NumberColumn(format="%,d", help="Messages in the previous period"),
    "Change": st.column_config.NumberColumn(
        format=f"%,d{signs.CHANGE}", help="Messages less those of the previous period"
    ),
    "Change %": st.column_config.NumberColumn(
        format=f"%,.2f %%{signs.CHANGE}", help="Undefined where the previous count is zero or less"
    ),
    WORKSPACE: st.column_config.LinkColumn(
        display_text=":material/open_in_new:", width=90, help="Open it in Rocket.Chat"
    ),
    "Type": st.column_config.TextColumn(width=105),
    "Signal": st.column_config.TextColumn(
        help="On the last full week of the period, against the room's own recent weeks"
    ),
    "Why": st.column_config.TextColumn(width=230),
    "Weeks": st.column_config.BarChartColumn(
        y_min=0, help=f"Messages in each of the last {LINE_WEEKS} full weeks, {sparkline.SCALE}"
    ),
    "Share %": st.column_config.NumberColumn(format="%.2f %%", help="Of the messages of all rooms shown"),
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
    """A table of ``make``, one of ``display.tables``, whose names lead to the pages of the rooms, with links into the
    workspace, and every row of it as a file.
    """
    base_url = shown.view.base_url

    def rows() -> pd.DataFrame:
        return tables.sorted_by(make(shown.rooms), order, shown.rooms)

    def made() -> tuple[pa.Table, pa.Array]:
        found = rows()
        return travelling(found, shown.activity, base_url), pa.array(found.index, pa.string())

    sent, ids = shown.made(("table", what, order, base_url), made)
    head(shown, rows, what, sent.num_rows, order)
    # With another order nothing is marked any more.
    key, shape = f"table_{what}_{order}", look(shown, sent, ids, what, f"room_of_{what}")
    if not shape["lazy"]:
        shape |= {"selection_mode": "single-column", "on_select": partial(sort, key)}
    st.dataframe(sent, key=key, **shape)


def sort(key: str) -> None:
    """In a callback: a click on the head of a column chooses the order of the page, of its link and of its files."""
    names = st.session_state[key]["selection"]["columns"]
    if "sort" in st.session_state and (chosen := [name for name in names if name in tables.SORTS]):
        st.session_state["sort"] = chosen[0]


def head(shown: Shown, rows: Callable[[], pd.DataFrame], what: str, number: int, order: str) -> None:
    """How many rooms a table has, in which order where nobody chose one, and every row of it as a file."""
    activity = shown.activity
    about = tables.about(activity, shown.view.filters, number, viewer_zone=session.zone().key)
    # At the left: above the right end of a table its own tools come into sight, and would lie on the files.
    with st.container(horizontal=True, vertical_alignment="center"):
        listed = f", {tables.LISTED[what]}" if order == tables.AS_LISTED and number > 1 else ""
        st.markdown(f"**{wording.plural(number, 'room')}**{listed}", width="content")
        sheet = what.replace("-", " ").capitalize()
        download("CSV", lambda: tables.csv_bytes(rows().drop(columns="Weeks", errors="ignore"), about), what, activity,
                 "Every row, with the period, the filters and how complete they are")  # fmt: skip
        download("XLSX", lambda: workbook(about, [(sheet, rows())], made_at=activity.read_at), what, activity,
                 "The same as a spreadsheet; its first sheet says what it is about")  # fmt: skip


def look(shown: Shown, sent: pa.Table, ids: Sequence[Any], what: str, key: str) -> dict[str, Any]:
    """How a table of rooms is shown: all that the framework wants to know besides the table and its key.

    ``ids`` are the rooms of its rows, ``key`` is that of the names, which lead to their pages.
    """
    config: dict[str, Any] = {name: column for name, column in COLUMNS.items() if name in sent.column_names}
    # The framework keeps what a click needs for as long as the session, so that must not be the rooms themselves.
    chosen, labels = shown.view.shown(), sent["Room"]
    config["Room"] = st.column_config.ButtonColumn(
        type="tertiary",
        alignment="left",
        width="medium",
        pinned=True,
        help="A click leads to its page",
        key=key,
        on_click=lambda: _open(chosen, st.session_state[key], labels, ids),
    )
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
        described = activity.rooms.set_index("room_id")[["type", "slug"]].reindex(rows.index)
        rows = rows.copy(deep=False)
        rows.insert(list(rows).index("Room") + 1, WORKSPACE, links.to_rooms(described, base_url))
    return pa.table({name: _narrow(tables.as_told(rows[name])) for name in rows})


def _open(
    chosen: Mapping[str, Sequence[str]], click: Mapping[str, Any] | None, labels: pa.ChunkedArray, ids: Sequence[Any]
) -> None:
    """Goes to the room of a row that was clicked on."""
    if click is not None and (room_id := clicked(click, labels, ids)):
        links.open_room(chosen, room_id)


def clicked(click: Mapping[str, Any], labels: pa.ChunkedArray, ids: Sequence[Any]) -> str | None:
    """The id of the room in a row that was clicked on; None where nobody can tell which room that is.

    A long table that was sorted in the browser tells the row in that order, which nobody else knows: the label does
    then, where it is that of one room alone.
    """
    row, label = click["row"], click["label"]
    same = pc.indices_nonzero(pc.equal(labels, label))
    if len(same) != 1 and len(labels) > LAZY_ABOVE:
        return None
    at = same[0].as_py() if len(same) == 1 else row
    return str(ids[at]) if at < len(ids) else None


def _narrow(column: pd.Series) -> pa.Array:
    values = pa.Array.from_pandas(column)
    if isinstance(column.dtype, pd.StringDtype):
        return values.cast(pa.string())
    if str(column.name).endswith("%") and column.abs().max() < _SHORT:
        return values.cast(pa.float32())
    whole = [pa.int16(), pa.int32()]
    kinds = [pa.date32()] if tables.kind_of(column) == "day" else whole
    for kind in map(pa.list_, whole) if column.name == "Weeks" else kinds:
        # Not all are whole, or small enough.
        with suppress(pa.ArrowInvalid):
            return values.cast(kind)
    return values

"""A table of rooms to choose from, which keeps what was chosen when its rows change.

The framework knows rows by their places. Whoever chose some in the table as it was then has chosen those rooms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from engagement.display import tables, wording
from engagement.ui import listing
from engagement.ui.shown import Shown

# The button and the link of a row.
PRESS, LINK = "Undo", "Administration"
Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Chosen:
    """The rooms that are chosen, in the order of the table, then those that have ``gone`` from it since by what others
    have done; and the one whose button was pressed.
    """

    room_ids: tuple[str, ...]
    gone: tuple[str, ...] = ()
    pressed: str | None = None


@dataclass(frozen=True)
class _Drawn:
    """A table as it was drawn in this tab: its key, what was asked for, after how many deeds, the rooms of its rows,
    and those that were chosen and have gone.
    """

    key: str
    asked: Hashable
    turn: int
    room_ids: Sequence[str]
    gone: tuple[str, ...] = ()


def table(
    shown: Shown,
    make: Callable[[pd.DataFrame], pd.DataFrame],
    order: str,
    what: str,
    turn: int,
    extra: Callable[[pd.DataFrame], Columns] | None = None,
) -> Chosen:
    """As ``listing.table``, with rows that can be chosen; of a table that is not sent as a whole, all or none.

    With another ``turn`` nothing is chosen. ``extra`` gives columns for the screen alone, by the rows: links, and the
    words on the button ``PRESS`` of each.
    """
    base_url = shown.view.base_url

    def rows() -> pd.DataFrame:
        return tables.sorted_by(make(shown.rooms), order, shown.rooms)

    def made() -> tuple[pa.Table, list[str], str]:
        found = rows()
        sent, room_ids = listing.travelling(found, shown.activity, base_url), found.index.tolist()
        for name, texts in (extra(found) if extra else {}).items():
            # Beside the room and its decision, not beyond the edge of the screen.
            sent = sent.add_column(3 if base_url else 2, name, pa.array(texts, pa.string()))
        return sent, room_ids, hashlib.sha256("\0".join(room_ids).encode()).hexdigest()[:16]

    sent, room_ids, digest = shown.made(("choosable", what, order, base_url), made)
    listing.head(shown, rows, what, sent.num_rows, order)
    asked = (shown.view.filters, shown.view.period, tuple(name for name, _ in shown.parts))
    before: _Drawn | None = st.session_state.get(f"_drawn_{what}")
    if before is not None and before.turn != turn:
        before = None
    now = _Drawn(f"table_{what}_{digest}_{turn}", asked, turn, room_ids)
    remembered = _chosen(before) if before is not None and before.key != now.key else ()
    # Not for each run: a long list is long to look through.
    places = pd.Index(room_ids).get_indexer(pd.Index(list(remembered), dtype="str")) if remembered else ()
    if before is not None and before.asked == asked:
        # Whoever is about to decide about a room decides about it, whatever has become of it.
        lost = [room for room, place in zip(remembered, places, strict=True) if place < 0]
        now = replace(now, gone=(*before.gone, *lost))
    st.session_state[f"_drawn_{what}"] = now
    look = listing.look(shown, sent, room_ids, what, f"room_of_{now.key}")
    look["column_config"] |= _buttons(sent, now.key)
    if look["lazy"]:
        return _all_or_none(sent, now, look)
    st.dataframe(
        sent,
        key=now.key,
        on_select=partial(listing.sort, now.key),
        selection_mode=["multi-row", "single-column"],
        selection_default={"selection": {"rows": [int(place) for place in places if place >= 0]}},
        **look,
    )
    chosen = (*_chosen(now), *now.gone)
    return Chosen(chosen, now.gone, None if before is None else _pressed(before))


def _buttons(sent: pa.Table, key: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if PRESS in sent.column_names:
        config[PRESS] = st.column_config.ButtonColumn(width=90, type="tertiary", key=f"press_{key}")
    if LINK in sent.column_names:
        config[LINK] = st.column_config.LinkColumn(display_text="Open", width=120)
    return config


def _all_or_none(sent: pa.Table, now: _Drawn, look: dict[str, Any]) -> Chosen:
    """A table that is sent piece by piece has no rows to choose."""
    every = st.toggle(
        f"Choose all {wording.plural(sent.num_rows, 'room')}",
        key=f"all_{now.key}",
        help=f"In lists of at most {listing.LAZY_ABOVE:,} single rooms can be chosen: filters narrow this one.",
    )
    st.dataframe(sent, key=now.key, **look)
    return Chosen(tuple(now.room_ids) if every else ())


def _chosen(drawn: _Drawn) -> tuple[str, ...]:
    """The rooms that are chosen in a table as it was drawn."""
    state = st.session_state.get(drawn.key)
    places = state["selection"]["rows"] if state else []
    return tuple(drawn.room_ids[place] for place in sorted(places) if place < len(drawn.room_ids))


def _pressed(drawn: _Drawn) -> str | None:
    """The room of the row whose button was pressed in a table as it was drawn."""
    click = st.session_state.get(f"press_{drawn.key}")
    return None if click is None else drawn.room_ids[click["row"]]

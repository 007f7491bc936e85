"""The lists of a clean-up: inactive rooms and the worklist of what was decided, with filters, rooms to choose, and what
can be done with those chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from engagement.display import tables, wording
from engagement.numbers.rooms import INACTIVE_STATES
from engagement.numbers.sieve import DECIDED, LACKS, Sieve
from engagement.reading.deciding import Desk
from engagement.ui import choosing, deciding, header, links, listing, opened, states
from engagement.ui.shown import Shown

INACTIVE, WORKLIST = "Inactive rooms", "Worklist"
_SILENT = {"Any time": 0, "Over 30 days": 30, "Over 90 days": 90, "Over 180 days": 180, "Over 365 days": 365}


def choose_list(at: Desk | None) -> str:
    """Which of the two lists, kept in the link; there is one for whoever may not see decisions."""
    if at is None:
        return INACTIVE
    chosen: str = st.segmented_control(
        "List", [INACTIVE, WORKLIST], default=INACTIVE, required=True, key="list", bind="query-params"
    )
    opened.shows("list", [chosen])
    return chosen


def choose_rooms(at: Desk | None) -> Sieve:
    """Which rooms the list is about, kept in the link."""
    with st.container(horizontal=True, vertical_alignment="top", key="controls_list"):
        silent = st.selectbox("Silent for", list(_SILENT), key="silent", bind="query-params", width=160)
        opened.shows("silent", [silent])
        state = header.choose_some("Only rooms that are", _capitalised(INACTIVE_STATES), "state")
        lacks = header.choose_some("With", _capitalised(LACKS), "lacks")
        decided = header.choose_some("Decided", _capitalised(DECIDED), "decision") if at is not None else []
    return Sieve(_SILENT[silent], *(tuple(word.lower() for word in some) for some in (state, lacks, decided)))


def _capitalised(words: tuple[str, ...]) -> list[str]:
    return [word.capitalize() for word in words]


def draw(shown: Shown, at: Desk | None, which: str, sieve: Sieve, order: str) -> None:
    """The list that was chosen, of the rooms that pass; with what can be decided about them, for whoever may."""
    people, end = shown.view.people, shown.activity.period.end
    if at is not None:
        deciding.notice(at)
    if which == INACTIVE and not shown.part("inactive", lambda rooms: rooms["state"].isin(INACTIVE_STATES)).number:
        return
    shown = shown.part(sieve, lambda rooms: sieve.keeps(rooms, end))
    if which == INACTIVE:
        usual: dict[str, object] = {"silent": next(iter(_SILENT)), "state": [], "lacks": []}
        states.none_left(shown, usual if at is None else {**usual, "decision": []})
    if at is None:
        listing.table(shown, partial(tables.silent, people=people), order, "inactive-rooms")
        return
    if which == INACTIVE:
        _hint()
        _act_on(shown, at, _table(shown, tables.silent, order, "inactive-rooms"))
    elif "decision" not in shown.activity.rooms:
        st.info("Nothing is decided yet: choose rooms in the list of inactive rooms.", icon=":material/checklist:")
    else:
        _worklist(shown.part("decided", lambda rooms: rooms["decision"].notna()), at, order)


def _worklist(shown: Shown, at: Desk, order: str) -> None:
    """What was decided about which room; a room that was archived since is among archived rooms."""
    _hint()
    chosen = _table(shown, tables.worklist, order, "worklist", partial(_extra, base_url=shown.view.base_url))
    if not shown.view.filters.archived and (done := shown.made("done", lambda: _archived(shown))):
        st.caption(f"{wording.plural(done, 'room')} of the worklist {'is' if done == 1 else 'are'} archived by now.")
    if chosen.pressed is not None:
        rooms = shown.activity.rooms
        found = rooms.loc[rooms["room_id"].eq(chosen.pressed), "decision_id"].dropna()
        deciding.take_back(at, found.astype("int64").tolist())
    _act_on(shown, at, chosen)


def _table(
    shown: Shown,
    make: Callable[..., pd.DataFrame],
    order: str,
    what: str,
    extra: Callable[[pd.DataFrame], choosing.Columns] | None = None,
) -> choosing.Chosen:
    return choosing.table(shown, partial(make, people=shown.view.people), order, what, deciding.turn(), extra)


def _extra(rows: pd.DataFrame, base_url: str | None) -> choosing.Columns:
    """What the screen has of the worklist besides: the way back, and the way into the administration."""
    back = {choosing.PRESS: [choosing.PRESS] * len(rows)}
    if base_url is None:
        return back
    return back | {choosing.LINK: [links.to_administration(str(room_id), base_url) for room_id in rows.index]}


def _archived(shown: Shown) -> int:
    rooms = shown.activity.rooms
    ours = rooms["type"].isin(shown.view.filters.types)
    return int((ours & rooms["archived"] & rooms["decision"].notna()).sum())


def _hint() -> None:
    st.caption("Rooms chosen in the list can be kept, asked about or noted for the archive.")


def _act_on(shown: Shown, at: Desk, chosen: choosing.Chosen) -> None:
    """What can be decided about the chosen rooms: below the list, which above it would move under the pointer, and in
    sight (``style.css``).
    """
    if not chosen.room_ids:
        return
    rooms = shown.activity.rooms
    if chosen.gone:
        st.caption("Not all rooms that were chosen are in this list any more: somebody has just decided about them.")
    said = f"**{wording.plural(len(chosen.room_ids), 'room')} chosen**"
    deciding.actions(shown, at, rooms[rooms["room_id"].isin(chosen.room_ids)], said)

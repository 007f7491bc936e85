"""What can be decided about rooms: keep, ask, archive; what was done last, and the way back.

Nothing here writes to the workspace. Whoever may not see decisions is shown nothing of all this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import islice

import pandas as pd
import streamlit as st

from engagement.display import decisions as told
from engagement.display import wording
from engagement.display.escaping import for_markdown
from engagement.errors import EngagementError
from engagement.numbers import naming
from engagement.numbers.decisions import ARCHIVE, ASK, KEEP, LONGEST_NOTE, LONGEST_WHOM, Wish, Worklist
from engagement.reading.deciding import Desk
from engagement.ui import links, loading, session
from engagement.ui.runtime import runtime
from engagement.ui.shown import Shown

# What was done last in this tab, the last decision that was there when its page was drawn, and how often it has
# decided: what was opened or chosen for a decision closes with it.
_DONE, _SEEN, _TURN = "_worklist_done", "_worklist_seen", "_worklist_turn"
DONE_WORDS = {KEEP: "Kept", ASK: "Noted as asked about", ARCHIVE: "Noted for the archive"}
MOST_OWNERS = 20


@dataclass(frozen=True)
class _Done:
    """What was done, in words; the rows that say so, where they can be taken back; what others had decided."""

    words: str
    rows: range
    overtaken: str


def turn() -> int:
    """How often this tab has decided: part of the key of what a decision closes."""
    return int(st.session_state.get(_TURN, 0))


def room(shown: Shown, one: pd.DataFrame) -> None:
    """What stands on one room, its row of the rooms table, in words, and what can be decided about it; nothing for
    whoever may not see it.
    """
    at = loading.worklist_desk()
    if at is None:
        return
    notice(at, leads_on=True)
    if "decision" in one and one["decision"].notna().all():
        st.markdown(f":material/checklist: {for_markdown(told.sentence(one.iloc[0]))}")
    actions(shown, at, one)


def notice(at: Desk, *, leads_on: bool = False) -> None:
    """What was done last in this tab, with a way back and one to the list (``leads_on``), until that was read."""
    done: _Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="worklist_done"):
        st.markdown(f":material/check: {done.words}", width="stretch")
        if done.rows and st.button("Undo", icon=":material/undo:", key="worklist_undo"):
            _act(at, lambda: at.undo(done.rows), "Taken back: what stood before stands again.", undone=True)
        if leads_on:
            links.lead_on("inactive_rooms", "Worklist", "checklist", list=["Worklist"])
        st.button("All right", key="worklist_read", on_click=_read)
    if done.overtaken:
        st.warning(done.overtaken, icon=":material/group:")


def _read() -> None:
    st.session_state.pop(_DONE, None)


def take_back(at: Desk, decision_ids: list[int]) -> None:
    """Takes these decisions back, and draws the page again."""
    _act(at, lambda: at.undo(decision_ids), "Taken back: what stood before stands again.", undone=True)


def actions(shown: Shown, at: Desk, rooms: pd.DataFrame, chosen: str = "") -> None:
    """The ways to decide about ``rooms``, rows of the rooms table; the texts for their owners.

    Behind words about what was ``chosen`` in a list they stay in sight, however long it is (``style.css``).
    """
    today, of, worklist = shown.activity.today, f"{wording.plural(len(rooms), 'room')}", at.worklist()
    key = "worklist_chosen" if chosen else "worklist_actions"
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        if chosen:
            st.markdown(chosen, width="content")
        with _popover("Keep", "push_pin", KEEP):
            _keep(at, rooms, today, of)
        with _popover("Ask", "forum", ASK):
            _ask(at, rooms, today, of)
        with _popover("Archive", "inventory_2", ARCHIVE):
            _archive(at, rooms, of)
        standing = rooms["decision_id"].dropna().astype("int64").tolist() if "decision_id" in rooms else []
        if st.button("Take back", icon=":material/undo:", disabled=not standing, key="worklist_take_back"):
            take_back(at, standing)
        if len(rooms) == 1:
            _one(shown, worklist, str(rooms["room_id"].iloc[0]))
    _texts(shown, rooms)
    st.session_state[_SEEN] = worklist.newest


def _popover(label: str, icon: str, kind: str) -> AbstractContextManager[object]:
    return st.popover(label, icon=f":material/{icon}:", key=f"worklist_{kind}_{turn()}")


def _keep(at: Desk, rooms: pd.DataFrame, today: date, of: str) -> None:
    with st.form(f"keep_{turn()}", border=False):
        until = st.date_input("Until (empty: always)", None, min_value=today, key=f"keep_until_{turn()}",
                              format="YYYY-MM-DD")  # fmt: skip
        note = _note(KEEP)
        st.caption("A kept room is not called inactive, on any page and in any file.")
        if st.form_submit_button(f"Keep {of}", type="primary"):
            _decide(at, rooms, lambda _: Wish(KEEP, until=until, note=note))


def _ask(at: Desk, rooms: pd.DataFrame, today: date, of: str) -> None:
    owners = rooms["owner"].dropna().unique()
    one = str(owners[0])[:LONGEST_WHOM] if len(owners) == 1 else ""
    with st.form(f"ask_{turn()}", border=False):
        whom = st.text_input("Whom", one, LONGEST_WHOM, key=f"ask_whom_{turn()}",
                             placeholder="The owner of each room" if len(owners) > 1 else "Nobody known")  # fmt: skip
        day = st.date_input("On", today, key=f"ask_day_{turn()}", format="YYYY-MM-DD")
        note = _note(ASK)
        st.caption("You write to them in Rocket.Chat; the texts below are ready to copy.")
        if st.form_submit_button(f"Note as asked: {of}", type="primary"):
            _decide(at, rooms, lambda owner: Wish(ASK, whom=whom.strip() or owner, asked_on=day, note=note))


def _archive(at: Desk, rooms: pd.DataFrame, of: str) -> None:
    with st.form(f"archive_{turn()}", border=False):
        note = _note(ARCHIVE)
        st.caption("Archiving itself stays in Rocket.Chat: the worklist leads there.")
        if st.form_submit_button(f"Note for the archive: {of}", type="primary"):
            _decide(at, rooms, lambda _: Wish(ARCHIVE, note=note))


def _note(kind: str) -> str:
    note: str = st.text_input(
        "Note", "", LONGEST_NOTE, key=f"{kind}_note_{turn()}", placeholder="Owner asked" if kind == ARCHIVE else "Why"
    )
    return note


def _decide(at: Desk, rooms: pd.DataFrame, wish: Callable[[str], Wish]) -> None:
    """Decides about each of the rooms what is wished for a room with its owner."""
    try:
        by_owner = {owner: wish(owner) for owner in rooms["owner"].fillna("").unique()}
    except EngagementError as error:
        st.error(str(error))
        return
    wishes = dict(zip(rooms["room_id"], rooms["owner"].fillna("").map(by_owner), strict=True))
    kind = next(iter(by_owner.values())).kind
    names = naming.room_labels(rooms, show_people=loading.view().people)
    which = for_markdown(names.iloc[0]) if len(rooms) == 1 else wording.plural(len(rooms), "room")
    _act(at, lambda: at.decide(wishes), f"{DONE_WORDS[kind]}: **{which}**.")


def _act(at: Desk, act: Callable[[], range], words: str, *, undone: bool = False) -> None:
    """Does it, remembers what to say of it, and draws the page again. Says why where it cannot be done."""
    seen = st.session_state.get(_SEEN, 0)
    try:
        rows = act()
        worklist = at.worklist()
    except EngagementError as error:
        st.error(str(error))
        return
    st.session_state[_DONE] = _Done(words, range(0) if undone else rows, _overtaken(worklist, seen, rows))
    st.session_state[_TURN] = turn() + 1
    st.rerun()


def _overtaken(worklist: Worklist, seen: int, rows: range) -> str:
    """What others had decided about the same rooms since this page was drawn, which stays."""
    theirs = worklist.overtaken(seen, rows)
    if theirs.empty:
        return ""
    who = wording.listed([for_markdown(name) for name in theirs["decided_by"].unique()])
    rooms = wording.plural(theirs["room_id"].nunique(), "of these rooms", "of these rooms")
    return (
        f"{who} decided about {rooms} a moment ago. Nothing is lost: the newest stands, and *Undo* brings theirs back."
    )


def _one(shown: Shown, worklist: Worklist, room_id: str) -> None:
    """What was ever decided about a room, and the way to it in the administration of the workspace."""
    told_of = worklist.of(room_id)
    if len(told_of):
        with st.popover("History", type="tertiary", icon=":material/history:", key=f"worklist_history_{turn()}"):
            st.markdown("\n".join(f"- {for_markdown(line)}" for line in told.history(told_of, session.zone())))
    if shown.view.base_url is not None:
        address = links.to_administration(room_id, shown.view.base_url)
        st.link_button("In Rocket.Chat", address, icon=":material/open_in_new:", type="tertiary")


def _texts(shown: Shown, rooms: pd.DataFrame) -> None:
    """A text for the owner of each of the rooms, ready to copy: one for all rooms of an owner, or one for each."""
    owned = rooms[rooms["owner"].notna()]
    with st.expander("Texts for the owners", icon=":material/content_copy:", key="worklist_texts"):
        for said in told.unaddressed(rooms):
            st.caption(said)
        each = False
        if owned["owner"].duplicated().any():
            each = st.toggle("One text for each room", key="worklist_text_each")
        groups = owned.groupby("room_id" if each else "owner", sort=False)
        for _, group in islice(groups, MOST_OWNERS):
            owner, many = for_markdown(str(group["owner"].iloc[0])), wording.plural(len(group), "room")
            st.markdown(f"**{owner}** · {many}")
            st.code(_text(shown, group), language=None, wrap_lines=True)
        if groups.ngroups > MOST_OWNERS:
            st.caption(f"The first {MOST_OWNERS} of {groups.ngroups:,}: choose fewer rooms for the others.")


def _text(shown: Shown, rooms: pd.DataFrame) -> str:
    words, base_url = runtime().settings.worklist, shown.view.base_url
    addresses: Mapping[str, str] = {}
    if base_url is not None:
        addresses = dict(zip(rooms["room_id"], links.to_rooms(rooms, base_url), strict=True))
    return told.owner_text(words.text, words.text_for_several, rooms, addresses, shown.activity.workspace)

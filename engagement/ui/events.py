"""Events on every page: those in sight, each with a way to change and remove it, and a form for one more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from engagement.display.escaping import for_markdown
from engagement.display.events import days_told
from engagement.display.wording import count
from engagement.errors import EngagementError
from engagement.numbers.events import LONGEST_NAME, Event, Events, event
from engagement.numbers.periods import Period
from engagement.reading.events import book
from engagement.reading.facts import Facts
from engagement.reading.workspace import Reader
from engagement.settings.program import COMMAND
from engagement.storage.events import EventBook
from engagement.ui.runtime import runtime

# So many are listed, those nearest to the period first.
MOST_LISTED = 12
# Each form has fields of its own: what is put into a field before a browser has drawn it may not arrive there.
_FORM, _CHANGED, _SAID = "_event_form", "_event_changed", "_event_said"
_NAME, _FIRST, _LAST, _ALONE = "event_name", "event_first", "event_last", "event_not_comparable"


@dataclass(frozen=True)
class _Said:
    """What became of the last click, and what would undo it."""

    text: str
    wrong: bool = False
    undo: Callable[[EventBook], object] | None = None


def panel(reader: Reader, facts: Facts, known: Events, near: Period, who: str) -> None:
    """Draws the button that opens it, with the ``known`` events, nearest to a period first; ``who`` is noted with what
    is added or removed.
    """
    with st.popover("Events", icon=":material/event:", width="stretch", key="events"):
        if not facts.identity.known:
            st.caption("Nothing tells this workspace from another one at the same address: events cannot be kept.")
            return
        kept = book(reader.archive, facts.identity)
        _tell(kept)
        _form(kept, facts.today(runtime().clock()), who)
        _list(kept, known, near, who)


def _tell(kept: EventBook) -> None:
    said: _Said | None = st.session_state.get(_SAID)
    if said is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        (st.error if said.wrong else st.success)(for_markdown(said.text))
        if said.undo is not None:
            st.button("Undo", icon=":material/undo:", on_click=_undo, args=(kept, said.undo), key="event_undo")


def _form(kept: EventBook, today: date, who: str) -> None:
    """What is wrong is said above, and what was typed stays."""
    number, changed = st.session_state.get(_FORM, 0), st.session_state.get(_CHANGED)
    one = changed or Event("", Period(today, today))
    days: dict[str, Any] = {"min_value": date(2000, 1, 1), "max_value": date(2100, 1, 1), "format": "YYYY-MM-DD"}
    with st.form(f"event_form_{number}", border=False):
        st.text_input("What happened", one.name, key=_key(_NAME), max_chars=LONGEST_NAME, placeholder="release 8.4")
        left, right = st.columns(2)
        left.date_input("First day", one.period.start, key=_key(_FIRST), **days)
        last = one.period.end if one.period.days > 1 else None
        right.date_input("Last day", last, key=_key(_LAST), help="Empty for one day", **days)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            meaning = "Its weeks are neither judged nor compared with."
            st.checkbox("Not comparable", one.not_comparable, key=_key(_ALONE), help=meaning)
            if changed is not None:
                st.form_submit_button("Cancel", on_click=_begin, key="event_cancel")
            label = "Add" if changed is None else "Save"
            st.form_submit_button(label, type="primary", on_click=_submit, args=(kept, changed, who), key="event_save")


def _key(field: str) -> str:
    return f"{field}_{st.session_state.get(_FORM, 0)}"


def _begin(changed: Event | None = None) -> None:
    """Begins another form, for one event more or to change one."""
    st.session_state[_FORM] = st.session_state.get(_FORM, 0) + 1
    st.session_state[_CHANGED], st.session_state[_SAID] = changed, None


def _submit(kept: EventBook, changed: Event | None, who: str) -> None:
    name, first, last, alone = (st.session_state[_key(field)] for field in (_NAME, _FIRST, _LAST, _ALONE))
    try:
        one = event(name, first, last, not_comparable=alone)
        said = _add(kept, one, who) if changed is None else _change(kept, changed, one, who)
    except EngagementError as error:
        st.session_state[_SAID] = _Said(str(error), wrong=True)
        return
    _begin()
    st.session_state[_SAID] = said


def _add(kept: EventBook, one: Event, who: str) -> _Said:
    added = kept.add([one], who)
    if not added:
        return _Said(f"{_called(one)} is there already.")
    return _Said(f"{_called(one)} is added.", undo=lambda book: book.remove(added[0].id, who))


def _change(kept: EventBook, before: Event, one: Event, who: str) -> _Said:
    after = kept.change(before.id, one, who)
    return _Said(f"{_called(one)} is changed.", undo=lambda book: book.restore(before.id, who, without=after.id))


def _remove(kept: EventBook, one: Event, who: str) -> None:
    try:
        kept.remove(one.id, who)
    except EngagementError as error:
        st.session_state[_SAID] = _Said(str(error), wrong=True)
        return
    if st.session_state.get(_CHANGED) == one:
        _begin()
    st.session_state[_SAID] = _Said(f"{_called(one)} is removed.", undo=lambda book: book.restore(one.id, who))


def _undo(kept: EventBook, undo: Callable[[EventBook], object]) -> None:
    try:
        undo(kept)
        st.session_state[_SAID] = _Said("Undone.")
    except EngagementError as error:
        st.session_state[_SAID] = _Said(str(error), wrong=True)


def _called(one: Event) -> str:
    return f"“{one.name}”"


def _list(kept: EventBook, events: Events, period: Period, who: str) -> None:
    """The events nearest to the period, the latest first."""
    near = sorted(events, key=lambda one: _distance(one, period))[:MOST_LISTED]
    for one in sorted(near, key=lambda one: one.period, reverse=True):
        with st.container(horizontal=True, vertical_alignment="center", key=f"event_{one.id}"):
            st.markdown(f"**{for_markdown(one.name)}**  \n{days_told(one)}", width="stretch")
            name = for_markdown(one.name)
            st.button("Change", help=f"Change {name}", on_click=_begin, args=(one,),
                      type="tertiary", key=f"event_change_{one.id}")  # fmt: skip
            st.button("Remove", help=f"Remove {name}", on_click=_remove, args=(kept, one, who),
                      type="tertiary", key=f"event_remove_{one.id}")  # fmt: skip
    if more := len(events) - len(near):
        st.caption(f"and {count(more)} further away: `{COMMAND} events --list`")
    if not events:
        st.caption("A release, an offsite, a holiday: drawn on every line and bar of time, for everybody who sees "
                   "these figures.")  # fmt: skip


def _distance(one: Event, period: Period) -> int:
    """The days between an event and the period."""
    return max((one.period.start - period.end).days, (period.start - one.period.end).days, 0)

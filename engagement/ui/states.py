"""What a page says where there is nothing to draw, or not all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NoReturn

import pandas as pd
import streamlit as st

from engagement import figures
from engagement.display import facts, reasons, signals, tables, wording
from engagement.display.escaping import for_markdown
from engagement.numbers import naming, rankings
from engagement.numbers.rooms import ACTIVE, Activity
from engagement.numbers.verdict import by_chance
from engagement.numbers.weeks import History, total_signal
from engagement.ui import charts, filters, links, listing
from engagement.ui.loading import View
from engagement.ui.shown import Shown


def _end(sentence: str, way_on: str = "", go: Callable[[], None] | None = None, icon: str = "event_busy") -> NoReturn:
    """Ends the page, saying why, with a button for the way on where there is one."""
    st.info(sentence, icon=f":material/{icon}:")
    if go is not None:
        st.button(way_on, on_click=go, key="way_on")
    st.stop()


def _end_of_period(view: View, sentence: str) -> NoReturn:
    last_week, *_ = filters.PERIOD_NAMES
    _end(sentence, last_week, None if view.name == last_week else filters.back_to_last_week)


def need_rooms(shown: Shown) -> None:
    """Ends the page, saying so, where there were no rooms, or the filters leave none."""
    if shown.activity.rooms.empty:
        _end_of_period(shown.view, "The workspace had no rooms then. Choose a later period.")
    if not shown.number:
        _end("No room matches the filters.", "Clear filters", filters.clear, "filter_alt")


def single(shown: Shown) -> bool:
    """True where the filters leave one room alone: a card leads to its page, in place of charts of one bar."""
    if shown.number != 1:
        return False
    room_id, label, told = shown.made("single", lambda: _single(shown))
    with st.container(border=True, key="single"):
        alone = "there is" if len(shown.activity.rooms) == 1 else "that the filters leave"
        st.header(f"{for_markdown(label)} is the only room {alone}", anchor=False)
        st.caption(" · ".join(f"{name}: {for_markdown(text)}" for name, text in told))
        links.lead_on("room", "Its weeks, its place and other rooms beside it", room=[room_id])
    return True


def _single(shown: Shown) -> tuple[str, str, list[tuple[str, str]]]:
    row = shown.rooms.iloc[0]
    counts = [("Messages", "messages"), ("Before", "previous_messages")] if shown.activity.counted else []
    told = [(name, wording.count(None if pd.isna(row[column]) else row[column])) for name, column in counts]
    label = naming.room_labels(shown.rooms, show_people=shown.view.people).iloc[0]
    return row["room_id"], label, [*told, *facts.facts(shown.rooms)]


def directory_is_there(activity: Activity) -> bool:
    """True when the room directory has been read; else says that what needs it follows."""
    if activity.directory != "pending":
        return True
    st.info("Inactive rooms follow as soon as the room directory has been read.", icon=":material/hourglass_top:")
    return False


def need_counts(shown: Shown) -> None:
    """Ends the page, saying so, when it has no counts to show: no room, no counting at all, or none in this period."""
    need_rooms(shown)
    need_counting(shown)
    need_data(shown)


def need_counting(shown: Shown) -> None:
    """Ends the page without the Premium module, with what is known all the same: counters and last messages."""
    if shown.activity.counted:
        return
    charts.beside(busiest_by_total=shown.figure(figures.busiest_by_total), silence=shown.figure(figures.silence))
    counters = partial(tables.counters, people=shown.view.people)
    listing.table(shown, counters, tables.AS_LISTED, "rooms-by-counter")
    st.stop()


def need_data(shown: Shown) -> None:
    """Ends the page, saying so, where the server counted nothing at all in the period."""
    activity = shown.activity
    first = activity.first_counted
    since = f" Its first counted day is {wording.day_text(first)}." if first else ""
    if activity.no_data:
        _end_of_period(
            shown.view,
            f"The server counted no message in any room in the days {wording.period_text(activity.period)}.{since} "
            "That is no data, not silence. Choose another period.",
        )


def uncounted_days(activity: Activity) -> None:
    """Says on which days of both periods nothing was counted, where not all of the period is without data."""
    if not activity.uncounted or activity.no_data:
        return
    days = wording.days_listed(activity.uncounted)
    st.warning(
        f"Nothing was counted on {days}: no data, or nobody wrote. The two periods are {wording.NOT_ALIKE}, nothing is "
        "judged by those days, and rooms whose silence depends on them are unknown.",
        icon=":material/event_busy:",
    )


def missing_rooms(activity: Activity) -> None:
    """Says that rooms did not arrive, and what is not known then."""
    if not activity.arrived:
        st.warning(
            f"Not all rooms arrived. The two periods are {wording.NOT_ALIKE}, totals are not judged, and rooms without "
            "a message are unknown unless the room directory knows their last one.",
            icon=":material/incomplete_circle:",
        )


def need_previous(shown: Shown) -> None:
    """Ends the page, saying so, where the server counted nothing at all in the previous period."""
    activity = shown.activity
    if activity.net and activity.previous_no_data:
        _end_of_period(
            shown.view,
            "There is nothing to compare with: choose another period, or wait for more readings of the counters.",
        )
    if activity.previous_no_data:
        _end_of_period(
            shown.view,
            f"The server counted no message in any room in the days {wording.period_text(activity.previous)}, "
            "so there is nothing to compare with. Choose a later period.",
        )


def none_left(shown: Shown, usual: Mapping[str, object]) -> None:
    """Where the page's own controls leave no room, says so, with a button that makes them as ``usual``."""
    if not shown.number:
        st.info("No room fits all that was chosen above.", icon=":material/filter_alt:")
        st.button("Show all of them", on_click=_choose, args=(usual,), key="none_left")


def _choose(usual: Mapping[str, object]) -> None:
    st.session_state.update(usual)


def history_notes(history: History) -> None:
    """Says what of the weeks is missing or special."""
    for note in history.receipt.notes:
        st.warning(note, icon=":material/warning:")
    if unlike := list(dict.fromkeys(filter(None, history.unlike))):
        said = for_markdown(wording.listed(unlike))
        st.caption(f"{said[0].upper()}{said[1:]}, nor is any week compared with them.")


def workspace_signal(shown: Shown) -> None:
    """One line with the signal on all rooms shown together, in its last full week, where enough weeks are known.

    None on a single room, which has a signal of its own, by the measure of rooms.
    """
    history = shown.activity.history
    if history is None or shown.number == 1:
        return
    judged = shown.made("signal", lambda: total_signal(history, shown.weekly(history)["messages"]))
    which, when = f"{wording.plural(shown.number, 'room')} shown", signals.judged_days(history)
    if history.net:
        # As in every total of weeks (``measures.by_week``).
        which = "rooms shown that are known in all weeks"
    why = for_markdown(reasons.dateless(judged["reason"]).text)
    st.markdown(f"The {which}, together, in {when}: **{judged['signal']}** ({why}).")


def explain_signals(shown: Shown) -> None:
    """What signals are and how far they can be believed, and which weeks they are on where these are not the period."""
    what_a_signal_is(shown)
    history = shown.activity.history
    if history is not None and history.elsewhere:
        st.caption(f"Signals and their reasons are on {signals.judged_days(history)}.")


def what_a_signal_is(shown: Shown) -> None:
    """What signals are and how far they can be believed, behind a click."""
    history, told = shown.activity.history, list(signals.EXPLAINED)
    if history is not None:
        share = shown.made("chance", lambda: by_chance(shown.rooms, history.basis.bar, month=history.month))
        told.append(signals.basis_text(history.basis, share))
    with st.popover("What a signal is", type="tertiary", icon=":material/help:"):
        st.markdown("\n\n".join(told))


def with_signals(shown: Shown, chosen: Sequence[str]) -> Shown:
    """The rooms with one of the chosen signals, all where none is chosen.

    Says so where there are no signals, by which rooms could be chosen or put in order.
    """
    if "signal" not in shown.activity.rooms:
        unchosen = " and no room is left out by one" if chosen else ""
        st.caption(f"No signals yet: the largest change comes first{unchosen}.")
        return shown
    if not chosen:
        return shown
    return shown.part(("signal", *chosen), lambda rooms: rooms["signal"].str.capitalize().isin(chosen))


def without_exempt(shown: Shown, *, by_design: bool) -> Shown:
    """Says how many silent rooms are exempt from being called inactive.

    Comes back with the rooms; ``by_design`` leaves out read-only, default and announcement rooms too.
    """

    def exempted() -> int:
        rooms = shown.rooms
        out = rankings.quiet_by_design(rooms) & by_design
        return int(((rooms["exempt"] | out) & rooms["state"].ne(ACTIVE)).sum())

    if silent := shown.made(("exempted", by_design), exempted):
        st.caption(f"{wording.plural(silent, 'silent room')} exempted.")
    return shown.part("by design", lambda rooms: ~rankings.quiet_by_design(rooms)) if by_design else shown

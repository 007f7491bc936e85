"""The parts that pages are made of: header, cards, charts, and the states without data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement import figures
from engagement.display import escaping, palette, tables, wording
from engagement.figures.frame import share_text
from engagement.numbers import measures
from engagement.numbers.measures import Comparison, Headline
from engagement.numbers.rooms import ACTIVE, Activity
from engagement.numbers.weeks import History, total_verdict
from engagement.ui import listing, session
from engagement.ui.loading import View
from engagement.ui.runtime import runtime

InfoType = TypeVar("InfoType", bound=figures.Info)


def tokens() -> palette.Tokens:
    """The colours of the viewer's theme."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def context(view: View, activity: Activity, *notes: str) -> figures.Context:
    """What every chart says of its source; ``notes`` are phrases for one chart alone."""
    return figures.Context(
        workspace=wording.workspace_name(activity.workspace),
        period=activity.period,
        previous=activity.previous,
        unfinished=activity.unfinished,
        show_people=view.people,
        notes=notes,
    )


def title(words: str) -> DeltaGenerator:
    """Draws the title of a page and keeps the place below it for ``header``, which needs a reading."""
    st.title(words, anchor=False)
    return st.container()


def controls() -> DeltaGenerator:
    """The place of a page's own controls. They come before the reading: a control that a run does not draw is
    forgotten, in the page and in its link.
    """
    return st.container(horizontal=True, vertical_alignment="bottom", key="controls")


def choose_number(label: str, options: list[int], key: str) -> int:
    """One of a few numbers, the first at first, kept in the link under ``key``."""
    number: int = st.segmented_control(label, options, default=options[0], required=True, key=key, bind="query-params")
    return number


def choose_order(columns: Sequence[str]) -> str:
    """The column that the table of the page is sorted by."""
    order: str = st.selectbox("Sorted by", tables.sorts(columns), key="sort", bind="query-params", width=180)
    return order


def header(place: DeltaGenerator, view: View, activity: Activity) -> pd.DataFrame:
    """Fills the line that says what is shown and how complete it is, with the details behind a badge.

    Comes back with the rooms that the view is about.
    """
    rooms = view.rooms(activity)
    with place:
        _caption(rooms, view, activity)
        if not activity.counted:
            st.warning(
                "This workspace has no Premium licence with the engagement dashboard, so its server counts no messages "
                "per day. Shown is what the room directory knows.",
                icon=":material/info:",
            )
    return rooms


def _caption(rooms: pd.DataFrame, view: View, activity: Activity) -> None:
    read = activity.read_at.astimezone(session.zone())
    parts = [
        f"**{escaping.for_markdown(wording.workspace_name(activity.workspace))}**",
        f"**{wording.period_text(activity.period)}**" + (" (not over yet)" if activity.unfinished else ""),
        f"compared with {wording.period_text(activity.previous)}" if activity.counted else "by the room directory",
        f"{wording.count(len(activity.rooms))} of {wording.count(activity.rooms_expected)} rooms",
        f"read {read:%H:%M} {read.tzname()}" + _age(activity),
    ]
    shown, out = len(rooms), int(view.filters.out_of(activity.rooms).sum())
    if shown < len(activity.rooms):
        parts.insert(-1, f"{wording.count(shown)} shown")
    if out:
        parts.insert(-1, f"{wording.plural(out, 'room')} left out")
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.markdown(" · ".join(parts), width="stretch")
        _badge(view, activity)


def _age(activity: Activity) -> str:
    minutes = int((runtime().clock() - activity.read_at).total_seconds() // 60)
    return f", {wording.plural(minutes, 'minute')} ago" if minutes > 0 else ""


def _badge(view: View, activity: Activity) -> None:
    complete = activity.receipt.complete
    special = activity.receipt.notes and complete
    word = "Complete" if complete else "Incomplete"
    icon = ":material/check_circle:" if complete and not special else ":material/info:"
    with st.popover(word, icon=icon if complete else ":material/warning:", key="completeness"):
        rows = tables.about(activity, view.filters, len(view.rooms(activity)), viewer_zone=session.zone().key)
        st.markdown("\n".join(f"- {escaping.for_markdown(name)}: {escaping.for_markdown(text)}" for name, text in rows))
        st.button("Read again", on_click=view.reader.forget, args=(view.period,), key="read_again")


def card(
    label: str,
    figure: Comparison,
    meaning: str,
    *,
    unit: str = "",
    compared: bool = True,
    weeks: list[float] | None = None,
    so_far: bool = False,
    neutral: bool = False,
) -> None:
    """One figure with its change in words; ``unit`` "%" shows a share and its change in points.

    ``so_far``: the period is not over, so what the whole previous one came to is told without a change.
    ``neutral``: neither more nor fewer is drawn in a colour.
    """
    share = unit == "%"
    value = share_text(figure.now, 100) if share else wording.count(figure.now)
    if not compared:
        delta = "nothing to compare with"
    elif so_far:
        before = share_text(figure.before, 100) if share else wording.count(figure.before)
        delta = f"so far; {before} in the whole period before"
    elif share:
        points = round(figure.change)
        delta = f"{wording.signed(points)} {'point' if abs(points) == 1 else 'points'}"
    else:
        percent = figure.change_pct
        delta = wording.signed(figure.change) + ("" if percent is None else f" ({wording.signed_percent(percent)})")
    change = round(figure.change) if compared and not so_far else 0
    colour: Literal["blue", "orange", "off"] = "off"
    if change and not neutral:
        colour = "blue" if change > 0 else "orange"
    st.metric(
        label,
        value,
        delta,
        delta_color=colour,
        delta_arrow="up" if change > 0 else "down" if change < 0 else "off",
        help=meaning,
        border=True,
        chart_data=weeks,
        chart_type="line",
        height="stretch",
    )


def draw(info: InfoType, figure: Callable[[InfoType, palette.Tokens], go.Figure], key: str) -> None:
    """Draws a figure under its title and subtitle, which wrap with the page, with a description for screen readers."""
    with st.container(border=True, key=f"chart_{key}"):
        st.markdown(f"##### {escaping.for_markdown(info.title)}", width="stretch")
        st.caption(escaping.for_markdown(info.subtitle))
        drawn = figures.untitled(figure(info, tokens()))
        st.plotly_chart(drawn, theme=None, config=figures.CONFIG, key=f"plot_{key}", alt=info.alt)


def headline_cards(head: Headline, activity: Activity, history: History | None, rooms: pd.DataFrame) -> None:
    """The four figures of the overview, each with its change and, in its help, its definition.

    With a history, eight weeks of messages and of active rooms are drawn small.
    """
    weeks = history.totals(rooms["room_id"]).tail(8) if history else None
    compared, so_far = not activity.previous_no_data, activity.unfinished
    columns = st.columns(4)
    with columns[0]:
        card(
            "Messages",
            head.messages,
            MEANINGS["messages"],
            compared=compared,
            so_far=so_far,
            weeks=_weeks(weeks, "messages"),
        )
    with columns[1]:
        card(
            "Active rooms",
            head.active,
            MEANINGS["active"],
            compared=compared,
            so_far=so_far,
            weeks=_weeks(weeks, "active_rooms"),
        )
    with columns[2]:
        if directory_is_there(activity):
            card("Inactive rooms", head.inactive, MEANINGS["inactive"], compared=compared, so_far=so_far, neutral=True)
    with columns[3]:
        card(
            "Share of the ten busiest",
            head.busiest_share,
            MEANINGS["share"],
            unit="%",
            compared=compared,
            so_far=so_far,
        )


def _weeks(weeks: pd.DataFrame | None, column: str) -> list[float] | None:
    return None if weeks is None else [float(value) for value in weeks[column].dropna()]


MEANINGS = {
    "messages": "Messages and edits less deletions, as the server counted them; system messages are left out. "
    "The change is against the previous period of the same length. The small line is the last eight full weeks.",
    "active": "Rooms with at least one message in the period. The small line is the last eight full weeks.",
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


def nothing_to_show(rooms: pd.DataFrame, view: View, activity: Activity) -> bool:
    """True, and said, when the page has no counts to show: no room, no counting at all, or none in this period."""
    return nothing_left(rooms, activity) or only_the_directory(rooms, view, activity) or no_data(activity)


def only_the_directory(rooms: pd.DataFrame, view: View, activity: Activity) -> bool:
    """Without the Premium module, shows what is known all the same, and gives True: counters and last messages."""
    if activity.counted:
        return False
    of = context(view, activity)
    left, right = st.columns(2, gap="medium")
    with left:
        draw(figures.busiest_by_total_info(rooms, of), figures.busiest_by_total_figure, "busiest_by_total")
    with right:
        draw(figures.silence_age_info(rooms, of), figures.silence_age_figure, "silence_age")
    counters = tables.counters(rooms, people=view.people)
    listing.table(counters, tables.AS_LISTED, view, activity, "rooms-by-counter")
    return True


def no_data(activity: Activity) -> bool:
    """Says so, and gives True, where the server counted nothing at all in the period."""
    if not activity.no_data:
        return False
    first = activity.first_counted
    since = f" Its first counted day is {wording.day_text(first)}." if first else ""
    st.info(
        f"The server counted no message in any room from {wording.period_text(activity.period)}.{since} "
        "That is no data, not silence. Choose another period.",
        icon=":material/event_busy:",
    )
    return True


def history_notes(history: History) -> None:
    """Says what of the weeks is missing or special."""
    for note in history.receipt.notes:
        st.warning(note, icon=":material/warning:")
    if any(history.turns_of_year()):
        st.caption("The weeks around the turn of the year are quieter everywhere; verdicts do not compare with them.")


def workspace_verdict(history: History | None, rooms: pd.DataFrame) -> None:
    """One line with the verdict on all rooms shown together, in its last full week, where enough weeks are known."""
    if history is None:
        return
    judged = total_verdict(history, history.totals(rooms["room_id"])["messages"])
    week = wording.period_text(history.weeks[-1])
    turn = " This week lies around the turn of the year." if history.turns_of_year()[-1] else ""
    which = wording.plural(len(rooms), "room")
    st.markdown(f"The {which} shown, together, in the week {week}: **{judged['verdict']}** ({judged['reason']}).{turn}")


def judged_week(history: History | None, activity: Activity) -> None:
    """Says which week the verdicts of a table are on, where that is not the period itself."""
    if history is not None and history.weeks[-1] != activity.period:
        st.caption(f"Verdicts and their reasons are on the week {wording.period_text(history.weeks[-1])}.")


def without_exempt(rooms: pd.DataFrame, *, by_design: bool) -> pd.DataFrame:
    """The rooms less those that the configuration exempts from being called inactive, and says how many those are.

    ``by_design`` leaves out read-only, default and announcement rooms as well.
    """
    exempt = measures.named_like(rooms, runtime().settings.rooms.exempt)
    if by_design:
        exempt |= measures.quiet_by_design(rooms)
    silent = int((exempt & rooms["state"].ne(ACTIVE)).sum())
    if silent:
        st.caption(f"{wording.plural(silent, 'silent room')} exempted.")
    return rooms[~exempt].reset_index(drop=True)


def nothing_to_compare(activity: Activity) -> bool:
    """Says so, and gives True, where the server counted nothing at all in the previous period."""
    if not activity.previous_no_data:
        return False
    st.info(
        f"The server counted no message in any room from {wording.period_text(activity.previous)}, "
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
        column.metric(word.capitalize(), wording.count(number), help=meanings[word], border=True)


def nothing_left(rooms: pd.DataFrame, activity: Activity) -> bool:
    """Says so, and gives True, where there were no rooms, or the filters leave none."""
    if len(rooms):
        return False
    if activity.rooms.empty:
        st.info("The workspace had no rooms then. Choose a later period.", icon=":material/event_busy:")
        return True
    st.info("No room matches the filters. Choose more room types or shorten the search.", icon=":material/filter_alt:")
    return True

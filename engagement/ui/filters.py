"""The filters that all pages share: widgets of the frame, bound to the URL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement.display import views, wording
from engagement.display.views import COMPARISON_NAMES, CUSTOM, FROM_A_DAY, LEFT_OUT, TYPES
from engagement.errors import InvalidPeriod
from engagement.numbers import naming
from engagement.numbers.filters import Filters, found
from engagement.numbers.periods import (
    DAY,
    Against,
    Period,
    checked_period,
    compared_with,
    preset_period,
)
from engagement.numbers.rooms import Activity
from engagement.ui import opened, ways
from engagement.ui.runtime import runtime

# What the URL carries is what the widget shows, so these words are part of links and never change.
PERIOD_NAMES = {
    "Last full week": "last-week",
    "Last 7 full days": "last-7-days",
    "Last 4 full weeks": "last-4-weeks",
    "Last full month": "last-month",
    "Last 30 days": "last-30-days",
    "Last 90 days": "last-90-days",
    "This week so far": "this-week",
}
TYPES_AT_FIRST = ["Channels", "Private"]
CARRIED = "_left_out_carried"
_DAYS, _MARK = "_days_shown", "_days_mark"
# So many rooms are offered in a list, which travels to the browser; the search narrows it to others.
MOST_OPTIONS = 500


@dataclass(frozen=True)
class Choice:
    """What the reader chose: the period, how it is called, and the rooms; ``people`` shows who writes directly;
    ``against`` is what the period is compared with.
    """

    period: Period
    name: str
    filters: Filters
    people: bool
    against: Against

    def shown(self) -> dict[str, list[str]]:
        """What a link must say to show the same, under the names of the URL."""
        return views.said(self.name, self.period, self.filters, self.against)


def choose(today: date, known: Callable[[Period, Against], Activity | None]) -> Choice:
    """Draws the filters into the sidebar. Raises InvalidPeriod when the typed range cannot be asked for.

    ``known`` gives what is known of the rooms in a period, for the names of rooms to leave out.
    """
    span: tuple[Period, str, Against] | InvalidPeriod
    try:
        span = _choose_period(today, runtime().settings.calendar.week_start)
    except InvalidPeriod as error:
        # It is said when everything else that was chosen is drawn.
        span = error
    types = st.pills(
        "Room types",
        list(TYPES),
        selection_mode="multi",
        default=TYPES_AT_FIRST,
        key="types",
        bind="query-params",
        help="Private holds private groups, their discussions and teams. Direct messages are off at first.",
    )
    opened.shows("types", types)
    people = False
    if "Direct" in types:
        people = st.toggle("Show the people of direct messages", key="people", persist_state="session")
    search = st.text_input(
        "Room name contains", key="search", bind="query-params", placeholder="release", icon=":material/search:"
    )
    archived = st.toggle("With archived rooms", key="archived", bind="query-params")
    opened.shows("search", [search])
    opened.shows("archived", [archived])
    if isinstance(span, InvalidPeriod):
        _leave_out(None, search or "", people)
        raise span
    period, name, against = span
    left_out = _leave_out(known(period, against), search or "", people)
    filters = Filters(frozenset(TYPES[t] for t in types), search or "", frozenset(left_out), archived)
    return Choice(period, name, filters, people, against)


def _choose_period(today: date, week_start: int) -> tuple[Period, str, Against]:
    name = st.selectbox(
        "Period",
        [*PERIOD_NAMES, CUSTOM],
        key="period",
        bind="query-params",
        on_change=_start_custom,
        args=(today, week_start),
    )
    opened.shows("period", [name])
    if name != CUSTOM:
        opened.shows("from", ())
        opened.shows("to", ())
        period = preset_period(PERIOD_NAMES[name], today, week_start)
        st.session_state["preset_before"] = PERIOD_NAMES[name]
    else:
        try:
            period = _typed_period(today, week_start)
        except InvalidPeriod:
            # What these days are compared with stays as it was chosen.
            with suppress(InvalidPeriod):
                _choose_comparison(preset_period("last-week", today, week_start))
            raise
    place = st.container()
    against = _choose_comparison(period)
    previous = compared_with(period, today, week_start, against)
    unfinished = "" if period.over(today) else " · today is not over yet"
    _grey_other_days(place, (period, previous))
    place.caption(
        f"**{wording.period_text(period)}** ({wording.days_text(period.days)}){unfinished}  \n"
        f"{wording.compared_text(period, previous)}"
    )
    return period, name, against


def _grey_other_days(place: DeltaGenerator, days: tuple[Period, Period]) -> None:
    """As soon as new days stand here, what still stands of others is grey (``style.css``), until ``settled``."""
    mark = place.empty()
    if st.session_state.setdefault(_DAYS, days) != days:
        mark.html('<span class="other-days"></span>')
    st.session_state[_MARK] = mark, days


def settled() -> None:
    """At the end of a run that has drawn all that it draws: nothing of other days is left."""
    if found := st.session_state.pop(_MARK, None):
        mark, st.session_state[_DAYS] = found
        mark.empty()


def _choose_comparison(period: Period) -> Against:
    """What the period is compared with. Raises InvalidPeriod where a first day is asked for and none is given."""
    name = st.selectbox(
        "Compare with",
        [*COMPARISON_NAMES, FROM_A_DAY],
        key="compare",
        bind="query-params",
        help="**Previous period**: the days right before; for this week so far, the same weekdays of the week before. "
        "**Same weekdays before**: as few weeks before as there can be. **A year before**: 52 weeks before. "
        "**From a day on**: as many days, from a day that you choose. Signals are about a room's own weeks, whatever "
        "is chosen here.",
    )
    opened.shows("compare", [name])
    if name != FROM_A_DAY:
        opened.shows("since", ())
        return COMPARISON_NAMES[name]
    since = _typed_day("Compare with days from", "since")
    if since is None:
        raise InvalidPeriod(f"Choose the first day to compare with, {period.start - period.days * DAY} or earlier.")
    return since


def _start_custom(today: date, week_start: int) -> None:
    """A custom range starts with the days that were shown, so that only one end needs changing.

    The address has them, too: the framework tells it nothing of a control that is drawn for the first time.
    """
    if st.session_state["period"] == CUSTOM:
        shown = preset_period(st.session_state.get("preset_before", "last-week"), today, week_start)
        st.session_state["from"], st.session_state["to"] = shown.start, shown.end
        days = {"period": [CUSTOM], "from": [str(shown.start)], "to": [str(shown.end)]}
        ways.choose(views.compose("", opened.asked() | days, None))


def _typed_period(today: date, week_start: int) -> Period:
    start, end = _typed_day("First day", "from"), _typed_day("Last day", "to")
    if not start or not end:
        shown = preset_period("last-week", today, week_start)
        raise InvalidPeriod(f"Choose the first and the last day, for example {shown.start} and {shown.end}.")
    return checked_period(start, end, today, runtime().settings.limits.longest_period)


def _typed_day(label: str, key: str) -> date | None:
    first, last = date(2015, 1, 1), date(2099, 12, 31)
    day: date | None = st.date_input(label, None, first, last, key=key, bind="query-params", format="YYYY-MM-DD")
    opened.shows(key, [day, f"{day:%Y/%m/%d}"] if day else ())
    return day


def _leave_out(known: Activity | None, search: str, people: bool) -> list[str]:
    """The ids of the rooms left out of everything, kept in the URL under LEFT_OUT; offered are those searched for."""
    left_out = rooms_left_out()
    names = naming.told_apart(dict.fromkeys(left_out, "a room"))
    if known is not None:
        asked = ("names", tuple(left_out), search, people)
        names = runtime().kept.of(known, asked, lambda: _names(known.rooms, left_out, search, people))
    if known is not None and known.directory != "pending":
        opened.shows(LEFT_OUT, known.rooms["room_id"])
    st.session_state["left_out"] = left_out
    st.multiselect(
        "Rooms left out",
        list(names),
        key="left_out",
        format_func=lambda room_id: names.get(room_id, room_id),
        on_change=_keep_left_out,
        placeholder="None" if known is None else "Choose rooms",
        help="For example a bot feed: left out of every total, share, chart and table. "
        f"Offered are the {MOST_OPTIONS:,} busiest rooms; a search by name above finds the others.",
    )
    return left_out


def _keep_left_out() -> None:
    st.query_params[LEFT_OUT] = st.session_state["left_out"] or [""]


def leave_out(room_id: str) -> None:
    """Leaves out one room more."""
    st.query_params[LEFT_OUT] = [*rooms_left_out(), room_id]


def lift(name: str) -> None:
    """In a callback: no room is hidden any more by one filter, named as by ``Filters.hidden``."""
    if name in TYPES.values():
        st.session_state["types"] = [
            word for word, t in TYPES.items() if t == name or word in st.session_state["types"]
        ]
    elif name == "left_out":
        st.query_params[LEFT_OUT] = [""]
    else:
        st.session_state[name] = {"search": "", "archived": True}[name]


def clear() -> None:
    """In a callback: every filter as it is where nobody has chosen any."""
    st.session_state.update({"types": TYPES_AT_FIRST, "search": "", "archived": False})
    st.query_params[LEFT_OUT] = [""]


def back_to_last_week() -> None:
    """In a callback: the period that a page begins with, compared with no day that was typed for another one."""
    st.session_state["period"] = next(iter(PERIOD_NAMES))
    if st.session_state.get("compare") == FROM_A_DAY:
        st.session_state["compare"] = next(iter(COMPARISON_NAMES))


def rooms_left_out() -> list[str]:
    """The ids of the rooms that are left out."""
    return list(dict.fromkeys(filter(None, said_of_left_out())))


def said_of_left_out() -> list[str]:
    """What the address says is left out, or the one before where it says nothing: the page menu does not carry it, and
    the back button comes by such addresses. One empty text says that nothing is.
    """
    carried: list[str] = st.session_state.get(CARRIED, [])
    return st.query_params.get_all(LEFT_OUT) if LEFT_OUT in st.query_params else carried


def _names(rooms: pd.DataFrame, left_out: list[str], search: str, people: bool) -> dict[str, str]:
    """The names of the rooms left out, of those that the table does not have too, and of the rooms offered."""
    offered = rooms[found(rooms, search)] if search.strip() else rooms
    rooms = pd.concat([rooms[rooms["room_id"].isin(left_out)], offered.head(MOST_OPTIONS)]).drop_duplicates("room_id")
    labels = zip(rooms["room_id"], naming.room_labels(rooms, show_people=people), strict=True)
    return naming.told_apart(dict.fromkeys(left_out, "a room") | dict(labels))

"""What the page of a room asks and says: which room, what is known of it, its weeks, its place, others beside it."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement import figures
from engagement.display import facts, wording
from engagement.display.escaping import for_markdown
from engagement.display.tiles import tiles
from engagement.display.views import BESIDE, ROOM
from engagement.figures.room import Beside, RoomYear, Standings
from engagement.numbers import naming
from engagement.numbers import room as numbers
from engagement.numbers.room import Place
from engagement.numbers.weeks import History
from engagement.ui import cards, charts, daily, links, opened, states, trends
from engagement.ui.filters import MOST_OPTIONS
from engagement.ui.shown import Shown

WEEKS = 52
MOST_BESIDE = 4


def title() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draws the title while it is not known which room this is; the places of the title and of what is below it."""
    with st.container(key="room_title"):
        place = st.empty()
    place.title("Room", anchor=False)
    return place, st.container()


def label(shown: Shown, room: pd.DataFrame) -> str:
    """What the room is called, as it may be shown."""
    return naming.room_labels(room, show_people=shown.view.people).iloc[0]


def choose(shown: Shown) -> pd.DataFrame:
    """The room that the URL asks for, or the busiest one, as a row of the rooms table, with a box to choose another.

    It may be one that the filters leave out. Ends the page where there is none: a room that this reader may not see is
    answered as one that never was.
    """
    asked = st.query_params.get(ROOM)
    if not asked:
        states.need_rooms(shown)
    one = shown.made((ROOM, asked), lambda: _one(shown, asked))
    if one.empty and not states.directory_is_there(shown.activity):
        st.stop()
    names = shown.made(("names", asked), lambda: offered(shown, one))
    st.session_state["room_choice"] = None if one.empty else one["room_id"].iloc[0]
    st.selectbox(
        "Room",
        list(names),
        format_func=lambda room_id: names.get(room_id, room_id),
        key="room_choice",
        on_change=trends.keep_room,
        placeholder="Choose a room",
        help=f"The {MOST_OPTIONS:,} busiest rooms are offered, of those that the filters show.",
    )
    opened.shows(ROOM, [asked])
    if one.empty:
        st.info("There is no such room here. Choose another one above.", icon=":material/search_off:")
        links.lead_on("top_channels", "All rooms by their messages")
        st.stop()
    return one


def _one(shown: Shown, asked: str | None) -> pd.DataFrame:
    return numbers.known(shown.activity.rooms, [asked]) if asked else shown.rooms.head(1)


def offered(shown: Shown, also: pd.DataFrame) -> dict[str, str]:
    """The names of the busiest rooms shown by room id, those ``also`` named first."""
    rooms = pd.concat([also, shown.rooms.head(MOST_OPTIONS)]).drop_duplicates("room_id")
    labels = naming.room_labels(rooms, show_people=shown.view.people)
    return naming.told_apart(dict(zip(rooms["room_id"], labels, strict=True)))


def alone(shown: Shown, room: pd.DataFrame) -> Shown:
    """The same with this one of its rooms."""
    room_id = room["room_id"].iloc[0]
    return shown.part((ROOM, room_id), lambda rooms: rooms["room_id"].eq(room_id))


def place(shown: Shown, room: pd.DataFrame) -> Place | None:
    """Where the room stands among those shown; None where the filters leave it out."""
    room_id = room["room_id"].iloc[0]
    return shown.made(("place", room_id), lambda: numbers.place(shown.rooms, room_id))


def draw_facts(shown: Shown, room: pd.DataFrame, at: Place | None) -> None:
    """Draws the figures of the period, what the directory tells of the room, and the ways on from its place."""
    _figures(shown, room, at)
    told = facts.facts(room)
    st.markdown(" · ".join(f"{name}: **{for_markdown(text)}**" for name, text in told))
    if at is None:
        st.caption("The filters leave this room out: it has no rank and no share, and stands in no total elsewhere.")
    with st.container(horizontal=True, vertical_alignment="center", key="room_ways"):
        if shown.view.base_url is not None:
            [address] = links.to_rooms(room, shown.view.base_url)
            st.link_button("Open in Rocket.Chat", address, icon=":material/open_in_new:")
        for words, above in shown.made(("above", room["room_id"].iloc[0]), lambda: _above(shown, room)):
            links.lead_on("room", for_markdown(words), "subdirectory_arrow_right", room=[above])
        if at is not None:
            for name, neighbour, icon in shown.made(("neighbours", at), lambda: _neighbours(shown, at)):
                links.lead_on("room", for_markdown(name), icon, room=[neighbour])


def _above(shown: Shown, room: pd.DataFrame) -> list[tuple[str, str]]:
    """The labels and ids of the room that this one is a discussion of, and of its team, where the reader sees them."""
    found = numbers.above(shown.activity.rooms, room)
    return [(f"{what} {wording.short(label(shown, row))}", row["room_id"].iloc[0]) for what, row in found]


def _neighbours(shown: Shown, at: Place) -> list[tuple[str, str, str]]:
    """The labels, ids and signs of the rooms before and after this one in rank."""
    beside = {at.before: (at.rank - 1, "arrow_back"), at.after: (at.rank + 1, "arrow_forward")}
    rooms = numbers.known(shown.rooms, filter(None, beside))
    labels = naming.room_labels(rooms, show_people=shown.view.people)
    told = ((label, one, *beside[one]) for label, one in zip(labels, rooms["room_id"], strict=True))
    return [(f"Rank {wording.count(rank)}: {wording.short(label)}", one, icon) for label, one, rank, icon in told]


def _figures(shown: Shown, room: pd.DataFrame, at: Place | None) -> None:
    told = tiles(shown.activity, room)
    members, ratio = room["members"].iloc[0], facts.per_member(room)
    columns = iter(st.columns(4))
    for tile in told[:1]:
        with next(columns):
            cards.card(tile)
    if told and at is not None:
        share = f"{wording.share_text(at.share, 100)} of all messages"
        next(columns).metric("Rank", f"{wording.count(at.rank)} of {wording.count(at.number)}", share,
                             delta_color="off", delta_arrow="off", border=True, height="stretch",
                             help="By messages in the period, among the rooms shown.")  # fmt: skip
    next(columns).metric("Members", wording.count(None if pd.isna(members) else members), border=True, height="stretch")
    if told:
        next(columns).metric("Messages per member", wording.amount(ratio), border=True, height="stretch",
                             help="Messages of the period by the members of today.")  # fmt: skip


def draw_days(shown: Shown, room: pd.DataFrame, name: str) -> None:
    """Draws the days of the period of the room and, where a whole week of them is known, its weekdays.

    Those of a room that was silent say no more than its days.
    """
    one = alone(shown, room)
    read = daily.draw(one, name, "room_days")
    if read is None:
        return
    week_start = shown.view.reader.week_start
    told = figures.weekdays(daily.bars(one, read), one.context(), name, week_start)
    if not told.empty:
        charts.draw(told, "weekdays")


def year(shown: Shown, history: History, room: pd.DataFrame) -> RoomYear:
    """The weeks of the room with what is usual and the signals that it was given."""
    room_id = room["room_id"].iloc[0]

    def made() -> RoomYear:
        told = numbers.signals_of_weeks(room, history).tail(WEEKS)
        return figures.room_year(trends.room_line(shown, history, room_id, WEEKS), told)

    return shown.made(("room_year", room_id), made)


def standing(shown: Shown, history: History, room: pd.DataFrame) -> Standings:
    """Its share and rank among the rooms shown, by week."""
    room_id = room["room_id"].iloc[0]

    def made() -> Standings:
        told = numbers.standing(shown.rooms, history, room_id).tail(WEEKS)
        return figures.standing(told, shown.number, shown.context(), history.last(WEEKS).gaps)

    return shown.made(("standing", room_id), made)


def choose_beside(shown: Shown, room: pd.DataFrame) -> list[str]:
    """The ids of the rooms beside this one, chosen by hand or by their size, as they are in the URL."""
    room_id = room["room_id"].iloc[0]
    asked = [one for one in dict.fromkeys(st.query_params.get_all(BESIDE)) if one != room_id]
    names = shown.made(
        ("names beside", room_id, tuple(asked)),
        lambda: offered(shown, numbers.known(shown.activity.rooms, asked[:MOST_BESIDE])),
    )
    chosen = [one for one in asked if one in names][:MOST_BESIDE]
    opened.shows(BESIDE, chosen)
    st.session_state["beside_choice"] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom", key="beside_controls"):
        st.multiselect(
            "Other rooms beside it",
            [one for one in names if one != room_id],
            format_func=lambda one: names.get(one, one),
            key="beside_choice",
            on_change=_keep_beside,
            max_selections=MOST_BESIDE,
            placeholder="Choose rooms",
        )
        alike = shown.made(("size", room_id), lambda: numbers.of_its_size(shown.rooms, room, MOST_BESIDE))
        st.button(
            "Rooms of its size",
            on_click=_put_beside,
            args=(alike,),
            disabled=not alike or alike == chosen,
            help=f"The {MOST_BESIDE} rooms shown whose messages in the period are nearest to those of this one.",
        )
    return chosen


def _keep_beside() -> None:
    _put_beside(st.session_state["beside_choice"])


def _put_beside(room_ids: list[str]) -> None:
    if room_ids:
        st.query_params[BESIDE] = room_ids
    elif BESIDE in st.query_params:
        del st.query_params[BESIDE]


def beside(shown: Shown, history: History, room: pd.DataFrame, others: list[str]) -> Beside:
    """The weeks of the room and of the others over one scale."""
    ids = [room["room_id"].iloc[0], *others]

    def made() -> Beside:
        rows = numbers.known(shown.activity.rooms, ids)
        labels = naming.room_labels(rows, show_people=shown.view.people)
        apart = naming.told_apart(dict(zip(ids, labels, strict=True)))
        return figures.beside(list(apart.values()), history.last(WEEKS).of(ids), shown.context())

    return shown.made(("beside", tuple(ids)), made)

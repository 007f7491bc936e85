"""The report every week: subscriptions, run by ``python -m engagement send --due`` and stopped with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

import streamlit as st

from engagement.display.escaping import for_markdown
from engagement.display.views import CUSTOM
from engagement.display.wording import DAYS, moment_text
from engagement.errors import EngagementError, InvalidInput
from engagement.numbers import naming
from engagement.numbers.periods import Against
from engagement.numbers.room import known
from engagement.report.content import Content
from engagement.report.wishes import Wishes
from engagement.storage.subscriptions import Hour, Subscription, Subscriptions, Went, Wish
from engagement.ui import session
from engagement.ui.filters import PERIOD_NAMES
from engagement.ui.loading import View
from engagement.ui.runtime import runtime

HOUR = 8


def book(view: View) -> Subscriptions:
    """The subscriptions of the workspace."""
    return Subscriptions(runtime().store, view.facts.identity.name)


def wish(view: View, content: Content, wishes: Wishes, *, if_news: bool, thread: bool) -> Wish:
    """What is subscribed of a view. Raises InvalidInput for one that means nothing in another week, or holds a name."""
    against: Against = view.against
    if view.name == CUSTOM or isinstance(against, date):
        raise InvalidInput("Every week needs days that move along: choose a period such as the last full week.")
    if view.filters.search.strip():
        raise InvalidInput("What is searched for may be a name, and names are not kept: clear the search first.")
    filters = content.filters
    return Wish(
        period=PERIOD_NAMES[view.name],
        against=against,
        types=tuple(sorted(filters.types)),
        left_out=tuple(sorted(filters.left_out)),
        archived=filters.archived,
        mask=content.activity.masked,
        top=wishes.top,
        title=wishes.title,
        if_news=if_news,
        thread=thread,
    )


def choose(*, disabled: bool) -> tuple[Hour, bool]:
    """The weekday and the hour, in the zone of the reader or the configured one of the workspace; and whether they were
    subscribed just now.
    """
    st.markdown("###### Every week")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.selectbox("Every", DAYS, key="subscribe_day", width=150, persist_state="session")
        hour = st.selectbox("At", range(24), index=HOUR, key="subscribe_hour", width=100, persist_state="session",
                            format_func=lambda hour: f"{hour:02d}:00")  # fmt: skip
        configured = runtime().settings.calendar.timezone
        zones = dict.fromkeys([session.zone().key, *([configured.key] if configured else [])])
        zone = st.selectbox("Time zone", list(zones), key="subscribe_zone", width=200)
        pressed = st.button("Subscribe", icon=":material/event_repeat:", disabled=disabled, key="subscribe")
    return Hour(DAYS.index(day), hour, zone), pressed


def mine(view: View, content: Content) -> None:
    """The reader's subscriptions, each with its last result and a way to stop it."""
    kept = book(view)
    owned = kept.of(view.reader.access.person.user_id)
    if not owned:
        return
    labels = _labels(content, owned)
    st.header("Your subscriptions", anchor=False)
    for one in owned:
        with st.container(horizontal=True, vertical_alignment="center", key=f"subscription_{one.id}"):
            room = for_markdown(labels.get(one.room_id, "a room"))
            ended = " · **ended**" if one.went is Went.ENDED else ""
            st.markdown(f"**{room}** · {_when(one)}{ended}  \n{for_markdown(_last(one))}", width="stretch")
            st.button("Stop", key=f"subscription_stop_{one.id}", type="tertiary", icon=":material/notifications_off:",
                      help=f"Stop the report into {room}", on_click=_stop, args=(kept, one))  # fmt: skip


def _labels(content: Content, owned: Sequence[Subscription]) -> Mapping[str, str]:
    rooms = known(content.activity.rooms, {one.room_id for one in owned})
    return dict(zip(rooms["room_id"], naming.room_labels(rooms), strict=True))


def _when(one: Subscription) -> str:
    period = next(name for name, preset in PERIOD_NAMES.items() if preset == one.wish.period)
    news = ", if there is news" if one.wish.if_news else ""
    return f"{DAYS[one.hour.weekday]}s {one.hour.hour:02d}:00 {one.hour.zone}, {period.lower()}{news}"


def _last(one: Subscription) -> str:
    if one.went is Went.NEVER:
        first = one.hour.next(one.created_at)
        return f"First on {moment_text(first, session.zone())}"
    return f"{moment_text(one.at, session.zone())}: {one.result or 'running'}"


def _stop(kept: Subscriptions, one: Subscription) -> None:
    try:
        kept.stop(one.id, one.owner_id)
    except EngagementError as error:
        st.toast(str(error), icon=":material/info:")


def keep(view: View, wanted: Wish, hour: Hour, room_id: str, zone: tzinfo) -> str:
    """Keeps a subscription of the reader; a sentence about it comes back. Raises InvalidInput. Needs no page."""
    person = view.reader.access.person
    one = book(view).add(Subscription(person.user_id, person.username, room_id, wanted, hour))
    first = moment_text(one.hour.next(one.created_at), zone)
    return (
        f"the first report comes on {first}, if whoever runs this dashboard has set up a timer; it is posted by the "
        "account of that timer, which must be able to write there too"
    )

"""The report into a room of the workspace, in the name of whoever presses the button: looked at first, or posted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from engagement.api.posting import Poster, Room
from engagement.display.escaping import for_markdown
from engagement.errors import InvalidInput, ReadingStopped
from engagement.numbers.rooms import Activity
from engagement.posting.audience import Audience, audience, may_write
from engagement.posting.delivery import Postman, Wanted
from engagement.posting.letter import Letter
from engagement.reading.jobs import Job, Teller
from engagement.reading.rights import roles_told
from engagement.report.content import Content
from engagement.report.wishes import Wishes
from engagement.storage.sessions import Session
from engagement.ui import asking, links, session, subscribing
from engagement.ui.loading import View
from engagement.ui.runtime import runtime

LONGEST_NAME = 200
# The job of the last press in this tab, and what became of it. A job holds the report, and does not stay.
JOB, SAID = "_post_job", "_post_said"
LOOK_EVERY = 0.5


@dataclass(frozen=True)
class _Said:
    """What became of a press: a line, the message that was only shown, where it can be looked at."""

    said: str
    wrong: bool = False
    message: str = ""
    room_at: str = ""
    there: bool = False


def panel(view: View, content: Content, wishes: Wishes) -> None:
    """Draws the fields and buttons, and what became of the last press; nothing for whoever has no account of their own,
    as a message is always somebody's.
    """
    signed_in = session.current()
    if signed_in.by_account:
        return
    with st.popover("Post into a room", icon=":material/send:", key="report_post"):
        name = st.text_input("Room", key="post_room", max_chars=LONGEST_NAME, placeholder="#community",
                             help="You must be able to write there. A public room is told of public rooms alone; a "
                             "private one gets names only where all of its members may see them.")  # fmt: skip
        grace = runtime().settings.report.grace
        fresh = f"A room with a signal that was not told in this room within the last {grace} days"
        news = st.checkbox("Only if there is news", key="post_if_news", persist_state="session", help=fresh)
        thread = st.checkbox("One sentence in the room, the rest in its thread", key="post_thread",
                             persist_state="session")  # fmt: skip
        wanted, busy = Wanted(news, thread, grace=grace), st.session_state.get(JOB) is not None
        if _arriving(view):
            # What is posted stays as it is.
            st.caption("The report can be posted when all of it has been read.")
            busy = True
        with st.container(horizontal=True):
            shown = st.button("Show the message", icon=":material/visibility:", disabled=busy, key="post_preview")
            pressed = st.button("Post", icon=":material/send:", type="primary", disabled=busy, key="post_send")
            there = isinstance(last := st.session_state.get(SAID), _Said) and last.there
            again = there and st.button("Post once more", disabled=busy, key="post_again")
        place = st.container()
        subscribed = view.facts.identity.known and _subscription(view, content, wishes, wanted, disabled=busy)
        if shown or pressed or again:
            deliver = _delivery(view, content, wishes, replace(wanted, again=again), look=shown)
            _begin(signed_in.session, name, "Looking at the room" if shown else "Posting", deliver)
        elif subscribed:
            _begin(signed_in.session, name, "Looking at the room", subscribed)
        with place:
            _tell()


def _arriving(view: View) -> bool:
    """Whether rooms or signals of the view are still being read."""
    judging = view.reader.judged_history(view.facts, view.period)
    reading = view.reader.activity(view.facts, view.period, view.against)
    return reading.running or (judging is not None and judging.running)


# What is done in a room, once it is known who reads it.
_Done = Callable[[Poster, Room, Mapping[str, frozenset[str]], Audience, Teller[_Said]], _Said]


def _subscription(view: View, content: Content, wishes: Wishes, wanted: Wanted, *, disabled: bool) -> _Done | None:
    """Draws what is needed for a report every week, and the reader's subscriptions; what to do where it is wanted."""
    (hour, pressed), zone = subscribing.choose(disabled=disabled), session.zone()
    subscribing.mine(view, content)
    if not pressed:
        return None

    def subscribe(
        poster: Poster, room: Room, roles: Mapping[str, frozenset[str]], to: Audience, _: Teller[_Said]
    ) -> _Said:
        person = view.reader.access.person
        # The account that will post may write where the reader may not.
        if not may_write(poster, room, roles, person.user_id, person.roles):
            raise InvalidInput(f"Only some may write in {to.label}, and the workspace does not tell that you may.")
        wish = subscribing.wish(view, content, wishes, if_news=wanted.if_news, thread=wanted.thread)
        return _Said(f"{to.label}: {subscribing.keep(view, wish, hour, to.room_id, zone)}")

    return subscribe


def _delivery(view: View, content: Content, wishes: Wishes, wanted: Wanted, *, look: bool) -> _Done:
    """What posts the report, or only looks what would be."""
    dashboard = links.dashboard()

    def deliver(poster: Poster, _: Room, __: Mapping[str, frozenset[str]], to: Audience, tell: Teller[_Said]) -> _Said:
        activity, facts = content.activity, view.facts
        if activity.masked:
            to = replace(to, names=False)
        # The words do without them.
        drawn = activity.counted and not look and "days" in wishes.sections
        days = view.reader.days(facts, view.period, view.against).result_for(tell) if drawn else None
        letter = Letter(activity, content.filters, wishes, days, view.against, dashboard)
        postman = Postman.of(poster, runtime().store, facts, view.reader.access.person.username)
        if look:
            return _Said(f"{to.label}: {to.why}", message=postman.would(to, letter, wanted))
        outcome = postman.post(to, letter, wanted)
        return _Said(f"{to.label}: {outcome.said}", room_at=_room_at(view, to, activity), there=outcome.there)

    return deliver


def _begin(who: Session, name: str, stage: str, done: _Done) -> None:
    """Begins it in the background, in the name of the session's person."""
    name, todo = name.strip().removeprefix("#"), [done]

    def work(tell: Teller[_Said]) -> _Said:
        tell.stage(stage)
        if not todo:
            raise ReadingStopped
        # It holds the report, which nobody needs when this is done; and nothing is done twice.
        done = todo.pop()
        if not name:
            raise InvalidInput("Type the name of a room, as in #community.")
        with asking.poster(who, tell) as poster:
            rule = runtime().settings.rooms.mask_names
            room, roles = poster.room(name), roles_told(poster)
            return done(poster, room, roles, audience(poster, room, roles, rule=rule), tell)

    # No two presses are one: the log knows whether it is there already.
    key = ("post", session.viewer(), time.monotonic())
    st.session_state[SAID], st.session_state[JOB] = None, runtime().jobs.ask(key, session.viewer(), work, keep=0.0)
    st.rerun()


def _room_at(view: View, to: Audience, activity: Activity) -> str:
    """Where to look at a room: in the workspace where its name is known, in the demo workspace a page that shows it."""
    if view.base_url is None:
        return f"{runtime().demo().url}/demo/room/{to.room_id}"
    rooms = activity.rooms[activity.rooms["room_id"].eq(to.room_id) & activity.rooms["type"].eq("channel")]
    return next(iter(links.to_rooms(rooms, view.base_url)), "")


def _tell() -> None:
    job: Job[_Said] | None = st.session_state.get(JOB)
    if job is not None:
        if job.running:
            _wait()
            return
        said = _Said(str(job.error), wrong=True) if job.error is not None else job.result()
        st.session_state[SAID], st.session_state[JOB] = said, None
        st.rerun()
    told: _Said | None = st.session_state.get(SAID)
    if told is None:
        return
    if told.message:
        st.caption(for_markdown(told.said))
        st.code(told.message, language="markdown", wrap_lines=True)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        (st.error if told.wrong else st.info if told.there else st.success)(for_markdown(told.said))
        if told.room_at:
            st.link_button("Open the room", told.room_at, icon=":material/open_in_new:", type="tertiary")


@st.fragment(run_every=LOOK_EVERY)
def _wait() -> None:
    job: Job[_Said] | None = st.session_state.get(JOB)
    if job is None or not job.running:
        st.rerun()
        return
    progress = job.progress()
    pause = f": {progress.why}, going on in {progress.pause:.0f} s" if progress.pause >= 1 else ""
    st.caption(f"{progress.stage}{pause} … {progress.elapsed:.0f} s")

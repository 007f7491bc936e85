"""From a question to what can be drawn: asks for a reading, shows how it goes, or says what went wrong."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar
from weakref import ref

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement.display.wording import duration_text
from engagement.errors import EngagementError, ReadingStopped, SignedOut
from engagement.numbers import decisions
from engagement.numbers.basis import Basis
from engagement.numbers.events import Events
from engagement.numbers.periods import PREVIOUS, Against, Period, last_full_weeks
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import SIGNAL_WEEKS, History
from engagement.reading.deciding import Desk, desk
from engagement.reading.facts import Facts
from engagement.reading.jobs import Job
from engagement.reading.workspace import Reader
from engagement.ui import signing
from engagement.ui.filters import Choice
from engagement.ui.runtime import runtime

T = TypeVar("T")

# Most jobs are that fast, and a page that flashes a progress bar is worse than one that starts a bit later.
PATIENCE = 1.2
# How often an open page asks how far a job is, and for how long the answer waits for news: after half a second the
# framework would show that something runs, and a way to stop it, beside ours.
LOOK_EVERY, LOOK_FOR, NEWS_EVERY = 0.7, 0.4, 0.1
VIEW = "_view"
_BEGUN = "_run_begun"
# Of a job whose parts are not drawn.
_NOT_SHOWN = object()


@dataclass(frozen=True)
class View(Choice):
    """What the frame hands to a page: the question, who asks, and the events that the workspace has at this moment."""

    reader: Reader
    facts: Facts
    base_url: str | None
    events: Events

    def rooms(self, activity: Activity) -> pd.DataFrame:
        """The rows that the view is about."""
        return self.filters.keep(activity.rooms)


def begin() -> None:
    """Begins a run of the page, which waits for all of its jobs together no longer than PATIENCE."""
    st.session_state[_BEGUN] = time.monotonic()


def _wait(job: Job[Any]) -> None:
    """Waits for the end of a job that may be near: neither in a run that has waited long enough already, nor for a job
    that has turned out to be a slow one, nor for one that pauses and has a part to show.
    """
    if not job.running:
        return
    run = time.monotonic() - st.session_state[_BEGUN]
    ends = time.monotonic() + PATIENCE - max(run, job.progress().elapsed)
    while (left := ends - time.monotonic()) > 0 and not (job.latest is not None and job.progress().pause):
        if job.wait(min(left, NEWS_EVERY)):
            return


def view() -> View:
    """The view that the frame made in this run."""
    found: View = st.session_state[VIEW]
    return found


def view_of_latest_week() -> View:
    """The view on the last full week, whatever period was chosen, for pages that are about weeks."""
    chosen = view()
    week = last_full_weeks(chosen.facts.today(runtime().clock()), 1, chosen.reader.week_start)
    return replace(chosen, period=week, against=PREVIOUS)


def activity(of: View | None = None) -> Activity:
    """The activity for a view, the chosen one unless said. Ends the page with progress, or a sentence and a button,
    where there is none yet.
    """
    asked = of or view()
    return decided(whole(asked.reader.activity(asked.facts, asked.period, asked.against)).with_events(asked.events))


def decided(activity: Activity) -> Activity:
    """``activity`` with the decisions of the worklist, by which kept rooms are exempt, for whoever may see them."""
    at = worklist_desk()
    if at is None:
        return activity
    worklist = at.worklist()
    if worklist.standing.empty:
        return activity
    of = ("decided", ref(worklist))
    return runtime().kept.of(activity, of, lambda: decisions.decided(activity, worklist))


def worklist_desk() -> Desk | None:
    """The worklist of the workspace; None for whoever may not see it."""
    asked = view()
    return desk(asked.reader, asked.facts)


def known(reader: Reader, facts: Facts, period: Period, against: Against) -> Activity | None:
    """What is known of the rooms in ``period`` already, after a moment's patience; starts the reading."""
    reading = reader.activity(facts, period, against)
    if reading.latest is None:
        _wait(reading)
    return None if reading.error or reading.latest is None else reading.latest


def facts(reader: Reader) -> Facts:
    """What holds for the workspace; ends the page as ``activity`` does."""
    return whole(reader.facts())


def history(weeks: int) -> History:
    """The history that ends with the last full week, of which the last ``weeks`` are read: as far as they are there,
    with the progress of the rest.
    """
    asked = view_of_latest_week()
    return whole(asked.reader.history(asked.facts, asked.period, max(weeks, SIGNAL_WEEKS), year=True), key="weeks")


def basis() -> Basis:
    """What signals rest on."""
    asked = view()
    return whole(asked.reader.basis(asked.facts, asked.events), key="thresholds")


def judged(activity: Activity) -> Activity:
    """``activity`` with signals, when all weeks that they rest on are there; as it is, with progress, while not.

    What goes wrong here is only said: the page has its figures without.
    """
    asked = view()
    reading = asked.reader.judged_history(asked.facts, asked.period) if activity.counted else None
    if reading is None:
        return activity
    # The weeks that have just been read are among those known.
    if not _arrived(reading, "weeks"):
        return activity
    if not _arrived(resting := asked.reader.basis(asked.facts, asked.events), "thresholds"):
        return activity
    return activity.judged(reading.result(), resting.result())


def _arrived(job: Job[Any], unit: str) -> bool:
    """Whether the job has its result; else shows how far it is, or says why there are no signals."""
    _wait(job)
    if job.running:
        _follow(job, unit)
        # It may have ended meanwhile, which draws the page again: nothing more is drawn of this one.
        return False
    if job.error is not None:
        st.caption(f"No signals: {job.error}")
    return job.error is None


def why_unjudged() -> str:
    """Why the activity of the view has no signals."""
    asked = view()
    reading = asked.reader.judged_history(asked.facts, asked.period)
    if reading is None:
        return "Signals are given on full weeks, and this period holds none that is over."
    if reading.error is None:
        return "Signals follow as soon as the weeks before have been read."
    return "Without the weeks before, no room can be judged."


def whole(job: Job[T], key: str = "rooms") -> T:
    """The result of the job, or the part that is there with its progress above it."""
    if job.latest is None:
        _wait(job)
    if job.running:
        part = job.latest
        _follow(job, key, part=part is None)
        if part is None:
            st.skeleton(height=320)
            st.stop()
        return part
    try:
        return job.result()
    except SignedOut:
        signing.ended_by_workspace()
    except EngagementError as error:
        problem(error, _anew(job))
        st.stop()


def arriving(job: Job[T], key: str) -> T | None:
    """The result of the job, or the part that is there, with its progress; drawn again as more of it arrives, when it
    pauses. What goes wrong is only said.
    """
    _wait(job)
    part = job.latest
    if job.running:
        _follow(job, key, seen=part)
    elif job.error is not None:
        problem(job.error, _anew(job), key=f"try_{key}")
    return part


def _follow(job: Job[Any], unit: str, *, part: bool = False, seen: object = _NOT_SHOWN) -> None:
    """Shows how far a job is, with a button to stop it; draws the page again at its end, or at its first ``part``, or
    where it pauses with more than what is ``seen``.
    """
    looks = itertools.count()

    @st.fragment(run_every=LOOK_EVERY)
    def look() -> None:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"progress_{unit}"):
            place = st.empty()
            st.button("Stop", on_click=_leave, args=(ref(job),), key=f"stop_{unit}")
        _tell(job, place)
        # The page itself is drawn on meanwhile.
        ends = time.monotonic() + (LOOK_FOR if next(looks) else 0)
        while time.monotonic() < ends:
            more = seen is not _NOT_SHOWN and job.latest is not seen and job.progress().pause >= 1
            if job.wait(NEWS_EVERY) or (part and job.latest is not None) or more:
                st.rerun()
            # What is drawn lets a click go first.
            _tell(job, place)

    look()


def _leave(job: ref[Job[Any]]) -> None:
    # What is drawn holds it. The framework keeps what a click needs for as long as the session, and a job its result.
    if (wanted := job()) is not None:
        wanted.leave()


def _anew(job: Job[Any]) -> Callable[[], None]:
    """``job.forget`` without the job, for the same reason."""
    return partial(job.jobs.forget, job.key, job.viewer)


def _tell(job: Job[Any], place: DeltaGenerator) -> None:
    progress = job.progress()
    text = f"{progress.stage} …"
    if progress.pause >= 1:
        text = f"{progress.stage}: {progress.why}, going on in {progress.pause:.0f} s"
        if progress.left is not None and progress.later:
            text += f", about {duration_text(progress.left)} in all"
    if progress.done is not None and progress.total:
        text += f" · {progress.done:,} of {progress.total:,} {progress.unit}"
    share = min(1.0, progress.done / progress.total) if progress.done is not None and progress.total else 0.0
    place.progress(share, f"{text} · {progress.elapsed:.0f} s")


def problem(error: EngagementError, again: Callable[[], None] | None = None, key: str = "try_again") -> None:
    """Says what went wrong and what the reader can do; ``again`` makes the next try a new one."""
    if isinstance(error, ReadingStopped):
        st.info(str(error), icon=":material/pause_circle:")
    else:
        st.error(str(error), icon=":material/error:")
    if again is not None:
        st.button("Start again" if isinstance(error, ReadingStopped) else "Try again", on_click=again, key=key)

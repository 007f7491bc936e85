"""The rooms that need a look, strongest signal first: how many messages, what is usual, why; or why there are none."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engagement.display import reasons, signals, wording
from engagement.numbers import naming, rankings
from engagement.numbers.evidence import FEWEST_WEEKS
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.verdict import (
    NO_CLEAR_CHANGE,
    TOO_FEW_WEEKS,
    by_chance,
    turn_of_year,
)
from engagement.numbers.weeks import LINE_WEEKS, History, lines

# More than that nobody looks at in a morning.
MOST = 10
# So many of them by chance are no more than nothing.
_NEARLY_ALL = 0.85


@dataclass(frozen=True)
class Line:
    """One room: plain texts, of which ``count`` and ``usual`` are parts of its reason and ``why``, which goes on after
    the signal, is the rest; and the messages of its last full weeks, oldest first.
    """

    room_id: str
    label: str
    signal: str
    count: str
    usual: str
    why: str
    weeks: tuple[float, ...]


@dataclass(frozen=True)
class News:
    """The lines, of so many rooms with a signal, under a title; without any, ``nothing`` says why."""

    title: str
    lines: tuple[Line, ...]
    number: int
    nothing: str
    chance: str = ""
    note: str = ""

    @property
    def more(self) -> int:
        """How many rooms have a signal and no line."""
        return self.number - len(self.lines)


def title(activity: Activity) -> str:
    """The heading, which names the days that are judged where these are not the period itself."""
    if activity.history is None:
        return "What needs a look"
    if not activity.history.elsewhere:
        return f"What needs a look {'in these four weeks' if activity.history.month else 'this week'}"
    return f"What needs a look in {signals.judged_days(activity.history)}"


def news(activity: Activity, rooms: pd.DataFrame, *, people: bool) -> News:
    """What there is to look at among ``rooms``, a view of an activity that is judged."""
    history = activity.history
    if history is None:
        return News(title(activity), (), 0, "No signal is known yet.")
    loud = rankings.with_signal(rooms)
    top = loud.head(MOST)
    return News(
        title=title(activity),
        lines=_lines(top, history, people=people),
        number=len(loud),
        nothing="" if len(loud) else why_none(activity, history, rooms),
        chance=chance(by_chance(rooms, history.basis.bar, month=history.month)),
        note=_incomplete(activity, history) if len(loud) else "",
    )


def chance(share: float) -> str:
    """How many of the signals come by chance, in words: "about one in five"; empty where there is no signal."""
    if share > _NEARLY_ALL:
        return "hardly more than chance would give"
    often = signals.often(share)
    return f"{often} of them by chance" if often else ""


def _lines(rooms: pd.DataFrame, history: History, *, people: bool) -> tuple[Line, ...]:
    columns = (rooms[name] for name in ("room_id", "signal", "usual_low", "usual_high", "reason"))
    labels = naming.room_labels(rooms, show_people=people)
    weeks = lines(history, rooms["room_id"], LINE_WEEKS)
    made: list[Line] = []
    for label, line, room_id, signal, low, high, reason in zip(labels, weeks, *columns, strict=True):
        told = reasons.dateless(reason)
        usual = told.usual or signals.usual(low, high)
        made.append(Line(room_id, label, signal, told.count, usual, f"{told.since}{told.more}", (*line,)))
    return tuple(made)


def why_none(activity: Activity, history: History, rooms: pd.DataFrame) -> str:
    """Why no room has a signal."""
    if turning := [week for week in history.judged_weeks if turn_of_year(week)]:
        dates = wording.period_text(Period(turning[0].start, turning[-1].end))
        said = f"The weeks {dates} lie" if len(turning) > 1 else f"The week {dates} lies"
        by = "them" if len(turning) > 1 else "it"
        return f"{said} around the turn of the year, when chat is quiet: no room is judged by {by}."
    if history.unjudged:
        return f"No room is judged by {signals.judged_days(history)}: {history.unjudged}."
    few = int(rooms["signal"].eq(TOO_FEW_WEEKS).sum())
    judged = len(rooms) - few
    if judged:
        calm = f"No room has a signal: {wording.plural(judged, 'room')} with {NO_CLEAR_CHANGE}"
        return f"{calm}{f', {wording.count(few)} with {TOO_FEW_WEEKS}' if few else ''}."
    if days := [day for day in activity.uncounted if day in history.judged_period]:
        told = signals.judged_days(history)
        return f"Nothing was counted on {wording.days_listed(days)}: no room is judged by {told}."
    if incomplete := _incomplete(activity, history):
        return incomplete
    if history.missing:
        unread = wording.plural(len(history.missing), "week")
        return f"Too few weeks are known for any signal: {unread} could not be read."
    return f"Too few weeks are known for any signal: it takes {FEWEST_WEEKS} before the one that is judged."


def _incomplete(activity: Activity, history: History) -> str:
    """What to say where rooms may be missing in the week that is judged."""
    if activity.whole and not {*history.judged_weeks}.intersection(history.incomplete):
        return ""
    return "Not all rooms arrived for the weeks that are judged: a room that did not is not judged."

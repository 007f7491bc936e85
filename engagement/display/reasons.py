"""Why a room has its signal, in words: the reason that stands beside it on every page and in every file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from engagement.display import signals, wording
from engagement.numbers import reasons
from engagement.numbers.events import TURN_OF_YEAR
from engagement.numbers.reasons import CREATED, LEFT_OUT, Reason
from engagement.numbers.rooms import MORE_DELETED
from engagement.numbers.verdict import (
    FALLING,
    NO_CLEAR_CHANGE,
    RETURNED,
    SILENT_WEEKS,
    TOO_FEW_WEEKS,
    UNUSUALLY_SILENT,
)


@dataclass(frozen=True)
class Told:
    """The parts of a reason: how many messages, what follows at once, what is usual, and what else there is to say."""

    count: str
    since: str = ""
    usual: str = ""
    more: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.count}{self.since}{f', {self.usual}' if self.usual else ''}{self.more}"


def text(reason: Reason) -> str:
    """The reason in one line."""
    return told(reason).text


def dateless(reason: Reason) -> Told:
    """The reason in parts, for where the days that are judged are named already."""
    return told(reason._replace(days=None))


def texts(column: pd.Series) -> pd.Series:
    """The reason of every room of a column of them."""
    return _said(column, text)


def in_short(rooms: pd.DataFrame) -> pd.Series[str]:
    """The signal of every room of a table that has no room for reasons: a fall says over how many weeks it goes."""
    return rooms["signal"] + _said(rooms["reason"], lambda one: f" over {one.run} weeks" if _together(one) else "")


def _said(column: pd.Series, say: Callable[[Reason], str]) -> pd.Series:
    made, of_room = reasons.each(column.to_numpy())
    lines = pd.array([say(one) for one in made], dtype="str")
    return pd.Series(lines.take(of_room), index=column.index, name=column.name)


def told(reason: Reason) -> Told:
    """The reason in parts."""
    if reason.why:
        return Told(_unjudged(reason))
    count, usual, more = _count(reason), _usual(reason), _more(reason)
    if reason.signal == TOO_FEW_WEEKS:
        few = f"only {reason.known} of the {reason.needed}" if reason.needed else f"only {reason.known}"
        return Told(count, f", {few} weeks before{' that a signal needs' if reason.needed else ''} are known")
    if reason.signal == RETURNED:
        return Told(count, f" after at least {SILENT_WEEKS} silent weeks", more=more)
    if _together(reason):
        return Told(f"{_messages(reason.together)} in {reason.run} weeks{_until(reason)}", "", usual, more)
    if (reason.counted or 0) < 0:
        return Told(count, f", {MORE_DELETED}", usual, more)
    if reason.signal == UNUSUALLY_SILENT and reason.silent > 1:
        return Told("no messages", f" for {reason.silent} weeks{_until(reason)}", usual, more)
    return Told(count, "", usual, more)


def _unjudged(reason: Reason) -> str:
    week = signals.weeks_text(reason.days, month=reason.month) if reason.days else ""
    gap = f": {reason.gap}" if reason.gap else ""
    if reason.why == CREATED:
        return f"{_count(reason)}, {CREATED}"
    if reason.why == LEFT_OUT:
        return f"{week + ': ' if week else ''}{reason.gap or TURN_OF_YEAR}"
    if reason.month:
        return f"not all of {week or 'the last four weeks'} are known{gap}"
    return f"{week or 'this week'} is not known{gap}" if gap else f"no data for {week or 'this week'}"


def _together(reason: Reason) -> bool:
    """Whether several weeks together speak for a fall: the last alone would not say enough."""
    return reason.signal == FALLING and reason.run > 1 and not reason.month


def _usual(reason: Reason) -> str:
    if reason.level == 0:
        return f"none in the {reason.known} weeks before"
    if _together(reason):
        return f"usually about {wording.count(reason.level)}"
    if reason.signal == UNUSUALLY_SILENT or (reason.counted or 0) < 0:
        return f"usually about {wording.count(reason.level)} a week"
    return "" if reason.low is None or reason.high is None else signals.usual(reason.low, reason.high)


def _more(reason: Reason) -> str:
    # How far back the weeks of all rooms together are kept is another matter at each visit, and moves what is usual.
    by = f", by the {wording.plural(reason.rests_on, 'week')} before" if reason.rests_on else ""
    return f"{by}{_besides(reason)}"


def _besides(reason: Reason) -> str:
    count, several = reason.counted or 0, _together(reason)
    inside = reason.low is not None and reason.high is not None and reason.low <= count <= reason.high
    silent = reason.signal == RETURNED or (reason.signal == UNUSUALLY_SILENT and reason.silent > 1 and count == 0)
    said = f", in some of them {MORE_DELETED}" if reason.deleted and (silent or several) else ""
    if several and inside:
        return f"{said}; no single week is news"
    if reason.against:
        return f"{said}; but more than before"
    mild = reason.signal == NO_CLEAR_CHANGE and count >= 0 and reason.low is not None and not inside
    return f"{said}; not yet news" if mild else said


def _count(reason: Reason) -> str:
    days = f" in {signals.weeks_text(reason.days, month=reason.month)}" if reason.days else ""
    return f"{_messages(reason.counted)}{days or (' in four weeks' if reason.month else '')}"


def _until(reason: Reason) -> str:
    return f" until {wording.day_text(reason.days.end)}" if reason.days else ""


def _messages(number: float | None) -> str:
    return wording.plural(number, "message") if number else "no messages"

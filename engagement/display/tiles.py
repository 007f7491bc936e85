"""Each measure of a view as texts: what a card on a page and a key figure in a file say."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from engagement.display import arrows, sources
from engagement.display.sparkline import SCALE
from engagement.display.wording import (
    NOT_ALIKE,
    UNDEFINED,
    amount,
    days_listed,
    listed,
    period_text,
    share_text,
    signed,
    signed_percent,
    signed_plural,
)
from engagement.numbers.measures import MEASURES, PERCENT, Comparison, Measure, by_week, compared
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import LINE_WEEKS, total_signal

# The measure that signals are on.
JUDGED = "messages"


@dataclass(frozen=True)
class Tile:
    """One number as text, and its change in words; ``direction`` is 1 for more, -1 for fewer, else 0, and ``signal`` is
    that of a change that is news.

    ``before`` is the number of the previous period, empty where there is nothing to compare with. While the period is
    not over, the change is told of its days that are over. ``weeks`` are the last full weeks that are known, where they
    are drawn. ``against`` are the days that it is compared with; ``net`` is of the activity.
    """

    measure: Measure
    value: str
    change: str
    before: str = ""
    direction: int = 0
    signal: str = ""
    weeks: tuple[float, ...] | None = None
    against: str = ""
    net: bool = False

    @property
    def label(self) -> str:
        """The name of the figure."""
        return self.measure.label

    @property
    def told(self) -> str:
        """The change, and from what."""
        return f"{self.change_told}; before: {self.before}" if self.before else self.change

    @property
    def change_told(self) -> str:
        """The change, and the signal where it is news."""
        return f"{self.change} · {self.signal}" if self.signal else self.change

    @property
    def meaning(self) -> str:
        """What the figure means, and what is drawn beside it."""
        line = f" The small bars are the last {LINE_WEEKS} full weeks, {SCALE}." if self.weeks else ""
        what = sources.MEANING if self.net and self.measure.unit == "messages" else self.measure.meaning
        return f"{what} The change is against {self.against or 'the previous period'}.{line}"


def tiles(activity: Activity, rooms: pd.DataFrame, weekly: pd.DataFrame | None = None) -> tuple[Tile, ...]:
    """A tile for every measure over ``rooms``, a view of the activity; none where nothing was counted.

    ``weekly`` is ``measures.by_week`` of the same, where that is known already.
    """
    if not activity.counted or activity.no_data:
        return ()
    if weekly is None:
        weekly = by_week(activity.history, rooms) if activity.history is not None else pd.DataFrame()
    weeks = weekly.tail(LINE_WEEKS)
    against = period_text(activity.previous)
    made = (
        _tile(measure, compared(measure, rooms, activity.previous), activity, weeks)
        for measure in MEASURES
        if activity.directory != "pending" or not measure.needs_directory
    )
    said = _signal(activity, weekly)
    return tuple(
        replace(
            tile,
            against=against,
            net=activity.net,
            signal=said if tile.measure.name == JUDGED and arrows.way(said) == tile.direction else "",
        )
        for tile in made
    )


def _signal(activity: Activity, weekly: pd.DataFrame) -> str:
    """The signal on all rooms together, where it is on the period itself and news."""
    history = activity.history
    if history is None or history.elsewhere or weekly.empty:
        return ""
    said = str(total_signal(history, weekly[JUDGED])["signal"])
    return said if arrows.way(said) else ""


def _tile(measure: Measure, figure: Comparison, activity: Activity, weeks: pd.DataFrame) -> Tile:
    line = tuple(float(value) for value in weeks[measure.name].dropna()) if measure.name in weeks else None
    value = _text(measure, figure.now)
    if activity.previous_no_data:
        return Tile(measure, value, "nothing to compare with", weeks=line)
    before = _text(measure, figure.before)
    if activity.unfinished:
        return Tile(measure, value, f"so far; {before} {whole_text(activity)}", weeks=line)
    if not activity.alike:
        return Tile(measure, value, f"{_change(measure, figure)}, {NOT_ALIKE}", before, weeks=line)
    return Tile(measure, value, _change(measure, figure), before, _direction(measure, figure), weeks=line)


def _direction(measure: Measure, figure: Comparison) -> int:
    """Where an arrow beside the change points: what is told as zero has none."""
    told = signed(figure.change) if measure.unit == PERCENT else amount(figure.change)
    return 0 if told == "0" else (figure.change > 0) - (figure.change < 0)


def whole_text(activity: Activity) -> str:
    """What a period that is not over is held against, in words."""
    if not activity.adjacent:
        return f"in {period_text(activity.previous)}"
    return "on the same weekdays before" if activity.same_weekdays else "in the whole period before"


def why_not_alike(activity: Activity) -> str:
    """Why the two periods are not like for like, as a part of a sentence."""
    why = [] if activity.arrived else ["not all rooms arrived"]
    if activity.uncounted:
        why.insert(0, f"nothing was counted on {days_listed(activity.uncounted)} (no data, or nobody wrote)")
    return listed(why)


def _text(measure: Measure, value: float) -> str:
    if math.isnan(value):
        return UNDEFINED
    return share_text(value, 100) if measure.unit == PERCENT else amount(value)


def _change(measure: Measure, figure: Comparison) -> str:
    if math.isnan(figure.change):
        return "not to be compared"
    if measure.unit == PERCENT:
        return signed_plural(figure.change, "point")
    return _with_percent(figure)


def _with_percent(figure: Comparison) -> str:
    percent = figure.change_pct
    change = amount(figure.change)
    plus = "+" if figure.change > 0 and change != "0" else ""
    return f"{plus}{change}" + ("" if percent is None else f" ({signed_percent(percent)})")

"""Every figure of the dashboard, defined once: name, label, meaning, unit, how it is computed.

Tiles, report, workbook, Markdown, JSON and README loop over ``MEASURES``: a new figure is an entry here. Messages are
what the server counted (messages and edits less deletions, system messages left out); *active* means more than none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.periods import Period
from engagement.numbers.weeks import History, among

BUSIEST = 10
PERCENT = "%"


@dataclass(frozen=True)
class Measure:
    """One figure. ``name`` is its key in JSON; ``unit`` is ``messages``, ``rooms`` or PERCENT (of ``label``'s whole).

    ``more`` says whether more of it is good, bad or neither; ``line`` whether the last weeks are drawn beside it;
    ``needs_directory`` that it is only right when every room is known. ``compute`` takes the messages of each room in
    a window, and which rooms existed in it and are not exempt from being called inactive; NaN where it is undefined.
    """

    name: str
    label: str
    meaning: str
    unit: str
    compute: Callable[[pd.Series, pd.Series], float]
    more: Literal["good", "bad", "neither"] = "neither"
    line: bool = False
    needs_directory: bool = False


@dataclass(frozen=True)
class Comparison:
    """A number of the period, the same of the previous period, and what they come to; NaN where undefined."""

    now: float
    before: float

    @property
    def change(self) -> float:
        """Now less before, in the unit of both; in points for a percentage."""
        return self.now - self.before

    @property
    def change_pct(self) -> float | None:
        """Percent of before; None where before is zero or less, or either is undefined."""
        return 100 * self.change / self.before if self.before > 0 and not math.isnan(self.now) else None


def _share_of_busiest(messages: pd.Series, _: pd.Series) -> float:
    held = np.sort(messages.clip(lower=0).to_numpy())[::-1]
    total = held.sum()
    return float(100 * held[:BUSIEST].sum() / total) if total else 0.0


def _median_of_active(messages: npt.NDArray[np.float64]) -> float:
    known, active = np.count_nonzero(messages == messages), np.count_nonzero(messages > 0)
    if not active:
        return math.nan
    # The active are the last of those that are known; what is not comes behind them.
    upper = known - active + active // 2
    parted = np.partition(messages, upper)
    lower = parted[upper] if active % 2 else parted[:upper].max()
    return float(lower + parted[upper]) / 2


MEASURES = (
    Measure(
        "messages",
        "Messages",
        "Messages and edits less deletions, as the server counted them; bots count, system messages do not.",
        "messages",
        lambda messages, _: float(messages.sum()),
        more="good",
        line=True,
    ),
    Measure(
        "active_rooms",
        "Active rooms",
        "Rooms with at least one message in the period.",
        "rooms",
        lambda messages, _: float((messages > 0).sum()),
        more="good",
        line=True,
    ),
    Measure(
        "median_messages",
        "Median of active rooms",
        "Half of the active rooms have at least so many messages, half at most; one busy room does not move it.",
        "messages",
        lambda messages, _: _median_of_active(messages.to_numpy()),
        more="good",
        line=True,
    ),
    Measure(
        "inactive_rooms",
        "Inactive rooms",
        "Rooms without a message in the period, out of all rooms that existed in it; exempt rooms are none of them.",
        "rooms",
        lambda messages, expected: float(((messages <= 0) & expected).sum()),
        needs_directory=True,
    ),
    Measure(
        "busiest_share",
        "Share of the ten busiest",
        "How much of all messages the ten busiest rooms hold, in each period by its own ten; "
        "a negative count weighs nothing.",
        PERCENT,
        _share_of_busiest,
    ),
)


def compared(measure: Measure, rooms: pd.DataFrame, period: Period) -> Comparison:
    """The measure over ``rooms`` of the rooms table, in the period and in the previous one."""
    may_be_silent = ~rooms["exempt"]
    existed = ~(rooms["created"] >= pd.Timestamp(period.start))
    windows = {"messages": may_be_silent, "previous_messages": may_be_silent & existed}
    # Where nobody counted a window, no figure of it is known.
    now, before = (
        measure.compute(rooms[name], expected) if rooms.empty or rooms[name].notna().any() else math.nan
        for name, expected in windows.items()
    )
    return Comparison(now, before)


def totals(rooms: pd.DataFrame, period: Period) -> dict[str, Comparison]:
    """Every measure by name."""
    return {measure.name: compared(measure, rooms, period) for measure in MEASURES}


def by_week(history: History, rooms: pd.DataFrame) -> pd.DataFrame:
    """The measures that have a line, by name, for each week (first day as index) of ``rooms``; NaN where not known."""
    ours = np.flatnonzero(among(rooms["room_id"], history.counts.index))
    weeks = [pd.Series(week.take(ours), copy=False) for week in history.counts.to_numpy().T]
    told = [week.notna() for week in weeks]
    # A total without a room that is not known would look like a fall.
    known = history.silence.notna() & np.array([week.all() for week in told], dtype=bool)
    # Which rooms could have been silent in a past week is not asked: no measure with a line depends on it.
    lines = {m.name: [*map(m.compute, weeks, told)] for m in MEASURES if m.line}
    return pd.DataFrame(lines, index=history.counts.columns, dtype="float64").where(known, axis=0)

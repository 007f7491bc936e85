"""Every figure of the dashboard, defined once: name, label, meaning, unit, how it is computed.

Tiles, report, workbook, Markdown, JSON and README loop over ``MEASURES``: a new figure is an entry here. Messages are
what the server counted (messages and edits less deletions, system messages left out); *active* means more than none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers.days import in_totals
from engagement.numbers.periods import Period
from engagement.numbers.weeks import History, among

BUSIEST = 10
PERCENT = "%"

# Plain numbers: of 52 weeks of many rooms, tables take longer to be asked than to compute.
Counts = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Measure:
    """One figure. ``name`` is its key in JSON; ``unit`` is ``messages``, ``rooms`` or PERCENT (of ``label``'s whole).

    ``line`` says whether the last weeks are drawn beside it; ``needs_directory`` that it is only right when every room
    is known. ``compute`` takes the messages of each room that is known in a window, and which of them existed in it and
    are not exempt from being called inactive; NaN where it is undefined.
    """

    name: str
    label: str
    meaning: str
    unit: str
    compute: Callable[[Counts, Mask], float]
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


def _share_of_busiest(messages: Counts, _: Mask) -> float:
    held = np.sort(messages.clip(0))[::-1]
    total = held.sum()
    return float(100 * held[:BUSIEST].sum() / total) if total else 0.0


def _median_of_active(messages: Counts, _: Mask) -> float:
    active = np.count_nonzero(messages > 0)
    if not active:
        return math.nan
    # The active are the last of all.
    upper = len(messages) - active + active // 2
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
        line=True,
    ),
    Measure(
        "active_rooms",
        "Active rooms",
        "Rooms with at least one message in the period.",
        "rooms",
        lambda messages, _: float(np.count_nonzero(messages > 0)),
        line=True,
    ),
    Measure(
        "median_messages",
        "Median of active rooms",
        "Half of the active rooms have at least so many messages, half at most; one busy room does not move it.",
        "messages",
        _median_of_active,
        line=True,
    ),
    Measure(
        "inactive_rooms",
        "Inactive rooms",
        "Rooms without a message in the period, out of all rooms that existed in it; exempt rooms are none of them.",
        "rooms",
        lambda messages, expected: float(np.count_nonzero((messages <= 0) & expected)),
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


def compared(measure: Measure, rooms: pd.DataFrame, previous: Period) -> Comparison:
    """The measure over ``rooms`` of the rooms table, in the period and in the ``previous`` one."""
    may_be_silent = ~rooms["exempt"]
    existed = ~(rooms["created"] > pd.Timestamp(previous.end))
    windows = {"messages": may_be_silent, "previous_messages": may_be_silent & existed}
    now, before = (
        _of_window(measure, rooms[name], in_totals(rooms, name), expected) for name, expected in windows.items()
    )
    return Comparison(now, before)


def _of_window(measure: Measure, messages: pd.Series, known: pd.Series, expected: pd.Series) -> float:
    # Where nobody counted a window, no figure of it is known.
    if len(known) and not known.any():
        return math.nan
    return measure.compute(messages[known].to_numpy(dtype=np.float64), expected[known].to_numpy(dtype=np.bool_))


def totals(rooms: pd.DataFrame, previous: Period) -> dict[str, Comparison]:
    """Every measure by name."""
    return {measure.name: compared(measure, rooms, previous) for measure in MEASURES}


def by_week(history: History, rooms: pd.DataFrame) -> pd.DataFrame:
    """The measures that have a line, by name, for each week (first day as index) of ``rooms``; NaN where not known.

    Net counts are those of rooms known in every week that is known of any, as some counter falls in most weeks.
    """
    ours = np.flatnonzero(among(rooms["room_id"], history.counts.index))
    if history.net:
        lost = history.counts.loc[:, history.silence.notna().to_numpy()].isna().any(axis=1).to_numpy()
        ours = ours[~lost[ours]]
    # Which rooms could have been silent in a past week is not asked: no measure with a line depends on it.
    lines, any_room = [m for m in MEASURES if m.line], np.ones(len(ours), dtype=bool)

    def of_week(messages: Counts, known: bool) -> list[float]:
        # A total without a room that is not known would look like a fall.
        if not known or np.isnan(messages).any():
            return [math.nan] * len(lines)
        return [measure.compute(messages, any_room) for measure in lines]

    counts = history.counts.to_numpy(dtype=np.float64).T
    told = [of_week(week.take(ours), known) for week, known in zip(counts, history.silence.notna(), strict=True)]
    return pd.DataFrame(told, index=history.counts.columns, columns=[m.name for m in lines], dtype="float64")

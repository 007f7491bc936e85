"""Two periods of the same length side by side: what is new, gone, up, down."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from engagement import figures
from engagement.display import tables, wording
from engagement.figures import Context
from engagement.figures.ranked import Movers
from engagement.numbers import naming, rankings
from engagement.numbers.filters import Filters
from engagement.numbers.rooms import Activity
from engagement.report.words import Sentence

NEW, GONE, UP, DOWN, SAME = "new", "gone", "up", "down", "same"
WORDS = (NEW, GONE, UP, DOWN, SAME)


@dataclass(frozen=True, eq=False)
class SideBySide:
    """What a report shows of the two periods."""

    title: str
    caption: str
    sentence: Sentence
    info: Movers
    rows: pd.DataFrame
    short: tuple[str, ...]


def side_by_side(rooms: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """A rooms table whose ``previous_messages`` are those of the other period, and ``pair``, one of WORDS.

    Rooms with messages in neither period are left out; a room that only the other period knows is *gone*.
    """
    lost = others[~others["room_id"].isin(rooms["room_id"])].assign(messages=0)
    both = pd.concat([rooms, lost], ignore_index=True)
    before = others.set_index("room_id")["messages"].reindex(both["room_id"]).fillna(0).to_numpy().astype("int64")
    both = both.assign(previous_messages=before, change=both["messages"] - before, movement="")
    both["change_pct"] = 100.0 * both["change"] / both["previous_messages"].where(both["previous_messages"] > 0)
    pair = pd.Series(SAME, index=both.index, dtype="str")
    pair = pair.mask(both["change"] > 0, UP).mask(both["change"] < 0, DOWN)
    pair = pair.mask((both["messages"] > 0) & (before <= 0), NEW).mask((both["messages"] <= 0) & (before > 0), GONE)
    both["pair"] = pair
    return both[(both["messages"] != 0) | (both["previous_messages"] != 0)].reset_index(drop=True)


def parts_of(other: Activity, rooms: pd.DataFrame, filters: Filters, context: Context, people: bool) -> SideBySide:
    """The chart, the table and the sentence of two periods, over the rooms that pass the same filters."""
    both = side_by_side(rooms, filters.keep(other.rooms))
    first, second = wording.period_text(context.period), wording.period_text(other.period)
    counts = both["pair"].value_counts()
    said = ", ".join(f"{wording.count(int(counts.get(word, 0)))} {word}" for word in WORDS)
    side = replace(context, previous=other.period)
    ordered = rankings.changed(both)
    names = {"Room": naming.room_labels(ordered, show_people=people), "What": ordered["pair"]}
    names["Type"] = tables.type_words(ordered)
    rows = pd.DataFrame(names | {first: ordered["messages"], second: ordered["previous_messages"]})
    rows = rows.assign(Change=ordered["change"], **{"Change %": ordered["change_pct"]})
    return SideBySide(
        title=f"{first} beside {second}",
        caption=f"{other.period}, read {other.read_at.isoformat(timespec='minutes')}",
        sentence=(f"Beside {second}, rooms with messages are: {said}.",),
        info=figures.movers(both, side),
        rows=rows.set_axis(ordered["room_id"], axis="index"),
        short=("Room", "What", first, second, "Change", "Change %"),
    )

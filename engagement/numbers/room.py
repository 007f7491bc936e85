"""One room among the others: the signals it was given, its place week by week, and the rooms of its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engagement.numbers import rankings
from engagement.numbers.evidence import MONTH, WINDOW, windows
from engagement.numbers.reasons import LEFT_OUT
from engagement.numbers.verdict import judge
from engagement.numbers.weeks import History, agree, places


def signals_of_weeks(room: pd.DataFrame, history: History) -> pd.DataFrame:
    """What each week of the history would have said of one room (a row of a rooms table) when it was over.

    The columns of ``verdict.judge`` by the first day of each week, from the weeks until then and the thresholds of
    today; the last row is that of ``weeks.signals``.
    """
    weekly = history.of(room["room_id"]).iloc[0]
    marked = np.array(history.left_out)
    counts = np.where(marked, np.nan, weekly.to_numpy(dtype=np.float64))
    days = (room["created"].iloc[0] - weekly.index[0]) / pd.Timedelta(days=7)
    made = np.floor(days) - np.arange(len(weekly)) + WINDOW - 1
    judged = judge(windows(counts), made, None, history.basis.bar, month=history.month).set_axis(
        weekly.index, axis="index"
    )
    span = MONTH if history.month else 1
    sums = weekly.rolling(span).sum()
    agree(judged, np.array((sums > 0) & (sums.shift(span) <= 0)))
    gaps = pd.Series(history.gaps, index=weekly.index, dtype="str")
    unlike = pd.Series(history.unlike, index=weekly.index, dtype="str")
    if span > 1:
        gaps, unlike = (told.mask(told.eq("")).ffill(limit=span - 1).fillna("") for told in (gaps, unlike))
    turned = marked | (unlike.ne("") & np.array([bool(reason.why) for reason in judged["reason"]]))
    judged["reason"] = [
        reason._replace(why=LEFT_OUT, gap=left) if left_out else reason._replace(gap=gap)
        for reason, left_out, left, gap in zip(judged["reason"], turned, unlike, gaps, strict=True)
    ]
    return judged


def standing(rooms: pd.DataFrame, history: History, room_id: str) -> pd.DataFrame:
    """The place of one of ``rooms`` among them in each week: ``rank`` (from 1, ties by name, then id) and ``share``.

    The share is in percent of all messages, a negative count weighing nothing. Rows by the first day of each week; NaN
    where the week is not known of all of them (in net counts: of the room itself), and no rank in a week without a
    message of the room.
    """
    at = places(rooms["room_id"], history.counts.index)
    own = places([room_id], history.counts.index)[0]
    counted = rooms[at >= 0]
    first = _before(counted, rooms[rooms["room_id"] == room_id])
    at = at[at >= 0]

    def of_week(messages: npt.NDArray[np.float64], known: bool) -> tuple[float, float]:
        counts = messages.take(at)
        ours = float(messages[own]) if own >= 0 else 0.0
        # Some counter falls in most weeks: net counts rank a room among those that are known.
        if not known or np.isnan(ours) or (np.isnan(counts).any() and not history.net):
            return np.nan, np.nan
        total = float(np.nansum(counts.clip(min=0)))
        ahead = int((counts > ours).sum() + (first & (counts == ours)).sum())
        return (float(ahead + 1) if ours > 0 else np.nan), 100 * max(ours, 0.0) / total if total else 0.0

    weeks = zip(history.counts.to_numpy(dtype=np.float64).T, history.silence.notna(), strict=True)
    told = [of_week(messages, known) for messages, known in weeks]
    return pd.DataFrame(told, index=history.counts.columns, columns=["rank", "share"], dtype="float64")


def _before(rooms: pd.DataFrame, room: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rooms come before this one where both have as many messages."""
    name, room_id = room["name"].iloc[0], room["room_id"].iloc[0]
    earlier = (rooms["name"] < name) | (rooms["name"].eq(name) & (rooms["room_id"] < room_id))
    return np.array(earlier, dtype=np.bool_)


@dataclass(frozen=True)
class Place:
    """Where a room stands among ``number`` rooms in the period; the ids of its neighbours are empty at the ends."""

    rank: int
    number: int
    share: float
    before: str = ""
    after: str = ""


def place(rooms: pd.DataFrame, room_id: str) -> Place | None:
    """The place of a room among ``rooms`` by messages (``rankings.ranked``); None where it is not one of them."""
    ranked = rankings.ranked(rooms)
    at = int(places([room_id], ranked["room_id"])[0])
    if at < 0:
        return None
    ids = ranked["room_id"]
    return Place(
        rank=at + 1,
        number=len(ranked),
        share=float(ranked["share"].iloc[at]),
        before=ids.iloc[at - 1] if at else "",
        after=ids.iloc[at + 1] if at + 1 < len(ids) else "",
    )


def of_its_size(rooms: pd.DataFrame, room: pd.DataFrame, most: int) -> list[str]:
    """The ids of the ``most`` other ``rooms`` whose messages are nearest to those of ``room``, by their ratio; ties go
    by name, then id.
    """
    others = rooms[rooms["room_id"] != room["room_id"].iloc[0]]
    size, own = (np.log1p(table["messages"].fillna(0).clip(lower=0)) for table in (others, room))
    apart = others.assign(_apart=(size - own.iloc[0]).abs()).nsmallest(most, "_apart", keep="all")
    ordered = apart.sort_values(["_apart", "name", "room_id"])
    return list(ordered["room_id"].head(most))


def above(rooms: pd.DataFrame, room: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The room that ``room`` is a discussion of, and the main room of the team it belongs to, each with what it is to
    it, as rows of ``rooms``; those that are not among them are left out.
    """
    parent, team, own = (room[column].iloc[0] for column in ("parent", "team", "room_id"))
    main = rooms["team"].eq(team) & rooms["kind"].eq("team") & rooms["room_id"].ne(own)
    found = [("Discussion of", rooms[rooms["room_id"].eq(parent)]), ("Team", rooms[main].head(1))]
    return [(what, row) for what, row in found if not row.empty]


def known(rooms: pd.DataFrame, room_ids: Iterable[str]) -> pd.DataFrame:
    """The rows of these rooms, in the order of the ids; ids without a row are left out."""
    at = places(list(room_ids), rooms["room_id"])
    return rooms.iloc[at[at >= 0]].reset_index(drop=True)

"""How the table of rooms is made: counts and directory joined, named, compared, and what their silence means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from engagement.numbers.filters import named_like
from engagement.numbers.naming import direct_aliases, labels_apart
from engagement.numbers.periods import Period
from engagement.numbers.rooms import (
    ACTIVE,
    COLUMNS,
    COUNTER_FELL,
    DORMANT,
    EXEMPT,
    FELL_SILENT,
    MORE_DELETED,
    NEVER_USED,
    NO_RULES,
    NOT_COUNTED,
    SPOKE_SINCE,
    UNKNOWN,
    UNUSED_SO_FAR,
    Rules,
    change,
    change_words,
)
from engagement.numbers.zone import Zone

# A discussion's name on the wire is a random id in this alphabet (Random.id of the server's framework).
_RANDOM_ID = re.compile(r"[2-9A-HJ-NP-TW-Za-km-z]{17}")


def join(
    counts: pd.DataFrame | None,
    directory: pd.DataFrame | None,
    period: Period,
    zone: Zone,
    rules: Rules = NO_RULES,
    *,
    previous: Period | None = None,
    uncounted: Sequence[date] = (),
    arrived: bool = True,
    net: bool = False,
    today: date | None = None,
) -> pd.DataFrame:
    """The rooms table (COLUMNS) of ``period``, sorted by messages, then name: made once, shown everywhere.

    ``counts`` has room_id, name, usernames, type, created, messages, previous_messages; ``directory`` the columns of
    the client's directory; either may be missing. ``zone`` is the server's, for the days of creation and last message;
    ``rules`` decide which rooms are exempt and left out; ``previous`` is what the period is compared with, the days
    right before unless said; what hangs on a day ``uncounted`` is not known, nor the counts of rooms that did not
    come where not all have ``arrived``. Of ``net`` counts those that are NaN are not known, nor none of a room that
    spoke in those days: as much of it was pruned. Rooms created after the period are
    not in it, unless something was counted in them. Silence is counted to its last day, or to ``today`` before that.
    """
    table = _merged(counts, directory)
    came = pd.Series(True, table.index) if arrived or counts is None else table["room_id"].isin(counts["room_id"])
    missing = {name: table[name].isna() if net else ~came for name in ("messages", "previous_messages")}
    # Of every one that is known, whatever the period, and by the very instant: so each is called the same everywhere.
    alias = direct_aliases(table)
    table["created"] = zone.days(table["created"])
    for bound in ("spoke_from", "spoke_to"):
        table[bound] = zone.days(table[bound].where(table[bound].notna(), table["last_message"]))
    table["last_message"] = table["spoke_from"].where(table["spoke_from"] == table["spoke_to"])
    for column in ("messages", "previous_messages"):
        table[column] = table[column].fillna(0).astype("int64")
    for column in ("archived", "read_only", "default", "announcement"):
        table[column] = table[column].eq(True)
    for column in ("members", "total_messages"):
        table[column] = table[column].astype("float64")
    # A room whose type nobody tells is shown to as few as a private one.
    table["type"] = table["type"].fillna("private")
    for column in ("room_id", "type", "owner", "parent", "team"):
        table[column] = table[column].astype("str")
    # Nobody's is not the same as that nobody says whose.
    table["owner_known"] = table["owner"].notna()
    table["owner"] = table["owner"].mask(table["owner"].eq(""))
    counted_any = (table["messages"] != 0) | (table["previous_messages"] != 0)
    existed = counted_any | ~(table["created"] > pd.Timestamp(period.end))
    table, missing = table[existed].copy(), {name: lost[existed] for name, lost in missing.items()}
    _name(table)
    table["label"] = table["named_label"] = labels_apart(table)
    table["label"] = alias.reindex(table.index).fillna(table["label"])
    previous = previous or period.previous
    if net:
        missing = {
            name: lost | _heard(table, window) & table[name].eq(0)
            for (name, lost), window in zip(missing.items(), (period, previous), strict=True)
        }
    table["exempt"], table["left_out"] = named_like(table, rules.exempt), named_like(table, rules.left_out)
    _compare(table, previous)
    so_far = Period(period.start, min(period.end, max(today or period.end, period.start)))
    _judge_silence(table, so_far, previous, counted=counts is not None)
    _withdraw(table, period, previous, uncounted, missing)
    if net:
        _tell_lost(table, period, missing["messages"])
    table = table.sort_values(["messages", "name", "room_id"], ascending=[False, True, True], ignore_index=True)
    return table[COLUMNS]


_FROM_COUNTS = "room_id name usernames type created messages previous_messages".split()
_FROM_DIRECTORY = (
    "room_id name slug type kind usernames created last_message last_message_known spoke_from spoke_to "
    "members owner archived read_only default announcement total_messages parent team"
).split()


def _merged(counts: pd.DataFrame | None, directory: pd.DataFrame | None) -> pd.DataFrame:
    counts = _empty(_FROM_COUNTS) if counts is None else counts[_FROM_COUNTS]
    directory = _empty(_FROM_DIRECTORY) if directory is None else directory[_FROM_DIRECTORY]
    table = counts.merge(directory, on="room_id", how="outer", suffixes=("_counted", ""))
    for column in ("name", "usernames", "type", "created"):
        # The directory knows the titles of discussions; the counts know rooms that the directory does not show.
        table[column] = table[column].where(table[column].notna(), table.pop(f"{column}_counted"))
    return table


_DTYPES = {
    "messages": "int64",
    "previous_messages": "int64",
    "created": "datetime64[us, UTC]",
    "last_message": "datetime64[us, UTC]",
    "spoke_from": "datetime64[us, UTC]",
    "spoke_to": "datetime64[us, UTC]",
    "members": "float64",
    "total_messages": "float64",
} | dict.fromkeys(["archived", "read_only", "default", "announcement", "last_message_known"], "bool")


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series([], dtype=_DTYPES.get(c, "str")) for c in columns})


def _name(table: pd.DataFrame) -> None:
    """Fills name, slug and kind in place: titles where known, the people of direct messages, ids for links."""
    wire = table["name"].astype("str")
    untitled = wire.str.fullmatch(_RANDOM_ID.pattern).eq(True) & table["kind"].isna()
    table["kind"] = table["kind"].where(table["kind"].notna(), np.where(untitled, "discussion", "room")).astype("str")
    direct = table["type"].eq("direct")
    name = wire.where(~untitled, "untitled discussion " + wire.str.slice(0, 4))
    name = name.where(~(direct & table["usernames"].notna()), table["usernames"])
    table["name"] = name.where(name.notna() & name.ne(""), table["room_id"]).astype("str")
    by_name = ~direct & table["kind"].ne("discussion")
    slug = table["slug"].where(table["slug"].notna(), wire.where(by_name, table["room_id"]))
    table["slug"] = slug.where(slug.notna() & slug.ne(""), table["room_id"]).astype("str")


def _compare(table: pd.DataFrame, previous: Period) -> None:
    """Adds change, change_pct and change_word in place."""
    now, before = table["messages"], table["previous_messages"]
    table["change"], table["change_pct"] = change(now, before)
    created_lately = table["created"] >= pd.Timestamp(previous.start)
    table["change_word"] = change_words(now, before, created_lately)


def _judge_silence(table: pd.DataFrame, period: Period, previous: Period, *, counted: bool) -> None:
    """Adds state, remark and the days of silence in place. Counts decide; dates of last messages only explain.

    Where the server counts nothing, a room is inactive unless its last message is of the period or later. A last
    message that fell between two days decides what it decides on both of them. ``silent_days`` is NaN unless the day is
    known; ``silent_least`` and ``silent_most`` are the bounds.
    """
    first, last, known = table["spoke_from"], table["spoke_to"], table["last_message_known"].eq(True)
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    inactive = table["messages"] <= 0 if counted else ~(first >= start)
    since = inactive & (first > end)
    nothing_before = (table["previous_messages"] == 0) & _heard(table, previous)
    counted_none = (table["messages"] == 0) & (last <= end)
    uncounted = counted_none & ((first >= start) | nothing_before)
    remarks = {NOT_COUNTED: uncounted & inactive, SPOKE_SINCE: since, MORE_DELETED: table["messages"] < 0}
    table["remark"] = np.select([*remarks.values()], [*remarks], "")
    table["state"] = np.select(
        [
            ~inactive,
            table["exempt"],
            table["previous_messages"] > 0,
            table["created"] >= start,
            known & last.isna(),
            (counted_none & counted) | (last < start),
        ],
        [ACTIVE, EXEMPT, FELL_SILENT, UNUSED_SO_FAR, NEVER_USED, DORMANT],
        UNKNOWN,
    )
    spoken = inactive & (last <= end)
    table["silent_least"] = (end - last).dt.days.where(spoken).astype("float64")
    table["silent_most"] = (end - first).dt.days.where(spoken).astype("float64")
    table["silent_days"] = table["silent_least"].where(first == last)


def _withdraw(
    table: pd.DataFrame,
    period: Period,
    previous: Period,
    uncounted: Sequence[date],
    missing: Mapping[str, pd.Series[bool]],
) -> None:
    """Takes back in place what is said of silences that fall on uncounted days, or of rooms whose counts of a window
    may be ``missing``, unless the last message proves them.
    """
    lost, lost_before = missing["messages"], missing["previous_messages"]
    now = lost | any(day in period for day in uncounted)
    before = lost_before | any(day in previous for day in uncounted)
    first, last, known = table["spoke_from"], table["spoke_to"], table["last_message_known"].eq(True)
    silent, silent_before = table["messages"] <= 0, table["previous_messages"] <= 0
    proved = known & ~(last >= pd.Timestamp(period.start))
    heard_before = (last >= pd.Timestamp(previous.start)) & (first <= pd.Timestamp(previous.end))
    unsure = (silent & ~proved & now) | (silent & silent_before & heard_before & before)
    table["state"] = table["state"].mask(unsure & ~table["exempt"], UNKNOWN)
    either = lost | lost_before
    unsaid = (silent & ~proved & now) | (silent_before & before) | either
    table["change_word"] = table["change_word"].mask(unsaid, "")
    for column, of in (*missing.items(), ("change", either), ("change_pct", either)):
        if of.any():
            table[column] = table[column].astype("float64").mask(of)


def _heard(table: pd.DataFrame, window: Period) -> pd.Series[bool]:
    """Which rooms spoke last in ``window``."""
    return (table["spoke_from"] >= pd.Timestamp(window.start)) & (table["spoke_to"] <= pd.Timestamp(window.end))


def _tell_lost(table: pd.DataFrame, period: Period, lost: pd.Series[bool]) -> None:
    """Says in place of which rooms no net count is known; one that spoke last inside the period was active in it."""
    heard = _heard(table, period)
    table["state"] = table["state"].mask(lost & heard, ACTIVE)
    told = table["remark"].ne(SPOKE_SINCE)
    table["remark"] = table["remark"].mask(table["remark"].eq(NOT_COUNTED), "").mask(lost & told, COUNTER_FELL)
    for column in ("silent_days", "silent_least", "silent_most"):
        table[column] = table[column].mask(lost & heard)

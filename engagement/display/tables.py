"""The tables that are shown and downloaded: which columns, under which headings, in which order. No streamlit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from engagement.display import escaping, wording
from engagement.numbers import measures, naming
from engagement.numbers.masks import CAPTION
from engagement.numbers.measures import Filters
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History, verdicts
from engagement.numbers.zone import zone_name

TYPE_WORDS = {"channel": "Channel", "private": "Private", "direct": "Direct message"}
KIND_WORDS = {"discussion": "Discussion", "team": "Team"}

_COMPARED = ("Messages", "Previous", "Change", "Change %")
_JUDGED = ("Verdict", "Why", "Weeks")
RANKED = ("Rank", "Room", *_COMPARED, *_JUDGED, "Type", "Share %", "Members", "Last message")
CHANGED = ("Room", *_COMPARED, *_JUDGED, "Movement", "Type", "Members", "Last message")
SPARK_WEEKS = 8
SILENT = ("Room", "Type", "State", "Silent days", "Last message", "Members", "Owner", "Created", "Remark")
COUNTERS = ("Rank", "Room", "Type", "All messages", "Members", "Last message", "Owner", "Created")


def type_word(type_: str, kind: str) -> str:
    """What a room is, in one word: its kind where that is special, else its type."""
    return KIND_WORDS.get(kind, TYPE_WORDS.get(type_, type_))


def ranked(rooms: pd.DataFrame, history: History | None = None, *, people: bool) -> pd.DataFrame:
    """The columns RANKED, busiest room first, with ``room_id`` as index; no verdicts without a history."""
    return _judged(measures.ranked(rooms), RANKED, history, people=people)


def changed(rooms: pd.DataFrame, history: History | None = None, *, people: bool) -> pd.DataFrame:
    """The columns CHANGED, largest change first, rooms silent in both periods left out."""
    return _judged(measures.changed(rooms), CHANGED, history, people=people)


def _judged(rooms: pd.DataFrame, columns: tuple[str, ...], history: History | None, *, people: bool) -> pd.DataFrame:
    plain = _table(rooms, tuple(c for c in columns if c not in _JUDGED), people=people)
    if history is None:
        return plain
    judged = verdicts(rooms, history)
    weeks = history.counts.reindex(plain.index).iloc[:, -SPARK_WEEKS:].fillna(0.0).to_numpy().tolist()
    plain = plain.assign(Verdict=judged["verdict"], Why=judged["reason"], Weeks=pd.Series(weeks, index=plain.index))
    return plain[list(columns)]


def silent(rooms: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    """The columns SILENT, longest silence first."""
    return _table(measures.inactive(rooms), SILENT, people=people)


def counters(rooms: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    """The columns COUNTERS, by the room's counter of all messages ever."""
    return _table(measures.by_counter(rooms), COUNTERS, people=people)


def _table(rooms: pd.DataFrame, columns: tuple[str, ...], *, people: bool) -> pd.DataFrame:
    words = [type_word(t, k) for t, k in zip(rooms["type"], rooms["kind"], strict=True)]
    made: dict[str, pd.Series] = {
        "Room": naming.room_labels(rooms, show_people=people),
        "Type": pd.Series(words, index=rooms.index, dtype="str"),
    }
    of = {
        "Rank": "rank",
        "Messages": "messages",
        "Previous": "previous_messages",
        "Change": "change",
        "Change %": "change_pct",
        "Share %": "share",
        "Movement": "movement",
        "State": "state",
        "Silent days": "silent_days",
        "Members": "members",
        "Owner": "owner",
        "Created": "created",
        "Last message": "last_message",
        "Remark": "remark",
        "All messages": "total_messages",
    }
    shown = pd.DataFrame({c: made[c] if c in made else rooms[of[c]] for c in columns})
    for column in ("Silent days", "Members", "All messages"):
        if column in shown:
            shown[column] = shown[column].astype("Int64")
    return shown.set_axis(rooms["room_id"], axis="index")


SORTS = ("Messages", "Change", "Change %", "All messages", "Silent days", "Members", "Last message", "Created", "Room")
AS_LISTED = "As listed"


def sorts(columns: Sequence[str]) -> list[str]:
    """What a table with these columns can be sorted by, beginning with the order that it comes in."""
    return [AS_LISTED, *(column for column in SORTS if column in columns)]


def sorted_by(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table by one of its columns: names from A to Z, days and numbers from the latest and largest; ties stay."""
    if column not in table:
        return table
    if column == "Room":
        order = table[column].str.lstrip("#🔒›◊ ").str.casefold().argsort(kind="stable")
        return table.iloc[order]
    return table.sort_values(column, ascending=False, kind="stable", na_position="last")


def about(activity: Activity, filters: Filters, shown: int, *, viewer_zone: str = "UTC") -> list[tuple[str, str]]:
    """What every file says of itself, as label and text: source, periods, filters, completeness, number of rows."""
    receipt = activity.receipt
    rows = [
        ("Workspace", f"{activity.workspace} (Rocket.Chat {activity.release})"),
        ("Period", str(activity.period) + (", not over yet" if activity.unfinished else "")),
        ("Previous period", str(activity.previous)),
        ("Time zone", f"days of the server, {zone_text(activity)}"),
        ("Read at", activity.read_at.astimezone(ZoneInfo(viewer_zone)).isoformat(timespec="minutes")),
        ("Filters", filter_text(filters, masked=activity.masked)),
        ("Rooms received", f"{len(activity.rooms)} of {activity.rooms_expected} announced"),
        ("Complete", "yes" if receipt.complete else "no"),
        ("Calls", wording.count(receipt.calls)),
        ("Pages", wording.count(receipt.pages)),
        ("Pages read again", wording.count(receipt.reread)),
        ("Duplicates removed", wording.count(receipt.duplicates)),
        ("Waited for the rate limit", wording.duration_text(receipt.waited.total_seconds())),
        ("Rows", f"{shown} of {len(activity.rooms)} rooms"),
    ]
    if activity.masked:
        rows.append(("Names", CAPTION))
    return rows + [("Note", note) for note in receipt.notes]


def zone_text(activity: Activity) -> str:
    """The zone of the server whose days are counted: "UTC+02:00", or "UTC assumed" where it is not known."""
    return zone_name(activity.offset) + ("" if activity.offset is not None else " assumed")


def filter_text(filters: Filters, *, masked: bool = False) -> str:
    """The filters of a view in words; what was searched for is a name as well, so ``masked`` leaves it out."""
    kinds = [f"{TYPE_WORDS[t].lower()}s" if t != "private" else "private rooms" for t in measures.TYPES]
    chosen = [word for word, t in zip(kinds, measures.TYPES, strict=True) if t in filters.types]
    parts = [", ".join(chosen) or "no room types"]
    if filters.archived:
        parts.append("with archived rooms")
    if filters.search.strip():
        parts.append("a search by name" if masked else f"names containing “{naming.clean(filters.search)}”")
    if filters.left_out:
        parts.append(f"{wording.plural(len(filters.left_out), 'room')} left out")
    if filters.left_out_names:
        names = "" if masked else f" ({', '.join(naming.clean(name) for name in filters.left_out_names)})"
        parts.append(f"rooms left out by name{names}")
    return "; ".join(parts)


def csv_text(table: pd.DataFrame, facts: Iterable[tuple[str, str]] = ()) -> str:
    """The table as CSV, every row, with what it says of itself above and one empty line between.

    Texts are made safe for spreadsheets, days are ISO days, and what is not known is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    about_rows = [[name, escaping.for_spreadsheet(text)] for name, text in facts]
    writer.writerows([*about_rows, []] if about_rows else [])
    writer.writerow(table.columns)
    writer.writerows(zip(*[_cells(table[column]) for column in table.columns], strict=True))
    return out.getvalue()


def _cells(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.StringDtype):
        return [escaping.for_spreadsheet(text) for text in column]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return ["" if pd.isna(day) else day.date().isoformat() for day in column]
    if pd.api.types.is_float_dtype(column.dtype):
        return ["" if pd.isna(number) else round(number, 1) for number in column]
    return ["" if pd.isna(value) else value for value in column]


def csv_bytes(table: pd.DataFrame, facts: Iterable[tuple[str, str]] = ()) -> bytes:
    """The same in UTF-8 with the mark that spreadsheet programs need to read it as such."""
    return csv_text(table, facts).encode("utf-8-sig")


def file_name(what: str, activity: Activity, ending: str) -> str:
    """A file name that says what is in it: ``inactive-rooms_2026-11-09_2026-11-15.csv``."""
    return f"{what}_{activity.period.start}_{activity.period.end}.{ending}"

"""The tables that are shown and downloaded: which columns, under which headings, in which order. No streamlit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from engagement.display import decisions, escaping, events, reasons, signals, sources, wording
from engagement.numbers import naming, rankings
from engagement.numbers.days import Bars
from engagement.numbers.filters import TYPES, Filters
from engagement.numbers.masks import CAPTION
from engagement.numbers.measures import MEASURES
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.sieve import NO_OWNER, without_owner
from engagement.numbers.weeks import LINE_WEEKS, History, lines
from engagement.numbers.zone import zone_name

TYPE_WORDS = {"channel": "Channel", "private": "Private", "direct": "Direct message"}
KIND_WORDS = {"discussion": "Discussion", "team": "Team"}

_COMPARED = ("Messages", "Previous", "Change", "Change %", "Change in words")
_JUDGED = ("Signal", "Weeks", "Why")
RANKED = ("Rank", "Room", *_COMPARED, *_JUDGED, "Type", "Share %", "Members", "Last message")
CHANGED = ("Room", *_COMPARED, *_JUDGED, "Type", "Members", "Last message")
SILENT = ("Room", "Type", "State", "Silent days", "Decision", "Last message", "Members", "Owner", "Created", "Remark")
WORKLIST = (
    *("Room", "Decision", "Spoke again", "Note", "By", "Decided on", "State", "Silent days", "Last message"),
    *("Members", "Owner", "Type", "Created", "Whom", "Asked on", "Until"),
)
EVERYTHING = (
    *(name for name in RANKED if name not in _JUDGED),
    *("Signal", "Why", "State", "Silent days", "Owner", "Created", "Archived", "Remark"),
    *("Usual from", "Usual to", "News below", "News above", "Tripling seen %"),
)
COUNTERS = ("Rank", "Room", "Type", "All messages", "Members", "Last message", "Owner", "Created")


def type_words(rooms: pd.DataFrame) -> pd.Series:
    """What each room is, in one word: its kind where that is special, else its type."""
    return rooms["kind"].map(KIND_WORDS).fillna(rooms["type"].map(TYPE_WORDS)).astype("str")


def owners(rooms: pd.DataFrame) -> pd.Series:
    """The owner of each room, NO_OWNER (no user name has a space) where it has none; missing where none is known."""
    return rooms["owner"].mask(without_owner(rooms), NO_OWNER)


def ranked(rooms: pd.DataFrame, history: History | None = None, *, people: bool) -> pd.DataFrame:
    """The columns RANKED, busiest room first, with ``room_id`` as index.

    Signals are in it where the rooms have them, small bars of weeks with a ``history``.
    """
    return told(rankings.ranked(rooms), RANKED, history, people=people)


def changed(rooms: pd.DataFrame, history: History | None = None, *, people: bool) -> pd.DataFrame:
    """The columns CHANGED in the order of ``rankings.changed``; the rest as in ``ranked``."""
    return told(rankings.changed(rooms), CHANGED, history, people=people)


def silent(rooms: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    """The columns SILENT, longest silence first."""
    return told(rankings.inactive(rooms), SILENT, people=people)


def worklist(rooms: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    """The columns WORKLIST of the rooms about which something was decided, the latest decision first."""
    table = rooms[rooms["decision"].notna()].sort_values("decision_id", ascending=False, ignore_index=True)
    return told(table, WORKLIST, people=people)


def counters(rooms: pd.DataFrame, *, people: bool) -> pd.DataFrame:
    """The columns COUNTERS, by the room's counter of all messages ever."""
    return told(rankings.by_counter(rooms), COUNTERS, people=people)


# Where the values of a column are in the rooms table.
_OF = {
    "Rank": "rank",
    "Messages": "messages",
    "Previous": "previous_messages",
    "Change": "change",
    "Change %": "change_pct",
    "Change in words": "change_word",
    "Signal": "signal",
    "Usual from": "usual_low",
    "Usual to": "usual_high",
    "News below": "news_below",
    "News above": "news_above",
    "Share %": "share",
    "State": "state",
    "Silent days": "silent_days",
    "Members": "members",
    "Created": "created",
    "Last message": "last_message",
    "Remark": "remark",
    "Spoke again": "spoke_again",
    "Note": "note",
    "By": "decided_by",
    "Decided on": "decided_on",
    "Whom": "whom",
    "Asked on": "asked_on",
    "Until": "until",
    "All messages": "total_messages",
}
_WHOLE = (
    *("Messages", "Previous", "Change"),
    "Silent days",
    "Members",
    "All messages",
    "Usual from",
    "Usual to",
    "News below",
    "News above",
)


def told(
    rooms: pd.DataFrame, columns: tuple[str, ...], history: History | None = None, *, people: bool
) -> pd.DataFrame:
    """Those of ``columns`` that are known of some rooms, in their order, with ``room_id`` as index."""
    made = {
        "Room": naming.room_labels(rooms, show_people=people),
        "Type": type_words(rooms),
        "Archived": rooms["archived"].map({True: "yes", False: "no"}).astype("str"),
    }
    if "Owner" in columns:
        made["Owner"] = owners(rooms)
    if "reason" in rooms and "Why" in columns:
        made["Why"] = reasons.texts(rooms["reason"])
    if "decision" in rooms and "Decision" in columns:
        made["Decision"] = decisions.words(rooms)
    if "seen_tripling" in rooms:
        made["Tripling seen %"] = 100 * rooms["seen_tripling"]
    if history is not None:
        made["Weeks"] = pd.Series(lines(history, rooms["room_id"], LINE_WEEKS), index=rooms.index, dtype="object")
    found = {name: made[name] if name in made else rooms.get(_OF.get(name, "")) for name in columns}
    shown = pd.DataFrame({name: values for name, values in found.items() if values is not None})
    whole = {name: "Int64" for name in _WHOLE if name in shown}
    return shown.round(dict.fromkeys(whole, 0)).astype(whole).set_axis(rooms["room_id"], axis="index")


def weeks(by_week: pd.DataFrame) -> pd.DataFrame:
    """A row per week of the measures that have a line, the latest first; columns under their labels."""
    # Counts stay whole numbers; a measure such as a median may lie between two.
    shown = by_week.rename(columns={measure.name: measure.label for measure in MEASURES}).convert_dtypes()
    shown.insert(0, "Week from", pd.DatetimeIndex(by_week.index).astype("datetime64[us]"))
    return shown.iloc[::-1].reset_index(drop=True)


def parts(bars: Bars) -> pd.DataFrame:
    """A row per day, week or month of a period, the latest first; beside each the one that it is held against."""

    def days(of: Iterable[Period | None]) -> pd.DatetimeIndex:
        starts = [None if one is None else pd.Timestamp(one.start) for one in of]
        return pd.DatetimeIndex(starts, dtype="datetime64[us]")

    told = bars.bars
    shown = {
        "Day" if bars.unit == "day" else f"{bars.unit.capitalize()} from": days(bar.part for bar in told),
        "Messages": pd.array([bar.messages for bar in told], dtype="Int64"),
    }
    if bars.unit == "day" or any(bar.before is not None for bar in told):
        shown["Held against"] = days(bar.before for bar in told)
        shown["Previous"] = pd.array([bar.previous for bar in told], dtype="Int64")
    return pd.DataFrame(shown).iloc[::-1].reset_index(drop=True)


SORTS = (
    *("Signal", "Messages", "Change", "Change %", "All messages"),
    *("Silent days", "Members", "Last message", "Created", "Room"),
)
AS_LISTED = "Default order"
# What that order is in the tables of pages.
LISTED = {
    "top-channels": "most messages first",
    "week-over-week": "rooms with a signal first, then the largest change",
    "inactive-rooms": "longest silence first",
    "worklist": "latest decision first",
    "rooms-by-counter": "most messages ever first",
}


def sorts(columns: Sequence[str]) -> list[str]:
    """What a table with these columns can be sorted by, beginning with the order that it comes in."""
    return [AS_LISTED, *(column for column in SORTS if column in columns)]


def sorted_by(table: pd.DataFrame, column: str, rooms: pd.DataFrame) -> pd.DataFrame:
    """The table of these ``rooms`` by one of its columns: names from A to Z, days and numbers from the latest and
    largest, signals from the strongest; ties stay.
    """
    if column not in table:
        return table
    if column == "Signal":
        strength = rankings.strength(rooms).set_axis(rooms["room_id"]).reindex(table.index)
        return table.iloc[(-strength).fillna(np.inf).argsort(kind="stable")]
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
        ("Previous period", f"{activity.previous}{'' if activity.same_weekdays else ', other weekdays'}"),
        ("Time zone", f"days of the server, {zone_text(activity)}"),
        ("Read at", activity.read_at.astimezone(ZoneInfo(viewer_zone)).isoformat(timespec="minutes")),
        ("Filters", filter_text(filters, activity)),
        ("Rooms received", f"{len(activity.rooms)} of {activity.rooms_expected} announced"),
        ("Complete", "yes" if receipt.complete else "no"),
        ("Calls", wording.count(receipt.calls)),
        ("Pages", wording.count(receipt.pages)),
        ("Pages read again", wording.count(receipt.reread)),
        ("Duplicates removed", wording.count(receipt.duplicates)),
        ("Waited for the rate limit", wording.duration_text(receipt.waited.total_seconds())),
        ("Rows", f"{shown} of {len(activity.rooms)} rooms"),
    ]
    if activity.history is not None:
        rows.insert(3, ("Signals", f"on {signals.judged_days(activity.history)}"))
    if said := sources.told(activity):
        rows.insert(3, ("Messages", said))
    if happened := activity.happened:
        rows.append(("Events", events.listed(happened, len(happened))))
    if activity.masked:
        rows.append(("Names", CAPTION))
    return rows + [("Note", note) for note in receipt.notes]


def in_words(activity: Activity, filters: Filters, shown: int, *, viewer_zone: str = "UTC") -> list[str]:
    """Three sentences for a reader: which rooms and messages are here, which are not shown, and as of when."""
    rooms, days = len(activity.rooms), wording.period_text(activity.period)
    counts = ""
    if activity.counted:
        counts = f", with their messages of {days} and of {wording.period_text(activity.previous)}"
    here = f"All {wording.plural(rooms, 'room')} arrived{counts}."
    if not activity.receipt.complete:
        here = f"Not everything arrived as it should: {wording.count(rooms)} of {activity.rooms_expected:,} rooms are "
        here += f"here{counts}. What is missing is said below."
    read = activity.read_at.astimezone(ZoneInfo(viewer_zone))
    return [
        here,
        "All of them are shown."
        if shown == rooms
        else f"{wording.count(shown)} of them {'is' if shown == 1 else 'are'} shown: {filter_text(filters, activity)}.",
        f"As of {read:%H:%M} {read.tzname()} on {wording.day_text(read.date())}; days are those of the server, "
        f"{zone_text(activity)}.",
    ]


def hidden_rooms(hidden: Mapping[str, int], filters: Filters) -> dict[str, str]:
    """What ``Filters.hidden`` counts, in words: "240 direct messages", under its names."""
    words = {name: TYPE_WORDS[name].lower() for name in TYPES}
    words |= {"private": "private room", "archived": "archived room", "left_out": "room left out"}
    told = {name: wording.plural(number, words[name]) for name, number in hidden.items() if name in words}
    if "search" in hidden:
        named = naming.clean(filters.search.strip())
        told["search"] = f"{wording.plural(hidden['search'], 'room')} without “{named}” in the name"
    return told


def zone_text(activity: Activity) -> str:
    """The zone of the server whose days are counted: "UTC+02:00", or "UTC assumed" where it is not known."""
    return zone_name(activity.offset) + ("" if activity.offset is not None else " assumed")


def filter_text(filters: Filters, activity: Activity) -> str:
    """The filters of a view in words; what was searched for is a name as well, so it is left out with masked names."""
    kinds = [f"{TYPE_WORDS[t].lower()}s" if t != "private" else "private rooms" for t in TYPES]
    chosen = [word for word, t in zip(kinds, TYPES, strict=True) if t in filters.types]
    parts = [", ".join(chosen) or "no room types"]
    if filters.archived:
        parts.append("with archived rooms")
    if filters.search.strip():
        parts.append("a search by name" if activity.masked else f"names containing “{naming.clean(filters.search)}”")
    if filters.left_out:
        parts.append(f"{wording.plural(len(filters.left_out), 'room')} left out")
    if patterns := activity.rules.left_out:
        names = "" if activity.masked else f" ({', '.join(naming.clean(name) for name in patterns)})"
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


def kind_of(column: pd.Series) -> str:
    """What a column holds: day, number or text."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "day"
    return "number" if pd.api.types.is_numeric_dtype(column.dtype) else "text"


_SIGNED = ("Change", "Change %")


def as_told(column: pd.Series) -> pd.Series:
    """The column with its percents rounded as ``column_texts`` writes them; others as they are."""
    if not str(column.name).endswith("%"):
        return column
    return wording.told_percents(column, changes=column.name in _SIGNED)


def column_texts(column: pd.Series) -> list[str]:
    """Every value of a column as the screen writes it; "–" where it is not known or not defined."""
    name, kind = str(column.name), kind_of(column)
    if kind == "day":
        return [wording.day_text(None if pd.isna(day) else day.date()) for day in column]
    if kind == "text":
        return [wording.UNDEFINED if pd.isna(text) or text == "" else str(text) for text in column]
    values = [None if pd.isna(value) else float(value) for value in column]
    if name.endswith("%"):
        return [(wording.signed_percent if name in _SIGNED else wording.percent)(value) for value in values]
    return [(wording.signed if name in _SIGNED else wording.amount)(value) for value in values]


class SafeTexts(dict[str, str]):
    """Texts as cells hold them, safe, each worked out once: many rows have the same, and many sheets the same names."""

    def __missing__(self, text: str) -> str:
        self[text] = safe = escaping.for_spreadsheet(text)
        return safe


def _cells(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.StringDtype):
        safe = SafeTexts()
        return [safe[text] for text in column]
    if kind_of(column) == "day":
        days = np.datetime_as_string(column.to_numpy(), unit="D")
        return list(np.where(column.isna(), "", days))
    known = column.round(1) if pd.api.types.is_float_dtype(column.dtype) else column
    return list(known.astype(object).where(known.notna(), ""))


def csv_bytes(table: pd.DataFrame, facts: Iterable[tuple[str, str]] = ()) -> bytes:
    """The same in UTF-8 with the mark that spreadsheet programs need to read it as such."""
    return csv_text(table, facts).encode("utf-8-sig")


def file_name(what: str, activity: Activity, ending: str) -> str:
    """A file name that says what is in it: ``inactive-rooms_2026-11-09_2026-11-15.csv``."""
    return f"{what}_{activity.period.start}_{activity.period.end}.{ending}"

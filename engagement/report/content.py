"""What a report holds, as plain data: every kind of file and the page are made of the same contents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd

from engagement import figures
from engagement.display import reasons, signals, sources, tables, wording
from engagement.display.tiles import Tile, tiles
from engagement.figures import Context, Info
from engagement.numbers import naming, rankings
from engagement.numbers.filters import Filters
from engagement.numbers.masks import CAPTION
from engagement.numbers.measures import by_week
from engagement.numbers.rooms import CHANGES, Activity
from engagement.numbers.verdict import by_chance
from engagement.numbers.weeks import SIGNAL_WEEKS, History, places
from engagement.report import words
from engagement.report.wishes import DEFAULT_TITLE, LONGEST_COMMENT, LONGEST_TITLE, Wishes


@dataclass(frozen=True, eq=False)
class Table:
    """A table: how many rows it has, those rows and columns that a page and pictures show, and what makes all of them
    of the rooms of the view, under the headings of the screen; the ids of its rows that lead nowhere, as nobody is
    named there.
    """

    title: str
    number: int
    short: pd.DataFrame
    make: Callable[[pd.DataFrame], pd.DataFrame]
    unnamed: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Told:
    """What a report tells of the rooms of a view; charts and tables are by section. Small, whatever their number."""

    rooms: int
    key_figures: tuple[Tile, ...]
    sentences: tuple[words.Sentence, ...]
    charts: dict[str, Info]
    tables: dict[str, Table]
    on_signals: str


@dataclass(frozen=True, eq=False)
class Content:
    """A report. ``caption`` is one line of where the numbers come from, ``about`` the same as names and texts.

    ``rooms_at`` is the address of the page of a room up to its id; empty where there is none to lead to.
    """

    title: str
    comment: str
    caption: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    key_figures: tuple[Tile, ...]
    sentences: tuple[words.Sentence, ...]
    charts: dict[str, Info]
    tables: dict[str, Table]
    notes: tuple[str, ...]
    activity: Activity
    filters: Filters
    people: bool
    rooms_at: str = ""

    @property
    def filled(self) -> dict[str, Table]:
        """The tables that have a row, which alone are drawn."""
        return {what: table for what, table in self.tables.items() if table.number}

    @cached_property
    def places(self) -> dict[str, str]:
        """Where the line of a room stands in the short form of a table (``place_of``), by room id."""
        shown = {what: self.tables[what].short for what in _LOOKED_UP if what in self.tables}
        lines = [(room, place_of(what, n)) for what, table in shown.items() for n, room in enumerate(table.index)]
        return dict(reversed(lines))

    @property
    def named(self) -> dict[str, str]:
        """The label of every room that the sentences name, by room id."""
        return words.named(self.sentences)

    def rows(self, table: Table) -> pd.DataFrame:
        """Every row and column of a table, which only some files hold: there can be a hundred thousand."""
        return table.make(_rooms(self.activity, self.filters))

    @property
    def every_room(self) -> pd.DataFrame:
        """A row per room of the view, with all that is known of it."""
        return _columns(tables.EVERYTHING, self.activity, self.people)(
            rankings.ranked(_rooms(self.activity, self.filters))
        )


# Where the line of a room is looked for, in this order.
_LOOKED_UP = ("movers", "top", "inactive", "compared")


def place_of(section: str, line: int) -> str:
    """What a line of the table of a section is called inside a document; no name of a room is in it."""
    return f"line-{section}-{line + 1}"


def _unnamed(rooms: pd.DataFrame, people: bool) -> frozenset[str]:
    return frozenset(rooms["room_id"][naming.unnamed(rooms, show_people=people)])


def _rooms(activity: Activity, filters: Filters) -> pd.DataFrame:
    rooms = filters.keep(activity.rooms)
    return rooms.iloc[:0] if activity.no_data else rooms


def told(activity: Activity, filters: Filters, wishes: Wishes, days: History | None = None) -> Told:
    """What the report tells of the rooms of ``activity`` that pass ``filters``, whatever its title; ``days`` are those
    of every room as far as they have been read.
    """
    rooms, chosen = _rooms(activity, filters), wishes.sections
    weekly = by_week(activity.history, rooms) if activity.history is not None else None
    sentences: tuple[words.Sentence, ...] = ()
    if "words" in chosen:
        sentences = words.sentences(activity, rooms, people=wishes.people, weekly=weekly)
    context = _context(activity, wishes)
    sections = list(_sections(activity, rooms, weekly, context, wishes, words.named(sentences)))
    if days is not None and activity.counted and not activity.no_data:
        sections.append(("days", *_per_day(activity, rooms, days, context)))
    return Told(
        rooms=len(filters.keep(activity.rooms)),
        key_figures=tiles(activity, rooms, weekly) if "figures" in chosen else (),
        sentences=sentences,
        charts={what: chart for what, chart, _ in sections if what in chosen},
        tables={what: table for what, _, table in sections if table and {what, "tables"} <= chosen},
        on_signals=_on_signals(activity, rooms),
    )


def _context(activity: Activity, wishes: Wishes) -> Context:
    # The head and the foot of the report say the workspace, both periods and whose names are replaced.
    return replace(Context.of(activity, people=wishes.people), said=True)


def build(
    activity: Activity,
    filters: Filters,
    wishes: Wishes,
    *,
    read_zone: str = "UTC",
    compared: Activity | None = None,
    days: History | None = None,
    known: Told | None = None,
    rooms_at: str = "",
) -> Content:
    """The report of the rooms of ``activity`` that pass ``filters``, with signals where the activity is judged.

    ``read_zone`` is the zone in which the time of reading is told; ``compared`` adds another period side by side;
    ``days`` are those of every room, and ``known`` is what is ``told`` of the same, where that is known already; names
    that are not replaced lead to ``rooms_at``.
    """
    of = known or told(activity, filters, wishes, days)
    about = tables.about(activity, filters, of.rooms, viewer_zone=read_zone)
    if compared is not None:
        chart, table, sentence, source = _beside(activity, compared, filters, _context(activity, wishes), wishes.top)
        beside = {"compared": table} if "tables" in wishes.sections else {}
        of = replace(
            of,
            sentences=(*of.sentences, sentence),
            charts=of.charts | {"compared": chart},
            tables=of.tables | beside,
        )
        about.append(("Side by side", source))
    return Content(
        title=naming.clean(wishes.title)[:LONGEST_TITLE] or DEFAULT_TITLE,
        comment="\n".join(naming.clean(line) for line in wishes.comment[:LONGEST_COMMENT].splitlines()).strip(),
        caption=_caption(activity, filters, of.rooms, read_zone),
        about=tuple(about),
        key_figures=of.key_figures,
        sentences=of.sentences,
        charts=of.charts,
        tables=of.tables,
        notes=(*activity.receipt.notes, *filter(None, [of.on_signals])),
        activity=activity,
        filters=filters,
        people=wishes.people,
        # Whoever shall not know a name shall not find it behind an id.
        rooms_at="" if activity.masked else rooms_at,
    )


def _caption(activity: Activity, filters: Filters, shown: int, read_zone: str) -> tuple[str, ...]:
    zone = ZoneInfo(read_zone)
    read = f"read {wording.moment_text(activity.read_at, zone)} {activity.read_at.astimezone(zone).tzname()}"
    received = f"{wording.count(len(activity.rooms))} of {wording.plural(activity.rooms_expected, 'room')} received"
    parts: tuple[str, ...] = (
        wording.workspace_name(activity.workspace),
        wording.period_text(activity.period, unfinished=activity.unfinished),
        *([wording.compared_text(activity.period, activity.previous)] if activity.counted else []),
        f"days of the server, {tables.zone_text(activity)}",
        tables.filter_text(filters, activity),
        f"{wording.count(shown)} of {wording.plural(len(activity.rooms), 'room')} shown",
        received if activity.receipt.complete else f"INCOMPLETE: {received}",
        read,
    )
    parts = (*parts, sources.NET) if activity.net else parts
    return (*parts, CAPTION) if activity.masked else parts


def _sections(
    activity: Activity,
    rooms: pd.DataFrame,
    weekly: pd.DataFrame | None,
    context: Context,
    wishes: Wishes,
    named: Collection[str],
) -> Iterable[tuple[str, Info, Table | None]]:
    """The sections that there are numbers for, each with its chart and its table; the rooms ``named`` in words have a
    line in the short form of the movers too.
    """
    top, signal = wishes.top, _judged(activity)

    def table(
        title: str,
        order: Callable[[pd.DataFrame], pd.DataFrame],
        columns: tuple[str, ...],
        short: tuple[str, ...],
        named: Collection[str] = (),
    ) -> Table:
        make = _columns(columns, activity, wishes.people)
        ordered = order(rooms)
        at = places([*named], ordered["room_id"])
        picked = ordered.iloc[sorted({*range(min(top, len(ordered))), *at[at >= 0].tolist()})]
        shown = make(picked)
        shown = shown[[name for name in short if name in shown]]
        if signal in shown:
            # A room can fall over weeks and have more than in the last one.
            shown[signal] = reasons.in_short(picked).to_numpy()
        return Table(title, len(ordered), shown, lambda every: make(order(every)), _unnamed(picked, wishes.people))

    if not activity.counted:
        short: tuple[str, ...] = ("Rank", "Room", "All messages", "Members", "Last message")
        counters = table("Rooms by all messages ever", rankings.by_counter, tables.COUNTERS, short)
        yield "top", figures.busiest_by_total(rooms, context, top), counters
        yield "inactive", figures.silence(rooms, context), None
        return
    if activity.no_data:
        return
    short = ("Room", "Messages", "Change", "Share %", signal)
    ranked = table("Top channels", rankings.ranked, tables.RANKED, short)
    yield "top", figures.top_rooms(rooms, context, top), ranked
    if not activity.previous_no_data:
        short = ("Room", "Messages", "Change", "Change %", signal)
        moved = table("Movers", rankings.changed, tables.CHANGED, short, named)
        yield "movers", figures.movers(rooms, context, max(1, top // 2)), moved
    if activity.directory != "pending":
        short = ("Room", "State", "Silent days", "Last message")
        silent = table("Inactive rooms", rankings.inactive, tables.SILENT, short)
        yield "inactive", figures.silence(rooms, context), silent
    if (history := activity.history) is not None and weekly is not None:
        # The history ends with a week that is over, also where the period does not; a period can end days later.
        dates = wording.period_text(history.weeks[-1])
        finished = replace(context, unfinished=False, notes=(f"last full week: {dates}", *context.notes))
        weeks = tables.weeks(weekly.tail(SIGNAL_WEEKS))
        yield (
            "trend",
            figures.weekly_totals(weekly, history, finished, SIGNAL_WEEKS),
            Table("Weeks", len(weeks), weeks.head(8), lambda _: weeks),
        )


def _per_day(activity: Activity, rooms: pd.DataFrame, days: History, context: Context) -> tuple[Info, Table]:
    bars = activity.bars(days, rooms)
    info = figures.messages_per_day(bars, context)
    table = tables.parts(bars)
    # A page has room for the latest that have begun, not for those to come.
    begun = int(table["Messages"].notna().to_numpy().argmax()) if activity.unfinished else 0
    return info, Table(f"Messages per {bars.unit}", len(table), table.iloc[begun:].head(8), lambda _: table)


def _columns(columns: tuple[str, ...], activity: Activity, people: bool) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """What makes these columns of rooms that are in order."""
    heading = {"Signal": _judged(activity)}
    return lambda rooms: tables.told(rooms, columns, people=people).rename(columns=heading)


def _on_signals(activity: Activity, rooms: pd.DataFrame) -> str:
    history = activity.history
    if history is None:
        return signals.UNJUDGED if activity.counted else ""
    share = by_chance(rooms, history.basis.bar, month=history.month)
    return f"{signals.IN_SHORT} {signals.basis_text(history.basis, share)}"


def _judged(activity: Activity) -> str:
    """The heading of signals, which names the days that are judged where these are not the period itself."""
    history = activity.history
    if history is None or (days := history.elsewhere) is None:
        return "Signal"
    dates = wording.period_text(days)
    return f"Signal ({dates.removesuffix(f' {days.end.year}') if days.start.year == days.end.year else dates})"


def _beside(
    activity: Activity, other: Activity, filters: Filters, context: Context, top: int
) -> tuple[Info, Table, words.Sentence, str]:
    """The chart, the table, the sentence and the source of two periods, over the rooms that pass the same filters."""
    both = rankings.side_by_side(_rooms(activity, filters), filters.keep(other.rooms), other.period.start)
    first, second = wording.period_text(context.period), wording.period_text(other.period)
    said = ", ".join(f"{wording.count(number)} {word}" for word, number in rankings.changes(both, CHANGES).items())
    ordered = rankings.changed(both)

    def columns(rows: pd.DataFrame) -> pd.DataFrame:
        names = {"Room": naming.room_labels(rows, show_people=context.show_people), "Type": tables.type_words(rows)}
        counts = {first: rows["messages"], second: rows["previous_messages"], "Change": rows["change"]}
        change = {"Change %": rows["change_pct"], "Change in words": rows["change_word"]}
        return pd.DataFrame(names | counts | change).set_axis(rows["room_id"], axis="index")

    shown = ordered.head(top)
    short = columns(shown).drop(columns="Type")
    every, unnamed = f"{first} beside {second}", _unnamed(shown, context.show_people)
    return (
        figures.movers(both, replace(context, previous=other.period, said=False)),
        Table(every, len(ordered), short, lambda _: columns(ordered), unnamed),
        (f"Beside {second}, rooms with messages are: {said}.",),
        f"{other.period}, read {other.read_at.isoformat(timespec='minutes')}",
    )

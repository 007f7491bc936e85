"""What a report holds, as plain data: every kind of file and the page are made of the same contents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd

from engagement import figures
from engagement.display import tables, wording
from engagement.display.tiles import Tile, tiles
from engagement.figures import Context, Info
from engagement.numbers import naming, rankings
from engagement.numbers.filters import Filters
from engagement.numbers.masks import CAPTION
from engagement.numbers.measures import by_week
from engagement.numbers.rooms import Activity
from engagement.report import words
from engagement.report.wishes import DEFAULT_TITLE, LONGEST_COMMENT, LONGEST_TITLE, Wishes


@dataclass(frozen=True, eq=False)
class Table:
    """The rooms or weeks ``of`` which it tells, in its order; ``make`` makes columns of any of them, under the headings
    of the screen. ``short`` columns and ``most`` rows go into pictures.
    """

    title: str
    of: pd.DataFrame
    short: tuple[str, ...]
    most: int
    make: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every row and column, which only some files hold: there can be a hundred thousand."""
        return self.make(self.of)

    def shortened(self) -> pd.DataFrame:
        """The rows and columns that a page shows."""
        rows = self.make(self.of.head(self.most))
        return rows[[name for name in self.short if name in rows]]


@dataclass(frozen=True, eq=False)
class Content:
    """A report. ``caption`` is one line of where the numbers come from, ``about`` the same as names and texts;
    charts and tables are by section; ``every_room`` is a row per room of the view, with all that is known of it.
    """

    title: str
    comment: str
    caption: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    key_figures: tuple[Tile, ...]
    sentences: tuple[words.Sentence, ...]
    charts: dict[str, Info]
    tables: dict[str, Table]
    every_room: Table
    notes: tuple[str, ...]
    activity: Activity


def build(
    activity: Activity,
    filters: Filters,
    wishes: Wishes,
    *,
    read_zone: str = "UTC",
    compared: Activity | None = None,
) -> Content:
    """The report of the rooms of ``activity`` that pass ``filters``, with verdicts where the activity is judged.

    ``read_zone`` is the zone in which the time of reading is told; ``compared`` adds another period side by side.
    """
    rooms = filters.keep(activity.rooms)
    if activity.no_data:
        rooms = rooms.iloc[:0]
    context = Context.of(activity, *(["names replaced"] if activity.masked else []), people=wishes.people)
    weekly = by_week(activity.history, rooms) if activity.history is not None else None
    ranked = rankings.ranked(rooms)
    sections = list(_sections(activity, rooms, ranked, weekly, context, wishes))
    sentences: tuple[words.Sentence, ...] = ()
    if "words" in wishes.sections:
        sentences = words.sentences(activity, rooms, people=wishes.people, weekly=weekly)
    about = tables.about(activity, filters, len(rooms), viewer_zone=read_zone)
    chosen = wishes.sections
    if compared is not None:
        chart, table, sentence, source = _beside(compared, rooms, filters, context, wishes.top)
        sections, sentences = [*sections, ("compared", chart, table)], (*sentences, sentence)
        about, chosen = [*about, ("Side by side", source)], chosen | {"compared"}
    return Content(
        title=naming.clean(wishes.title)[:LONGEST_TITLE] or DEFAULT_TITLE,
        comment="\n".join(naming.clean(line) for line in wishes.comment[:LONGEST_COMMENT].splitlines()).strip(),
        caption=_caption(activity, filters, len(rooms), read_zone),
        about=tuple(about),
        key_figures=tiles(activity, rooms, weekly) if "figures" in chosen else (),
        sentences=sentences,
        charts={what: chart for what, chart, _ in sections if what in chosen},
        tables={what: table for what, _, table in sections if table and {what, "tables"} <= chosen},
        every_room=Table("Every room", ranked, (), 0, _columns(tables.EVERYTHING, activity, wishes)),
        notes=activity.receipt.notes,
        activity=activity,
    )


def _caption(activity: Activity, filters: Filters, shown: int, read_zone: str) -> tuple[str, ...]:
    read = activity.read_at.astimezone(ZoneInfo(read_zone))
    received = f"{wording.count(len(activity.rooms))} of {wording.count(activity.rooms_expected)} rooms received"
    parts = (
        wording.workspace_name(activity.workspace),
        wording.period_text(activity.period, unfinished=activity.unfinished),
        f"compared with {wording.period_text(activity.previous)}",
        f"days of the server, {tables.zone_text(activity)}",
        tables.filter_text(filters, activity),
        f"{wording.count(shown)} of {wording.count(len(activity.rooms))} rooms shown",
        received if activity.receipt.complete else f"INCOMPLETE: {received}",
        f"read {wording.day_text(read.date())}, {read:%H:%M} {read.tzname()}",
    )
    return (*parts, CAPTION) if activity.masked else parts


def _sections(
    activity: Activity,
    rooms: pd.DataFrame,
    ranked: pd.DataFrame,
    weekly: pd.DataFrame | None,
    context: Context,
    wishes: Wishes,
) -> Iterable[tuple[str, Info, Table | None]]:
    """The sections that there are numbers for, each with its chart and its table."""
    top = wishes.top
    if not activity.counted:
        counters = ("Rank", "Room", "All messages", "Members", "Last message")
        columns = _columns(tables.COUNTERS, activity, wishes)
        table = Table("Rooms by all messages ever", rankings.by_counter(rooms), counters, top, columns)
        yield "top", figures.busiest_by_total(rooms, context, top), table
        yield "inactive", figures.silence_age(rooms, context), None
        return
    if activity.no_data:
        return
    verdict = _judged(activity)
    shown: tuple[str, ...] = ("Room", "Messages", "Change", "Share %", verdict)
    columns = _columns(tables.RANKED, activity, wishes)
    yield "top", figures.top_rooms(rooms, context, top), Table("Top channels", ranked, shown, top, columns)
    if not activity.previous_no_data:
        shown = ("Room", "Messages", "Change", "Change %", verdict)
        table = Table("Movers", rankings.changed(rooms), shown, top, _columns(tables.CHANGED, activity, wishes))
        yield "movers", figures.movers(rooms, context, max(1, top // 2)), table
    if activity.directory != "pending":
        shown = ("Room", "State", "Silent days", "Last message")
        columns = _columns(tables.SILENT, activity, wishes)
        table = Table("Inactive rooms", rankings.inactive(rooms), shown, top, columns)
        yield "inactive", figures.inactive_states(rooms, context), table
    if (history := activity.history) is not None and weekly is not None:
        # The history ends with a week that is over, also where the period does not; a period can end days later.
        dates = wording.period_text(history.weeks[-1])
        finished = replace(context, unfinished=False, notes=(f"last full week: {dates}", *context.notes))
        weeks = tables.weeks(weekly)
        yield "trend", figures.weekly_totals(weekly, finished), Table("Weeks", weeks, tuple(weeks.columns), 8)


def _columns(columns: tuple[str, ...], activity: Activity, wishes: Wishes) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """What makes these columns of rooms."""
    heading = {"Verdict": _judged(activity)}
    return lambda rooms: tables.told(rooms, columns, people=wishes.people).rename(columns=heading)


def _judged(activity: Activity) -> str:
    """The heading of verdicts, which names the week that is judged where that is not the period itself."""
    history = activity.history
    if history is None or history.weeks[-1] == activity.period:
        return "Verdict"
    week = history.weeks[-1]
    dates = wording.period_text(week)
    return f"Verdict ({dates.removesuffix(f' {week.end.year}') if week.start.year == week.end.year else dates})"


def _beside(
    other: Activity, rooms: pd.DataFrame, filters: Filters, context: Context, top: int
) -> tuple[Info, Table, words.Sentence, str]:
    """The chart, the table, the sentence and the source of two periods, over the rooms that pass the same filters."""
    both = rankings.side_by_side(rooms, filters.keep(other.rooms))
    first, second = wording.period_text(context.period), wording.period_text(other.period)
    counts = both["pair"].value_counts()
    said = ", ".join(f"{wording.count(int(counts.get(word, 0)))} {word}" for word in rankings.PAIRS)

    def columns(rows: pd.DataFrame) -> pd.DataFrame:
        names = {"Room": naming.room_labels(rows, show_people=context.show_people), "What": rows["pair"]}
        numbers = {first: rows["messages"], second: rows["previous_messages"], "Change": rows["change"]}
        told = names | {"Type": tables.type_words(rows)} | numbers | {"Change %": rows["change_pct"]}
        return pd.DataFrame(told).set_axis(rows["room_id"], axis="index")

    return (
        figures.movers(both, replace(context, previous=other.period)),
        Table(
            f"{first} beside {second}",
            rankings.changed(both),
            ("Room", "What", first, second, "Change", "Change %"),
            top,
            columns,
        ),
        (f"Beside {second}, rooms with messages are: {said}.",),
        f"{other.period}, read {other.read_at.isoformat(timespec='minutes')}",
    )

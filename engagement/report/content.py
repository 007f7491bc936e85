"""What a report holds, as plain data: every kind of file and the page are made of the same contents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    """Every row of a table under the headings of the screen; ``short`` columns and ``most`` rows go into pictures."""

    title: str
    rows: pd.DataFrame
    short: tuple[str, ...]
    most: int

    def shortened(self) -> pd.DataFrame:
        """The rows and columns that a page shows."""
        return self.rows[[name for name in self.short if name in self.rows]].head(self.most)


@dataclass(frozen=True, eq=False)
class Content:
    """A report. ``caption`` is one line of where the numbers come from, ``about`` the same as names and texts;
    charts and tables are by section; ``every_room`` is a row per room of the view, for CSV.
    """

    title: str
    comment: str
    caption: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    key_figures: tuple[Tile, ...]
    sentences: tuple[words.Sentence, ...]
    charts: dict[str, Info]
    tables: dict[str, Table]
    every_room: pd.DataFrame
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
    sections = list(_sections(activity, rooms, context, wishes))
    sentences = words.sentences(activity, rooms, people=wishes.people) if "words" in wishes.sections else ()
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
        key_figures=tiles(activity, rooms) if "figures" in chosen else (),
        sentences=sentences,
        charts={what: chart for what, chart, _ in sections if what in chosen},
        tables={what: table for what, _, table in sections if table and {what, "tables"} <= chosen},
        every_room=tables.every_room(rooms, people=wishes.people).rename(columns={"Verdict": _judged(activity)}),
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
    activity: Activity, rooms: pd.DataFrame, context: Context, wishes: Wishes
) -> Iterable[tuple[str, Info, Table | None]]:
    """The sections that there are numbers for, each with its chart and its table."""
    people, top = wishes.people, wishes.top
    if not activity.counted:
        counters = ("Rank", "Room", "All messages", "Members", "Last message")
        table = Table("Rooms by all messages ever", tables.counters(rooms, people=people), counters, top)
        yield "top", figures.busiest_by_total(rooms, context, top), table
        yield "inactive", figures.silence_age(rooms, context), None
        return
    if activity.no_data:
        return
    verdict = _judged(activity)
    ranked = tables.ranked(rooms, people=people).rename(columns={"Verdict": verdict})
    shown: tuple[str, ...] = ("Room", "Messages", "Change", "Share %", verdict)
    yield "top", figures.top_rooms(rooms, context, top), Table("Top channels", ranked, shown, top)
    if not activity.previous_no_data:
        moved = tables.changed(rooms, people=people).rename(columns={"Verdict": verdict})
        shown = ("Room", "Messages", "Change", "Change %", verdict)
        yield "movers", figures.movers(rooms, context, max(1, top // 2)), Table("Movers", moved, shown, top)
    if activity.directory != "pending":
        silent = tables.silent(rooms, people=people)
        shown = ("Room", "State", "Silent days", "Last message")
        yield "inactive", figures.inactive_states(rooms, context), Table("Inactive rooms", silent, shown, top)
    if (history := activity.history) is not None:
        # The history ends with a week that is over, also where the period does not; a period can end days later.
        dates = wording.period_text(history.weeks[-1])
        finished = replace(context, unfinished=False, notes=(f"last full week: {dates}", *context.notes))
        by_weeks = by_week(history, rooms)
        weeks = tables.weeks(by_weeks)
        yield "trend", figures.weekly_totals(by_weeks, finished), Table("Weeks", weeks, tuple(weeks.columns), 8)


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
    ordered = rankings.changed(both)
    names = {"Room": naming.room_labels(ordered, show_people=context.show_people), "What": ordered["pair"]}
    numbers = {first: ordered["messages"], second: ordered["previous_messages"], "Change": ordered["change"]}
    rows = pd.DataFrame(names | {"Type": tables.type_words(ordered)} | numbers | {"Change %": ordered["change_pct"]})
    return (
        figures.movers(both, replace(context, previous=other.period)),
        Table(
            f"{first} beside {second}",
            rows.set_axis(ordered["room_id"], axis="index"),
            ("Room", "What", first, second, "Change", "Change %"),
            top,
        ),
        (f"Beside {second}, rooms with messages are: {said}.",),
        f"{other.period}, read {other.read_at.isoformat(timespec='minutes')}",
    )

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
from engagement.numbers import naming
from engagement.numbers.filters import Filters
from engagement.numbers.masks import CAPTION
from engagement.numbers.measures import by_week
from engagement.numbers.rooms import Activity
from engagement.report import words
from engagement.report.compared import parts_of
from engagement.report.wishes import DEFAULT_TITLE, LONGEST_COMMENT, LONGEST_TITLE, Wishes


@dataclass(frozen=True)
class Chart:
    """What a chart says, and how it is drawn; ``what`` is its section."""

    what: str
    info: Info


@dataclass(frozen=True, eq=False)
class Table:
    """Every row of a table under the headings of the screen; ``short`` columns and ``most`` rows go into pictures."""

    what: str
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
    ``every_room`` is a row per room of the view, for CSV.
    """

    title: str
    comment: str
    caption: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    key_figures: tuple[Tile, ...]
    sentences: tuple[words.Sentence, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    every_room: pd.DataFrame
    notes: tuple[str, ...]
    activity: Activity

    def table(self, what: str) -> Table | None:
        """The table of a section, None where it is not shown."""
        return next((table for table in self.tables if table.what == what), None)


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
    parts = _Parts(activity, rooms, context, wishes)
    side = parts_of(compared, rooms, filters, context, wishes.people) if compared else None
    chosen = wishes.sections
    charts = [chart for chart in parts.charts() if chart.what in chosen]
    listed = [table for table in parts.tables() if table.what in chosen]
    sentences = words.sentences(activity, rooms, people=wishes.people) if "words" in chosen else ()
    if side:
        charts.append(Chart("compared", side.info))
        listed.append(Table("compared", side.title, side.rows, side.short, wishes.top))
    return Content(
        title=naming.clean(wishes.title)[:LONGEST_TITLE] or DEFAULT_TITLE,
        comment="\n".join(naming.clean(line) for line in wishes.comment[:LONGEST_COMMENT].splitlines()).strip(),
        caption=_caption(activity, filters, len(rooms), read_zone),
        about=(
            *tables.about(activity, filters, len(rooms), viewer_zone=read_zone),
            *((("Side by side", side.caption),) if side else ()),
        ),
        key_figures=tiles(activity, rooms) if "figures" in chosen else (),
        sentences=(*sentences, *((side.sentence,) if side else ())),
        charts=tuple(charts),
        tables=tuple(listed) if "tables" in chosen else (),
        every_room=parts.every_room(),
        notes=activity.receipt.notes,
        activity=activity,
    )


def _caption(activity: Activity, filters: Filters, shown: int, read_zone: str) -> tuple[str, ...]:
    read = activity.read_at.astimezone(ZoneInfo(read_zone))
    received = f"{wording.count(len(activity.rooms))} of {wording.count(activity.rooms_expected)} rooms received"
    parts = (
        wording.workspace_name(activity.workspace),
        wording.period_text(activity.period) + (" (not over yet)" if activity.unfinished else ""),
        f"compared with {wording.period_text(activity.previous)}",
        f"days of the server, {tables.zone_text(activity)}",
        tables.filter_text(filters, activity),
        f"{wording.count(shown)} of {wording.count(len(activity.rooms))} rooms shown",
        received if activity.receipt.complete else f"INCOMPLETE: {received}",
        f"read {wording.day_text(read.date())}, {read:%H:%M} {read.tzname()}",
    )
    return (*parts, CAPTION) if activity.masked else parts


@dataclass(frozen=True, eq=False)
class _Parts:
    """The parts of one report, each made when it is asked for."""

    activity: Activity
    rooms: pd.DataFrame
    context: Context
    wishes: Wishes

    @property
    def _directory(self) -> bool:
        return self.activity.directory != "pending"

    @property
    def _compared(self) -> bool:
        return self.activity.counted and not self.activity.previous_no_data

    def charts(self) -> Iterable[Chart]:
        rooms, context, top = self.rooms, self.context, self.wishes.top
        if not self.activity.counted:
            yield Chart("top", figures.busiest_by_total(rooms, context, top))
            yield Chart("inactive", figures.silence_age(rooms, context))
            return
        if self.activity.no_data:
            return
        yield Chart("top", figures.top_rooms(rooms, context, top))
        if self._compared:
            yield Chart("movers", figures.movers(rooms, context, max(1, top // 2)))
        if self._directory:
            yield Chart("inactive", figures.inactive_states(rooms, context))
        if (history := self.activity.history) is not None:
            weekly = by_week(history, rooms)
            # The history ends with a week that is over, also where the period does not; a period can end days later.
            dates = wording.period_text(history.weeks[-1])
            finished = replace(context, unfinished=False, notes=(f"last full week: {dates}", *context.notes))
            yield Chart("trend", figures.weekly_totals(weekly, finished))

    def tables(self) -> Iterable[Table]:
        rooms, people, top = self.rooms, self.wishes.people, self.wishes.top
        if not self.activity.counted:
            rows = tables.counters(rooms, people=people)
            yield Table("top", "Rooms by all messages ever", rows, _SHORT["counters"], top)
            return
        if self.activity.no_data:
            return
        verdict = self._verdict_heading()
        named = {"Verdict": verdict}
        yield Table("top", "Top channels", tables.ranked(rooms, people=people).rename(columns=named),
                    (*_SHORT["top"], verdict), top)  # fmt: skip
        if self._compared:
            yield Table("movers", "Movers", tables.changed(rooms, people=people).rename(columns=named),
                        (*_SHORT["movers"], verdict), top)  # fmt: skip
        if self._directory:
            silent = tables.silent(rooms, people=people)
            yield Table("inactive", "Inactive rooms", silent, _SHORT["inactive"], top)
        if (history := self.activity.history) is not None:
            weeks = tables.weeks(by_week(history, rooms))
            yield Table("trend", "Weeks", weeks, tuple(weeks.columns), 8)

    def _verdict_heading(self) -> str:
        """Names the week that is judged where that is not the period itself."""
        history = self.activity.history
        if history is None or history.weeks[-1] == self.activity.period:
            return "Verdict"
        week = history.weeks[-1]
        dates = wording.period_text(week)
        return f"Verdict ({dates.removesuffix(f' {week.end.year}') if week.start.year == week.end.year else dates})"

    def every_room(self) -> pd.DataFrame:
        """A row per room, busiest first, with everything that the tables know of it."""
        table = tables.every_room(self.rooms, people=self.wishes.people)
        return table.rename(columns={"Verdict": self._verdict_heading()})


_SHORT = {
    "top": ("Room", "Messages", "Change", "Share %"),
    "movers": ("Room", "Messages", "Change", "Change %"),
    "inactive": ("Room", "State", "Silent days", "Last message"),
    "counters": ("Rank", "Room", "All messages", "Members", "Last message"),
}

"""Messages per day in a report: of the rooms shown, in chart, table and every file that has tables."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pandas as pd
from openpyxl import load_workbook

from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.numbers.weeks import History
from engagement.report import html, markdown
from engagement.report.content import Content, build
from engagement.report.wishes import SECTIONS, Wishes
from engagement.report.workbook import as_workbook
from tests.support.parts import parts_read
from tests.support.report_tools import activity_of
from tests.support.rooms import WEEK

ROOMS: list[dict[str, object]] = [
    {"name": "general", "messages": 70, "previous_messages": 42},
    {"name": "feed", "messages": 700, "previous_messages": 7000},
    {"name": "plans", "type": "private", "messages": 3},
]
OVER = WEEK.end + timedelta(days=1)
BOTH = [*WEEK.previous.dates(), *WEEK.dates()]
BY_DAY = {
    "general": {day: 6 if day in WEEK.previous else 10 for day in BOTH},
    "feed": {day: 1000 if day in WEEK.previous else 100 for day in BOTH},
    "plans": {WEEK.end: 3},
}
DAYS = parts_read(WEEK, BY_DAY, OVER, previous=WEEK.previous)


WITHOUT_FEED = Filters(left_out=frozenset({"feed"}))


def report(days: History | None = DAYS, filters: Filters = WITHOUT_FEED, **wishes: object) -> Content:
    return build(activity_of(*ROOMS), filters, Wishes(**wishes), days=days)  # type: ignore[arg-type]


def test_the_days_of_a_report_are_those_of_the_rooms_shown_and_add_up_to_its_tile() -> None:
    content = report()
    chart, table = content.charts["days"], content.tables["days"]
    assert chart.title == "73 messages, 31 more than the week before (+74\u00a0%)"
    assert content.key_figures[0].value == "73"
    assert [bar.messages for bar in chart.bars] == [10] * 6 + [13]  # type: ignore[attr-defined]
    assert (table.title, table.number) == ("Messages per day", 7)
    assert table.short["Messages"].tolist() == [13] + [10] * 6
    assert report(filters=Filters()).tables["days"].short["Messages"].tolist() == [113] + [110] * 6


def test_masked_names_change_no_day() -> None:
    content = build(masked(activity_of(*ROOMS)), Filters(), Wishes(), days=DAYS)
    assert content.tables["days"].short["Messages"].tolist() == [113] + [110] * 6


def test_every_file_with_tables_has_the_days() -> None:
    content = report()
    assert 'id="plot-days"' in html.document(content)
    assert "- 15 Nov 2026: 13 messages, held against 8 Nov 2026, before: 6\n" in markdown.document(content)
    sheet = load_workbook(io.BytesIO(as_workbook(content)))["Messages per day"]
    head, first, *_ = sheet.iter_rows(values_only=True)
    assert head == ("Day", "Messages", "Held against", "Previous")
    assert first == (datetime(2026, 11, 15), 13, datetime(2026, 11, 8), 6)


def test_a_day_that_is_not_known_is_an_empty_cell_and_never_zero() -> None:
    late = [part for part in DAYS.weeks if part.start in (date(2026, 11, 10), date(2026, 11, 11))]
    content = report(parts_read(WEEK, BY_DAY, OVER, previous=WEEK.previous, missing=late))
    assert "5 of 7 days read" in content.charts["days"].subtitle
    sheet = load_workbook(io.BytesIO(as_workbook(content)))["Messages per day"]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [13, 10, 10, 10, None, None, 10]


def test_the_latest_days_that_a_page_shows_of_a_period_that_is_not_over_are_none_to_come() -> None:
    today = WEEK.start + timedelta(days=3)
    days = parts_read(WEEK, BY_DAY, today, previous=WEEK.previous)
    table = build(activity_of(*ROOMS, today=today), WITHOUT_FEED, Wishes(), days=days).tables["days"]
    assert table.number == len(table.make(pd.DataFrame())) == 7
    assert [day.date() for day in table.short["Day"]] == [today - timedelta(days=back) for back in range(4)]


def test_a_table_without_a_row_is_not_drawn_and_a_spreadsheet_has_it_all_the_same() -> None:
    content = report()
    assert ">Top channels</h2>" in html.document(content)
    assert ">Inactive rooms</h2>" not in html.document(content)
    assert "Inactive rooms" in load_workbook(io.BytesIO(as_workbook(content))).sheetnames


def test_a_report_without_days_or_that_does_not_want_them_has_no_such_section() -> None:
    for content in (report(days=None), report(sections=frozenset(SECTIONS) - {"days"})):
        assert "days" not in content.charts
        assert "days" not in content.tables

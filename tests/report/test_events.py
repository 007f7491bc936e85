"""Events in reports: named in words, captions and tables of every kind of file, as text and nothing else."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from engagement.display.reasons import text as in_words
from engagement.numbers.events import Event, event
from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.numbers.rooms import Activity
from engagement.report import html, markdown
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes
from engagement.report.words import written
from engagement.report.workbook import as_csv, as_workbook
from tests.support.faults import EXACT, fault
from tests.support.report_tools import FORMULA, HOSTILE, activity_of, history_of
from tests.support.rooms import WEEK

pytestmark = fault(kind="Odd values", at="events of a test", seen="every file")

OFFSITE = event("offsite", date(2026, 11, 11), date(2026, 11, 12), not_comparable=True)
RELEASE = event("release 8.4", date(2026, 11, 4))
OTHERS = (event("long ago", date(2026, 10, 1)), event("the day after", date(2026, 11, 16)))
ROOMS: tuple[dict[str, Any], ...] = ({"name": "general", "messages": 70, "previous_messages": 35},)


def judged(*events: Event) -> Activity:
    weeks = history_of({"general": [35.0] * 12 + [70.0]})
    return activity_of(*ROOMS).with_events(events).judged(weeks)


def report(*events: Event) -> Content:
    return build(judged(*events), Filters(), Wishes())


def sheets(content: Content) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(content)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_words_of_a_report_tell_what_happened_in_both_periods() -> None:
    told = [written(one) for one in report(*OTHERS, RELEASE, OFFSITE).sentences]
    assert told[-1] == "In these days: release 8.4 (4 Nov 2026); offsite (11–12 Nov 2026, not comparable)."
    assert not any("In these days" in written(one) for one in report(*OTHERS).sentences)


def test_many_events_are_counted() -> None:
    twelve = [event(f"event {number}", date(2026, 11, 9)) for number in range(12)]
    told = written(report(*twelve).sentences[-1])
    assert told.endswith("event 8 (9 Nov 2026); event 9 (9 Nov 2026) and 2 more.")


@pytest.mark.parametrize("make", [html.document, markdown.document, lambda content: as_csv(content).decode()])
def test_every_kind_of_file_names_the_events_of_both_periods_and_no_others(make: Any) -> None:
    text = make(report(*OTHERS, RELEASE, OFFSITE))
    for part in ("release 8.4", "offsite", "not comparable"):
        assert part in text
    assert "the day after" not in text


def test_a_workbook_has_a_sheet_of_events_with_typed_days() -> None:
    of = sheets(report(RELEASE, OFFSITE))
    assert of["Events"] == [
        ("Event", "First day", "Last day", "Comparable"),
        ("release 8.4", datetime(2026, 11, 4), datetime(2026, 11, 4), "yes"),
        ("offsite", datetime(2026, 11, 11), datetime(2026, 11, 12), "no"),
    ]
    about = {row[0]: row[1] for row in of["About"] if row[0]}
    assert about["Events"] == "“release 8.4” (4 Nov 2026), “offsite” (11–12 Nov 2026, not comparable)"
    assert "Events" not in sheets(report(*OTHERS))


def test_the_line_of_weeks_in_a_report_draws_its_events() -> None:
    chart = report(RELEASE, OFFSITE).charts["trend"]
    assert "“offsite” (11–12 Nov 2026, not comparable)" in chart.alt


def test_a_report_that_may_be_shared_says_that_something_happened_and_not_what() -> None:
    content = build(masked(judged(RELEASE, OFFSITE)), Filters(), Wishes())
    for text in (html.document(content), markdown.document(content), as_csv(content).decode(), str(sheets(content))):
        assert "event (11–12 Nov 2026, not comparable)" in text or "“event” (11–12 Nov 2026, not comparable)" in text
        assert "offsite" not in text
        assert "release 8.4" not in text
    again = masked(masked(judged(OFFSITE)))
    assert again.rooms["reason"].map(in_words).tolist() == ["weeks with “event” are not judged"]


def test_masking_leaves_other_reasons_as_they_are() -> None:
    plain = judged(RELEASE)
    assert masked(plain).rooms["reason"].tolist() == plain.rooms["reason"].tolist()
    assert masked(activity_of(*ROOMS)).history is None


@fault("hostile names of events", EXACT, "escaped in every kind of file")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_of_events_are_text_in_every_file(name: str) -> None:
    content = report(Event(name[:80], WEEK))
    page = html.document(content)
    assert "<img src=x" not in page
    assert "</script><script>alert(2)" not in page
    text = markdown.document(content)
    assert "](http://evil.example)" not in text.replace(markdown.safe_label(name[:80]), "")
    assert "\n@all" not in text
    assert not any(str(cell).startswith("=") for rows in sheets(content).values() for row in rows for cell in row)
    assert not any(line.split(",")[-1].startswith("=") for line in as_csv(content).decode().splitlines())


def test_the_formula_is_one_of_the_hostile_names() -> None:
    assert FORMULA in HOSTILE
    rows = sheets(report(Event(FORMULA, WEEK)))["Events"]
    assert rows[1][0] == f"'{FORMULA}"


def test_an_activity_of_a_filter_keeps_its_events() -> None:
    assert replace(judged(OFFSITE), masked=False).events == (OFFSITE,)

"""The same report in every form: what stands in it, what must not, and that hostile names do nothing anywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from engagement.cli.report import FORMS
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.basis import Basis
from engagement.numbers.filters import Filters
from engagement.numbers.masks import masked
from engagement.numbers.periods import Period
from engagement.numbers.receipt import Receipt
from engagement.report import html, markdown
from engagement.report.content import Content, build
from engagement.report.wishes import SECTIONS, Wishes
from engagement.report.workbook import as_csv, as_workbook, workbook
from tests.support.faults import EXACT, NOTED, REFUSED, fault
from tests.support.report_tools import (
    FORMULA,
    IMG,
    LONG,
    SCRIPT,
    activity_of,
    history_of,
    pdf_text,
    strange_rooms,
)
from tests.support.rooms import WEEK

pytestmark = fault(kind="Files", at="rooms of a test", seen="report")

pytest_plugins = ["tests.support.browser_fixtures"]

EVERY = Filters(frozenset({"channel", "private", "direct"}))
ROOMS: list[dict[str, object]] = [
    {"name": "general", "room_id": "r1", "messages": 70, "previous_messages": 40, "last_message": "2026-11-15"},
    {"name": "help", "room_id": "r2", "messages": 30, "previous_messages": 60, "last_message": "2026-11-14"},
    {"name": "old", "room_id": "r3", "last_message": "2025-11-15"},
    {"name": "merger-plan", "room_id": "r4", "type": "private", "messages": 20, "owner": "boss.person"},
    {"name": "ada × bob", "room_id": "r5", "type": "direct", "usernames": "ada × bob", "messages": 7},
]


def content_of(
    *rooms: dict[str, object], mask: bool = False, filters: Filters = EVERY, wishes: Wishes | None = None
) -> Content:
    activity = activity_of(*(rooms or ROOMS))
    history = history_of({str(room.get("room_id", room["name"])): [50.0] * 13 for room in (rooms or ROOMS)})
    if mask:
        activity = masked(activity)
    return build(activity.judged(history), filters, wishes or Wishes(), read_zone="Europe/Berlin")


def sheet_rows(made: bytes, name: str) -> list[dict[str, object]]:
    sheet = load_workbook(io.BytesIO(made))[name]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip([str(cell) for cell in head], row, strict=True)) for row in rows]


def test_the_key_figures_are_those_of_the_rooms_shown() -> None:
    figures = {figure.label: (figure.value, figure.change, figure.before) for figure in content_of().key_figures}
    assert figures["Messages"] == ("127", "+27 (+27\u00a0%)", "100")
    assert figures["Active rooms"] == ("4", "+2 (+100\u00a0%)", "2")
    assert figures["Inactive rooms"] == ("1", "−2 (−67\u00a0%)", "3")


def test_in_a_period_that_is_not_over_the_key_figures_are_those_so_far() -> None:
    activity = activity_of(*ROOMS, today=WEEK.end)
    figure = build(activity, EVERY, Wishes()).key_figures[0]
    assert (figure.value, figure.direction) == ("127", 0)
    assert figure.told == "so far; 100 on the same weekdays before"


@pytest.mark.parametrize(
    ("first", "judged"), [(date(2026, 10, 27), "9–15 Nov"), (date(2026, 10, 20), "19 Oct – 15 Nov")]
)
def test_signals_on_other_days_than_the_period_name_those_days(first: date, judged: str) -> None:
    # Three weeks are judged by the last full one, four by the last four full ones together.
    history = history_of({str(room["room_id"]): [50.0] * 13 for room in ROOMS})
    activity = activity_of(*ROOMS)
    days = Period(first, date(2026, 11, 16))
    month = replace(activity, period=days, previous=days.previous)
    longer = build(month.judged(history), EVERY, Wishes())
    whole = build(activity.judged(history), EVERY, Wishes())
    for what in ("top", "movers"):
        tables = [content.tables[what] for content in (longer, whole)]
        assert [table.short.columns[-1] for table in tables] == [f"Signal ({judged})", "Signal"]
    assert f"Signal ({judged})" in longer.every_room
    assert "last full week: 9–15 Nov 2026" in longer.charts["trend"].subtitle


@pytest.mark.parametrize("form", [".html", ".xlsx", ".csv"])
def test_every_file_says_where_its_numbers_come_from(form: str) -> None:
    made = FORMS[form](content_of(filters=Filters()), "A4")
    text = made.decode("utf-8-sig") if form != ".xlsx" else " ".join(
        str(cell) for row in load_workbook(io.BytesIO(made))["About"].values for cell in row
    )  # fmt: skip
    period = ("9–15 Nov 2026", "2–8 Nov 2026") if form == ".html" else ("2026-11-09 to 2026-11-15", "2026-11-02 to")
    read = "16 Nov 2026, 07:30 CET" if form == ".html" else "2026-11-16T07:30+01:00"
    rows = "4 of 5 rooms"
    for said in ("chat.example.org", *period, "UTC+02:00", "channels, private rooms", read, rows, "5 of 5"):
        assert said in text, said


@fault("four rooms never come", NOTED, "“INCOMPLETE: 5 of 9 rooms received”", kind="Contradictory answers")
def test_an_incomplete_reading_is_said_in_the_caption() -> None:
    content = content_of()
    receipt = Receipt(missing=4, complete=False, notes=("Four rooms are missing.",))
    activity = replace(content.activity, receipt=receipt)
    made = html.document(build(activity, EVERY, Wishes()))
    assert "INCOMPLETE: 5 of 9 rooms received" in made
    assert "Four rooms are missing." in made


def test_a_report_says_where_the_thresholds_of_its_signals_come_from() -> None:
    others = content_of()
    assert "have been read whole; until it has 48, the thresholds of signals are those found on" in others.notes[-1]
    mine = Basis(CONSTANT_BAR, Period(date(2025, 2, 3), date(2026, 4, 5)), 61)
    history = history_of({str(room["room_id"]): [50.0] * 13 for room in ROOMS})
    content = build(activity_of(*ROOMS).judged(history, mine), EVERY, Wishes())
    for written in (html.document(content), markdown.document(content).replace("\\", "")):
        assert "found on 61 weeks of this workspace, 3 Feb 2025 – 5 Apr 2026" in written


def test_the_workbook_holds_numbers_days_and_every_row() -> None:
    rows = {row["Room"]: row for row in sheet_rows(as_workbook(content_of()), "Top channels")}
    general = rows["#general"]
    assert (general["Rank"], general["Messages"], general["Previous"], general["Change"]) == (1, 70, 40, 30)
    assert general["Change %"] == pytest.approx(75.0)
    assert general["Share %"] == pytest.approx(100 * 70 / 127)
    assert general["Last message"].isoformat() == "2026-11-15T00:00:00"  # type: ignore[attr-defined]
    assert rows["#old"]["Change %"] is None
    assert len(rows) == 5
    assert "Weeks" not in general


def test_the_workbook_begins_with_what_it_is_about_and_every_sheet_can_be_filtered() -> None:
    book = load_workbook(io.BytesIO(as_workbook(content_of())))
    assert book.sheetnames == ["About", "Top channels", "Movers", "Inactive rooms", "Weeks", "Every room"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")


def test_csv_and_workbook_and_the_rooms_have_the_same_numbers() -> None:
    content = content_of()
    lines = list(csv.reader(io.StringIO(as_csv(content).decode("utf-8-sig"))))
    start = next(number for number, line in enumerate(lines) if line[:1] == ["Rank"])
    table = [dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :]]
    book = sheet_rows(as_workbook(content), "Every room")
    assert [(row["Room"], int(row["Messages"]), int(row["Change"])) for row in table] == [
        (row["Room"], row["Messages"], row["Change"]) for row in book
    ]
    assert [row["Messages"] for row in book] == sorted(content.activity.rooms["messages"], reverse=True)


@fault("formulas and odd sheet names in a workbook", EXACT, "text, and names that can be used")
def test_no_cell_of_a_workbook_is_a_formula_and_odd_sheet_names_are_made_usable() -> None:
    content = content_of(*strange_rooms())
    made = workbook([("=1+1", "@x")], [("a/b[c]:*?" * 9, content.every_room), ("About", content.every_room)],
                    made_at=content.activity.read_at)  # fmt: skip
    book = load_workbook(io.BytesIO(made))
    assert len(book.sheetnames) == len({name.lower() for name in book.sheetnames}) == 3
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "@", "+"))]


def test_a_cell_of_a_workbook_is_written_as_its_column_is() -> None:
    looks = {"Messages": '#,##0;"−"#,##0;0', "Change": '+#,##0;"−"#,##0;0', "Change %": '+0.0;"−"0.0;0.0',
             "Share %": "0.0", "Last message": "yyyy-mm-dd", "Room": "General"}  # fmt: skip
    sheet = load_workbook(io.BytesIO(as_workbook(content_of())))["Top channels"]
    head, first = ([cell for cell in row] for row in list(sheet.iter_rows())[:2])
    written = {str(name.value): cell.number_format for name, cell in zip(head, first, strict=True)}
    assert {name: written[name] for name in looks} == looks


@fault("markup, numbered signs and what no XML may hold as names in a workbook", EXACT, "the very text")
def test_a_text_in_a_workbook_is_neither_markup_nor_a_sign_by_its_number() -> None:
    # Spreadsheet programs read _x005F_ as _, and _xFFFF_ as that sign; the reader of these tests leaves both.
    names = {"<c>&amp;</c>": "<c>&amp;</c>", "_x0041_": "_x005F_x0041_", "a\uffffb": "a_xFFFF_b", "🔒 a_b": "🔒 a_b"}
    made = workbook([], [("Rooms", pd.DataFrame({"Room": list(names)}))], made_at=content_of().activity.read_at)
    assert [row["Room"] for row in sheet_rows(made, "Rooms")] == list(names.values())


@fault("scripts and templates as names in HTML", EXACT, "text and nothing else")
def test_hostile_names_are_text_in_html_and_nothing_else() -> None:
    made = html.document(content_of(*strange_rooms(), wishes=Wishes(title=IMG, comment=SCRIPT)))
    assert "<img" not in made.split("<script", 1)[0]
    assert made.count("<script") == made.count("</script>") == 3
    assert "{{ 7*7 }}" in made
    assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", made)
    # A long name is short in a chart and whole in a table.
    assert LONG in made


@fault("mentions, links and tags as names in Markdown", EXACT, "code and nothing else")
def test_hostile_names_are_harmless_in_markdown() -> None:
    made = markdown.document(content_of(*strange_rooms(), wishes=Wishes(title="@all [x](http://y.example) *b*")))
    assert f"`#{IMG}`" in made
    assert "`#@all`" in made
    outside = re.sub(r"`[^`\n]*`", "", made)
    assert "<img" not in outside
    assert not re.search(r"@all|(?<!\\)\]\(|(?<!\\)\*b", outside)


def test_a_backtick_in_a_name_does_not_end_its_code() -> None:
    assert markdown.safe_label("a`b`") == "`aˋbˋ`"
    assert markdown.safe_label("#release-help") == "#release-help"
    assert markdown.safe_label("🔒 evil.example") == "`🔒 evil.example`"


@pytest.mark.parametrize("what", ["figures", "words", "top", "movers", "inactive", "trend", "tables"])
def test_a_section_that_is_switched_off_is_gone(what: str) -> None:
    left = content_of(wishes=Wishes(sections=frozenset(SECTIONS) - {what}))
    assert what not in left.charts.keys() | left.tables.keys()
    assert bool(left.key_figures) is (what != "figures")
    assert bool(left.sentences) is (what != "words")
    assert bool(left.tables) is (what != "tables")


def test_a_period_without_data_has_no_charts_and_calls_no_room_inactive() -> None:
    content = build(activity_of({"name": "a"}, {"name": "b"}), EVERY, Wishes())
    assert (content.charts, content.tables, content.key_figures) == ({}, {}, ())
    assert "no data, not silence" in html.document(content)
    assert content.every_room.empty
    assert "2 of 2 rooms shown" in content.caption


def test_without_the_premium_module_there_are_counters_and_no_changes() -> None:
    activity = replace(activity_of({"name": "a"}, {"name": "b"}), counted=False)
    content = build(activity, EVERY, Wishes())
    assert list(content.charts) == ["top", "inactive"]
    assert [list(content.rows(table))[3] for table in content.tables.values()] == ["All messages"]
    assert content.key_figures == ()
    assert not any("compared with" in part for part in content.caption)


def test_two_periods_side_by_side_have_the_words_of_any_change() -> None:
    other = activity_of(
        {"name": "general", "room_id": "r1", "messages": 50},
        {"name": "help", "room_id": "r2", "messages": 90},
        {"name": "left", "room_id": "r9", "messages": 4},
    )
    content = build(activity_of(*ROOMS), EVERY, Wishes(), compared=other)
    rows = content.rows(content.tables["compared"]).to_dict("records")
    told = {row["Room"]: (row["Change in words"], row["Change"]) for row in rows}
    assert told == {
        "#general": ("more", 20),
        "#help": ("fewer", -60),
        "🔒 merger-plan": ("back", 20),
        "direct message 4143": ("back", 7),
        "#left": ("fell silent", -4),
    }


SECRETS = ("merger-plan", "boss.person", "ada", "bob")


@fault("private names, with the mask", REFUSED, "no real name", seen="every file")
def test_with_the_mask_no_real_name_is_in_any_file(context: BrowserContext) -> None:
    content = content_of(mask=True, filters=Filters(EVERY.types, search=""))
    made = {form: make(content, "A4") for form, make in FORMS.items() if form != ".png"}
    texts = {form: data.decode("utf-8", "replace") for form, data in made.items()}
    book = load_workbook(io.BytesIO(made[".xlsx"]))
    texts[".xlsx"] = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    texts[".pdf"] = pdf_text(made[".pdf"])
    texts["markdown"] = markdown.document(content)
    # The library that draws has words of its own.
    texts[".html"] = re.sub(r"<script>.*?</script>", "", texts[".html"], flags=re.S)
    for form, text in texts.items():
        assert "private room" in text, form
        for secret in SECRETS:
            assert not re.search(rf"\b{re.escape(secret)}\b", text), (form, secret)
    for form in (".html", ".csv", ".pdf", "markdown"):
        assert "direct messages left out" in texts[form].replace("\n", " "), form


def test_with_the_mask_what_was_searched_for_is_not_told() -> None:
    made = html.document(content_of(mask=True, filters=Filters(EVERY.types, search="merger")))
    assert "merger" not in re.sub(r"<script>.*?</script>", "", made, flags=re.S)
    assert "a search by name" in made


def test_the_html_opens_offline_draws_its_charts_asks_for_nothing_and_runs_nothing_of_others(
    context: BrowserContext,
    tmp_path: Path,
) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.document(content_of(*strange_rooms(), wishes=Wishes(comment=SCRIPT))), encoding="utf-8")
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector("#plot-top .main-svg")
    bar = page.locator("#plot-top .bars path").first.bounding_box()
    assert bar is not None
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.wait_for_selector("#plot-top .hoverlayer .hovertext")
    assert page.locator(".plot .main-svg").count() >= 4
    assert page.locator(".modebar a, .modebar-btn").count() == 0
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert errors == []
    # The policy of the page itself stops what the text of a name could never do.
    with page.expect_event("requestfailed") as failed:
        page.evaluate("() => { const i = new Image(); i.src = 'https://evil.example/x'; document.body.append(i) }")
    assert failed.value.failure == "csp"


def test_the_html_is_small_enough_to_be_mailed() -> None:
    assert len(html.document(content_of(*strange_rooms())).encode()) < 1_500_000


def test_the_library_in_the_html_is_of_the_generation_that_the_figures_are_written_for() -> None:
    carried = re.search(r"plotly.js \(basic - minified\) v(\d+)\.", html.document(content_of()))
    assert carried is not None
    assert carried[1] == get_plotlyjs_version().split(".")[0]


def test_the_library_in_the_html_finds_no_other_fault_with_any_figure_than_the_whole_one(
    context: BrowserContext,
) -> None:
    counted = activity_of(*ROOMS)
    history = history_of({str(room["room_id"]): [50.0] * 13 for room in ROOMS})
    earlier = replace(activity_of(*strange_rooms()), period=WEEK.previous, previous=WEEK.previous.previous)
    carried, whole = context.new_page(), context.new_page()
    whole.add_script_tag(content=get_plotlyjs())
    for content in (
        build(counted.judged(history), EVERY, Wishes(), compared=earlier),
        build(replace(counted, counted=False), EVERY, Wishes()),
        build(counted, Filters(search="nothing"), Wishes()),
    ):
        carried.set_content(html.document(content))
        drawn = json.loads(carried.locator("#figures").inner_text())["figures"]
        assert drawn.keys() == content.charts.keys()
        for what, figure in drawn.items():
            judged = "figure => (Plotly.validate(figure.data, figure.layout) ?? []).map(fault => fault.msg)"
            assert carried.evaluate(judged, figure) == whole.evaluate(judged, figure), what


@pytest.mark.parametrize(("paper", "width"), [("A4", 718), ("Letter", 740)])
def test_no_chart_is_cut_off_on_paper(context: BrowserContext, tmp_path: Path, paper: str, width: int) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.document(content_of(), paper=paper), encoding="utf-8")
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(path.as_uri())
    page.wait_for_selector("#plot-top .main-svg")
    main = page.locator("main").bounding_box()
    assert main is not None
    assert main["width"] <= width
    for box in (plot.bounding_box() for plot in page.locator(".plot .main-svg, figure, table").all()):
        assert box is not None
        assert main["x"] <= box["x"]
        assert box["x"] + box["width"] <= main["x"] + main["width"] + 1


@fault("a formula as name in CSV", EXACT, "text")
def test_a_formula_in_a_name_is_text_in_csv() -> None:
    lines = as_csv(content_of({"name": FORMULA, "kind": "room", "type": "direct", "usernames": FORMULA, "messages": 3},
                              wishes=Wishes(people=True))).decode("utf-8-sig")  # fmt: skip
    rows = list(csv.reader(io.StringIO(lines)))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row)


def test_the_weeks_of_a_report_hold_whole_counts_and_measures_that_are_none() -> None:
    history = history_of({"a": [4, float("nan"), 8], "b": [3, float("nan"), 1]})
    activity = activity_of({"name": "a", "messages": 8}, {"name": "b", "messages": 1}).judged(history)
    rows = sheet_rows(as_workbook(build(activity, EVERY, Wishes())), "Weeks")
    assert [row["Messages"] for row in rows] == [9, None, 7]
    assert [row["Median of active rooms"] for row in rows] == [4.5, None, 3.5]


def test_a_median_between_two_counts_is_told_as_it_is() -> None:
    activity = activity_of({"name": "a", "messages": 8, "previous_messages": 3}, {"name": "b", "messages": 1})
    figures = {figure.label: figure for figure in build(activity, EVERY, Wishes()).key_figures}
    median = figures["Median of active rooms"]
    assert (median.value, median.change, median.direction) == ("4.5", "+1.5 (+50\u00a0%)", 1)

"""The typeface that a report carries, and how its page is composed."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import BrowserContext
from pypdf import PdfReader

from engagement.numbers.filters import Filters
from engagement.report import html, pictures, typeface
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes
from tests.support.report_tools import activity_of, history_of

FILES = {path.name for path in typeface.HERE.glob("*.woff2")}


def report(*names: str, **wishes: object) -> Content:
    """A report of these rooms, with as many weeks as it takes for every chart."""
    rooms = [
        {"name": name, "room_id": name, "messages": 90 - n, "previous_messages": 40} for n, name in enumerate(names)
    ]
    history = history_of({name: [50.0] * 13 for name in names})
    return build(activity_of(*rooms).judged(history), Filters(), Wishes(**wishes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("general", ["latin"]),
        ("– − “so” €", ["latin"]),
        ("zażółć", ["latin-ext", "latin"]),
        ("новости και", ["cyrillic", "greek", "latin"]),
        ("שלום 🚀", ["latin"]),
    ],
)
def test_a_report_carries_the_parts_of_the_typeface_that_its_text_needs(text: str, parts: list[str]) -> None:
    carried = [part for part, points in typeface._told().items() if points in typeface.faces(text)]
    assert carried == parts


def test_every_part_has_its_file_and_the_licence_lies_beside_them() -> None:
    weights = [(part, weight) for part in typeface._told() for weight in (400, 600)]
    assert {f"source-sans-3-{part}-{weight}-normal.woff2" for part, weight in weights} == FILES
    assert "SIL OPEN FONT LICENSE" in (typeface.HERE / "LICENSE").read_text(encoding="utf-8")


def test_a_text_that_looks_like_the_place_of_the_typeface_stays_text() -> None:
    made = html.document(report("general", title="<typeface>", comment="<script> <typeface>"))
    assert "<typeface>" not in made
    assert "&lt;typeface&gt;" in made
    assert made.count("@font-face") == 2


def test_the_pdf_is_written_in_the_typeface_and_in_no_other() -> None:
    made = PdfReader(io.BytesIO(pictures.pdf(html.document(report("general", "help")))))
    pictures.close()
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in made.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert any(name.startswith("SourceSans3") for name in fonts)
    # The marks of a change, a triangle up and one down, are in no font of text.
    assert {name for name in fonts if not name.startswith("SourceSans3")} <= {"DejaVuSans", "DejaVuSans-Bold"}


def test_charts_stand_in_two_columns_that_end_at_about_the_same_height(context: BrowserContext) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1000, "height": 900})
    page.set_content(html.document(report(*(f"room-{number}" for number in range(12)))))
    page.wait_for_selector("#plot-top .main-svg")
    last = "one => one.lastElementChild.getBoundingClientRect().bottom"
    ends = page.evaluate(f"[...document.querySelectorAll('.charts > div')].map({last})")
    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) < 200


@pytest.mark.parametrize(
    ("heights", "columns", "across"),
    [
        ((), ([], []), []),
        ((300,), (["a"], []), []),
        ((300, 400), (["a"], ["b"]), []),
        ((300, 300, 300), (["a"], ["b"]), ["c"]),
        ((600, 300, 300), (["a"], ["b", "c"]), []),
        ((350, 350, 400, 330, 260), (["a", "b"], ["c", "d"]), ["e"]),
        # A hole that no chart across both columns makes smaller stays.
        ((300, 700, 300), (["a", "c"], ["b"]), []),
    ],
)
def test_a_hole_below_a_column_is_filled_by_a_chart_across_both(
    heights: tuple[int, ...], columns: tuple[list[str], list[str]], across: list[str]
) -> None:
    assert html._filled(dict(zip("abcdefg", heights, strict=False))) == (columns, across)


def test_workspace_and_days_are_said_at_the_head_and_by_no_chart_again() -> None:
    content = report("general", "help")
    for what, chart in content.charts.items():
        assert "chat.example.org" not in chart.subtitle, what
    assert "bar: this period · tick: previous period" in content.charts["top"].subtitle
    written = re.sub(r"<(script|footer).*?</\1>|<[^>]*>", "", html.document(content), flags=re.S)
    assert written.count("compared with 2–8 Nov 2026") == written.count("2–8 Nov 2026") == 1
    # A picture of one chart says them below it.
    assert "chat.example.org · 9–15 Nov 2026 · compared with 2–8 Nov 2026" in html.document(content, only="top")


def test_headings_go_down_by_one_level_at_a_time() -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", html.document(report("general", "help")))]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}

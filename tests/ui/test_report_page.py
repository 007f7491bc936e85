"""The report page: what it shows, what can be switched off, and that it masks as its files do."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.numbers.filters import TYPES, Filters
from engagement.numbers.masks import masked
from engagement.numbers.measures import MEASURES
from engagement.report.content import build
from engagement.report.wishes import Wishes
from engagement.ui import reporting
from engagement.ui import runtime as runtimes
from tests.support.access_tools import explore, process, read, sound, text_of
from tests.support.report_tools import activity_of

pytestmark = pytest.mark.usefixtures("dashboard")


def opened(**query: str | list[str]) -> AppTest:
    return sound(explore("report", **query))


def copied(app: AppTest) -> str:
    return str(app.code[0].value)


def private_names() -> set[str]:
    """The names of the private rooms of the demo workspace."""
    rooms = runtimes.runtime().demo().workspace.rooms
    named = {room.name or room.title or "" for room in rooms if room.type == "p"}
    return {name for name in named if len(name) > 3}


def test_the_page_shows_the_figures_five_charts_and_what_changed() -> None:
    app = opened()
    assert app.title[0].value == r"Channel engagement report"
    assert [metric.label for metric in app.metric] == [measure.label for measure in MEASURES]
    assert len(app.get("plotly_chart")) == 5
    assert "What changed" in text_of(app)
    assert copied(app).startswith(
        "**Channel engagement report** · Demo workspace · 9–15 Nov 2026 · compared with 2–8 Nov 2026\n\n"
        "- 2,839 messages, 928 more "
    )


def test_title_and_comment_are_shown_as_typed_and_never_as_markup() -> None:
    app = opened()
    app.text_input(key="report_title_text").set_value("<b>*Our* week</b>")
    app.text_area(key="report_comment").set_value(":red[x] <script>")
    app = sound(read(app.run()))
    assert app.title[0].value == r"\<b\>\*Our\* week\<\/b\>"
    assert r"\<script\>" in text_of(app)
    assert "<script>" not in text_of(app)


def test_a_section_can_be_switched_off() -> None:
    app = opened()
    pills = next(group for group in app.get("button_group") if group.key == "report_sections")
    pills.set_value(["words", "top"])
    app = sound(read(app.run()))
    assert len(app.get("plotly_chart")) == 1
    assert not app.metric
    assert copied(app)


def test_where_the_dashboard_has_no_address_the_page_says_that_names_in_files_lead_nowhere(tmp_path: Path) -> None:
    assert reporting.NO_ADDRESS in text_of(opened())
    with process(tmp_path, DASHBOARD_ADDRESS="https://dash.example.org"):
        app = opened()
        assert reporting.NO_ADDRESS not in text_of(app)
        app.toggle(key="report_mask").set_value(True)
        assert reporting.NO_ADDRESS not in text_of(sound(read(app.run())))


def test_with_the_mask_no_private_name_is_on_the_page() -> None:
    app = opened()
    names = private_names()
    assert [name for name in names if name in text_of(app) + copied(app)]
    app.toggle(key="report_mask").set_value(True)
    app = sound(read(app.run()))
    said = text_of(app) + copied(app) + "".join(str(chart.proto) for chart in app.get("plotly_chart"))
    said += "".join(str(element.proto) for element in app.get("html"))
    assert "direct messages left out" in said
    assert "private room" in said
    assert not [name for name in names if name in said.replace("\\\\", "").replace("\\", "")]


def test_where_the_mask_is_the_rule_it_cannot_be_switched_off_and_holds_on_every_page(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with process(tmp_path_factory.mktemp("rule"), ROOMS_MASK_NAMES="true"):
        app = opened()
        assert app.toggle(key="report_mask").disabled
        assert "direct messages left out" in text_of(app)
        assert not [name for name in private_names() if name in text_of(app).replace("\\", "")]
        inactive = sound(explore("inactive_rooms")).dataframe[0].value
    private = inactive[inactive["Type"] == "Private"]
    assert len(private)
    assert private["Room"].str.fullmatch(r"🔒 private room \d+").all()


def test_an_earlier_period_stands_beside_this_one() -> None:
    app = opened()
    app.selectbox(key="report_beside").select_index(0)
    app = sound(read(app.run()))
    assert len(app.get("plotly_chart")) == 6
    assert "Beside 26 Oct – 1 Nov 2026, rooms with messages are: " in copied(app)


def test_pictures_are_made_in_the_background_and_then_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting.pictures, "browser", lambda: "/a/browser")
    monkeypatch.setattr(reporting.pictures, "pdf", lambda document: b"%PDF-" + document[:9].encode())
    app = opened()
    app.button(key="report_pdf").click()
    app.run()
    made = app.session_state[reporting.MAKING]
    assert made.reading.result(20) == b"%PDF-<!DOCTYPE"
    # The run that asked for it has waited.
    assert "Save report_2026-11-09_2026-11-15.pdf" in [button.label for button in app.get("download_button")]
    app = sound(app.run())
    assert "Save report_2026-11-09_2026-11-15.pdf" in [button.label for button in app.get("download_button")]


def test_without_a_browser_the_page_says_what_to_install_and_the_other_files_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("choreographer.browsers.chromium.Chromium.find_browser", lambda **_: None)
    app = opened()
    assert "apt-get install chromium" in text_of(app)
    assert app.button(key="report_pdf").disabled
    assert app.button(key="report_png").disabled
    assert {"HTML", "XLSX", "CSV"} <= {button.label for button in app.get("download_button")}


def test_a_file_is_shared_only_with_whoever_sees_the_very_same_report() -> None:
    rooms = [{"name": "general", "messages": 3}, {"name": "ada × bob", "type": "direct", "usernames": "ada × bob"}]
    activity, every = activity_of(*rooms), Filters(frozenset(TYPES))
    wishes = [Wishes(), Wishes(people=True), Wishes(top=1), Wishes(comment="Quiet week.")]
    reports = [*(build(activity, every, wish) for wish in wishes), build(masked(activity), every, Wishes())]
    for ending in ("pdf", "png"):
        assert len({reporting.digest(reporting.document(report, ending, "")) for report in reports}) == len(reports)
    again = build(activity, every, Wishes())
    assert reporting.document(reports[0], "pdf", "") == reporting.document(again, "pdf", "")


def test_a_range_whose_earlier_periods_lie_before_any_calendar_is_shown_all_the_same() -> None:
    app = opened(period="Custom range", **{"from": "2026-04-20", "to": "2026-11-15"})
    offered = app.selectbox(key="report_beside").options
    # 210 days; 52 such periods back is 1996.
    assert [option.rpartition("(")[2] for option in offered] == [f"{n} periods earlier)" for n in (2, 3, 4, 8, 13, 26)]

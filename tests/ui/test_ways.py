"""Ways to the page of a room: clicks on marks, plain links, and the addresses that they go to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.figures import Info
from engagement.ui import links, ways
from engagement.ui.charts import clicked
from tests.support.access_tools import explore, process, sound
from tests.support.rooms import WEEK

IDS = ("first", "second")


def chosen(*points: dict[str, object]) -> dict[str, object]:
    return {"selection": {"points": list(points)}}


def test_a_click_on_a_bar_or_a_row_is_told_by_its_place_and_one_on_a_dot_by_its_number() -> None:
    assert clicked(chosen({"x": 40, "y": 1}), IDS) == "second"
    assert clicked(chosen({"x": 40, "y": 1.24}), IDS) == "second", (
        "below its name, a little beside the place of its row"
    )
    assert clicked(chosen({"x": 1.5, "y": 1, "customdata": 0}), IDS) == "first"


@pytest.mark.parametrize(
    "told", [{}, None, chosen(), chosen({"y": 7}), chosen({"y": -1}), chosen({"y": "0"}), chosen({"customdata": [0]})]
)
def test_a_click_on_nothing_leads_nowhere(told: object) -> None:
    assert clicked(told, IDS) is None


def test_the_way_to_a_room_carries_the_view() -> None:
    view = {"period": ["Last 4 full weeks"], "types": ["Channels"], "without": ["x", "y"], "search": ["a&b"]}
    assert links.to_room(view, "r/1 ü") == (
        "http://localhost:8501/room?period=Last+4+full+weeks&types=Channels&without=x&without=y&search=a%26b"
        "&room=r%2F1+%C3%BC"
    )


def test_files_lead_to_the_configured_address_with_the_days_of_today_and_nowhere_without_one(tmp_path: Path) -> None:
    view = {"period": ["Last full week"], "types": ["Channels"]}
    with process(tmp_path / "one", DASHBOARD_ADDRESS="https://engagement.example.org"):
        assert links.rooms_in_files(view, WEEK) == (
            "https://engagement.example.org/room?types=Channels&period=Custom+range&from=2026-11-09&to=2026-11-15&room="
        )
    with process(tmp_path / "other"):
        assert links.rooms_in_files(view, WEEK) == ""


def ways_of(app: AppTest) -> list[str]:
    """Where the page sends its browser."""
    return re.findall("<span data-engagement-way=[^>]*>", "".join(one.proto.body for one in app.get("html")))


@pytest.mark.usefixtures("dashboard")
def test_where_a_click_leads_stands_at_the_end_of_the_page_once() -> None:
    app = sound(explore())
    app.session_state[ways._GO] = "/room?room=%22%3E%3Cb", "click"
    assert ways_of(sound(app.run())) == [
        '<span data-engagement-way="/room?room=%22%3E%3Cb" data-engagement-click="click">'
    ]
    assert ways_of(sound(app.run())) == []


@pytest.mark.usefixtures("dashboard")
@pytest.mark.parametrize(
    ("page", "keys"),
    [("overview", {"top_rooms"}), ("top_channels", {"top_rooms"}), ("trends", {"heat"}),
     ("week_over_week", {"movers", "current_vs_previous"})],
)  # fmt: skip
def test_charts_of_rooms_can_be_clicked_and_others_cannot(page: str, keys: set[str]) -> None:
    charts = sound(explore(page)).get("plotly_chart")
    able = {one.proto.id.partition("plot_")[2].rpartition("_")[0] for one in charts if one.proto.selection_mode}
    assert able == keys


def test_what_is_not_drawn_of_a_figure_is_no_part_of_what_it_says() -> None:
    assert Info.__dataclass_fields__["room_ids"].compare is False

"""What travels to a browser: bytes, pieces of tables, and only what changed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from engagement.demo import DemoServer, Options
from tests.support.access_tools import PAGES, TODAY, account_of
from tests.support.dashboard import Dashboard
from tests.support.screen import Screen

MOST_BYTES = 300_000
CHANNELS, USUAL = ["Channels"], ["Channels", "Private"]


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A tab over a workspace of 10,000 rooms with addresses to link to, when everything has been read."""
    with DemoServer(Options(rooms=10_000, today=TODAY, rate_limit=0)) as workspace:
        named = {f"ENGAGEMENT_{name}": value for name, value in account_of(workspace).items()}
        with Dashboard(tmp_path_factory.mktemp("home"), **named, ENGAGEMENT_ACCESS_MODE="everyone") as dashboard:
            tab = Screen(dashboard.url, {})
            read(tab)
            yield tab
            tab.close()


def read(tab: Screen) -> Screen:
    """The page when everything is read."""
    for _ in range(200):
        tab.run()
        if tab.widget("archived") and not tab.reading and (tab.charts() or tab.tables()):
            return tab
        time.sleep(0.3)
    raise AssertionError("the reading does not end")


def opened(tab: Screen, page: str) -> Screen:
    """A page as a browser draws it that has nothing of it yet."""
    tab.go("" if page == "overview" else page)
    read(tab)
    tab.forget()
    tab.run()
    return tab


@pytest.mark.parametrize("page", PAGES)
def test_no_page_sends_more_than_300_kilobytes_of_ten_thousand_rooms(screen: Screen, page: str) -> None:
    opened(screen, page)
    assert screen.bytes.total() < MOST_BYTES, screen.bytes


def test_the_heat_map_of_a_year_and_forty_rooms_fits_as_well(screen: Screen) -> None:
    opened(screen, "trends")
    screen.choose(weeks=["52"], heat=["40"])
    read(screen)
    screen.forget()
    screen.run()
    assert screen.bytes.total() < MOST_BYTES, screen.bytes


@pytest.mark.parametrize("page", ["top_channels", "inactive_rooms", "week_over_week"])
def test_a_table_of_more_than_a_thousand_rows_arrives_in_pieces(screen: Screen, page: str) -> None:
    opened(screen, page)
    [table] = screen.each("dataframe")
    [first] = screen.tables()
    assert table.lazy_data.row_count > 1000
    assert not table.arrow_data.data
    assert len(first["Room"]) == 1000
    assert first["Rocket.Chat"][0].startswith("http")


@pytest.mark.parametrize("page", ["overview", "top_channels", "trends"])
def test_a_page_that_did_not_change_sends_no_chart_again(screen: Screen, page: str) -> None:
    opened(screen, page)
    assert screen.bytes["plotly_chart"]
    drawn = screen.charts()
    screen.run()
    assert not screen.bytes["plotly_chart"]
    assert screen.charts() == drawn


def test_a_click_on_a_type_sends_the_charts_and_back_again_none(screen: Screen) -> None:
    opened(screen, "overview")
    before = screen.charts()
    screen.choose(types=CHANNELS)
    screen.run()
    now = screen.charts()
    assert not [key for key in before if before[key] == now[key]]
    changed = sum(len(chart.spec.encode()) for chart in screen.each("plotly_chart"))
    assert changed < screen.bytes["plotly_chart"] < changed + 4000
    screen.choose(types=USUAL)
    screen.run()
    assert not screen.bytes["plotly_chart"]
    assert screen.charts() == before

"""Every page from the frame, over the demo workspace: what a reader sees, and the designed states without data."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from engagement.demo import Options
from engagement.numbers.measures import MEASURES
from engagement.ui import loading
from engagement.ui.runtime import runtime
from tests import ROOT
from tests.support.access_tools import PAGES, TODAY, explore, read, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, SAID, fault, title

pytestmark = [pytest.mark.usefixtures("dashboard"), fault(kind="Uncounted days", at="demo workspace, days left out")]


@pytest.mark.parametrize("page", PAGES)
def test_a_deep_link_shows_the_sign_in_and_then_the_page_that_was_asked_for(page: str) -> None:
    app = sound(tab(page=page))
    assert "Channel Engagement" in text_of(app)
    assert not app.get("plotly_chart")
    app.button(key="demo").click().run()
    sound(read(app))
    assert app.title[0].value != "Channel Engagement"
    assert app.get("plotly_chart")
    assert app.sidebar.selectbox(key="period").value == "Last full week"
    assert app.sidebar.button(key="sign_out")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_workspace_period_previous_period_and_rooms(page: str) -> None:
    said = text_of(sound(explore(page)))
    assert "Demo workspace" in said
    assert "9–15 Nov 2026" in said
    assert "2–8 Nov 2026" in said
    assert "rooms" in said


def test_the_overview_shows_the_figures_with_their_change() -> None:
    app = sound(explore())
    assert [metric.label for metric in app.metric] == [measure.label for measure in MEASURES]
    assert all(m.delta for m in app.metric)


def test_charts_and_table_agree_on_the_messages_of_the_busiest_room() -> None:
    app = sound(explore("top_channels"))
    table = app.dataframe[0].value
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert drawn["data"][0]["x"][0] == table["Messages"].iloc[0] == table["Messages"].max()


@pytest.mark.parametrize(
    ("page", "order"),
    [
        ("top_channels", "most messages first"),
        ("week_over_week", "rooms with a signal first, then the largest change"),
        ("inactive_rooms", "longest silence first"),
    ],
)
def test_the_order_that_a_table_comes_in_is_said_until_another_is_chosen(page: str, order: str) -> None:
    assert f"rooms**, {order}" in text_of(sound(explore(page)))
    assert order not in text_of(sound(explore(page, sort=["Members"])))


def test_direct_messages_are_left_out_until_asked_for_and_their_people_even_then() -> None:
    app = sound(explore("top_channels"))
    assert "Direct message" not in set(app.dataframe[0].value["Type"])
    app.sidebar.get("button_group")[0].set_value(["Channels", "Private", "Direct"]).run()
    table = sound(app).dataframe[0].value
    direct = table[table["Type"] == "Direct message"]
    assert len(direct)
    assert direct["Room"].str.fullmatch(r"direct message \d+").all()
    assert not direct["Room"].duplicated().any()


def test_the_age_of_what_is_shown_is_said(clock: Clock) -> None:
    app = sound(explore())
    assert " ago" not in text_of(app)
    clock.forward(minutes=2, seconds=5)
    app.run()
    assert "2 minutes ago" in text_of(sound(app))


def test_the_search_filters_every_page_alike() -> None:
    app = sound(explore("inactive_rooms"))
    name = str(app.dataframe[0].value["Room"].iloc[0]).lstrip("#🔒›◊ ")
    app.sidebar.text_input(key="search").set_value(name).run()
    assert all(name in str(room) for room in sound(app).dataframe[0].value["Room"])
    app.switch_page(str(ROOT / "pages" / "overview.py")).run()
    assert app.sidebar.text_input(key="search").value == name


def test_a_search_that_finds_nothing_says_so() -> None:
    app = sound(explore("top_channels"))
    app.sidebar.text_input(key="search").set_value("no such room anywhere").run()
    assert "No room matches the filters" in text_of(sound(app))
    assert not app.dataframe
    app.button(key="way_on").click().run()
    assert app.sidebar.text_input(key="search").value == ""
    assert len(sound(app).dataframe) == 1


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("week_over_week", {"moved": ["New"], "signal": ["Falling"]}),
        ("inactive_rooms", {"state": ["Fell silent"], "silent": "Over 365 days"}),
    ],
)
def test_where_the_controls_of_a_page_leave_no_room_one_click_shows_all(
    page: str, query: dict[str, str | list[str]]
) -> None:
    app = sound(explore(page, **query))
    assert "No room fits all that was chosen above." in text_of(app)
    assert len(app.dataframe[0].value) == 0
    app.button(key="none_left").click().run()
    assert "No room fits all that was chosen above." not in text_of(sound(app))
    assert len(app.dataframe[0].value) > 0


def test_what_the_filters_hide_is_counted_and_comes_back_with_one_click() -> None:
    app = sound(explore("top_channels"))
    view = app.session_state[loading.VIEW]
    rooms = view.reader.activity(view.facts, view.period).result(10).rooms
    assert f"All {len(rooms)} rooms arrived" in text_of(app)
    assert app.button(key="show_direct").label == f"{rooms['type'].eq('direct').sum()} direct messages"
    assert app.button(key="show_archived").label == "1 archived room"
    app.button(key="show_direct").click().run()
    app.button(key="show_archived").click().run()
    assert app.sidebar.pills(key="types").value == ["Channels", "Private", "Direct"]
    assert app.sidebar.toggle(key="archived").value is True
    assert not [one.key for one in sound(app).button if str(one.key).startswith("show_")]
    assert "All of them are shown" in text_of(app)
    app.sidebar.text_input(key="search").set_value("general").run()
    app.button(key="show_search").click().run()
    assert app.sidebar.text_input(key="search").value == ""


def test_a_room_left_out_in_the_link_is_in_no_table() -> None:
    app = sound(explore("top_channels"))
    view = app.session_state[loading.VIEW]
    busiest = view.rooms(view.reader.activity(view.facts, view.period).result(10)).iloc[0]
    assert busiest["name"] in app.dataframe[0].value["Room"].iloc[0]
    app = sound(explore("top_channels", without=[busiest["room_id"]]))
    assert not any(busiest["name"] in room for room in app.dataframe[0].value["Room"])
    assert app.button(key="show_left_out").label == "1 room left out"
    app.button(key="show_left_out").click().run()
    assert busiest["name"] in sound(app).dataframe[0].value["Room"].iloc[0]


def test_a_custom_range_in_the_link_is_what_is_shown() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2026-11-01", "to": "2026-11-10"}
    said = text_of(sound(explore(**query)))
    assert "1–10 Nov 2026" in said
    assert "22–31 Oct 2026" in said


@fault(
    "a link whose range ends before it starts", SAID, "the filters stay", kind="Odd values", at="link", seen="Overview"
)
def test_a_reversed_range_is_answered_in_one_sentence_and_the_filters_stay() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2026-11-10", "to": "2026-11-01"}
    app = explore(**query)
    assert not app.exception
    assert "before it starts" in app.error[0].value
    assert app.sidebar.selectbox(key="period").value == "Custom range"
    assert app.sidebar.pills(key="types").value == ["Channels", "Private"]
    assert app.sidebar.text_input(key="search").value == ""
    assert not app.get("plotly_chart")


@fault("all of the period, before counting", NOTED, "no data, not silence", seen="Inactive rooms")
def test_a_period_before_the_first_counted_day_is_no_data_and_not_all_inactive() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2023-01-02", "to": "2023-01-08"}
    app = sound(explore("inactive_rooms", **query))
    assert "no data, not silence" in text_of(app)
    assert not app.dataframe
    app.button(key="way_on").click().run()
    assert app.sidebar.selectbox(key="period").value == "Last full week"
    assert len(sound(app).dataframe) == 1


def test_a_period_before_there_were_rooms_blames_no_filter() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2015-01-05", "to": "2015-01-11"}
    app = sound(explore("inactive_rooms", **query))
    assert "The workspace had no rooms then" in text_of(app)
    assert not app.dataframe


def test_this_week_so_far_is_marked_as_not_over() -> None:
    app = sound(explore(period="This week so far"))
    assert "not over" in text_of(app)


@fault(
    "no Premium module",
    NOTED,
    "no counts; silence by the directory",
    kind="Side dishes and refusals",
    at="demo workspace",
    seen="Overview, Inactive rooms",
)
def test_without_the_premium_module_pages_show_what_the_directory_knows() -> None:
    runtime().demo_options = Options(rooms=60, today=TODAY, unlicensed=True)
    app = sound(explore())
    assert "no Premium licence" in text_of(app)
    assert "All messages" in app.dataframe[0].value.columns
    app.switch_page(str(ROOT / "pages" / "inactive_rooms.py")).run()
    assert len(sound(app).dataframe[0].value)


def test_a_table_of_inactive_rooms_holds_no_active_room() -> None:
    inactive = sound(explore("inactive_rooms")).dataframe[0].value
    active = sound(explore("week_over_week")).dataframe[0].value.query("Messages > 0")
    assert not set(inactive["Room"]) & set(active["Room"])
    assert isinstance(inactive, pd.DataFrame)


@fault(
    "the week is not over",
    EXACT,
    "the same weekdays stand beside it",
    kind="Unfinished weeks",
    at="demo workspace on a Thursday",
    seen=lambda page: title(page),
)
@pytest.mark.parametrize("page", PAGES)
def test_this_week_so_far_stands_beside_the_same_weekdays_on_every_page(page: str, clock: Clock) -> None:
    runtime().demo_options = Options(rooms=30, today=date(2026, 11, 19))
    app = explore(page)
    app.sidebar.selectbox(key="period").set_value("This week so far").run()
    said = text_of(sound(read(app)))
    assert "compared with 9–12 Nov 2026" in said
    assert "12–15 Nov 2026" not in said


@pytest.mark.parametrize("page", [page for page in PAGES if page != "trends"])
def test_the_same_week_a_year_before_stands_beside_on_every_page_and_in_its_link(page: str) -> None:
    app = explore(page)
    app.sidebar.selectbox(key="compare").set_value("A year before").run()
    said = text_of(sound(read(app)))
    assert "compared with 10–16 Nov 2025" in said
    assert all("compare=A+year+before" in link.value for link in app.sidebar.code)


def test_days_that_do_not_lie_before_the_period_are_a_sentence_and_others_bring_the_page_back() -> None:
    app = explore("overview")
    app.sidebar.selectbox(key="compare").set_value("From a day on").run()
    assert app.error[0].value == "Choose the first day to compare with, 2026-11-02 or earlier."
    app.sidebar.date_input(key="since").set_value(date(2026, 11, 4)).run()
    assert "lies before it: from 2026-11-02 or earlier" in app.error[0].value
    app.sidebar.date_input(key="since").set_value(date(2026, 10, 1)).run()
    assert "compared with 1–7 Oct 2026 (other weekdays)" in text_of(sound(read(app)))
    assert all("compare=From+a+day+on&since=2026-10-01" in link.value for link in app.sidebar.code)


@fault(
    "spam of a kept week is purged",
    EXACT,
    "count, change, signal and reason tell the week of now",
    kind="A past that changes",
    at="demo workspace, purged",
    seen="Top channels",
)
def test_after_a_purge_the_table_and_its_reasons_tell_the_same_week() -> None:
    app = sound(explore("top_channels"))
    first = app.dataframe[0].value.iloc[0]
    room = runtime().demo().workspace.community.rooms
    room_id = next(spec.room_id for spec in room if str(first["Room"]).endswith(str(spec.name)))
    runtime().demo().workspace.purge(room_id, date(2026, 11, 9), date(2026, 11, 15))
    app.button(key="read_again").click().run()
    table = sound(read(app)).dataframe[0].value.set_index("Room")
    row = table.loc[first["Room"]]
    assert first["Messages"] > 0
    assert row["Messages"] == 0
    assert str(row["Why"]).startswith("no messages")


@fault(
    "two days of the period, documented dates",
    NOTED,
    "named; not like for like; no change is judged",
    seen=lambda page: title(page),
)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_the_days_nobody_counted_and_judges_nothing_by_them(page: str) -> None:
    runtime().demo().workspace.stop_counting(date(2026, 11, 11), date(2026, 11, 12))
    app = sound(explore(page))
    said = text_of(app)
    assert "Nothing was counted on 11–12 Nov 2026: no data, or nobody wrote." in said
    assert "not like for like" in said
    assert not any(word in said for word in (" more than the ", " fewer than the ", " drove most"))
    # An arrow is a judgement.
    assert all("not like for like" in m.delta for m in app.metric if m.label in {one.label for one in MEASURES})
    for table in app.dataframe:
        signals = table.value.get("Signal")
        assert signals is None or set(signals) <= {"too few weeks"}


@fault(
    "all of the previous period", NOTED, "its counts and changes are unknown, and not 0", seen="Top channels, Overview"
)
def test_a_previous_week_without_data_is_blank_and_makes_nobody_a_mover() -> None:
    runtime().demo().workspace.stop_counting(date(2026, 11, 2), date(2026, 11, 8))
    app = sound(explore("top_channels"))
    assert app.dataframe[0].value["Previous"].isna().all()
    assert app.dataframe[0].value["Change"].isna().all()
    overview = sound(explore())
    assert [metric.delta for metric in overview.metric] == ["nothing to compare with"] * len(MEASURES)
    assert "gained most" not in text_of(overview)

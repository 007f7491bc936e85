"""Every page from the frame, over the demo workspace: what a reader sees, and the designed states without data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.ui import hub as hubs
from engagement.ui import loading, session
from engagement.ui import runtime as runtimes
from engagement.ui.hub import Hub
from tests import ROOT
from tests.support.clock import Clock

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC).date()


@pytest.fixture(autouse=True)
def dashboard(tmp_path: Path, clock: Clock) -> Iterator[None]:
    """A process of its own for each test: nothing signed in, nothing read, a small demo workspace."""
    st.cache_data.clear()
    st.cache_resource.clear()
    environ = {"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true"}
    runtimes.use(runtimes.build(environ, folder=tmp_path, clock=clock.moment))
    hubs.use(Hub(Options(rooms=60, seed=1, today=TODAY)))
    yield
    hubs.use(None)
    runtimes.use(None)


def frame(page: str = "overview", **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "engagement" / "ui" / "frame.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.run()
    return app


def sound(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    assert not app.error, [error.value for error in app.error]
    return app


def explore(page: str = "overview", **query: str | list[str]) -> AppTest:
    """The page in the demo workspace, when everything it needs has been read."""
    app = frame(page, **query)
    app.button(key="demo").click().run()
    return settled(app)


def settled(app: AppTest) -> AppTest:
    for _ in range(40):
        if not any(str(button.key).startswith("stop_") for button in app.button):
            return app
        app.run()
    raise AssertionError("the reading does not end")


def text_of(app: AppTest) -> str:
    parts = [*app.title, *app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("page", PAGES)
def test_a_deep_link_shows_the_sign_in_and_then_the_page_that_was_asked_for(page: str) -> None:
    app = sound(frame(page))
    assert "Channel Engagement" in text_of(app)
    assert not app.get("plotly_chart")
    app.button(key="demo").click().run()
    sound(settled(app))
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


def test_the_overview_shows_the_four_figures_with_their_change() -> None:
    app = sound(explore())
    assert [m.label for m in app.metric] == [
        "Messages",
        "Active rooms",
        "Inactive rooms",
        "Share of the ten busiest",
    ]
    assert all(m.delta for m in app.metric)


def test_charts_and_table_agree_on_the_messages_of_the_busiest_room() -> None:
    app = sound(explore("top_channels"))
    table = app.dataframe[0].value
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert drawn["data"][0]["x"][0] == table["Messages"].iloc[0] == table["Messages"].max()


def test_direct_messages_are_left_out_until_asked_for_and_their_people_even_then() -> None:
    app = sound(explore("top_channels"))
    assert "Direct message" not in set(app.dataframe[0].value["Type"])
    app.sidebar.get("button_group")[0].set_value(["Channels", "Private", "Direct"]).run()
    table = sound(app).dataframe[0].value
    direct = table[table["Type"] == "Direct message"]
    assert len(direct)
    assert set(direct["Room"]) == {"direct message"}


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


def test_a_room_left_out_in_the_link_is_in_no_table() -> None:
    app = sound(explore("top_channels"))
    view = app.session_state[loading.VIEW]
    busiest = view.rooms(view.reader.activity(view.facts, view.period).result(10)).iloc[0]
    assert busiest["name"] in app.dataframe[0].value["Room"].iloc[0]
    app = sound(explore("top_channels", without=[busiest["room_id"]]))
    assert not any(busiest["name"] in room for room in app.dataframe[0].value["Room"])


def test_a_custom_range_in_the_link_is_what_is_shown() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2026-11-01", "to": "2026-11-10"}
    said = text_of(sound(explore(**query)))
    assert "1–10 Nov 2026" in said
    assert "22–31 Oct 2026" in said


def test_a_reversed_range_is_answered_in_one_sentence_and_the_filters_stay() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2026-11-10", "to": "2026-11-01"}
    app = explore(**query)
    assert not app.exception
    assert "before it starts" in app.error[0].value
    assert app.sidebar.selectbox(key="period").value == "Custom range"
    assert not app.get("plotly_chart")


def test_a_period_before_the_first_counted_day_is_no_data_and_not_all_inactive() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2023-01-02", "to": "2023-01-08"}
    app = sound(explore("inactive_rooms", **query))
    assert "no data, not silence" in text_of(app)
    assert not app.dataframe


def test_a_period_before_there_were_rooms_blames_no_filter() -> None:
    query: dict[str, str | list[str]] = {"period": "Custom range", "from": "2015-01-05", "to": "2015-01-11"}
    app = sound(explore("inactive_rooms", **query))
    assert "The workspace had no rooms then" in text_of(app)
    assert not app.dataframe


def test_this_week_so_far_is_marked_as_not_over() -> None:
    app = sound(explore(period="This week so far"))
    assert "not over" in text_of(app)


def test_without_the_premium_module_pages_show_what_the_directory_knows() -> None:
    hubs.use(Hub(Options(rooms=60, seed=1, today=TODAY, unlicensed=True)))
    app = sound(explore())
    assert "no Premium licence" in text_of(app)
    assert "All messages" in app.dataframe[0].value.columns
    app.switch_page(str(ROOT / "pages" / "inactive_rooms.py")).run()
    assert len(sound(app).dataframe[0].value)


@pytest.fixture
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=40, today=TODAY, rate_limit=0)) as server:
        yield server


def sign_in(url: str, user: str, password: str, page: str = "overview") -> AppTest:
    app = frame(page)
    app.text_input(key="signin_url").set_value(url)
    app.text_input(key="signin_user").set_value(user)
    app.text_input(key="signin_password").set_value(password)
    app.button[0].click().run()
    return app


def test_a_person_signs_in_with_password_and_sees_the_page(workspace: DemoServer) -> None:
    app = sound(settled(sign_in(workspace.url, "manager", "manager")))
    assert app.title[0].value == "Overview"
    assert "Signed in as manager" in text_of(app)


def test_a_wrong_password_is_answered_beside_the_form_and_only_the_password_is_lost(workspace: DemoServer) -> None:
    app = sign_in(workspace.url, "manager", "wrong")
    assert not app.exception
    assert "Check both" in app.error[0].value
    assert app.text_input(key="signin_url").value == workspace.url
    assert app.text_input(key="signin_user").value == "manager"
    assert app.text_input(key="signin_password").value == ""


def test_the_second_factor_is_asked_for_and_a_wrong_code_keeps_the_password(workspace: DemoServer) -> None:
    app = sign_in(workspace.url, "twofactor", "twofactor")
    assert "second factor" in app.error[0].value
    app.text_input(key="signin_code").set_value("000000")
    app.button[0].click().run()
    assert "wrong or no longer valid" in app.error[0].value
    app.text_input(key="signin_code").set_value("123456")
    app.button[0].click().run()
    sound(settled(app))
    assert "Signed in as twofactor" in text_of(app)


def test_an_access_token_signs_in_and_signing_out_does_not_revoke_it(workspace: DemoServer) -> None:
    user_id, token = workspace.personal_token("manager")
    app = frame()
    app.get("button_group")[0].set_value("Access token").run()
    app.text_input(key="signin_url").set_value(workspace.url)
    app.text_input(key="signin_user_id").set_value(user_id)
    app.text_input(key="signin_token").set_value(token)
    app.button[0].click().run()
    sound(settled(app))
    app.sidebar.button(key="sign_out").click().run()
    assert "Sign in with" in [group.label for group in sound(app).get("button_group")]
    assert workspace.count("logout") == 0


def test_signing_out_revokes_a_login_token_and_ends_the_session(workspace: DemoServer) -> None:
    app = settled(sign_in(workspace.url, "manager", "manager"))
    app.sidebar.button(key="sign_out").click().run()
    assert workspace.count("logout") == 1
    assert "Channel Engagement" in text_of(sound(app))
    assert not app.get("plotly_chart")


def test_an_account_without_the_permission_sees_its_name_and_nothing_that_others_read(workspace: DemoServer) -> None:
    settled(sign_in(workspace.url, "admin", "admin"))
    app = sign_in(workspace.url, "viewer", "viewer")
    assert "view-engagement-dashboard" in app.error[0].value
    assert not app.get("plotly_chart")
    assert not app.dataframe


def test_what_an_administrator_read_is_not_shown_to_an_analyst(workspace: DemoServer) -> None:
    admin = settled(sign_in(workspace.url, "admin", "admin", "inactive_rooms"))
    analyst = settled(sign_in(workspace.url, "analyst", "analyst", "inactive_rooms"))
    private = admin.dataframe[0].value.query("Type == 'Private' and State == 'never used'")
    assert len(private)
    shown = analyst.dataframe[0].value
    assert not set(private["Room"]) & set(shown["Room"])
    assert shown[shown["Type"] == "Private"]["Owner"].isna().all()


def test_two_people_with_the_same_rights_share_one_reading(workspace: DemoServer) -> None:
    settled(sign_in(workspace.url, "admin", "admin"))
    read = workspace.count("rooms.adminRooms")
    settled(sign_in(workspace.url, "manager", "manager"))
    assert workspace.count("rooms.adminRooms") == read


def test_a_permission_taken_away_ends_the_view_within_five_minutes(workspace: DemoServer, clock: Clock) -> None:
    app = sound(settled(sign_in(workspace.url, "manager", "manager")))
    workspace.revoke("view-engagement-dashboard", "manager")
    clock.forward(minutes=5)
    app.run()
    assert not app.get("plotly_chart")
    assert "view-engagement-dashboard" in app.error[0].value


def test_a_token_that_the_server_no_longer_accepts_leads_back_to_the_sign_in(
    workspace: DemoServer, clock: Clock
) -> None:
    app = sound(settled(sign_in(workspace.url, "manager", "manager")))
    workspace.sign_out_everyone()
    clock.forward(minutes=5)
    app.run()
    assert not app.get("plotly_chart")
    assert app.text_input(key="signin_user")


def test_a_server_that_breaks_down_is_said_in_one_sentence_and_can_be_tried_again(workspace: DemoServer) -> None:
    app = sound(settled(sign_in(workspace.url, "manager", "manager")))
    workspace.fail_next("channels/list", "garbage")
    app.sidebar.selectbox(key="period").select("Last 7 full days").run()
    app = settled(app)
    assert not app.exception
    assert "cannot be read" in app.error[0].value
    app.button(key="try_again").click().run()
    assert sound(settled(app)).get("plotly_chart")


def test_a_workspace_that_is_not_there_is_a_sentence_beside_the_form() -> None:
    app = sign_in("http://127.0.0.1:9", "manager", "manager")
    assert not app.exception
    assert "does not answer" in app.error[0].value


def test_an_ended_session_of_this_tab_is_noticed(workspace: DemoServer) -> None:
    app = sound(settled(sign_in(workspace.url, "manager", "manager")))
    runtimes.runtime().sessions.end(app.session_state[session.ID])
    app.run()
    assert not app.get("plotly_chart")


def test_where_no_address_may_be_typed_the_form_asks_for_none(tmp_path: Path) -> None:
    runtimes.use(runtimes.build({"ENGAGEMENT_WORKSPACE_URL": "https://chat.example.org"}, folder=tmp_path))
    app = sound(frame())
    assert "chat.example.org" in text_of(app)
    assert "signin_url" not in [field.key for field in app.text_input]


def test_a_table_of_inactive_rooms_holds_no_active_room() -> None:
    inactive = sound(explore("inactive_rooms")).dataframe[0].value
    active = sound(explore("week_over_week")).dataframe[0].value.query("Messages > 0")
    assert not set(inactive["Room"]) & set(active["Room"])
    assert isinstance(inactive, pd.DataFrame)

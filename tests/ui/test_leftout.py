"""Rooms left out: a feed is offered in one click, kept as one's own first view, and carried from page to page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.errors import StoreUnavailable
from engagement.storage.first_views import FirstView
from engagement.ui import leftout, loading
from engagement.ui.runtime import Runtime
from tests import ROOT
from tests.support.access_tools import TODAY, process, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import NOTED, REFUSED, SAID, fault

pytestmark = fault(kind="Odd values", at="link", seen="Overview")

# The demo workspace of so many rooms has a feed with 1,649 messages in the week; the next room has 621.
MANY = 400


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=MANY, today=TODAY, rate_limit=0), clock=Clock()) as running:
        yield running


@pytest.fixture
def running(tmp_path: object, server: DemoServer) -> Iterator[Runtime]:
    with process(tmp_path, Clock(), WORKSPACE_ALLOW_TYPED_URL="true") as made:  # type: ignore[arg-type]
        yield made


@pytest.fixture
def mine(running: Runtime, server: DemoServer) -> str:
    return signed_in(running, server)


def opened(session_id: str, page: str = "top_channels", **query: str | list[str]) -> AppTest:
    return sound(read(tab(session_id, page, **query)))


def rooms(app: AppTest) -> list[str]:
    return [str(room) for room in app.dataframe[0].value["Room"]]


def left_out(app: AppTest) -> list[str]:
    """The rooms that the address names."""
    found = app.query_params.get("without", [])
    return [found] if isinstance(found, str) else list(found)


def feed_of(app: AppTest) -> str:
    view = app.session_state[loading.VIEW]
    table = view.reader.activity(view.facts, view.period).result(10).rooms
    return str(table.loc[table["name"] == "build-feed", "room_id"].iloc[0])


def shared(app: AppTest) -> dict[str, list[str]]:
    """What the link to the view says."""
    buttons = "".join(one.proto.body for one in app.sidebar.get("html"))
    *_, moving = re.findall('data-engagement-copy="([^"]*)"', buttons)
    return parse_qs(urlsplit(html.unescape(moving)).query, keep_blank_values=True)


@pytest.mark.parametrize("page", ["overview", "top_channels"])
def test_a_feed_that_dwarfs_all_bars_is_left_out_with_one_click_which_the_link_carries(mine: str, page: str) -> None:
    app = opened(mine, page)
    assert "build\\-feed** has " in text_of(app)
    assert "times the messages of the next room, and 2 members: a feed?" in text_of(app)
    feed = feed_of(app)
    sound(read(app.button(key="leave_out").click().run()))
    assert "a feed?" not in text_of(app)
    assert left_out(app) == [feed]
    assert shared(app)["without"] == [feed]
    assert "1 room left out" in text_of(app)


def test_rooms_of_many_members_or_of_like_size_are_offered_by_nobody(running: Runtime) -> None:
    app = sound(read(tab(page="top_channels").button(key="demo").click().run()))
    assert not [one for one in app.button if one.key == "leave_out"]


def test_after_signing_out_the_address_names_no_room(mine: str) -> None:
    app = opened(mine, "room", room="no such room", beside=["a", "b"], without=["c"], period="Last 30 days")
    assert {"room", "beside", "without"} <= {*app.query_params}
    app.button(key="sign_out").click().run()
    assert not {"room", "beside", "without"} & {*app.query_params}


def test_what_is_left_out_goes_along_to_every_other_page(mine: str) -> None:
    app = opened(mine)
    feed = feed_of(app)
    read(app.button(key="leave_out").click().run())
    # The page menu goes without it.
    app.query_params.clear()
    app.switch_page(str(ROOT / "pages" / "week_over_week.py")).run()
    sound(read(app))
    assert left_out(app) == [feed]
    assert not any("build-feed" in room for room in rooms(app))


def test_a_first_view_is_what_a_tab_opens_with_until_it_is_forgotten(mine: str) -> None:
    app = opened(mine)
    feed = feed_of(app)
    read(app.button(key="leave_out").click().run())
    app.sidebar.button(key="first_view_keep").click().run()
    assert not [one for one in app.sidebar.button if one.key == "first_view_keep"]
    again = opened(mine)
    assert left_out(again) == [feed]
    assert not any("build-feed" in room for room in rooms(again))
    assert "Your first view leaves out 1 room." in [one.value for one in again.sidebar.caption]
    again.sidebar.button(key="first_view_forget").click().run()
    # What is on the screen stays.
    assert left_out(again) == [feed]
    assert left_out(opened(mine)) == []


def test_a_shared_link_wins_over_the_first_view_and_does_not_change_it(mine: str) -> None:
    app = opened(mine)
    feed, general = feed_of(app), "GENERAL"
    plain = shared(app)
    assert plain["without"] == [""]
    read(app.button(key="leave_out").click().run())
    app.sidebar.button(key="first_view_keep").click().run()
    # Somebody's link with no room left out, and one with another room.
    assert any("build-feed" in room for room in rooms(opened(mine, without=plain["without"])))
    other = opened(mine, without=[general])
    assert left_out(other) == [general]
    assert any("build-feed" in room for room in rooms(other))
    assert left_out(opened(mine)) == [feed]


@fault("the first view of somebody else of the same workspace", REFUSED, "not taken", kind="Another workspace")
def test_a_first_view_is_of_one_person_alone(mine: str, running: Runtime, server: DemoServer) -> None:
    app = opened(mine)
    read(app.button(key="leave_out").click().run())
    app.sidebar.button(key="first_view_keep").click().run()
    assert left_out(opened(signed_in(running, server, "admin"))) == []
    # The same person in another browser.
    assert left_out(opened(signed_in(running, server))) != []


def test_visitors_of_the_demo_workspace_share_an_account_and_no_first_view(running: Runtime) -> None:
    demos = [sound(read(tab(page="top_channels").button(key="demo").click().run())) for _ in range(2)]
    feed = feed_of(demos[0])
    demos[0].query_params["without"] = [feed]
    read(demos[0].run())
    demos[0].sidebar.button(key="first_view_keep").click().run()
    assert left_out(opened(demos[0].session_state["_session_id"])) == [feed]
    assert left_out(opened(demos[1].session_state["_session_id"])) == []


@fault("a room of the first view that is gone", NOTED, "left out without a word", at="database")
def test_a_room_that_is_gone_from_the_first_view_is_no_fault_of_a_link(mine: str) -> None:
    app = opened(mine, without=["nowhere"])
    assert "asks for something unknown (without)" in text_of(app)
    app.sidebar.button(key="first_view_keep").click().run()
    again = opened(mine)
    assert left_out(again) == ["nowhere"]
    assert "asks for something unknown" not in text_of(again)


@fault("ids too long for rooms, kept as a first view", SAID, "the page stays")
def test_what_cannot_be_kept_is_said(mine: str) -> None:
    app = opened(mine, without=["x" * 101])
    app.sidebar.button(key="first_view_keep").click().run()
    assert "at most 200 rooms" in app.sidebar.error[0].value
    assert not app.exception
    assert app.get("plotly_chart")


@fault("the database of first views is away", NOTED, "the figures come without one", at="database")
def test_a_first_view_that_cannot_be_had_spoils_nothing(mine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(FirstView, "left_out", dead)
    assert left_out(opened(mine)) == []


def test_where_everybody_is_let_in_nobody_has_a_first_view() -> None:
    assert leftout.offer_first_view(None) is None

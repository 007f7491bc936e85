"""The demo workspace shows a newcomer around on its first page; no other workspace does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.errors import StoreUnavailable
from engagement.storage.first_views import FirstView
from engagement.ui import session
from engagement.ui.runtime import Runtime, runtime
from tests.support.access_tools import TODAY, explore, process, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import NOTED, fault

BEGINS = "New here?"


def headings(app: AppTest) -> list[str]:
    return [one.value for one in app.header]


@pytest.fixture
def feeding(dashboard: Runtime) -> Runtime:
    """With a feed beside which all bars are small, as the demo workspace has it."""
    dashboard.demo_options = Options(rooms=400, today=TODAY)
    return dashboard


@pytest.mark.usefixtures("feeding")
def test_the_first_page_of_the_demo_tells_what_to_look_at_and_why() -> None:
    app = sound(read(explore()))
    text = text_of(app)
    assert any(heading.startswith(BEGINS) for heading in headings(app))
    # The strongest signal, which stands first below it too, the silent rooms, and the feed.
    assert "went further than its own weeks make likely" in text
    assert "it is noted who decided" in text
    assert "A machine beside people makes every bar small" in text


@pytest.mark.usefixtures("feeding")
def test_where_no_room_is_silent_there_is_nothing_to_sort_out() -> None:
    app = sound(read(explore(search="build-feed")))
    assert any(heading.startswith(BEGINS) for heading in headings(app))
    assert "it is noted who decided" not in text_of(app)


@pytest.mark.usefixtures("feeding")
def test_it_asks_the_workspace_for_nothing_more() -> None:
    app = sound(read(explore()))
    calls = len(runtime().demo().calls)
    sound(app.run())
    assert len(runtime().demo().calls) == calls


@pytest.mark.usefixtures("feeding")
def test_put_away_it_stays_away_in_every_tab_of_the_session_and_what_is_left_out_stays() -> None:
    app = sound(read(explore(without=["GENERAL"])))
    app.sidebar.button(key="first_view_keep").click().run()
    sound(app.button(key="story_away").click().run())
    assert not any(heading.startswith(BEGINS) for heading in headings(app))
    again = sound(read(tab(app.session_state[session.ID])))
    assert not any(heading.startswith(BEGINS) for heading in headings(again))
    assert again.sidebar.multiselect(key="left_out").value == ["GENERAL"]
    # Another newcomer.
    assert any(heading.startswith(BEGINS) for heading in headings(sound(read(explore()))))


@pytest.mark.usefixtures("feeding")
def test_without_a_first_view_it_is_put_away_all_the_same() -> None:
    app = sound(read(explore()))
    sound(app.button(key="story_away").click().run())
    again = sound(read(tab(app.session_state[session.ID])))
    assert not any(heading.startswith(BEGINS) for heading in headings(again))
    assert again.sidebar.multiselect(key="left_out").value == []
    assert not [one for one in again.sidebar.button if one.key == "first_view_forget"]


@pytest.mark.usefixtures("feeding")
@fault(
    "the database of first views is away when the first page of the demo is put away",
    NOTED,
    "away in this tab alone",
    kind="Odd values",
    at="database",
    seen="Overview",
)
def test_where_nothing_can_be_kept_it_is_put_away_in_the_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object) -> None:
        raise StoreUnavailable

    app = sound(read(explore()))
    monkeypatch.setattr(FirstView, "keep", dead)
    sound(app.button(key="story_away").click().run())
    assert not any(heading.startswith(BEGINS) for heading in headings(app))
    assert not any(heading.startswith(BEGINS) for heading in headings(sound(app.run())))


@pytest.mark.usefixtures("feeding")
def test_a_feed_that_is_left_out_there_is_no_part_of_it_any_more() -> None:
    app = sound(read(explore()))
    sound(read(app.button(key="story_leave_out").click().run()))
    assert "A machine beside people" not in text_of(app)
    assert any(heading.startswith(BEGINS) for heading in headings(app))


@pytest.mark.usefixtures("feeding")
def test_no_other_page_has_it() -> None:
    app = sound(read(explore("top_channels")))
    assert BEGINS not in text_of(app)
    assert not any(heading.startswith(BEGINS) for heading in headings(app))


def test_a_workspace_of_somebody_is_shown_without_it(tmp_path: object) -> None:
    with (
        DemoServer(Options(rooms=20, today=TODAY, rate_limit=0), clock=Clock()) as server,
        process(tmp_path, Clock(), WORKSPACE_ALLOW_TYPED_URL="true") as running,  # type: ignore[arg-type]
    ):
        app = sound(read(tab(signed_in(running, server))))
        assert "What needs a look this week" in headings(app)
        assert not any(heading.startswith(BEGINS) for heading in headings(app))

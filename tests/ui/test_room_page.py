"""The page of one room: what is known of it, what a reader may not see, and other rooms beside it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.room import of_its_size
from engagement.ui import loading, session
from engagement.ui.runtime import Runtime, runtime
from tests.matrix.names import HIDDEN, OURS
from tests.matrix.names import workspace as secretive
from tests.support.access_tools import TODAY, explore, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("dashboard")

NOWHERE = "There is no such room here. Choose another one above."


def rooms_of(app: AppTest):
    """All rooms that the reader may see, and those of the view."""
    view = app.session_state[loading.VIEW]
    activity = view.reader.activity(view.facts, view.period).result(10)
    return activity.rooms, view.rooms(activity)


def charts(app: AppTest) -> list[str]:
    """The titles above the charts."""
    return [one.value for one in app.main.header]


def test_a_room_has_its_name_its_figures_its_year_and_its_place() -> None:
    rooms, _ = rooms_of(explore("top_channels"))
    third = rooms.query("type == 'channel'").iloc[2]
    app = sound(explore("room", room=third["room_id"]))
    assert app.title[0].value.replace("\\", "") == third["label"]
    told = {metric.label: metric.value for metric in app.metric}
    assert told["Messages"] == f"{third['messages']:,}"
    assert told["Members"] == f"{third['members']:,.0f}"
    assert told["Rank"].endswith(" of 23")
    assert f"Owner: **{third['owner']}**" in text_of(app).replace("\\", "")
    days, weekdays, year, place = charts(app)
    assert days.replace("\\", "").startswith(str(third["label"]))
    assert weekdays.replace("\\", "").startswith(f"{third['label']}: most on ")
    assert third["name"] in year.replace("\\", "")
    assert place.startswith("Rank ")
    spec = json.loads(app.get("plotly_chart")[2].proto.spec)
    assert len(spec["data"][2]["x"]) == 52


def test_weekdays_are_told_where_a_whole_week_of_days_is_known_and_not_of_weeks() -> None:
    three_days = {"period": "Custom range", "from": "2026-11-09", "to": "2026-11-11"}
    for asked, told in (
        ({"period": "Last 4 full weeks"}, True),
        (three_days, False),
        ({"period": "Last 90 days"}, False),
    ):
        app = sound(explore("room", **asked))
        assert any(": most on " in title for title in charts(app)) == told
        assert "weekdays" not in " ".join(charts(app))


def test_a_silent_room_says_it_once_and_draws_no_weekdays() -> None:
    _, shown = rooms_of(explore("top_channels"))
    silent = shown[shown["messages"].eq(0) & shown["previous_messages"].eq(0)].iloc[0]
    days, year, _ = charts(sound(explore("room", room=silent["room_id"])))
    assert days.endswith(": no messages in this period")
    assert "weekday" not in year


def test_without_a_room_in_the_link_the_busiest_one_is_shown_and_any_can_be_chosen() -> None:
    app = sound(explore("room"))
    _, shown = rooms_of(app)
    assert app.session_state["room_choice"] == shown["room_id"].iloc[0]
    app.selectbox(key="room_choice").select_index(4).run()
    assert app.title[0].value.replace("\\", "") == shown["label"].iloc[4]
    assert app.query_params["room"] == shown["room_id"].iloc[4]


def test_its_signal_and_count_are_those_of_the_table() -> None:
    app = sound(explore("top_channels"))
    table = app.dataframe[0].value
    rooms, _ = rooms_of(app)
    for place in (0, 1, 7):
        row = table.iloc[place]
        room = rooms[rooms["label"] == row["Room"]].iloc[0]
        year = charts(sound(explore("room", room=room["room_id"])))[2].replace("\\", "")
        assert f": {row['Signal']}" in year
        assert f"{row['Messages']:,} message" in year


def test_the_rooms_before_and_after_it_are_one_click_away() -> None:
    app = sound(explore("room"))
    _, shown = rooms_of(app)
    app = sound(explore("room", room=shown["room_id"].iloc[1]))
    links = [(one.proto.page, one.proto.query_string) for one in app.get("page_link")]
    assert links == [("room", f"room={shown['room_id'].iloc[at]}") for at in (0, 2)]


def test_a_discussion_and_a_room_of_a_team_lead_to_what_is_above_them_for_those_who_may_see_it(
    dashboard: Runtime,
) -> None:
    rooms = [
        RoomSpec("crew", "p", name="crew", team="t1", team_main=True),
        # Without a count an analyst, who lists public channels only, knows nothing of it.
        RoomSpec("deck", "p", name="deck", team="t1", last_message=None),
        RoomSpec("paint", name="paint", title="Which paint?", discussion_of="deck"),
    ]
    options = Options(today=TODAY, timezone="UTC", rate_limit=0)
    days = {TODAY - timedelta(days=n): 5 for n in range(30)}
    made = community(rooms, {"crew": days, "paint": days})

    def above(reader: str, room_id: str) -> list[tuple[str, str]]:
        app = sound(read(tab(reader, "room", room=room_id)))
        ways = [(link.proto.label.replace("\\", ""), link.proto.query_string) for link in app.get("page_link")]
        return [(label, query) for label, query in ways if label.startswith(("Discussion of", "Team"))]

    with DemoServer(options, clock=Clock(), community=made) as workspace:
        manager = signed_in(dashboard, workspace)
        assert above(manager, "paint") == [("Discussion of 🔒 deck", "room=deck")]
        assert above(manager, "deck") == [("Team ◊ crew", "room=crew")]
        assert above(manager, "crew") == []
        analyst = signed_in(dashboard, workspace, "analyst")
        dashboard.sessions.admitted(analyst, (), at=session.NEVER)
        assert above(analyst, "paint") == []


def test_a_room_that_the_filters_leave_out_is_shown_and_it_is_said_that_it_counts_nowhere() -> None:
    rooms, _ = rooms_of(explore("top_channels"))
    private = rooms.query("type == 'private'").iloc[0]
    app = sound(explore("room", room=private["room_id"], types=["Channels"]))
    assert private["name"] in app.title[0].value.replace("\\", "")
    assert "The filters leave this room out" in text_of(app)
    assert "Rank" not in {metric.label for metric in app.metric}
    assert len(charts(app)) == 1


def test_people_of_a_direct_message_are_named_on_its_page_only_when_asked_for() -> None:
    rooms, _ = rooms_of(explore("top_channels"))
    direct = rooms.query("type == 'direct'").iloc[0]
    app = sound(explore("room", room=direct["room_id"], types=["Direct"]))
    unnamed = app.title[0].value
    assert re.fullmatch(r"direct message \d+", unnamed)
    assert direct["name"] not in text_of(app).replace("\\", "")
    app.sidebar.toggle(key="people").set_value(True).run()
    assert app.title[0].value.replace("\\", "") == direct["named_label"] != unnamed
    app = sound(explore("room", room=direct["room_id"]))
    assert app.title[0].value == unnamed


def said(app: AppTest, room_id: str) -> str:
    """What is said of a room, with the id in the links to this very view taken out."""
    assert not app.exception
    return text_of(app).replace(room_id, "ID")


def test_a_room_that_a_reader_may_not_see_is_answered_as_one_that_never_was(dashboard: Runtime) -> None:
    with secretive(OURS, 3) as workspace:
        of_manager = read(tab(signed_in(dashboard, workspace), "room", room=HIDDEN))
        assert OURS["H"] in of_manager.title[0].value
        analyst = signed_in(dashboard, workspace, "analyst")
        # Which rights they have is asked anew.
        dashboard.sessions.admitted(analyst, (), at=session.NEVER)
        answers = [said(read(tab(analyst, "room", room=one)), one) for one in (HIDDEN, "nowhere-at-all")]
    assert NOWHERE in answers[0]
    assert answers[0] == answers[1]


def test_rooms_of_its_size_are_put_beside_it_and_kept_in_the_link() -> None:
    app = sound(explore("room"))
    _, shown = rooms_of(app)
    alike = of_its_size(shown, shown.head(1), 4)
    next(button for button in app.button if button.label == "Rooms of its size").click().run()
    assert app.query_params["beside"] == alike
    assert charts(sound(app))[-1].endswith(" beside 4 other rooms")
    assert len(json.loads(app.get("plotly_chart")[-1].proto.spec)["data"]) == 5
    app.multiselect(key="beside_choice").set_value([]).run()
    assert "beside" not in app.query_params
    assert len(charts(sound(app))) == 4


def test_a_link_with_other_rooms_shows_at_most_four_of_them_and_never_the_room_itself() -> None:
    app = sound(explore("room"))
    _, shown = rooms_of(app)
    ids = list(shown["room_id"].head(6))
    app = sound(explore("room", room=ids[0], beside=ids))
    assert app.session_state["beside_choice"] == ids[1:5]
    assert charts(app)[-1].endswith(" beside 4 other rooms")


def test_without_the_premium_module_a_room_has_what_the_directory_knows() -> None:
    runtime().demo_options = Options(rooms=30, today=TODAY, unlicensed=True)
    app = sound(explore("room"))
    assert [metric.label for metric in app.metric] == ["Members"]
    assert "Last message: **" in text_of(app)
    assert not app.get("plotly_chart")


def test_filters_that_leave_no_room_end_the_page_unless_a_room_is_asked_for() -> None:
    rooms, _ = rooms_of(explore("room"))
    assert "No room matches the filters" in text_of(sound(explore("room", search="no such room anywhere")))
    app = sound(explore("room", search="no such room anywhere", room=rooms["room_id"].iloc[0]))
    assert "The filters leave this room out" in text_of(app)
    assert len(charts(app)) == 1


@pytest.mark.parametrize("page", ["overview", "top_channels", "week_over_week", "inactive_rooms", "trends"])
def test_where_the_filters_leave_one_room_a_page_leads_to_it_instead_of_drawing_one_bar(page: str) -> None:
    _, shown = rooms_of(explore(page))
    name = shown["name"].iloc[3]
    app = sound(explore(page, search=name))
    _, left = rooms_of(app)
    assert list(left["name"]) == [name]
    [title] = [text for text in charts(app) if "only room" in text]
    assert title.replace("\\", "") == f"{left['label'].iloc[0]} is the only room that the filters leave"
    assert f"Messages: {left['messages'].iloc[0]:,} · " in text_of(app)
    link = app.get("page_link")[-1].proto
    assert (link.page, link.query_string) == ("room", f"room={left['room_id'].iloc[0]}")
    drawn = {one.proto.id.partition("plot_")[2].rstrip("_0123456789") for one in app.get("plotly_chart")}
    assert drawn <= {"messages_per_day"}
    # A room has a signal of its own; what all rooms together are judged by is another measure.
    assert "together" not in text_of(app)


def test_the_room_chosen_on_trends_leads_to_its_page() -> None:
    app = sound(explore("trends"))
    app.selectbox(key="room_choice").select_index(2).run()
    [way] = [link.proto for link in app.get("page_link") if link.proto.label == "The page of this room"]
    assert (way.page, way.query_string) == ("room", f"room={app.session_state['room_choice']}")
    assert app.session_state["room_choice"] == rooms_of(app)[1]["room_id"].iloc[2]

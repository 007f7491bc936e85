"""Every page over ten made-up weeks of a workspace without the Premium module, against what was written in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engagement.display.sources import MEANING, NET
from engagement.storage.archive import Archive
from engagement.storage.database import Store
from tests.support.access_tools import PAGES, process, read, sign_in, sound, text_of
from tests.support.counters import BEFORE, LAST, WEEKS, Unlicensed, live_with_sync, unlicensed
from tests.support.faults import EXACT, NOTED, fault

pytestmark = fault(kind="Side dishes and refusals", at="demo workspace without the Premium module")

# Direct messages are left out until asked for; the counter of the room that is pruned every day tells nothing.
SHOWN = {"general": "#general", "pruned": "#pruned", "moved": "#new-name", "made": "#made", "board": "🔒 board"}
SILENT = {"help": "#help", "unused": "#unused"}


@pytest.fixture(scope="module")
def archive_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('archive')}/engagement.sqlite3"


@pytest.fixture(scope="module")
def lived(archive_url: str) -> Iterator[Unlicensed]:
    with unlicensed() as workspace:
        live_with_sync(workspace, Archive(Store(archive_url)))
        yield workspace


@pytest.fixture(autouse=True)
def running(lived: Unlicensed, archive_url: str, tmp_path: Path) -> Iterator[None]:
    with process(tmp_path, lived.clock, ARCHIVE_URL=archive_url, WORKSPACE_ALLOW_TYPED_URL="true"):
        yield


def page(lived: Unlicensed, name: str, user: str = "manager") -> AppTest:
    return sound(read(sign_in(lived.server.url, user, user, page=name)))


def total(lived: Unlicensed, days: object) -> int:
    return sum(lived.in_days(room, days) for room in (*SHOWN, *SILENT))  # type: ignore[arg-type]


def charts(app: AppTest) -> list[dict[str, object]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_messages_are_net_and_between_which_moments(lived: Unlicensed, name: str) -> None:
    app = page(lived, name)
    said = text_of(app)
    assert f"Messages are {NET}" in said
    assert "from 16 Nov 2026, 00:10 to 23 Nov 2026, 00:10 UTC; those before from 9 Nov 2026, 00:10" in said
    assert "In no total: 1 room whose counter fell or was not read." in said
    assert "no Premium licence" not in said
    assert app.get("plotly_chart")


def test_the_overview_has_the_messages_of_the_weeks_and_charts_that_say_what_they_are(lived: Unlicensed) -> None:
    app = page(lived, "overview")
    now, before = total(lived, LAST), total(lived, BEFORE)
    [messages] = [metric for metric in app.metric if metric.label == "Messages"]
    assert messages.value == f"{now:,}"
    assert messages.delta.startswith(f"+{now - before:,} (")
    assert MEANING in messages.help
    # Above, behind the badge, and with each chart.
    assert text_of(app).count(NET) == 2 + len(charts(app))


@fault("no Premium module, counters kept", EXACT, "each room's messages are what was written", seen="Top channels")
def test_top_channels_are_those_with_most_messages_written(lived: Unlicensed) -> None:
    table = page(lived, "top_channels").dataframe[0].value
    told = dict(zip(table["Room"], table["Messages"], strict=True))
    expected = {label: lived.in_days(room, LAST) for room, label in SHOWN.items()} | dict.fromkeys(SILENT.values(), 0)
    assert {room: n for room, n in told.items() if room != "#short"} == expected
    assert list(table["Room"])[:2] == ["#general", "#pruned"]
    assert table.set_index("Room")["Messages"].isna()["#short"]
    assert table.set_index("Room")["Signal"]["#general"] == "rising"


def test_week_over_week_has_the_changes_of_what_was_written(lived: Unlicensed) -> None:
    table = page(lived, "week_over_week").dataframe[0].value.set_index("Room")
    for room, label in {**SHOWN, "help": "#help"}.items():
        now, before = lived.in_days(room, LAST), lived.in_days(room, BEFORE)
        assert tuple(table.loc[label, ["Messages", "Previous", "Change"]]) == (now, before, now - before)
    assert table.loc["#help", "Change in words"] == "fell silent"


def test_inactive_rooms_are_those_in_which_nobody_wrote(lived: Unlicensed) -> None:
    table = page(lived, "inactive_rooms").dataframe[0].value.set_index("Room")
    assert dict(table["State"]) == {"#help": "fell silent", "#unused": "never used"}


def test_trends_have_ten_weeks_of_what_was_written(lived: Unlicensed) -> None:
    app = page(lived, "trends")
    told = [chart["data"] for chart in charts(app)]
    # Rooms of which some week is not known stand in no total of weeks.
    rooms = {*SHOWN, *SILENT, "short"} - {"pruned"}
    weeks = [sum(lived.in_days(room, week) for room in rooms - {"short"}) for week in WEEKS]
    weeks[0] += 28
    drawn = [trace["y"] for data in told for trace in data if trace.get("y")]  # type: ignore[attr-defined]
    assert [y[-10:] for y in drawn if list(y[-10:]) == weeks]
    assert "In no total of weeks: 1 room whose counter fell" in text_of(app)


@fault("a room is pruned, on its own page", NOTED, "its week is a gap; every other one is right", seen="Room")
def test_the_page_of_a_room_has_its_weeks_and_its_days(lived: Unlicensed) -> None:
    app = sound(read(sign_in(lived.server.url, "manager", "manager", page="room")))
    app.selectbox(key="room_choice").set_value("pruned")
    app = sound(read(app.run()))
    assert {metric.label: metric.value for metric in app.metric}["Messages"] == "70"
    assert json.dumps(charts(app)).count("no reading of the counters") + json.dumps(charts(app)).count("not known") > 0


def test_a_report_says_it_in_words_and_in_its_facts(lived: Unlicensed) -> None:
    app = page(lived, "report")
    assert {metric.label: metric.value for metric in app.metric}["Messages"] == f"{total(lived, LAST):,}"
    copied = str(app.code[0].value)
    assert f"Messages are {NET}" in copied
    assert "#general" in copied.replace("\\", "")


def test_a_visit_keeps_a_reading_with_the_rights_of_the_visitor_and_shows_no_other(lived: Unlicensed) -> None:
    app = page(lived, "overview", "analyst")
    said = text_of(app)
    assert "no Premium licence" in said
    assert "have been read once, on 23 Nov 2026, 09:00 UTC" in said
    assert "board" not in json.dumps(charts(app))


@fault("an account that may not read statistics", NOTED, "everything but years by month", seen="Trends")
def test_trends_have_years_of_months_for_whoever_may_read_the_statistics(lived: Unlicensed) -> None:
    told = {user: text_of(page(lived, "trends", user)) for user in ("admin", "manager")}
    assert [user for user, said in told.items() if "by the statistics of the workspace" in said] == ["admin"]

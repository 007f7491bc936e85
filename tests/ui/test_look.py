"""The overview begins with what needs a look, and week over week has the rest: lines, links, and names as text."""

from __future__ import annotations

import html
import re
import threading
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from engagement.demo import Options
from engagement.display import news
from engagement.display.palette import LIGHT
from engagement.errors import ReadingStopped
from engagement.reading.jobs import Job
from engagement.reading.workspace import Reader
from engagement.ui import look
from engagement.ui.runtime import runtime
from engagement.ui.shown import Shown
from tests.support.access_tools import TODAY, explore, sound, text_of
from tests.support.report_tools import HOSTILE, activity_of, history_of

pytestmark = pytest.mark.usefixtures("dashboard")

NEWS = ["Rising", "Falling", "Unusually silent", "Returned"]
SERVER = "https://chat.example.org"
SOARED = [100.0] * 16 + [900.0]


def lines(app: AppTest) -> str:
    """The HTML of the lines."""
    return "".join(one.proto.body for one in app.get("html") if 'class="look"' in one.proto.body)


def drawn(*rooms: dict[str, object], base_url: str | None = SERVER) -> str:
    """The lines of rooms that all soared."""
    counts: list[dict[str, object]] = [{"messages": 900, "previous_messages": 100, **room} for room in rooms]
    history = history_of({str(room.get("room_id", room["name"])): SOARED for room in rooms})
    activity = activity_of(*counts).judged(history)
    view = SimpleNamespace(
        shown=lambda: {"period": ["Last full week"]}, base_url=base_url, people=False, rooms=lambda one: one.rooms
    )
    shown = Shown(cast(Any, view), activity)
    return look.made(shown, news.news(activity, shown.rooms, people=False), LIGHT)


@pytest.fixture
def busy(dashboard: object) -> None:
    """A workspace in which more rooms have a signal than there are lines."""
    runtime().demo_options = Options(rooms=1_500, today=TODAY)


@pytest.mark.usefixtures("busy")
def test_the_overview_begins_with_ten_rooms_and_leads_to_the_others() -> None:
    app = sound(explore())
    found = lines(app)
    assert found.count("<tr>") == 10
    some = re.search(r"(\d+) rooms with a signal", text_of(app))
    assert some is not None
    # Those above it are of the story of the demo workspace.
    link = app.get("page_link")[-1]
    assert (link.proto.label, link.proto.page) == (f"and {int(some[1]) - 10} more", "week_over_week")
    assert link.proto.query_string == "signal=Rising&signal=Falling&signal=Unusually+silent&signal=Returned"
    others = sound(explore("week_over_week", signal=NEWS)).dataframe[0].value
    assert len(others) == int(some[1])
    assert [html.unescape(room) for room in re.findall("<bdi>(.*?)</bdi>", found)] == list(others["Room"].head(10))


def test_what_needs_a_look_stands_above_the_figures() -> None:
    told = [(one.type, str(getattr(one, "value", ""))) for one in sound(explore()).main]
    look_at = next(n for n, (_, text) in enumerate(told) if text.startswith("What needs a look this week"))
    assert look_at < min(n for n, (kind, _) in enumerate(told) if kind in {"metric", "plotly_chart"})


PAGE = "http://localhost:8501/room?period=Last+full+week&room="


def test_a_line_leads_to_the_page_of_its_room_and_into_its_workspace() -> None:
    found = drawn({"name": "général", "type": "private", "room_id": "r/1"})
    assert Parts(found).links == [f"{PAGE}r%2F1", f"{SERVER}/group/g%C3%A9n%C3%A9ral", f"{PAGE}r%2F1"]


def test_a_line_of_the_demo_workspace_which_has_no_screens_leads_to_the_page_of_its_room_alone() -> None:
    found = Parts(drawn({"name": "general"}, base_url=None))
    assert found.links == [f"{PAGE}general"] * 2


def test_a_period_without_a_full_week_says_that_none_is_judged_and_how_rooms_are_ordered() -> None:
    said = text_of(sound(explore(period="This week so far")))
    assert "What needs a look" in said
    assert "Signals are given on full weeks, and this period holds none that is over." in said
    changed = sound(explore("week_over_week", period="This week so far", signal=["Rising"]))
    assert "No signals yet: the largest change comes first and no room is left out by one." in text_of(changed)
    assert "largest change first, without signals" in text_of(changed).replace("\\", "")
    assert len(changed.dataframe[0].value)


def changes_are_drawn(app: AppTest) -> bool:
    return any("movers" in chart.proto.id for chart in app.get("plotly_chart"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, "Signals follow as soon as the weeks before have been read."),
        (ReadingStopped(), "Without the weeks before, no room can be judged."),
    ],
)
def test_while_weeks_are_read_or_after_that_failed_the_page_says_so(
    error: Exception | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, over = sound(explore()), threading.Event()

    def work(_: object) -> Any:
        if error is not None:
            raise error
        return over.wait(30)

    def asked(reader: Reader, *_: object) -> Job[Any]:
        return runtime().jobs.ask("held", reader.viewer, work, keep=0)

    monkeypatch.setattr(Reader, "judged_history", asked)
    assert not changes_are_drawn(app)
    assert said in text_of(sound(app.run()))
    assert not lines(app)
    # Where no room stands above, those that changed most do below.
    assert changes_are_drawn(app)
    over.set()


def test_week_over_week_shows_the_rooms_with_a_chosen_signal_strongest_first() -> None:
    every = sound(explore("week_over_week")).dataframe[0].value
    app = sound(explore("week_over_week", signal=["No clear change"]))
    calm = app.dataframe[0].value
    assert set(calm["Signal"]) == {"no clear change"}
    assert list(calm["Room"]) == list(every[every["Signal"] == "no clear change"]["Room"])
    assert "asks for something unknown (signal)" in text_of(explore("week_over_week", signal=["Growing"]))


def test_a_table_can_be_sorted_by_signal_where_another_order_is_usual() -> None:
    app = sound(explore("top_channels", sort="Signal"))
    assert app.selectbox(key="sort").value == "Signal"
    first = list(app.dataframe[0].value["Room"])
    movers = sound(explore("week_over_week")).dataframe[0].value
    loud = list(movers[movers["Signal"].isin([word.lower() for word in NEWS])]["Room"])
    assert loud
    assert first[: len(loud)] == loud


class Parts(HTMLParser):
    """What a browser reads: tags, attributes by name, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [str(value) for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_names_are_text_in_the_lines() -> None:
    names = [*HOSTILE, "<script>", "[x](http://evil)", '" onmouseover="alert(1)'][-10:]
    found = Parts(drawn(*({"name": name, "room_id": f"{name}{n}"} for n, name in enumerate(names))))
    assert found.tags == {"div", "table", "tbody", "tr", "th", "td", "a", "bdi", "img", "strong"}
    assert found.attributes == {
        *("class", "scope", "href", "target", "rel", "title", "src", "alt", "width", "height", "style", "aria-label"),
    }  # fmt: skip
    assert all(link.startswith((f"{SERVER}/channel/", PAGE)) for link in found.links)
    assert all(f"#{name}" in found.text for name in names[-3:])

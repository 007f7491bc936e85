"""Events from every page: added, changed, removed and undone, seen by everybody of the workspace at once."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engagement.errors import StoreUnavailable
from engagement.numbers.events import event
from engagement.storage.events import EventBook
from engagement.ui import loading
from tests.support.access_tools import PAGES, explore, read, sound, text_of
from tests.support.faults import NOTED, SAID, fault

pytestmark = [pytest.mark.usefixtures("dashboard"), fault(kind="Odd values", at="form of events", seen="every page")]

DRAWN = ["overview", "trends", "report"]


def field(app: AppTest, name: str) -> Any:
    """The field of the form that is open."""
    fields = [*app.sidebar.text_input, *app.sidebar.date_input, *app.sidebar.checkbox]
    [found] = [one for one in fields if str(one.key).startswith(name)]
    return found


def add(app: AppTest, name: str, first: date, last: date | None = None, *, alone: bool = False) -> AppTest:
    """Types an event and presses the button."""
    field(app, "event_name").set_value(name)
    field(app, "event_first").set_value(first)
    field(app, "event_last").set_value(last)
    field(app, "event_not_comparable").set_value(alone)
    return read(app.sidebar.button(key="event_save").click().run())


def listed(app: AppTest) -> list[str]:
    """The events of the list, as they are written."""
    return [one.value for one in app.sidebar.markdown if one.value.startswith("**") and "  \n" in one.value]


def said(app: AppTest) -> list[str]:
    return [one.value for one in (*app.sidebar.success, *app.sidebar.error)]


@pytest.mark.parametrize("page", PAGES)
def test_an_event_is_added_on_any_page_and_gone_after_undo(page: str) -> None:
    app = add(sound(explore(page)), "release 8.4", date(2026, 11, 10))
    assert not app.exception
    assert said(app) == ["“release 8\\.4” is added\\."]
    assert listed(app) == ["**release 8\\.4**  \n10 Nov 2026"]
    # The form is empty for the next one.
    assert field(app, "event_name").value == ""
    read(app.sidebar.button(key="event_undo").click().run())
    assert said(app) == ["Undone\\."]
    assert listed(app) == []


@pytest.mark.parametrize("page", DRAWN)
def test_an_event_is_drawn_and_named_on_every_chart_of_time(page: str) -> None:
    app = add(sound(explore(page)), "release 8.4", date(2026, 11, 10))
    assert "“release 8\\.4” \\(10 Nov 2026\\)" in text_of(app)
    drawn = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    texts = [note["text"] for chart in drawn for note in chart["layout"].get("annotations", [])]
    assert "release 8.4" in texts


def test_what_somebody_adds_others_see_at_their_next_click() -> None:
    other = sound(explore("trends"))
    add(sound(explore()), "offsite", date(2026, 11, 9), date(2026, 11, 11))
    assert listed(read(other.run())) == ["**offsite**  \n9–11 Nov 2026"]
    assert "“offsite” \\(9–11 Nov 2026\\)" in text_of(other)


def test_an_event_that_is_not_comparable_takes_the_signals_of_its_week_back_and_undo_brings_them_again() -> None:
    app = sound(explore("top_channels"))
    before = app.dataframe[0].value["Signal"].tolist()
    assert set(before) != {"too few weeks"}
    add(app, "strike", date(2026, 11, 11), alone=True)
    table = app.dataframe[0].value
    assert set(table["Signal"]) == {"too few weeks"}
    assert set(table["Why"]) == {"weeks with “strike” are not judged"}
    read(app.sidebar.button(key="event_undo").click().run())
    assert app.dataframe[0].value["Signal"].tolist() == before


def test_trends_say_which_weeks_are_unlike_others() -> None:
    app = add(sound(explore("trends")), "strike", date(2026, 10, 7), alone=True)
    assert "Weeks with “strike” are not judged, nor is any week compared with them." in text_of(app)


def test_an_event_is_changed_and_the_change_undone() -> None:
    app = add(sound(explore()), "offsite", date(2026, 11, 9), date(2026, 11, 11))
    [change] = [one for one in app.sidebar.button if str(one.key).startswith("event_change_")]
    change.click().run()
    assert field(app, "event_name").value == "offsite"
    assert field(app, "event_last").value == date(2026, 11, 11)
    assert app.sidebar.button(key="event_save").label == "Save"
    add(app, "offsite of all", date(2026, 11, 10))
    assert listed(app) == ["**offsite of all**  \n10 Nov 2026"]
    assert app.sidebar.button(key="event_save").label == "Add"
    read(app.sidebar.button(key="event_undo").click().run())
    assert listed(app) == ["**offsite**  \n9–11 Nov 2026"]


def test_an_event_is_removed_and_brought_back() -> None:
    app = add(sound(explore()), "offsite", date(2026, 11, 9))
    [remove] = [one for one in app.sidebar.button if str(one.key).startswith("event_remove_")]
    read(remove.click().run())
    assert (said(app), listed(app)) == (["“offsite” is removed\\."], [])
    read(app.sidebar.button(key="event_undo").click().run())
    assert listed(app) == ["**offsite**  \n9 Nov 2026"]


@fault("an event without a name, of too many days, or that ends before it begins", SAID, "what was typed stays")
@pytest.mark.parametrize(
    ("name", "last", "why"),
    [
        (" ", None, "needs a name"),
        ("offsite", date(2026, 11, 8), "before it begins"),
        ("offsite", date(2028, 1, 1), "at most 366 days"),
        ("bell\x07", None, "without control characters"),
    ],
)
def test_what_is_no_event_is_said_and_nothing_typed_is_lost(name: str, last: date | None, why: str) -> None:
    app = add(sound(explore()), name, date(2026, 11, 9), last, alone=True)
    [told] = said(app)
    assert why in told.replace("\\", "")
    assert field(app, "event_name").value == name
    assert field(app, "event_last").value == last
    assert field(app, "event_not_comparable").value is True
    assert listed(app) == []
    assert app.get("plotly_chart")


@fault("the same event is added twice", NOTED, "it is there already")
def test_an_event_that_is_there_is_not_added_again() -> None:
    app = add(sound(explore()), "offsite", date(2026, 11, 9))
    add(app, "offsite", date(2026, 11, 9))
    assert said(app) == ["“offsite” is there already\\."]
    assert len(listed(app)) == 1


@fault("an event that somebody else has removed meanwhile", SAID, "it is not there any more")
def test_a_click_on_an_event_that_is_gone_is_told_and_nothing_else_happens() -> None:
    app = add(sound(explore()), "offsite", date(2026, 11, 9))
    view = app.session_state[loading.VIEW]
    archive = view.reader.archive
    [one] = view.reader.events(view.facts)
    archive.events(view.facts.identity.name).remove(one.id, "somebody else")
    [remove] = [button for button in app.sidebar.button if str(button.key).startswith("event_remove_")]
    read(remove.click().run())
    assert said(app) == ["This event is not there any more\\: somebody has removed or changed it\\."]
    assert listed(app) == []


@fault("the database is away when an event is added", SAID, "what was typed stays; the figures stand", at="database")
def test_a_dead_database_takes_neither_the_figures_nor_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sound(explore())

    def dead(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(EventBook, "add", dead)
    monkeypatch.setattr(EventBook, "all", dead)
    add(app, "offsite", date(2026, 11, 9))
    assert "does not answer" in said(app)[0]
    assert field(app, "event_name").value == "offsite"
    assert app.get("plotly_chart")


def test_a_name_is_no_markup_anywhere() -> None:
    name = "<b>x</b> [a](https://evil.example) :smile: $x$ `y`"
    app = add(sound(explore()), name, date(2026, 11, 10))
    [line] = listed(app)
    assert "<b>" not in line
    assert "](" not in line
    assert "](https" not in text_of(app)
    assert len(app.get("plotly_chart")) == 3


def test_the_nearest_events_are_listed_and_the_others_counted() -> None:
    app = sound(explore())
    view = app.session_state[loading.VIEW]
    book = view.reader.archive.events(view.facts.identity.name)
    book.add([event(f"event {day}", date(2026, 10, day)) for day in range(1, 16)], "ada")
    app.run()
    assert [line.split("**")[1] for line in listed(app)] == [f"event {day}" for day in range(15, 3, -1)]
    assert any("and 3 further away" in one.value for one in app.sidebar.caption)

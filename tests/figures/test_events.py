"""Events on every figure of time: named beside it, a band over their days, and names that do not lie on each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from engagement.display.palette import DARK, LIGHT
from engagement.figures import Context
from engagement.figures.events import OverTime, mark_events, weeks_from
from engagement.figures.frame import framed
from engagement.figures.info import Canvas
from engagement.numbers.events import Event, event
from engagement.numbers.periods import Period
from tests.figures.test_drawing import HOSTILE, every_info, texts_of
from tests.support.figure_tools import CONTEXT, WEEK, room, rooms_table

OFFSITE = event("offsite", date(2026, 11, 11), date(2026, 11, 12), not_comparable=True)
RELEASE = event("release 8.4", date(2026, 11, 4))
LATER = event("later", date(2026, 11, 16))
ROOMS = rooms_table(room("general", 70, 30), room("help", 7, 3))
DAYS = [Period(day, day) for day in WEEK.dates()]


def over_time(*events: Event, context: Context = CONTEXT) -> dict[str, Any]:
    """Every figure of time."""
    infos = every_info(ROOMS, replace(context, events=events))
    return {name: info for name, info in infos.items() if isinstance(info, OverTime)}


def drawn(*events: Event, columns: list[Period] = DAYS) -> Canvas:
    """A figure of nothing but these events."""
    [info] = [info for name, info in over_time().items() if name == "messages_per_day"]
    canvas = framed(info, LIGHT, 200)
    mark_events(canvas, events, columns, LIGHT)
    return canvas


def names(canvas: Canvas) -> list[tuple[str, float]]:
    """The names above a chart, each with how far above it stands."""
    return [(one["text"], one["yshift"]) for one in canvas.layout.get("annotations", [])]


def test_every_figure_of_time_names_its_events_in_its_caption_and_in_what_is_read_out() -> None:
    infos = over_time(RELEASE, OFFSITE, LATER)
    assert set(infos) == {"messages_per_day", "weekly_totals", "heat", "room_line", "room_year"}
    for info in infos.values():
        said = "“release 8.4” (4 Nov 2026), “offsite” (11–12 Nov 2026, not comparable)"
        assert info.subtitle.count(said) == info.alt.count(said) == 1
        assert "later" not in info.alt


@pytest.mark.parametrize("name", ["messages_per_day", "weekly_totals", "heat", "room_line", "room_year"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_figure_of_time_draws_a_band_and_the_name_of_each_event(name: str, theme: Any) -> None:
    plain, marked = (over_time(*events)[name].drawn(theme) for events in ((), (OFFSITE,)))
    added = len(marked.layout.get("shapes", [])) - len(plain.layout.get("shapes", []))
    assert added == 2
    assert "offsite" in [text for text, _ in names_of(marked)]
    assert marked.layout["height"] > plain.layout["height"]
    # Plotly itself finds no mistake.
    go.Figure(marked.traces, marked.layout)


def names_of(canvas: Canvas) -> list[tuple[str, Any]]:
    return [(one["text"], one["x"]) for one in canvas.layout["annotations"]]


def test_a_band_covers_the_days_of_its_event_and_no_others() -> None:
    canvas = drawn(OFFSITE)
    # Wednesday and Thursday are the columns 2 and 3.
    ground, edge = canvas.layout["shapes"]
    assert (ground["x0"], ground["x1"], ground["layer"]) == (1.5, 3.5, "below")
    assert (edge["x0"], edge["x1"], edge["line"]["dash"]) == (1.5, 3.5, "dot")
    over = drawn(event("both ends", date(2026, 11, 1), date(2026, 12, 1)))
    assert (over.layout["shapes"][0]["x0"], over.layout["shapes"][0]["x1"]) == (-0.5, 6.5)
    assert over.layout["shapes"][1]["line"]["dash"] == "solid"


def test_what_lies_outside_is_not_drawn() -> None:
    assert "shapes" not in drawn(RELEASE, LATER).layout


def test_names_that_would_lie_on_each_other_stand_above_each_other_and_a_third_goes_without() -> None:
    wednesday = [event(f"{what} of the release", date(2026, 11, 11)) for what in ("start", "middle", "end")]
    canvas = drawn(*wednesday)
    assert names(canvas) == [("start of the release", 3), ("middle of the release", 20)]
    # One band under three edges.
    assert [one["type"] for one in canvas.layout["shapes"]] == ["rect", "line", "line", "line"]
    assert canvas.layout["height"] == drawn().layout["height"] + 34


def test_names_with_room_between_them_share_a_line() -> None:
    canvas = drawn(event("a", date(2026, 11, 9)), event("b", date(2026, 11, 15)))
    assert names(canvas) == [("a", 3), ("b", 3)]


def test_a_name_near_an_edge_stays_inside() -> None:
    first, last = event("the first of all releases", WEEK.start), event("the last of all releases", WEEK.end)
    sides = {one["text"]: (one["x"], one["xanchor"]) for one in drawn(first, last).layout["annotations"]}
    assert sides == {"the first of…ll releases": (0.0, "left"), "the last of all releases": (1.0, "right")}


def test_an_event_of_a_day_marks_its_week() -> None:
    weeks = weeks_from([WEEK.start - timedelta(days=7), WEEK.start])
    assert weeks == [WEEK.previous, WEEK]
    ground, _ = drawn(RELEASE, columns=weeks).layout["shapes"]
    assert (ground["x0"], ground["x1"]) == (-0.5, 0.5)


def test_hostile_names_are_no_more_than_text() -> None:
    events = [Event(name, Period(WEEK.start, WEEK.start)) for name in HOSTILE if name]
    for one in events:
        for info in over_time(one).values():
            canvas = info.drawn(LIGHT)
            assert not any("<script" in text or "%{x}" in text for text in texts_of(canvas.layout))

"""Rooms that were announced and did not arrive: neither silent nor fewer, but unknown, and said to be."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from engagement.cli.channels import as_json
from engagement.display.tiles import tiles
from engagement.numbers.rooms import Activity
from engagement.report.words import sentences, written
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.faults import NOTED, fault
from tests.support.weeks import LAST, six_weeks, visit, without_one

pytestmark = fault(kind="Contradictory answers", at="demo workspace, a room of the list left out", seen="reading")


@pytest.fixture
def activity(clock: Clock) -> Iterator[Activity]:
    """The last week, in which 105 messages of #general were announced and did not arrive; #late had four."""
    with six_weeks(clock) as server:
        reader = without_one(visit(server, clock, empty_archive()), LAST, "general")
        facts = reader.facts().result(60)
        read, history = reader.activity(facts, LAST).result(60), reader.judged_history(facts, LAST)
        assert history is not None
        yield read.judged(history.result(60))


@fault("a busy room is missing from the list of a week", NOTED, "counts, state and signal are unknown")
def test_a_room_that_did_not_arrive_is_not_called_silent(activity: Activity) -> None:
    told = {room["room_id"]: room for room in as_json(activity, people=False)["rooms"]}  # type: ignore[attr-defined]
    lost = told["general"]
    assert [lost[key] for key in ("messages", "previous_messages", "change", "change_pct")] == [None] * 4
    assert (lost["state"], lost["signal"]) == ("unknown", "too few weeks")
    assert lost["reason"] == "this week is not known: not all rooms arrived"
    assert (told["late"]["messages"], told["late"]["state"]) == (4, "active")
    assert activity.rooms.set_index("room_id").loc["general", "change_word"] == ""


@fault("such a week, in totals", NOTED, "not like for like, and no rise or fall; the total of the week is unknown")
def test_what_arrived_is_not_held_against_the_week_before(activity: Activity) -> None:
    messages = tiles(activity, activity.rooms)[0]
    assert (messages.direction, "not like for like" in messages.change) == (0, True)
    said = " ".join(written(parts) for parts in sentences(activity, activity.rooms, people=False))
    assert "not like for like, as not all rooms arrived." in said
    assert not any(word in said for word in ("fewer than", "fell silent", "lost", "drove", "falling"))
    assert activity.history is not None
    assert activity.history.gaps[-1] == "not all rooms arrived"
    assert pd.isna(activity.history.silence.iloc[-1])

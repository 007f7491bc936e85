"""A week that is not over is held against the same weekdays of the week before, never against a weekend."""

from __future__ import annotations

from datetime import date

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.display.tiles import tiles
from engagement.numbers.periods import SUNDAY, Period, preset_period
from engagement.report.words import sentences, written
from tests.support.asking import ask, reader_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, fault
from tests.support.weeks import lists_asked

pytestmark = fault(kind="Unfinished weeks", at="demo workspace on a Thursday", seen="reading")

THURSDAY = date(2026, 11, 19)
SO_FAR = preset_period("this-week", THURSDAY)
# An office: ten a day from Monday to Friday and nobody there on the weekend, the last week eleven a day.
OFFICE = {day: 10 + (day >= SO_FAR.start) for day in Period(date(2026, 10, 5), THURSDAY).dates() if day.weekday() < 5}


def office(counting: str = "documented") -> DemoServer:
    options = Options(today=THURSDAY, timezone="UTC", rate_limit=0, counting=counting)
    return DemoServer(options, community=community([RoomSpec("general")], {"general": OFFICE}), clock=Clock())


@fault("the week is not over, {counting} dates", EXACT, "against Monday to Thursday of the week before")
@pytest.mark.parametrize("counting", ["documented", "swapped"])
def test_monday_to_thursday_is_held_against_monday_to_thursday(counting: str) -> None:
    with office(counting) as server:
        reader = reader_of(server)
        facts = reader.facts().result(60)
        activity = reader.activity(facts, SO_FAR).result(60)
        days = activity.bars(reader.days(facts, SO_FAR).result(60), activity.rooms)
    assert activity.previous == Period(date(2026, 11, 9), date(2026, 11, 12))
    room = activity.rooms.iloc[0]
    # Thursday to Sunday, right before, had 20.
    assert (room["messages"], room["previous_messages"]) == (44, 40)
    assert [(bar.part.start.day, bar.messages, bar.before.start.day, bar.previous) for bar in days.bars] == [
        (16, 11, 9, 10), (17, 11, 10, 10), (18, 11, 11, 10), (19, 11, 12, 10),
    ]  # fmt: skip
    assert (days.over, days.before) == (33, 30)


@fault("today is not over", EXACT, "no change is told of the tile", seen="report, Overview")
def test_figures_and_words_tell_what_is_counted_so_far_and_no_change() -> None:
    with office() as server:
        _, activity = ask(server, SO_FAR)
    messages = tiles(activity, activity.rooms)[0]
    assert (messages.value, messages.told) == ("44", "so far; 40 on the same weekdays before")
    told = written(sentences(activity, activity.rooms, people=False)[0])
    assert told == "44 messages so far; 40 on the same weekdays before."


def test_the_same_weekdays_are_two_requests_and_a_period_that_is_over_still_is_one() -> None:
    with office() as server:
        reader = reader_of(server)
        facts = reader.facts().result(60)
        server.calls.clear()
        reader.activity(facts, SO_FAR).result(60)
        assert sorted(lists_asked(server)) == ["2026-11-09", "2026-11-16"]
        server.calls.clear()
        reader.activity(facts, Period(date(2026, 11, 9), date(2026, 11, 12))).result(60)
        assert lists_asked(server) == ["2026-11-09"]


@fault("a week that begins on Sunday", EXACT, "against Sunday to Thursday")
def test_a_week_begins_on_the_configured_day() -> None:
    with office() as server:
        reader = reader_of(server, week_start=SUNDAY)
        facts = reader.facts().result(60)
        sunday = Period(date(2026, 11, 15), THURSDAY)
        assert reader.activity(facts, sunday).result(60).previous == Period(date(2026, 11, 8), date(2026, 11, 12))
        assert reader.activity(facts, SO_FAR).result(60).previous == SO_FAR.previous

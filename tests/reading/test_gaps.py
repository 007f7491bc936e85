"""Days on which nobody counted: said everywhere, judged nowhere, and never taken for silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.display.tiles import tiles
from engagement.numbers.filters import Filters
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.numbers.verdict import NO_CLEAR_CHANGE, TOO_FEW_WEEKS
from engagement.numbers.weeks import weeks_until
from engagement.reading.counts import NOT_ALIKE_NOTE
from engagement.report import html, markdown
from engagement.report.content import build
from engagement.report.wishes import Wishes
from engagement.report.words import sentences, written
from engagement.report.workbook import as_csv
from tests.support.asking import empty_archive
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault
from tests.support.weeks import DAY, LAST, visit

pytestmark = fault(kind="Uncounted days", at="demo workspace, days left out", seen="reading")

EIGHTEEN = [day for week in weeks_until(LAST, 18) for day in week.dates()]
OUT = (date(2026, 11, 11), date(2026, 11, 12))
NOTE = "Nothing was counted on 2026-11-11 to 2026-11-12: no data, or nobody wrote."


def start(clock: Clock, **options: object) -> DemoServer:
    """Ten messages a day in one room; others spoke in the gap, before it, and long ago."""
    rooms = [
        RoomSpec("general"),
        RoomSpec("spoke in the gap"),
        RoomSpec("spoke the week before"),
        RoomSpec("spoke in summer", last_message=date(2026, 8, 1)),
    ]
    counts = {
        "general": dict.fromkeys(EIGHTEEN, 10),
        "spoke in the gap": {OUT[0]: 3},
        "spoke the week before": {date(2026, 11, 5): 4},
    }
    made = community(rooms, counts)
    return DemoServer(Options(timezone="UTC", rate_limit=0, **options), clock=clock, community=made)  # type: ignore[arg-type]


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with start(clock) as running:
        yield running


def day_bars(server: DemoServer, clock: Clock) -> list[int | None]:
    """The bars of all rooms in the last week."""
    reader = visit(server, clock, empty_archive())
    facts = reader.facts().result(60)
    activity = reader.activity(facts, LAST).result(60)
    return [bar.messages for bar in activity.bars(reader.days(facts, LAST).result(60), activity.rooms).bars]


def judged(server: DemoServer, clock: Clock, period: Period = LAST, user: str = "admin") -> Activity:
    reader = visit(server, clock, empty_archive(), user)
    facts = reader.facts().result(60)
    activity, history = reader.activity(facts, period).result(60), reader.judged_history(facts, period)
    return activity.judged(history.result(60) if history else None)


def told(activity: Activity) -> str:
    return " ".join(written(parts) for parts in sentences(activity, activity.rooms, people=False))


def column(activity: Activity, name: str) -> dict[str, object]:
    return activity.rooms.set_index("room_id")[name].to_dict()


def test_without_a_gap_nothing_is_said(server: DemoServer, clock: Clock) -> None:
    activity = judged(server, clock)
    assert (activity.alike, activity.uncounted, activity.receipt.notes) == (True, (), ())
    assert column(activity, "state")["spoke in the gap"] == "active"


@fault("two days of the period, {counting} dates", NOTED, "named; not like for like; no change is judged")
@pytest.mark.parametrize("counting", ["documented", "swapped"])
def test_days_nobody_counted_are_named_and_nothing_is_judged_by_them(clock: Clock, counting: str) -> None:
    with start(clock, counting=counting) as server:
        server.workspace.stop_counting(*OUT)
        activity = judged(server, clock)
    assert activity.uncounted == OUT
    assert [note for note in activity.receipt.notes if "4-day" not in note][-2:] == [NOTE, NOT_ALIKE_NOTE]
    # 50 messages on five days and 70 on seven are a fall of 29 % only if the two others were silent.
    assert column(activity, "messages")["general"] == 50
    assert column(activity, "signal")["general"] == TOO_FEW_WEEKS
    assert told(activity).startswith(
        "50 messages were counted, and 74 in the period before: not like for like, as nothing was counted on "
        "11–12 Nov 2026 (no data, or nobody wrote)."
    )
    assert not any(word in told(activity) for word in ("fell", "rose", "drove", "none now", "29"))
    figure = tiles(activity, activity.rooms)[0]
    assert (figure.told, figure.direction) == ("−24 (−32\u00a0%), not like for like; before: 74", 0)


@fault("two days on which rooms may have spoken", NOTED, "silent only where the last message proves it")
def test_silence_is_only_certain_where_the_last_message_proves_it(server: DemoServer, clock: Clock) -> None:
    server.workspace.stop_counting(*OUT)
    activity = judged(server, clock)
    assert column(activity, "state") == {
        "general": "active",
        "spoke in the gap": "unknown",
        "spoke the week before": "fell silent",
        "spoke in summer": "dormant",
    }
    assert column(activity, "change_word")["spoke in the gap"] == ""
    assert column(activity, "change_word")["spoke the week before"] == "fell silent"


@fault("a day of the previous period", NOTED, "nobody is called new or back")
def test_a_gap_in_the_previous_period_calls_nobody_new_back_or_long_silent(server: DemoServer, clock: Clock) -> None:
    server.workspace.add("spoke the week before", date(2026, 11, 13), 2)
    server.workspace.stop_counting(date(2026, 11, 5), date(2026, 11, 5))
    activity = judged(server, clock)
    assert column(activity, "change_word")["spoke the week before"] == "", (
        "it had four messages on the day that is lost"
    )
    assert activity.uncounted == (date(2026, 11, 5),)
    assert "back" not in told(activity)
    assert "not like for like" in told(activity)


@fault("days of an earlier week", NOTED, "that week is no data, and no room is judged by it")
def test_weeks_with_uncounted_days_are_not_compared_with(server: DemoServer, clock: Clock) -> None:
    server.workspace.stop_counting(date(2026, 10, 20), date(2026, 10, 22))
    activity = judged(server, clock)
    assert activity.alike, "neither this week nor the one before has a gap"
    assert activity.history is not None
    lost = pd.Timestamp("2026-10-19")
    assert activity.history.counts[lost].isna().all()
    assert activity.history.last(17).counts.drop(columns=lost).loc["general"].tolist() == [70] * 16
    assert column(activity, "signal")["general"] == NO_CLEAR_CHANGE
    assert activity.history.receipt.notes == (
        "Nothing was counted on 2026-10-20 to 2026-10-22: no data, or nobody wrote. Weeks with such days have no data.",
    )


@fault("all of the previous period", NOTED, "its counts and changes are unknown, and not 0")
def test_a_whole_week_without_data_is_not_known_and_not_zero(server: DemoServer, clock: Clock) -> None:
    server.workspace.stop_counting(LAST.previous.start, LAST.previous.end)
    activity = judged(server, clock)
    assert activity.previous_no_data
    assert activity.rooms[["previous_messages", "change", "change_pct"]].isna().all(axis=None)
    assert column(activity, "messages")["general"] == 70
    assert set(column(activity, "change_word").values()) == {""}
    assert tiles(activity, activity.rooms)[0].change == "nothing to compare with"


@fault("all of the period", NOTED, "no counts; nobody is inactive without proof")
def test_a_period_without_data_has_no_counts_and_calls_nobody_inactive_without_proof(
    server: DemoServer, clock: Clock
) -> None:
    server.workspace.stop_counting(LAST.start, LAST.end)
    activity = judged(server, clock)
    assert activity.no_data
    assert activity.rooms["messages"].isna().all()
    assert column(activity, "state")["general"] == "unknown"
    assert column(activity, "state")["spoke in summer"] == "dormant"


@fault("Sundays on which nobody wrote", EXACT, "no gap; a Wednesday without counts is one")
def test_the_silent_sundays_of_a_small_workspace_are_no_gap(clock: Clock) -> None:
    # Two people: a dozen a day in the week, and on Sundays one message every other week.
    days = {day: 12 for day in EIGHTEEN if day.weekday() < 6}
    days |= {day: 1 for number, day in enumerate(d for d in EIGHTEEN if d.weekday() == 6) if number % 2 == 0}
    made = community([RoomSpec("pair")], {"pair": days})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        activity = judged(server, clock)
        assert day_bars(server, clock)[-1] == 0
        assert (activity.uncounted, activity.receipt.notes) == ((), ())
        # The same workspace without a Wednesday is another matter.
        server.workspace.stop_counting(OUT[0], OUT[0])
        assert judged(server, clock).uncounted == (OUT[0],)


@fault(
    "two days of the period, documented dates",
    NOTED,
    "named; not like for like; no change is judged",
    seen="report, every file, charts",
)
def test_every_file_says_which_days_were_not_counted(server: DemoServer, clock: Clock) -> None:
    server.workspace.stop_counting(*OUT)
    content = build(judged(server, clock), Filters(), Wishes())
    for made in (html.document(content), markdown.document(content), as_csv(content).decode("utf-8-sig")):
        assert NOTE in made
        assert "not like for like" in made
    assert ("Note", NOTE) in content.about, "the workbook begins with these"
    assert all("not like for like" in chart.subtitle for what, chart in content.charts.items() if what != "trend")
    # Three and four messages elsewhere are in the days before, or on those that nobody counted.
    assert day_bars(server, clock) == [10, 10, None, None, 10, 10, 10]


@fault("days before counting began", NOTED, "not like for like")
def test_days_before_the_first_counted_one_are_not_like_for_like_either(clock: Clock) -> None:
    counts = dict.fromkeys([day for day in EIGHTEEN if day >= LAST.start - 3 * DAY], 10)
    made = community([RoomSpec("general")], {"general": counts})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        activity = judged(server, clock)
    assert activity.uncounted == tuple(LAST.previous.start + n * DAY for n in range(4))
    assert NOT_ALIKE_NOTE in activity.receipt.notes
    assert "rose" not in told(activity)

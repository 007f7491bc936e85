"""Past weeks: read once, kept whole, read again only when they must be, and never zero where nothing is known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.measures import by_week
from engagement.numbers.periods import SUNDAY, Period, Way, last_full_weeks
from engagement.numbers.rooms import Activity
from engagement.numbers.weeks import History, last_full_week, signals, weeks_until
from engagement.reading.jobs import Job, Progress, Teller
from engagement.reading.weeks import RULE, _turns
from engagement.reading.workspace import Reader
from engagement.storage.archive import Scope
from tests.support.asking import checked_archive, empty_archive, name_in
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, REFUSED, fault
from tests.support.weeks import CHANNELS, DAY, LAST, SIX, lists_asked, six_weeks, visit, without_one

pytestmark = fault(kind="A past that changes", at="demo workspace", seen="reading")


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with six_weeks(clock) as running:
        yield running


def read(reader: Reader, weeks: int = 6, last: Period = LAST) -> History:
    return reader.history(reader.facts().result(60), last, weeks).result(60)


def weekly(history: History, room_id: str) -> list[float]:
    return history.counts.loc[room_id].tolist()


def test_weeks_are_exact_and_two_come_with_one_call_newest_first(server: DemoServer, clock: Clock) -> None:
    reader = visit(server, clock, empty_archive())
    reader.facts().result(60)
    server.calls.clear()
    history = read(reader)
    # The counting check brought the last three.
    assert lists_asked(server) == ["2026-10-19", "2026-10-05"]
    assert history.counts.columns.tolist() == [pd.Timestamp(week.start) for week in SIX]
    assert weekly(history, "general") == [70, 77, 84, 91, 98, 105]
    assert weekly(history, "late") == [0, 0, 0, 0, 0, 4]
    assert weekly(history, "below") == [0, 0, 0, 0, -2, 0]
    assert "silent" not in history.counts.index
    assert history.of(["silent"]).iloc[0].tolist() == [0] * 6
    assert (history.missing, history.receipt.notes, history.incomplete) == ((), (), ())


def test_a_second_visit_to_26_weeks_of_5000_rooms_asks_for_no_week_again(clock: Clock) -> None:
    archive = empty_archive()
    options = Options(rooms=5000, timezone="UTC", rate_limit=0)
    with DemoServer(options, clock=clock) as server:
        first = read(visit(server, clock, archive), 26)
        asked = server.count(CHANNELS)
        clock.now += 3600
        second = read(visit(server, clock, archive), 26)
        # The two calls of the counting check bring three weeks, and twelve the others in pairs; the second visit has
        # nothing left to ask.
        assert asked == 2 + 12
        assert server.count(CHANNELS) == asked
    assert len(first.counts) > 2000
    assert first.counts.notna().to_numpy().all()
    pd.testing.assert_frame_equal(first.counts, second.counts)


def test_a_longer_visit_asks_only_for_the_weeks_that_are_not_kept(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    read(visit(server, clock, archive), 2)
    server.calls.clear()
    assert weekly(read(visit(server, clock, archive), 4), "general") == [84, 91, 98, 105]
    assert lists_asked(server) == ["2026-10-19"]
    # The week of the 12th of October came with an answer, but nobody asked for it.
    assert SIX[1] not in archive.kept(Scope(name_in(archive, server), reader_rights(server, clock)), SIX, RULE)


def reader_rights(server: DemoServer, clock: Clock, user: str = "admin") -> str:
    return visit(server, clock, empty_archive(), user).access.rights


@fault("a late edit in a week that has just ended", EXACT, "read again until two days are over")
@pytest.mark.parametrize(
    ("moment", "again", "and_again"),
    [("2026-11-16T08:00", True, True), ("2026-11-17T23:59", True, False), ("2026-11-18T00:00", False, False)],
)
def test_a_week_that_ended_less_than_two_days_ago_is_read_again(
    server: DemoServer, clock: Clock, moment: str, again: bool, and_again: bool
) -> None:
    archive = empty_archive()
    clock.now = datetime.fromisoformat(f"{moment}Z").timestamp()
    assert weekly(read(visit(server, clock, archive)), "late")[-1] == 4
    # A late edit counts again on the day of the message.
    server.workspace.add("late", date(2026, 11, 15), 1)
    server.workspace.add("general", date(2026, 11, 8), 1)
    clock.now += 600
    server.calls.clear()
    history = read(visit(server, clock, archive))
    assert lists_asked(server) == (["2026-11-09"] if again else [])
    assert weekly(history, "late")[-1] == (5 if again else 4)
    assert weekly(history, "general")[-2] == 98, "the week before was settled and stays as it was read"
    assert history.missing == ()
    clock.now += 3 * 86_400
    server.calls.clear()
    read(visit(server, clock, archive))
    read(visit(server, clock, archive))
    assert lists_asked(server) == (["2026-11-09"] if and_again else [])


@fault("weeks on a build that begins its windows too late", EXACT, "read in blocks", kind="Counting and zones")
def test_on_the_build_that_begins_too_late_the_weeks_are_right_too(server: DemoServer, clock: Clock) -> None:
    server.options = replace(server.options, counting="swapped")
    reader = visit(server, clock, empty_archive())
    facts = reader.facts().result(60)
    assert facts.way is Way.SWAPPED
    server.calls.clear()
    history = read(reader)
    assert weekly(history, "general") == [70, 77, 84, 91, 98, 105]
    assert weekly(history, "late") == [0, 0, 0, 0, 0, 4]
    assert weekly(history, "below") == [0, 0, 0, 0, -2, 0]
    assert len(lists_asked(server)) == 6 * 2


@fault("weeks before counting, and one without", NOTED, "no data, and never 0", kind="Uncounted days")
def test_weeks_before_counting_and_weeks_without_any_message_are_no_data_and_never_zero(clock: Clock) -> None:
    weeks = weeks_until(LAST, 8)
    # Counting begins on the Wednesday of the third week; in the sixth the licence was off.
    days = {
        day: 10 for n, week in enumerate(weeks) for day in week.dates() if n != 5 and day >= weeks[2].start + 2 * DAY
    }
    rooms = [RoomSpec("general"), RoomSpec("silent", last_message=None)]
    made = community(rooms, {"general": days})
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        reader = visit(server, clock, empty_archive())
        facts = reader.facts().result(60)
        assert facts.first_counted == weeks[2].start + 2 * DAY
        server.calls.clear()
        history = read(reader, 8)
        judged = signals(reader.activity(facts, LAST).result(60).rooms, history)
    unknown = [True, True, True, False, False, True, False, False]
    assert history.counts.isna().loc["general"].tolist() == unknown
    assert history.of(["silent"]).iloc[0].isna().tolist() == unknown
    both = by_week(history, pd.DataFrame({"room_id": ["general", "silent"]}))
    assert both.isna().to_numpy().tolist() == [[one] * both.shape[1] for one in unknown]
    assert history.of(["general"]).iloc[0].dropna().tolist() == [70, 70, 70, 70]
    assert judged["weeks_known"].tolist() == [3, 3]
    assert history.missing == ()
    assert history.receipt.notes == (
        f"The server counted nothing before {facts.first_counted}; weeks that begin earlier have no data.",
        "Nothing was counted on 2026-10-26 to 2026-11-01: no data, or nobody wrote. Weeks with such days have no data.",
    )
    # The counting check brought the last three, one call the two before; what was not counted is not asked for.
    assert [start for start in lists_asked(server) if start < str(weeks[6].start)] == [str(weeks[4].start)]


@fault("two rooms swap a name, one is deleted", EXACT, "weeks go by id")
def test_renamed_and_deleted_rooms_keep_their_weeks_under_their_id(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    read(visit(server, clock, archive))
    clock.now += 7 * 86_400
    server.workspace.room("general").name = "lobby"
    server.workspace.room("late").name = "general"
    server.workspace.touch()
    server.workspace.remove_room("below")
    last = Period(date(2026, 11, 16), date(2026, 11, 22))
    for day, number in zip(last.dates(), (3, 5, 5, 5, 5, 5, 5), strict=True):
        server.workspace.add("general", day, number)
    server.workspace.add("late", date(2026, 11, 16), 6)
    reader = visit(server, clock, archive)
    history = read(reader, 6, last)
    assert weekly(history, "general") == [77, 84, 91, 98, 105, 33]
    assert weekly(history, "late") == [0, 0, 0, 0, 4, 6]
    rooms = reader.activity(reader.facts().result(60), last).result(60).rooms
    assert set(signals(rooms, history).index) == {"general", "late", "silent"}
    assert by_week(history, rooms)["messages"].tolist() == [77, 84, 91, 98, 109, 39]


@fault("weeks kept by who may see more", REFUSED, "read anew", kind="Sessions and ends")
def test_what_was_read_with_other_rights_is_not_taken(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    read(visit(server, clock, archive, "admin"))
    server.calls.clear()
    read(visit(server, clock, archive, "manager"))
    assert server.count(CHANNELS) == 0, "the same rights see the same"
    analyst = visit(server, clock, archive, "analyst")
    history = read(analyst)
    assert lists_asked(server) == ["2026-11-09", "2026-10-26", "2026-10-12"]
    assert weekly(history, "general")[-1] == 105
    assert analyst.access.rights != reader_rights(server, clock)


@fault("another workspace, with an id of its own", EXACT, "its own weeks", kind="Another workspace")
def test_another_workspace_that_later_answers_at_the_same_address_is_not_mixed_with_the_first(clock: Clock) -> None:
    archive = empty_archive()
    options = Options(rooms=40, seed=1, timezone="UTC", rate_limit=0)
    with DemoServer(options, clock=clock) as first:
        port = int(first.url.rpartition(":")[2])
        one = read(visit(first, clock, archive))
    with DemoServer(replace(options, seed=2), port=port, clock=clock) as second:
        assert second.url == first.url
        other = read(visit(second, clock, archive))
        fresh = read(visit(second, clock, empty_archive()))
    pd.testing.assert_frame_equal(other.counts.sort_index(), fresh.counts.sort_index())
    assert not other.counts.index.equals(one.counts.index)
    with DemoServer(replace(options, seed=2, counting="swapped"), port=port, clock=clock) as third:
        # What was kept on the same day is not asked for again, but does not outlive the first answer.
        reader = visit(third, clock, archive)
        reader.activity(reader.facts().result(60), LAST).result(60)
        assert reader.facts().result(60).way is Way.SWAPPED
    with DemoServer(options, port=port, clock=clock) as again:
        pd.testing.assert_frame_equal(read(visit(again, clock, archive)).counts, one.counts)
        assert again.count(CHANNELS) == 0


def test_weeks_from_sunday_are_other_weeks(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    read(visit(server, clock, archive))
    sunday = visit(server, clock, archive, week_start=SUNDAY)
    last = last_full_weeks(date(2026, 11, 20), 1, SUNDAY)
    assert last == Period(date(2026, 11, 8), date(2026, 11, 14))
    history = read(sunday, 2, last)
    # Six days of 15 and the Sunday of 14; six days of 14 and the Sunday of 13.
    assert weekly(history, "general") == [97, 104]
    judged = sunday.judged_history(sunday.facts().result(60), Period(date(2026, 11, 1), date(2026, 11, 15)))
    assert judged is not None
    assert judged.result(60).weeks[-1] == last


def test_the_last_full_week_of_a_period_lies_whole_inside_it() -> None:
    later = date(2026, 12, 1)
    assert last_full_week(Period(date(2026, 11, 1), date(2026, 11, 21)), 0, later) == LAST
    assert last_full_week(LAST, 0, later) == LAST
    assert last_full_week(Period(date(2026, 11, 10), date(2026, 11, 21)), 0, later) is None
    # On its Sunday a week is not over, and no signal may rest on it.
    assert last_full_week(LAST, 0, LAST.end) is None
    assert last_full_week(LAST, 0, LAST.end + timedelta(days=1)) == LAST
    assert last_full_week(Period(date(2026, 11, 1), LAST.end), 0, LAST.end) == LAST.previous


def test_the_weeks_around_the_turn_of_the_year_are_marked() -> None:
    weeks = weeks_until(Period(date(2026, 1, 12), date(2026, 1, 18)), 6)
    history = History(tuple(weeks), pd.DataFrame(), ())
    # From the week of the 8th of December on: the 22nd, the 29th and the 5th touch the quiet days.
    assert history.left_out == [False, False, True, True, True, False]


@fault("a room is missing in two weeks", NOTED, "unknown there; read again", kind="Contradictory answers")
def test_a_room_that_does_not_arrive_is_unknown_in_these_weeks_and_they_are_read_again(
    server: DemoServer, clock: Clock
) -> None:
    archive = checked_archive(server)
    other = visit(server, clock, empty_archive())
    rooms = other.activity(other.facts().result(60), LAST).result(60).rooms
    history = read(without_one(visit(server, clock, archive), LAST, "late"))
    assert history.counts.loc[:, pd.Timestamp(LAST.start)].to_dict() == {"general": 105, "below": 0}
    assert history.of(["late"]).iloc[0].isna().tolist() == [False] * 4 + [True] * 2
    assert history.of(["late"]).iloc[0].dropna().tolist() == [0, 0, 0, 0]
    assert history.incomplete == (SIX[4], SIX[5])
    assert history.receipt.notes == (f"Not complete: the weeks {SIX[4]}, {SIX[5]}.",)
    judged = signals(rooms, history)
    assert judged.loc["late", "reason"] != judged.loc["general", "reason"]
    assert judged.loc["late", "signal"] == "too few weeks"
    server.calls.clear()
    clock.now += 60
    again = read(visit(server, clock, archive))
    assert lists_asked(server) == ["2026-11-09"]
    assert again.receipt.notes == ()
    assert weekly(again, "late") == [0, 0, 0, 0, 0, 4]


@fault("a later answer lacks a room", EXACT, "the whole one stays", kind="Contradictory answers")
def test_an_answer_that_is_not_whole_does_not_replace_one_that_was(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    clock.now = datetime(2026, 11, 16, 9, 0, tzinfo=UTC).timestamp()
    read(visit(server, clock, archive))
    clock.now += 600
    reader = visit(server, clock, archive)
    reader.facts().result(60)
    history = read(without_one(reader, LAST, "late"))
    assert weekly(history, "late")[-1] == 4
    assert history.incomplete == ()


@pytest.mark.parametrize("moment", ["2026-11-16T08:00Z", "2026-11-20T12:00Z"], ids=["settling", "settled"])
def test_two_histories_at_once_ask_for_each_week_once(server: DemoServer, clock: Clock, moment: str) -> None:
    clock.now = datetime.fromisoformat(moment).timestamp()
    reader = visit(server, clock, checked_archive(server, clock.moment))
    facts = reader.facts().result(60)
    server.calls.clear()
    both = [reader.history(facts, LAST, 6), reader.history(facts, LAST, 4)]
    longer, shorter = (reading.result(60) for reading in both)
    assert sorted(lists_asked(server)) == ["2026-10-12", "2026-10-26", "2026-11-09"]
    assert weekly(longer, "general")[2:] == weekly(shorter, "general") == [84, 91, 98, 105]
    assert not [scope for scope, _ in _turns if scope.workspace == facts.identity.name], "none waits, and none is kept"


def test_what_is_kept_is_there_at_once_and_a_stopped_reading_loses_no_week(server: DemoServer, clock: Clock) -> None:
    archive = checked_archive(server)
    read(visit(server, clock, archive), 2)
    reader = visit(server, clock, archive)
    facts = reader.facts().result(60)
    asked, go_on, pages = threading.Event(), threading.Event(), []

    def hold() -> None:
        pages.append(len(pages))
        if len(pages) == 2:
            asked.set()
            assert go_on.wait(30)

    server.on_page = hold
    reading = reader.history(facts, LAST, 6)
    assert asked.wait(30)
    partial = reading.latest
    assert partial is not None
    assert partial.missing == (SIX[0], SIX[1])
    assert partial.counts.isna().loc["general"].tolist() == [True] * 2 + [False] * 4
    assert (reading.progress().done, reading.progress().total, reading.progress().unit) == (4, 6, "weeks")
    reading.leave()
    go_on.set()
    assert reading._run.over.wait(30)
    server.on_page = None
    server.calls.clear()
    assert weekly(read(visit(server, clock, archive)), "general") == [70, 77, 84, 91, 98, 105]
    assert len(lists_asked(server)) <= 1


def test_a_pause_says_how_long_all_the_weeks_will_take_and_is_right(clock: Clock) -> None:
    told: list[Progress] = []
    with DemoServer(Options(rooms=300, timezone="UTC", rate_limit=2), clock=clock) as server:
        archive = checked_archive(server)
        clock.now += 120
        reader = visit(server, clock, archive, "manager")
        make = reader.make_client

        def make_client(tell: Teller[object]) -> object:
            def wait(route: str, seconds: float) -> None:
                tell.waiting(route, seconds)
                if tell.standing().unit == "weeks":
                    told.append(tell.standing())

            client = make(tell).with_waits(on_wait=wait, sleep=clock.sleep)
            client._transport._monotonic = client._pace.monotonic = clock
            return client

        reader = replace(reader, make_client=make_client)  # type: ignore[arg-type]
        facts = reader.facts().result(60)
        clock.now += 120
        began = clock.now
        reading: Job[History] = reader.history(facts, LAST, 12)
        reading.result(60)
        took = clock.now - began
    # Six calls at two a minute: a pause of a minute before the third and the fifth.
    assert [(progress.done, progress.total) for progress in told] == [(4, 12), (8, 12)]
    assert told[0].left == pytest.approx(took, abs=3)
    assert told[1].left == pytest.approx(took / 2, abs=3)
    assert 115 < took < 130


def test_an_activity_is_judged_once_and_without_a_history_stays_as_it_is(server: DemoServer, clock: Clock) -> None:
    reader = visit(server, clock, empty_archive())
    activity: Activity = reader.activity(reader.facts().result(60), LAST).result(60)
    assert activity.judged(None) is activity
    history = read(reader)
    judged = activity.judged(history)
    assert judged is activity.judged(history)
    assert judged.rooms["signal"].tolist() == signals(activity.rooms, history)["signal"].tolist()
    assert "signal" not in activity.rooms

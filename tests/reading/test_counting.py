"""The counting check: found where needed, made once, believed only when seen, outlived by what is seen later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.tampering import Body
from engagement.numbers.periods import PREVIOUS, SUNDAY, Period, Way
from engagement.reading.counting import SEEN_FOR, Probe, probes
from engagement.reading.counts import read_daily
from engagement.reading.facts import Facts
from engagement.reading.jobs import Jobs
from engagement.reading.weeks import RULE
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from engagement.storage.checks import CountingCheck
from tests.support.api_tools import client_of
from tests.support.asking import empty_archive, name_in
from tests.support.clock import Clock
from tests.support.demo_tools import SENT, every_day
from tests.support.faults import EXACT, NOTED, fault
from tests.support.weeks import CHANNELS, LAST, lists_asked, six_weeks, visit, without_one

# What the check asks for: the last full week and the one before; where that is not enough, those eight days earlier.
FIRST_TWO, OTHER_TWO = ["2026-11-02", "2026-11-09"], ["2026-10-25", "2026-11-01"]

pytestmark = fault(kind="Counting and zones", at="demo workspace", seen="reading")


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    with six_weeks(clock) as running:
        yield running


def outcome(server: DemoServer, clock: Clock, archive: Archive, user: str = "admin", **more: object) -> Reader:
    reader = visit(server, clock, archive, user, **more)
    reader.facts().result(60)
    return reader


def seen(server: DemoServer, clock: Clock, archive: Archive, user: str = "admin") -> Facts:
    return outcome(server, clock, archive, user).facts().result(60)


def kept(server: DemoServer, archive: Archive, release: str = "8.4") -> Way | None:
    check = archive.check(name_in(archive, server), release)
    return check and check.way


def silent_before(body: Body) -> None:
    """What a build that counts the swapped way would have said of the previous windows."""
    for row in body["channels"]:
        row["lastWeekMessages"], row["diffFromLastWeek"] = 0, row["messages"]


def test_the_counting_check_is_made_once_for_a_release_whoever_looks(server: DemoServer, clock: Clock) -> None:
    archive, jobs = empty_archive(), Jobs()
    outcome(server, clock, archive, jobs=jobs)
    assert server.count(CHANNELS) == 2
    checked_at = archive.check(name_in(archive, server), "8.4")
    for user in ("manager", "analyst"):
        clock.now += 60
        outcome(server, clock, archive, user, jobs=jobs)
        outcome(server, clock, archive, user)
    assert server.count(CHANNELS) == 2
    assert archive.check(name_in(archive, server), "8.4") == checked_at


@fault("an update to a build that begins its windows too late", EXACT, "found by a new check, read in blocks")
def test_a_new_release_is_checked_anew(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    assert seen(server, clock, archive).way is Way.DOCUMENTED
    server.options = replace(server.options, release=(9, 0), counting="swapped")
    assert seen(server, clock, archive).way is Way.SWAPPED
    assert kept(server, archive) is Way.DOCUMENTED
    assert kept(server, archive, "9.0") is Way.SWAPPED


@fault("no full week to check the counting on", NOTED, "said; checked a week later")
def test_a_check_of_empty_weeks_proves_nothing_and_is_not_kept(clock: Clock) -> None:
    made = community([RoomSpec("general")], {"general": {date(2026, 11, 18): 5}})
    archive = empty_archive()
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        facts = seen(server, clock, archive)
        assert facts.way is Way.DOCUMENTED
        assert not facts.checked
        assert kept(server, archive) is None
        assert any("cannot be checked before a full week" in note for note in facts.receipt.notes)
        for day in Period(date(2026, 11, 9), date(2026, 11, 20)).dates():
            server.workspace.add("general", day, 10)
        clock.now += 7 * 86_400
        facts = seen(server, clock, archive)
        assert facts.checked
        assert facts.receipt.notes == ()
        assert kept(server, archive) is Way.DOCUMENTED


@fault("a quiet fortnight where the counting would be checked", EXACT, "checked on earlier weeks")
def test_a_quiet_fortnight_is_checked_on_the_last_weeks_that_were_not(clock: Clock) -> None:
    made = community([RoomSpec("general")], {"general": every_day(date(2026, 8, 3), date(2026, 9, 20), 10)})
    archive = empty_archive()
    with DemoServer(Options(timezone="UTC", rate_limit=0), clock=clock, community=made) as server:
        facts = seen(server, clock, archive)
        # The newest days before of which the first and one of the last four had messages end three days after them.
        assert lists_asked(server) == ["2026-09-17", "2026-09-24"]
        assert facts.receipt.notes == ()
        assert kept(server, archive) is Way.DOCUMENTED


@fault("a room is missing in one list of the check", NOTED, "no verdict on the server; the next check is sound")
def test_a_list_that_did_not_arrive_whole_is_never_called_wrong_counting(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    reader = visit(server, clock, archive)
    for week in (LAST, Period(date(2026, 11, 1), date(2026, 11, 7))):
        reader = without_one(reader, week, "general")
    facts = reader.facts().result(60)
    assert facts.way is Way.DOCUMENTED
    assert any("did not arrive whole" in note for note in facts.receipt.notes)
    assert kept(server, archive) is None
    assert seen(server, clock, archive).receipt.notes == ()
    assert kept(server, archive) is Way.DOCUMENTED


@fault("an edit between the requests of the check", EXACT, "checked once more, sound")
def test_an_edit_between_the_two_requests_of_the_check_is_forgiven(server: DemoServer, clock: Clock) -> None:
    pages: list[int] = []

    def edit() -> None:
        pages.append(1)
        if len(pages) == 2:
            server.workspace.add("general", date(2026, 11, 4), 1)

    server.on_page = edit
    archive = empty_archive()
    assert seen(server, clock, archive).checked
    assert len(pages) == 5
    assert kept(server, archive) is Way.DOCUMENTED


@fault(
    lambda way: f"a build with {way.value} windows",
    EXACT,
    "seen on two weeks that share no request, and asked in its way",
)
@pytest.mark.parametrize("way", [Way.SWAPPED, Way.SHORTENED])
def test_another_way_of_counting_is_seen_on_two_weeks_that_share_no_request(
    server: DemoServer, clock: Clock, way: Way
) -> None:
    server.options = replace(server.options, counting=way.value)
    archive = empty_archive()
    facts = seen(server, clock, archive)
    assert (facts.way, facts.checked) == (way, True)
    assert kept(server, archive) is way
    asked = lists_asked(server)
    # The swapped way refuses to tell a year of days, so what its weeks hold is not known before.
    assert (asked[:3], asked[3:]) == ([*FIRST_TWO, "2026-11-09"], [*OTHER_TWO, "2026-11-01"])
    assert sorted(set(asked)) == sorted(FIRST_TWO + OTHER_TWO)


@fault("past weeks on a build with shortened windows", EXACT, "right, with the answers of the check")
def test_a_release_that_shortens_its_windows_is_asked_so_that_weeks_are_right(server: DemoServer, clock: Clock) -> None:
    server.options = replace(server.options, counting="shortened")
    reader = visit(server, clock, empty_archive())
    facts = reader.facts().result(60)
    server.calls.clear()
    general = reader.activity(facts, LAST).result(60).rooms.set_index("room_id").loc["general"]
    assert (general["messages"], general["previous_messages"]) == (105, 98)
    # The check has asked just this already, in the way that proved right.
    assert server.count(CHANNELS) == 0
    weeks = reader.history(facts, LAST, 4).result(60)
    assert weeks.counts.loc["general"].tolist() == [84, 91, 98, 105]
    assert lists_asked(server) == ["2026-10-26"]
    assert facts.receipt.notes == ()


@fault("wrong counts for one of the weeks of the check", EXACT, "not believed; no verdict on the server")
def test_a_way_seen_on_one_week_and_not_on_the_other_is_not_believed(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    server.fail_next(CHANNELS, silent_before, times=4)
    facts = seen(server, clock, archive)
    assert (facts.way, facts.checked, facts.receipt.notes) == (Way.DOCUMENTED, True, ())
    assert lists_asked(server) == [*FIRST_TWO, "2026-11-09", *OTHER_TWO]
    assert kept(server, archive) is Way.DOCUMENTED


@fault("a purge runs during the check", NOTED, "left open, with a note; the next visit settles it")
def test_a_purge_that_runs_during_the_check_leaves_it_open_and_the_next_visit_settles_it(
    server: DemoServer, clock: Clock
) -> None:
    archive = empty_archive()

    def purge() -> None:
        for day in Period(date(2026, 10, 24), date(2026, 11, 15)).dates():
            server.workspace.add("general", day, -1)

    server.on_page = purge
    facts = seen(server, clock, archive)
    assert (facts.way, facts.checked) == (Way.DOCUMENTED, False)
    assert any("did not agree" in note for note in facts.receipt.notes)
    assert kept(server, archive) is None
    server.on_page = None
    assert seen(server, clock, archive).checked
    assert kept(server, archive) is Way.DOCUMENTED


@fault("JSON that answers something else, to the check", EXACT, "nothing is kept; the figures are right")
def test_a_faulty_answer_to_the_check_costs_the_check_and_not_the_figures(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    server.fail_next(CHANNELS, "nonsense")
    reader = visit(server, clock, archive)
    facts = reader.facts().result(60)
    assert not facts.checked
    assert kept(server, archive) is None
    general = reader.activity(facts, LAST).result(60).rooms.set_index("room_id").loc["general"]
    assert (general["messages"], general["previous_messages"]) == (105, 98)


def test_days_that_would_be_the_same_either_way_prove_nothing(clock: Clock) -> None:
    # Nothing was counted on Monday the 2nd, which the shortened way leaves out, nor on the Sunday before it.
    counts = dict.fromkeys([date(2026, 11, 4), date(2026, 11, 11)], 5)
    archive = empty_archive()
    options = Options(timezone="UTC", rate_limit=0)
    with DemoServer(options, clock=clock, community=community([RoomSpec("general")], {"general": counts})) as server:
        facts = seen(server, clock, archive)
        assert (facts.way, facts.checked) == (Way.DOCUMENTED, False)
        assert kept(server, archive) is None


def test_a_week_is_tried_where_its_days_tell_the_ways_apart() -> None:
    days = pd.Series(7, index=pd.date_range("2026-10-20", "2026-11-15"))
    first, other = Probe(LAST, tells=True), Probe(Period(date(2026, 11, 1), date(2026, 11, 7)), tells=True)
    assert probes(days, LAST) == [first, other]
    # Without Monday the 2nd, a day earlier is the first to begin with messages.
    days["2026-11-02"] = 0
    assert probes(days, LAST)[0] == Probe(Period(date(2026, 11, 8), date(2026, 11, 14)), tells=True)
    nothing_known = [Probe(LAST), Probe(Period(date(2026, 11, 1), date(2026, 11, 7)))]
    assert probes(days[days > 7], LAST) == probes(days["2026-11-03":], LAST) == nothing_known


def test_what_was_seen_is_looked_at_again_after_a_week_with_two_calls(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    seen(server, clock, archive)
    began = clock.moment()
    server.calls.clear()
    clock.forward(days=6)
    seen(server, clock, archive)
    assert lists_asked(server) == []
    clock.forward(days=1)
    seen(server, clock, archive)
    assert lists_asked(server) == ["2026-11-09", "2026-11-16"]
    assert archive.check(name_in(archive, server), "8.4") == CountingCheck(Way.DOCUMENTED, began + SEEN_FOR)


@fault("a kept check that is dated in the future", EXACT, "checked anew", at="database")
def test_what_was_seen_by_a_clock_that_went_wrong_is_not_believed_for_ever(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    archive.keep_check(name_in(archive, server), "8.4", CountingCheck(Way.SWAPPED, datetime(2036, 1, 1, tzinfo=UTC)))
    assert seen(server, clock, archive).way is Way.DOCUMENTED


@fault("a kept check that is wrong", EXACT, "it ages, and heals by another", at="database")
def test_a_way_that_is_kept_heals_once_another_is_seen_on_two_weeks(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    seen_at = clock.moment() - SEEN_FOR + timedelta(days=1)
    archive.keep_check(name_in(archive, server), "8.4", CountingCheck(Way.SHORTENED, seen_at))
    assert seen(server, clock, archive).way is Way.SHORTENED
    assert lists_asked(server) == []
    clock.forward(days=1)
    assert seen(server, clock, archive).way is Way.DOCUMENTED
    assert lists_asked(server) == FIRST_TWO + OTHER_TWO
    assert kept(server, archive) is Way.DOCUMENTED


@fault("JSON that answers something else, when the check is renewed", EXACT, "what was seen stays")
def test_a_way_that_is_kept_outlives_a_look_that_proves_nothing(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    server.options = replace(server.options, counting="shortened")
    before = CountingCheck(Way.SHORTENED, clock.moment() - SEEN_FOR)
    archive.keep_check(name_in(archive, server), "8.4", before)
    server.fail_next(CHANNELS, "nonsense")
    facts = seen(server, clock, archive)
    assert (facts.way, facts.checked, facts.receipt.notes) == (Way.SHORTENED, True, ())
    assert archive.check(name_in(archive, server), "8.4") == before
    # It is tried again by the next visit, and what is expected is believed at once.
    server.calls.clear()
    assert seen(server, clock, archive).way is Way.SHORTENED
    assert archive.check(name_in(archive, server), "8.4") == CountingCheck(Way.SHORTENED, clock.moment())
    assert server.count(CHANNELS) == 3


@fault("one look contradicts the kept check", EXACT, "it changes nothing")
def test_one_look_that_contradicts_what_is_kept_changes_nothing(server: DemoServer, clock: Clock) -> None:
    archive = empty_archive()
    seen(server, clock, archive)
    clock.forward(days=7)
    server.fail_next(CHANNELS, silent_before, times=3)
    assert seen(server, clock, archive).way is Way.DOCUMENTED
    assert archive.check(name_in(archive, server), "8.4") == CountingCheck(Way.DOCUMENTED, clock.moment())


@fault(
    lambda before, after: f"a build changes from {before.value} to {after.value}, under one release",
    EXACT,
    "looked at anew",
)
@pytest.mark.parametrize(("before", "after"), [(Way.SWAPPED, Way.DOCUMENTED), (Way.DOCUMENTED, Way.SWAPPED)])
def test_a_year_of_days_that_is_answered_or_refused_unlike_before_has_the_way_looked_at_anew(
    server: DemoServer, clock: Clock, before: Way, after: Way
) -> None:
    # Without signing in a release is told as 8.4 and no more, so builds may change within it.
    archive = empty_archive()
    archive.keep_check(name_in(archive, server), "8.4", CountingCheck(before, clock.moment()))
    server.options = replace(server.options, counting=after.value)
    assert seen(server, clock, archive).way is after
    assert kept(server, archive) is after


def test_where_a_year_of_days_is_refused_few_calls_are_made_for_days(server: DemoServer, clock: Clock) -> None:
    server.options = replace(server.options, counting="swapped", rate_limit=1000)
    reader = visit(server, clock, empty_archive(), "manager")
    facts = reader.facts().result(60)
    # The year, and a day of each season.
    assert server.count(SENT) == 6
    client = client_of(server, clock, "manager")
    client.me()
    server.calls.clear()
    for days, calls in ((31, 62), (32, 0)):
        period = Period(LAST.end - timedelta(days=days - 1), LAST.end)
        server.calls.clear()
        daily = read_daily(client, facts, period.previous, period)
        assert server.count(SENT) == calls
        assert daily.receipt.complete == (calls > 0)


def test_a_single_day_is_told_by_a_release_that_shortens_its_windows(server: DemoServer, clock: Clock) -> None:
    server.options = replace(server.options, counting="shortened")
    noon = datetime(2026, 11, 15, 12, tzinfo=UTC)
    totals = client_of(server, clock, "admin").sent_per_day(noon, noon)
    # General's fifteen of a day of that week, and late's four.
    assert totals.messages.to_dict() == {pd.Timestamp("2026-11-15", tz="UTC"): 19}


@fault("a late edit in a week that the check was told", EXACT, "in the next reading, and its days are read again")
def test_what_the_check_was_told_is_used_at_once_kept_for_the_weeks_and_stands_for_one_reading(
    server: DemoServer, clock: Clock
) -> None:
    reader = visit(server, clock, empty_archive())
    facts = reader.facts().result(60)
    assert lists_asked(server) == FIRST_TWO
    assert facts.brought == {LAST, LAST.previous, LAST.earlier(2)}
    kept_weeks = reader.archive.weeks(reader.scope(facts), sorted(facts.brought), RULE)
    assert pd.Series(kept_weeks.counts[0], kept_weeks.periods).to_dict() == dict(
        zip(sorted(facts.brought), [91, 98, 105], strict=True)
    )
    server.calls.clear()
    first = reader.activity(facts, LAST).result(60)
    assert (server.count(CHANNELS), server.count(SENT)) == (0, 0)
    assert first.receipt.calls == facts.receipt.calls + len(server.calls)
    server.workspace.add("general", LAST.end, 1)
    reader.jobs.forget(reader._key(facts, "activity", LAST, PREVIOUS), reader.viewer)
    general = reader.activity(facts, LAST).result(60).rooms.set_index("room_id").loc["general"]
    assert general["messages"] == 106
    # Rooms that have more messages than their days were known to have make the days be read again.
    assert (server.count(CHANNELS), server.count(SENT)) == (1, 1)


def test_what_the_check_was_told_is_nothing_for_who_may_see_less(server: DemoServer, clock: Clock) -> None:
    archive, jobs = empty_archive(), Jobs()
    outcome(server, clock, archive, jobs=jobs)
    analyst = outcome(server, clock, archive, "analyst", jobs=jobs)
    facts = analyst.facts().result(60)
    assert facts.brought == frozenset()
    assert archive.kept(analyst.scope(facts), [LAST, LAST.previous]) == {}
    server.calls.clear()
    analyst.activity(facts, LAST).result(60)
    assert str(LAST.start) in lists_asked(server)


@fault("weeks of the check on a build that begins its windows too late", EXACT, "none of them is kept")
def test_nothing_that_was_asked_in_a_wrong_way_is_kept(server: DemoServer, clock: Clock) -> None:
    server.options = replace(server.options, counting="swapped")
    reader = outcome(server, clock, empty_archive())
    facts = reader.facts().result(60)
    assert facts.brought == frozenset()
    assert reader.archive.kept(reader.scope(facts), [LAST.earlier(n) for n in range(4)]) == {}


def test_the_check_asks_for_the_weeks_that_the_archive_keeps(server: DemoServer, clock: Clock) -> None:
    reader = outcome(server, clock, empty_archive(), week_start=SUNDAY)
    last = Period(date(2026, 11, 8), date(2026, 11, 14))
    assert reader.facts().result(60).brought == {last, last.previous, last.earlier(2)}

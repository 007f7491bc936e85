"""The days counted are exactly those asked for: in seven time zones, over changes of the clocks, on every build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.windows import Counting, instant
from engagement.demo.windows import windows as counted_by_the_server
from engagement.demo.zone import ServerClock
from engagement.numbers.periods import Period, Way, last_full_weeks, windows
from engagement.numbers.zone import Zone, server_days
from engagement.reading.counts import read_daily
from engagement.reading.facts import COUNTING_NOTE, DAYS_NOTE, ZONE_NOTE
from tests.support.api_tools import client_of
from tests.support.asking import ask, reader_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault
from tests.support.zones import ZONES

pytestmark = fault(kind="Counting and zones", at="demo workspace", seen="reading")

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = date(2025, 6, 1)
# The n-th day counts n² + n + 1 messages: a day too many, too few or beside shows in the sum of any span.
BY_DAY = {FIRST + n * timedelta(days=1): n * n + n + 1 for n in range((TODAY - FIRST).days + 1)}
# The clocks change on 8 March and 1 November in Los Angeles and Anchorage, on 5 April and 27 September in Auckland.
SPANS = [
    Period(date(2026, 11, 20), date(2026, 11, 20)),
    Period(date(2026, 11, 9), date(2026, 11, 15)),
    Period(date(2026, 10, 28), date(2026, 11, 3)),
    Period(date(2026, 11, 1), date(2026, 11, 1)),
    Period(date(2026, 3, 8), date(2026, 3, 8)),
    Period(date(2026, 3, 7), date(2026, 3, 8)),
    Period(date(2026, 4, 4), date(2026, 4, 6)),
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(2026, 8, 24), date(2026, 11, 21)),
]


def messages(period: Period) -> int:
    return sum(BY_DAY[day] for day in period.dates())


def dated(zone: str, **options: object) -> DemoServer:
    rooms = [RoomSpec("dated", created=FIRST), RoomSpec("silent", created=FIRST, last_message=None)]
    asked = Options(**{"timezone": zone, "rate_limit": 0, **options})  # type: ignore[arg-type]
    return DemoServer(asked, clock=Clock(NOON.timestamp()), community=community(rooms, {"dated": BY_DAY}))


@pytest.fixture(scope="module", params=ZONES)
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with dated(request.param) as running:
        yield running


@fault("a server in {server}, over changes of its clocks", EXACT, "both periods and every day")
@pytest.mark.parametrize("configured", [False, True], ids=["read from the server", "configured"])
def test_both_periods_and_every_day_are_exact_over_http_in_every_zone(server: DemoServer, configured: bool) -> None:
    zone = server.options.timezone
    clock = Clock(NOON.timestamp())
    reader = reader_of(server, zone=zone if configured else None, now=clock.moment)
    facts = reader.facts().result(60)
    assert facts.way is Way.DOCUMENTED
    assert facts.today(NOON) == server.clock.today() == NOON.astimezone(ZoneInfo(str(zone))).date()
    assert COUNTING_NOTE not in facts.receipt.notes
    assert not (configured and ZONE_NOTE in facts.receipt.notes)
    for period in SPANS[1::2] if configured else SPANS:
        activity = reader.activity(facts, period).result(60)
        rooms = activity.rooms.set_index("room_id")
        assert rooms.loc["dated", "messages"] == messages(period), period
        assert rooms.loc["dated", "previous_messages"] == messages(period.previous), period
        assert rooms.loc["silent", ["messages", "previous_messages"]].tolist() == [0, 0]
        both = Period(period.previous.start, period.end)
        assert activity.daily.to_dict() == {pd.Timestamp(day): BY_DAY[day] for day in both.dates()}, period


@st.composite
def spans(draw: st.DrawFn) -> Period:
    days = draw(st.integers(min_value=1, max_value=90))
    end = draw(st.dates(min_value=date(2025, 12, 1), max_value=TODAY))
    return Period(end - (days - 1) * timedelta(days=1), end)


def clock_of(zone: str) -> ServerClock:
    return ServerClock(lambda: NOON.timestamp(), zone, None)


def seen_offset(zone: str) -> timedelta:
    """The offset that the client takes from a year of the server's midnights, and the person's own."""
    clock = clock_of(zone)
    days = (TODAY - n * timedelta(days=1) for n in range(400))
    days_seen = server_days((datetime.fromisoformat(clock.midnight(day)) for day in days), clock.offset_hours())
    assert days_seen.offset is not None
    return days_seen.offset


OFFSETS = {zone: seen_offset(zone) for zone in ZONES}
CLOCKS = {zone: clock_of(zone) for zone in ZONES}
COUNTING: dict[Way, Counting] = {Way.DOCUMENTED: "documented", Way.SWAPPED: "swapped", Way.SHORTENED: "shortened"}


@settings(max_examples=400)
@given(zone=st.sampled_from(ZONES), period=spans(), way=st.sampled_from([Way.DOCUMENTED, Way.SHORTENED]))
def test_any_span_in_any_zone_is_cut_to_exactly_its_days(zone: str, period: Period, way: Way) -> None:
    assert counted(zone, period, way) == ([period], [period.previous])


@settings(max_examples=200)
@given(zone=st.sampled_from(ZONES), period=spans())
def test_blocks_of_four_days_cut_any_span_exactly_on_the_build_that_begins_too_late(zone: str, period: Period) -> None:
    now, before = counted(zone, period, Way.SWAPPED)
    assert [day for block in now for day in block.dates()] == list(period.dates())
    assert [day for block in before for day in block.dates()] == list(period.previous.dates())


def counted(zone: str, period: Period, way: Way) -> tuple[list[Period], list[Period]]:
    """What a server of that way counts for the requests of ``period``: its parts, and those of the one before."""
    now: list[Period] = []
    before: list[Period] = []
    for window in windows(period, OFFSETS[zone], way):
        first, last = (instant(text, "start", strict=True) for text in (window.start, window.end))
        cut = counted_by_the_server(first, last, CLOCKS[zone], COUNTING[way])
        (now if window.period.start in period else before).append(Period(cut.first, cut.last))
        if window.previous is not None:
            before.append(Period(cut.previous_first, cut.previous_last))
    return now, before


@pytest.mark.parametrize("name", ZONES)
def test_the_day_of_any_moment_of_the_last_year_is_the_servers(name: str) -> None:
    clock, zone = CLOCKS[name], ZoneInfo(name)
    midnights = [datetime.fromisoformat(clock.midnight(TODAY - n * timedelta(days=1))) for n in range(400)]
    seen = Zone.seen(midnights[::3], OFFSETS[name])
    moments = pd.Series(pd.date_range(midnights[-1], NOON, freq="37min"))
    expected = moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    # Where not every midnight was seen, at most the hours beside one border of each change are a day off.
    wrong = moments[seen.days(moments) != expected]
    assert expected[wrong.index].nunique() <= 3
    assert len(wrong) <= 3 * 2
    everything_seen = Zone.seen(midnights, OFFSETS[name])
    assert (everything_seen.days(moments) == expected).all()
    assert (Zone(zone).days(moments) == expected).all()


def test_days_before_the_first_one_seen_follow_the_same_season_of_the_year_that_was() -> None:
    clock, zone = CLOCKS["America/Los_Angeles"], ZoneInfo("America/Los_Angeles")
    midnights = [datetime.fromisoformat(clock.midnight(TODAY - n * timedelta(days=1))) for n in range(400)]
    seen = Zone.seen(midnights, timedelta(hours=-8))
    # 23:30 on the first of January and of July 2021 in Los Angeles is past midnight for the other season's offset.
    for day in (date(2021, 1, 1), date(2021, 7, 1)):
        late, early = (datetime.combine(day, at, tzinfo=zone) for at in (time(23, 30), time(0, 30)))
        assert seen.day(late) == seen.day(early) == day
    assert seen.days(pd.Series([pd.NaT, pd.Timestamp("2021-01-01T08:00Z")]))[0] is pd.NaT


@fault("a server that counted nothing yet", EXACT, "its days are those of UTC", at="test")
def test_a_server_that_counted_nothing_yet_has_days_of_utc() -> None:
    assert Zone.seen([], timedelta(hours=2)).day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert Zone().day(datetime(2026, 7, 1, 23, 59, tzinfo=UTC)) == date(2026, 7, 1)


@fault("dates of the other season", EXACT, "they fall on the days of their own")
@pytest.mark.parametrize("configured", [False, True], ids=["read from the server", "configured"])
def test_creation_and_last_message_fall_on_the_days_of_their_own_season(configured: bool) -> None:
    zone = "America/Los_Angeles"
    # Half past midnight and half past eleven at night, in summer time and asked about in winter.
    rooms = [
        RoomSpec("dated", created=FIRST),
        RoomSpec("early", created=datetime(2026, 7, 6, 0, 30), last_message=datetime(2026, 7, 8, 0, 30)),
        RoomSpec("late", created=datetime(2026, 7, 6, 23, 30), last_message=datetime(2026, 7, 8, 23, 30)),
    ]
    made = community(rooms, {"dated": BY_DAY})
    options = Options(timezone=zone, rate_limit=0)
    with DemoServer(options, clock=Clock(NOON.timestamp()), community=made) as running:
        week = Period(date(2026, 7, 6), date(2026, 7, 12))
        _, activity = ask(running, week, zone=zone if configured else None, now=lambda: NOON)
    known = activity.rooms.set_index("room_id")
    for room in ("early", "late"):
        assert known.loc[room, "created"] == pd.Timestamp("2026-07-06")
        assert known.loc[room, "last_message"] == pd.Timestamp("2026-07-08")
        assert known.loc[room, "silent_days"] == 4


@fault("ten minutes before and after midnight in {zone}", EXACT, "today is the server’s")
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"])
def test_today_is_the_servers_up_to_its_very_midnight(zone: str) -> None:
    for day in (date(2026, 7, 15), date(2026, 1, 15)):
        for at in (time(0, 10), time(23, 50)):
            moment = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
            counts = {"dated": {day - n * timedelta(days=1): 10 for n in range(1, 420)}}
            made = community([RoomSpec("dated")], counts)
            clock = Clock(moment.timestamp())
            with DemoServer(Options(timezone=zone, rate_limit=0), clock=clock, community=made) as running:
                for configured in (None, zone):
                    facts = reader_of(running, zone=configured, now=clock.moment).facts().result(60)
                    assert facts.today(moment.astimezone(UTC)) == day, (moment, configured)


@fault("our clock is 30 hours slow", EXACT, "today is the server’s")
def test_a_clock_of_ours_that_goes_wrong_does_not_move_the_servers_today() -> None:
    with dated("Asia/Kolkata") as running:
        slow = NOON - timedelta(hours=30)
        facts = reader_of(running, now=lambda: slow).facts().result(60)
    assert facts.today(slow) == TODAY
    assert facts.today(slow + timedelta(hours=7)) == TODAY + timedelta(days=1)


@fault("a build that begins its windows too late, in {zone}", NOTED, "rooms, days and seasons are right; a note")
@pytest.mark.parametrize("zone", ["UTC", "America/Anchorage", "Pacific/Auckland"])
def test_on_the_build_that_begins_too_late_rooms_days_and_seasons_are_right(zone: str) -> None:
    with dated(zone, counting="swapped") as running:
        clock = Clock(NOON.timestamp())
        reader = reader_of(running, now=clock.moment)
        facts = reader.facts().result(60)
        assert facts.way is Way.SWAPPED
        assert facts.first_counted is None
        assert facts.receipt.notes.count(COUNTING_NOTE) == 1
        assert facts.today(NOON) == running.clock.today()
        for period in (*SPANS[:3], SPANS[-2]):
            activity = reader.activity(facts, period).result(60)
            room = activity.rooms.set_index("room_id").loc["dated"]
            assert (room["messages"], room["previous_messages"]) == (messages(period), messages(period.previous))
            both = Period(period.previous.start, period.end)
            assert activity.daily.to_dict() == {pd.Timestamp(day): BY_DAY[day] for day in both.dates()}, period
            assert activity.receipt.complete
            assert COUNTING_NOTE in activity.receipt.notes
        # The zone was seen in summer and in winter although a year of days is refused.
        named = ZoneInfo(zone)
        for day in (date(2026, 7, 1), date(2026, 1, 1)):
            assert facts.zone.day(datetime.combine(day, time(23, 30), tzinfo=named)) == day
            assert facts.zone.day(datetime.combine(day, time(0, 30), tzinfo=named)) == day


@fault("a build whose windows before are a day short, in {zone}", EXACT, "rooms and days are right")
@pytest.mark.parametrize("zone", ["UTC", "America/Anchorage", "Pacific/Auckland"])
def test_on_a_build_whose_windows_before_are_a_day_short_rooms_and_days_are_right(zone: str) -> None:
    with dated(zone, counting="shortened") as running:
        reader = reader_of(running, now=Clock(NOON.timestamp()).moment)
        facts = reader.facts().result(60)
        assert facts.way is Way.SHORTENED
        for period in SPANS:
            activity = reader.activity(facts, period).result(60)
            room = activity.rooms.set_index("room_id").loc["dated"]
            assert (room["messages"], room["previous_messages"]) == (messages(period), messages(period.previous))
            both = Period(period.previous.start, period.end)
            assert activity.daily.to_dict() == {pd.Timestamp(day): BY_DAY[day] for day in both.dates()}, period


@fault("a year of days, which such a build refuses", NOTED, "no days, and a note")
def test_without_blocks_the_build_that_begins_too_late_would_lose_days() -> None:
    # What the check protects from: the same question read as one window.
    period = last_full_weeks(TODAY)
    with dated("UTC", counting="swapped") as running:
        clock = Clock(NOON.timestamp())
        client = client_of(running, clock, "admin")
        facts = reader_of(running, now=clock.moment).facts().result(60)
        rooms = client.channel_counts(windows(period, facts.offset)[0], every_room=False).rooms
        daily = read_daily(client, replace(facts, way=Way.DOCUMENTED), period.previous, period)
    assert daily.messages.empty
    assert daily.receipt.notes == (DAYS_NOTE,)
    assert rooms.set_index("room_id").loc["dated", "messages"] < messages(period)

"""Which days the demo workspace counts: as the real server, in every zone, and two builds that count otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.windows import Counting, windows
from engagement.demo.zone import ServerClock
from tests.support.clock import Clock
from tests.support.demo_tools import CHANNELS, NOW, SENT, TODAY, Caller, every_day, refusal
from tests.support.zones import ZONES

OFFICIAL = {"start": "2026-11-09T00:00:00.000Z", "end": "2026-11-15T23:59:59.999Z"}
# Powers of two: every sum says which days are in it. The 9th to the 15th are worth 2**9 to 2**15.
BY_DAY = {date(2026, 11, day): 2**day for day in range(1, 23)}


def days(*numbers: int) -> int:
    return sum(2**number for number in numbers)


def workspace(zone: str = "UTC", counting: Counting = "documented") -> DemoServer:
    rooms = [RoomSpec("constant"), RoomSpec("dated"), RoomSpec("silent", last_message=None)]
    counts = {"constant": every_day(date(2026, 9, 1), TODAY), "dated": BY_DAY}
    options = Options(timezone=zone, counting=counting, rate_limit=0)
    return DemoServer(options, clock=Clock(NOW), community=community(rooms, counts))


@pytest.fixture(scope="module")
def utc() -> Iterator[Caller]:
    with workspace() as server:
        yield Caller(server)


@pytest.fixture(scope="module")
def swapped() -> Iterator[Caller]:
    with workspace(counting="swapped") as server:
        yield Caller(server)


@pytest.fixture(scope="module", params=ZONES)
def zoned(request: pytest.FixtureRequest) -> Iterator[tuple[str, Caller]]:
    with workspace(request.param) as server:
        yield request.param, Caller(server)


def test_a_constant_room_reads_seventy_and_eighty_as_the_official_screen_asks(utc: Caller) -> None:
    assert utc.counts(**OFFICIAL)["constant"] == (70, 80)


def test_a_constant_room_reads_the_same_in_both_windows_with_a_later_first_hour(utc: Caller) -> None:
    assert utc.counts()["constant"] == (70, 70)


def test_the_previous_window_ends_the_day_before(utc: Caller) -> None:
    assert utc.counts()["dated"] == (days(*range(9, 16)), days(*range(2, 9)))


def test_one_day_is_compared_with_two(utc: Caller) -> None:
    noon = "2026-11-11T12:00:00.000Z"
    assert utc.counts(start=noon, end=noon)["dated"] == (days(11), days(9, 10))
    early = {"start": "2026-11-11T09:45:00.000Z", "end": "2026-11-11T08:15:00.000Z"}
    assert utc.counts(**early)["dated"] == (days(11), days(9, 10))


def test_the_difference_is_that_of_both_windows(utc: Caller) -> None:
    row = next(row for row in utc.channels(**OFFICIAL)["channels"] if row["room"]["_id"] == "constant")
    assert row["diffFromLastWeek"] == -10


def test_the_build_that_swaps_its_dates_reads_thirty_and_nothing(swapped: Caller) -> None:
    assert swapped.counts(**OFFICIAL)["constant"] == (30, 0)
    assert swapped.counts(**OFFICIAL)["dated"] == (days(13, 14, 15), 0)


def test_the_build_that_swaps_its_dates_keeps_the_last_four_days_with_the_later_first_hour(swapped: Caller) -> None:
    assert swapped.counts()["dated"] == (days(12, 13, 14, 15), 0)


def test_four_days_are_whole_even_on_the_build_that_swaps_its_dates(swapped: Caller) -> None:
    four = {"start": "2026-11-09T09:45:00.000Z", "end": "2026-11-12T08:15:00.000Z"}
    assert swapped.counts(**four)["dated"] == (days(9, 10, 11, 12), 0)


def test_the_build_that_swaps_its_dates_cannot_tell_the_messages_of_three_days_or_more(swapped: Caller) -> None:
    def told(first: int, last: int) -> tuple[int, dict[str, object]]:
        asked = {"start": f"2026-11-{first:02d}T09:45:00.000Z", "end": f"2026-11-{last:02d}T08:15:00.000Z"}
        return refusal(swapped.get(SENT, **asked))

    # Its length is 1, 1, 0 and -1; a limit of one day leaves the newest.
    for first in (15, 14):
        status, body = told(first, 15)
        assert (status, body["days"]) == (200, [{"day": "2026-11-15T00:00:00.000Z", "messages": 10 + 2**15}])
    refused = "invalid argument to $limit stage: "
    assert told(13, 15) == (400, {"success": False, "error": refused + "the limit must be positive"})
    negative = {"success": False, "error": refused + "Expected a non-negative number in: $limit: -1"}
    assert told(12, 15) == (400, negative)
    assert refusal(swapped.get(SENT, start="2025-11-15T12:00:00.000Z", end=OFFICIAL["end"]))[0] == 400


def test_the_build_with_shortened_windows_compares_as_many_days_from_noon_to_noon() -> None:
    noons = {"start": "2026-11-09T12:00:00.000Z", "end": "2026-11-15T12:00:00.000Z"}
    with workspace(counting="shortened") as server:
        caller = Caller(server)
        assert caller.counts(**noons)["dated"] == (days(*range(9, 16)), days(*range(2, 9)))
        # With the later first hour one day too few is compared.
        assert caller.counts()["dated"] == (days(*range(9, 16)), days(*range(3, 9)))
        sent = caller.get(SENT, **noons).json()["days"]
        assert [row["day"][:10] for row in sent] == [f"2026-11-{day:02d}" for day in range(15, 9, -1)]
        one = {"start": "2026-11-11T12:00:00.000Z", "end": "2026-11-11T12:00:00.000Z"}
        assert caller.counts(**one)["dated"] == (days(11), days(10))
        assert caller.get(SENT, **one).status_code == 400


def test_seven_zones_cut_local_days(zoned: tuple[str, Caller]) -> None:
    zone, caller = zoned
    counted = caller.counts(**(OFFICIAL if zone == "UTC" else {}))["dated"]
    expected = {
        "UTC": (days(*range(9, 16)), days(*range(1, 9))),
        # 09:45Z is still 23:45 of the day before in Honolulu, and 08:15Z is 22:15: one day too early.
        "Pacific/Honolulu": (days(*range(8, 15)), days(*range(1, 8))),
        # 09:45Z is 00:45 in Anchorage, but 08:15Z is 23:15 of the day before: six days against seven.
        "America/Anchorage": (days(*range(9, 15)), days(*range(2, 9))),
    }
    assert counted == expected.get(zone, (days(*range(9, 16)), days(*range(2, 9))))


def test_local_hours_cut_the_days_meant_in_every_zone(zoned: tuple[str, Caller]) -> None:
    zone, caller = zoned
    clock = ServerClock(lambda: NOW, zone, None)
    first = datetime(2026, 11, 9, 12, 45, tzinfo=clock.zone).astimezone(UTC)
    last = datetime(2026, 11, 15, 11, 15, tzinfo=clock.zone).astimezone(UTC)
    asked = {"start": first.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "end": last.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    assert caller.counts(**asked)["dated"] == (days(*range(9, 16)), days(*range(2, 9)))


def test_a_day_of_messages_sent_is_a_local_midnight(zoned: tuple[str, Caller]) -> None:
    zone, caller = zoned
    clock = ServerClock(lambda: NOW, zone, None)
    sent = caller.get(SENT, start="2026-11-10T12:00:00.000Z", end="2026-11-12T12:00:00.000Z").json()["days"]
    midnights = [datetime.fromisoformat(row["day"]).astimezone(clock.zone) for row in sent]
    assert all((moment.hour, moment.minute) == (0, 0) for moment in midnights)
    counted = {moment.date(): row["messages"] for moment, row in zip(midnights, sent, strict=True)}
    assert counted == {day: 10 + BY_DAY[day] for day in counted}
    assert len(counted) == 3


def test_the_offset_of_the_server_is_told_by_me_and_by_its_midnights() -> None:
    with workspace("Asia/Kolkata") as server:
        caller = Caller(server)
        assert caller.get("me").json()["utcOffset"] == 5.5
        sent = caller.get(SENT, start="2026-11-10T12:00:00.000Z", end="2026-11-10T12:00:00.000Z").json()
        assert sent["days"] == [{"day": "2026-11-09T18:30:00.000Z", "messages": 10 + 2**10}]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
def test_the_later_first_hour_cuts_the_days_meant_around_every_change_of_the_clocks(zone: str) -> None:
    clock = ServerClock(lambda: NOW, zone, None)
    for start in (date(2026, 1, 1) + timedelta(days=n) for n in range(365)):
        for length in (2, 7, 30):
            end = start + timedelta(days=length - 1)
            first = datetime(start.year, start.month, start.day, 9, 45, tzinfo=UTC)
            last = datetime(end.year, end.month, end.day, 8, 15, tzinfo=UTC)
            cut = windows(first, last, clock)
            before = start - timedelta(days=length), start - timedelta(days=1)
            assert (cut.first, cut.last, cut.previous_first, cut.previous_last) == (start, end, *before)


def test_messages_sent_come_newest_first_without_empty_days_and_no_more_than_its_own_length(utc: Caller) -> None:
    whole = utc.get(SENT, **OFFICIAL).json()
    assert [row["day"] for row in whole["days"]] == [f"2026-11-{day:02d}T00:00:00.000Z" for day in range(15, 8, -1)]
    assert whole["period"]["count"] == 70 + days(*range(9, 16))
    assert whole["yesterday"] == {"count": 10 + 2**14, "variation": 2**14}
    # The server's own length is one day less here, and the oldest day is cut off.
    cut = utc.get(SENT, start="2026-11-09T09:45:00.000Z", end="2026-11-15T08:15:00.000Z").json()
    assert [row["day"][:10] for row in cut["days"]] == [f"2026-11-{day:02d}" for day in range(15, 9, -1)]
    empty = utc.get(SENT, start="2025-01-01T00:00:00.000Z", end="2025-01-07T23:59:59.999Z").json()
    assert (empty["days"], empty["period"]) == ([], {"count": 0, "variation": 0})


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-09",
        "2026-11-09T00:00:00Z",
        "2026-11-09T00:00:00.000+00:00",
        "2026-11-09 00:00:00.000Z",
        "2026-02-30T00:00:00.000Z",
        "",
        "2026-11-09T00:00:00.000z",
    ],
)
def test_only_one_form_of_a_date_is_taken(utc: Caller, text: str) -> None:
    for field in ("start", "end"):
        body = {"success": False, "error": f"Match error: Failed Match.Where validation in field {field}"}
        for path in (CHANNELS, SENT):
            assert refusal(utc.get(path, **{**OFFICIAL, field: text})) == (400, body)


def test_a_missing_date_is_named(utc: Caller) -> None:
    body = {"success": False, "error": "Match error: Missing key 'start'"}
    assert refusal(utc.get(CHANNELS, end=OFFICIAL["end"])) == (400, body)
    body = {"success": False, "error": "Match error: Missing key 'end'"}
    assert refusal(utc.get(CHANNELS, start=OFFICIAL["start"])) == (400, body)


def test_the_oldest_releases_take_any_date_and_say_so_otherwise() -> None:
    with DemoServer(Options(rooms=5, release=(3, 18), rate_limit=0), clock=Clock(NOW)) as server:
        caller = Caller(server)
        assert caller.get(CHANNELS, start="2026-11-09", end="2026-11-15T00:00:00+00:00").status_code == 200
        body = {"success": False, "error": 'The "end" query parameter must be a valid date.'}
        assert refusal(caller.get(CHANNELS, start="2026-11-09", end="yesterday")) == (400, body)


def test_the_zone_is_that_of_the_environment_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert ServerClock(lambda: NOW, None, None).offset_hours() == 14
    assert ServerClock(lambda: NOW, "Asia/Kolkata", None).offset_hours() == 5.5
    monkeypatch.delenv("TZ")
    assert ServerClock(lambda: NOW, None, None).offset_hours() == 0
    with pytest.raises(ValueError, match="Middle/Earth"):
        ServerClock(lambda: NOW, "Middle/Earth", None)

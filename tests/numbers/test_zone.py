"""The server's offset from UTC, from the midnights that begin its days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engagement.api.client import Person, ServerDays
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.numbers.zone import server_days
from tests.support.api_tools import client_of
from tests.support.clock import Clock

YEAR_TO_NOVEMBER = [date(2025, 11, 18) + n * timedelta(days=1) for n in range(365)]


def midnights(zone: str, days: list[date] = YEAR_TO_NOVEMBER) -> list[datetime]:
    return [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days]


def hours(found: ServerDays) -> float | None:
    return None if found.offset is None else found.offset / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("UTC", 0),
        ("Europe/Berlin", 1),
        ("Asia/Kolkata", 5.5),
        ("Asia/Kathmandu", 5.75),
        ("America/St_Johns", -3.5),
        ("America/Denver", -7),
        # From UTC-8 on it is the westernmost of the year, whatever the season.
        ("America/Los_Angeles", -8),
        ("America/Anchorage", -9),
        ("Pacific/Marquesas", -9.5),
        ("America/Adak", -10),
        ("Australia/Lord_Howe", 11),
        ("Pacific/Chatham", 13.75),
    ],
)
def test_a_year_of_midnights_shows_the_offset_for_sure(zone: str, offset: float) -> None:
    assert server_days(midnights(zone), near=None) == ServerDays(timedelta(hours=offset), True)
    assert server_days(midnights(zone), near=-offset) == ServerDays(timedelta(hours=offset), True)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Pacific/Honolulu", -10), ("Pacific/Pago_Pago", -11), ("Pacific/Kiritimati", 14), ("Pacific/Auckland", 13)],
)
def test_where_two_offsets_fit_the_one_near_the_person_is_taken_and_not_called_sure(zone: str, offset: float) -> None:
    assert server_days(midnights(zone), near=offset) == ServerDays(timedelta(hours=offset), False)
    assert hours(server_days(midnights(zone), near=offset - 1)) == offset


def test_where_two_offsets_fit_and_nobody_is_near_the_more_peopled_one_is_taken() -> None:
    assert hours(server_days(midnights("Pacific/Honolulu"), near=None)) == -10
    assert hours(server_days(midnights("Pacific/Auckland"), near=None)) == 13
    assert hours(server_days(midnights("Pacific/Fiji"), near=None)) == 12


def test_the_newest_day_decides_about_daylight_saving() -> None:
    summer = [date(2026, 3, 1) + n * timedelta(days=1) for n in range(120)]
    assert hours(server_days(midnights("Europe/Berlin", summer), near=None)) == 2
    assert hours(server_days(reversed(midnights("Europe/Berlin", summer)), near=None)) == 2


def test_no_day_shows_no_offset() -> None:
    assert server_days([], near=3.0) == ServerDays(None, False)


def test_days_that_begin_at_no_midnight_of_any_zone_are_left_out() -> None:
    odd = datetime(2026, 11, 17, 13, 37, 11, tzinfo=UTC)
    assert server_days([odd], near=None) == ServerDays(None, False)
    assert hours(server_days([*midnights("Asia/Kolkata"), odd], near=None)) == 5.5


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", 0), ("America/Los_Angeles", -8), ("Pacific/Honolulu", -10), ("Pacific/Kiritimati", 14)],
)
def test_the_client_learns_the_offset_from_the_server_and_the_person(zone: str, offset: float) -> None:
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    made = community([RoomSpec("general")], {"general": dict.fromkeys(YEAR_TO_NOVEMBER, 1)})
    with DemoServer(Options(timezone=zone), clock=Clock(now.timestamp()), community=made) as server:
        client = client_of(server, Clock(now.timestamp()))
        person = client.me()
        assert person.utc_offset == server.clock.offset_hours()
        sent = client.sent_per_day(now - timedelta(days=370), now).messages
        assert hours(client.server_days(sent, person)) == offset


def test_a_person_without_an_offset_decides_nothing() -> None:
    person = Person("id", "ada", "Ada", frozenset(), None)
    with DemoServer(Options(rooms=20)) as server:
        client = client_of(server, Clock())
        now = client.server_now()
        sent = client.sent_per_day(now - timedelta(days=370), now).messages
        assert client.server_days(sent, person) == ServerDays(timedelta(0), True)

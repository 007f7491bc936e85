"""The demo community: generated so that nothing changes overnight, read from files, or written by hand."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engagement.demo.community import Community, DayCounts, RoomSpec, community
from engagement.demo.files import from_files
from engagement.demo.generated import generate
from engagement.demo.noise import gamma, normal, poisson, uniform
from tests.support.demo_tools import TODAY, every_day

MONDAY = date(2026, 11, 9)
SUNDAY = date(2026, 11, 15)


@pytest.fixture(scope="module")
def lively() -> Community:
    return generate(1200, 1, TODAY)


def existing(made: Community) -> list[RoomSpec]:
    return [room for room in made.rooms if room.room_id not in made.gone and room.type != "l"]


def last_day(room: RoomSpec) -> date | None:
    return room.last_message.date() if isinstance(room.last_message, datetime) else None


def test_a_day_counts_the_same_today_and_tomorrow() -> None:
    one, other = generate(300, 5, TODAY), generate(300, 5, TODAY + timedelta(days=1))
    both = {room.room_id for room in one.rooms} & {room.room_id for room in other.rooms}
    assert len(both) > 290
    # Whole weeks of counts are kept, about two years of them: the oldest one has gone meanwhile.
    begin = TODAY - timedelta(days=728)
    for room_id in both:
        yesterday = {day: n for day, n in one.daily(room_id).items() if day >= begin}
        assert yesterday == {day: n for day, n in other.daily(room_id).items() if begin <= day <= TODAY}


def test_the_days_of_a_whole_workspace_do_not_change_over_a_month() -> None:
    one, other = generate(300, 5, TODAY), generate(300, 5, TODAY + timedelta(days=30))
    first = TODAY - timedelta(days=600)
    assert one.counts.by_day(first, TODAY) == other.counts.by_day(first, TODAY)
    assert len(one.counts.by_day(first, TODAY)) > 590


def test_another_seed_is_another_community() -> None:
    one, other = generate(50, 1, TODAY), generate(50, 2, TODAY)
    assert not {room.room_id for room in one.rooms} & {room.room_id for room in other.rooms} - {"GENERAL"}
    assert one.daily("GENERAL") != other.daily("GENERAL")


@pytest.mark.parametrize("rooms", [1, 2, 12, 20, 250, 1200])
def test_exactly_the_rooms_asked_for_exist(rooms: int) -> None:
    made = generate(rooms, 1, TODAY)
    assert len(existing(made)) == rooms
    assert len({room.room_id for room in made.rooms}) == len(made.rooms)


def test_names_are_different_and_read_like_names(lively: Community) -> None:
    names = [room.name for room in existing(lively) if room.type != "d" and room.discussion_of is None]
    assert len(set(names)) == len(names)
    assert {"general", "release-help", "design-review"} <= set(names)
    assert not any(name is None or name.startswith("room") for name in names)


def test_half_of_the_rooms_and_more_are_silent_in_a_week_and_few_carry_most(lively: Community) -> None:
    messages, _ = lively.counts.between(MONDAY, SUNDAY, len(lively.rooms))
    silent = np.mean(messages <= 0)
    assert 0.5 <= silent <= 0.9
    ranked = np.sort(messages)[::-1]
    assert ranked[: len(ranked) // 10].sum() > 0.8 * ranked.sum()


def test_one_feed_says_between_a_tenth_and_a_third_of_everything(lively: Community) -> None:
    feed = next(room for room in lively.rooms if room.name == "build-feed")
    year = (TODAY - timedelta(days=364), TODAY)
    messages, _ = lively.counts.between(*year, len(lively.rooms))
    assert 0.10 <= messages[lively.number(feed.room_id)] / messages.sum() <= 0.33


def test_weekends_and_the_turn_of_the_year_are_quiet(lively: Community) -> None:
    by_day = lively.counts.by_day(date(2025, 1, 6), date(2025, 12, 14))
    weekend = np.mean([n for day, n in by_day.items() if day.weekday() >= 5])
    weekdays = np.mean([n for day, n in by_day.items() if day.weekday() < 5])
    assert weekend < 0.5 * weekdays
    feed = next(room.room_id for room in lively.rooms if room.name == "build-feed")

    def people_said(first: date) -> int:
        messages, _ = lively.counts.between(first, first + timedelta(days=6), len(lively.rooms))
        return int(messages.sum() - messages[lively.number(feed)])

    before = [people_said(date(2025, 11, 10) + timedelta(weeks=n)) for n in range(5)]
    assert people_said(date(2025, 12, 22)) < 0.8 * np.mean(before)


def test_about_half_of_a_small_week_falls_on_one_day(lively: Community) -> None:
    shares = []
    for number, room in enumerate(lively.rooms):
        week = [n for day, n in lively.daily(room.room_id).items() if MONDAY <= day <= SUNDAY]
        if 10 <= sum(week) < 30 and number:
            shares.append(max(week) / sum(week))
    assert len(shares) > 20
    assert 0.35 <= float(np.median(shares)) <= 0.7


def test_there_are_new_rooms_some_not_used_yet_and_rooms_never_used_at_all(lively: Community) -> None:
    created = {room.room_id: room.created.date() for room in existing(lively) if isinstance(room.created, datetime)}
    fresh = [room for room in existing(lively) if created[room.room_id] > TODAY - timedelta(days=7)]
    never = [room for room in existing(lively) if room.last_message is None]
    assert any(room.last_message is None for room in fresh)
    assert any(created[room.room_id] < date(2026, 1, 1) for room in never)
    assert max(created.values()) <= TODAY


def test_every_kind_of_room_is_there(lively: Community) -> None:
    rooms = existing(lively)
    assert set(Counter(room.type for room in rooms)) == {"c", "p", "d"}
    assert all(room.name is None and len(room.usernames) >= 2 for room in rooms if room.type == "d")
    discussions = [room for room in rooms if room.discussion_of is not None]
    ids = {room.room_id for room in lively.rooms}
    assert all(room.title and room.name != room.title and len(str(room.name)) == 17 for room in discussions)
    assert {str(room.discussion_of) for room in discussions} <= ids
    teams = {room.team for room in rooms if room.team_main}
    assert {room.team for room in rooms if room.team is not None} == teams
    for told in ("archived", "read_only", "default", "announcement", "topic"):
        assert 0 < sum(bool(getattr(room, told)) for room in rooms) < len(rooms) / 2
    assert lively.gone


def test_some_names_are_awkward_but_few(lively: Community) -> None:
    texts = [room.title or room.name or "" for room in lively.rooms]
    assert sum(text.startswith("=") for text in texts) == 1
    assert sum("<img" in text for text in texts) == 1
    assert any("🎉" in text for text in texts)
    assert any("תמיכה" in text for text in texts)
    assert sum(len(text) > 80 for text in texts) == 1


def test_the_last_message_is_on_the_last_counted_day_but_for_one_room(lively: Community) -> None:
    last_days = lively.counts.last_days(len(lively.rooms))
    uncounted = []
    for number, room in enumerate(lively.rooms):
        if last_days[number]:
            assert last_day(room) == date.fromordinal(int(last_days[number]))
        elif room.last_message is not None and last_day(room) >= TODAY - timedelta(days=14):  # type: ignore[operator]
            uncounted.append(room.name)
    assert uncounted == ["imported-archive"]


def test_nothing_is_said_before_a_room_exists_or_after_today(lively: Community) -> None:
    first_days = lively.counts.first_days(len(lively.rooms))
    for number, room in enumerate(lively.rooms):
        if first_days[number]:
            assert isinstance(room.created, datetime)
            assert room.created.date() <= date.fromordinal(int(first_days[number]))
    assert lively.counts.last_day == TODAY


def test_one_room_has_days_on_which_more_was_deleted_than_written(lively: Community) -> None:
    below_zero = {lively.rooms[number].name for number in lively.counts.rooms[lively.counts.messages < 0].tolist()}
    assert below_zero == {"moderation-queue"}


def test_a_workspace_that_is_not_founded_yet_is_refused() -> None:
    with pytest.raises(ValueError, match="begins in 2020"):
        generate(10, 1, date(2019, 12, 31))


def test_twenty_thousand_rooms_are_made_in_seconds() -> None:
    before = time.process_time()
    assert len(existing(generate(20_000, 1, TODAY))) == 20_000
    assert time.process_time() - before < 5


def test_a_community_by_hand_says_what_it_was_told() -> None:
    made = community(
        [RoomSpec("a"), RoomSpec("b", last_message=None), RoomSpec("c", created=date(2020, 2, 3), messages_total=99)],
        {"a": {MONDAY: 3, SUNDAY: 4, SUNDAY + timedelta(days=1): 0}, "c": {MONDAY: -2}},
    )
    a, b, c = made.rooms
    assert last_day(a) == SUNDAY
    assert (a.created, a.messages_total, a.name) == (MONDAY, 7, "a")
    assert (b.last_message, b.messages_total) == (None, 0)
    assert (c.last_message, c.created, c.messages_total) == (None, date(2020, 2, 3), 99)
    assert made.daily("a") == {MONDAY: 3, SUNDAY: 4, SUNDAY + timedelta(days=1): 0}


def test_two_rooms_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        community([RoomSpec("a"), RoomSpec("a")])


def test_a_count_of_zero_is_a_count() -> None:
    counts = DayCounts.of([(MONDAY, 0, 0), (SUNDAY, 1, 5)])
    messages, counted = counts.between(MONDAY, SUNDAY, 3)
    assert messages.tolist() == [0, 5, 0]
    assert counted.tolist() == [1, 1, 0]
    assert counts.between(SUNDAY, MONDAY, 3)[0].tolist() == [0, 0, 0]


def test_days_two_centuries_apart_stay_in_order() -> None:
    counts = DayCounts.of([(date(2026, 1, 1), 0, 1), (date(1800, 1, 1), 0, 2)])
    assert counts.by_day(date(1700, 1, 1), date(1900, 1, 1)) == {date(1800, 1, 1): 2}


def write(folder: Path, rooms: str, daily: str) -> Path:
    (folder / "rooms.csv").write_text(rooms, encoding="utf-8")
    (folder / "daily.csv").write_text(daily, encoding="utf-8")
    return folder


def test_files_with_every_column_are_read(tmp_path: Path) -> None:
    made = from_files(
        write(
            tmp_path,
            "room_id,type,name,title,usernames,created,updated,last_message,members,owner,archived,read_only,default,"
            "discussion_of,team_main\n"
            "r1,c,x7,Was nun?,,2024-01-02,2024-05-06,2026-11-10T08:00:00,12,ada,true,1,yes,r2,\n"
            "r2,p,core,,,,,,,,no,false,0,,true\n"
            "r3,d,,,ada;ben,,,2026-11-11,,,,,,,\n",
            "date,room_id,messages\n2026-11-10,r1,4\n2026-11-11,r2,-1\n",
        )
    )
    r1, r2, r3 = made.rooms
    assert (r1.name, r1.title, r1.members, r1.owner, r1.discussion_of) == ("x7", "Was nun?", 12, "ada", "r2")
    assert (r1.archived, r1.read_only, r1.default, r1.team_main) == (True, True, True, False)
    assert (r1.created, r1.updated) == (date(2024, 1, 2), date(2024, 5, 6))
    assert r1.last_message == datetime(2026, 11, 10, 8)
    assert (r2.name, r2.last_message, r2.team_main, r2.created) == ("core", None, True, date(2026, 11, 11))
    assert (r3.name, r3.usernames, r3.last_message) == (None, ("ada", "ben"), date(2026, 11, 11))
    assert made.daily("r2") == {date(2026, 11, 11): -1}


def test_two_columns_are_enough_for_a_room(tmp_path: Path) -> None:
    made = from_files(
        write(tmp_path, "room_id,type\ninterop-🌃,c\n", "date,room_id,messages\n2026-11-10,interop-🌃,4\n")
    )
    assert made.rooms[0].name == "interop-🌃"
    assert last_day(made.rooms[0]) == date(2026, 11, 10)
    assert made.counts.last_day == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("rooms", "daily", "complaint"),
    [
        ("room_id\nr1\n", "date,room_id,messages\n", r"rooms\.csv: the column type is missing"),
        ("room_id,type\nr1,x\n", "date,room_id,messages\n", r"rooms\.csv, line 2: A room of type 'x'"),
        ("room_id,type\nr1,c\nr1,c\n", "date,room_id,messages\n", "stands there twice"),
        ("room_id,type,archived\nr1,c,maybe\n", "date,room_id,messages\n", "archived is yes or no"),
        ("room_id,type\nr1,c\n", "date,room_id,messages\n2026-11-10,r2,4\n", r"daily\.csv, line 2: the room 'r2'"),
        ("room_id,type\nr1,c\n", "date,room_id,messages\n10.11.2026,r1,4\n", r"daily\.csv, line 2: a date is like"),
    ],
)
def test_files_that_cannot_be_read_are_named_with_their_line(
    tmp_path: Path, rooms: str, daily: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_files(write(tmp_path, rooms, daily))


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        from_files(tmp_path)


def test_the_random_numbers_have_the_moments_they_should() -> None:
    keys = np.arange(200_000)
    assert abs(uniform(keys, seed=1, stream="u").mean() - 0.5) < 0.003
    drawn = normal(keys, seed=1, stream="n")
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    for shape in (0.2, 1.0, 15.0):
        numbers = gamma(np.full(len(keys), shape), keys, seed=1, stream="g")
        assert numbers.mean() == pytest.approx(shape, rel=0.03)
        assert numbers.var() == pytest.approx(shape, rel=0.06)
    for mean in (0.3, 7.0, 60.0):
        numbers = poisson(np.full(len(keys), mean), keys, seed=1, stream="p").astype(float)
        assert numbers.mean() == pytest.approx(mean, rel=0.02)
        assert numbers.var() == pytest.approx(mean, rel=0.04)


def test_the_random_numbers_of_a_key_do_not_depend_on_its_company() -> None:
    together = poisson(np.array([0.5, 30.0, 4.0]), np.array([7, 8, 9]), seed=3, stream="p")
    alone = poisson(np.array([4.0]), np.array([9]), seed=3, stream="p")
    assert together[2] == alone[0]


def test_every_day_counts_both_ends() -> None:
    assert every_day(MONDAY, SUNDAY) == {MONDAY + timedelta(days=n): 10 for n in range(7)}

"""Answers that contradict themselves or each other: what holds is shown, and nothing of it is called complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagement.api.client import ChannelCounts, Client
from engagement.demo import DemoServer, Options
from engagement.demo.tampering import ODD_VALUES, Tampering, key_twice, odd_value, room_twice, total, unannounced
from tests.support.api_tools import WINDOW, client_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault

pytestmark = fault(kind="Contradictory answers", at=lambda options: cut(options), seen="client")

CHANNELS = "/engagement-dashboard/channels/list"
WHOLE: dict[str, Any] = {}
PAGED = {"unlimited": False}
SMALL_PAGES = {"unlimited": False, "page_cap": 20}
MORE = "The server sent more rooms than it announced."


def cut(options: dict[str, Any]) -> str:
    """How the list comes, in words."""
    return f"demo workspace, pages of {options.get('page_cap', 100)}" if options else "demo workspace, one answer"


def workspace(release: tuple[int, int] = (8, 4), **more: Any) -> DemoServer:
    return DemoServer(Options(rooms=130, release=release, rate_limit=0, timezone="UTC", **more), clock=Clock())


def read(client: Client) -> ChannelCounts:
    return client.channel_counts(WINDOW, every_room=True)


def figures(counts: ChannelCounts) -> dict[str, tuple[int, int]]:
    rows = counts.rooms[["room_id", "messages", "previous_messages"]].itertuples(index=False)
    return {room_id: (now, before) for room_id, now, before in rows}


def before_and_under(change: Callable[[str], Tampering], times: int | None = None, **more: Any) -> tuple[Any, ...]:
    """What an honest server says, the busiest room of it, and what is read while every answer is changed."""
    with workspace(**more) as server:
        client = client_of(server, Clock(), "admin")
        honest = figures(read(client))
        busiest = max(honest, key=lambda room_id: honest[room_id])
        before = server.count(CHANNELS)
        server.fail_next(CHANNELS, change(busiest), times)
        counts = read(client)
        return honest, busiest, counts, server.count(CHANNELS) - before


@fault(
    "the total announced is {kind}",
    NOTED,
    lambda note: f"every room is there, after fewer than 60 calls; {f'“{note}”' if note else 'a note'}",
)
@pytest.mark.parametrize("options", [WHOLE, PAGED, SMALL_PAGES], ids=["whole", "paged", "small pages"])
@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("negative", "The server announced a negative number of rooms."),
        ("zero", MORE),
        ("fewer than rows", MORE),
        ("shrinking", None),
        ("one page ahead", None),
    ],
)
def test_a_total_that_cannot_be_makes_the_reading_incomplete_and_costs_no_room(
    kind: Any, note: str | None, options: dict[str, Any]
) -> None:
    honest, _, counts, calls = before_and_under(lambda _: total(kind), **options)
    assert figures(counts) == honest
    assert not counts.receipt.complete
    assert counts.receipt.notes
    assert note is None or note in counts.receipt.notes
    assert calls < 60


@fault("the total announced is that of each page", NOTED, f"one page more is asked for; “{MORE}”")
@pytest.mark.parametrize("options", [{**PAGED, "release": (6, 5)}, SMALL_PAGES], ids=["paged", "small pages"])
def test_a_total_that_is_that_of_each_page_is_found_out_by_asking_for_one_page_more(options: dict[str, Any]) -> None:
    honest, _, counts, _ = before_and_under(lambda _: total("rows of the page"), **options)
    assert figures(counts) == honest
    assert (counts.receipt.complete, MORE in counts.receipt.notes) == (False, True)


@fault("“{key}” stands twice in the answer", NOTED, "every room is there, and one note")
@pytest.mark.parametrize("key", ["total", "offset", "count"])
@pytest.mark.parametrize("options", [WHOLE, PAGED], ids=["whole", "paged"])
def test_a_key_that_the_answer_has_twice_makes_the_reading_incomplete(key: str, options: dict[str, Any]) -> None:
    honest, _, counts, _ = before_and_under(lambda _: key_twice(None, key, 3), **options)
    assert figures(counts) == honest
    assert (counts.receipt.complete, len(counts.receipt.notes)) == (False, 1)


@fault("“{field}” stands twice in one room", NOTED, "that room alone is left out, and a note counts it")
@pytest.mark.parametrize("field", ["messages", "lastWeekMessages", "_id"])
@pytest.mark.parametrize("options", [WHOLE, PAGED], ids=["whole", "paged"])
def test_a_key_that_a_room_has_twice_costs_that_room_alone(field: str, options: dict[str, Any]) -> None:
    honest, room, counts, _ = before_and_under(lambda room: key_twice(room, field, 5), **options)
    assert figures(counts) == {key: both for key, both in honest.items() if key != room}
    assert not counts.receipt.complete
    assert counts.receipt.notes == ("What the server said of 1 of the rooms cannot be read.",)
    assert counts.unreadable == {room} or field == "_id"


@fault("one room comes twice with other counts", NOTED, "it has neither count, all others theirs; a note")
@pytest.mark.parametrize("options", [WHOLE, PAGED], ids=["whole", "paged"])
def test_a_room_that_is_sent_twice_with_other_counts_has_neither(options: dict[str, Any]) -> None:
    honest, room, counts, _ = before_and_under(lambda room: room_twice(room, messages=5, diffFromLastWeek=5), **options)
    others = {key: both for key, both in honest.items() if key != room}
    assert {key: both for key, both in figures(counts).items() if key != room} == others
    assert room not in figures(counts)
    assert not counts.receipt.complete
    assert "The server sent some of the rooms twice, and differently." in counts.receipt.notes


@fault("three rooms more than announced", NOTED, f"“{MORE}”")
@pytest.mark.parametrize("options", [WHOLE, PAGED], ids=["whole", "paged"])
def test_rooms_that_nobody_announced_make_the_reading_incomplete(options: dict[str, Any]) -> None:
    _, _, counts, _ = before_and_under(lambda _: unannounced(3), **options)
    assert (counts.receipt.complete, MORE in counts.receipt.notes) == (False, True)


@fault("the total announced is {kind}, once", EXACT, "read once more, complete", at="demo workspace, one answer")
@pytest.mark.parametrize("kind", ["negative", "zero", "fewer than rows"])
def test_a_contradiction_that_passes_is_healed_by_reading_once_more(kind: Any) -> None:
    honest, _, counts, _ = before_and_under(lambda _: total(kind), times=1)
    assert figures(counts) == honest
    assert (counts.receipt.complete, counts.receipt.notes) == (True, ())


LEFT_OUT = "What the server said of 1 of the rooms cannot be read."
TYPELESS = "The type of 1 of the rooms cannot be read."


def becomes(field: str, odd: str) -> str:
    """The note that one odd value costs; none where the counts do not need it to be read."""
    if field == "t":
        return TYPELESS
    needless = field in {"ts", "name"} or (field == "diffFromLastWeek" and odd != "negative")
    # Another text is another id, and nothing that an answer could show to be wrong.
    return "" if needless or (field, odd) == ("_id", "text") else LEFT_OUT


@fault(
    lambda field, odd: "" if (field, odd) == ("_id", "text") else f"{field} of one room: {odd}",
    lambda field, odd: NOTED if becomes(field, odd) else EXACT,
    lambda field, odd: f"“{becomes(field, odd)}”" if becomes(field, odd) else "every count of every room",
    kind="Odd values",
    at="demo workspace, releases 6.5 to 8.4",
)
@pytest.mark.parametrize("release", [(6, 5), (7, 5), (8, 4)], ids=str)
@pytest.mark.parametrize("field", ["messages", "lastWeekMessages", "diffFromLastWeek", "_id", "t", "ts", "name"])
@pytest.mark.parametrize("odd", ODD_VALUES)
def test_an_odd_value_in_one_field_of_one_room_spoils_no_other_room(
    odd: str, field: str, release: tuple[int, int]
) -> None:
    honest, room, counts, _ = before_and_under(lambda room: odd_value(room, field, ODD_VALUES[odd]), release=release)
    note = becomes(field, odd)
    assert (counts.receipt.complete, counts.receipt.notes) == (not note, (note,) if note else ())
    others = {key: both for key, both in figures(counts).items() if key != room}
    if (field, odd) == ("_id", "text"):
        assert others.pop("many") == honest[room]
    assert others == {key: both for key, both in honest.items() if key != room}
    assert figures(counts).get(room) == (None if note == LEFT_OUT or field == "_id" else honest[room])

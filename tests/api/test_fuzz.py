"""Any JSON in any place of any answer: the figures, or an error of ours; and nothing is complete that is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.api.answer import Answer, answer_of
from engagement.api.client import Account, ChannelCounts, Client
from engagement.api.room_directory import Directory
from engagement.api.transport import Params, Transport
from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.demo.tampering import ODD_VALUES
from engagement.errors import EngagementError
from engagement.numbers.joining import join
from engagement.numbers.rooms import COLUMNS
from engagement.numbers.zone import Zone
from tests.support.api_tools import WINDOW, client_of
from tests.support.clock import Clock
from tests.support.faults import NOTED, SAID, fault

pytestmark = fault(kind="Odd values", at="answers of a test", seen="client")

DAY = date(2026, 11, 10)
ROUTES = {
    "channels/list": lambda client: client.channel_counts(WINDOW, every_room=False),
    "rooms.adminRooms": lambda client: client.directory(full=True),
    "channels.list": lambda client: client.directory(full=True),
    "groups.listAll": lambda client: client.directory(full=True),
    "im.list.everyone": lambda client: client.directory(full=True),
    "messages-sent": lambda client: client.sent_per_day(WINDOW.start, WINDOW.end),
    "permissions.listAll": lambda client: client.roles_by_permission(),
    "/me": lambda client: client.me(),
    "/api/info": lambda client: client.release(),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
GONE = object()
# Of the workspace of these tests, this week and the week before.
RIGHT = {"general": (5, 0), "secret": (6, 0), "pair": (7, 0)}


class Recorded(Transport):
    """Gives the answers that were recorded, those of one route with another value in one place."""

    def __init__(self, bodies: Mapping[str, Any]) -> None:
        self.bodies = bodies
        self.address = self.base = "http://workspace.example"

    def get(self, path: str, params: Params = (), **_: Any) -> Answer:
        """The body of the route, at any offset but the first without its rows."""
        body = deepcopy(next((body for end, body in self.bodies.items() if path.endswith(end)), {}))
        offset = int(dict(params).get("offset", "0"))
        if offset and isinstance(body, dict):
            rows = [value for value in body.values() if isinstance(value, list)]
            for value in rows:
                del value[:offset]
            body |= {"offset": offset, "count": len(rows[0]) if rows else 0}
        return answer_of(200, json.dumps(body).encode())


def small() -> list[RoomSpec]:
    return [
        RoomSpec("general", name="general", created=date(2024, 1, 2), last_message=DAY, members=3, owner="ada"),
        RoomSpec("secret", type="p", name="secret", last_message=DAY),
        RoomSpec("pair", type="d", name=None, usernames=("ada", "bob"), last_message=DAY),
    ]


@pytest.fixture(scope="module")
def honest() -> dict[str, Any]:
    """What an honest workspace answers on every route."""
    bodies: dict[str, Any] = {}
    counted = {room.room_id: {DAY: number} for number, room in enumerate(small(), start=5)}
    with DemoServer(Options(timezone="UTC"), clock=Clock(), community=community(small(), counted)) as server:
        client = client_of(server, Clock(), "admin")
        plain = client._transport.get

        def recording(path: str, *arguments: Any, **more: Any) -> Answer:
            answer = plain(path, *arguments, **more)
            bodies.setdefault(next(end for end in ROUTES if path.endswith(end)), answer.body)
            return answer

        client._transport.get = recording  # type: ignore[method-assign]
        for read in ROUTES.values():
            read(client)
    return bodies


def client_for(bodies: Mapping[str, Any]) -> Client:
    client = Client("http://workspace.example", Account("u", "t", True))
    client._transport = Recorded(bodies)
    return client


def places(value: object, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys that lead there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(place for key, inner in items for place in places(inner, (*so_far, key)))]


def changed(body: Any, place: tuple[Any, ...], value: object) -> Any:
    if not place:
        return {} if value is GONE else value
    made = deepcopy(body)
    holder = made
    for key in place[:-1]:
        holder = holder[key]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return made


def figures(counts: ChannelCounts) -> dict[str, tuple[int, int]]:
    rows = counts.rooms[["room_id", "messages", "previous_messages"]].itertuples(index=False)
    return {room_id: (now, before) for room_id, now, before in rows}


def test_the_recorded_workspace_answers_every_question(honest: dict[str, Any]) -> None:
    client = client_for(honest)
    counts, directory = client.channel_counts(WINDOW, every_room=False), client.directory(full=True)
    assert figures(counts) == RIGHT
    assert (counts.receipt.complete, directory.receipt.complete, len(directory.rooms)) == (True, True, 3)


@fault("any JSON in any place of {route}", NOTED, "or an error of ours; nothing wrong is complete")
@pytest.mark.parametrize("route", ROUTES)
@given(data=st.data())
def test_any_value_in_any_place_gives_figures_or_an_error_of_ours(
    honest: dict[str, Any], route: str, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(places(honest[route])), label="place")
    value = data.draw(st.sampled_from([*ODD_VALUES.values(), GONE]) | JSON, label="value")
    client = client_for(honest | {route: changed(honest[route], place, value)})
    try:
        answered = ROUTES[route](client)
    except EngagementError:
        return
    if isinstance(answered, ChannelCounts) and answered.receipt.complete:
        # Another id, or the type of a conversation with a visitor, is nothing that an answer could show to be wrong.
        alike = (place[-1:] == ("_id",) and isinstance(value, str)) or (place[-1:] == ("t",) and value in ("l", "v"))
        assert alike or figures(answered) == RIGHT
    if isinstance(answered, ChannelCounts | Directory):
        counted = isinstance(answered, ChannelCounts)
        counts = answered if counted else client.channel_counts(WINDOW, every_room=False)
        directory = client.directory(full=True) if counted else answered
        table = join(counts.rooms, directory.rooms, WINDOW.period, Zone())
        assert table.columns.tolist() == COLUMNS
        assert table["room_id"].is_unique


@fault("any bytes with any status", SAID, "an answer without content, never a crash")
@given(content=st.binary(max_size=200), status=st.sampled_from([200, 400, 401, 403, 404, 429, 500]))
def test_any_bytes_are_an_answer(content: bytes, status: int) -> None:
    answer = answer_of(status, content)
    assert answer.body is None or isinstance(answer.body, dict)
    assert isinstance(answer.error + answer.error_type, str)

"""Who reads a room, and so which names it may be told: none that one of its members may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engagement.api.client import Account, Pace
from engagement.api.posting import MOST_MEMBERS, Poster
from engagement.demo import DemoServer
from engagement.demo.community import RoomSpec
from engagement.errors import InvalidInput
from engagement.numbers.filters import Filters
from engagement.posting.audience import Audience, audience, of_webhook
from engagement.reading.rights import roles_told
from tests.support.demo_tools import workspaces
from tests.support.report_tools import activity_of

ROOMS = [
    RoomSpec("open", name="community"),
    RoomSpec("heads", "p", name="heads", usernames=("admin", "manager")),
    RoomSpec("staff", "p", name="staff", usernames=("admin", "manager", "analyst")),
    RoomSpec("guests", "p", name="guests", usernames=("admin", "someone")),
    RoomSpec("crowd", "p", name="crowd", usernames=("admin", *(f"one-{n}" for n in range(MOST_MEMBERS)))),
]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with workspaces() as start:
        yield start(ROOMS, {})


def read_by(server: DemoServer, name: str, who: str = "admin", *, rule: bool = False) -> Audience:
    poster = Poster(server.url, Account(*server.personal_token(who), personal=True), pace=Pace())
    with poster:
        return audience(poster, poster.room(name), roles_told(poster), rule=rule)


def test_a_public_room_is_told_of_public_rooms_alone(server: DemoServer) -> None:
    told = read_by(server, "community")
    assert (told.room_id, told.label, told.public, told.names) == ("open", "#community", True, False)


def test_names_are_told_where_every_member_may_see_them(server: DemoServer) -> None:
    told = read_by(server, "heads")
    assert (told.public, told.names, told.label) == (False, True, "🔒 heads")
    assert told.why == "all of its 2 members may see the names"
    assert told.members == {server.personal_token(name)[0] for name in ("admin", "manager")}


@pytest.mark.parametrize(
    ("name", "who", "why"),
    [
        ("staff", "admin", "not all of its members may see the names"),
        ("guests", "admin", "not all of its members may see the names"),
        ("crowd", "admin", "more than 50 members"),
        ("heads", "manager", "does not tell this account what its members may see"),
    ],
)
def test_names_are_replaced_where_one_member_may_not_see_them_or_nobody_tells(
    name: str, who: str, why: str, server: DemoServer
) -> None:
    told = read_by(server, name, who)
    assert (told.public, told.names) == (False, False)
    assert why in told.why


def test_by_the_rule_of_the_configuration_no_name_is_told(server: DemoServer) -> None:
    assert not read_by(server, "heads", rule=True).names


def test_where_the_workspace_tells_no_permissions_no_name_is_told(server: DemoServer) -> None:
    server.fail_next("permissions.listAll", "403")
    assert not read_by(server, "heads").names


def test_only_what_may_be_told_is_left_of_a_view() -> None:
    activity = activity_of({"name": "general"}, {"name": "secret", "type": "private"})
    both = Filters(frozenset({"channel", "private"}))
    shown, filters = of_webhook().keep(activity, both)
    assert (shown.masked, filters.types) == (True, {"channel"})
    named = Audience("heads", "🔒 heads", False, True, "all may")
    assert named.keep(activity, both) == (activity, both)
    aliased, filters = Audience("staff", "🔒 staff", False, False, "not all may").keep(activity, both)
    assert (aliased.masked, filters) == (True, both)
    assert "secret" not in set(aliased.rooms["name"])


def test_a_view_of_private_rooms_alone_is_not_told_in_a_public_one() -> None:
    activity = activity_of({"name": "secret", "type": "private"})
    with pytest.raises(InvalidInput, match="must not be told in the room of the webhook"):
        of_webhook().keep(activity, Filters(frozenset({"private"})))


@pytest.mark.parametrize("to", [of_webhook(), Audience("staff", "🔒 staff", False, False, "not all may")])
def test_what_is_searched_for_is_told_only_where_it_is_part_of_a_public_name(to: Audience) -> None:
    activity = activity_of({"name": "general"}, {"name": "secret-merger", "type": "private"})
    both = frozenset({"channel", "private"})
    for search in ("merger", "private room", "#secret "):
        with pytest.raises(InvalidInput, match=f"must not be told in {to.label}.*Clear the search first"):
            to.keep(activity, Filters(both, search=search))
    assert to.keep(activity, Filters(both, search="#Gener"))[1].search == "#Gener"
    named = Audience("heads", "🔒 heads", False, True, "all may")
    assert named.keep(activity, Filters(both, search="merger"))[1].search == "merger"


def test_a_public_room_is_not_told_of_the_channels_of_a_private_team() -> None:
    activity = activity_of(
        {"name": "strategy", "kind": "team", "team": "closed-team", "type": "private"},
        {"name": "takeover", "team": "closed-team", "messages": 5},
        {"name": "product", "kind": "team", "team": "open-team"},
        {"name": "launch", "team": "open-team", "messages": 4},
        {"name": "unseen", "team": "nobody-knows-which", "messages": 3},
    )
    shown, filters = of_webhook().keep(activity, Filters())
    assert set(filters.keep(shown.rooms)["name"]) == {"product", "launch"}
    assert not {"takeover", "unseen"} & set(shown.rooms["name"])

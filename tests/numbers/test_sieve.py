"""Which rooms of a list a clean-up is about."""

from __future__ import annotations

import pytest

from engagement.numbers.sieve import FEW_MEMBERS, NO_OWNER, UNKNOWN_OWNER, Sieve, without_owner
from tests.support.rooms import WEEK, rooms_table

# The server says of the first whose it is, of the next two that they are nobody's, and of the last nothing.
ROOMS = rooms_table(
    {"name": "owned", "owner": "ada"},
    {"name": "nobodys", "owner": "", "members": 1},
    {"name": "direct", "owner": "", "type": "direct", "usernames": "ada, bob", "members": 2},
    {"name": "unsaid", "owner": None},
)


@pytest.mark.parametrize(
    ("lacks", "left"),
    [
        ((), {"owned", "nobodys", "ada, bob", "unsaid"}),
        ((NO_OWNER,), {"nobodys"}),
        ((UNKNOWN_OWNER,), {"unsaid"}),
        ((NO_OWNER, UNKNOWN_OWNER), {"nobodys", "unsaid"}),
        ((FEW_MEMBERS,), {"nobodys", "ada, bob"}),
        ((UNKNOWN_OWNER, FEW_MEMBERS), set()),
    ],
)
def test_a_room_without_an_owner_is_not_one_whose_owner_is_not_known(lacks: tuple[str, ...], left: set[str]) -> None:
    assert set(ROOMS["name"][Sieve(lacks=lacks).keeps(ROOMS, WEEK.end)]) == left


def test_a_direct_message_is_of_its_people_and_never_without_an_owner() -> None:
    assert ROOMS["name"][without_owner(ROOMS)].tolist() == ["nobodys"]
    assert ROOMS["owner"].isna().sum() == 3

"""Links from tables into the workspace."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pandas as pd

from engagement.ui.listing import SHOWN_OF_LINK, addresses

ROOMS = pd.DataFrame(
    {
        "room_id": ["A", "B", "C", "D"],
        "type": ["channel", "private", "direct", "channel"],
        "slug": ["general", "team-a", "D", "a=b/c#d"],
    }
)


def test_a_link_shows_the_name_of_its_room_and_carries_it_once_where_the_address_ends_with_it() -> None:
    names = pd.Series(["general", "Team A / 1=1", "ada, bob", "a=b/c#d"], index=["A", "B", "C", "D"])
    found = addresses(names, ROOMS, "https://chat.example.org")
    assert found == [
        "https://chat.example.org/channel/general",
        "https://chat.example.org/group/team-a#room=Team%20A%20%2F%201%3D1",
        "https://chat.example.org/direct/D#room=ada%2C%20bob",
        "https://chat.example.org/channel/a%3Db%2Fc%23d",
    ]
    shown = [re.search(SHOWN_OF_LINK, link) for link in found]
    assert [unquote(match[1]) for match in shown if match] == names.tolist()

"""What was decided about a room, as every account: on pages, in links, in files, and by commands.

A note stands on the public channel, which every account may see that sees any figures. Letters are those of
``names.py``; W is the note.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from engagement.numbers.decisions import ASK, Wish
from engagement.storage.decisions import Warrant
from engagement.ui.screens import TITLES
from tests.matrix.house import EVERY_TYPE, House, Look, Query, seen, text_of
from tests.matrix.names import OURS, THEIRS
from tests.matrix.table import cells, every_cell, rows

pytestmark = pytest.mark.timeout(180)

PLACES: dict[str, tuple[str, Query]] = {
    **{title: (page, {}) for page, title in TITLES.items()},
    "Worklist": ("inactive_rooms", {"list": "Worklist"}),
    "Worklist, asked": ("inactive_rooms", EVERY_TYPE | {"list": "Worklist", "decision": ["Asked"]}),
    "Room, by its link": ("room", {"room": "public-channel"}),
}
# Whether the note stands on the page, and whether it stands in its files; – where there are none.
NOTES = cells("""
asked               viewer   analyst   manager    admin      signed out   revoked   withdrawn   stranger
Overview            no, –    no, –     no, –      no, –      no, –        no, –     no, –       no, –
Top channels        no, –    no, no    no, no     no, no     no, –        no, –     no, –       no, no
Inactive rooms      no, –    no, no    no, no     no, no     no, –        no, –     no, –       no, no
Week over week      no, –    no, no    no, no     no, no     no, –        no, –     no, –       no, no
Trends              no, –    no, –     no, –      no, –      no, –        no, –     no, –       no, –
Room                no, –    no, –     yes, –     yes, –     no, –        no, –     no, –       yes, –
Report              no, –    no, no    no, no     no, no     no, –        no, –     no, –       no, no
Worklist            no, –    no, no    yes, yes   yes, yes   no, –        no, –     no, –       yes, yes
Worklist, asked     no, –    no, no    yes, yes   yes, yes   no, –        no, –     no, –       yes, yes
Room, by its link   no, –    no, –     yes, –     yes, –     no, –        no, –     no, –       yes, –
""")


@pytest.fixture(scope="module")
def decided(house: House) -> House:
    """Where an administrator of each workspace has noted something on its public channel."""
    with house.tab("stranger") as tab:
        tab.read()
    for server, names in ((house.ours, OURS), (house.theirs, THEIRS)):
        with house.copy.store.reading() as connection:
            scopes = text("SELECT DISTINCT workspace FROM scopes WHERE workspace LIKE :address")
            [name] = connection.execute(scopes, {"address": f"{server.url}%"}).scalars()
        wish = Wish(ASK, whom="whoever", note=names["W"])
        house.copy.decisions.decide(Warrant(name, "an id", "somebody"), {"public-channel": wish})
    return house


def looked(house: House, account: str, asked: str) -> Look:
    page, query = PLACES[asked]
    with house.tab(account, page, query) as tab:
        tab.read()
        made = tab.look(lambda path: text_of(house.get(account, path).content))
        return replace(made, sent=tab.sent)


@every_cell(NOTES)
def test_a_note_is_shown_to_whoever_may_administer_rooms_and_to_nobody_else(
    decided: House, asked: str, account: str, expected: str
) -> None:
    look = looked(decided, account, asked)

    def told(said: str) -> str:
        return "yes" if "W" in seen(account, said) else "no"

    files = told("\n".join(look.files.values())) if look.files else "–"
    assert f"{told(look.sent)}, {files}" == expected


def test_no_page_is_missing() -> None:
    assert rows(NOTES) == list(PLACES)

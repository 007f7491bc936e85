"""Every page and link as every account: the sentence it is told, or what it may see and nothing more.

Letters are those of ``names.py``: on a page may stand exactly what they say. ``denied`` is the sentence about the
permission, ``sign in`` the form; with ``none`` the filters leave no room, and the letters stand in the filters. An
administrator has seen every page with every type and all people before.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

import pytest

from engagement.errors import NoPermission
from engagement.ui.screens import TITLES
from tests.matrix.house import EVERY_TYPE, House, Look, Query, Tab, seen
from tests.matrix.names import HIDDEN
from tests.matrix.table import ACCOUNTS, cells, every_cell, rows

pytestmark = pytest.mark.timeout(180)

TOLD = {"denied": str(NoPermission("view-engagement-dashboard")), "sign in": "Sign in with"}
NO_ROOM = ", none"


@dataclass(frozen=True)
class Question:
    """A page by a link, with the people of direct messages asked for or not."""

    page: str
    query: Query = field(default_factory=dict)
    people: bool = False


_OPEN = {"overview": "overview", "top channels": "top_channels", "inactive rooms": "inactive_rooms",
         "week over week": "week_over_week", "trends": "trends", "room": "room", "report": "report"}  # fmt: skip
QUESTIONS = {
    **{name: Question(page) for name, page in _OPEN.items()},
    **{f"{name}, every type": Question(page, EVERY_TYPE) for name, page in _OPEN.items()},
    **{f"{name}, people": Question(page, EVERY_TYPE, people=True) for name, page in _OPEN.items()},
    "link to a room": Question("trends", {"room": HIDDEN}),
    "link to a silent room": Question("room", {"room": HIDDEN}),
    "link to silent people": Question("room", EVERY_TYPE | {"room": "silent-pair"}),
    "link with silent rooms": Question("room", EVERY_TYPE | {"beside": [HIDDEN, "silent-pair"]}),
    "link to no room": Question("room", {"room": "nowhere"}),
    "link without a room": Question("overview", {"without": [HIDDEN, "silent-pair"]}),
    "link with a search": Question("inactive_rooms", {"search": "yoffplan"}),
    "link with people": Question("top_channels", EVERY_TYPE | {"people": "true"}),
    "link to another period": Question("week_over_week", {"period": "Last 4 full weeks"}),
    "link to kept weeks": Question("trends", {"weeks": "26", "heat": "40"}),
}

PAGES = cells("""
asked                         viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
overview                      denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
top channels                  denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
inactive rooms                denied   PG        PGHO      PGHO      sign in      sign in   denied      PGHO
week over week                denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
trends                        denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
room                          denied   PGN       PGHN      PGHN      sign in      sign in   denied     PGHN
report                        denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
overview, every type          denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
top channels, every type      denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
inactive rooms, every type    denied   PG        PGHO      PGHO      sign in      sign in   denied      PGHO
week over week, every type    denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
trends, every type            denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
room, every type              denied   PGN       PGHN      PGHN      sign in      sign in   denied     PGHN
report, every type            denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
overview, people              denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied      PGHDSN
top channels, people          denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied      PGHDSN
inactive rooms, people        denied   PGD       PGHODS    PGHODS    sign in      sign in   denied      PGHODS
week over week, people        denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied      PGHDSN
trends, people                denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied      PGHDSN
room, people                  denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied     PGHDSN
report, people                denied   PGDN      PGHDSN    PGHDSN    sign in      sign in   denied      PGHDSN
link to a room                denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
link to a silent room         denied   PG, none  PGHO      PGHO      sign in      sign in   denied     PGHO
link to silent people         denied   PG, none  PGH       PGH       sign in      sign in   denied     PGH
link with silent rooms        denied   PGN       PGHN      PGHN      sign in      sign in   denied     PGHN
link to no room               denied   PG, none  PGH, none  PGH, none  sign in      sign in   denied     PGH, none
link without a room           denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
link with a search            denied   -, none   HO        HO        sign in      sign in   denied      -, none
link with people              denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
link to another period        denied   PG        PGH       PGH       sign in      sign in   denied      PGH
link to kept weeks            denied   PGN       PGHN      PGHN      sign in      sign in   denied      PGHN
""")


def judge(look: Look, account: str, expected: str) -> None:
    """What stands in everything that was sent to a tab is what is expected, and so is what it shows in the end."""
    found = seen(account, look.sent)
    if expected in TOLD:
        assert found == "-"
        assert TOLD[expected] in look.said
        assert not look.figures
    else:
        assert found == expected.removesuffix(NO_ROOM)
        assert look.figures is not expected.endswith(NO_ROOM)


# Whether the workspace was asked anew for weeks that an administrator had read before; first of all, as whoever opens
# the page of a room reads a year.
WEEKS = cells("""
asked                         viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
a year of weeks               nobody   asked     kept      kept      nobody       nobody    nobody      asked
""")


@every_cell(WEEKS)
def test_kept_weeks_are_given_to_those_who_may_see_what_their_reader_saw(
    house: House, asked: str, account: str, expected: str
) -> None:
    ours, theirs = (server.count("channels/list") for server in (house.ours, house.theirs))
    with house.tab(account, "trends", {"weeks": "52"}) as tab:
        shown = tab.read().look().figures
    own, other = house.ours.count("channels/list") - ours, house.theirs.count("channels/list") - theirs
    if account == "stranger":
        own, other = other, own
    assert other == 0
    assert (shown, own > 0) == {"nobody": (False, False), "asked": (True, True), "kept": (True, False)}[expected]


@every_cell(PAGES)
def test_a_page_shows_an_account_what_it_may_see(house: House, asked: str, account: str, expected: str) -> None:
    question = QUESTIONS[asked]
    if question.query == EVERY_TYPE:
        judge(house.looks(account, question.page)[question.people], account, expected)
    else:
        with house.tab(account, question.page, question.query) as tab:
            judge(tab.read().look(), account, expected)


RUNNING = cells("""
asked                         viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
a reading that goes on        denied   PG        PGHO      PGHO      sign in      sign in   denied      PGHO
""")


@pytest.fixture(scope="session")
def begun_together(house: House) -> dict[str, Look]:
    """What each account was shown that asked for the same while the workspace kept an administrator waiting."""
    goes_on = Event()
    house.ours.on_page = lambda: goes_on.wait(60) and None
    query = EVERY_TYPE | {"period": "Custom range", "from": "2026-10-05", "to": "2026-10-11"}
    with ExitStack() as inside:
        tabs = {one: inside.enter_context(house.tab(one, "inactive_rooms", query)) for one in ("admin", *ACCOUNTS)}
        assert "Stop" in tabs["admin"].run().said.splitlines()
        with ThreadPoolExecutor(len(tabs)) as pool:
            list(pool.map(Tab.run, tabs.values()))
        goes_on.set()
        house.ours.on_page = None
        return {account: tab.read().look() for account, tab in tabs.items()}


@every_cell(RUNNING)
def test_who_asks_for_what_is_being_read_gets_what_they_may_see(
    begun_together: dict[str, Look], asked: str, account: str, expected: str
) -> None:
    judge(begun_together[account], account, expected)


def test_no_page_and_no_account_is_missing() -> None:
    assert rows(PAGES) == list(QUESTIONS)
    assert set(_OPEN.values()) == set(TITLES)

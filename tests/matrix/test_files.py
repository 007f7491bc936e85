"""Files of pages, their places, pieces of tables and the routes around them, as every account.

Letters are those of ``names.py``, as on pages. ``none``: no button, no table, no file that could be had.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from engagement.ui import web
from tests.matrix.house import ENDED, TABLE, House, Tab, seen
from tests.matrix.table import cells, every_cell, rows
from tests.support.access_tools import PAGES
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(180)

FILES = cells("""
asked                            viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
report HTML                      none     PGN       PGHN      PGHN      none         none      none        PGHN
report XLSX                      none     PGN       PGHON     PGHON     none         none      none        PGHON
report CSV                       none     PGN       PGHON     PGHON     none         none      none        PGHON
top_channels CSV                 none     PGN       PGHN      PGHN      none         none      none        PGHN
top_channels XLSX                none     PGN       PGHN      PGHN      none         none      none        PGHN
week_over_week CSV               none     PGN       PGN       PGN       none         none      none        PGN
week_over_week XLSX              none     PGN       PGN       PGN       none         none      none        PGN
inactive_rooms CSV               none     -         HO        HO        none         none      none        HO
inactive_rooms XLSX              none     -         HO        HO        none         none      none        HO
report HTML, people              none     PGDN      PGHDSN    PGHDSN    none         none      none        PGHDSN
report XLSX, people              none     PGDN      PGHODSN   PGHODSN   none         none      none        PGHODSN
report CSV, people               none     PGDN      PGHODSN   PGHODSN   none         none      none        PGHODSN
top_channels CSV, people         none     PGDN      PGHDSN    PGHDSN    none         none      none        PGHDSN
top_channels XLSX, people        none     PGDN      PGHDSN    PGHDSN    none         none      none        PGHDSN
week_over_week CSV, people       none     PGDN      PGDN      PGDN      none         none      none        PGDN
week_over_week XLSX, people      none     PGDN      PGDN      PGDN      none         none      none        PGDN
inactive_rooms CSV, people       none     -         HOS       HOS       none         none      none        HOS
inactive_rooms XLSX, people      none     -         HOS       HOS       none         none      none        HOS
""")
WITH_PEOPLE = ", people"


@every_cell(FILES)
def test_a_file_holds_what_its_account_may_see(house: House, asked: str, account: str, expected: str) -> None:
    page, button = asked.removesuffix(WITH_PEOPLE).split()
    look = house.looks(account, page)[asked.endswith(WITH_PEOPLE)]
    if expected == "none":
        assert not look.figures
        assert not look.files
    else:
        assert seen(account, look.files[button]) == expected


# What somebody gets who knows where the file or the table of another lies.
TAKEN = cells("""
asked                         viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
the file of an administrator  404      404       404       200       404          404       404         404
a file of one's own           none     200       200       200       404          404       404         200
a table of one's own          none     given     given     given     closed       closed    closed      given
a table of an administrator   closed   refused   refused   given     closed       closed    closed      refused
""")


def _own_file(house: House, account: str) -> str:
    """A file made now or, by whoever may make none any more, before."""
    if account in ENDED:
        return str(house.get(account, house.file()).status_code)
    with house.tab(account, TABLE) as tab:
        if not tab.read().look().figures:
            return "none"
        return str(house.get(account, tab.make("CSV")).status_code)


def _own_table(house: House, account: str) -> str:
    """The next piece of an open table, which was opened before by whoever may open none any more."""
    if account in ENDED:
        return _piece(house.tabs[account], account, lambda tab: (tab.sources()[0], None))
    with house.tab(account, TABLE) as tab:
        if not tab.read().look().figures:
            return "none"
        return _piece(tab, account, lambda tab: (tab.sources()[0], None))


def _administrators_table(house: House, account: str) -> str:
    theirs = house.tabs["admin"]
    place = (theirs.sources()[0], theirs.visitor.page)
    if account == "admin":
        return _piece(theirs.run(), account, lambda tab: (tab.sources()[0], tab.visitor.page))
    with house.tab(account, TABLE) as tab:
        return _piece(tab.run(), account, lambda _: place)


def _piece(tab: Tab, account: str, of: Callable[[Tab], tuple[str, str | None]]) -> str:
    """What becomes of the question for a piece of a table; a piece that is given holds what may be seen."""
    source, page = of(tab)
    try:
        answer = tab.ask(tab.piece(source, page=page))
    except ConnectionClosed:
        return "closed"
    if answer.error_msg:
        return "refused"
    assert set(seen(account, answer.SerializeToString().decode("latin-1"))) <= set("HO-")
    return "given"


_TAKEN: dict[str, Callable[[House, str], str]] = {
    "the file of an administrator": lambda house, account: str(house.get(account, house.file()).status_code),
    "a file of one's own": _own_file,
    "a table of one's own": _own_table,
    "a table of an administrator": _administrators_table,
}


@every_cell(TAKEN)
def test_what_was_made_for_one_is_given_to_nobody_else_and_to_nobody_after_the_end(
    large_house: House, asked: str, account: str, expected: str
) -> None:
    assert _TAKEN[asked](large_house, account) == expected


ROUTES = cells("""
asked                               viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
/session/begin                      400      400       400       400       400          400       400         400
/session/begin with a ticket        204      204       204       204       403          403       204         204
/session/begin with a used ticket   403      403       403       403       403          403       403         403
/session/begin from another site    403      403       403       403       403          403       403         403
/session/end                        204      204       204       204       204          204       204         204
/session/end from another site      403      403       403       403       403          403       403         403
/healthz                            200      200       200       200       200          200       200         200
/readyz                             200      200       200       200       200          200       200         200
/_stcore/metrics                    404      404       404       404       404          404       404         404
/_stcore/upload_file                404      404       404       404       404          404       404         404
/component/x                        404      404       404       404       404          404       404         404
/media/                             404      404       404       404       404          404       404         404
""")
ELSEWHERE = {"Origin": "https://evil.example"}


def _request(house: House, account: str, asked: str) -> requests.Response:
    path, _, how = asked.partition(" ")
    if how == "from another site":
        return house.post(account, path, json={"ticket": house.ticket(account)}, headers=ELSEWHERE)
    if path == "/session/begin" and how:
        with house.tab(account) as tab:
            tab.run()
        body = {"ticket": house.ticket(account)}
        if how == "with a used ticket":
            house.post(account, path, json=body)
        return house.post(account, path, json=body)
    return house.post(account, path) if path.startswith("/session/") else house.get(account, path)


@every_cell(ROUTES)
def test_a_route_answers_every_account_alike_and_names_nothing(
    house: House, asked: str, account: str, expected: str
) -> None:
    if asked == "/session/end":
        return _ends_a_session(house, account, expected)
    answer = _request(house, account, asked)
    assert str(answer.status_code) == expected
    assert seen(account, answer.text) == "-"
    session_id = house.sessions[account]
    assert answer.cookies.get(web.COOKIE) == (session_id if answer.status_code == 204 else None)


def _ends_a_session(house: House, account: str, expected: str) -> None:
    """A session begun for this one question ends, and every tab of it."""
    ended = house.begin(account)
    cookie = {web.COOKIE: ended}
    answer = requests.post(f"{house.dashboard.url}/session/end", cookies=cookie, timeout=30)
    assert str(answer.status_code) == expected
    with Visitor(house.dashboard.url, headers=[("Cookie", f"{web.COOKIE}={ended}")]) as visitor:
        assert "Sign in with" in visitor.whole_run()


def test_no_route_and_no_file_is_missing() -> None:
    assert {route.path for route in web.routes()} <= {asked.partition(" ")[0] for asked in rows(ROUTES)}
    assert rows(TAKEN) == list(_TAKEN)


@pytest.mark.parametrize("people", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_no_button_for_a_file_is_missing(house: House, page: str, people: bool) -> None:
    suffix = WITH_PEOPLE if people else ""
    made = {f"{page} {button}{suffix}" for button in house.looks("admin", page)[people].files}
    assert made == {row for row in rows(FILES) if row.startswith(f"{page} ") and row.endswith(WITH_PEOPLE) is people}

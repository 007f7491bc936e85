"""One dashboard for many: read once for all with the same rights, nothing for anybody else, and no way around."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from engagement.demo import DemoServer, Options
from engagement.storage.archive import Scope
from engagement.storage.sessions import Sessions, Signed
from engagement.ui import runtime as runtimes
from engagement.ui import session
from tests.support.access_tools import (
    FORGETFUL,
    PAGES,
    RIGHTS,
    TODAY,
    account_of,
    process,
    read,
    shows_figures,
    signed_in,
    tab,
)
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard
from tests.support.faults import REFUSED, SAID, fault, title
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.timeout(180), fault(kind="Sessions and ends", at="running dashboard", seen="sessions")]

PROXY = {"ACCESS_MODE": "proxy-header", "ACCESS_HEADER": "X-Forwarded-User", "ACCESS_TRUSTED_PROXIES": "127.0.0.2"}
NOBODY_NAMED = "Nobody has told this dashboard who you are"


def named(settings: dict[str, str]) -> dict[str, str]:
    return {f"ENGAGEMENT_{name}": value for name, value in settings.items()}


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=5000, today=TODAY, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    settings = {"WORKSPACE_URL": workspace.url}
    with Dashboard(tmp_path_factory.mktemp("home"), **named(settings)) as running:
        yield running


@pytest.fixture(scope="module")
def inside(dashboard: Dashboard) -> Iterator[runtimes.Runtime]:
    """The database and key of the dashboard, as they lie on its machine."""
    folder = dashboard.home / ".local" / "share" / "channel-engagement"
    built = runtimes.build({}, folder=folder)
    yield built
    built.store.close()


def cookie(session_id: str) -> list[tuple[str, str]]:
    return [("Cookie", f"engagement_session={session_id}")]


def questions(workspace: DemoServer) -> Counter[str]:
    """How often each question about rooms was asked, and how often any about the messages of all of them."""
    asked = ("channels/list", "rooms.adminRooms", "channels.list", "groups.listAll", "im.list.everyone")
    found = Counter(f"{path} {json.dumps(query)}" for _, path, query in workspace.calls if path.endswith(asked))
    return found + Counter({"messages-sent": workspace.count("messages-sent")})


def test_twenty_people_who_open_the_link_together_cost_the_workspace_what_one_costs(
    workspace: DemoServer, dashboard: Dashboard, inside: runtimes.Runtime, tmp_path: Path
) -> None:
    people = [signed_in(inside, workspace) for _ in range(20)]
    workspace.calls.clear()

    def opens(session_id: str) -> str:
        with Visitor(dashboard.url, headers=cookie(session_id)) as visitor:
            return visitor.until("Active rooms")

    with ThreadPoolExecutor(20) as pool:
        seen = list(pool.map(opens, people))
    assert len(seen) == 20
    with DemoServer(Options(rooms=5000, today=TODAY, rate_limit=0), clock=Clock()) as another:
        with process(tmp_path, WORKSPACE_URL=another.url) as running:
            assert shows_figures(opened(running, another, "manager", "overview"))
        alone = questions(another)
    together = questions(workspace)
    assert sum("channels/list" in question for question in alone) > 1
    assert together <= alone, together - alone


def test_neither_a_page_nor_the_log_holds_a_token_or_a_session_id(
    workspace: DemoServer, dashboard: Dashboard, inside: runtimes.Runtime
) -> None:
    session_id = signed_in(inside, workspace)
    token = inside.sessions.find(session_id).token
    with Visitor(dashboard.url, headers=cookie(session_id)) as visitor:
        said = visitor.until("Active rooms")
    assert token not in said + dashboard.log()
    assert session_id not in said + dashboard.log()


@fault("ten cookies: ended, moved, altered, of another key or workspace", REFUSED, "the sign-in; nothing is asked")
def test_no_forged_stolen_or_old_cookie_opens_the_dashboard(
    workspace: DemoServer, dashboard: Dashboard, inside: runtimes.Runtime, tmp_path: Path
) -> None:
    good, ended = signed_in(inside, workspace), signed_in(inside, workspace)
    inside.sessions.end(ended)
    other_key = Sessions(inside.store, b"k" * 32).begin(
        Signed(workspace.url, "u", "ada", "Ada", "password", "sesame", RIGHTS)
    )
    elsewhere = inside.sessions.begin(
        Signed("https://chat.example.org", "u", "ada", "Ada", "password", "sesame", RIGHTS)
    )
    moved = signed_in(inside, workspace)
    with inside.store.writing() as connection:
        rows = connection.execute(text("SELECT id_hash, sealed FROM sessions")).all()
        known = {bytes(row.id_hash): bytes(row.sealed) for row in rows}
        own, other = hashlib.sha256(moved.encode()).digest(), hashlib.sha256(good.encode()).digest()
        connection.execute(
            text("UPDATE sessions SET sealed = :sealed WHERE id_hash = :id"), {"sealed": known[other], "id": own}
        )
    altered = good[:-1] + ("A" if good[-1] != "A" else "B")
    workspace.calls.clear()
    for attack in (ended, other_key, elsewhere, moved, altered, "", "x" * 43, f"{good}=", good.lower(), "../" + good):
        with Visitor(dashboard.url, headers=cookie(attack)) as visitor:
            said = visitor.whole_run()
        assert "Sign in with" in said, attack
        assert "Active rooms" not in said
    assert workspace.calls == []
    with Visitor(dashboard.url, headers=cookie(good)) as visitor:
        visitor.until("Active rooms")


@fault("six ways to look like the trusted proxy", REFUSED, "nobody is let in; nothing is asked", kind="Doors")
def test_only_the_trusted_proxy_lets_people_in(small: DemoServer, tmp_path: Path) -> None:
    settings = {**account_of(small), **PROXY}
    user = ("X-Forwarded-User", "ada")
    attacks: list[tuple[str, list[tuple[str, str]]]] = [
        ("127.0.0.2", []),
        ("127.0.0.2", [("X-Forwarded-User", "")]),
        ("127.0.0.2", [user, ("X-Forwarded-User", "grace")]),
        ("127.0.0.1", [user]),
        ("127.0.0.1", [user, ("X-Forwarded-For", "127.0.0.2")]),
        ("127.0.0.3", [user, ("X-Real-IP", "127.0.0.2"), ("Forwarded", "for=127.0.0.2")]),
    ]
    with Dashboard(tmp_path, **named(settings), FORWARDED_ALLOW_IPS="") as running:
        small.calls.clear()
        for source, headers in attacks:
            with Visitor(running.url, headers=headers, source=source) as visitor:
                said = visitor.whole_run()
            assert NOBODY_NAMED in said, (source, headers)
            assert "Sign in" not in said
        assert small.calls == []
        with Visitor(running.url, headers=[user, ("X-Forwarded-For", "203.0.113.7")], source="127.0.0.2") as visitor:
            said = visitor.until("Active rooms")
        assert "Here as ada" in said
        assert "Everyone who can reach" not in said


@FORGETFUL
def test_with_a_proxy_header_the_dashboard_does_not_start_where_it_could_be_deceived(tmp_path: Path) -> None:
    settings = {"WORKSPACE_URL": "https://chat.example.org", "WORKSPACE_USER_ID": "u", "WORKSPACE_AUTH_TOKEN": "t"}
    told = Dashboard(tmp_path, **named({**settings, **PROXY})).refuses_to_start()
    assert "needs the environment variable FORWARDED_ALLOW_IPS to be set, and to be empty" in told


@pytest.fixture(scope="module")
def small() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=60, today=TODAY, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def shared(small: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtimes.Runtime]:
    """A dashboard where an administrator has read every page already."""
    with process(tmp_path_factory.mktemp("data"), WORKSPACE_URL=small.url) as running:
        for page in PAGES:
            assert shows_figures(opened(running, small, "manager", page)), page
        yield running


def opened(running: runtimes.Runtime, server: DemoServer, user: str, page: str, **query: str | list[str]) -> AppTest:
    """A page when everything is read, in a tab of ``user``, whose admission has just to be renewed."""
    session_id = signed_in(running, server, user)
    running.sessions.admitted(session_id, (), at=session.NEVER)
    app = read(tab(session_id, page, **query))
    assert not app.exception
    return app


def everything(app: AppTest) -> str:
    """All that is on the page: texts, options, tables, the data of charts."""
    tables = [frame.value.to_csv() for frame in app.dataframe]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    texts = [str(getattr(part, "value", "")) for part in (*app.main, *app.sidebar)]
    choices = [str(option) for box in (*app.selectbox, *app.multiselect) for option in box.options]
    return "\n".join([*tables, *charts, *texts, *choices])


def private_rooms(app: AppTest) -> set[str]:
    table = app.dataframe[0].value.query("Type == 'Private' and State == 'never used'")
    return {str(name).lstrip("🔒›◊ ") for name in table["Room"]}


@fault(
    "an administrator has read what an analyst may not see",
    REFUSED,
    "not in their table",
    at="demo workspace",
    seen=lambda page: title(page),
)
@pytest.mark.parametrize("page", PAGES)
def test_what_an_administrator_read_is_on_no_page_of_an_analyst(
    page: str, small: DemoServer, shared: runtimes.Runtime
) -> None:
    private = private_rooms(opened(shared, small, "manager", "inactive_rooms"))
    assert private
    seen = everything(opened(shared, small, "analyst", page, types=["Channels", "Private", "Direct"]))
    assert seen
    assert not {name for name in private if name in seen}


@fault("weeks that an administrator and an analyst read", REFUSED, "kept apart", at="demo workspace", seen="archive")
def test_the_archive_of_an_analyst_holds_no_room_that_only_administrators_may_list(
    small: DemoServer, shared: runtimes.Runtime
) -> None:
    private = private_rooms(opened(shared, small, "manager", "inactive_rooms"))
    opened(shared, small, "analyst", "trends")
    with shared.store.reading() as connection:
        kept = connection.execute(text("SELECT workspace, rights FROM scopes")).all()
    names = {room.room_id: room.name for room in small.workspace.rooms}
    archives = {row.rights: shared.archive.weeks(Scope(row.workspace, row.rights), []) for row in kept}
    rooms = {rights: {names[room_id] for room_id in archive.room_ids} for rights, archive in archives.items()}
    everything_, public = ",".join(sorted(RIGHTS)), ",".join(sorted(RIGHTS - {"view-room-administration"}))
    assert rooms.keys() == {everything_, public}
    assert rooms[everything_]
    assert rooms[public]
    assert not rooms[public] & private


@fault(
    "no permission, by any link",
    SAID,
    "the permission is named; no file, no filter",
    at="demo workspace",
    seen=lambda page: title(page),
)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("query", [{}, {"period": "Last 4 full weeks", "types": ["Channels", "Private", "Direct"]}])
def test_a_viewer_gets_the_sentence_about_the_permission_by_any_page_and_link(
    page: str, query: dict[str, str | list[str]], small: DemoServer, shared: runtimes.Runtime
) -> None:
    app = opened(shared, small, "viewer", page, **query)
    assert "view-engagement-dashboard" in app.error[0].value
    assert not shows_figures(app)
    assert not app.get("download_button")
    assert not app.sidebar.selectbox

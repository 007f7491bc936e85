"""Two copies behind one nginx with one PostgreSQL: nobody notices which one answers, nor that one of them dies."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psycopg
import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from engagement.demo import DemoServer, Options
from tests.copies.machines import BASE, Copy, Nginx, Postgres
from tests.support.api_tools import answering, send
from tests.support.dashboard import drawn, free_port, nothing_is_wrong, ready, sign_in
from tests.support.faults import EXACT, fault

pytestmark = pytest.mark.timeout(110)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    # Not in pytest's folder, which is closed to the user that a root-started server takes.
    with tempfile.TemporaryDirectory(prefix="engagement-copies-") as folder:
        running = Postgres(Path(folder)).start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=120, rate_limit=0)) as server:
        yield server


@pytest.fixture(scope="module")
def tls() -> int:
    """The port that browsers know."""
    return free_port()


@pytest.fixture(scope="module")
def copies(
    postgres: Postgres, workspace: DemoServer, tls: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Copy, Copy]]:
    environ = {
        "ENGAGEMENT_WORKSPACE_URL": workspace.url,
        "ENGAGEMENT_DASHBOARD_ADDRESS": f"https://localhost:{tls}/{BASE}",
        "ENGAGEMENT_ARCHIVE_URL": postgres.url,
        "ENGAGEMENT_SESSION_KEY": "a key that both of the copies have, and nobody else",
        "ENGAGEMENT_LIMITS_COPIES": "2",
    }
    both = (Copy(tmp_path_factory.mktemp("one"), **environ), Copy(tmp_path_factory.mktemp("two"), **environ))
    for copy in both:
        copy.start()
    yield both
    for copy in both:
        copy.stop()


@pytest.fixture(scope="module")
def nginx(copies: tuple[Copy, Copy], tls: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    running = Nginx(tmp_path_factory.mktemp("nginx"), (copies[0].port, copies[1].port), tls).start()
    yield running
    running.stop()


@pytest.fixture
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(ignore_https_errors=True, viewport={"width": 1400, "height": 900})
    yield opened
    opened.close()


def serving(nginx: Nginx, copies: tuple[Copy, Copy]) -> Copy:
    """The copy that gave the browser its page."""
    address = [where for path, where in nginx.answered() if "/static/" in path][-1]
    return next(copy for copy in copies if address.endswith(f":{copy.port}"))


def back_in_service(nginx: Nginx, profile: BrowserContext, copy: Copy) -> None:
    """Returns when nginx gives the browser to its first copy again."""
    [mine] = [one for one in profile.cookies() if one["name"] == "engagement_copy"]
    until = time.monotonic() + 20
    while not nginx.copy_of(mine["value"]).endswith(f":{copy.port}"):
        assert time.monotonic() < until, nginx.answered()[-5:]
        time.sleep(0.2)


def choose(page: Page, period: str) -> None:
    page.get_by_label("Period").click()
    page.get_by_role("option", name=period).click()
    expect(page).to_have_url(re.compile(r"period=" + period.replace(" ", r"\+")), timeout=30_000)


def signed_in(page: Page, user: str = "manager") -> None:
    """The figures are there, and nobody was asked to sign in."""
    nothing_is_wrong(drawn(page))
    expect(page.get_by_text(f"Signed in as {user}")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_have_count(0)


@fault(
    "the copy that serves a page is killed",
    EXACT,
    "the other goes on with session and view",
    kind="Sessions and ends",
    at="two copies",
    seen="Top channels",
)
def test_a_session_goes_on_when_its_copy_dies_in_the_middle_of_it(
    nginx: Nginx, copies: tuple[Copy, Copy], profile: BrowserContext
) -> None:
    page = profile.new_page()
    page.goto(f"{nginx.url}/{BASE}")
    with page.expect_response("**/session/begin") as answered:
        sign_in(page, "manager")
    assert answered.value.status == 204
    signed_in(page)
    [cookie] = [one for one in profile.cookies() if one["name"] == "engagement_session"]
    assert (cookie["path"], cookie["secure"], cookie["httpOnly"]) == (f"/{BASE}", True, True)

    choose(page, "Last 4 full weeks")
    signed_in(page)
    first = serving(nginx, copies)
    first.die()
    choose(page, "Last full month")
    signed_in(page)
    page.get_by_role("link", name="Top channels").click()
    expect(page.get_by_role("heading", name="Top channels", exact=True)).to_be_visible(timeout=30_000)
    signed_in(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert Path(download.value.path()).stat().st_size > 1000

    # The dead one comes back, and the other one dies: a new tab has the same person and the same view.
    first.start()
    back_in_service(nginx, profile, first)
    other = next(copy for copy in copies if copy is not first)
    other.die()
    again = profile.new_page()
    again.goto(page.url)
    expect(again.get_by_label("Period")).to_have_value("Last full month", timeout=60_000)
    signed_in(again)
    other.start()

    again.get_by_role("button", name="Sign out").click()
    expect(again.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=30_000)
    profile.add_cookies([cookie])  # type: ignore[list-item]
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=30_000)
    expect(page.locator(".js-plotly-plot")).to_have_count(0)


def at(copy: Copy, nginx: Nginx, chromium: Browser) -> BrowserContext:
    """A browser that nginx gives to this copy."""
    for number in range(100):
        mine = f"{number:032x}"
        if nginx.copy_of(mine).endswith(f":{copy.port}"):
            break
    opened = chromium.new_context(ignore_https_errors=True, viewport={"width": 1400, "height": 900})
    opened.add_cookies([{"name": "engagement_copy", "value": mine, "url": f"{nginx.url}/{BASE}", "secure": True}])
    return opened


def filled(page: Page, kind: str, note: str) -> Page:
    """With a decision that is typed and not sent."""
    drawn(page).get_by_role("button", name=kind, exact=True).click()
    page.get_by_label("Note").last.fill(note)
    return page


def history(page: Page) -> str:
    """What was ever decided about the room of the page."""
    nothing_is_wrong(drawn(page))
    page.get_by_role("button", name="History").click()
    told = page.get_by_test_id("stPopoverBody").get_by_role("list")
    expect(told).to_be_visible()
    return told.inner_text()


def kept(postgres: Postgres, note: str) -> int:
    """How many decisions with this note the database has."""
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute("SELECT count(*) FROM decisions WHERE note = %s", (note,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.timeout(300)
@fault(
    "two people decide at once in two copies",
    EXACT,
    "both decisions are kept and shown to both",
    kind="Sessions and ends",
    at="two copies",
    seen="Room",
)
def test_two_who_decide_at_once_in_two_copies_lose_nothing(
    nginx: Nginx, copies: tuple[Copy, Copy], chromium: Browser
) -> None:
    with ExitStack() as stack:
        pages = []
        for user, copy in zip(("manager", "admin"), copies, strict=True):
            pages.append(stack.enter_context(at(copy, nginx, chromium)).new_page())
            before = len(nginx.answered())
            pages[-1].goto(f"{nginx.url}/{BASE}/room")
            signed_in(sign_in(pages[-1], user), user)
            given = {where for path, where in nginx.answered()[before:] if "/static/" in path}
            assert f"127.0.0.1:{copy.port}" in given
        keep = filled(pages[0], "Keep", "season").get_by_role("button", name="Keep 1 room")
        archive = filled(pages[1], "Archive", "unused").get_by_role("button", name="Note for the archive: 1 room")
        # Neither of them waits for the other.
        keep.click()
        archive.click()
        expect(pages[0].get_by_text("Kept: ")).to_be_visible(timeout=30_000)
        expect(pages[1].get_by_text("Noted for the archive: ")).to_be_visible(timeout=30_000)
        for page in pages:
            page.reload()
            told = history(page)
            assert "manager: Keep always (season)" in told
            assert "admin: Archive (unused)" in told


@pytest.mark.timeout(300)
@fault(
    "a copy is killed while somebody decides about many rooms",
    EXACT,
    "all of them or none; the other copy goes on",
    kind="Sessions and ends",
    at="two copies",
    seen="Inactive rooms, Room",
)
@pytest.mark.parametrize("which", [0, 1])
def test_of_what_a_copy_was_told_when_it_died_all_is_kept_or_nothing(
    nginx: Nginx, copies: tuple[Copy, Copy], postgres: Postgres, chromium: Browser, which: int
) -> None:
    copy, note = copies[which], f"all at once in copy {which}"
    with at(copy, nginx, chromium) as profile:
        page = profile.new_page()
        page.goto(f"{nginx.url}/{BASE}/inactive_rooms")
        signed_in(sign_in(page, "manager"))
        number = every_row(page)
        filled(page, "Archive", note).get_by_role("button", name=f"Note for the archive: {number} rooms").click()
        copy.die()
        page.goto(f"{nginx.url}/{BASE}/room")
        signed_in(page)
        assert kept(postgres, note) in {0, number}
        again = filled(page, "Archive", f"after {note}").get_by_role("button", name="Note for the archive: 1 room")
        again.click()
        expect(page.get_by_text("Noted for the archive: ")).to_be_visible(timeout=30_000)
        assert f"manager: Archive (after {note})" in history(page)
        copy.start()
        back_in_service(nginx, profile, copy)


def every_row(page: Page) -> int:
    """Chooses every row of the table, which is a picture to the browser; how many there are."""
    table = page.locator('[class*="st-key-table_"] canvas').first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 17)
    chosen = page.get_by_text(re.compile(r"^\d+ rooms chosen$"))
    expect(chosen).to_be_visible(timeout=30_000)
    ready(page)
    return int(chosen.inner_text().split()[0])


def test_both_copies_are_alive_and_ready_below_the_base_path(nginx: Nginx, copies: tuple[Copy, Copy]) -> None:
    for copy in copies:
        assert requests.get(f"{copy.url}/healthz", timeout=5).text == "ok"
        assert requests.get(f"{copy.url}/readyz", timeout=5).text == "ready"
    assert nginx.get(f"/{BASE}/readyz").text == "ready"


def test_static_files_are_compressed_and_every_answer_asks_for_tls(nginx: Nginx) -> None:
    page = nginx.get(f"/{BASE}/")
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    script = re.search(r'src="\./(static/js/[^"]+\.js)"', page.text)
    assert script is not None
    sent = nginx.get(f"/{BASE}/{script.group(1)}", Accept_Encoding="gzip")
    assert sent.headers["Content-Encoding"] == "gzip"
    assert "immutable" in sent.headers["Cache-Control"]
    assert int(sent.raw.tell()) < len(sent.content) / 2


def test_the_plain_port_and_the_bare_path_lead_to_the_dashboard(nginx: Nginx) -> None:
    plain = requests.get(f"http://localhost:{nginx.plain}/{BASE}/trends?x=1", timeout=5, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://localhost/{BASE}/trends?x=1")
    assert nginx.get("/").headers["Location"].endswith(f"/{BASE}/")
    assert nginx.get(f"/{BASE}?period=x").headers["Location"].endswith(f"/{BASE}/?period=x")


def test_a_browser_stays_with_one_copy_and_different_browsers_are_spread(
    nginx: Nginx, copies: tuple[Copy, Copy]
) -> None:
    first = nginx.get(f"/{BASE}/healthz").headers["Set-Cookie"]
    assert re.fullmatch(r"engagement_copy=[0-9a-f]{32}; Path=/engagement; Secure; HttpOnly; SameSite=Lax", first)
    assert "Set-Cookie" not in nginx.get(f"/{BASE}/healthz", Cookie="engagement_copy=known").headers
    assert len({nginx.copy_of(f"{7:032x}") for _ in range(10)}) == 1
    assert len({nginx.copy_of(f"{number:032x}") for number in range(20)}) == 2


def test_the_copies_are_told_the_real_address_of_the_visitor_and_no_name_that_a_visitor_made_up(
    tmp_path: Path,
) -> None:
    def echo(handler: BaseHTTPRequestHandler) -> None:
        told = [[name.lower(), value] for name, value in handler.headers.items()]
        send(handler, 200, json.dumps(told).encode(), Content_Type="application/json")

    with answering(echo) as url:
        port = int(url.rsplit(":", 1)[1])
        nginx = Nginx(tmp_path, (port, port if port == 0 else free_port()), free_port()).start()
        try:
            forged = {"X_Forwarded_For": "203.0.113.7", "X_Real_IP": "203.0.113.7", "X_Forwarded_User": "ada"}
            told = nginx.get(f"/{BASE}/", **forged, X_Forwarded_Proto="http").json()
        finally:
            nginx.stop()
    assert [value for name, value in told if name == "x-forwarded-for"] == ["127.0.0.1"]
    assert [value for name, value in told if name == "x-real-ip"] == ["127.0.0.1"]
    assert [value for name, value in told if name == "x-forwarded-proto"] == ["https"]
    assert [value for name, value in told if name == "x-forwarded-user"] == []
    assert [value for name, value in told if name == "host"] == [f"localhost:{nginx.tls}"]

"""From a signal to a deed in a browser: from the overview to the room, to the worklist, to its file, and undone."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Download, Page, expect

from engagement.demo import DemoServer, Options
from engagement.demo.community import RoomSpec, community
from engagement.ui.screens import TITLES
from tests.matrix.house import text_of
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard, drawn, nothing_is_wrong, ready, sign_in
from tests.support.demo_tools import every_day

pytestmark = pytest.mark.timeout(300)

OLD, FIRST, SILENT_SINCE, LAST = date(2024, 1, 2), date(2026, 6, 1), date(2026, 11, 9), date(2026, 11, 21)
LOOKS = [("light", 1440, 900), ("dark", 390, 844)]


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    """Two rooms that talk every day; one of them has not said a word in the last full week, nor since."""
    rooms = [
        RoomSpec("busy-id", name="busy", created=OLD, owner="bob", members=40),
        RoomSpec("harbour-id", name="harbour", created=OLD, owner="ada", members=12),
    ]
    silence = every_day(SILENT_SINCE, LAST)
    talk = {day: count for day, count in every_day(FIRST, LAST).items() if day not in silence}
    counts = {"busy-id": every_day(FIRST, LAST, 30), "harbour-id": talk}
    options = Options(today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, community=community(rooms, counts), clock=Clock()) as server:
        yield server


@pytest.fixture(scope="module")
def dashboard(workspace: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("home"), ENGAGEMENT_WORKSPACE_URL=workspace.url) as running:
        yield running


@pytest.fixture
def profiles(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Two browsers of different people, which look as the test wants them to."""
    scheme, width, height = getattr(request, "param", LOOKS[0])
    size = {"width": width, "height": height}
    both = tuple(chromium.new_context(color_scheme=scheme, viewport=size, accept_downloads=True) for _ in range(2))  # type: ignore[arg-type]
    yield both  # type: ignore[misc]
    for context in both:
        context.close()


def opened(profile: BrowserContext, dashboard: Dashboard, user: str, path: str = "") -> Page:
    page = profile.new_page()
    page.goto(f"{dashboard.url}/{path}")
    nothing_is_wrong(drawn(sign_in(page, user)))
    return page


def note_for_the_archive(page: Page, note: str) -> None:
    """From the signal on the overview to the page of its room, where it is noted for the archive."""
    page.locator(".look th a").filter(has_text="harbour").click()
    expect(page.get_by_role("heading", name="#harbour", exact=True)).to_be_visible(timeout=60_000)
    drawn(page).get_by_role("button", name="Archive", exact=True).click()
    page.get_by_label("Note").last.fill(note)
    page.get_by_role("button", name="Note for the archive: 1 room").click()
    expect(page.get_by_text("Noted for the archive: #harbour.")).to_be_visible(timeout=60_000)
    nothing_is_wrong(drawn(page))


def to_the_worklist(page: Page) -> None:
    page.get_by_role("link", name="Worklist").click()
    expect(page.locator(".st-key-csv_worklist")).to_be_visible(timeout=60_000)
    nothing_is_wrong(ready(page))


def as_file(page: Page, form: str) -> Download:
    with page.expect_download() as download:
        page.get_by_role("button", name=form, exact=True).click()
    return download.value


def rows_of(file: Download) -> list[list[str]]:
    """The head and the rows of the list in a file, without what it says of itself."""
    path = Path(file.path())
    if file.suggested_filename.endswith(".csv"):
        found = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    else:
        sheet = load_workbook(io.BytesIO(path.read_bytes()))["Worklist"]
        found = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    return found[next(number for number, row in enumerate(found) if row[:2] == ["Room", "Decision"]) :]


@pytest.mark.parametrize("profiles", LOOKS, indirect=True, ids=lambda look: f"{look[0]}, {look[1]} wide")
def test_from_a_signal_to_the_room_to_the_worklist_to_its_file_and_undone(
    dashboard: Dashboard, profiles: tuple[BrowserContext, BrowserContext]
) -> None:
    page = opened(profiles[0], dashboard, "manager")
    note_for_the_archive(page, "owner asked")
    expect(page.get_by_text("Archive, decided by manager on")).to_be_visible()

    to_the_worklist(page)
    for form in ("CSV", "XLSX"):
        head, *rows = rows_of(as_file(page, form))
        [told] = [dict(zip(head, row, strict=True)) for row in rows]
        assert [told[name] for name in ("Room", "Decision", "Note", "By", "Owner")] == [
            *("#harbour", "Archive", "owner asked", "manager", "ada"),
        ]

    second = opened(profiles[1], dashboard, "admin", "room?room=harbour-id")
    expect(second.get_by_text("Archive, decided by manager on")).to_be_visible(timeout=30_000)
    expect(second.get_by_text("owner asked").first).to_be_visible()

    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("what stood before stands again")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Nothing is decided yet")).to_be_visible(timeout=30_000)
    nothing_is_wrong(ready(page))
    second.reload()
    nothing_is_wrong(drawn(second))
    expect(second.get_by_text("decided by manager")).to_have_count(0)


def test_whoever_has_fewer_rights_is_sent_nothing_of_it_by_any_page_link_or_file(
    dashboard: Dashboard, profiles: tuple[BrowserContext, BrowserContext]
) -> None:
    note = "a word in private"
    page = opened(profiles[0], dashboard, "manager")
    note_for_the_archive(page, note)
    to_the_worklist(page)
    links, file = [page.url, f"{dashboard.url}/room?room=harbour-id"], as_file(page, "CSV")
    assert note in Path(file.path()).read_text(encoding="utf-8-sig")

    viewer = profiles[1].new_page()
    sent = frames(viewer)
    viewer.goto(links[0])
    sign_in(viewer, "viewer")
    expect(viewer.get_by_test_id("stAlertContentError")).to_be_visible(timeout=30_000)
    sign_in(viewer, "analyst")
    nothing_is_wrong(listed(viewer))
    for path in [*links, *(f"{dashboard.url}/{'' if name == 'overview' else name}" for name in TITLES)]:
        viewer.goto(path)
        nothing_is_wrong(listed(viewer) if "inactive" in path else drawn(viewer))
        for word in ("Worklist", "Take back", "decided by"):
            expect(viewer.get_by_text(word)).to_have_count(0)
        for form in ("CSV", "XLSX"):
            if viewer.get_by_role("button", name=form, exact=True).is_visible():
                assert note not in text_of(Path(as_file(viewer, form).path()).read_bytes())
    assert b"harbour" in b"".join(sent)
    assert not [frame for frame in sent if note.encode() in frame]

    # A file is had by whoever asked for it, and by nobody whom it was sent on to.
    answer = viewer.request.get(file.url)
    assert (answer.status, note in answer.text()) == (404, False)
    assert tables_with(dashboard, note) == {"decisions"}


def listed(page: Page) -> Page:
    """Waits until there is a table of rooms; where few are silent there is no chart above it."""
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=60_000)
    return ready(page)


def frames(page: Page) -> list[bytes]:
    """All that this page will have been sent over its websockets."""
    sent: list[bytes] = []

    def note(frame: bytes | str) -> None:
        sent.append(frame if isinstance(frame, bytes) else frame.encode())

    page.on("websocket", lambda opened: opened.on("framereceived", note))
    return sent


def tables_with(dashboard: Dashboard, text: str) -> set[str]:
    """The tables of the store in which a text stands, anywhere."""
    [file] = dashboard.home.rglob("engagement.sqlite3")
    store = sqlite3.connect(file)
    try:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = {name: store.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    finally:
        store.close()
    return {name for name, rows in held.items() if text in "\n".join(map(repr, rows))}

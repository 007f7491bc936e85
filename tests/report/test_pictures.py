"""PDF and PNG: what is in them, and the one browser that makes them for everybody."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from engagement.errors import FileNotMade, NoBrowser
from engagement.numbers.filters import Filters
from engagement.report import chromium, html, pictures
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes
from tests.support.faults import EXACT, SAID, fault
from tests.support.report_tools import activity_of, history_of, pdf_text

pytestmark = fault(kind="Files", at="the browser that makes pictures", seen="report")

FIND = "choreographer.browsers.chromium.Chromium.find_browser"
ROOMS: list[dict[str, object]] = [
    {"name": "general", "room_id": "r1", "messages": 70, "previous_messages": 40},
    {"name": "help", "room_id": "r2", "messages": 30, "previous_messages": 20},
]


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """No browser outlives a test."""
    yield
    pictures.close()


def report() -> Content:
    history = history_of({"r1": [50.0] * 13, "r2": [50.0] * 13})
    return build(activity_of(*ROOMS).judged(history), Filters(), Wishes())


def test_the_pdf_has_selectable_text_on_the_paper_that_was_asked_for() -> None:
    made = pictures.pdf(html.document(report(), paper="Letter"))
    page = PdfReader(io.BytesIO(made)).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)
    text = pdf_text(made)
    for said in (
        "Channel engagement report",
        "chat.example.org",
        "#general",
        "70",
        "100 messages, 40 more than the 60 before",
    ):
        assert said in text, said


def test_one_chart_is_a_picture_of_twice_its_width() -> None:
    made = pictures.png(html.document(report(), only="top"), pictures.CHART_WIDTH)
    picture = Image.open(io.BytesIO(made))
    assert picture.width == 2 * pictures.CHART_WIDTH
    assert 300 < picture.height < 2000
    # The last line of pixels is paper: the picture ends below the chart, and not inside it.
    assert (
        len(
            set(
                picture.convert("RGB").crop((0, picture.height - 2, picture.width, picture.height)).get_flattened_data()
            )
        )
        == 1
    )


@fault("no browser for a PDF", SAID, "what to install")
def test_without_a_browser_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIND, lambda **_: None)
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        pictures.pdf("<main></main>")


def stub(folder: Path, script: str) -> str:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@fault("a browser that runs: {script}", SAID)
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("sleep 30", "longer than 1 seconds"),
        ("echo no sandbox >&2; exit 3", r"status 3 \(no sandbox\)"),
        ("exit 0", "status 0"),
    ],
)
def test_a_browser_that_hangs_or_ends_is_one_sentence(
    script: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stub(tmp_path, script)
    monkeypatch.setattr(FIND, lambda **_: path)
    with pytest.raises(FileNotMade, match=says):
        pictures.pdf("<main></main>", timeout=1)


@pytest.mark.parametrize(("user", "wanted"), [(0, True), (1000, False)])
def test_the_sandbox_is_only_given_up_as_root(
    user: int, wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stub(tmp_path, f'echo "$@" > {tmp_path}/arguments')
    monkeypatch.setattr(FIND, lambda **_: path)
    monkeypatch.setattr("os.geteuid", lambda: user)
    with pytest.raises(FileNotMade):
        pictures.pdf("<main></main>", timeout=5)
    assert ("--no-sandbox" in (tmp_path / "arguments").read_text()) is wanted


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the process id of every browser that is started, a line each."""
    noted = tmp_path / "started"
    noted.touch()
    path = stub(tmp_path, f'echo $$ >> {noted}\nexec {chromium.find()} "$@"')
    monkeypatch.setattr(FIND, lambda **_: path)
    return noted


def pids(started: Path) -> list[int]:
    return [int(line) for line in started.read_text().split()]


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_files_that_are_made_one_after_another_share_a_browser_that_ends_when_nobody_needs_it(
    started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pdf_text(pictures.pdf("<main>one</main>")) == "one"
    monkeypatch.setattr(chromium, "KEPT", 0.0)
    assert pictures.png("<main>two</main>").startswith(b"\x89PNG")
    (pid,) = pids(started)
    assert chromium._idle is not None
    chromium._idle.join(20)
    assert not running(pid)


def test_a_browser_that_is_found_no_more_ends_all_the_same_when_nobody_needs_it(
    started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.pdf("<main></main>")
    monkeypatch.setattr(FIND, lambda **_: None)
    with pytest.raises(NoBrowser):
        pictures.pdf("<main></main>")
    assert running(*pids(started))
    assert chromium._idle is not None
    assert not chromium._idle.finished.is_set()


def test_the_end_of_the_process_ends_the_browser_and_leaves_no_folder(started: Path) -> None:
    pictures.pdf("<main></main>")
    assert chromium._running is not None
    folder = Path(chromium._running._folder.name)
    assert folder.is_dir()
    # What is registered for the end of the process.
    chromium.close()
    assert not running(*pids(started))
    assert not folder.exists()


@fault("a browser that dies between two files", EXACT, "the next is made by a new one")
def test_after_a_browser_that_died_the_next_file_is_made_by_a_new_one(started: Path) -> None:
    pictures.pdf("<main>one</main>")
    os.kill(*pids(started), signal.SIGKILL)
    os.waitid(os.P_PID, pids(started)[0], os.WEXITED | os.WNOWAIT)
    assert pdf_text(pictures.pdf("<main>two</main>")) == "two"
    assert len(pids(started)) == 2


@fault("a page that breaks down while it is drawn", SAID, "the next is made by a new browser")
def test_a_page_that_breaks_down_is_one_sentence_and_the_next_is_made_anew(started: Path) -> None:
    with pytest.raises(FileNotMade, match="broke down"), chromium.page("<main></main>", 500, 1, 60) as page:
        page.ask("Page.crash")
    assert pdf_text(pictures.pdf("<main>two</main>")) == "two"
    assert len(pids(started)) == 2
    assert not running(pids(started)[0])


@fault("a page whose script {script}", SAID, "cut; the next is made by a new browser")
@pytest.mark.parametrize("script", ["for (;;) {}", "window.drawn = new Promise(() => {})"])
def test_a_page_that_never_finishes_is_cut_and_the_next_is_made_anew(script: str, started: Path) -> None:
    pictures.pdf("<main>one</main>")
    with pytest.raises(FileNotMade, match="longer than 1 seconds"):
        pictures.pdf(f"<main></main><script>{script}</script>", timeout=1)
    assert not running(*pids(started))
    assert pdf_text(pictures.pdf("<main>two</main>")) == "two"


def test_of_two_people_at_once_each_gets_the_own_report_from_one_browser(started: Path) -> None:
    with ThreadPoolExecutor(2) as people:
        made = [people.submit(pictures.pdf, f"<main>{name}</main>") for name in ("ada", "bob")]
        assert [pdf_text(file.result(60)) for file in made] == ["ada", "bob"]
    assert len(pids(started)) == 1


def test_a_report_is_alone_in_a_context_of_its_own_and_gone_afterwards() -> None:
    contexts: list[list[str]] = []
    for name in ("one", "two"):
        with chromium.page(f"<main>{name}</main>", 500, 1, 60) as page:
            contexts.append(page.browser.ask("Target.getBrowserContexts")["browserContextIds"])
    assert [len(alone) for alone in contexts] == [1, 1]
    assert contexts[0] != contexts[1]


def test_what_a_document_asks_for_is_never_fetched() -> None:
    image = "<img src='http://localhost:1/x' onerror='failed(\"refused\")'>"
    script = "<script>window.drawn = new Promise(done => { window.failed = done })</script>"
    with chromium.page(f"{script}<main>{image}</main>", 500, 1, 60) as page:
        assert page.value("window.drawn") == "refused"

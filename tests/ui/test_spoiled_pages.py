"""One fault in an answer, on every page: the counts that are known are right, and the rest is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.api import transport
from engagement.demo import DemoServer, Options
from engagement.ui import runtime as runtimes
from tests import ROOT
from tests.support.access_tools import PAGES, TODAY, process, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, NOTED, fault, title
from tests.support.spoiled import CASES, RIGHT, small

ON_PAGES = {
    "the total announced is negative": "Contradictory answers",
    "three rooms more than announced": "Contradictory answers",
    "one room comes twice with other counts": "Contradictory answers",
    "messages of one room: text": "Odd values",
    "type of one room, in every list: null": "Odd values",
    "name of one room, in every list: lone surrogate": "Odd values",
    "name of one room, in every list: very long": "Odd values",
    "members of one room: huge": "Odd values",
    "messages-sent: JSON that answers something else": "Side dishes and refusals",
    "channels.list: JSON that answers something else": "Side dishes and refusals",
}


@pytest.fixture
def workspace(clock: Clock) -> Iterator[DemoServer]:
    options = Options(today=TODAY, timezone="UTC", rate_limit=0)
    with DemoServer(options, community=small(), clock=clock) as server:
        yield server


@pytest.fixture
def dashboard(tmp_path: Path, clock: Clock, workspace: DemoServer) -> Iterator[runtimes.Runtime]:
    with process(tmp_path, clock, WORKSPACE_URL=workspace.url) as built:
        yield built


@fault(
    "{case}",
    lambda case: NOTED if CASES[case].note else EXACT,
    lambda case: (
        "every other count is right; the note stands beside it" if CASES[case].note else "every count is right"
    ),
    kind=lambda case: ON_PAGES[case],
    at="demo workspace, three rooms",
    seen=", ".join(map(title, PAGES)),
)
@pytest.mark.parametrize("case", ON_PAGES)
def test_every_page_has_the_counts_that_are_known_and_says_what_is_not(
    case: str, dashboard: runtimes.Runtime, workspace: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0,))
    spoiled = CASES[case]
    spoiled.spoil(workspace)
    app = sound(read(tab(signed_in(dashboard, workspace))))
    for page in PAGES:
        app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
        app = sound(read(app))
        assert spoiled.note in text_of(app).replace("\\", "").replace("\u2060", ""), page
    app.switch_page(str(ROOT / "pages" / "week_over_week.py")).run()
    table = sound(read(app)).dataframe[0].value
    names = [str(room).lstrip("#🔒 ") for room in table["Room"]]
    shown = dict(zip(names, zip(table["Messages"], table["Previous"], strict=True), strict=True))
    for room in {"busy", "calm"} - {spoiled.without}:
        assert shown[room] == RIGHT[room]
    assert spoiled.without not in shown

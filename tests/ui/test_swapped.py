"""A dashboard whose workspace is replaced by another one at the same address, while it runs."""

from __future__ import annotations

import pytest

from engagement.demo import DemoServer
from engagement.ui import runtime as runtimes
from tests.support.access_tools import PAGES, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock
from tests.support.faults import EXACT, fault, title
from tests.support.swapped import at_one_address, live_system


def shown(running: runtimes.Runtime, server: DemoServer, page: str) -> str:
    """Everything on the page of somebody who has just signed in: words, links, tables and charts."""
    app = sound(read(tab(signed_in(running, server, "admin"), page)))
    tables = [frame.value.to_csv() for frame in app.dataframe]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert charts
    links = [link.proto.label for link in app.get("page_link")]
    metrics = [f"{metric.value} {metric.delta}" for metric in app.metric]
    return "\n".join([text_of(app), *links, *metrics, *tables, *charts]).replace("\\", "")


@fault(
    "a workspace without an id that is swapped for another one while the dashboard runs",
    EXACT,
    "nothing of the one before is shown",
    kind="Another workspace",
    at="demo workspace",
    seen=lambda page: title(page),
)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_nothing_of_the_workspace_that_answered_at_the_address_before(
    page: str, dashboard: runtimes.Runtime, clock: Clock
) -> None:
    with at_one_address(clock) as server:
        before = shown(dashboard, server, page)
        server.swap(live_system())
        after = shown(dashboard, server, page)
    assert "trial-" in before
    assert "live-" in after
    assert "trial-" not in after

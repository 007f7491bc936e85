"""The workspace that most tests of the client call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engagement.demo import DemoServer, Options
from tests.support.clock import Clock


@pytest.fixture
def server(clock: Clock) -> Iterator[DemoServer]:
    """Twenty-one rooms on the clock of the test."""
    with DemoServer(Options(rooms=21), clock=clock) as running:
        yield running

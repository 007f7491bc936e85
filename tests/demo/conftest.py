"""What every test of the demo workspace starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clock import Clock
from tests.support.demo_tools import NOW, Start, workspaces


@pytest.fixture
def clock() -> Clock:
    """Stands at half past one on a Sunday."""
    return Clock(NOW)


@pytest.fixture
def start(clock: Clock) -> Iterator[Start]:
    """Starts workspaces, and stops them after the test."""
    with workspaces(clock) as start:
        yield start

"""One dashboard for the whole matrix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from engagement.ui import runtime as runtimes
from tests.matrix.house import FEW, MANY, House
from tests.support.dashboard import Dashboard

Begun = tuple[Dashboard, runtimes.Runtime, ExitStack]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    """A dashboard in which any address may be typed, so that people of several workspaces are in one process."""
    folder = tmp_path_factory.mktemp("house")
    with ExitStack() as inside:
        dashboard = inside.enter_context(Dashboard(folder))
        copy = runtimes.build({}, folder=folder / ".local" / "share" / "channel-engagement")
        inside.callback(copy.store.close)
        yield dashboard, copy, inside


@pytest.fixture(scope="session")
def house(begun: Begun) -> House:
    """Where an administrator has read everything, and the view of three accounts has ended."""
    made = House(*begun, FEW)
    made.read_everything()
    made.end()
    return made


@pytest.fixture(scope="session")
def large_house(begun: Begun) -> House:
    """The same with tables so long that they come in pieces; some of them were opened before."""
    made = House(*begun, MANY)
    made.open_tables()
    made.end()
    return made

"""Settings of the whole test run."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.support.clock import Clock

pytest_plugins = ["tests.support.browser_fixtures", "tests.support.store_fixtures"]

# A machine that is busy with something else is no failure.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at NOON until told."""
    return Clock()

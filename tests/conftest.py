"""Settings of the whole test run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from tests.support.clock import Clock
from tests.support.needs import NEEDS, needs

pytest_plugins = ["tests.support.browser_fixtures", "tests.support.leaks", "tests.support.store_fixtures"]

# A machine that is busy with something else is no failure, and the same code is judged by the same examples.
settings.register_profile("tests", deadline=None, derandomize=True)
# Other examples each time; chosen with --hypothesis-profile=fuzz.
settings.register_profile("fuzz", deadline=None, max_examples=20_000)
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder, so that no test meets the settings and sessions of a person or of other tests."""
    folder = tmp_path_factory.mktemp("home")
    # A browser that was downloaded for the tests lies in the real one.
    downloaded = Path.home() / ".cache" / "ms-playwright"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYWRIGHT_BROWSERS_PATH", os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(downloaded)))
        patch.setenv("HOME", str(folder))
        for name in [name for name in os.environ if name.startswith(("XDG_", "ENGAGEMENT_", "ROCKETCHAT_"))]:
            patch.delenv(name)
        yield folder


@pytest.fixture(scope="session", autouse=True)
def packages_are_looked_through_once() -> Iterator[None]:
    """The framework looks through every installed package for components, for each tab of a test anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at NOON until told."""
    return Clock()


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; known from the code")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Reading the code of all tests takes longer than collecting them, and only ``-m`` goes by what it finds.
    for item in items if config.option.markexpr else ():
        for name in needs(item):
            item.add_marker(name)

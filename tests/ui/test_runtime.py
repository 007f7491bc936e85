"""What one process shares: built once by its settings, and not at all where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engagement.errors import InvalidSettings
from engagement.storage.sessions import Signed
from engagement.ui import runtime
from tests.support.clock import NOON, Clock
from tests.support.dashboard import Dashboard
from tests.support.faults import SAID, fault

ADA = Signed("https://chat.example.org", "u-ada", "ada", "Ada", "password", "sesame", frozenset({"view"}))


def test_the_runtime_is_built_once_and_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    runtime.use(None)
    first = runtime.runtime()
    assert runtime.runtime() is first
    assert first.sessions.find(first.sessions.begin(ADA)).username == "ada"
    runtime.use(None)
    again = runtime.runtime()
    assert again is not first
    assert (tmp_path / "channel-engagement" / "session.key").exists()
    runtime.use(None)


def test_the_runtime_goes_by_its_settings(tmp_path: Path, clock: Clock) -> None:
    key = "0123456789abcdef0123456789abcdef"
    environ = {"ENGAGEMENT_SESSION_KEY": key, "ENGAGEMENT_SESSION_HOURS": "2", "ENGAGEMENT_LIMITS_MEMORY": "100"}
    built = runtime.build(environ, folder=tmp_path / "data", clock=clock.moment)
    found = built.sessions.find(built.sessions.begin(ADA))
    assert (found.expires_at - NOON).total_seconds() == 2 * 3600
    assert not (tmp_path / "data" / "session.key").exists(), "a configured key is not kept in a second place"
    assert key not in repr(built)
    # A quarter is for what is made of readings.
    assert built.jobs._most_bytes == 75 * 2**20
    assert built.kept._most == 25 * 2**20
    built.store.close()


def test_a_wrong_configuration_is_told_again_until_it_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("ENGAGEMENT_SESSION_HOURS", "eight")
    runtime.use(None)
    for _ in range(2):
        with pytest.raises(InvalidSettings, match="ENGAGEMENT_SESSION_HOURS"):
            runtime.runtime()
    monkeypatch.setenv("ENGAGEMENT_SESSION_HOURS", "8")
    assert runtime.runtime().settings.session.hours == 8
    runtime.use(None)


@fault("two wrong settings", SAID, "no start, a sentence for each", kind="Settings", at="environment", seen="settings")
def test_a_wrong_configuration_stops_the_start_with_one_sentence_per_fault(tmp_path: Path) -> None:
    environ = {"ENGAGEMENT_SESSION_HOURS": "eight", "ENGAGEMENT_LIMITS_COPIES": "none"}
    told = Dashboard(tmp_path, **environ).refuses_to_start()
    assert "The dashboard does not start." in told
    assert "ENGAGEMENT_SESSION_HOURS must be a number of hours" in told
    assert "ENGAGEMENT_LIMITS_COPIES must be a whole number" in told

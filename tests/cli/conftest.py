"""The surroundings of a command: an account on the workspace of the module, and an archive of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from engagement.demo import DemoServer


@pytest.fixture
def account(server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The variables that name the account of ``admin``; they can be changed further."""
    monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", f"sqlite:///{tmp_path}/archive.sqlite3")
    for name in ("USER_ID", "AUTH_TOKEN", "CODE"):
        monkeypatch.delenv(f"ROCKETCHAT_{name}", raising=False)
    for name, value in {"URL": server.url, "USER": "admin", "PASSWORD": "admin"}.items():
        monkeypatch.setenv(f"ROCKETCHAT_{name}", value)
    return monkeypatch

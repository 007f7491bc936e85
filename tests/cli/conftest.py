"""The surroundings of a command: an account on the workspace of the module, and an archive of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from engagement.demo import DemoServer
from engagement.posting import letter


@pytest.fixture
def archive_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/archive.sqlite3"


@pytest.fixture
def account(server: DemoServer, archive_url: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables that name the account of ``admin``; they can be changed further."""
    monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", archive_url)
    for name in ("USER_ID", "AUTH_TOKEN", "CODE"):
        monkeypatch.delenv(f"ROCKETCHAT_{name}", raising=False)
    for name, value in {"URL": server.url, "USER": "admin", "PASSWORD": "admin"}.items():
        monkeypatch.setenv(f"ROCKETCHAT_{name}", value)
    return monkeypatch


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that pictures of posts are made of, each the number of its document, and where their readers find
    the dashboard; no browser draws them.
    """
    documents: list[str] = []

    def png(document: str) -> bytes:
        documents.append(document)
        return b"\x89PNG " + str(len(documents)).encode()

    monkeypatch.setattr(letter.pictures, "browser", lambda: "/a/browser")
    monkeypatch.setattr(letter.pictures, "png", png)
    monkeypatch.setenv("ENGAGEMENT_DASHBOARD_ADDRESS", "https://dash.example.org")
    return documents

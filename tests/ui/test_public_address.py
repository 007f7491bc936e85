"""A workspace that is asked at one address and opened at another: people see and follow the second alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.__main__ import main
from engagement.demo import DemoServer
from engagement.ui import runtime as runtimes
from tests.support.access_tools import process, read, signed_in, sound, tab, text_of
from tests.support.clock import Clock

PUBLIC = "https://chat.example.org/team"


@pytest.fixture
def running(tmp_path: Path, clock: Clock, workspace: DemoServer) -> Iterator[runtimes.Runtime]:
    with process(tmp_path, clock, WORKSPACE_URL=workspace.url, WORKSPACE_PUBLIC_URL=PUBLIC) as made:
        yield made


def test_the_sign_in_form_and_the_pages_name_the_public_address_and_lead_there(
    running: runtimes.Runtime, workspace: DemoServer
) -> None:
    inside = workspace.url.removeprefix("http://")
    asked = text_of(tab())
    assert "Workspace **chat.example.org/team**" in asked
    assert inside not in asked
    app = sound(read(tab(signed_in(running, workspace), "room", room="GENERAL")))
    links = {link.proto.label: link.proto.url for link in app.get("link_button")}
    assert links["Open in Rocket.Chat"] == f"{PUBLIC}/channel/general"
    assert all(url.startswith(PUBLIC) for url in links.values())
    assert app.sidebar.header[0].value.replace("\\", "") == "chat.example.org/team"
    assert inside not in text_of(app)


def test_commands_tell_the_public_address_and_ask_at_the_other(
    workspace: DemoServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("ENGAGEMENT_ARCHIVE_URL", f"sqlite:///{tmp_path}/archive.sqlite3")
    monkeypatch.setenv("ENGAGEMENT_WORKSPACE_URL", workspace.url)
    monkeypatch.setenv("ENGAGEMENT_WORKSPACE_PUBLIC_URL", PUBLIC)
    for name in ("USER", "PASSWORD"):
        monkeypatch.setenv(f"ROCKETCHAT_{name}", "manager")
    assert main(["channels", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["workspace"] == PUBLIC
    assert main(["check"]) == 0
    assert f"workspace  {workspace.url}\n" in capsys.readouterr().out

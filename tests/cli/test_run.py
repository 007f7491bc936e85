"""The command that serves the dashboard: what it starts, and what it puts around that."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from engagement.__main__ import main
from engagement.cli.run import around
from tests import ROOT

TYPED = {"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true"}
ALONE = {"FORWARDED_ALLOW_IPS": ""}


@pytest.mark.parametrize(("arguments", "port"), [([], []), (["--port", "8600"], ["--server.port=8600"])])
def test_the_web_server_takes_the_place_of_the_command(
    arguments: list[str], port: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    became: list[tuple[list[str], Mapping[str, str]]] = []
    monkeypatch.setattr("engagement.cli.run.become", lambda *started: became.append(started))
    monkeypatch.chdir(tmp_path)
    main(["run", *arguments])
    [(command, environ)] = became
    assert command == [sys.executable, "-P", "-m", "streamlit", "run", str(ROOT / "app.py"), *port]
    assert environ.items() >= {**ALONE, **TYPED}.items()


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_a_wrong_command_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", f"--port={port}"])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_where_nothing_is_configured_an_address_may_be_typed_and_all_else_stays(tmp_path: Path) -> None:
    given = {"PATH": "/bin", "ENGAGEMENT_WORKSPACE_URL": "", "FORWARDED_ALLOW_IPS": "*"}
    assert around(given, [tmp_path / "secrets.toml"]) == {**given, **ALONE, **TYPED}


@pytest.mark.parametrize(
    "environ",
    [
        {"ENGAGEMENT_WORKSPACE_URL": "https://chat.example.org"},
        {"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "false"},
        {"ENGAGEMENT_DASHBOARD_ADDRESS": "https://dash.example.org"},
        {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"},
    ],
)
def test_where_a_workspace_is_named_or_others_can_look_no_address_may_be_typed(environ: dict[str, str]) -> None:
    assert around(environ, []) == {**environ, **ALONE}


def test_a_file_of_settings_in_either_place_decides_which_workspaces_there_are(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("")
    for files in ([file], [tmp_path / "none.toml", file]):
        assert around({}, files) == ALONE

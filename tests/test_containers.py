"""What is shipped for containers: the image's parts, its health check, and compose files of known settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engagement.settings import keys
from tests import ROOT
from tests.support.dashboard import Dashboard, free_port

DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose*.yml"))
# What Rocket.Chat's traefik-init writes for https, abridged to one router and one service more.
ROUTES = """\
https:
  address: ":443"
http:
  routers:
    rocketchat:
      entryPoints:
        - https
      service: rocketchat
      rule: Host(`{{ env "DOMAIN" }}`)
      tls:
        certResolver: le
  services:
    rocketchat:
      loadBalancer:
        servers:
          - url: "http://rocketchat:3000"
"""


def services(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path)["services"]
    return found


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_a_compose_file_is_one_by_the_published_schema(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_a_compose_file_with_a_fault_is_none(tmp_path: Path) -> None:
    faulty = tmp_path / "compose.yml"
    faulty.write_text((DEPLOY / "compose.yml").read_text().replace("read_only:", "readonly:"))
    with pytest.raises(AssertionError, match="readonly"):
        test_a_compose_file_is_one_by_the_published_schema(faulty)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_a_compose_file_sets_what_can_be_set(path: Path) -> None:
    values = {"WORKSPACE_URL": "https://chat.example.org", "DOMAIN": "dash.example.org", "DATABASE_PASSWORD": "0a1b"}
    [name] = {"dashboard", "engagement"} & services(path).keys()
    given = services(path)[name]["environment"]

    def filled(variable: re.Match[str]) -> str:
        return values.get(variable[1], (variable[3] or "") if variable[2] == ":-" else "")

    environ = {key: re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", filled, value) for key, value in given.items()}
    loaded = keys.load(environ, [])
    assert loaded.dashboard.address
    assert loaded.workspace.url
    assert environ["STREAMLIT_SERVER_BASE_URL_PATH"] == "engagement"
    if name == "engagement":
        assert loaded.opened_at("http://rocketchat:3000") == "http://localhost"
    else:
        assert loaded.archive.url == "postgresql://engagement:0a1b@database/engagement"


def test_what_the_compose_file_asks_for_has_a_line_in_the_example_of_its_settings() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yml").read_text()))
    lines = (DEPLOY / "compose.env.example").read_text().splitlines()
    assert {line.partition("=")[0] for line in lines if not line.startswith("#")} == asked


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_our_containers_may_do_nothing_but_serve(path: Path) -> None:
    for name, service in services(path).items():
        assert service["security_opt"] == ["no-new-privileges:true"]
        if str(service["image"]).startswith("channel-engagement"):
            assert service["cap_drop"] == ["ALL"]
            assert service.get("read_only") or name == "engagement-route"
            assert "ports" not in service


def test_the_route_to_the_dashboard_is_added_once_to_what_rocket_chat_routes(tmp_path: Path) -> None:
    [script] = services(DEPLOY / "compose.rocketchat.yml")["engagement-route"]["command"]
    for protocol in ("http", "https"):
        (tmp_path / protocol).mkdir()
    routes = tmp_path / "https" / "dynamic.yml"
    # Compose writes $$ for $; here its endless loop ends after two turns.
    script = script.replace("$$", "$").replace("/traefik_config", str(tmp_path))
    script = script.replace("while :; do", "for turn in 1 2; do").replace("sleep 5", ":")
    # While traefik-init has not come to its end, nothing is added.
    for text, begun in ((ROUTES.partition("  services:")[0], True), (ROUTES, False)):
        routes.write_text(text)
        subprocess.run(["/bin/sh", "-c", script], check=True, timeout=30)
        assert (routes.read_text() == text) == begun
    told = YAML(typ="safe").load(routes.read_text().replace('{{ env "DOMAIN" }}', "chat.example.org"))["http"]
    assert told["routers"].pop("engagement") == {
        "entryPoints": ["https"],
        "service": "engagement",
        "rule": "Host(`chat.example.org`) && PathPrefix(`/engagement`)",
        "tls": {"certResolver": "le"},
    }
    assert told["services"].pop("engagement") == {"loadBalancer": {"servers": [{"url": "http://engagement:8501"}]}}
    assert told == YAML(typ="safe").load(ROUTES.replace('{{ env "DOMAIN" }}', "chat.example.org"))["http"]
    assert not (tmp_path / "http" / "dynamic.yml").exists()


def test_the_image_is_made_of_files_that_there_are_and_that_may_enter_it() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert "*" in lines
    assert [path for path in allowed if not (ROOT / path).exists()] == []
    copied = re.findall(r"^COPY (?!--from)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) - {"."} <= set(allowed)
    # What the package is built from, but for its change log, is there.
    assert {"app.py", "engagement", "pages", ".streamlit/config.toml", "pyproject.toml", "README.md"} <= set(allowed)
    for secret in (".streamlit/secrets.toml", "deploy/.env", "engagement.sqlite3"):
        assert not [path for path in allowed if secret == path or secret.startswith(f"{path}/")]


def ready(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DEPLOY / "ready.py")],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("base", ["", "engagement"])
def test_the_health_check_says_whether_the_dashboard_reaches_its_database(base: str, tmp_path: Path) -> None:
    with Dashboard(tmp_path, base=base) as dashboard:
        where = {"STREAMLIT_SERVER_PORT": str(dashboard.port), "STREAMLIT_SERVER_BASE_URL_PATH": base}
        assert ready(**where).returncode == 0
    assert "refused" in ready(**where).stderr


def test_a_dashboard_without_its_database_is_not_healthy(tmp_path: Path) -> None:
    nowhere = f"postgresql://engagement:x@127.0.0.1:{free_port()}/engagement"
    with Dashboard(tmp_path, ENGAGEMENT_ARCHIVE_URL=nowhere) as dashboard:
        told = ready(STREAMLIT_SERVER_PORT=str(dashboard.port), STREAMLIT_SERVER_BASE_URL_PATH="")
    assert told.returncode == 1
    assert told.stderr.startswith("503")

"""The package as people install it: built, installed beside nothing of ours, and started in an empty folder."""

from __future__ import annotations

import email
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

import engagement
from engagement.demo import DemoServer, Options
from engagement.report.wishes import DEFAULT_TITLE
from engagement.ui.screens import TITLES
from tests import ROOT
from tests.support import browser
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard, by_menu, explore, nothing_is_wrong, ready

pytestmark = pytest.mark.timeout(300)

SCRIPT = "channel-engagement"
# What lies about where somebody works, and must not travel.
SECRET, COMPILED = ".streamlit/secrets.toml", "pages/__pycache__/overview.pyc"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, built where somebody works."""
    folder, out = tmp_path_factory.mktemp("source") / "project", tmp_path_factory.mktemp("dist")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".venv", ".git", "tests", "docs", "__pycache__"))
    for name in (SECRET, COMPILED):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("secret")
    run([sys.executable, "-m", "hatchling", "build", "--directory", str(out)], folder)
    return out


@pytest.fixture(scope="module")
def scripts(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment are into which the wheel alone was installed. What it needs is borrowed from
    the environment of this Python: nothing is fetched.
    """
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    [wheel] = built.glob("*.whl")
    quietly = ["--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    run([sys.executable, "-m", "pip", "--python", str(python), *quietly, str(wheel)], place)
    [packages] = place.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def run(command: list[str], folder: Path, **environ: str) -> str:
    """What it prints, in ``folder`` as home too. Raises AssertionError where it fails."""
    ours = ("ENGAGEMENT_", "ROCKETCHAT_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Installed(Dashboard):
    """The dashboard of an environment, with no settings but those of its folder, which is its home too."""

    def __init__(self, scripts: Path, folder: Path) -> None:
        super().__init__(folder, folder=folder)
        self._scripts, self._environ = scripts, {}

    def _command(self) -> list[str]:
        return [str(self._scripts / SCRIPT), "run", f"--port={self.port}"]


@pytest.fixture(scope="module")
def workspace() -> Iterator[DemoServer]:
    with DemoServer(Options(rooms=60, rate_limit=0), clock=Clock()) as server:
        yield server


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def ours(names: list[str], top: str) -> set[str]:
    """Files in the part of the package that a checkout has beside it."""
    return {name.removeprefix(top) for name in names if name.startswith(top)}


def test_the_wheel_holds_the_package_the_pages_and_the_settings_of_the_web_server_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"engagement", "channel_engagement"}
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert ours(names, "engagement/_app/") == {"app.py", ".streamlit/config.toml", *pages}
    package = {str(path.relative_to(ROOT)) for path in (ROOT / "engagement").rglob("*") if path.is_file()}
    assert {name for name in names if name.startswith("engagement/") and "/_app/" not in name} == {
        name for name in package if "__pycache__" not in name
    }


def test_the_source_distribution_builds_the_same_wheel_and_holds_no_secret(built: Path, tmp_path: Path) -> None:
    [source] = built.glob("*.tar.gz")
    with tarfile.open(source) as opened:
        assert not {name.partition("/")[2] for name in opened.getnames()} & {SECRET, COMPILED}
        # Pythons before 3.11.4 know no filter.
        opened.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    [folder] = tmp_path.iterdir()
    again = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "again")]
    run(again, folder)
    [one], [other] = built.glob("*.whl"), (tmp_path / "again").glob("*.whl")
    assert one.read_bytes() == other.read_bytes()


def test_what_the_package_says_of_itself_is_said_elsewhere_once(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        [name] = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        told = email.message_from_bytes(opened.read(name))
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = {line.lower() for line in lines if line and not line.startswith("#")}
    needed = {str(Requirement(line)).lower() for line in told.get_all("Requires-Dist", [])}
    assert needed == {str(Requirement(line)) for line in wanted}
    assert told["Version"] == engagement.__version__


def test_the_version_and_the_name_are_told_by_the_script(scripts: Path, tmp_path: Path) -> None:
    assert run([str(scripts / SCRIPT), "--version"], tmp_path) == f"{SCRIPT} {engagement.__version__}\n"
    assert run([str(scripts / SCRIPT), "--help"], tmp_path).startswith(f"usage: {SCRIPT} ")


def test_from_the_demo_workspace_to_a_report(scripts: Path, tmp_path: Path) -> None:
    script = str(scripts / SCRIPT)
    with subprocess.Popen(
        [script, "demo", "--port", "0", "--rooms", "60"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            url = demo.stdout.readline().removeprefix("ready ").strip()
            account = {"ROCKETCHAT_URL": url, "ROCKETCHAT_USER": "admin", "ROCKETCHAT_PASSWORD": "admin"}
            account["BROWSER_PATH"] = browser.executable()
            for name in ("weekly.pdf", "weekly.html"):
                run([script, "report", "--out", name], tmp_path, **account)
            checked = run([script, "check"], tmp_path, **account)
        finally:
            demo.terminate()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO((tmp_path / "weekly.pdf").read_bytes())).pages)
    assert "Top channels" in text
    assert "Plotly" in (tmp_path / "weekly.html").read_text(encoding="utf-8")
    assert f"workspace  {url}" in checked


def test_every_page_is_there_with_its_look_and_a_workspace_may_be_typed(
    scripts: Path, tmp_path: Path, page: Page
) -> None:
    with Installed(scripts, tmp_path) as dashboard:
        page.goto(dashboard.url)
        expect(page.get_by_label("Workspace address")).to_be_visible()
        explore(ready(page))
        headings = {"room": "#build-feed", "report": DEFAULT_TITLE}
        for name, title in TITLES.items():
            nothing_is_wrong(by_menu(page, title, headings.get(name, "")))
        # The colour of controls is the configuration's, and the web server's own is another.
        colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).getPropertyValue('color')")
        assert colour == "rgb(31, 41, 51)"


def test_the_settings_of_the_folder_it_is_started_in_hold(
    scripts: Path, workspace: DemoServer, tmp_path: Path, page: Page
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(f'[workspace]\nurl = "{workspace.url}"\n')
    # Files of a person, whose names are those of what is installed.
    (tmp_path / "engagement.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "app.py").write_text("raise SystemExit('not this one')")
    with Installed(scripts, tmp_path) as dashboard:
        page.goto(dashboard.url)
        ready(page)
        expect(page.get_by_text(workspace.url.removeprefix("http://"))).to_be_visible()
        expect(page.get_by_label("Workspace address")).to_have_count(0)

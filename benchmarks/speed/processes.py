"""Processes that are measured, and those that answer them: the demo workspace, the dashboard and a plain page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests import ROOT
from tests.support.dashboard import Dashboard

HERE = Path(__file__).parent
# Longer than any whole process may take; rooms in pages of fifty take longest.
LONGEST = 900


@dataclass(frozen=True)
class Used:
    """What a whole process took: seconds, those of them that it computed, and bytes of memory at its peak."""

    seconds: float
    user: float
    memory: float
    printed: Path


def python(*words: str, environ: Mapping[str, str], out: Path, status: int = 0) -> Used:
    """Runs this Python with ``words``. Raises RuntimeError with its last words where it ends with another status."""
    command = [sys.executable, "-S", "-E", str(HERE / "launch.py"), str(out), sys.executable, *words]
    ran = subprocess.run(
        command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-300:])
    ended, took, user, memory = json.loads(ran.stdout)
    if ended != status:
        raise RuntimeError(f"{' '.join(words)} ended with status {ended}: {ran.stderr[-300:]}")
    return Used(took, user, memory, out)


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """The environment without settings of ours, with ``home`` as home folder."""
    # Where Python may not keep what it compiled, every run compiles our modules again, and no library's.
    ours = ("ENGAGEMENT_", "ROCKETCHAT_", "XDG_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "HOME": str(home), **more}


@dataclass(frozen=True)
class Workspace:
    """Where a demo workspace answers, and an account of it."""

    url: str
    user_id: str
    token: str

    @property
    def environ(self) -> dict[str, str]:
        """What the command line takes the account from."""
        return {
            "ROCKETCHAT_URL": self.url,
            "ROCKETCHAT_USER_ID": self.user_id,
            "ROCKETCHAT_AUTH_TOKEN": self.token,
        }


@contextmanager
def workspace(rooms: int, home: Path, *flags: str, limit: int = 0) -> Iterator[Workspace]:
    """A demo workspace in a process of its own."""
    words = ["demo", "--port", "0", "--rooms", str(rooms), "--rate-limit", str(limit), *flags]
    command = [sys.executable, "-m", "engagement", *words]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings(home), stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            url = running.stdout.readline().removeprefix("ready ").strip()
            yield signed_in(url)
        finally:
            running.terminate()


def signed_in(url: str, user: str = "admin") -> Workspace:
    """The workspace at ``url`` as one of its accounts."""
    answer = requests.post(f"{url}/api/v1/login", json={"user": user, "password": user}, timeout=60)
    answer.raise_for_status()
    data = answer.json()["data"]
    return Workspace(url, data["userId"], data["authToken"])


class Plain(Dashboard):
    """The plain page, started as the dashboard is."""

    def __init__(self, home: Path, workspace: Workspace) -> None:
        super().__init__(home, **workspace.environ)

    def _command(self) -> list[str]:
        page = str(HERE / "plain" / "page.py")
        return [sys.executable, "-m", "streamlit", "run", page, f"--server.port={self.port}"]

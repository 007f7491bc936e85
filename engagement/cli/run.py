"""``run``: the dashboard, with what it needs around it, wherever it is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from engagement.settings.keys import default_files
from engagement.settings.program import FOLDER

# Each says which workspace there is, or that others than the person at this machine shall see the dashboard.
_CONFIGURED = (
    "ENGAGEMENT_WORKSPACE_URL",
    "ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL",
    "ENGAGEMENT_DASHBOARD_ADDRESS",
    "STREAMLIT_SERVER_ADDRESS",
)


def run(port: int | None) -> int:
    """Becomes the web server, at ``port`` or else at the one of its configuration. Raises OSError where it cannot."""
    # Nobody's modules but those installed: a folder that one stands in may hold files of any name.
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(FOLDER / "app.py")]
    if port is not None:
        command.append(f"--server.port={port}")
    return become(command, around(os.environ, default_files()))


def around(environ: Mapping[str, str], files: Sequence[Path]) -> dict[str, str]:
    """The environment of the web server: who sends a request is told by the connection alone and, where nothing is
    configured, a person may type the address of a workspace.
    """
    # A file that cannot be looked at is one that the dashboard says so of.
    configured = any(environ.get(name) for name in _CONFIGURED) or any(os.path.exists(path) for path in files)
    typed = {} if configured else {"ENGAGEMENT_WORKSPACE_ALLOW_TYPED_URL": "true"}
    return {**environ, "FORWARDED_ALLOW_IPS": "", **typed}


def become(command: list[str], environ: Mapping[str, str]) -> NoReturn:
    """Another program in this one's place, so that whoever started this one waits for that and ends it."""
    os.execve(command[0], command, environ)  # noqa: S606 - Python's own path, and no shell

"""The dashboard for its pictures: its clock stands still, and its demo workspace is the one that is asked for.

python -m docs.pictures.stage HOME PORT WORKSPACE
"""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path

from docs.pictures.scenes import NAMES, TODAY, hard_names
from engagement.demo import Options
from engagement.settings.program import FOLDER
from engagement.ui import runtime
from tests.support.clock import Clock
from tests.support.dashboard import Dashboard


class Stage(Dashboard):
    """The dashboard of ``workspace``, one of ``scenes.WORKSPACES`` or a folder with a community."""

    def __init__(self, home: Path, workspace: str) -> None:
        super().__init__(home)
        self._workspace = workspace

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "docs.pictures.stage", str(self.home), str(self.port), self._workspace]


def options(workspace: str, home: Path) -> Options:
    """The demo workspace of that name."""
    if workspace == NAMES:
        folder = home / NAMES
        folder.mkdir(exist_ok=True)
        for name, rows in zip(("rooms", "daily"), hard_names(), strict=True):
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        return Options(data=folder, today=TODAY)
    if workspace.isdigit():
        return Options(rooms=int(workspace))
    return Options(data=Path(workspace))


def main() -> None:
    home, port, workspace = sys.argv[1:]
    demo = options(workspace, Path(home))
    runtime.use(runtime.build({}, folder=Path(home), clock=Clock().moment, demo=demo))
    sys.argv = ["streamlit", "run", str(FOLDER / "app.py"), f"--server.port={port}"]
    runpy.run_module("streamlit", run_name="__main__")


if __name__ == "__main__":
    main()

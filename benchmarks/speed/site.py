"""What the parts of a benchmark measure: a workspace of one size, and what looks at it, each started when needed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.speed.processes import Plain, Workspace, workspace
from tests.support.dashboard import Dashboard

LARGE = 50_000


class Site:
    """A workspace of so many ``rooms``, on which each thing is measured ``runs`` times."""

    def __init__(self, rooms: int, runs: int, folder: Path, stack: ExitStack, browser: Callable[[], Browser]) -> None:
        self.rooms, self.runs, self._folder, self._stack, self._browser = rooms, runs, folder, stack, browser
        self._numbers = iter(range(1_000_000))

    @property
    def few(self) -> int:
        """How often what takes long in a large workspace is measured there."""
        return min(self.runs, 3) if self.rooms >= LARGE else self.runs

    def folder(self) -> Path:
        """A new and empty one."""
        made = self._folder / f"{self.rooms}-{next(self._numbers)}"
        made.mkdir(parents=True)
        return made

    @cached_property
    def workspace(self) -> Workspace:
        """Without a limit of calls."""
        return self._stack.enter_context(workspace(self.rooms, self.folder()))

    @cached_property
    def dashboard(self) -> Dashboard:
        """The dashboard of that workspace."""
        return self.fresh_dashboard(self._stack)

    @cached_property
    def plain(self) -> Plain:
        """The plain page over that workspace."""
        return self.fresh_plain(self._stack)

    def fresh_dashboard(self, stack: ExitStack) -> Dashboard:
        """Another one, in which nobody was yet."""
        return stack.enter_context(Dashboard(self.folder(), ENGAGEMENT_WORKSPACE_URL=self.workspace.url))

    def fresh_plain(self, stack: ExitStack) -> Plain:
        """Another one, in which nobody was yet."""
        plain = Plain(self.folder(), self.workspace)
        stack.enter_context(plain)
        return plain

    @property
    def browser(self) -> Browser:
        """One browser for all."""
        return self._browser()

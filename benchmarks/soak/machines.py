"""The dashboard alone, or two copies of it behind nginx with PostgreSQL; and what a process holds."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.copies.machines import BASE, Copy, Nginx, Postgres
from tests.support.dashboard import Dashboard, free_port
from tests.support.screen import Screen

# Seconds for which the framework keeps what a closed tab had; its usual two minutes would have to be waited for.
KEPT = 1
# Megabytes that may be kept of readings, so few that they are full before the first minute is over: what grows from
# then on is held by mistake.
FULL = 64
# What Python has no use for any more goes when its collector comes by, which in a process that nobody visits it does
# not. Python runs this module when it starts.
_COLLECTING = """import gc, signal
signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
"""
# The connections that SQLAlchemy opens at most. Of those that it closes again SQLite keeps the files, for the next one,
# while another connection of the process is open.
_POOL = 15


def _watched(folder: Path) -> dict[str, str]:
    """What a process is started with so that it can be seen to let go."""
    (folder / "sitecustomize.py").write_text(_COLLECTING)
    return {
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT),
        "PYTHONPATH": str(folder),
        "ENGAGEMENT_LIMITS_MEMORY": str(FULL),
    }


@dataclass(frozen=True)
class Held:
    """What one process holds: megabytes of memory, threads, open files, and connections to visitors and workspace.

    Connections to the database, and as many files of it as they need, are not counted.
    """

    memory: float
    threads: int
    files: int
    connections: int


def held(pid: int, database: int | None = None) -> Held:
    """What Linux says that a process holds now; ``database`` is the port of one."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    places: list[str] = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        # It may have been closed in this moment.
        with contextlib.suppress(FileNotFoundError):
            places.append(os.readlink(entry.path))
    peers = dict(_peers(Path(f"/proc/{pid}/net/tcp")))
    connections = {place for place in places if place in peers and peers[place] not in (0, database)}
    files = Counter(place for place in places if not place.startswith("socket:"))
    return Held(
        memory=int(status["VmRSS"].split()[0]) / 1024,
        threads=int(status["Threads"]),
        files=sum(max(1, times - _POOL) for times in files.values()),
        connections=len(connections),
    )


def _peers(table: Path) -> Iterator[tuple[str, int]]:
    """Every TCP socket, with the port at its other end; 0 where it only listens."""
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        yield f"socket:[{fields[9]}]", int(fields[2].split(":")[1], 16)


@dataclass(frozen=True)
class Site:
    """Where visitors go, what proves it to them, and the processes behind it."""

    url: str
    tls: str | None
    dashboards: tuple[Dashboard, ...]
    database: int | None = None

    def held(self) -> list[Held]:
        """What each process holds."""
        return [held(one.pid, self.database) for one in self.dashboards]

    def knock(self) -> None:
        """Opens a tab of each process and closes it: the framework forgets who has gone when somebody comes. Then
        collects.
        """
        time.sleep(2 * KEPT)
        for one in self.dashboards:
            screen = Screen(one.url, {})
            screen.run()
            screen.close()
        self.collect()

    def collect(self) -> None:
        """Has what is not in use any more collected."""
        for one in self.dashboards:
            os.kill(one.pid, signal.SIGUSR2)


@contextmanager
def alone(folder: Path, workspace: str) -> Iterator[Site]:
    """One process with its own SQLite file."""
    folder.mkdir()
    with Dashboard(folder, ENGAGEMENT_WORKSPACE_URL=workspace, **_watched(folder)) as one:
        yield Site(one.url, None, (one,))


@contextmanager
def copies(folder: Path, workspace: str, number: int) -> Iterator[Site]:
    """So many processes behind one address."""
    tls = free_port()
    with ExitStack() as stack:
        # A server that root starts runs as another user, who must get at its folder.
        folder.chmod(0o755)
        (folder / "database").mkdir(parents=True)
        database = Postgres(folder / "database").start()
        stack.callback(database.stop)
        environ = {
            "ENGAGEMENT_WORKSPACE_URL": workspace,
            "ENGAGEMENT_DASHBOARD_ADDRESS": f"https://localhost:{tls}/{BASE}",
            "ENGAGEMENT_ARCHIVE_URL": database.url,
            "ENGAGEMENT_SESSION_KEY": "a key that all of the copies have, and nobody else",
            "ENGAGEMENT_LIMITS_COPIES": str(number),
        }
        running: list[Dashboard] = []
        for place in range(number):
            home = folder / f"copy-{place}"
            home.mkdir()
            running.append(stack.enter_context(Copy(home, **environ, **_watched(home))))
        (folder / "nginx").mkdir()
        nginx = Nginx(folder / "nginx", (running[0].port, running[-1].port), tls).start()
        stack.callback(nginx.stop)
        yield Site(f"{nginx.url}/{BASE}", str(nginx.certificate), tuple(running), database.port)

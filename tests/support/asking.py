"""Asking a demo workspace as one of its accounts, for tests of what comes back."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engagement.api.client import Client, Pace
from engagement.api.pace import Sleep
from engagement.demo import DemoServer
from engagement.numbers.periods import MONDAY, Period, Way
from engagement.numbers.rooms import Activity
from engagement.reading.facts import Facts
from engagement.reading.identity import identify
from engagement.reading.jobs import Jobs, Teller
from engagement.reading.rights import admit
from engagement.reading.workspace import Reader
from engagement.storage.archive import Archive
from engagement.storage.checks import CountingCheck
from engagement.storage.database import Store
from tests.support.clock import NOON, Clock

Now = Callable[[], datetime]


def noon() -> datetime:
    """The moment at which a clock of tests begins."""
    return NOON


def reader_of(
    server: DemoServer,
    user: str = "admin",
    *,
    jobs: Jobs | None = None,
    zone: str | None = None,
    archive: Archive | None = None,
    now: Now = noon,
    week_start: int = MONDAY,
    pace: Pace | None = None,
    sleep: Sleep | None = None,
) -> Reader:
    """A reader of ``server`` as ``user``, whose password is the name; its archive is empty unless one is given.

    With ``sleep`` its pauses take no time.
    """
    client = Client(server.url, pace=pace or Pace(), sleep=sleep)
    client.sign_in(user, user)

    def make_client(tell: Teller[Any]) -> Client:
        return client.with_waits(sleep=sleep or tell.sleep, on_wait=tell.waiting, stop=tell.stop)

    return Reader(
        jobs=jobs or Jobs(),
        make_client=make_client,
        workspace=server.url,
        access=admit(client),
        viewer=user,
        archive=archive or empty_archive(),
        timezone=ZoneInfo(zone) if zone else None,
        week_start=week_start,
        now=now,
    )


def empty_archive() -> Archive:
    """An archive of its own in a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Archive(Store(folder=folder))


def checked_archive(server: DemoServer, now: Now = noon) -> Archive:
    """An archive that knows already how ``server`` counts, so that no list is read, and kept, to find out."""
    archive = empty_archive()
    note_check(archive, server, now)
    return archive


def note_check(archive: Archive, server: DemoServer, now: Now = noon) -> None:
    """Notes in ``archive`` that ``server`` was just seen to count as documented."""
    release = "{}.{}".format(*server.options.release)
    archive.keep_check(name_in(archive, server), release, CountingCheck(Way.DOCUMENTED, now()))


def name_in(archive: Archive, server: DemoServer) -> str:
    """What the workspace that answers at the address of ``server`` is kept as in ``archive``.

    Pauses before a call is tried again take no time.
    """
    clock = Clock()
    client = Client(server.url, pace=Pace(monotonic=clock), sleep=clock.sleep)
    client.sign_in("admin", "admin")
    return identify(client, server.url, admit(client), archive, "", noon).name


def ask(
    server: DemoServer,
    period: Period,
    user: str = "admin",
    *,
    zone: str | None = None,
    now: Now = noon,
    sleep: Sleep | None = None,
) -> tuple[Facts, Activity]:
    """The facts of ``server`` and the activity of ``period`` as ``user`` sees them."""
    reader = reader_of(server, user, zone=zone, now=now, sleep=sleep)
    facts = reader.facts().result(60)
    return facts, reader.activity(facts, period).result(60)

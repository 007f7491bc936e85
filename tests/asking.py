"""Asking a demo workspace as one of its accounts, for tests of what comes back."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engagement.activity import Activity
from engagement.api import Client, Pace
from engagement.archive import Archive
from engagement.demo import DemoServer
from engagement.periods import Period
from engagement.reader import Reader
from engagement.readings import Readings, Teller
from engagement.store import Store
from engagement.workspace import Facts, admit


def reader_of(
    server: DemoServer, user: str = "admin", *, readings: Readings | None = None, zone: str | None = None
) -> Reader:
    """A reader of ``server`` as ``user``, whose password is the name."""
    pace = Pace()
    client = Client(server.url, pace=pace)
    account = client.sign_in(user, user)

    def make_client(tell: Teller[Any]) -> Client:
        return Client(server.url, account, pace=pace, sleep=tell.sleep, on_wait=tell.waiting)

    folder = Path(tempfile.mkdtemp(prefix="engagement-test-"))
    return Reader(
        readings=readings or Readings(),
        make_client=make_client,
        workspace=server.url,
        access=admit(client),
        viewer=user,
        archive=Archive(Store(folder=folder)),
        timezone=ZoneInfo(zone) if zone else None,
        now=lambda: datetime.now(UTC),
    )


def ask(server: DemoServer, period: Period, user: str = "admin", *, zone: str | None = None) -> tuple[Facts, Activity]:
    """The facts of ``server`` and the activity of ``period`` as ``user`` sees them."""
    reader = reader_of(server, user, zone=zone)
    facts = reader.facts().result(60)
    return facts, reader.activity(facts, period).result(60)

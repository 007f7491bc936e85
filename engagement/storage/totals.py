"""The daily totals of a workspace as they are kept: how many messages all of its rooms had together on each day."""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import Connection, text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class KeptTotals:
    """``messages`` per day of about a year, by the server's midnights (UTC, ascending), as this ``release`` told them:
    the last days at ``read_at``, all of them at ``whole_at``.
    """

    release: str
    read_at: datetime
    whole_at: datetime
    messages: pd.Series = field(repr=False)


def load_totals(connection: Connection, workspace: str) -> KeptTotals | None:
    """What is kept of the workspace of this name; None where nothing is, or nothing that can be read."""
    row = connection.execute(
        text("SELECT release, read_at, whole_at, block FROM totals WHERE workspace = :workspace"),
        {"workspace": workspace},
    ).one_or_none()
    if row is None:
        return None
    try:
        days, counts = json.loads(zlib.decompress(row.block))
        index = pd.DatetimeIndex(pd.to_datetime(days, unit="s", utc=True)).as_unit("us")
        messages = pd.Series(counts, index=index, dtype="int64", name="messages")
    except (zlib.error, ValueError, TypeError, OverflowError):
        _log.warning("The daily totals of a workspace are damaged in the archive.")
        return None
    read_at, whole_at = (datetime.fromtimestamp(moment, UTC) for moment in (row.read_at, row.whole_at))
    return KeptTotals(row.release, read_at, whole_at, messages)


def write_totals(connection: Connection, workspace: str, totals: KeptTotals) -> None:
    """Keeps the totals in place of those from before."""
    forget_totals(connection, workspace)
    days = [int(day.timestamp()) for day in totals.messages.index]
    connection.execute(
        text(
            "INSERT INTO totals (workspace, release, read_at, whole_at, block) "
            "VALUES (:workspace, :release, :read_at, :whole_at, :block)"
        ),
        {
            "workspace": workspace,
            "release": totals.release,
            "read_at": totals.read_at.timestamp(),
            "whole_at": totals.whole_at.timestamp(),
            "block": zlib.compress(json.dumps([days, totals.messages.tolist()]).encode(), 1),
        },
    )


def forget_totals(connection: Connection, workspace: str) -> None:
    """Keeps nothing of the workspace any more."""
    connection.execute(text("DELETE FROM totals WHERE workspace = :workspace"), {"workspace": workspace})

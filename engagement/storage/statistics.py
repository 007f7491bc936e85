"""The statistics of a workspace as they are kept: a few totals for every day since it was installed."""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy import Connection, text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class KeptStatistics:
    """``rows``: totals until each moment (UTC, ascending), float64, NaN where not told; the workspace had ``total``."""

    rows: pd.DataFrame = field(repr=False)
    total: int


def load_statistics(connection: Connection, workspace: str) -> KeptStatistics | None:
    """What is kept of the workspace of this name; None where nothing is, or nothing that can be read."""
    row = connection.execute(
        text("SELECT total, block FROM statistics WHERE workspace = :workspace"), {"workspace": workspace}
    ).one_or_none()
    if row is None:
        return None
    try:
        moments, columns = json.loads(zlib.decompress(row.block))
        # As numbers with a fraction they are less than a microsecond off.
        index = pd.DatetimeIndex(pd.to_datetime(moments, unit="s", utc=True)).round("us").as_unit("us")
        return KeptStatistics(pd.DataFrame(columns, index=index, dtype="float64"), row.total)
    except (zlib.error, ValueError, TypeError, OverflowError):
        _log.warning("The statistics of a workspace are damaged in the archive.")
        return None


def write_statistics(connection: Connection, workspace: str, kept: KeptStatistics) -> None:
    """Keeps the statistics in place of those from before."""
    connection.execute(text("DELETE FROM statistics WHERE workspace = :workspace"), {"workspace": workspace})
    moments = [moment.timestamp() for moment in kept.rows.index]
    columns = {name: [None if pd.isna(one) else int(one) for one in column] for name, column in kept.rows.items()}
    connection.execute(
        text("INSERT INTO statistics (workspace, total, block) VALUES (:workspace, :total, :block)"),
        {
            "workspace": workspace,
            "total": kept.total,
            "block": zlib.compress(json.dumps([moments, columns]).encode(), 1),
        },
    )

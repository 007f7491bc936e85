"""What a workspace notes of itself once a day: read once, page by page, and kept; later the new rows alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from engagement.api.client import Client
from engagement.api.refusals import ENDS_ALL
from engagement.errors import WorkspaceError
from engagement.reading.identity import Identity
from engagement.reading.jobs import Teller
from engagement.storage.archive import Archive
from engagement.storage.statistics import KeptStatistics


@dataclass(frozen=True, eq=False)
class Years:
    """The rows that a workspace notes (``api.statistics``); None where it does not give them to the account."""

    rows: pd.DataFrame | None = field(default=None, repr=False)


def read_statistics(client: Client, archive: Archive, identity: Identity, tell: Teller[Years]) -> Years:
    """Every row, the new ones from the workspace.

    It is asked in any case, and decides so who sees what is kept. Raises StoreUnavailable.
    """
    tell.stage("Reading the statistics of the workspace")
    kept = archive.statistics(identity.name)

    def progress(received: int, announced: int) -> None:
        tell.progress(received, announced, "days")

    try:
        # The last one that is kept comes again: another one in its place is another past.
        told = client.statistics(max(kept.total - 1, 0) if kept else 0, progress)
        if kept and (told.rows.empty or told.rows.index[0] != kept.rows.index[-1]):
            kept, told = None, client.statistics(0, progress)
    except ENDS_ALL:
        raise
    except WorkspaceError:
        return Years()
    rows = told.rows if kept is None else pd.concat([kept.rows.iloc[:-1], told.rows])
    if kept is None or told.total != kept.total:
        archive.keep_statistics(identity.name, KeptStatistics(rows, told.total))
    return Years(rows)

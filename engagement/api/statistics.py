"""The statistics that a workspace keeps of itself: a large row for every day since it was installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from engagement.api.decode import Reply, how_many, objects, text_values, time_column
from engagement.api.paging import Progress
from engagement.api.transport import Params
from engagement.errors import UnreadableAnswer
from engagement.numbers.receipt import NOTHING_READ, Receipt

ROUTE = "statistics.list"
# Of the many numbers of a row, those that are kept; the rest is dropped on receipt.
KEPT = {
    "messages": "totalMessages",
    "channel": "totalChannelMessages",
    "private": "totalPrivateGroupMessages",
    "direct": "totalDirectMessages",
    "rooms": "totalRooms",
    "people": "totalUsers",
}
_PAGE, _MOST_ROWS = 100, 50_000
_OLDEST_FIRST = '{"createdAt":1}'


@dataclass(frozen=True, eq=False)
class Statistics:
    """``rows``: the totals of KEPT (float64, NaN where a row does not tell) until each moment, ascending; ``total`` is
    how many rows the workspace has.
    """

    rows: pd.DataFrame = field(repr=False)
    total: int
    receipt: Receipt


def read_statistics(ask: Callable[[str, Params], Reply], known: int, progress: Progress | None = None) -> Statistics:
    """The rows after the first ``known``, page by page, the oldest first. Raises NoPermission, UnreadableAnswer."""
    offset, parts, receipt = known, list[pd.DataFrame](), NOTHING_READ
    while True:
        asked: Params = [("sort", _OLDEST_FIRST), ("offset", str(offset)), ("count", str(_PAGE))]
        reply = ask(ROUTE, asked)
        rows = objects(reply.body, "statistics", "the statistics")
        total = reply.body.get("total")
        if not isinstance(total, int) or not 0 <= total <= _MOST_ROWS:
            raise UnreadableAnswer("statistics without a total")
        receipt += reply.receipt + Receipt(pages=1)
        parts.append(
            pd.DataFrame(
                {name: how_many(rows, key) for name, key in KEPT.items()},
                index=pd.DatetimeIndex(time_column(text_values(rows, "createdAt"))),
                dtype="float64",
            )
        )
        offset += len(rows)
        if progress is not None:
            progress(min(offset, total), total)
        if not rows or offset >= total:
            break
    told = pd.concat(parts)
    told = told[told.index.notna()].sort_index()
    return Statistics(told[~told.index.duplicated(keep="last")], total, receipt)

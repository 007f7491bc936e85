"""Messages of all rooms together, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from engagement.numbers.receipt import Receipt


@dataclass(frozen=True, eq=False)
class DailyTotals:
    """``messages`` of all rooms per day, int64, and how reading them went.

    Its index (``datetime64[us, UTC]``, ascending) is the server's local midnights as instants; days without a message
    are missing.
    """

    messages: pd.Series = field(repr=False)
    receipt: Receipt

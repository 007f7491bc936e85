"""What the signals of a workspace rest on: its own bar and the weeks it was found on, or the constants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from engagement.numbers.bar import CONSTANT_BAR, Bar
from engagement.numbers.calibration import FEWEST_WEEKS_OF_BAR
from engagement.numbers.periods import Period

# A bar is found on the weeks of which the daily totals tell that something was counted on every day: they reach back
# 400 days.
MOST_WEEKS = 57
# It is found again when so many more of them are known.
MORE_WEEKS = 4


@dataclass(frozen=True)
class Basis:
    """The ``bar`` by which rooms are judged, the same for all who look.

    ``period`` is from the first to the last of the weeks that it was found on; None where the constants stand, since
    of the weeks that a bar can be found on only ``known`` are known, or nobody has looked for it yet. ``since`` is the
    day on which it was found. ``net`` counts have none of their own.
    """

    bar: Bar = CONSTANT_BAR
    period: Period | None = None
    known: int = 0
    since: date | None = field(default=None, compare=False)
    net: bool = False


CONSTANTS, CONSTANTS_OF_NET = Basis(), Basis(net=True)


def due(found_on: Collection[date], known: Collection[date]) -> bool:
    """Whether a bar is to be found on the ``known`` weeks (their first days), where one was ``found_on`` others."""
    return len(known) >= FEWEST_WEEKS_OF_BAR and len({*known}.difference(found_on)) >= MORE_WEEKS

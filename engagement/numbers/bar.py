"""How clearly the weeks of a room must speak before a change is called one: thresholds by class of rooms."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields

import numpy as np
import numpy.typing as npt

from engagement.errors import InvalidInput

# Classes of rooms, by their messages a week: below 10, from 10 to 100, more.
CLASS_LIMITS = (10.0, 100.0)
CLASSES = len(CLASS_LIMITS) + 1

ByClass = tuple[float, float, float]


def room_class(level: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The class of rooms of a level (messages a week): 0 below 10, 1 from 10 to 100, 2 above."""
    return (level >= CLASS_LIMITS[0]).astype(np.int64) + (level > CLASS_LIMITS[1])


@dataclass(frozen=True)
class Thresholds:
    """What one look at a room goes by, for each class of rooms.

    ``up`` and ``down`` are by how much the logarithm of the odds must speak for a lasting change; ``usual_low`` and
    ``usual_high`` by what the low and the high count before are multiplied (as 1 + count) to hold nine of ten;
    ``chance`` is the share of rooms in which nothing changed that get a signal all the same.
    """

    up: ByClass
    down: ByClass
    usual_low: ByClass
    usual_high: ByClass
    chance: ByClass


@dataclass(frozen=True)
class Bar:
    """The thresholds of a week and of four weeks together, and how many weeks they were found on; 0 for constants."""

    week: Thresholds
    month: Thresholds
    weeks: int = 0

    def of(self, *, month: bool) -> Thresholds:
        """The thresholds of one of the two."""
        return self.month if month else self.week

    def to_json(self) -> str:
        """The thresholds as text that ``from_json`` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Bar:
        """The thresholds of a text. Raises InvalidInput for one that ``to_json`` of this release did not write."""
        try:
            told = json.loads(text)
            if set(told) != {"week", "month", "weeks"} or type(told["weeks"]) is not int:
                raise InvalidInput("These are not the thresholds of this release.")
            return cls(_thresholds(told["week"]), _thresholds(told["month"]), told["weeks"])
        except (ValueError, TypeError, AttributeError) as exc:
            raise InvalidInput("These are not the thresholds of a workspace.") from exc


def _thresholds(told: dict[str, list[float]]) -> Thresholds:
    if set(told) != {field.name for field in fields(Thresholds)}:
        raise InvalidInput("These are not the thresholds of this release.")
    return Thresholds(**{name: _by_class(values) for name, values in told.items()})


def _by_class(values: list[float]) -> ByClass:
    below, middle, above = (float(value) for value in values)
    if not all(map(math.isfinite, (below, middle, above))):
        raise InvalidInput("A threshold is a number.")
    return below, middle, above


# With a margin for communities that are like none of those they were found on: docs/verdict.md.
CONSTANT_BAR = Bar(
    week=Thresholds(
        up=(1.8, 1.75, 1.1),
        down=(2.1, 2.9, 2.4),
        usual_low=(1.0, 0.45, 0.22),
        usual_high=(1.35, 1.5, 1.35),
        chance=(0.018, 0.042, 0.10),
    ),
    month=Thresholds(
        up=(3.7, 3.5, 2.8),
        down=(1.75, 2.9, 3.0),
        usual_low=(0.29, 0.2, 0.1),
        usual_high=(3.6, 1.9, 1.75),
        chance=(0.029, 0.043, 0.09),
    ),
)

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

ByClass = tuple[float, float, float]


def room_class(level: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The class of rooms of a level (messages a week): 0 below 10, 1 from 10 to 100, 2 above."""
    return (level >= CLASS_LIMITS[0]).astype(np.int64) + (level > CLASS_LIMITS[1])


@dataclass(frozen=True)
class Bar:
    """Thresholds by class of rooms, and of how many weeks of a workspace they were found; 0 for the constants.

    ``week`` is by how much the logarithm of a week's odds must speak for a lasting change.
    """

    week: ByClass
    weeks: int = 0

    def to_json(self) -> str:
        """The thresholds as text that ``from_json`` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Bar:
        """The thresholds of a text. Raises InvalidInput for one that ``to_json`` of this release did not write."""
        try:
            values = json.loads(text)
            names = {field.name for field in fields(cls)}
            if set(values) != names:
                raise InvalidInput("These are not the thresholds of this release.")
            weeks = int(values.pop("weeks"))
            found = {name: tuple(float(value) for value in by_class) for name, by_class in values.items()}
        except (ValueError, TypeError, AttributeError) as exc:
            raise InvalidInput("These are not the thresholds of a workspace.") from exc
        if any(len(by_class) != len(CLASS_LIMITS) + 1 or any(map(math.isnan, by_class)) for by_class in found.values()):
            raise InvalidInput("The thresholds of a workspace are three for every kind of signal.")
        return cls(weeks=weeks, **found)  # type: ignore[arg-type]


CONSTANT_BAR = Bar(week=(math.log(3.5), math.log(3.5), math.log(3.0)))

"""When a room spoke last, from its place in a list that is sorted by that but does not show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pandas as pd

_EVER, _NEVER = pd.Timestamp(0, tz="UTC"), pd.Timestamp.max.tz_localize("UTC")


@dataclass(frozen=True)
class Between:
    """The last message fell between two moments; there was none where they are None."""

    first: pd.Timestamp | None
    last: pd.Timestamp | None


def between_neighbours(order: Sequence[str], told: Mapping[str, pd.Timestamp | None]) -> dict[str, Between]:
    """What the place of rooms in ``order`` (longest silence first, before them those without a message) tells of them.

    ``told`` are the last messages that are known, None for none; the others are in the result where their place tells
    anything. All rooms before and behind count, so that a list in another order tells nothing rather than wrong.
    """
    moments = [told.get(key) for key in order]
    before = list(accumulate((_EVER if moment is None else moment for moment in moments), max, initial=_EVER))
    behind = list(accumulate((_NEVER if m is None else m for m in reversed(moments)), min, initial=_NEVER))[::-1]
    unused = max((n for n, key in enumerate(order) if key in told and told[key] is None), default=-1)
    found = {}
    for n, key in enumerate(order):
        first, last = before[n], behind[n + 1]
        if key in told or first > last:
            continue
        if n < unused and first == _EVER:
            found[key] = Between(None, None)
        elif n > unused and first != _EVER and last != _NEVER:
            found[key] = Between(first, last)
    return found

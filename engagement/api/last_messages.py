"""When a room spoke last, from its place in a list that is sorted by that but does not show it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]

_EVER, _NEVER = np.datetime64(0, "us"), np.datetime64(2**62, "us")


def between_neighbours(known: Bools, moments: Moments) -> tuple[Moments, Moments, Bools]:
    """What the place of rooms in a list (longest silence first, before them those without a message) tells of them.

    ``moments`` are the last messages of the rooms in that order where they are ``known``, NaT for none. For each of the
    others, where its place tells anything: between which two moments its own fell, NaT elsewhere; and whether there was
    none. All rooms before and behind count, so that a list in another order tells nothing rather than wrong.
    """
    spoken = known & ~np.isnat(moments)
    before = np.maximum.accumulate(np.where(spoken, moments, _EVER))
    behind = np.minimum.accumulate(np.where(spoken, moments, _NEVER)[::-1])[::-1]
    places = np.arange(len(known))
    unused = places[known & ~spoken].max(initial=-1)
    asked = ~known & (before <= behind)
    never = asked & (places < unused) & (before == _EVER)
    between = asked & (places > unused) & (before != _EVER) & (behind != _NEVER)
    nothing = np.datetime64("NaT", "us")
    return np.where(between, before, nothing), np.where(between, behind, nothing), never

"""The counter of each room at a moment: what was written in it until then, less what was deleted or pruned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from engagement.demo.community import Community, Ints, RoomSpec

# Between these hours people write, evenly; a day's messages are all there at its end.
_BEGIN, _END = 7, 22


def written(here: datetime) -> float:
    """Which part of the messages of a day has been written at this time of it, by the clock of the server."""
    hours = here.hour + here.minute / 60 + here.second / 3600
    return min(max((hours - _BEGIN) / (_END - _BEGIN), 0.0), 1.0)


class Counters:
    """The counters of the ``rooms`` of a community, whose totals say where each stands when all of it is counted.

    Days on which the server counted nothing are in them, and so is what is ``pruned``: the first day of each room that
    is still there.
    """

    def __init__(self, community: Community) -> None:
        self._counts = community.counts
        self._whole = {room.room_id: room.messages_total or 0 for room in community.rooms}

    def at(
        self,
        here: datetime,
        rooms: Sequence[RoomSpec],
        added: Mapping[tuple[date, str], int],
        pruned: Mapping[str, date],
    ) -> list[int]:
        """Where the counters of ``rooms`` (those of the community first) stand, with what was ``added`` since."""
        today, numbers = here.date(), {room.room_id: number for number, room in enumerate(rooms)}
        later = self._between(today + timedelta(days=1), date.max, len(rooms))
        of_today = self._between(today, today, len(rooms))
        later += of_today - np.floor(of_today * written(here)).astype(np.int64)
        counters = np.array([self._whole.get(room.room_id, 0) for room in rooms], dtype=np.int64) - later
        kept = {room.room_id: today - timedelta(days=room.keeps) for room in rooms if room.keeps is not None}
        for first in {*pruned.values(), *kept.values()}:
            since = self._between(first, date.max, len(rooms)) - later
            for room_id in (key for key in {*pruned, *kept} if first in (pruned.get(key), kept.get(key))):
                number = numbers[room_id]
                counters[number] = min(counters[number], since[number])
        for (day, room_id), messages in added.items():
            first = max(pruned.get(room_id, date.min), kept.get(room_id, date.min))
            if room_id in numbers and first <= day <= today:
                counters[numbers[room_id]] += messages
        return [max(counter, 0) for counter in counters.tolist()]

    def written(self, which: npt.NDArray[np.bool_]) -> tuple[int, dict[date, int]]:
        """What ``which`` rooms, by number, had before any day that is counted, and what on each of these days."""
        counts = self._counts
        ours = which[counts.rooms]
        days, place = np.unique(counts.days[ours], return_inverse=True)
        sums = np.bincount(place, weights=counts.messages[ours], minlength=len(days))
        by_day = {date.fromordinal(int(day)): round(total) for day, total in zip(days, sums, strict=True)}
        whole = sum(total for total, one in zip(self._whole.values(), which.tolist(), strict=False) if one)
        return max(whole - sum(by_day.values()), 0), by_day

    def _between(self, first: date, last: date, size: int) -> Ints:
        return self._counts.between(first, last, size)[0]

"""Every row of a list that the server gives in pages, although its pages repeat and skip rows.

The channel list is sorted by messages alone. Rooms with the same count stand in no fixed order, so two pages
may both show one of them and neither another. But the count at every *position* is known after one pass: where
fewer different rooms than positions have a count, that group is read again, in one page that begins where the
group begins if it fits, else in overlapping pages until it is whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic

from engagement.api.consistency import MOST_ROWS, Agreement, Page
from engagement.api.decode import Row
from engagement.errors import UnreadableAnswer
from engagement.numbers.receipt import Receipt

EVERYTHING = 0
# What we ask for where "everything" is refused: the server cuts it to its own cap.
AS_MANY_AS_ALLOWED = 100_000

_MOST_PASSES = 3
_MOST_EMPTY = 3
_TRIES_OF_ONE_PAGE = 3
_TRIES_PER_PAGE = 30
# After this many fruitless calls per page of a group the chance of a room still hidden is one in 160,000.
_FRUITLESS_PER_PAGE = 12
_GOLDEN = 0.6180339887498949


Fetch = Callable[[int, int], Page[Row]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """What was read: rows by id, and how that compares with what the server announced.

    With ``zeros_skipped``, rows sorted under zero were left out, and the receipt counts the others. Its duplicates
    are rows that arrived more than once although no page was read again. ``unreadable`` are the ids of rows that are
    left out because they cannot be read.
    """

    rows: dict[str, Row] = field(repr=False)
    zeros_skipped: bool
    receipt: Receipt
    unreadable: frozenset[str] = frozenset()


def read_pages(
    fetch: Fetch[Row], what: str = "rooms", *, skip_zeros: bool = False, progress: Progress | None = None
) -> Listing[Row]:
    """Reads a list of which ``fetch(offset, count)`` gives pages: in one call where the server allows that.

    ``what`` the rows are called in notes. ``skip_zeros`` allows to leave out the rows sorted under zero where reading
    them would cost more calls than were needed so far. ``progress(received, announced)`` is called after each page.
    """
    return _Collector(fetch, what, skip_zeros, progress).listing()


class _Collector(Generic[Row]):
    """One listing in the making: the rows so far with their values, and the value at each position as last seen."""

    def __init__(self, fetch: Fetch[Row], what: str, skip_zeros: bool, progress: Progress | None) -> None:
        self._fetch = fetch
        self._what = what
        self._skip_zeros = skip_zeros
        self._progress = progress
        self._rows: dict[str, Row | None] = {}
        self._values: dict[str, int] = {}
        self._agreement = Agreement(what)
        self._at: dict[int, int] = {}
        self._sorted_by_value = True
        self._cap = 0
        self._zeros_skipped = False
        self._spent = Receipt()

    def listing(self) -> Listing[Row]:
        for number in range(_MOST_PASSES):
            before = len(self._rows)
            self._read_once(again=number > 0)
            self._complete_ties()
            nothing_new = number > 0 and len(self._rows) == before
            settled = self._missing() <= 0 or nothing_new
            # A contradiction may have passed when the list is read once more.
            if (settled and self._agreement.holds) or (number > 0 and self._agreement.contradictions):
                break
        # A room that moves while all others arrive has just been written in; where others lack, it may be a mistake.
        moved = self._agreement.moved if self._missing() > 0 else set()
        unreadable = {key for key, row in self._rows.items() if row is None} | moved
        rows = {key: row for key, row in self._rows.items() if row is not None and key not in moved}
        return Listing(rows, self._zeros_skipped, self._spent + self._outcome(unreadable), frozenset(unreadable))

    def _outcome(self, unreadable: set[str]) -> Receipt:
        """What arrived of what was announced, and could be read."""
        announced, missing, notes = self._announced(), max(0, self._missing()), []
        if missing:
            notes.append(f"{missing:,} of the {announced:,} {self._what} that the server announced did not arrive.")
        if self._agreement.shrank:
            notes.append("Rooms were deleted again and again while the pages were read, so a room may be missing.")
        if unreadable:
            notes.append(f"What the server said of {len(unreadable):,} of the {self._what} cannot be read.")
        notes += self._agreement.contradictions
        return Receipt(
            announced=announced,
            received=self._received() - len(unreadable),
            missing=missing + len(unreadable),
            notes=tuple(notes),
            complete=not notes,
        )

    def _read_once(self, *, again: bool) -> None:
        """One pass from the first position to the last."""
        if not self._agreement.holds:
            # Rooms were deleted, say: what is known may hold them, and hides that another room slipped through.
            self._rows.clear()
            self._values.clear()
        self._agreement = Agreement(self._what, self._agreement.total)
        self._zeros_skipped = False
        self._at.clear()
        offset = empty = arrived = 0
        seen: set[str] = set()
        while True:
            page = self._take(offset, AS_MANY_AS_ALLOWED if offset else EVERYTHING, again=again)
            seen.update(page.ids)
            arrived += len(page.ids)
            offset += len(page.ids)
            empty = 0 if page.ids else empty + 1
            all_known = self._agreement.holds and len(self._rows) >= self._agreement.total > offset
            if self._agreement.ended(page, offset) or all_known or empty == _MOST_EMPTY:
                break
            if self._zeros_cost_too_much(page, offset, repeats=arrived > len(seen)):
                self._zeros_skipped = True
                self._read_tail(offset)
                break
        if not again:
            self._spent += Receipt(duplicates=arrived - len(seen))

    def _take(self, offset: int, count: int, *, again: bool, expected: int | None = None) -> Page[Row]:
        """One page, into the rows and positions; not into the positions when it does not begin as ``expected``.

        Rows have moved then, and one position read anew among old ones would make whole groups look torn.
        """
        page = self._fetch(offset, count)
        self._spent += page.receipt + Receipt(pages=1, reread=int(again))
        if max(offset + len(page.ids), len(self._rows)) > MOST_ROWS:
            raise UnreadableAnswer("a list of rooms without an end")
        self._agreement.add(page, offset, self._values)
        total = self._agreement.total
        if page.ids and offset + len(page.ids) < total and (count != EVERYTHING or not self._cap):
            self._cap = len(page.ids)
        if page.values is None:
            self._sorted_by_value = False
        elif expected is None or page.values[:1] == [expected]:
            self._at.update(enumerate(page.values, offset))
        self._rows.update(zip(page.ids, page.rows, strict=True))
        self._values.update(zip(page.ids, page.values or [0] * len(page.ids), strict=True))
        if self._progress is not None:
            self._progress(min(len(self._rows), total), total)
        return page

    def _zeros_cost_too_much(self, page: Page[Row], offset: int, *, repeats: bool) -> bool:
        if not self._skip_zeros or not page.values or page.values[-1] != 0:
            return False
        left = self._agreement.total - offset
        # In a shuffled group of n rooms every room is met after about ln(n) rounds (the coupon collector's).
        rounds = 1 + math.log(left) if repeats else 1.0
        return left > self._cap and rounds * left / self._cap > self._spent.pages + 2

    def _read_tail(self, zeros_from: int) -> None:
        """The negative counts at the very end, read backwards up to the zeros."""
        start = max(zeros_from, self._agreement.total - self._cap)
        self._read_between(start, self._agreement.total)
        while start > zeros_from and self._at.get(start, 0) < 0:
            end, start = start, max(zeros_from, start - self._cap)
            self._read_between(start, end)

    def _read_between(self, start: int, end: int) -> None:
        while start < end:
            page = self._take(start, AS_MANY_AS_ALLOWED, again=False)
            if not page.ids:
                return
            start += len(page.ids)

    def _complete_ties(self) -> None:
        """Reads groups of equal value again until each has as many different rooms as positions."""
        tries: Counter[int] = Counter()
        fruitless: Counter[int] = Counter()
        while self._sorted_by_value and self._agreement.holds and (missing := self._missing()) > 0:
            gap = self._first_gap(tries, fruitless)
            if gap is None:
                return
            value, start, size = gap
            # The golden ratio spreads the beginnings of the pages evenly, so that no alignment is tried twice.
            room = max(0, size - self._cap)
            offset = start + int(tries[value] * _GOLDEN % 1 * (room + 1))
            page = self._take(offset, AS_MANY_AS_ALLOWED, again=True, expected=value)
            moved = page.values is None or page.values[:1] != [value]
            tries[value] += _TRIES_OF_ONE_PAGE if moved and not room else 1
            fruitless[value] = 0 if self._missing() < missing else fruitless[value] + 1

    def _first_gap(self, tries: Counter[int], fruitless: Counter[int]) -> tuple[int, int, int] | None:
        """Value, first position and size of the first group that is not whole and not given up."""
        places = Counter(self._at.values())
        known = Counter(self._values.values())
        for value in sorted((value for value in places if places[value] > known[value]), reverse=True):
            if value == 0 and self._zeros_skipped:
                continue
            pages = math.ceil(places[value] / max(1, self._cap))
            most = _TRIES_OF_ONE_PAGE if pages == 1 else _TRIES_PER_PAGE * pages
            if tries[value] < most and fruitless[value] < _FRUITLESS_PER_PAGE * pages:
                return value, min(at for at, found in self._at.items() if found == value), places[value]
        return None

    def _announced(self) -> int:
        return sum(value != 0 for value in self._at.values()) if self._zeros_skipped else self._agreement.total

    def _received(self) -> int:
        return sum(value != 0 for value in self._values.values()) if self._zeros_skipped else len(self._rows)

    def _missing(self) -> int:
        return self._announced() - self._received()

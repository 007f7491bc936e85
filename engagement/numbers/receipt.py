"""How a reading went: what it cost, and how much of what the server announced arrived."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta

from engagement.numbers.periods import Period


@dataclass(frozen=True)
class Receipt:
    """How a reading went; receipts add up with ``+``, and ``Receipt()`` is that of nothing read.

    ``calls`` for rows or daily totals, ``pages`` of lists among their answers, pages ``reread``, ``duplicates``
    removed; rows ``announced`` and ``received`` over all lists, and how many are ``missing`` in the list that lacks
    most, as a room that two lists lack is one room; the time ``waited`` for the rate limit; ``notes``, sentences on
    what is missing or special, each once; ``complete`` when nothing can have slipped through.
    """

    calls: int = 0
    pages: int = 0
    reread: int = 0
    duplicates: int = 0
    announced: int = 0
    received: int = 0
    missing: int = 0
    waited: timedelta = timedelta(0)
    notes: tuple[str, ...] = ()
    complete: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(dict.fromkeys(self.notes)))

    def __add__(self, other: Receipt) -> Receipt:
        sums = {part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)}
        missing, complete = max(self.missing, other.missing), self.complete and other.complete
        return Receipt(**sums | {"missing": missing, "complete": complete})

    @property
    def paid(self) -> Receipt:
        """The same without its cost, where that stands in another receipt already."""
        return replace(self, calls=0, pages=0, reread=0, duplicates=0, waited=timedelta(0))

    @property
    def cost(self) -> Receipt:
        """Calls, pages, repetitions and waits alone: of lists that were read for something else than their rooms."""
        return Receipt(self.calls, self.pages, self.reread, self.duplicates, waited=self.waited)


def witnessed(in_rooms: int, in_days: int, period: Period) -> Receipt:
    """What the totals of the days of ``period`` say of the messages of its rooms: nothing where these are no more.

    They may be fewer, as deleted rooms and conversations with visitors count in the totals alone.
    """
    if in_rooms <= in_days:
        return NOTHING_READ
    more = f"more than the {in_days:,} that the server counted in all"
    return Receipt(notes=(f"The rooms have {in_rooms:,} messages from {period}, {more}.",), complete=False)


NOTHING_READ = Receipt()
ONE_CALL = Receipt(calls=1)

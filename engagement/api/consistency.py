"""Whether the pages of a list agree with themselves and with each other: nothing else makes a reading complete."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from engagement.api.decode import Object, Row, whole_or_none
from engagement.errors import UnreadableAnswer
from engagement.numbers.receipt import ONE_CALL, Receipt

MOST_ROWS = 2_000_000
# Pages beyond those that the first one announced, after which a list is held to be without an end.
_MORE_PAGES = 50
# Admins set page sizes to round numbers. Where a list ends at one, its total may be that of the page.
_ROUND, _LARGEST_PAGE = 10, 500

_NO_TOTAL = "The server did not say how many {} there are."
_NEGATIVE = "The server announced a negative number of {}."
_NO_PLACE = "The server did not say where a page of the {} begins."
_MORE = "The server sent more {} than it announced."
_TWICE = "The server sent some of the {} twice, and differently."
_ENDLESS = "The server announced more {} with every page."


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows by id in the order sent, the values they are sorted by, and the total that the server announced.

    A row is None where it cannot be read, and its id then made up where that cannot be read either. ``values`` is None
    in a list that is sorted by id. ``total`` is None where it is no number of rows; ``contradictions`` are sentences,
    with ``{}`` for what the rows are called. ``receipt`` says what it took to get the page.
    """

    ids: list[str]
    rows: Sequence[Row | None]
    values: list[int] | None
    total: int | None
    receipt: Receipt = ONE_CALL
    contradictions: tuple[str, ...] = ()


def page_of(
    body: Object,
    offset: int,
    named: Sequence[str | None],
    rows: Sequence[Row | None],
    values: list[int] | None,
    receipt: Receipt,
) -> Page[Row]:
    """The page in an answer that was asked for at ``offset``, held against what it says of itself.

    ``named`` are the ids of its rows, None where there is none. A room that it has twice, and differently, is one that
    cannot be read. Raises UnreadableAnswer for a page from elsewhere.
    """
    # No room can have an id with a line break in it.
    ids = [key or f"\n{position}" for position, key in enumerate(named, offset)]
    begins, total = whole_or_none(body, "offset"), whole_or_none(body, "total")
    if begins is not None and begins != offset:
        raise UnreadableAnswer("a page that was not asked for")
    said = whole_or_none(body, "count") if "count" in body else len(ids)
    usable = total is not None and total <= MOST_ROWS
    found = {
        _NO_PLACE: begins is None,
        _NO_TOTAL: not usable,
        _NEGATIVE: total is not None and total < 0,
        _MORE: said is None or said < len(ids),
    }
    differing = _differing(ids, rows)
    found[_TWICE] = bool(differing)
    kept = [None if key in differing else row for key, row in zip(ids, rows, strict=True)] if differing else rows
    wrong = tuple(sentence for sentence, is_so in found.items() if is_so)
    return Page(ids, kept, values, total if usable else None, receipt, wrong)


def _differing(ids: list[str], rows: Sequence[Row | None]) -> set[str]:
    if len(set(ids)) == len(ids):
        return set()
    more = {key for key, times in Counter(ids).items() if times > 1}
    return {key for key in more if len({row for one, row in zip(ids, rows, strict=True) if one == key}) > 1}


@dataclass
class Agreement:
    """What the pages of one pass over a list say together; ``what`` its rows are called in sentences."""

    what: str
    total: int = 0
    shrank: bool = False
    moved: set[str] = field(default_factory=set)
    _wrong: dict[str, None] = field(default_factory=dict)
    _pages: int = 0
    _most_pages: int = 0

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Each contradiction as a sentence."""
        return tuple(sentence.format(self.what) for sentence in self._wrong)

    @property
    def holds(self) -> bool:
        """True while no page contradicts itself or those before it."""
        return not self.shrank and not self._wrong

    def add(self, page: Page[Row], offset: int, known: Mapping[str, int]) -> None:
        """Holds a page against itself and the values that are ``known`` of its rows by the pages before."""
        arrived = offset + len(page.ids)
        self._wrong |= dict.fromkeys(page.contradictions)
        total = arrived if page.total is None or page.total < 0 else page.total
        if page.ids and arrived > total:
            self._wrong[_MORE] = None
        self.shrank |= bool(known) and total < self.total
        self.total = total
        if page.values is not None:
            pairs = zip(page.ids, page.values, strict=True)
            self.moved |= {key for key, value in pairs if key in known and known[key] != value}

    def ended(self, page: Page[Row], offset: int) -> bool:
        """True when ``page``, after which the list goes on at ``offset``, was the last of the pass.

        A total that nobody can believe ends nothing: then the list ends with an empty page, or is without an end.
        """
        self._pages += 1
        if self._pages == 1:
            self._most_pages = 2 * math.ceil(self.total / max(1, len(page.ids))) + _MORE_PAGES
        if self._pages > self._most_pages:
            self._wrong[_ENDLESS] = None
            return True
        if self._wrong:
            return not page.ids
        may_be_one_page = self._pages == 1 and 0 < offset <= _LARGEST_PAGE and offset % _ROUND == 0
        return offset >= self.total and not may_be_one_page

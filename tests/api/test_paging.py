"""Every row of a list whose pages repeat and skip rows, and honest numbers where that is impossible."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.api import paging
from engagement.api.consistency import Page
from engagement.api.paging import EVERYTHING, Listing, read_pages
from engagement.errors import UnreadableAnswer
from tests.support.faults import EXACT, NOTED, SAID, fault

pytestmark = fault(kind="Contradictory answers", at="a list of a test", seen="client")


class Server:
    """Rows by id with the value they are sorted by, given in pages; ties stand in another order in each answer."""

    def __init__(
        self, values: dict[str, int], *, cap: int = 100, unlimited: bool = False, shuffled: bool = True, seed: int = 26
    ) -> None:
        self.values = dict(values)
        self.cap = cap
        self.unlimited = unlimited
        self.shuffled = shuffled
        self.announced: int | None = None
        self.calls: list[tuple[int, int]] = []
        self.before_call: Callable[[int], None] = lambda number: None
        self.hidden: set[str] = set()
        self._random = random.Random(seed)

    def fetch(self, offset: int, count: int) -> Page[str]:
        self.before_call(len(self.calls))
        self.calls.append((offset, count))
        ids = sorted(self.values)
        if self.shuffled:
            self._random.shuffle(ids)
        ids.sort(key=lambda one: -self.values[one])
        if count == EVERYTHING and not self.unlimited:
            count = 50
        count = len(ids) if count == EVERYTHING else min(count, self.cap)
        shown = [one for one in ids[offset : offset + count] if one not in self.hidden]
        total = len(ids) if self.announced is None else self.announced
        return Page(shown, [f"row of {one}" for one in shown], [self.values[one] for one in shown], total)

    def listing(self, *, skip_zeros: bool = False) -> Listing[str]:
        return read_pages(self.fetch, skip_zeros=skip_zeros)


def distinct(rooms: int) -> dict[str, int]:
    return {f"r{n}": rooms - n for n in range(rooms)}


def test_one_call_is_enough_where_the_server_gives_everything() -> None:
    server = Server(dict.fromkeys(map(str, range(251)), 0), unlimited=True)
    listing = server.listing()
    assert server.calls == [(0, EVERYTHING)]
    assert listing.rows == {str(n): f"row of {n}" for n in range(251)}
    assert (listing.receipt.announced, listing.receipt.received, listing.receipt.duplicates, listing.receipt.calls) == (
        251,
        251,
        0,
        1,
    )
    assert listing.receipt.complete


def test_an_empty_list_is_complete_after_one_call() -> None:
    server = Server({})
    listing = server.listing()
    assert listing.rows == {}
    assert listing.receipt.complete
    assert len(server.calls) == 1


@pytest.mark.parametrize(("rooms", "calls"), [(1, 1), (49, 1), (50, 2), (51, 2), (150, 2), (151, 3), (250, 3)])
def test_pages_follow_one_another_by_the_rows_received(rooms: int, calls: int) -> None:
    # Fifty rooms are as many as a page may have, so whether there is another page is asked.
    server = Server(distinct(rooms))
    assert len(server.listing().rows) == rooms
    assert [offset for offset, _ in server.calls] == [0, 50, 150][:calls]


@fault("pages shorter than asked for", EXACT, "the next one begins behind the rows received")
def test_a_short_page_is_not_the_end() -> None:
    server = Server(distinct(250), cap=40)
    assert len(server.listing().rows) == 250
    assert [offset for offset, _ in server.calls] == [0, 40, 80, 120, 160, 200, 240]


@fault("ties in another order on each of two pages", EXACT, "they are read again in one page")
def test_a_group_that_straddles_two_pages_is_read_again_in_one_page_that_begins_with_it() -> None:
    values = distinct(100) | {f"tied{n}": -1 - (n // 30) for n in range(90)}
    server = Server(values)
    listing = server.listing()
    assert sorted(listing.rows) == sorted(values)
    assert listing.receipt.complete
    # The pages are 0 to 49, 50 to 149 and 150 to 189; the group of positions 130 to 159 lies in two of them.
    assert [offset for offset, _ in server.calls] == [0, 50, 150, 130]
    assert listing.receipt.reread == 1
    assert listing.receipt.duplicates > 0


@fault("700 ties in another order on every page", EXACT, "read until all have come")
def test_a_group_larger_than_a_page_is_read_until_it_is_whole() -> None:
    values = distinct(130) | dict.fromkeys((f"quiet{n}" for n in range(700)), 0)
    server = Server(values)
    listing = server.listing()
    assert sorted(listing.rows) == sorted(values)
    assert listing.receipt.complete
    again = [offset for offset, _ in server.calls[-listing.receipt.reread :]]
    assert all(130 <= offset <= 130 + 600 for offset in again)
    assert len(set(again)) > len(again) / 2


@fault("any list in pages of any size, ties shuffled", EXACT, "every row arrives")
@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(min_value=-2, max_value=6), max_size=120),
    cap=st.integers(min_value=1, max_value=60),
    seed=st.integers(min_value=0, max_value=10**6),
)
def test_any_list_arrives_whole_from_a_server_that_shuffles_ties(values: list[int], cap: int, seed: int) -> None:
    rows = {f"r{n}": value for n, value in enumerate(values)}
    server = Server(rows, cap=cap, seed=seed)
    listing = server.listing()
    assert sorted(listing.rows) == sorted(rows)
    assert listing.receipt.complete


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(min_value=0, max_value=40), min_size=5, max_size=5),
    zeros=st.integers(min_value=0, max_value=500),
    cap=st.integers(min_value=3, max_value=30),
    seed=st.integers(min_value=0, max_value=10**6),
)
def test_all_but_the_zeros_arrive_where_zeros_may_be_skipped(
    counts: list[int], zeros: int, cap: int, seed: int
) -> None:
    by_value = dict(zip((-2, -1, 1, 2, 3), counts, strict=True)) | {0: zeros}
    rows = {f"{value}/{n}": value for value, size in by_value.items() for n in range(size)}
    listing = Server(rows, cap=cap, seed=seed).listing(skip_zeros=True)
    assert sorted(key for key in listing.rows if rows[key]) == sorted(key for key in rows if rows[key])
    assert listing.receipt.complete


def test_skipping_zeros_jumps_to_the_end_and_reads_back_while_counts_are_negative() -> None:
    values = (
        distinct(60) | dict.fromkeys((f"zero{n}" for n in range(5000)), 0) | {f"neg{n}": -1 - n for n in range(150)}
    )
    server = Server(values, shuffled=False)
    listing = server.listing(skip_zeros=True)
    assert [offset for offset, _ in server.calls] == [0, 50, 5110, 5010]
    assert listing.zeros_skipped
    assert (listing.receipt.announced, listing.receipt.received) == (210, 210)
    assert listing.receipt.complete


def test_few_zeros_are_read_rather_than_skipped() -> None:
    values = distinct(60) | dict.fromkeys((f"zero{n}" for n in range(150)), 0)
    server = Server(values, shuffled=False)
    listing = server.listing(skip_zeros=True)
    assert not listing.zeros_skipped
    assert len(listing.rows) == 210


@fault("a room overtakes the page that is read", EXACT, "found in a second pass")
def test_a_room_that_overtakes_the_page_being_read_is_found_in_a_second_pass() -> None:
    server = Server(distinct(300))

    def overtake(call: int) -> None:
        if call == 2:
            server.values["r299"] = 10_000

    server.before_call = overtake
    listing = server.listing()
    assert sorted(listing.rows) == sorted(distinct(300))
    assert listing.receipt.complete
    assert listing.receipt.duplicates == 1
    assert [offset for offset, _ in server.calls] == [0, 50, 150, 250, 149, 0]


@fault("a room falls into the next page with another count", EXACT, "its newest row is kept")
def test_the_newest_row_of_a_room_is_kept() -> None:
    server = Server(distinct(60))
    seen: dict[str, int] = {}

    def fetch(offset: int, count: int) -> Page[int]:
        page = server.fetch(offset, count)
        server.values["r49"] = 10  # It falls from the first page into the second.
        seen.update(zip(page.ids, page.values or [], strict=True))
        return Page(page.ids, list(page.values or []), page.values, page.total)

    assert read_pages(fetch).rows["r49"] == seen["r49"] == 10


@fault("the largest page changes between the pages", EXACT)
def test_a_cap_that_changes_midway_loses_nothing() -> None:
    values = distinct(120) | dict.fromkeys((f"quiet{n}" for n in range(400)), 0)
    server = Server(values)

    def shrink(call: int) -> None:
        server.cap = {0: 100, 2: 30, 9: 70}.get(call, server.cap)

    server.before_call = shrink
    listing = server.listing()
    assert sorted(listing.rows) == sorted(values)
    assert listing.receipt.complete


@fault("a room is made between the pages", EXACT, "it is in the list")
def test_a_room_created_while_pages_are_read_is_in_the_list() -> None:
    server = Server(distinct(250), shuffled=False)

    def create(call: int) -> None:
        if call == 1:
            server.values["new"] = 10_000

    server.before_call = create
    listing = server.listing()
    assert "new" in listing.rows
    assert (listing.receipt.announced, listing.receipt.received) == (251, 251)
    assert listing.receipt.complete


@fault("a room is deleted between the pages", EXACT, "it is gone and hides no other")
def test_a_room_deleted_while_pages_are_read_neither_stays_nor_hides_another() -> None:
    server = Server(distinct(250), shuffled=False)

    def delete(call: int) -> None:
        if call == 1:
            # r50 moves to a position that has been read already.
            server.values.pop("r10")

    server.before_call = delete
    listing = server.listing()
    assert sorted(listing.rows) == sorted(set(distinct(250)) - {"r10"})
    assert (listing.receipt.announced, listing.receipt.received) == (249, 249)
    assert listing.receipt.complete


@fault("rooms are deleted without end", NOTED, "“… so a room may be missing.”")
def test_a_list_that_shrinks_without_end_is_not_called_complete() -> None:
    server = Server(distinct(400))
    server.before_call = lambda call: server.values.pop(f"r{call}", None)
    listing = server.listing()
    assert not listing.receipt.complete
    assert listing.receipt.notes == (
        "Rooms were deleted again and again while the pages were read, so a room may be missing.",
    )


@fault("twelve rows never come", NOTED, "they are counted, after fewer than 40 calls")
def test_rows_that_never_arrive_are_counted_and_the_reading_ends() -> None:
    server = Server(distinct(500))
    server.hidden = {f"r{n}" for n in range(100, 112)}
    listing = server.listing()
    assert (listing.receipt.announced, listing.receipt.received, listing.receipt.missing) == (500, 488, 12)
    assert not listing.receipt.complete
    assert len(server.calls) < 40


@fault("a row among 300 ties never comes", NOTED, "it is counted; the calls are bounded")
def test_a_tied_row_that_never_arrives_does_not_hold_up_the_reading_for_ever() -> None:
    server = Server(dict.fromkeys((f"r{n}" for n in range(300)), 1))
    plain = server.fetch

    def without_one(offset: int, count: int) -> Page[str]:
        page = plain(offset, count)
        ids = ["r8" if one == "r7" else one for one in page.ids]
        return Page(ids, page.rows, page.values, page.total)

    listing = read_pages(without_one)
    assert listing.receipt.missing == 1
    assert not listing.receipt.complete
    assert len(server.calls) < 300


@fault("pages end 70 rows before the total", NOTED, "asked again, fewer than 15 calls in all")
def test_pages_that_end_before_the_announced_total_are_asked_for_again_a_few_times() -> None:
    server = Server(distinct(130))
    server.announced = 200
    listing = server.listing()
    assert (listing.receipt.announced, listing.receipt.received) == (200, 130)
    assert not listing.receipt.complete
    assert len(server.calls) < 15


@fault("an empty page in between", EXACT, "asked for again")
def test_an_empty_page_in_between_is_asked_for_again() -> None:
    server = Server(distinct(250))
    plain = server.fetch

    def hiccup(offset: int, count: int) -> Page[str]:
        page = plain(offset, count)
        return Page([], [], [], page.total) if len(server.calls) == 2 else page

    listing = read_pages(hiccup)
    assert listing.receipt.complete
    assert len(listing.rows) == 250


@fault("a list without end", SAID, "it is given up and cannot be read")
def test_a_list_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_ROWS", 10_000)

    def endless(offset: int, _: int) -> Page[str]:
        ids = [f"r{n}" for n in range(500)]
        return Page(ids, ids, None, offset + 1_000)

    with pytest.raises(UnreadableAnswer):
        read_pages(endless)


def test_a_list_sorted_by_id_is_read_without_regard_to_values() -> None:
    ids = sorted(f"r{n}" for n in range(230))

    def by_id(offset: int, count: int) -> Page[str]:
        shown = ids[offset : offset + ((count and min(count, 100)) or 50)]
        return Page(shown, shown, None, len(ids))

    listing = read_pages(by_id)
    assert (listing.receipt.calls, listing.receipt.duplicates, listing.receipt.reread) == (3, 0, 0)
    assert listing.receipt.complete


def test_progress_is_told_after_each_page_and_never_exceeds_the_total() -> None:
    told: list[tuple[int, int]] = []
    read_pages(Server(distinct(250)).fetch, progress=lambda received, total: told.append((received, total)))
    assert told == [(50, 250), (150, 250), (250, 250)]

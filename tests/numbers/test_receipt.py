"""Receipts of readings add up to the receipt of all of them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engagement.numbers.receipt import Receipt

number = st.integers(min_value=0, max_value=10**6)
receipts = st.builds(
    Receipt,
    calls=number,
    pages=number,
    reread=number,
    duplicates=number,
    announced=number,
    received=number,
    missing=number,
    waited=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)),
    notes=st.lists(st.sampled_from("abcde"), max_size=6).map(tuple),
    complete=st.booleans(),
)


@given(receipts, receipts, receipts)
def test_it_does_not_matter_in_which_groups_receipts_are_added(a: Receipt, b: Receipt, c: Receipt) -> None:
    assert (a + b) + c == a + (b + c)


@given(receipts)
def test_the_receipt_of_nothing_changes_nothing(one: Receipt) -> None:
    assert one + Receipt() == Receipt() + one == one


@given(st.lists(receipts, max_size=6))
def test_no_count_no_wait_and_no_note_gets_lost(many: list[Receipt]) -> None:
    whole = sum(many, Receipt())
    for name in ("calls", "pages", "reread", "duplicates", "announced", "received"):
        assert getattr(whole, name) == sum(getattr(one, name) for one in many)
    assert whole.waited == sum((one.waited for one in many), timedelta(0))
    assert whole.missing == max((one.missing for one in many), default=0)
    assert whole.complete == all(one.complete for one in many)
    assert set(whole.notes) == {note for one in many for note in one.notes}
    assert len(whole.notes) == len(set(whole.notes))


def test_notes_stay_in_the_order_in_which_they_were_first_said() -> None:
    assert (Receipt(notes=("b", "a", "b")) + Receipt(notes=("c", "a"))).notes == ("b", "a", "c")


def test_the_cost_of_a_reading_says_nothing_of_its_rooms() -> None:
    one = Receipt(5, 4, 2, 1, 30, 20, 10, timedelta(seconds=60), ("Ten rooms are missing.",), False)
    assert one.cost == Receipt(calls=5, pages=4, reread=2, duplicates=1, waited=timedelta(seconds=60))

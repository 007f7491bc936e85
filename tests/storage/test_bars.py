"""The bar of a workspace is kept with its weeks, whole or not at all, and goes with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from engagement.errors import StoreUnavailable
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.periods import Period
from engagement.storage.archive import Archive, Scope, WindowMeta
from engagement.storage.bars import KeptBar
from engagement.storage.database import Store
from tests.support.clock import NOON
from tests.support.faults import EXACT, REFUSED, SAID, fault

pytestmark = fault(kind="A past that changes", at="database", seen="archive")

SCOPE = Scope("https://chat.example.org", "all")
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
META = WindowMeta(read_at=NOON, announced=1, received=1, complete=True)
BAR = replace(CONSTANT_BAR, weeks=2)
KEPT = KeptBar("1", NOON, (date(2026, 11, 2), WEEK.start), BAR)


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def test_a_bar_comes_back_as_it_was_kept_and_another_takes_its_place(archive: Archive, store: Store) -> None:
    assert archive.bar(SCOPE, "1") is None
    archive.keep_bar(SCOPE, KEPT)
    assert Archive(store).bar(SCOPE, "1") == KEPT
    later = replace(KEPT, found_at=NOON + timedelta(days=28), bar=CONSTANT_BAR)
    archive.keep_bar(SCOPE, later)
    assert archive.bar(SCOPE, "1") == later
    archive.keep_bar(SCOPE, None)
    assert archive.bar(SCOPE, "1") is None


@fault("a bar found by the rule of another release", EXACT, "not used: it is found anew")
def test_a_bar_that_another_rule_found_is_not_kept(archive: Archive) -> None:
    archive.keep_bar(SCOPE, KEPT)
    assert archive.bar(SCOPE, "2") is None
    archive.keep_bar(SCOPE, replace(KEPT, rule="2"))
    assert archive.bar(SCOPE, "1") is None


@fault("the bars of two workspaces and two kinds of rights", REFUSED, "kept apart", kind="Another workspace")
def test_each_scope_has_a_bar_of_its_own(archive: Archive) -> None:
    own = Scope(SCOPE.workspace, "own rooms")
    archive.keep_bar(SCOPE, KEPT)
    assert archive.bar(own, "1") is None
    assert archive.bar(Scope("https://other.example", "all"), "1") is None
    archive.keep_bar(own, replace(KEPT, bar=CONSTANT_BAR))
    assert archive.bar(SCOPE, "1") == KEPT


@fault("damaged thresholds: {odd}", EXACT, "not used: the constants stand until they are found anew")
@pytest.mark.parametrize(
    ("column", "odd"),
    [
        ("bar", ""),
        ("bar", "{"),
        ("bar", "[]"),
        ("bar", '{"weeks": 60}'),
        ("weeks", ""),
        ("weeks", "{}"),
        ("weeks", "[]"),
        ("weeks", "[7]"),
        ("weeks", '["yesterday"]'),
        ("weeks", '["2026-11-09", "2026-11-02"]'),
        ("weeks", '["2026-11-09", "2026-11-09"]'),
        ("found_at", 1e300),
    ],
)
def test_a_row_that_is_no_bar_is_as_none_and_another_takes_its_place(
    archive: Archive, store: Store, column: str, odd: object
) -> None:
    archive.keep_bar(SCOPE, KEPT)
    with store.writing() as connection:
        connection.execute(text(f"UPDATE bars SET {column} = :odd"), {"odd": odd})
    assert archive.bar(SCOPE, "1") is None
    archive.keep_bar(SCOPE, KEPT)
    assert archive.bar(SCOPE, "1") == KEPT


def test_a_bar_goes_with_the_last_week_of_its_scope(store: Store) -> None:
    archive, other = Archive(store, weeks=60), Scope("https://other.example", "all")
    old = Period(date(2025, 9, 15), date(2025, 9, 21))
    for scope in (SCOPE, other):
        archive.put(scope, old, pd.Series({"r1": 70}), replace(META, read_at=NOON - timedelta(days=8)))
        archive.keep_bar(scope, KEPT)
    archive.put(SCOPE, WEEK, pd.Series({"r1": 7}), META)
    assert archive.bar(SCOPE, "1") == KEPT
    assert archive.bar(other, "1") is None


@fault("the write of a bar fails halfway", REFUSED, "the one from before stays")
def test_a_bar_is_replaced_whole_or_not_at_all(archive: Archive, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.keep_bar(SCOPE, KEPT)

    def torn(_: object) -> str:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(type(BAR), "to_json", torn)
        with pytest.raises(StoreUnavailable):
            archive.keep_bar(SCOPE, replace(KEPT, bar=CONSTANT_BAR))
    assert Archive(store).bar(SCOPE, "1") == KEPT


@fault("the database of bars is away", SAID, kind="Surroundings of commands")
def test_a_dead_database_is_said(tmp_path: object) -> None:
    dead = Archive(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"))
    for use in (lambda: dead.bar(SCOPE, "1"), lambda: dead.keep_bar(SCOPE, KEPT)):
        with pytest.raises(StoreUnavailable):
            use()

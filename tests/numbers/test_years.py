"""The months of a workspace from totals that are noted once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from engagement.numbers.years import months_of
from engagement.numbers.zone import Zone

TODAY = date(2026, 3, 10)


def totals(first: datetime, *, days: int, each: int = 10, begin: int = 1000) -> pd.Series:
    """A total that grows by so many messages a day."""
    moments = pd.DatetimeIndex([first + timedelta(days=number) for number in range(days)])
    return pd.Series([begin + each * number for number in range(days)], index=moments, dtype="float64")


def told(rows: pd.Series) -> list[tuple[str, int | None]]:
    return [(f"{bar.part.start:%Y-%m}", bar.messages) for bar in months_of(rows, Zone(), TODAY).bars]


FIRST = datetime(2025, 12, 20, 2, 10, tzinfo=UTC)
ROWS = totals(FIRST, days=81)


def test_a_month_has_what_its_total_rose_by_and_the_last_one_is_so_far() -> None:
    bars = months_of(ROWS, Zone(), TODAY)
    # Installed on the 20th of December, of which nothing is known from its beginning.
    assert told(ROWS) == [("2025-12", None), ("2026-01", 310), ("2026-02", 280), ("2026-03", 90)]
    assert [bar.unfinished for bar in bars.bars] == [False, False, False, True]
    assert bars.bars[-1].part.end == TODAY
    assert (bars.unit, bars.messages, bars.read, bars.astray) == ("month", 680, 4, 0)


def test_a_month_in_which_more_was_pruned_than_written_is_unknown_and_no_loss() -> None:
    pruned = ROWS.copy()
    pruned[pruned.index >= "2026-02-15"] -= 500
    assert told(pruned) == [("2025-12", None), ("2026-01", 310), ("2026-02", None), ("2026-03", 90)]
    assert "deleted or pruned" in months_of(pruned, Zone(), TODAY).bars[2].why


@pytest.mark.parametrize(("lost", "january"), [("2026-02-01", 300), ("2026-01-31", 310)])
def test_a_row_that_is_missing_is_stood_for_by_its_neighbour(lost: str, january: int) -> None:
    rows = ROWS[ROWS.index.normalize() != pd.Timestamp(lost, tz="UTC")]
    assert told(rows)[1] == ("2026-01", january)


def test_months_around_a_gap_are_unknown() -> None:
    rows = ROWS[(ROWS.index < "2026-01-20") | (ROWS.index > "2026-02-20")]
    assert told(rows) == [("2025-12", None), ("2026-01", None), ("2026-02", None), ("2026-03", 90)]


def test_without_a_row_there_is_no_month() -> None:
    bars = months_of(ROWS.iloc[:0], Zone(), TODAY)
    assert (bars.bars, bars.messages) == ((), None)

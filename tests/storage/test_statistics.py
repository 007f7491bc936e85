"""The statistics of a workspace come back as they were kept, or not at all."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from sqlalchemy import text

from engagement.storage.archive import Archive
from engagement.storage.database import Store
from engagement.storage.statistics import KeptStatistics
from tests.support.clock import NOON
from tests.support.faults import NOTED, fault

pytestmark = fault(kind="A past that changes", at="database", seen="archive")


def kept(*messages: float) -> KeptStatistics:
    moments = pd.DatetimeIndex([NOON + timedelta(days=number) for number in range(len(messages))]).as_unit("us")
    return KeptStatistics(
        pd.DataFrame({"messages": messages, "rooms": 7}, index=moments, dtype="float64"), len(messages)
    )


def test_statistics_come_back_as_they_were_kept_and_others_take_their_place(store: Store) -> None:
    archive = Archive(store)
    assert archive.statistics("w") is None
    for one in (kept(5, np.nan, 9), kept(1, 2)):
        archive.keep_statistics("w", one)
        found = Archive(store).statistics("w")
        assert found is not None
        assert found.total == one.total
        pd.testing.assert_frame_equal(found.rows, one.rows, check_freq=False)
    assert archive.statistics("another") is None


def test_moments_between_two_seconds_come_back_as_they_were(store: Store) -> None:
    moments = pd.DatetimeIndex([NOON + timedelta(milliseconds=number) for number in range(1000)]).as_unit("us")
    one = KeptStatistics(pd.DataFrame({"messages": range(1000)}, index=moments, dtype="float64"), 1000)
    Archive(store).keep_statistics("w", one)
    found = Archive(store).statistics("w")
    assert found is not None
    assert (found.rows.index == moments).all()


@fault("damaged statistics of a workspace", NOTED, "read anew")
def test_what_is_damaged_is_not_there(store: Store) -> None:
    archive = Archive(store)
    archive.keep_statistics("w", kept(5))
    with store.writing() as connection:
        connection.execute(text("UPDATE statistics SET block = :block"), {"block": b"nothing"})
    assert archive.statistics("w") is None

"""Memory that is free goes back to the system, where the C library can be told so."""

from __future__ import annotations

import ctypes
import gc
import weakref
from functools import partial
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from engagement.reading.jobs import Job, Jobs
from engagement.ui import loading, memory


@pytest.mark.parametrize("library", ["of GNU", "another"])
def test_free_memory_is_given_back_where_the_library_can_be_told(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, int] = {}
    pools: list[Any] = []
    gnu = SimpleNamespace(mallopt=told.__setitem__)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: gnu if library == "of GNU" else SimpleNamespace())
    monkeypatch.setattr(pa, "set_memory_pool", pools.append)
    memory.give_back()
    # M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
    assert told == ({-8: 2, -3: 262_144, -1: 1_048_576} if library == "of GNU" else {})
    assert [pool.backend_name for pool in pools] == ["system"]


class Ring:
    """Something that only the collector takes away."""

    def __init__(self) -> None:
        self.itself = self


def test_what_has_come_to_stay_is_looked_at_no_more_and_what_has_not_is_taken_away() -> None:
    stays, goes = Ring(), Ring()
    gone = weakref.ref(goes)
    try:
        memory.settle()
        assert not any(one is stays for one in gc.get_objects())
        del goes
        memory.settle()
        assert gone() is None
    finally:
        gc.unfreeze()


def test_a_button_to_try_again_or_to_stop_holds_no_result() -> None:
    # The framework keeps what a click needs for as long as a session lasts.
    jobs = Jobs()
    job: Job[pd.DataFrame] = jobs.ask("rooms", "ada", lambda _: pd.DataFrame({"messages": [1]}), keep=60.0)
    again, stop = loading._anew(job), partial(loading._leave, weakref.ref(job))
    gone = weakref.ref(job.result(10))
    again()
    del job
    gc.collect()
    assert gone() is None
    stop()
    assert jobs.ask("rooms", "ada", lambda _: "read anew", keep=60.0).result(10) == "read anew"

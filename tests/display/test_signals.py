"""What is said of signals beside their words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from engagement.display import signals
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.basis import Basis
from engagement.numbers.periods import Period

NAN = float("nan")
README = Path(__file__).parents[2] / "README.md"


def test_what_is_usual_is_a_range_and_nothing_where_it_is_not_known() -> None:
    assert signals.usual(0, 1200) == "usually 0 to 1,200"
    assert signals.usual(NAN, NAN) == ""


def test_fewer_messages_than_none_never_stand_beside_a_range() -> None:
    assert signals.usual(0, 28, -30) == "more deleted than written"


def test_what_would_be_news_has_a_lower_edge_only_where_a_count_can_lie_below_it() -> None:
    assert signals.news(4, 160) == "would be news below 4 or above 160"
    assert signals.news(0, 12) == "would be news above 12"
    assert signals.news(NAN, NAN) == ""


@pytest.mark.parametrize(
    ("chance", "often"),
    [(0.02, "hardly ever"), (0.1, "about once in 10"), (0.42, "about 4 times in 10"), (0.99, "nearly always")],
)
def test_how_often_a_tripling_would_be_seen_is_told_in_times_of_ten(chance: float, often: str) -> None:
    assert signals.seen(chance) == f"a tripling of this room would show within a month {often}"


def test_whoever_looks_closer_is_told_only_what_is_known() -> None:
    row = pd.Series({"news_below": 4.0, "news_above": 160.0, "seen_tripling": NAN})
    assert signals.closer(row) == ["would be news below 4 or above 160"]


def test_the_readme_explains_signals_in_the_words_of_the_pages() -> None:
    readme = " ".join(README.read_text(encoding="utf-8").split())
    for paragraph in signals.EXPLAINED:
        assert paragraph in readme, re.split(r"[:*]", paragraph)[2]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.02, "hardly any"),
        (0.1, "about one in ten"),
        (0.21, "about one in five"),
        (0.3, "about one in three"),
        (0.45, "about one in two"),
        (0.7, "most"),
        (NAN, ""),
    ],
)
def test_a_share_is_said_as_one_in_so_many(share: float, said: str) -> None:
    assert signals.often(share) == said


def test_where_thresholds_come_from_is_one_sentence() -> None:
    mine = Basis(replace(CONSTANT_BAR, weeks=61), Period(date(2025, 2, 3), date(2026, 4, 5)), 61)
    assert signals.basis_text(mine) == (
        "The thresholds of signals were found on 61 weeks of this workspace, 3 Feb 2025 – 5 Apr 2026; "
        "about every second signal is chance."
    )
    assert signals.basis_text(mine, 0.21).endswith(
        "5 Apr 2026; about one in five of the signals on these rooms is chance."
    )
    assert signals.basis_text(mine, 0.7).endswith("; most of the signals on these rooms are chance.")
    # Where no signal was given there is nothing that could be chance.
    assert signals.basis_text(mine, NAN).endswith("of this workspace, 3 Feb 2025 – 5 Apr 2026.")
    since = signals.basis_text(replace(mine, since=date(2026, 4, 7)))
    assert "5 Apr 2026; they hold since 7 Apr 2026, and what was made before goes by others; about" in since
    others = "the thresholds of signals are those found on other communities; about every second signal is chance."
    assert signals.basis_text(Basis(known=23)) == (
        f"So far 23 weeks of this workspace have been read whole; until it has 48, {others}"
    )
    assert signals.basis_text(Basis(known=1)).startswith("So far 1 week of this workspace has been read whole; ")
    unsought = f"So far 50 weeks of this workspace have been read whole; until its own are found, {others}"
    assert signals.basis_text(Basis(known=50)) == unsought

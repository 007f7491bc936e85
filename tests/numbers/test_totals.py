"""The whole workspace against the spread of its own weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engagement.errors import InvalidInput
from engagement.numbers.totals import judge_total, total_band
from tests.support.reasons import why

NAN = float("nan")
# Eight weeks around 1,000, six times: what is usual lies within them.
YEAR = np.array([1000, 1060, 950, 1010, 1090, 940, 1030, 980] * 6, dtype=float)


def test_weeks_that_hardly_differ_have_a_narrow_range() -> None:
    weeks = np.random.default_rng(2).integers(9_809, 13_283, 53).astype(float)
    row = judge_total(weeks)
    assert 0.75 * row["level"] < row["usual_low"] < row["usual_high"] < 1.33 * row["level"]
    few = judge_total(weeks[:13])
    assert 0.6 * few["level"] < few["usual_low"] < few["usual_high"] < 1.6 * few["level"]


def test_news_begins_beyond_what_is_usual() -> None:
    row = judge_total(YEAR)
    assert row["signal"] == "no clear change"
    assert row["news_below"] < row["usual_low"] < 980 < row["usual_high"] < row["news_above"]
    usual = f"usually {row['usual_low']:,.0f} to {row['usual_high']:,.0f}"
    assert why(row) == f"980 messages, {usual}, by the 47 weeks before"


def test_a_signal_says_how_far_beyond_the_edge_it_is_and_which_way() -> None:
    assert judge_total(np.append(YEAR, 500.0))["surprise"] < judge_total(np.append(YEAR, 700.0))["surprise"] < 0
    assert judge_total(np.append(YEAR, 2000.0))["surprise"] > 0
    assert judge_total(np.append(YEAR, 2000.0))["signal"] == "rising"
    assert judge_total(np.append(YEAR, 0.0))["signal"] == "unusually silent"


def test_what_is_usual_widens_with_each_week_that_it_missed_and_narrows_with_each_that_it_held() -> None:
    def usual_high(*odd: int) -> float:
        return judge_total(np.array([1650.0 if week in odd else 1000.0 for week in range(53)]))["usual_high"]

    # Five of forty weeks strayed by ln (1651 / 1001) = 0.5003, the others not at all, so it begins with that. Each week
    # that held takes a fiftieth of the logarithm, each that did not gives 0.18. Missed last: 27 held, then four times
    # missed and two held, and the fifth held: 0.5003 × exp (4 × 0.18 - 36 × 0.02) = 0.5003.
    assert usual_high(35, 38, 41, 44, 47) == 1649
    # Missed first: the second and the fifth of them did not hold, the others did: 0.5003 × exp (0.36 - 0.76) = 0.3354.
    assert usual_high(8, 11, 14, 17, 20) == 1398


def test_what_is_usual_says_on_how_much_of_a_year_it_rests() -> None:
    # The last one is judged; of a longer past, the weeks of a year count, and those that are not known do not.
    assert why(judge_total(YEAR[-18:])).endswith(", by the 17 weeks before")
    assert why(judge_total(np.tile(YEAR, 2))).endswith(", by the 52 weeks before")
    assert why(judge_total(np.append(YEAR, [NAN, 1000.0]))).endswith(", by the 48 weeks before")
    # Four weeks together are held against those before the four.
    assert why(judge_total(YEAR, month=True)).endswith(", by the 44 weeks before")


def test_a_tripling_of_even_weeks_is_always_seen() -> None:
    assert judge_total(YEAR)["seen_tripling"] == 1


def test_four_weeks_are_judged_together() -> None:
    row = judge_total(np.append(YEAR, [500.0] * 4), month=True)
    assert row["signal"] == "falling"
    assert why(row).startswith("2,000 messages in four weeks, usually ")
    assert judge_total(YEAR, month=True)["signal"] == "no clear change"


def test_few_weeks_are_too_few_and_say_how_many() -> None:
    row = judge_total(np.array([10.0, 11, 9, 10]))
    assert row["signal"] == "too few weeks"
    assert why(row) == "10 messages, only 3 weeks before are known"
    assert np.isnan(row["level"])


def test_the_band_of_a_week_is_the_one_it_is_judged_by() -> None:
    weekly = pd.Series(np.append(YEAR, 700.0), index=pd.date_range("2025-01-06", periods=49, freq="7D"))
    marked = [False] * 30 + [True] + [False] * 18
    band = total_band(weekly, marked)
    assert band.index.equals(weekly.index)
    assert band.iloc[30].isna().all()
    for week in (12, 29, 40, 48):
        row = judge_total(weekly.to_numpy()[: week + 1], marked[: week + 1])
        assert band.iloc[week].tolist() == [row["usual_low"], row["level"], row["usual_high"]]
    assert total_band(weekly, marked, 20).equals(band.tail(20))
    assert total_band(weekly, marked, 60).equals(band)
    assert total_band(weekly.iloc[:0]).empty


def test_weeks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="one row"):
        judge_total(np.zeros((2, 3)))
    with pytest.raises(InvalidInput, match="one row"):
        judge_total(np.zeros(0))
    with pytest.raises(InvalidInput, match="one mark per week"):
        judge_total(YEAR, [True])

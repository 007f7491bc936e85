"""The signal on the last week of a room, and the band it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engagement.display.reasons import text
from engagement.errors import InvalidInput
from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.periods import Period
from engagement.numbers.verdict import SIGNALS, expected_band, judge, turn_of_year
from tests.support.reasons import why

NAN = float("nan")


def signal_on(*weeks: float, created: float = NAN, **options: object) -> pd.Series:
    """The row that one room gets; the last of ``weeks`` is judged."""
    return judge(np.array([weeks], dtype=float), np.array([created]), **options).iloc[0]  # type: ignore[arg-type]


def bursty(rooms: int, weeks: int, level: float, size: float, seed: int) -> np.ndarray:
    """Rooms without any change: negative binomial weeks."""
    chance = np.random.default_rng(seed)
    return chance.poisson(chance.gamma(size, level / size, (rooms, weeks))).astype(float)


def share(history: np.ndarray, *words: str) -> float:
    return float(judge(history)["signal"].isin(words).mean())


# A room of 55 messages in each of sixteen weeks: its own spread is 0, that of a typical room 1 / 0.75, so the size is
# (16 + 4) / (4 / 0.75) = 3.75, and for rises (16 + 12) / (12 / 0.75) = 1.75. At a bar of 1.75 the highest count no
# news is (1.75 + 1.75 ln (166.75 / 56.75)) / ln (3 × 56.75 / 166.75) = 175.06, and at 2.9 the lowest
# (2.9 - 3.75 ln (58.75 / 22.083)) / ln (58.75 / 3 / 22.083) = 6.4. What is usual is the second lowest and the second
# highest with 0.3 of the margin: 56 × 0.45^0.3 - 1 = 43.1 and 56 × 1.5^0.3 - 1 = 62.2.
EVEN = [55.0] * 16


def test_a_constant_room_has_no_clear_change() -> None:
    row = signal_on(*EVEN, 55)
    assert row["signal"] == "no clear change"
    assert (row["usual_low"], row["level"], row["usual_high"]) == (44, 55, 62)
    assert (row["news_below"], row["news_above"]) == (7, 175)
    assert (row["weeks_known"], row["surprise"]) == (16, 0)


@pytest.mark.parametrize(
    ("messages", "signal"),
    [
        (176, "rising"),
        (175, "no clear change"),
        (7, "no clear change"),
        (6, "falling"),
        (0, "unusually silent"),
    ],
)
def test_a_room_is_rising_above_what_would_be_news_and_falling_below_it(messages: float, signal: str) -> None:
    assert signal_on(*EVEN, messages)["signal"] == signal


def test_a_count_outside_what_is_usual_is_not_news_yet() -> None:
    row = signal_on(*EVEN, 63)
    assert row["usual_high"] < 63 < row["news_above"]
    assert row["signal"] == "no clear change"


def test_surprise_is_the_log_of_the_odds_less_the_bar() -> None:
    # 200 × 0.020772 - 1.8863 - 1.75, and -(2.9 - 3.6693 + 3 × 0.12014) turned round: 3.6693 - 3 × 0.12014 - 2.9.
    assert signal_on(*EVEN, 200)["surprise"] == pytest.approx(0.518, abs=0.001)
    assert signal_on(*EVEN, 3)["surprise"] == pytest.approx(-0.409, abs=0.001)


def test_a_tripling_is_seen_more_often_where_news_begins_closer_to_the_level() -> None:
    even, uneven = signal_on(*[50, 60] * 8, 55), signal_on(*[5, 105] * 8, 55)
    assert even["news_above"] < uneven["news_above"]
    assert 0 < uneven["seen_tripling"] < even["seen_tripling"] < 1


def test_another_bar_is_another_edge() -> None:
    strict = replace(CONSTANT_BAR, week=replace(CONSTANT_BAR.week, up=(9.0, 9.0, 9.0)))
    assert signal_on(*EVEN, 176, bar=strict)["signal"] == "no clear change"


def test_the_reason_says_the_count_and_what_is_usual() -> None:
    assert why(signal_on(*EVEN, 62)) == "62 messages, usually 44 to 62"
    assert why(signal_on(*EVEN, 176)) == "176 messages, usually 44 to 62"
    assert why(signal_on(*EVEN, 0)) == "no messages, usually about 55 a week"
    assert why(signal_on(*[4.0, 0] * 4, 1)).startswith("1 message, usually 0 to ")
    assert why(signal_on(*[20_000.0] * 8, 21_000)).startswith("21,000 messages, usually ")


def test_a_lasting_tripling_of_a_busy_room_is_rising_in_its_first_week() -> None:
    assert signal_on(190, 230, 170, 220, 205, 180, 240, 210, 3 * 205)["signal"] == "rising"


def test_a_fall_to_a_fifth_of_a_busy_room_is_falling_in_its_first_week() -> None:
    assert signal_on(190, 230, 170, 220, 205, 180, 240, 210, 205 / 5)["signal"] == "falling"


def test_a_small_bursty_room_has_no_clear_change_however_much_it_jumps() -> None:
    weeks = [0, 14, 2, 0, 31, 5, 0, 9, 3, 0, 22, 1]
    assert signal_on(*weeks, 28)["signal"] == "no clear change"
    assert signal_on(*weeks, 0)["signal"] == "no clear change"


def test_a_steadier_room_has_a_narrower_band() -> None:
    even, uneven = signal_on(*[50, 60] * 4, 55), signal_on(*[5, 105] * 4, 55)
    assert even["level"] == uneven["level"] == 55
    assert even["usual_high"] < uneven["usual_high"]
    assert even["usual_low"] > uneven["usual_low"]


def test_poisson_noise_is_nearly_never_a_change() -> None:
    history = np.random.default_rng(5).poisson(40, (2000, 26)).astype(float)
    assert share(history, "no clear change") > 0.995


@pytest.mark.parametrize(("level", "size", "most"), [(5, 0.3, 0.05), (30, 0.7, 0.07), (200, 2.0, 0.20)])
def test_rooms_without_a_change_are_rarely_flagged(level: float, size: float, most: float) -> None:
    history = bursty(4000, 26, level, size, seed=3)
    assert share(history, "rising", "falling", "unusually silent") < most


def test_most_busy_rooms_that_triple_are_found_and_many_more_than_flagged_by_chance() -> None:
    history = bursty(4000, 26, 300, 5.0, seed=4)
    by_chance = share(history, "rising")
    history[:, -1] *= 3
    assert share(history, "rising") > 0.6 > 10 * by_chance


def test_three_low_weeks_in_a_row_are_falling_where_one_is_not() -> None:
    before = [30, 18, 25, 40, 22, 28, 35, 26] * 2
    assert signal_on(*before, 5)["signal"] == "no clear change"
    assert signal_on(*before, 5, 6)["signal"] == "no clear change"
    row = signal_on(*before, 5, 6, 4)
    assert row["signal"] == "falling"
    # The fourteen weeks before the three: 25, 40, 22, 28, 35, 26 and all eight.
    assert why(row) == "15 messages in 3 weeks, usually about 86; no single week is news"


def test_two_low_weeks_and_a_usual_one_are_no_run() -> None:
    assert signal_on(30, 18, 25, 40, 22, 28, 35, 26, 5, 6, 24)["signal"] == "no clear change"


def test_a_room_that_is_silent_longer_than_it_ever_would_be_is_unusually_silent() -> None:
    before = [30, 18, 25, 40, 22, 28, 35, 26] * 2
    assert signal_on(*before, 0)["signal"] == "no clear change"
    row = signal_on(*before, 0, 0, 0)
    assert row["signal"] == "unusually silent"
    assert why(row) == "no messages for 3 weeks, usually about 29 a week"


def test_a_silent_week_of_a_room_that_is_often_silent_is_no_news() -> None:
    assert signal_on(6, 0, 3, 0, 0, 8, 1, 0, 5, 0)["signal"] == "no clear change"


def test_a_room_that_never_spoke_has_no_clear_change_and_says_so() -> None:
    row = signal_on(*[0] * 26)
    assert row["signal"] == "no clear change"
    assert row["level"] == 0
    assert why(row) == "no messages, none in the 16 weeks before"


def test_a_room_that_rises_after_four_silent_weeks_has_returned() -> None:
    # One message in four weeks is the least level, its size 0.05: (1.8 + 0.05 ln (0.8 / 0.3)) / ln (0.9 / 0.8) = 15.7.
    weeks = [0] * 16
    assert signal_on(*weeks, 16)["signal"] == "returned"
    assert why(signal_on(*weeks, 16)) == "16 messages after at least 4 silent weeks"
    assert signal_on(*weeks, 15)["signal"] == "no clear change"
    assert why(signal_on(*weeks, 15)) == "15 messages, none in the 16 weeks before; not yet news"


def test_six_messages_are_never_growth() -> None:
    assert signal_on(*[0] * 8, 6)["signal"] == "no clear change"
    assert signal_on(*[0] * 7, 1, 6)["signal"] == "no clear change"


def test_a_return_needs_four_silent_weeks_that_are_known() -> None:
    assert signal_on(*[0] * 15, 1, 90)["signal"] == "rising"
    assert signal_on(NAN, 0, 0, 0, 40)["signal"] == "too few weeks"
    assert signal_on(0, 0, 0, 0, 40)["signal"] == "returned"


def test_three_weeks_before_are_too_few_and_four_are_enough() -> None:
    row = signal_on(NAN, 17, 17, 17, 17)
    assert row["signal"] == "too few weeks"
    assert why(row) == "17 messages, only 3 of the 4 weeks before that a signal needs are known"
    assert row["weeks_known"] == 3
    assert row[["usual_low", "usual_high", "level"]].isna().all()
    assert signal_on(17, 17, 17, 17, 17)["signal"] == "no clear change"


def test_with_fewer_weeks_known_the_counts_must_say_more() -> None:
    # Four weeks of 55: size (4 + 12) / (12 / 0.75) = 1, and a bar of 1.75 + 0.5 × 9 / 13 = 2.096:
    # (2.096 + ln (166 / 56)) / ln (168 / 166) = 265.8.
    assert signal_on(*[55] * 4, 265)["news_above"] == 265
    assert signal_on(*[55] * 4, 266)["signal"] == "rising"


def test_a_week_without_data_gets_no_signal() -> None:
    row = signal_on(*EVEN, NAN)
    assert row["signal"] == "too few weeks"
    assert why(row) == "no data for this week"
    assert row[["usual_low", "usual_high", "level"]].isna().all()


def test_unknown_weeks_are_skipped_and_not_read_as_silence() -> None:
    row = signal_on(*[55.0] * 4, NAN, NAN, *[55.0] * 4, 55)
    # Half as many weeks as there may be: half as much again of the margin, 56 × 0.45^0.45 - 1 = 38.1 and
    # 56 × 1.5^0.45 - 1 = 66.2.
    assert (row["usual_low"], row["level"], row["usual_high"]) == (39, 55, 66)
    assert row["weeks_known"] == 8


def test_a_room_made_in_the_last_week_has_too_few() -> None:
    row = signal_on(*[NAN] * 8, 31, created=8)
    assert row["signal"] == "too few weeks"
    assert why(row) == "31 messages, created just now"
    assert signal_on(*[NAN] * 7, 31, 12, created=7)["signal"] == "too few weeks"


def test_the_weeks_up_to_the_one_a_room_was_made_in_are_not_compared_with() -> None:
    row = signal_on(0, 0, 0, 900, *[55] * 8, 55, created=3)
    assert (row["level"], row["weeks_known"]) == (55, 8)
    assert signal_on(0, 0, 0, 0, 0, 12, created=4)["signal"] == "too few weeks"


def test_a_room_made_before_all_weeks_is_not_new() -> None:
    assert signal_on(*EVEN, 55, created=-30)["signal"] == "no clear change"


def test_weeks_left_out_are_not_compared_with_and_not_judged() -> None:
    weeks = [*[55.0] * 5, 1, 2, *[55.0] * 3, 55]
    marked = [False] * 5 + [True, True] + [False] * 4
    assert signal_on(*weeks)["level"] < 55
    row = signal_on(*weeks, left_out=marked)
    assert (row["signal"], row["level"], row["weeks_known"]) == ("no clear change", 55, 8)
    last = signal_on(*weeks, left_out=[*marked[:-1], True])
    assert last["signal"] == "too few weeks"
    assert why(last) == "weeks around the turn of the year are not judged"


def test_a_week_with_more_deletions_than_messages_counts_as_nothing_and_is_said_as_it_is() -> None:
    assert why(signal_on(*EVEN, -2)) == "−2 messages, more deleted than written, usually about 55 a week"
    small = signal_on(*[4.0, 0] * 8, -30)
    assert small["signal"] == "no clear change"
    assert why(small) == "−30 messages, more deleted than written, usually about 2 a week"
    assert signal_on(*EVEN, -2)["signal"] == "unusually silent"
    with_deletions = signal_on(60, -9, 60, 60, 60, 60, 60, 60, 55)
    assert with_deletions["level"] == 420 / 8
    assert with_deletions["signal"] == "no clear change"


def test_histories_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="one row per room"):
        judge(np.zeros(5))
    with pytest.raises(InvalidInput, match="one row per room"):
        judge(np.zeros((5, 0)))
    with pytest.raises(InvalidInput, match="one per room"):
        judge(np.zeros((5, 9)), np.zeros(4))
    with pytest.raises(InvalidInput, match="one mark per week"):
        judge(np.zeros((5, 9)), left_out=[True])


def test_no_rooms_give_an_empty_table_with_all_columns() -> None:
    table = judge(np.zeros((0, 9)))
    assert list(table.columns) == [
        *["signal", "usual_low", "usual_high", "news_below", "news_above", "level", "weeks_known"],
        *["surprise", "seen_tripling", "reason"],
    ]
    assert table.empty


def test_one_week_alone_is_too_little() -> None:
    assert signal_on(12)["signal"] == "too few weeks"


def test_judging_changes_nothing_in_what_it_was_given() -> None:
    history = bursty(50, 20, 20, 0.5, seed=1)
    marked = np.ones(20, dtype=bool)
    before = history.copy()
    judge(history, left_out=marked)
    assert (history == before).all()
    assert marked.all()


counts = st.one_of(
    st.integers(-20, 40).map(float), st.integers(0, 3_000_000).map(float), st.just(0.0), st.just(float("nan"))
)
histories = st.integers(1, 30).flatmap(
    lambda weeks: hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(weeks)), elements=counts)
)


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_signal_of_a_room_depends_on_that_room_alone(history: np.ndarray, chance: Sequence[float]) -> None:
    together = judge(history)
    order = list(range(len(history)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(judge(history[order]), together.iloc[order].reset_index(drop=True))
    for room, weeks in enumerate(history):
        alone = judge(weeks[None, :])
        pd.testing.assert_frame_equal(alone, together.iloc[[room]].reset_index(drop=True))


@given(histories)
@settings(max_examples=80, deadline=None)
def test_a_level_lies_inside_its_band_and_everything_is_finite_or_unknown_together(history: np.ndarray) -> None:
    table = judge(history)
    assert set(table["signal"]) <= set(SIGNALS)
    assert all(text(reason) for reason in table["reason"])
    known = table.dropna(subset=["level"])
    band = known[["usual_low", "level", "usual_high"]].to_numpy()
    assert np.isfinite(band).all()
    assert (band[:, 0] >= 0).all()
    assert (np.diff(band, axis=1) >= 0).all()
    unknown = table[table["level"].isna()]
    assert unknown[["usual_low", "usual_high"]].isna().all(axis=None)
    assert set(unknown["signal"]) <= {"too few weeks", "returned"}


@given(histories, st.booleans())
@settings(max_examples=60, deadline=None)
def test_words_pictures_and_edges_say_the_same(history: np.ndarray, month: bool) -> None:
    table = judge(history, month=month).dropna(subset=["level"])
    weeks = np.maximum(history[:, -4 if month else -1 :], 0)
    last = weeks.sum(axis=1)[table.index]
    below, above, signal = table["news_below"], table["news_above"], table["signal"]
    assume(not np.isnan(last).any())
    up, down = signal.isin(["rising", "returned"]), signal.isin(["falling", "unusually silent"])
    assert (up == (last > above)).all()
    assert (down == (last < below)).all()
    assert (last == 0)[signal == "unusually silent"].all()
    assert (table["usual_high"] <= above).all()
    assert (np.sign(table["surprise"]) >= 0)[up].all()
    assert (table["surprise"] == 0)[signal == "no clear change"].all()


def test_the_expected_band_of_a_week_is_the_one_it_is_judged_by() -> None:
    weekly = pd.Series(bursty(1, 26, 30, 0.7, seed=8)[0], index=pd.date_range("2026-01-05", periods=26, freq="7D"))
    band = expected_band(weekly)
    assert list(band.columns) == ["low", "level", "high"]
    assert band.index.equals(weekly.index)
    assert band.iloc[:4].isna().all(axis=None)
    for week in range(4, 26):
        row = judge(weekly.to_numpy()[None, : week + 1]).iloc[0]
        if row["signal"] != "too few weeks":
            assert band.iloc[week].tolist() == [row["usual_low"], row["level"], row["usual_high"]]


def test_a_band_skips_the_weeks_left_out_and_the_unknown_ones() -> None:
    weekly = pd.Series([NAN, *[55.0] * 4, 1, 2, *[55.0] * 4, 500])
    marked = [False] * 5 + [True, True] + [False] * 5
    band = expected_band(weekly, left_out=marked)
    assert band.iloc[-1].tolist() == [39, 55, 66]
    assert band["level"].dropna().tolist() == [55] * 5


def test_a_band_of_no_weeks_is_empty() -> None:
    assert expected_band(pd.Series([], dtype=float)).empty


@pytest.mark.parametrize(
    ("start", "end", "marked"),
    [
        (date(2025, 12, 15), date(2025, 12, 21), False),
        (date(2025, 12, 22), date(2025, 12, 28), True),
        (date(2025, 12, 29), date(2026, 1, 4), True),
        (date(2026, 1, 5), date(2026, 1, 11), True),
        (date(2026, 1, 12), date(2026, 1, 18), False),
        # 1 January 2024 is a Monday: its own week and the one after it.
        (date(2024, 1, 1), date(2024, 1, 7), True),
        (date(2024, 1, 8), date(2024, 1, 14), True),
        (date(2024, 1, 15), date(2024, 1, 21), False),
        # 1 January 2023 is a Sunday: the week after it is the last.
        (date(2023, 1, 2), date(2023, 1, 8), True),
        (date(2023, 1, 9), date(2023, 1, 15), False),
        (date(2026, 6, 1), date(2026, 6, 7), False),
        (date(2026, 1, 9), date(2026, 12, 22), False),
        (date(2026, 1, 9), date(2026, 12, 23), True),
    ],
)
def test_the_weeks_around_the_turn_of_the_year_are_marked(start: date, end: date, marked: bool) -> None:
    assert turn_of_year(Period(start, end)) is marked

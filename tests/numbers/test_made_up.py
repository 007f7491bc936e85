"""Made-up histories whose truth is known: what the signals say of each, week by week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from engagement.display.reasons import text
from engagement.numbers.totals import judge_total
from engagement.numbers.verdict import judge
from tests.support.reasons import why

NAN = float("nan")


def week_by_week(before: Sequence[float], then: Sequence[float]) -> list[str]:
    """The signal of a room in each of the weeks ``then``."""
    weeks = [*before, *then]
    return [signal(weeks[: len(before) + number])["signal"] for number in range(1, len(then) + 1)]


def signal(weeks: Sequence[float], **options: object) -> pd.Series:
    return judge(np.array([weeks], dtype=float), **options).iloc[0]  # type: ignore[arg-type]


def total(weeks: Sequence[float], **options: object) -> pd.Series:
    return judge_total(np.array(weeks, dtype=float), **options)  # type: ignore[arg-type]


# A room of 30 typically has the size 0.583; with sixteen weeks of its own without any spread (16 + 4) / 4 times that,
# 2.914. 8 messages then speak 8 × ln (10.97 / 12.91) + 2.914 × ln (32.91 / 12.91) = 1.42 for a fall, less than the 2.9
# asked for; three such weeks after fourteen others (size 2.622) 24 × -0.1491 + 3 × 2.4898 = 3.89, four after thirteen
# (size 2.477) 32 × -0.1419 + 4 × 2.3692 = 4.93.
def test_a_fall_from_a_constant_30_to_8_is_falling_in_its_third_week_and_stays_so() -> None:
    clear, fall = "no clear change", "falling"
    assert week_by_week([30] * 16, [8] * 7) == [clear, clear, fall, fall, fall, fall, fall]
    assert signal([30] * 13 + [8] * 4)["surprise"] == pytest.approx(2.9 - 4.9347, abs=0.001)


def test_a_constant_9_that_falls_silent_is_unusually_silent_from_its_third_week_on() -> None:
    # Size 0.3284 at 9, times (14 + 4) / 4: 1.478. Three silent weeks: 3 × 1.478 × ln (10.478 / 4.478) = 3.77, more
    # than 2.1; one says 1.27 at most.
    clear, silent = "no clear change", "unusually silent"
    assert week_by_week([9] * 16, [0] * 5) == [clear, clear, silent, silent, silent]
    assert why(signal([9] * 14 + [0] * 3)) == "no messages for 3 weeks, usually about 9 a week"


ROOM = [18, 25, 20, 31, 22, 17, 28, 24, 19, 26, 21, 30, 23, 20, 27, 22]


def test_a_burst_of_800_is_news_once_and_stretches_nothing_after_it() -> None:
    assert week_by_week(ROOM, [800]) == ["rising"]
    before, after = signal([*ROOM, 24]), [signal([*ROOM, 800, *ROOM[:weeks]]) for weeks in range(1, 9)]
    assert {row["signal"] for row in after} == {"no clear change"}
    # The second highest of sixteen weeks is 30 or 31 with the burst among them, and without it.
    assert before["usual_high"] == 34
    assert {row["usual_high"] for row in after} <= {34, 35}
    assert max(row["news_above"] for row in after) <= 1.25 * before["news_above"]


def test_a_week_with_three_missing_days_is_unknown_and_changes_nothing() -> None:
    # The gap is told apart from silence by whoever makes the history: it is NaN here.
    gap, whole = [30.0] * 8 + [NAN] + [30.0] * 7, [30.0] * 15
    assert signal([*gap, 31])["signal"] == "no clear change"
    assert signal([*gap, 31])[["level", "weeks_known"]].tolist() == [30, 15]
    pd.testing.assert_series_equal(signal([*gap, 90]), signal([*whole, 90]))
    assert why(signal([*gap, NAN])) == "no data for this week"


def test_a_total_with_15_of_20_rooms_missing_is_unknown_and_no_fall() -> None:
    year = [1000, 1060, 950, 1010, 1090, 940, 1030, 980] * 6
    row = total([*year, NAN])
    assert row["signal"] == "too few weeks"
    assert why(row) == "no data for this week"
    # Summed as if they had been silent it would have been one.
    assert total([*year, 250])["signal"] == "falling"
    assert total([*year, NAN, 1010])["signal"] == "no clear change"


def test_christmas_is_not_judged_and_not_compared_with() -> None:
    weeks = [40] * 13 + [6, 3, 20, 41]
    turn = [False] * 13 + [True] * 3 + [False]
    for length in (14, 15, 16):
        row = signal(weeks[:length], left_out=turn[:length])
        assert row["signal"] == "too few weeks"
        assert why(row) == "weeks around the turn of the year are not judged"
        assert why(total(weeks[:length], left_out=turn[:length])) == why(row)
    after = signal(weeks, left_out=turn)
    assert after[["signal", "level", "weeks_known"]].tolist() == ["no clear change", 40, 13]
    assert why(signal(weeks, left_out=turn, month=True)) == why(row)


def test_a_workspace_that_halves_is_falling_for_a_month_and_then_at_its_new_level() -> None:
    year = [1000, 1060, 950, 1010, 1090, 940, 1030, 980] * 6
    weeks = [*year, *[500] * 8]
    said = [total(weeks[: len(year) + number])["signal"] for number in range(1, 9)]
    assert said == ["falling"] * 5 + ["no clear change"] * 3


def test_the_loss_of_a_third_is_news_where_a_year_stayed_within_a_fifth() -> None:
    year = [1000, 800, 1200, 900, 1100, 1000, 850, 1150] * 6 + [1000, 900, 1100, 1000]
    assert total([*year, 667])["signal"] == "falling"
    assert total([*year, 800])["signal"] == "no clear change"


def test_a_workspace_of_twenty_rooms_in_its_tenth_week_has_signals_already() -> None:
    # Every room was made in the first of the ten weeks, which is not a whole one: eight are compared with.
    rooms = np.tile(np.array([12, 9, 15, 11, 8, 14, 10, 13, 12, 11], dtype=float), (20, 1))
    rooms[3, -1] = 120
    table = judge(rooms, np.zeros(20))
    assert table["weeks_known"].eq(8).all()
    assert table.index[table["signal"] == "rising"].tolist() == [3]
    assert table["signal"].drop(index=3).eq("no clear change").all()
    week = total(rooms.sum(axis=0))
    assert week["weeks_known"] == 9
    # 20 rooms of about 11, and 109 more in one of them.
    assert week["signal"] == "no clear change"
    assert week["usual_low"] < 220 < week["usual_high"]


def test_a_month_is_judged_by_four_weeks_together() -> None:
    # 13 weeks of 30: size 17 / 4 × 0.583 = 2.477, for rises 25 / 12 × 0.583 = 1.214. Four weeks of 90 say
    # 360 × ln (93.64 / 91.21) - 4 × 1.214 × ln (91.21 / 31.21) = 4.25, more than 3.5; a third of 120 says
    # 9.477 - 40 × 0.1419 = 3.8, more than 2.9.
    assert signal([30] * 13 + [90] * 4, month=True)["signal"] == "rising"
    assert signal([30] * 13 + [10] * 4, month=True)["signal"] == "falling"
    row = signal([30] * 13 + [28, 33, 30, 29], month=True)
    assert row["signal"] == "no clear change"
    assert why(row).startswith("120 messages in four weeks, usually ")
    assert signal([30] * 13 + [0] * 4, month=True)["signal"] == "unusually silent"


def test_rooms_with_the_same_story_are_told_it_and_no_other_room_is() -> None:
    silent, rare, busy = [0.0] * 17, [0.0] * 15 + [1.0, 0.0], [50.0] * 17
    many = judge(np.array([silent, rare, busy, silent, rare, busy]))["reason"].map(text).tolist()
    assert many == [judge(np.array([one]))["reason"].map(text).item() for one in (silent, rare, busy)] * 2
    assert many[0] == "no messages, none in the 16 weeks before"
    assert many[1].startswith("no messages, usually 0 to ")


@pytest.mark.parametrize("week", [-1, -3])
def test_four_weeks_of_which_one_is_not_known_are_not_judged(week: int) -> None:
    said = "not all of the last four weeks are known"
    # Forty weeks of 60, which would be "240 messages in four weeks" with an older week in place of the missing one.
    weeks = np.full(40, 60.0)
    weeks[week] = np.nan
    room, all_rooms = judge(weeks[None, :], month=True).iloc[0], judge_total(weeks, month=True)
    assert [(one["signal"], why(one)) for one in (room, all_rooms)] == [("too few weeks", said)] * 2


def test_four_weeks_of_which_one_lies_around_the_turn_of_the_year_are_not_judged() -> None:
    weeks, turning = np.full(40, 60.0), [False] * 37 + [True] + [False] * 2
    room, all_rooms = judge(weeks[None, :], None, turning, month=True).iloc[0], judge_total(weeks, turning, month=True)
    said = ("too few weeks", "weeks around the turn of the year are not judged")
    assert [(one["signal"], why(one)) for one in (room, all_rooms)] == [said] * 2

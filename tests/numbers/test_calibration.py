"""The bar that a workspace sets itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engagement.numbers.bar import CONSTANT_BAR
from engagement.numbers.calibration import FEWEST_WEEKS_OF_BAR, found
from engagement.numbers.verdict import NEWS, by_chance, judge


def rooms(number: int, weeks: int, level: float, size: float, seed: int = 1) -> np.ndarray:
    """Rooms in which nothing changes: negative binomial weeks."""
    chance = np.random.default_rng(seed)
    return chance.poisson(chance.gamma(size, level / size, (number, weeks))).astype(float)


def test_less_than_about_a_year_leaves_the_constants() -> None:
    assert found(rooms(40, FEWEST_WEEKS_OF_BAR - 1, 30, 0.7)) == CONSTANT_BAR
    year = found(rooms(40, 52, 30, 0.7))
    assert year.weeks == 52
    assert year.week.up[1] != CONSTANT_BAR.week.up[1]


def test_weeks_left_out_and_weeks_before_a_room_was_made_are_not_found_on() -> None:
    marked = [True] * 10 + [False] * 48
    assert found(rooms(40, 58, 30, 0.7), left_out=marked).weeks == 48
    assert found(rooms(40, 58, 30, 0.7), np.full(40, 9.0)).weeks == 48
    assert found(rooms(40, 58, 30, 0.7), np.full(40, 20.0)) == CONSTANT_BAR


def test_the_same_weeks_give_the_same_bar() -> None:
    assert found(rooms(40, 60, 30, 0.7)) == found(rooms(40, 60, 30, 0.7))


def test_a_class_of_few_rooms_keeps_the_constants() -> None:
    bar = found(np.vstack([rooms(40, 60, 12, 2.0), rooms(4, 60, 400, 2.0)]))
    assert bar.week.up[2] == CONSTANT_BAR.week.up[2]
    assert bar.month.usual_high[2] == CONSTANT_BAR.month.usual_high[2]


def test_burstier_rooms_set_a_higher_bar_and_false_alarms_stay_few_on_weeks_not_found_on() -> None:
    even, bursty = (rooms(300, 120, 30, size) for size in (2.0, 0.3))
    bars = [found(weeks[:, :60]) for weeks in (even, bursty)]
    assert bars[0].week.up[1] < bars[1].week.up[1]
    for weeks, bar in zip((even, bursty), bars, strict=True):
        signals = np.concatenate([judge(weeks[:, :end], bar=bar)["signal"].to_numpy() for end in (80, 100, 120)])
        assert np.isin(signals, NEWS).mean() < 0.07


def test_what_is_usual_holds_nine_of_ten_weeks_not_found_on() -> None:
    weeks = rooms(300, 120, 30, 0.7)
    bar = found(weeks[:, :60])
    for month in (False, True):
        table = judge(weeks[:, :110], bar=bar, month=month)
        count = weeks[:, 106:110].sum(axis=1) if month else weeks[:, 109]
        assert 0.84 < np.mean((table["usual_low"] <= count) & (count <= table["usual_high"])) < 0.96


def test_as_many_signals_are_chance_as_rooms_without_a_change_would_give() -> None:
    weeks = np.full((200, 17), 30.0)
    weeks[:20, -1] = 2_000
    # Of 200 rooms of 30 messages a week 4.2 % would have a signal all the same: 8.4, of the twenty that there are.
    assert by_chance(judge(weeks)) == pytest.approx(0.42)
    assert np.isnan(by_chance(judge(weeks[20:])))
    # By a bar of the workspace's own, which lets 2 % of rooms through, 4 of them.
    own = replace(CONSTANT_BAR, week=replace(CONSTANT_BAR.week, chance=(0.3, 0.02, 0.3)), weeks=52)
    assert by_chance(judge(weeks), own) == pytest.approx(0.2)

"""The thresholds of a workspace, kept and read again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engagement.errors import InvalidInput
from engagement.numbers.bar import CONSTANT_BAR, Bar, room_class


def test_a_bar_is_the_same_after_it_was_kept() -> None:
    mine = replace(CONSTANT_BAR, week=replace(CONSTANT_BAR.week, up=(1.5, 1.0, 1 / 3)), weeks=60)
    assert Bar.from_json(mine.to_json()) == mine


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "null", "{}", '{"weeks": 60}', '{"weeks": 60, "week": {}, "month": {}}']
    + [CONSTANT_BAR.to_json().replace("[", before) for before in ("[1, ", '["many", ')]
    + [CONSTANT_BAR.to_json().replace("2.4", wrong) for wrong in ("NaN", "null", "[1]")]
    + [CONSTANT_BAR.to_json().replace('"weeks": 0', '"weeks": 0.5')],
)
def test_what_is_no_bar_of_this_release_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Bar.from_json(text)


def test_a_room_of_ten_messages_a_week_and_one_of_a_hundred_are_in_the_middle() -> None:
    assert room_class(np.array([0, 9.9, 10, 100, 100.1])).tolist() == [0, 0, 1, 1, 2]

"""What whoever cannot see a figure is told of it: its main values in a line, and all of them as a table."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from engagement import figures
from engagement.figures.events import weeks_from
from engagement.figures.info import over_time
from engagement.numbers.weeks import History
from tests.figures.test_drawing import AWKWARD, every_info, long_context
from tests.support.figure_tools import CONTEXT, room, rooms_table, silent


def test_the_busiest_rooms_are_told_with_their_messages():
    info = figures.top_rooms(rooms_table(room("help", 30, 40), room("general", 1200, 900)), CONTEXT)
    assert info.alt == f"{info.title}. {info.subtitle}. #general 1,200; #help 30"
    assert info.numbers.names == ("Room", "Messages", "Previous", "Remark", "Share", "Share so far")
    general, help_ = ("98\u00a0%", "98\u00a0%"), ("2.4\u00a0%", "100\u00a0%")
    assert info.numbers.rows == (("#general", "1,200", "900", "", *general), ("#help", "30", "40", "", *help_))


def test_the_movers_are_told_with_their_change_and_both_counts():
    info = figures.movers(rooms_table(room("up", 30, 10), room("down", 10, 30), room("fresh", 5, 0)), CONTEXT)
    assert info.main == "#up +20; #fresh +5; #down −20"
    assert info.numbers.rows[0] == ("#up", "+20", "30", "10", "", "")
    assert info.numbers.rows[1][:5] == ("#fresh", "+5", "5", "0", "back")


def test_inactive_rooms_are_told_by_age():
    info = figures.silence(rooms_table(silent(45), silent(200), silent(), room("busy", 3, 3)), CONTEXT)
    assert info.main == "Up to 30 days 0; 31–90 days 1; 91–180 days 0; 181–365 days 1; Over 365 days 0; Never used 1"


def test_of_more_than_ten_rooms_ten_are_told_and_the_number_of_the_others():
    rooms = rooms_table(*(room(f"r{number:02}", 100 - number) for number in range(12)))
    info = figures.top_rooms(rooms, CONTEXT, n=12)
    assert info.main.endswith("#r09 91; and 2 more")
    assert len(info.numbers.rows) == 12


def weeks(*messages: int | None):
    """All rooms together in these weeks."""
    starts = [date(2026, 11, 9) - timedelta(days=7 * back) for back in range(len(messages) - 1, -1, -1)]
    told = {"messages": messages, "active_rooms": [None if one is None else 2 for one in messages]}
    weekly = pd.DataFrame(told, index=starts, dtype="float64")
    history = History(tuple(weeks_from(starts)), weekly[["messages"]].T, ())
    return figures.weekly_totals(weekly, history, CONTEXT, len(messages))


def test_of_many_weeks_the_extremes_and_the_last_are_told_and_the_table_has_all():
    info = weeks(5, 9, 9, None, 1, 1, 7, 7, 7, 7, 7)
    assert info.main == (
        "messages: highest 9 (7–13 Sep 2026); lowest 1 (28 Sep – 4 Oct 2026); last 7 (9–15 Nov 2026). "
        "active rooms: highest 2 (31 Aug – 6 Sep 2026); lowest 2 (31 Aug – 6 Sep 2026); last 2 (9–15 Nov 2026)"
    )
    assert len(info.numbers.rows) == 11
    assert info.numbers.names == ("Week", "Messages", "Usual from", "Level", "Usual to", "Active rooms")
    assert info.numbers.rows[3] == ("21–27 Sep 2026", "nothing was counted", "–", "–", "–", "–")


def test_every_one_of_a_few_weeks_is_told():
    assert (
        weeks(5, 7).main == "messages: 2–8 Nov 2026 5; 9–15 Nov 2026 7. active rooms: 2–8 Nov 2026 2; 9–15 Nov 2026 2"
    )


def test_a_series_of_which_nothing_is_known_has_no_main_value():
    assert over_time([("Monday", None)]) == ""


def test_the_share_of_the_busiest_rooms_is_told_one_by_one_and_together():
    rooms = rooms_table(room("a", 50), room("b", 30), room("c", 15), room("d", 5), room("e", 0), room("f", -9))
    info = figures.top_rooms(rooms, CONTEXT, n=3)
    assert info.numbers.names[-2:] == ("Share", "Share so far")
    shares = [("50\u00a0%", "50\u00a0%"), ("30\u00a0%", "80\u00a0%"), ("15\u00a0%", "95\u00a0%")]
    assert [row[-2:] for row in info.numbers.rows] == shares
    assert "half of all messages: 1 room" in info.subtitle


@pytest.mark.parametrize("rooms", AWKWARD)
def test_a_table_has_a_text_in_every_place_and_a_figure_with_something_to_draw_tells_of_it(rooms):
    for name, info in every_info(AWKWARD[rooms], long_context(7)).items():
        numbers = info.numbers
        assert {len(row) for row in numbers.rows} <= {len(numbers.names)}, name
        assert all(isinstance(text, str) for row in numbers.rows for text in row), name
        assert info.empty or numbers.rows, name
        assert info.empty or (info.alt.endswith(info.main) and info.main), name

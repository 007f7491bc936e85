"""The busiest rooms and those that changed most: who is shown, in which order, under which title."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from engagement import figures
from engagement.display.palette import LIGHT
from engagement.figures import bars, frame
from engagement.numbers.periods import DAY, Period
from engagement.numbers.reasons import Reason
from tests.support.figure_tools import CONTEXT, WEEK, room, rooms_table

BAR_AND_TICK = "bar: 9–15 Nov 2026 · tick: 2–8 Nov 2026 · half of all messages: 1 room · chat.example.org"


def test_the_busiest_rooms_are_ranked_and_silent_rooms_do_not_appear():
    rooms = rooms_table(
        room("small", 10, 20), room("big", 60, 0), room("gone", 0, 50),
        room("second", 30, 30), room("minus", -4, 3),
    )  # fmt: skip
    assert figures.top_rooms(rooms, CONTEXT, n=2) == bars.RankedRooms(
        title="Two of 3 active rooms hold 90\u00a0% of the conversation",
        subtitle=f"Messages per room · {BAR_AND_TICK}",
        rows=(
            bars.RoomBar("#big", 60, 0, "back"),
            bars.RoomBar("#second", 30, 30, ""),
        ),
        total=100,
    )


def test_equally_busy_rooms_stand_in_the_order_of_their_names():
    rooms = rooms_table(room("b", 5, 1), room("a", 5, 1), room("c", 5, 9), room("a", 5, 1))
    shown = figures.top_rooms(rooms, CONTEXT).rows
    assert [row.label for row in shown] == ["#a", "#a", "#b", "#c"]


@pytest.mark.parametrize(
    ("counts", "n", "title"),
    [
        ([7], 10, "One room holds the whole conversation"),
        ([7, 5], 10, "12 messages in 2 rooms"),
        ([3, 1], 1, "One of 2 active rooms holds 75\u00a0% of the conversation"),
        ([99_990, 9, 1], 2, "Two of 3 active rooms hold 99.9\u00a0% of the conversation"),
        ([10] * 40, 20, "Twenty of 40 active rooms hold 50\u00a0% of the conversation"),
        ([10] * 1300, 13, "13 of 1,300 active rooms hold 1.0\u00a0% of the conversation"),
    ],
)
def test_the_title_of_the_busiest_rooms_is_true_for_any_number(counts, n, title):
    rooms = rooms_table(*(room(f"r{number}", messages) for number, messages in enumerate(counts)))
    assert figures.top_rooms(rooms, CONTEXT, n=n).title == title


def test_people_in_direct_messages_are_named_only_when_asked_for():
    rooms = rooms_table(room("ada × bob", 5, 0, type="direct", total_messages=9.0, room_id="pair"), room("z", 1, 9))
    asked = figures.Context("w", WEEK, WEEK.previous, show_people=True)
    weekly = pd.DataFrame({pd.Timestamp("2026-11-09"): [5.0]}, index=["pair"])
    for info in (
        figures.top_rooms, figures.movers, figures.current_vs_previous, figures.busiest_by_total,
        lambda table, of: figures.heat(table, weekly, of),
    ):  # fmt: skip
        assert "ada" not in repr(info(rooms, CONTEXT))
        assert "ada × bob" in repr(info(rooms, asked))


def test_movers_show_the_largest_gains_above_the_largest_losses():
    rooms = rooms_table(
        room("up", 30, 10), room("upmost", 100, 0, created="2026-11-05"), room("down", 0, 40),
        room("same", 5, 5), room("little", 6, 5), room("downmost", 10, 93),
    )  # fmt: skip
    assert figures.movers(rooms, CONTEXT, each=2) == bars.Movers(
        title="#upmost gained most (+100), #downmost lost most (−83)",
        subtitle="Change in messages per room · 9–15 Nov 2026 less 2–8 Nov 2026 · largest change first, without "
        "signals · chat.example.org",
        rows=(
            bars.MovedBar("#upmost", 100, 0, "new"),
            bars.MovedBar("#up", 30, 10, ""),
            bars.MovedBar("#down", 0, 40, "fell silent"),
            bars.MovedBar("#downmost", 10, 93, ""),
        ),
    )


def judged(**said: tuple[int, int, str, float]) -> pd.DataFrame:
    """Rooms by name: messages, those before, signal and surprise."""
    table = rooms_table(*(room(name, now, before) for name, (now, before, *_) in said.items()))
    of = [said[name] for name in table["name"]]
    return table.assign(signal=[signal for *_, signal, _ in of], surprise=[surprise for *_, surprise in of])


def test_movers_with_signals_stand_by_surprise_each_with_its_signal_and_the_plain_difference():
    info = figures.movers(
        judged(
            large=(500, 100, "no clear change", 0.0), up=(30, 10, "rising", 0.5), upmost=(20, 10, "rising", 2.0),
            lost=(0, 90, "no clear change", 0.0), gone=(0, 40, "unusually silent", -1.0),
        ), CONTEXT,
    )  # fmt: skip
    assert [(row.label, row.change, row.signal) for row in info.rows] == [
        ("#upmost", 10, "rising"), ("#up", 20, "rising"), ("#large", 400, ""),
        ("#lost", -90, ""), ("#gone", -40, "unusually silent"),
    ]  # fmt: skip
    assert info.title == "#upmost is rising (+10), #gone is unusually silent (−40)"
    assert "strongest signal first" in info.subtitle
    drawn = info.drawn(LIGHT).traces[0]
    # What is news has an arrow as well, for those who see no colour.
    assert drawn["text"] == ["▲ +10", "▲ +20", "+400", "−90", "▼ −40"]
    assert "grey: no clear change" in info.subtitle
    grey = LIGHT.silent[1]
    assert drawn["marker"]["color"] == [LIGHT.up, LIGHT.up, grey, grey, LIGHT.down]
    assert "rising" in drawn["hovertext"][0]
    assert "unusually silent" in drawn["hovertext"][4]


def test_movers_none_of_which_has_a_signal_are_no_clear_change():
    info = figures.movers(judged(a=(30, 10, "no clear change", 0.0), b=(1, 2, "too few weeks", 0.0)), CONTEXT)
    assert info.title == "No clear change: #a gained most (+20), #b lost most (−1)"
    back = figures.movers(judged(a=(30, 0, "returned", 1.0)), CONTEXT)
    assert back.title == "#a returned (+30)"


def test_the_axis_of_movers_holds_every_bar_whatever_their_order():
    info = figures.movers(judged(a=(30, 10, "rising", 2.0), b=(900, 100, "no clear change", 0.0)), CONTEXT)
    assert info.drawn(LIGHT).layout["xaxis"]["range"] == [0, 800]


def test_movers_in_one_direction_only_speak_of_one_direction():
    assert figures.movers(rooms_table(room("a", 3, 1)), CONTEXT).title == "#a gained most (+2)"
    assert figures.movers(rooms_table(room("a", 1, 3)), CONTEXT).title == "#a lost most (−2)"
    unchanged = figures.movers(rooms_table(room("a", 3, 3)), CONTEXT)
    assert (unchanged.title, unchanged.rows) == ("No room changed", ())
    assert unchanged.empty == "Every room shown here has as many messages as in the week before."


def test_signals_on_the_last_weeks_of_a_year_name_these_weeks_beside_the_change_over_the_year():
    rooms = judged(up=(30, 10, "rising", 5.0), down=(1, 9, "falling", 4.0))
    month = Period(WEEK.end - 27 * DAY, WEEK.end)
    rooms["reason"] = [Reason("", "rising", 30, 16, days=month), Reason("", "falling", 1, 16, days=month)]
    assert "strongest signal of 19 Oct – 15 Nov 2026 first" in figures.movers(rooms, CONTEXT).subtitle
    assert "triangle: with a signal of 19 Oct – 15 Nov" in figures.current_vs_previous(rooms, CONTEXT).subtitle
    rooms["reason"] = [reason._replace(days=None) for reason in rooms["reason"]]
    assert "strongest signal first" in figures.movers(rooms, CONTEXT).subtitle


def test_what_moved_in_a_period_that_is_not_over_moved_so_far():
    info = figures.movers(rooms_table(room("a", 1, 3)), replace(CONTEXT, unfinished=True))
    assert info.title == "#a lost most (−2) so far"


def test_busiest_by_counter_leaves_out_zero_and_unknown():
    rooms = rooms_table(
        room("a", 0, total_messages=250.0), room("b", 0, total_messages=None), room("c", 0, total_messages=750.0),
        room("d", 0, total_messages=0.0),
    )  # fmt: skip
    info = figures.busiest_by_total(rooms, CONTEXT)
    assert info.title == "#c holds 75\u00a0% of all messages ever sent"
    assert info.rows == (bars.RoomBar("#c", 750), bars.RoomBar("#a", 250))


def test_on_a_narrow_screen_names_stand_above_their_bars_and_a_click_still_finds_its_room():
    info = figures.top_rooms(rooms_table(room("general", 60, 40), room("help", 30)), CONTEXT)
    wide, narrow = info.figure(LIGHT), info.figure(replace(LIGHT, narrow=True))
    assert [name.y for name in wide.layout.annotations] == [0, 1]
    assert [name.y for name in narrow.layout.annotations] == [-0.26, 0.74]
    # No line of the chart runs through them.
    assert {name.bgcolor for name in narrow.layout.annotations} == {LIGHT.paper}
    bars = narrow.data[0]
    assert tuple(bars.y) == (0, 1)
    assert bars.offset == pytest.approx(0.24 - 0.42 / 2)
    assert narrow.layout.margin.l < wide.layout.margin.l - 50
    assert narrow.layout.height > wide.layout.height


def test_names_never_take_more_than_two_fifths_of_a_card():
    info = figures.top_rooms(rooms_table(room("x" * 80, 60), room("y" * 80, 30)), CONTEXT)
    values = frame.text_width("60", frame.TEXT) + 8
    assert info.figure(LIGHT).layout.margin.l - values <= 0.4 * 482


@pytest.mark.parametrize(("messages", "drawn"), [((10_000, 9_000, 1), 50), ((10_000, 9_000, 60), 60)])
def test_a_bar_of_something_is_never_too_short_to_be_seen(messages, drawn):
    rooms = rooms_table(*(room(f"r{n}", number) for n, number in enumerate(messages)))
    bars = figures.top_rooms(rooms, CONTEXT).figure(LIGHT).data[0]
    assert list(bars.x) == [10_000, 9_000, drawn]
    assert frame.seen([-10_000, -1, 0, None, 400], reach=200) == [-200, -1, 0, None, 200]
